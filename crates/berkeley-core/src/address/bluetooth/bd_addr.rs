//! The addresses of Bluetooth devices.

use crate::address::AddressError;
use crate::address::text::hex_byte;
use std::fmt;
use std::str::FromStr;

/// The address of a Bluetooth device: six bytes, written with the highest first.
///
/// Text is read in any case and printed in upper case: `01:23:45:67:89:AB`. (The kernel has the
/// lowest byte first; conversions are done where a socket address is made.)
#[doc(alias = "bdaddr_t")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BdAddr([u8; 6]);

impl BdAddr {
    /// Any device, `00:00:00:00:00:00`: `BDADDR_ANY`.
    #[doc(alias = "BDADDR_ANY")]
    pub const ANY: Self = Self([0; 6]);

    /// This device, `00:00:00:FF:FF:FF`: `BDADDR_LOCAL`, as Python has it. (BlueZ's macro of that
    /// name has these bytes the other way round; its kernel gives neither a meaning.)
    #[doc(alias = "BDADDR_LOCAL")]
    pub const LOCAL: Self = Self([0, 0, 0, 0xFF, 0xFF, 0xFF]);

    /// Every device, `FF:FF:FF:FF:FF:FF`: `BDADDR_ALL`.
    #[doc(alias = "BDADDR_ALL")]
    pub const ALL: Self = Self([0xFF; 6]);

    /// The address of these bytes, in the order in which they are written.
    #[must_use]
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// The bytes, in the order in which they are written.
    #[must_use]
    pub const fn bytes(self) -> [u8; 6] {
        self.0
    }

    /// As the kernel has it: the lowest byte first.
    pub(super) fn to_kernel(self) -> [u8; 6] {
        let mut bytes = self.0;
        bytes.reverse();
        bytes
    }

    /// See [`to_kernel`](Self::to_kernel).
    pub(super) fn from_kernel(mut bytes: [u8; 6]) -> Self {
        bytes.reverse();
        Self(bytes)
    }
}

/// Reads six bytes of two hexadecimal digits each, between colons.
impl FromStr for BdAddr {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: Option<Vec<u8>> = text.split(':').map(hex_byte).collect();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(AddressError::BdAddr)
    }
}

impl fmt::Display for BdAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02X}:{b:02X}:{c:02X}:{d:02X}:{e:02X}:{g:02X}")
    }
}

impl fmt::Debug for BdAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_six_bytes_in_any_case() {
        let address: BdAddr = "01:23:45:67:89:aB".parse().unwrap();
        assert_eq!(address, BdAddr::new([1, 0x23, 0x45, 0x67, 0x89, 0xAB]));
        assert_eq!(address.to_string(), "01:23:45:67:89:AB");
        assert_eq!(address.to_kernel(), [0xAB, 0x89, 0x67, 0x45, 0x23, 1]);
        assert_eq!(BdAddr::from_kernel(address.to_kernel()), address);
        assert_eq!(BdAddr::LOCAL.to_string(), "00:00:00:FF:FF:FF");
        for text in [
            "",
            "01:23:45:67:89",
            "01:23:45:67:89:AB:CD",
            "01:23:45:67:89:AB:",
            "1:23:45:67:89:AB",
            "001:23:45:67:89:AB",
            "01:23:45:67:89:AG",
            "+1:23:45:67:89:AB",
            "01-23-45-67-89-AB",
            " 01:23:45:67:89:AB",
        ] {
            assert_eq!(text.parse::<BdAddr>(), Err(AddressError::BdAddr), "{text}");
        }
    }
}
