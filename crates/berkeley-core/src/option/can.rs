//! Options of raw CAN sockets: level `SOL_CAN_RAW`, Documentation/networking/can.rst of the
//! kernel.
//!
//! # Platforms
//! Linux.

use super::codec::{Flags, List, laid_out};
use super::options;
use crate::c_struct::c_structs;
use crate::can::{CanErrors, CanId};

options! { SOL_CAN_RAW;
    /// Which frames come: those that fit one of the filters, of which there are at most 512:
    /// `CAN_RAW_FILTER`. At first one that every frame fits; without filters no frame comes, as
    /// suits a socket that only sends.
    #[doc(alias = "CAN_RAW_FILTER")]
    Filters: List<CanFilter>, ReadWrite = CAN_RAW_FILTER;
    /// Which errors come as frames: `CAN_RAW_ERR_FILTER`. None at first.
    #[doc(alias = "CAN_RAW_ERR_FILTER")]
    ErrorFilter: Flags<CanErrors>, ReadWrite = CAN_RAW_ERR_FILTER;
    /// Whether other sockets of this host receive what this one sends: `CAN_RAW_LOOPBACK`. On at
    /// first.
    #[doc(alias = "CAN_RAW_LOOPBACK")]
    Loopback: bool, ReadWrite = CAN_RAW_LOOPBACK;
    /// Whether the socket receives what it sends itself, with
    /// [`MsgFlags::CONFIRM`](crate::MsgFlags::CONFIRM) in the flags received:
    /// `CAN_RAW_RECV_OWN_MSGS`. Needs [`Loopback`].
    #[doc(alias = "CAN_RAW_RECV_OWN_MSGS")]
    ReceiveOwn: bool, ReadWrite = CAN_RAW_RECV_OWN_MSGS;
    /// Whether frames of CAN FD come and go, beside those of up to 8 bytes
    /// ([`CanAnyFrame`](crate::can::CanAnyFrame) takes both): `CAN_RAW_FD_FRAMES`.
    #[doc(alias = "CAN_RAW_FD_FRAMES")]
    FdFrames: bool, ReadWrite = CAN_RAW_FD_FRAMES;
    /// Whether a frame must fit all filters, not one: `CAN_RAW_JOIN_FILTERS`.
    #[doc(alias = "CAN_RAW_JOIN_FILTERS")]
    JoinFilters: bool, ReadWrite = CAN_RAW_JOIN_FILTERS;
    /// Whether frames of CAN XL come and go: `CAN_RAW_XL_FRAMES`, from Linux 6.1.
    #[doc(alias = "CAN_RAW_XL_FRAMES")]
    XlFrames: bool, ReadWrite = CAN_RAW_XL_FRAMES;
    /// Which virtual networks of CAN XL are meant: `CAN_RAW_XL_VCID_OPTS`, from Linux 6.9.
    #[doc(alias = "CAN_RAW_XL_VCID_OPTS")]
    XlVirtualNetwork: CanXlVirtualNetwork, ReadWrite = CAN_RAW_XL_VCID_OPTS;
}

laid_out!(CanXlVirtualNetwork);

c_structs! {
    /// Which frames a socket takes: those whose identifier is [`id`](Self::id) in the bits of
    /// [`mask`](Self::mask). `struct can_filter` of linux/can.h.
    pub struct CanFilter {
        /// The bits as they must be.
        pub id: CanId,
        /// The bits that are looked at, flags among them.
        pub mask: u32,
    }

    /// `struct can_raw_vcid_options` of linux/can/raw.h.
    #[derive(Default)]
    pub struct CanXlVirtualNetwork {
        /// What is done: 1 puts [`transmit`](Self::transmit) into frames, 2 leaves those of the
        /// frames, 4 looks at those received.
        pub flags: u8,
        /// The network of what is sent.
        pub transmit: u8,
        /// The network of what comes.
        pub receive: u8,
        /// The bits of it that are looked at.
        pub receive_mask: u8,
    }
}

impl CanFilter {
    /// `CAN_INV_FILTER`.
    const INVERTED: u32 = 0x2000_0000;

    /// Takes every frame but those of errors, which [`ErrorFilter`] is for.
    pub const EVERY: Self = Self { id: CanId::from_raw(0), mask: 0 };

    /// Takes the frames of this very identifier: not the extended one for the standard, not the
    /// request for the data.
    #[must_use]
    pub const fn exactly(id: CanId) -> Self {
        let id = CanId::from_raw(id.raw() & !Self::INVERTED);
        Self { id, mask: !Self::INVERTED }
    }

    /// Takes the frames that this filter does not: `CAN_INV_FILTER`.
    #[doc(alias = "CAN_INV_FILTER")]
    #[must_use]
    pub const fn inverted(self) -> Self {
        Self { id: CanId::from_raw(self.id.raw() ^ Self::INVERTED), mask: self.mask }
    }
}
