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
        let family = if HAS_SA_LEN {
            // struct sockaddr { uint8_t sa_len; uint8_t sa_family; … } on the BSDs and macOS.
            [raw.len.to_le_bytes()[0], family.to_le_bytes()[0]]
        } else {
            family.to_ne_bytes()
        };
        raw.bytes[..2].copy_from_slice(&family);
        raw.bytes[2..raw.len].copy_from_slice(tail);
        raw
    }

    /// The family, or `None` for an address without one (an unnamed Unix peer has length 0).
    pub(crate) fn family(&self) -> Option<u16> {
        let field: [u8; 2] = self.as_bytes().get(..2)?.try_into().ok()?;
        Some(if HAS_SA_LEN { u16::from(field[1]) } else { u16::from_ne_bytes(field) })
    }

    /// What follows the family field.
    pub(crate) fn tail(&self) -> &[u8] {
        self.as_bytes().get(2..).unwrap_or_default()
    }

    /// The address in these bytes, family first; what does not fit is cut off.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut raw = Self::empty();
        raw.len = bytes.len().min(CAPACITY);
        raw.bytes[..raw.len].copy_from_slice(&bytes[..raw.len]);
        raw
    }

    /// The address as a whole `sockaddr_storage`, zeros behind it.
    #[cfg(any(linux_like, apple, freebsd))]
    pub(crate) const fn storage(&self) -> &[u8; CAPACITY] {
        &self.bytes
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(super) fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr()
    }

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
    pub(super) fn set_len(&mut self, reported: usize) {
        self.len = reported.min(CAPACITY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
