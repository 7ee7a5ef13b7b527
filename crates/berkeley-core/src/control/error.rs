//! The error queue: what routers, the peer or the kernel say of packets sent earlier. man 7 ip
//! (`IP_RECVERR`), the kernel's timestamping.rst and msg_zerocopy.rst.
//!
//! [`Socket::recv_error`](crate::Socket::recv_error) reads it;
//! [`recv_msg`](crate::Socket::recv_msg) with [`MsgFlags::ERRQUEUE`](crate::MsgFlags::ERRQUEUE)
//! does so too, with every control message: the bytes are those of the packet that is meant, the
//! address is where it was going.

use super::{Decode, message, packet};
use crate::address::Address;
use crate::control::RecvBuffer;
use crate::layout::Fields;
use std::io;
use std::ops::RangeInclusive;

/// One entry of the error queue: `struct sock_extended_err` and the offender behind it.
#[doc(alias = "sock_extended_err")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtendedError {
    /// The errno: 0, or `ENOMSG` of timestamps, when the entry is no error.
    pub errno: i32,
    /// Who says so.
    pub origin: ErrorOrigin,
    /// The type of the ICMP message, or what the origin makes of it.
    pub kind: u8,
    /// The code of the ICMP message, or what the origin makes of it.
    pub code: u8,
    /// More: the path's MTU for `EMSGSIZE`, the first number of [`zero_copied`](Self::zero_copied),
    /// the type of a timestamp.
    pub info: u32,
    /// More: the last number of [`zero_copied`](Self::zero_copied), the key of a timestamp.
    pub data: u32,
    /// The router or host that reported it, where one did.
    pub offender: Option<Address>,
}

/// Who made an entry of the error queue: `SO_EE_ORIGIN_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorOrigin(pub u8);

impl ErrorOrigin {
    /// Nobody: `SO_EE_ORIGIN_NONE`.
    pub const NONE: Self = Self(0);
    /// This kernel: `SO_EE_ORIGIN_LOCAL`.
    pub const LOCAL: Self = Self(1);
    /// An ICMP message: `SO_EE_ORIGIN_ICMP`.
    pub const ICMP: Self = Self(2);
    /// An ICMPv6 message: `SO_EE_ORIGIN_ICMP6`.
    pub const ICMP6: Self = Self(3);
    /// The timestamp of a packet sent: `SO_EE_ORIGIN_TIMESTAMPING`.
    pub const TIMESTAMPING: Self = Self(4);
    /// Zero-copy sends that are done: `SO_EE_ORIGIN_ZEROCOPY`.
    pub const ZEROCOPY: Self = Self(5);
    /// A packet that could not leave at its time: `SO_EE_ORIGIN_TXTIME`.
    pub const TXTIME: Self = Self(6);
}

/// Zero-copy sends that the kernel has done with: the entries of msg_zerocopy.rst.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ZeroCopied {
    /// The numbers of the sends, counted from 0 for each socket; past 2³² − 1 they begin again,
    /// so that the first may be greater than the last.
    pub sends: RangeInclusive<u32>,
    /// Whether the kernel copied the bytes after all.
    pub copied: bool,
}

impl ExtendedError {
    /// As an error, unless it is none.
    #[must_use]
    pub fn error(&self) -> Option<io::Error> {
        let is_error = self.errno != 0 && self.origin != ErrorOrigin::TIMESTAMPING;
        is_error.then(|| io::Error::from_raw_os_error(self.errno))
    }

    /// The zero-copy sends that it says are done, if that is what it says.
    #[must_use]
    pub fn zero_copied(&self) -> Option<ZeroCopied> {
        let copied = self.code == 1; // SO_EE_CODE_ZEROCOPY_COPIED
        (self.origin == ErrorOrigin::ZEROCOPY)
            .then_some(ZeroCopied { sends: self.info..=self.data, copied })
    }

    /// `sock_extended_err`, and an address where the origin has one.
    pub(super) fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        let errno = fields.i32()?;
        let [origin, kind, code, _padding] = fields.bytes()?;
        let (info, data) = (fields.u32()?, fields.u32()?);
        // Without an offender its family is AF_UNSPEC.
        let offender = super::address(fields.rest()).filter(|from| from.family().raw() != 0);
        Some(Self { errno, origin: ErrorOrigin(origin), kind, code, info, data, offender })
    }
}

impl RecvBuffer {
    /// The entry of the error queue that was received, of whatever protocol.
    /// [`Socket::recv_error`](crate::Socket::recv_error) has an example.
    #[must_use]
    pub fn extended_error(&self) -> Option<ExtendedError> {
        self.get::<Error4>()
            .map(|error| error.0)
            .or_else(|| self.get::<Error6>().map(|error| error.0))
            .or_else(|| self.get::<packet::Error>().map(|error| error.0))
            .or_else(|| self.get::<VsockError>().map(|error| error.0))
            .or_else(|| self.get::<J1939Error>().map(|error| error.0))
    }
}

/// The same entry, under the level and number of each protocol.
macro_rules! errors {
    ( $( $(#[$meta:meta])* $name:ident = $level:ident, $constant:ident; )* ) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub ExtendedError);

        message!($name = $level, $constant);

        impl Decode for $name {
            fn decode(payload: &[u8]) -> Option<Self> {
                ExtendedError::decode(payload).map(Self)
            }
        }
    )* };
}

errors! {
    /// An entry of the error queue of IPv4: `IP_RECVERR`.
    #[doc(alias = "IP_RECVERR")]
    Error4 = IPPROTO_IP, IP_RECVERR;
    /// An entry of the error queue of IPv6: `IPV6_RECVERR`.
    #[doc(alias = "IPV6_RECVERR")]
    Error6 = IPPROTO_IPV6, IPV6_RECVERR;
    /// An entry of the error queue of vsock, for zero-copy sends: `VSOCK_RECVERR`.
    #[doc(alias = "VSOCK_RECVERR")]
    VsockError = SOL_VSOCK, VSOCK_RECVERR;
    /// An entry of the error queue of J1939, for long messages: `SCM_J1939_ERRQUEUE`. How far they
    /// have come is a message beside it, [`j1939::Progress`](super::j1939::Progress).
    #[doc(alias = "SCM_J1939_ERRQUEUE")]
    J1939Error = SOL_CAN_J1939, SCM_J1939_ERRQUEUE;
}
