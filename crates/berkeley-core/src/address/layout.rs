//! How addresses lie in a `sockaddr`: what every family provides, and fields at offsets.
//!
//! Offsets are counted from the end of the family field: they are two less than those of the C
//! structures, on every platform.

use crate::constant::{Family, Protocol};
use crate::sys::RawAddress;

/// What the type of a family provides.
pub(super) trait Layout: Sized {
    /// The family.
    const FAMILY: Family;

    /// As the kernel takes it.
    fn encode(&self) -> RawAddress;

    /// What the bytes after the family field say; `None` when they are too few, or are none of the
    /// forms that the type has. The socket's `protocol` decides between layouts.
    fn decode(tail: &[u8], protocol: Protocol) -> Option<Self>;

    /// The address of the family whose bytes after the family field are `tail`.
    fn raw(tail: &[u8]) -> RawAddress {
        RawAddress::new(family_field(Self::FAMILY), tail)
    }
}

/// The family's number as an address holds it.
pub(super) const fn family_field(family: Family) -> u16 {
    let [low, high, ..] = family.raw().to_le_bytes();
    u16::from_le_bytes([low, high])
}

/// The bytes of the field at an offset.
pub(super) fn field<const N: usize>(tail: &[u8], offset: usize) -> Option<[u8; N]> {
    tail.get(offset..)?.first_chunk().copied()
}

/// Text in a field that ends with a NUL, padded with more; `None` when it does not fit or holds
/// one.
#[cfg(any(linux_like, freebsd, test))]
pub(super) fn padded<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() >= N || text.contains('\0') {
        return None;
    }
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    Some(bytes)
}

/// The text of a field as far as its first NUL; `None` when it is none.
#[cfg(any(linux_like, freebsd, test))]
pub(super) fn unpadded(field: &[u8]) -> Option<&str> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    std::str::from_utf8(&field[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_past_the_end_is_none() {
        assert_eq!(field(&[1, 2, 3], 1), Some([2, 3]));
        assert_eq!(field::<2>(&[1, 2, 3], 2), None);
        assert_eq!(field::<2>(&[1, 2, 3], 4), None);
    }

    #[test]
    fn text_in_a_field_leaves_room_for_its_nul() {
        assert_eq!(padded("ab"), Some(*b"ab\0\0"));
        assert_eq!(padded::<4>("abcd"), None);
        assert_eq!(padded::<4>("a\0"), None);
        assert_eq!(unpadded(b"ab\0c"), Some("ab"));
        assert_eq!(unpadded(b"abcd"), Some("abcd"));
        assert_eq!(unpadded(b"a\xFF\0"), None);
    }
}
