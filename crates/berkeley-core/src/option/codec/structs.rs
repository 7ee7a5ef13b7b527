//! C structs, and lists of them.

use super::{Decode, Encode};
use crate::c_struct::{self, Layout};
use crate::sys::{self, c};
use std::io;
use std::marker::PhantomData;
use std::os::fd::BorrowedFd;

/// Types that are as C has them, and so their own codec.
macro_rules! laid_out {
    ($($type:ty),* $(,)?) => { $(
        impl $crate::option::codec::Encode<'_> for $type {
            type Value = Self;
            type Bytes = Vec<u8>;

            fn encode(value: Self) -> std::io::Result<Vec<u8>> {
                Ok($crate::c_struct::encode(&value))
            }
        }

        impl $crate::option::codec::Decode for $type {
            type Value = Self;
            const ROOM: usize = <Self as $crate::c_struct::Layout>::SIZE;

            fn decode(bytes: &[u8]) -> std::io::Result<Self> {
                $crate::c_struct::decode(bytes)
            }
        }
    )* };
}
pub(in crate::option) use laid_out;

laid_out!(u16);

/// As many values as there are, one behind the other: `u8` for bytes without a meaning here, other
/// numbers, or structs.
#[derive(Debug)]
pub struct List<T>(PhantomData<T>);

impl<'v, T: Layout + 'v> Encode<'v> for List<T> {
    type Value = &'v [T];
    type Bytes = Vec<u8>;

    fn encode(value: &'v [T]) -> io::Result<Vec<u8>> {
        Ok(value.iter().flat_map(c_struct::encode).collect())
    }
}

impl<T: Layout> Decode for List<T> {
    type Value = Vec<T>;
    /// To begin with.
    const ROOM: usize = 256;

    fn decode(bytes: &[u8]) -> io::Result<Vec<T>> {
        bytes.chunks(T::SIZE).map(c_struct::decode).collect()
    }

    fn get(fd: BorrowedFd<'_>, level: i32, name: i32) -> io::Result<Vec<T>> {
        Self::decode(&get_all(fd, level, name, Self::ROOM)?)
    }
}

/// More than any option says: a list of all the groups that a process can be in.
const MOST: usize = 1 << 20;

/// All that an option says, however long. Kernels say that there is more by `ERANGE`, or by
/// filling what room there is.
pub(in crate::option) fn get_all(
    fd: BorrowedFd<'_>,
    level: i32,
    name: i32,
    mut room: usize,
) -> io::Result<Vec<u8>> {
    while room <= MOST {
        let mut bytes = vec![0; room];
        match sys::get_option(fd, level, name, &mut bytes) {
            Ok(len) if len < room => {
                bytes.truncate(len);
                return Ok(bytes);
            }
            Ok(_) => {}
            Err(e) if e.raw_os_error() == Some(c::ERANGE) => {}
            Err(e) => return Err(e),
        }
        room *= 2;
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the option has more than {MOST} bytes"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_values_one_behind_the_other() {
        let bytes = List::<u16>::encode(&[1, 2]).unwrap();
        assert_eq!(bytes, [1_u16.to_ne_bytes(), 2_u16.to_ne_bytes()].concat());
        assert_eq!(List::<u16>::decode(&bytes).unwrap(), [1, 2]);
        assert_eq!(List::<u16>::decode(&[]).unwrap(), []);
        assert!(List::<u16>::encode(&[]).unwrap().is_empty());
        assert!(List::<u16>::decode(&bytes[..3]).is_err(), "half a value is none");
    }
}
