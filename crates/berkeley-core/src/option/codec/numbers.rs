//! Ints, and what is an int to the kernel.

use super::{Decode, Encode, invalid_data, invalid_input};
use crate::constant::{Family, Kind, Protocol};
use std::ffi::c_ulong;
use std::io;
use std::marker::PhantomData;

/// The int of most options. Some kernels answer with a single byte.
pub(in crate::option) fn decode_int(bytes: &[u8]) -> io::Result<i32> {
    match (bytes, bytes.first_chunk()) {
        (_, Some(int)) => Ok(i32::from_ne_bytes(*int)),
        ([byte], _) => Ok(i32::from(*byte)),
        _ => Err(invalid_data(bytes, "an int")),
    }
}

/// What an int is in Rust: rows of a type, how it becomes an int, and how an int becomes one.
macro_rules! ints {
    ($(
        $(#[$doc:meta])*
        $codec:ty: $value:ty, $encode:expr, $decode:expr;
    )*) => { $(
        $(#[$doc])*
        impl $crate::option::codec::Encode<'_> for $codec {
            type Value = $value;
            type Bytes = [u8; 4];

            fn encode(value: $value) -> std::io::Result<[u8; 4]> {
                let encode: fn($value) -> std::io::Result<i32> = $encode;
                Ok(encode(value)?.to_ne_bytes())
            }
        }

        $(#[$doc])*
        impl $crate::option::codec::Decode for $codec {
            type Value = $value;
            const ROOM: usize = 4;

            fn decode(bytes: &[u8]) -> std::io::Result<$value> {
                let decode: fn(i32) -> std::io::Result<$value> = $decode;
                decode($crate::option::codec::decode_int(bytes)?)
            }
        }
    )* };
}

/// Constants of an open newtype each, an int to the kernel.
macro_rules! constants {
    ($($type:ty),* $(,)?) => {
        $crate::option::codec::ints! { $(
            $type: $type, |value| Ok(value.raw()), |int| Ok(<$type>::from_raw(int));
        )* }
    };
}
pub(in crate::option) use constants;
pub(in crate::option) use ints;

/// A number that is never negative, an int to the kernel.
#[derive(Debug)]
pub enum Count {}

/// A number, or none, which is -1 to the kernel.
#[derive(Debug)]
pub enum OptionalCount {}

/// On, off, or as the system has it, which is -1 to the kernel.
#[derive(Debug)]
pub enum OptionalBool {}

/// An error of the socket, or none: an errno to the kernel.
#[derive(Debug)]
pub enum OptionalError {}

ints! {
    /// On or off.
    bool: bool, |value| Ok(i32::from(value)), |int| Ok(int != 0);
    /// An int as it is.
    i32: i32, Ok, Ok;
    /// All 32 bits of an int.
    u32: u32, |value| Ok(value.cast_signed()), |int| Ok(int.cast_unsigned());
    Count: u32, int, count;
    OptionalCount: Option<u32>,
        |value| value.map_or(Ok(-1), int),
        |value| if value == -1 { Ok(None) } else { count(value).map(Some) };
    OptionalBool: Option<bool>,
        |value| Ok(value.map_or(-1, i32::from)),
        |int| Ok(matches!(int, 0 | 1).then_some(int == 1));
    OptionalError: Option<io::Error>,
        |value| Ok(value.and_then(|error| error.raw_os_error()).unwrap_or(0)),
        |errno| Ok((errno != 0).then(|| io::Error::from_raw_os_error(errno)));
}

constants!(Family, Kind, Protocol);

/// A count as the kernel's int.
pub(super) fn int(count: u32) -> io::Result<i32> {
    let too_large = |_| invalid_input(format!("{count} is too large for this option"));
    i32::try_from(count).map_err(too_large)
}

/// The kernel's int as a count.
pub(super) fn count(int: i32) -> io::Result<u32> {
    u32::try_from(int).map_err(|_| invalid_data(&int.to_ne_bytes(), "a count: it is negative"))
}

/// A number that every system takes and gives as a single byte.
#[derive(Debug)]
pub enum Byte {}

impl Encode<'_> for Byte {
    type Value = u8;
    type Bytes = [u8; 1];

    fn encode(value: u8) -> io::Result<[u8; 1]> {
        Ok([value])
    }
}

impl Decode for Byte {
    type Value = u8;
    const ROOM: usize = 1;

    fn decode(bytes: &[u8]) -> io::Result<u8> {
        bytes.first().copied().ok_or_else(|| invalid_data(bytes, "a byte"))
    }
}

/// On or off, a single byte on every system.
#[derive(Debug)]
pub enum ByteBool {}

impl Encode<'_> for ByteBool {
    type Value = bool;
    type Bytes = [u8; 1];

    fn encode(value: bool) -> io::Result<[u8; 1]> {
        Ok([u8::from(value)])
    }
}

