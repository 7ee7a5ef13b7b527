//! How much room control messages take: man 3 cmsg.

use crate::sys;
use std::fmt;
use std::io;

/// The bytes of a control message whose payload has `payload` bytes: header and payload, without
/// the padding behind it: `CMSG_LEN`.
///
/// # Errors
/// [`ControlLengthError`] when the sum is more than 2³¹ − 1, which no call takes.
#[doc(alias = "CMSG_LEN")]
pub const fn cmsg_len(payload: usize) -> Result<usize, ControlLengthError> {
    in_range(sys::control_len(payload))
}

/// The bytes that a control message with a payload of `payload` bytes takes of a buffer, padding
/// and all: `CMSG_SPACE`.
///
/// A buffer of so much room may let in a little more than `payload` bytes: the padding is room.
///
/// # Errors
/// [`ControlLengthError`] when the sum is more than 2³¹ − 1, which no call takes.
#[doc(alias = "CMSG_SPACE")]
pub const fn cmsg_space(payload: usize) -> Result<usize, ControlLengthError> {
    in_range(sys::control_space(payload))
}

const fn in_range(len: Option<usize>) -> Result<usize, ControlLengthError> {
    match len {
        Some(len) if len <= i32::MAX.unsigned_abs() as usize => Ok(len),
        _ => Err(ControlLengthError::TOO_LONG),
    }
}

/// A control message longer than 2³¹ − 1 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlLengthError(());

impl ControlLengthError {
    pub(super) const TOO_LONG: Self = Self(());
}

impl fmt::Display for ControlLengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a control message cannot be longer than 2147483647 bytes")
    }
}

impl std::error::Error for ControlLengthError {}

impl From<ControlLengthError> for io::Error {
    fn from(error: ControlLengthError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_a_range() {
        const FOUR: usize = match cmsg_len(4) {
            Ok(len) => len,
            Err(_) => panic!("four bytes are in range"),
        };
        assert_eq!(FOUR, cmsg_len(0).unwrap() + 4);
        assert!(cmsg_space(1).unwrap() > cmsg_len(1).unwrap());
        for payload in [i32::MAX.unsigned_abs() as usize, usize::MAX] {
            assert!(cmsg_len(payload).is_err());
            let error = io::Error::from(cmsg_space(payload).unwrap_err());
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }
}
