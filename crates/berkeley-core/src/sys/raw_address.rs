//! A socket address as the kernel sees it: bytes and a length.

use super::platform::HAS_SA_LEN;

/// As large as `sockaddr_storage` on every platform here.
const CAPACITY: usize = 128;

/// An encoded address. Aligned as `sockaddr_storage` is; bytes past the length are zero until a
/// system call writes there.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct RawAddress {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl RawAddress {
    /// Room for the kernel to write an address into.
    #[inline]
    pub(crate) const fn empty() -> Self {
        Self { bytes: [0; CAPACITY], len: 0 }
    }

    /// The address of `family` whose bytes after the family field are `tail`.
    ///
    /// # Panics
    /// If `tail` does not fit, which no family's encoder produces.
    pub(crate) fn new(family: u16, tail: &[u8]) -> Self {
        let mut raw = Self::empty();
        raw.len = 2 + tail.len();
        raw.bytes[..2].copy_from_slice(&head(HAS_SA_LEN, raw.len, family));
        raw.bytes[2..raw.len].copy_from_slice(tail);
        raw
    }

    /// The address in a whole `sockaddr`; `None` for one that is longer than any.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut raw = Self::empty();
        raw.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        raw.len = bytes.len();
        Some(raw)
    }

    /// The family, or `None` for an address without one (an unnamed Unix peer has length 0).
    #[inline]
    pub(crate) fn family(&self) -> Option<u16> {
        let field: [u8; 2] = self.as_bytes().get(..2)?.try_into().ok()?;
        Some(family_of(HAS_SA_LEN, field))
    }

    /// What follows the family field.
    #[inline]
    pub(crate) fn tail(&self) -> &[u8] {
        self.as_bytes().get(2..).unwrap_or_default()
    }

    /// The whole `sockaddr`.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(super) fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr()
    }

    #[inline]
    pub(super) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn capacity() -> usize {
        CAPACITY
    }

    /// Takes the length that a system call reported, which may exceed what it wrote.
    #[inline]
    pub(super) fn set_len(&mut self, reported: usize) {
        self.len = reported.min(CAPACITY);
    }
}

/// The first two bytes of a `sockaddr`: on the BSDs and macOS its length and the family, a byte
/// each; elsewhere the family.
const fn head(has_sa_len: bool, len: usize, family: u16) -> [u8; 2] {
    if has_sa_len { [len.to_le_bytes()[0], family.to_le_bytes()[0]] } else { family.to_ne_bytes() }
}

/// The family in the first two bytes: see [`head`].
const fn family_of(has_sa_len: bool, head: [u8; 2]) -> u16 {
    if has_sa_len { u16::from_le_bytes([head[1], 0]) } else { u16::from_ne_bytes(head) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bsds_have_a_length_before_the_family() {
        assert_eq!(head(true, 16, 2), [16, 2]);
        assert_eq!(head(false, 16, 0x1234), 0x1234_u16.to_ne_bytes());
        assert_eq!(family_of(true, [16, 2]), 2);
        assert_eq!(family_of(false, head(false, 16, 0x1234)), 0x1234);
    }

    #[test]
    fn bytes_are_taken_whole_or_not_at_all() {
        let raw = RawAddress::from_bytes(&[7; CAPACITY]).unwrap();
        assert_eq!(raw.as_bytes(), [7; CAPACITY]);
        assert!(RawAddress::from_bytes(&[7; CAPACITY + 1]).is_none());
    }

    #[test]
    fn a_reported_length_past_the_buffer_is_clamped() {
        let mut raw = RawAddress::empty();
        raw.set_len(4096);
        assert_eq!(raw.tail().len(), CAPACITY - 2);
    }

    #[test]
    fn no_length_means_no_family() {
        assert_eq!(RawAddress::empty().family(), None);
        assert_eq!(RawAddress::new(2, &[]).family(), Some(2));
    }
}
