//! Names and other bytes of any length.

use super::{Decode, Encode, invalid_data, invalid_input};
use std::io;

/// A name in a field of `N` bytes, of which the kernel keeps the last for a NUL.
#[derive(Debug)]
pub struct Text<const N: usize>;

impl<'v, const N: usize> Encode<'v> for Text<N> {
    type Value = &'v str;
    type Bytes = &'v [u8];

    fn encode(value: &'v str) -> io::Result<&'v [u8]> {
        if value.len() >= N || value.contains('\0') {
            let most = N - 1;
            return Err(invalid_input(format!("{value:?} is not a name of at most {most} bytes")));
        }
        Ok(value.as_bytes())
    }
}

impl<const N: usize> Decode for Text<N> {
    type Value = String;
    const ROOM: usize = N;

    fn decode(bytes: &[u8]) -> io::Result<String> {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let text = std::str::from_utf8(&bytes[..end]);
        Ok(text.map_err(|_| invalid_data(bytes, "text in UTF-8"))?.to_owned())
    }
}

/// Bytes as they are, `N` at most where the kernel has a limit.
#[derive(Debug)]
pub struct Bytes<const N: usize>;

impl<'v, const N: usize> Encode<'v> for Bytes<N> {
    type Value = &'v [u8];
    type Bytes = &'v [u8];

    fn encode(value: &'v [u8]) -> io::Result<&'v [u8]> {
        if value.len() > N {
            return Err(invalid_input(format!("{} bytes are more than {N}", value.len())));
        }
        Ok(value)
    }
}

impl<const N: usize> Decode for Bytes<N> {
    type Value = Vec<u8>;
    const ROOM: usize = N;

    fn decode(bytes: &[u8]) -> io::Result<Vec<u8>> {
        Ok(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_the_kernel_would_cut_short_is_refused() {
        assert_eq!(Text::<4>::encode("abc").unwrap(), b"abc");
        for name in ["abcd", "a\0c"] {
            assert_eq!(Text::<4>::encode(name).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        assert!(Bytes::<2>::encode(b"abc").is_err());
    }

    #[test]
    fn a_name_ends_at_its_nul_or_with_the_field() {
        assert_eq!(Text::<4>::decode(b"ab\0d").unwrap(), "ab");
        assert_eq!(Text::<4>::decode(b"abcd").unwrap(), "abcd");
        assert_eq!(Text::<4>::decode(b"").unwrap(), "");
        assert!(Text::<4>::decode(b"\xFF").is_err());
    }
}
