//! Addresses of families that have no type here.

use super::error::Reason;
use super::layout::family_field;
use super::text::{Fields, hex_bytes};
use crate::constant::Family;
use crate::sys::RawAddress;
use std::fmt;

/// The address of a family that has no type of its own here, or an address that none of the types
/// can hold: its bytes after the family field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherAddress {
    family: u16,
    len: u8,
    bytes: [u8; OtherAddress::CAPACITY],
}

impl OtherAddress {
    /// The most bytes after the family field that a `sockaddr_storage` holds: 126.
    pub const CAPACITY: usize = 126;

    /// The address of `family` whose bytes after the family field are `bytes`; `None` when they
    /// are more than [`CAPACITY`](Self::CAPACITY), or when the family's number does not fit an
    /// address.
    #[must_use]
    pub fn new(family: Family, bytes: &[u8]) -> Option<Self> {
        u16::try_from(family.raw()).ok()?;
        let mut other = Self::empty(family);
        other.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        other.len = u8::try_from(bytes.len()).ok()?;
        Some(other)
    }

    /// No address: that of `family` without bytes.
    pub(crate) const fn empty(family: Family) -> Self {
        Self { family: family_field(family), len: 0, bytes: [0; Self::CAPACITY] }
    }

    /// The family.
    #[must_use]
    pub fn family(&self) -> Family {
        Family::from_raw(i32::from(self.family))
    }

    /// The bytes after the family field.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    pub(super) fn encode(&self) -> RawAddress {
        RawAddress::new(self.family, self.bytes())
    }

    /// Reads what follows `other:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let family = fields.number::<u16>()?;
        let bytes = hex_bytes(fields.take()).ok_or(fields.wrong())?;
        fields.end()?;
        Self::new(Family::from_raw(i32::from(family)), &bytes).ok_or(fields.wrong())
    }
}

/// `other:`, the number of the family, and the bytes in hexadecimal.
impl fmt::Display for OtherAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "other:{}:", self.family)?;
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for OtherAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bytes_than_an_address_has_are_none() {
        assert!(OtherAddress::new(Family::INET, &[0; 126]).is_some());
        assert_eq!(OtherAddress::new(Family::INET, &[0; 127]), None);
        assert_eq!(OtherAddress::new(Family::from_raw(-1), &[]), None);
        assert_eq!(OtherAddress::new(Family::from_raw(65_536), &[]), None);
    }
}
