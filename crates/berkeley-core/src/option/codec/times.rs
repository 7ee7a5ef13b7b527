//! Durations in the units that options have. Fractions of a unit are rounded up, so that a short
//! time does not become none.

use super::numbers::{count, int, ints};
use super::{Decode, Encode, decode_int, invalid_data, invalid_input};
use crate::layout::Fields;
use crate::sys::c;
use std::io;
use std::mem::size_of;
use std::time::Duration;

/// Whole seconds, an int to the kernel.
#[derive(Debug)]
pub enum Seconds {}

/// Whole seconds, or none, which is -1 to the kernel.
#[derive(Debug)]
pub enum OptionalSeconds {}

/// Milliseconds, an int to the kernel.
#[derive(Debug)]
pub enum Milliseconds {}

/// Microseconds, an int to the kernel.
#[derive(Debug)]
pub enum Microseconds {}

ints! {
    Seconds: Duration,
        |value| units(value, 1_000_000_000),
        |int| Ok(Duration::from_secs(count(int)?.into()));
    OptionalSeconds: Option<Duration>,
        |value| value.map_or(Ok(-1), |value| units(value, 1_000_000_000)),
        |int| if int == -1 { Ok(None) } else { Ok(Some(Duration::from_secs(count(int)?.into()))) };
    Milliseconds: Duration,
        |value| units(value, 1_000_000),
        |int| Ok(Duration::from_millis(count(int)?.into()));
    Microseconds: Duration,
        |value| units(value, 1_000),
        |int| Ok(Duration::from_micros(count(int)?.into()));
}

/// How many units of so many nanoseconds.
fn units(value: Duration, nanos: u128) -> io::Result<i32> {
    let units = value.as_nanos().div_ceil(nanos);
    let too_long = || invalid_input(format!("{value:?} is too long for this option"));
    u32::try_from(units).ok().and_then(|units| int(units).ok()).ok_or_else(too_long)
}

/// `struct linger`: off, or the whole seconds that a close waits.
#[derive(Debug)]
pub enum OptionalLinger {}

impl Encode<'_> for OptionalLinger {
    type Value = Option<Duration>;
    type Bytes = [u8; 8];

    fn encode(value: Option<Duration>) -> io::Result<[u8; 8]> {
        let mut bytes = [0; 8];
        if let Some(duration) = value {
            bytes[..4].copy_from_slice(&1_i32.to_ne_bytes());
            bytes[4..].copy_from_slice(&Seconds::encode(duration)?);
        }
        Ok(bytes)
    }
}

impl Decode for OptionalLinger {
    type Value = Option<Duration>;
    const ROOM: usize = size_of::<c::linger>();

    fn decode(bytes: &[u8]) -> io::Result<Option<Duration>> {
        let on = decode_int(bytes)? != 0;
        let duration = Seconds::decode(bytes.get(4..).unwrap_or_default())?;
        Ok(on.then_some(duration))
    }
}

const _: () = assert!(size_of::<c::linger>() == 8);

/// `struct timeval`: a limit, or none.
#[derive(Debug)]
pub enum OptionalTimeout {}

/// The first field of a timeval; the other has the same size, if need be with padding.
const SECONDS: usize = size_of::<c::time_t>();
const TIMEVAL: usize = size_of::<c::timeval>();

impl Encode<'_> for OptionalTimeout {
    type Value = Option<Duration>;
    type Bytes = [u8; TIMEVAL];

    fn encode(value: Option<Duration>) -> io::Result<[u8; TIMEVAL]> {
        let micros = value.unwrap_or_default().as_nanos().div_ceil(1_000);
        if value.is_some() && micros == 0 {
            return Err(invalid_input("a timeout of zero would be none: use None for no timeout"));
        }
        let seconds = c::time_t::try_from(micros / 1_000_000);
        let seconds = seconds.map_err(|_| invalid_input("the timeout is too long"))?;
        let micros = c::suseconds_t::try_from(micros % 1_000_000).unwrap_or_default();
        let mut bytes = [0; TIMEVAL];
        bytes[..SECONDS].copy_from_slice(&seconds.to_ne_bytes());
        bytes[SECONDS..][..size_of::<c::suseconds_t>()].copy_from_slice(&micros.to_ne_bytes());
        Ok(bytes)
    }
}

impl Decode for OptionalTimeout {
    type Value = Option<Duration>;
    const ROOM: usize = TIMEVAL;

    fn decode(bytes: &[u8]) -> io::Result<Option<Duration>> {
        let mut fields = Fields::new(bytes);
        let (Some(seconds), Some(micros)) = (fields.bytes(), fields.bytes()) else {
            return Err(invalid_data(bytes, "a timeval"));
        };
        let seconds = u64::try_from(c::time_t::from_ne_bytes(seconds));
        let micros = u64::try_from(c::suseconds_t::from_ne_bytes(micros));
        let (Ok(seconds), Ok(micros)) = (seconds, micros) else {
            return Err(invalid_data(bytes, "a time: it is negative"));
        };
        let timeout = Duration::from_secs(seconds).saturating_add(Duration::from_micros(micros));
        Ok((!timeout.is_zero()).then_some(timeout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn fractions_of_a_unit_are_rounded_up() {
        let nanosecond = Duration::from_nanos(1);
        assert_eq!(Seconds::encode(nanosecond).unwrap(), 1_i32.to_ne_bytes());
        assert_eq!(Milliseconds::encode(nanosecond).unwrap(), 1_i32.to_ne_bytes());
        assert_eq!(Microseconds::encode(nanosecond).unwrap(), 1_i32.to_ne_bytes());
        assert_eq!(Seconds::encode(Duration::from_secs(2)).unwrap(), 2_i32.to_ne_bytes());
        let timeout = OptionalTimeout::encode(Some(nanosecond)).unwrap();
        assert_eq!(OptionalTimeout::decode(&timeout).unwrap(), Some(Duration::from_micros(1)));
    }

    #[test]
    fn times_that_the_kernel_cannot_hold_are_refused() {
        let ages = Duration::from_secs(u64::from(u32::MAX));
        let refused = |result: io::Result<[u8; 4]>| {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidInput);
        };
        refused(Seconds::encode(ages));
        refused(Milliseconds::encode(ages));
        refused(Microseconds::encode(Duration::MAX));
        assert!(OptionalLinger::encode(Some(Duration::MAX)).is_err());
        assert!(OptionalTimeout::encode(Some(Duration::MAX)).is_err());
        assert!(OptionalTimeout::encode(Some(Duration::ZERO)).is_err());
    }

    #[test]
    fn short_answers_are_errors() {
        assert!(OptionalLinger::decode(&[1, 0, 0, 0]).is_err());
        assert!(OptionalTimeout::decode(&[0; TIMEVAL - 8]).is_err());
    }
}
