//! Identifiers of frames.

use super::invalid_input;
use crate::c_struct::as_numbers;
use std::fmt;
use std::io;

/// The identifier of a frame, with what else its 32 bits say: `canid_t` of linux/can.h.
///
/// Standard identifiers have 11 bits, extended ones 29. The lower the number, the more urgent the
/// frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CanId(u32);

impl CanId {
    /// `CAN_EFF_FLAG`: the identifier has 29 bits.
    const EXTENDED: u32 = 1 << 31;
    /// `CAN_RTR_FLAG`: the frame asks for data.
    const REMOTE: u32 = 1 << 30;
    /// `CAN_ERR_FLAG`: the frame tells of an error.
    const ERROR: u32 = 1 << 29;
    /// `CAN_SFF_MASK`.
    const STANDARD_BITS: u32 = 0x7FF;
    /// `CAN_EFF_MASK`.
    const EXTENDED_BITS: u32 = 0x1FFF_FFFF;

    /// A standard identifier, of 11 bits.
    ///
    /// # Errors
    /// `InvalidInput` for a number past 0x7FF.
    pub fn standard(number: u32) -> io::Result<Self> {
        if number > Self::STANDARD_BITS {
            return Err(invalid_input(format!("{number:#X} has more than 11 bits: use extended")));
        }
        Ok(Self(number))
    }

    /// An extended identifier, of 29 bits: `CAN_EFF_FLAG`.
    ///
    /// # Errors
    /// `InvalidInput` for a number past 0x1FFFFFFF.
    #[doc(alias = "CAN_EFF_FLAG")]
    pub fn extended(number: u32) -> io::Result<Self> {
        if number > Self::EXTENDED_BITS {
            return Err(invalid_input(format!("{number:#X} has more than 29 bits")));
        }
        Ok(Self(number | Self::EXTENDED))
    }

    /// The same identifier in a frame that asks for data: `CAN_RTR_FLAG`.
    #[doc(alias = "CAN_RTR_FLAG")]
    #[must_use]
    pub const fn remote(self) -> Self {
        Self(self.0 | Self::REMOTE)
    }

    /// The identifier of these bits, flags among them, whatever they are.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }

    /// All 32 bits.
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// The identifier without flags; of an error frame its [`CanErrors`].
    #[must_use]
    pub const fn number(self) -> u32 {
        let bits = if self.is_extended() || self.is_error() {
            Self::EXTENDED_BITS
        } else {
            Self::STANDARD_BITS
        };
        self.0 & bits
    }

    /// Whether the identifier has 29 bits.
    #[must_use]
    pub const fn is_extended(self) -> bool {
        self.0 & Self::EXTENDED != 0
    }

    /// Whether the frame asks for data.
    #[must_use]
    pub const fn is_remote(self) -> bool {
        self.0 & Self::REMOTE != 0
    }

    /// Whether the frame tells of an error: `CAN_ERR_FLAG`. The kernel makes such frames.
    #[doc(alias = "CAN_ERR_FLAG")]
    #[must_use]
    pub const fn is_error(self) -> bool {
        self.0 & Self::ERROR != 0
    }

    /// What an error frame tells of; `None` of other frames.
    #[must_use]
    pub const fn errors(self) -> Option<CanErrors> {
        if self.is_error() { Some(CanErrors::from_bits_retain(self.number())) } else { None }
    }
}

/// As candump(1) shows it: three hexadecimal digits, or eight of an extended identifier.
impl fmt::Display for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = if self.is_extended() { 8 } else { 3 };
        write!(f, "{:0width$X}", self.number())
    }
}

impl fmt::Debug for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remote = if self.is_remote() { ", remote" } else { "" };
        let error = if self.is_error() { ", error" } else { "" };
        write!(f, "CanId({self}{remote}{error})")
    }
}

as_numbers! { CanId: u32, from_raw, raw; }

bitflags::bitflags! {
    /// The classes of errors that error frames tell of: linux/can/error.h. Bits without a name
    /// here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct CanErrors: u32 {
        /// The driver's transmission took too long: `CAN_ERR_TX_TIMEOUT`.
        const TX_TIMEOUT = 1;
        /// Another node was more urgent: `CAN_ERR_LOSTARB`; byte 0 says at which bit.
        const LOST_ARBITRATION = 1 << 1;
        /// The controller: `CAN_ERR_CRTL`; byte 1 says what.
        const CONTROLLER = 1 << 2;
        /// Violations of the protocol: `CAN_ERR_PROT`; bytes 2 and 3 say which and where.
        const PROTOCOL = 1 << 3;
        /// The transceiver: `CAN_ERR_TRX`; byte 4 says what.
        const TRANSCEIVER = 1 << 4;
        /// Nobody acknowledged: `CAN_ERR_ACK`.
        const ACKNOWLEDGEMENT = 1 << 5;
        /// The controller has left the bus: `CAN_ERR_BUSOFF`.
        const BUS_OFF = 1 << 6;
        /// Errors of the bus, which may be very many: `CAN_ERR_BUSERROR`.
        const BUS_ERROR = 1 << 7;
        /// The controller was restarted: `CAN_ERR_RESTARTED`.
        const RESTARTED = 1 << 8;
        /// Bytes 6 and 7 count errors of sending and receiving: `CAN_ERR_CNT`.
        const COUNTERS = 1 << 9;

        const _ = !0;
    }
}

impl CanErrors {
    /// Every error, named here or not: `CAN_ERR_MASK`.
    #[doc(alias = "CAN_ERR_MASK")]
    pub const EVERY: Self = Self::from_bits_retain(CanId::EXTENDED_BITS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        assert_eq!(CanId::standard(0x7FF).unwrap().raw(), 0x7FF);
        assert_eq!(CanId::standard(0x800).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(CanId::extended(0x1FFF_FFFF).unwrap().raw(), 0x9FFF_FFFF);
        assert_eq!(CanId::extended(0x2000_0000).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn flags_are_apart_from_the_number() {
        let id = CanId::extended(0x123).unwrap().remote();
        assert_eq!((id.number(), id.is_extended(), id.is_remote()), (0x123, true, true));
        assert_eq!(format!("{id} {id:?}"), "00000123 CanId(00000123, remote)");
        assert_eq!(CanId::standard(0x12).unwrap().to_string(), "012");
        assert_eq!(id.errors(), None);
        let error = CanId::from_raw(0x2000_0044);
        assert_eq!(error.errors(), Some(CanErrors::CONTROLLER | CanErrors::BUS_OFF));
        assert_eq!(format!("{error:?}"), "CanId(044, error)");
    }
}
