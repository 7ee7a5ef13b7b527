//! The shapes that option values have.

use crate::constant::{Family, Kind, Protocol};
use crate::sys::c;
use std::io;
use std::time::Duration;

/// How one kind of value is written for the kernel and read back.
pub trait Codec {
    /// The value as Rust has it.
    type Value;
    /// The bytes as the kernel has them.
    type Bytes: AsRef<[u8]> + AsMut<[u8]> + Default;

    /// Writes the value.
    ///
    /// # Errors
    /// `InvalidInput` when the kernel's type cannot hold the value.
    fn encode(value: Self::Value) -> io::Result<Self::Bytes>;

    /// Reads what the kernel wrote, which may be shorter than [`Bytes`](Self::Bytes).
    ///
    /// # Errors
    /// `InvalidData` when it is too short for a value.
    fn decode(bytes: &[u8]) -> io::Result<Self::Value>;
}

/// The int of most options. Some kernels answer with a single byte.
fn decode_int(bytes: &[u8]) -> io::Result<i32> {
    match (bytes, bytes.first_chunk()) {
        (_, Some(int)) => Ok(i32::from_ne_bytes(*int)),
        ([byte], _) => Ok(i32::from(*byte)),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the option has {} bytes, not an integer", bytes.len()),
        )),
    }
}

fn too_large(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{what} is too large for this option"))
}

/// On or off, an int to the kernel.
#[derive(Debug)]
pub enum Bool {}

impl Codec for Bool {
    type Value = bool;
    type Bytes = [u8; 4];

    fn encode(value: bool) -> io::Result<[u8; 4]> {
        Ok(i32::from(value).to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> io::Result<bool> {
        Ok(decode_int(bytes)? != 0)
    }
}

/// A number that is never negative, an int to the kernel.
#[derive(Debug)]
pub enum Count {}

impl Codec for Count {
    type Value = u32;
    type Bytes = [u8; 4];

    fn encode(value: u32) -> io::Result<[u8; 4]> {
        Ok(i32::try_from(value).map_err(|_| too_large("the number"))?.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> io::Result<u32> {
        Ok(decode_int(bytes)?.unsigned_abs())
    }
}

/// Whole seconds, an int to the kernel. Fractions are rounded up.
#[derive(Debug)]
pub enum Seconds {}

fn whole_seconds(value: Duration) -> io::Result<i32> {
    let seconds = value.as_secs() + u64::from(value.subsec_nanos() > 0);
    i32::try_from(seconds).map_err(|_| too_large("the duration"))
}

impl Codec for Seconds {
    type Value = Duration;
    type Bytes = [u8; 4];

    fn encode(value: Duration) -> io::Result<[u8; 4]> {
        Ok(whole_seconds(value)?.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> io::Result<Duration> {
        Ok(Duration::from_secs(u64::from(decode_int(bytes)?.unsigned_abs())))
    }
}

/// `struct linger`: off, or the seconds that a close waits. Fractions are rounded up.
#[derive(Debug)]
pub enum OptionalLinger {}

impl Codec for OptionalLinger {
    type Value = Option<Duration>;
    type Bytes = [u8; 8];

    fn encode(value: Option<Duration>) -> io::Result<[u8; 8]> {
        let mut bytes = [0; 8];
        if let Some(duration) = value {
            bytes[..4].copy_from_slice(&1_i32.to_ne_bytes());
            bytes[4..].copy_from_slice(&whole_seconds(duration)?.to_ne_bytes());
        }
        Ok(bytes)
    }

    fn decode(bytes: &[u8]) -> io::Result<Option<Duration>> {
        let on = decode_int(bytes)? != 0;
        let seconds = decode_int(bytes.get(4..).unwrap_or_default())?.unsigned_abs();
        Ok(on.then(|| Duration::from_secs(u64::from(seconds))))
    }
}

/// An error of the socket, or none: an errno to the kernel.
#[derive(Debug)]
pub enum OptionalError {}

impl Codec for OptionalError {
    type Value = Option<io::Error>;
    type Bytes = [u8; 4];

    fn encode(value: Option<io::Error>) -> io::Result<[u8; 4]> {
        Ok(value.and_then(|error| error.raw_os_error()).unwrap_or(0).to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> io::Result<Option<io::Error>> {
        let errno = decode_int(bytes)?;
        Ok((errno != 0).then(|| io::Error::from_raw_os_error(errno)))
    }
}

/// Constants of one kind, an int to the kernel.
macro_rules! constant_codec {
    ($(#[$meta:meta])* $codec:ident, $value:ident) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $codec {}

        impl Codec for $codec {
            type Value = $value;
            type Bytes = [u8; 4];

            fn encode(value: $value) -> io::Result<[u8; 4]> {
                Ok(value.raw().to_ne_bytes())
            }

            fn decode(bytes: &[u8]) -> io::Result<$value> {
                Ok($value::from_raw(decode_int(bytes)?))
            }
        }
    };
}

constant_codec!(
    /// A [`Family`].
    FamilyNumber,
    Family
);
constant_codec!(
    /// A [`Kind`].
    KindNumber,
    Kind
);
constant_codec!(
    /// A [`Protocol`].
    ProtocolNumber,
    Protocol
);

const _: () = assert!(std::mem::size_of::<c::linger>() == 8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_the_kernel_cannot_hold_are_refused() {
        assert_eq!(Count::encode(u32::MAX).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let ages = Duration::from_secs(u64::from(u32::MAX));
        assert_eq!(Seconds::encode(ages).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert!(OptionalLinger::encode(Some(Duration::MAX.saturating_sub(ages))).is_err());
    }

    #[test]
    fn fractions_of_a_second_are_rounded_up() {
        assert_eq!(Seconds::encode(Duration::from_millis(1)).unwrap(), 1_i32.to_ne_bytes());
        assert_eq!(Seconds::encode(Duration::from_secs(2)).unwrap(), 2_i32.to_ne_bytes());
    }

    #[test]
    fn short_answers_are_errors_and_single_bytes_are_numbers() {
        assert_eq!(Bool::decode(&[]).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(Bool::decode(&[0, 0]).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(Count::decode(&[64]).unwrap(), 64);
        assert!(OptionalLinger::decode(&[1, 0, 0, 0]).is_err());
    }
}