impl Decode for ByteBool {
    type Value = bool;
    const ROOM: usize = 1;

    fn decode(bytes: &[u8]) -> io::Result<bool> {
        Ok(Byte::decode(bytes)? != 0)
    }
}

/// 64 bits.
impl Encode<'_> for u64 {
    type Value = u64;
    type Bytes = [u8; 8];

    fn encode(value: u64) -> io::Result<[u8; 8]> {
        Ok(value.to_ne_bytes())
    }
}

/// 64 bits.
impl Decode for u64 {
    type Value = u64;
    const ROOM: usize = 8;

    fn decode(bytes: &[u8]) -> io::Result<u64> {
        match bytes.first_chunk() {
            Some(bytes) => Ok(u64::from_ne_bytes(*bytes)),
            None => Err(invalid_data(bytes, "a number of 64 bits")),
        }
    }
}

/// A rate, or no limit, which is all ones of an unsigned long.
#[derive(Debug)]
pub enum OptionalRate {}

const LONG: usize = size_of::<c_ulong>();

impl Encode<'_> for OptionalRate {
    type Value = Option<u64>;
    type Bytes = [u8; LONG];

    fn encode(value: Option<u64>) -> io::Result<[u8; LONG]> {
        // More than a long holds is more than any link is fast: no limit.
        let rate = value.and_then(|rate| c_ulong::try_from(rate).ok());
        Ok(rate.unwrap_or(c_ulong::MAX).to_ne_bytes())
    }
}

impl Decode for OptionalRate {
    type Value = Option<u64>;
    const ROOM: usize = LONG;

    fn decode(bytes: &[u8]) -> io::Result<Option<u64>> {
        let bytes = bytes.first_chunk().ok_or_else(|| invalid_data(bytes, "an unsigned long"))?;
        let rate = c_ulong::from_ne_bytes(*bytes);
        #[allow(clippy::useless_conversion)] // It is u32 where pointers are.
        Ok((rate != c_ulong::MAX).then_some(u64::from(rate)))
    }
}

/// Flags, an int to the kernel. Bits without a name are kept.
#[derive(Debug)]
pub struct Flags<F>(PhantomData<F>);

impl<F: bitflags::Flags<Bits = u32>> Encode<'_> for Flags<F> {
    type Value = F;
    type Bytes = [u8; 4];

    fn encode(value: F) -> io::Result<[u8; 4]> {
        Ok(value.bits().to_ne_bytes())
    }
}

impl<F: bitflags::Flags<Bits = u32>> Decode for Flags<F> {
    type Value = F;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<F> {
        Ok(F::from_bits_retain(u32::decode(bytes)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn counts_that_an_int_cannot_hold_are_refused() {
        assert_eq!(Count::encode(u32::MAX).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(
            OptionalCount::encode(Some(1 << 31)).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
        assert_eq!(OptionalCount::encode(None).unwrap(), (-1_i32).to_ne_bytes());
        assert_eq!(u32::encode(u32::MAX).unwrap(), [0xFF; 4]);
    }

    #[test]
    fn short_answers_are_errors_and_single_bytes_are_numbers() {
        assert_eq!(bool::decode(&[]).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(bool::decode(&[0, 0]).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(u64::decode(&[0; 7]).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(Count::decode(&[64]).unwrap(), 64);
    }

    #[test]
    fn a_negative_count_is_none_or_an_error() {
        assert_eq!(OptionalCount::decode(&(-1_i32).to_ne_bytes()).unwrap(), None);
        assert_eq!(Count::decode(&[0xFF; 4]).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(u32::decode(&[0xFF; 4]).unwrap(), u32::MAX);
    }
}
