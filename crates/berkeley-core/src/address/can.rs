//! Addresses on a CAN bus: the kernel's documentation of SocketCAN, linux/can.h.

use super::error::Reason;
use super::layout::{Layout, field};
use super::text::{Fields, OrAny};
use crate::constant::{Family, Protocol};
use crate::interface::Interface;
use crate::sys::RawAddress;
#[cfg(linux_like)]
use crate::sys::c;
use std::fmt;

/// The address of a CAN socket: `sockaddr_can`, linux/can.h. Which form it has is decided by the
/// socket's protocol.
///
/// ```
/// use berkeley_core::Interface;
/// use berkeley_core::address::{Address, CanAddress};
///
/// let address = CanAddress::bus(Interface::from_index(3));
/// assert_eq!("can:3".parse(), Ok(Address::from(address)));
/// ```
///
/// # Platforms
/// Linux, and NetBSD (raw alone).
#[doc(alias = "sockaddr_can")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CanAddress {
    /// A bus, for raw sockets (`CAN_RAW`) and the broadcast manager (`CAN_BCM`).
    Bus {
        /// The interface; [`Interface::ANY`] for every bus.
        interface: Interface,
    },
    /// A transport channel of ISO 15765-2 (`CAN_ISOTP`). Identifiers of 29 bits have
    /// `CAN_EFF_FLAG`, the highest bit, beside them. A received message tells the interface alone.
    #[cfg(linux_like)]
    IsoTp {
        /// The interface.
        interface: Interface,
        /// The identifier that is received.
        rx: u32,
        /// The identifier that is sent.
        tx: u32,
    },
    /// A control unit by SAE J1939 (`CAN_J1939`, Linux 5.4 and later). A received message that was
    /// longer than a frame may tell no interface.
    #[cfg(linux_like)]
    J1939 {
        /// The interface.
        interface: Interface,
        /// The name of the control unit, [`J1939_NO_NAME`](Self::J1939_NO_NAME) for none.
        name: u64,
        /// The parameter group, [`J1939_NO_PGN`](Self::J1939_NO_PGN) for none.
        pgn: u32,
        /// The address of the control unit, [`J1939_NO_ADDR`](Self::J1939_NO_ADDR) for none.
        addr: u8,
    },
}

impl CanAddress {
    /// No name: `J1939_NO_NAME`.
    #[cfg(linux_like)]
    pub const J1939_NO_NAME: u64 = 0;

    /// No parameter group: `J1939_NO_PGN`.
    #[cfg(linux_like)]
    pub const J1939_NO_PGN: u32 = c::J1939_NO_PGN;

    /// No address, or every one: `J1939_NO_ADDR`.
    #[cfg(linux_like)]
    pub const J1939_NO_ADDR: u8 = c::J1939_NO_ADDR;

    /// A bus, for raw sockets and the broadcast manager; [`Interface::ANY`] for every bus.
    #[must_use]
    pub const fn bus(interface: Interface) -> Self {
        Self::Bus { interface }
    }

    /// The interface.
    #[must_use]
    pub const fn interface(&self) -> Interface {
        match *self {
            Self::Bus { interface } => interface,
            #[cfg(linux_like)]
            Self::IsoTp { interface, .. } | Self::J1939 { interface, .. } => interface,
        }
    }

    /// Reads what follows `can:`.
    pub(super) fn parse_bus(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self::Bus { interface: fields.interface()? };
        fields.end().map(|()| address)
    }

    /// Reads what follows `isotp:`.
    #[cfg(linux_like)]
    pub(super) fn parse_isotp(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self::IsoTp {
            interface: fields.interface()?,
            rx: fields.number()?,
            tx: fields.number()?,
        };
        fields.end().map(|()| address)
    }

    /// Reads what follows `j1939:`.
    #[cfg(linux_like)]
    pub(super) fn parse_j1939(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self::J1939 {
            interface: fields.interface()?,
            name: fields.number_or(Self::J1939_NO_NAME)?,
            pgn: fields.number_or(Self::J1939_NO_PGN)?,
            addr: fields.number_or(Self::J1939_NO_ADDR)?,
        };
        fields.end().map(|()| address)
    }
}

impl Layout for CanAddress {
    #[cfg(linux_like)]
    const FAMILY: Family = Family::from_raw(c::AF_CAN);
    /// `AF_CAN` of NetBSD's sys/socket.h.
    #[cfg(not(linux_like))]
    const FAMILY: Family = Family::from_raw(35);

    /// `sockaddr_can` after its family: two zeros, interface, and a union of identifiers (ISO-TP)
    /// and of name, group and address (J1939). All of it, since old kernels ask for that.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; if cfg!(linux_like) { 22 } else { 14 }];
        tail[2..6].copy_from_slice(&self.interface().index().to_ne_bytes());
        match *self {
            Self::Bus { .. } => {}
            #[cfg(linux_like)]
            Self::IsoTp { rx, tx, .. } => {
                tail[6..10].copy_from_slice(&rx.to_ne_bytes());
                tail[10..14].copy_from_slice(&tx.to_ne_bytes());
            }
            #[cfg(linux_like)]
            Self::J1939 { name, pgn, addr, .. } => {
                tail[6..14].copy_from_slice(&name.to_ne_bytes());
                tail[14..18].copy_from_slice(&pgn.to_ne_bytes());
                tail[18] = addr;
            }
        }
        Self::raw(&tail)
    }

    #[cfg(linux_like)]
    fn decode(tail: &[u8], protocol: Protocol) -> Option<Self> {
        let interface = Interface::from_index(u32::from_ne_bytes(field(tail, 2)?));
        Some(match protocol.raw() {
            c::CAN_ISOTP => Self::IsoTp {
                interface,
                rx: u32::from_ne_bytes(field(tail, 6)?),
                tx: u32::from_ne_bytes(field(tail, 10)?),
            },
            c::CAN_J1939 => Self::J1939 {
                interface,
                name: u64::from_ne_bytes(field(tail, 6)?),
                pgn: u32::from_ne_bytes(field(tail, 14)?),
                addr: *tail.get(18)?,
            },
            _ => Self::Bus { interface },
        })
    }

    #[cfg(not(linux_like))]
    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let interface = Interface::from_index(u32::from_ne_bytes(field(tail, 2)?));
        Some(Self::Bus { interface })
    }
}

/// `can:INTERFACE`, `isotp:INTERFACE:RX:TX` or `j1939:INTERFACE:NAME:PGN:ADDR`.
impl fmt::Display for CanAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interface = OrAny(self.interface());
        match self {
            Self::Bus { .. } => write!(f, "can:{interface}"),
            #[cfg(linux_like)]
            Self::IsoTp { rx, tx, .. } => write!(f, "isotp:{interface}:{rx:#x}:{tx:#x}"),
            #[cfg(linux_like)]
            Self::J1939 { name, pgn, addr, .. } => {
                write!(f, "j1939:{interface}:{name:#x}:{pgn:#x}:{addr:#x}")
            }
        }
    }
}

#[cfg(all(test, linux_like))]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_says_which_form_bytes_have() {
        let interface = Interface::from_index(3);
        let address = CanAddress::J1939 { interface, name: 1, pgn: 2, addr: 3 };
        let raw = address.encode();
        let decode = |protocol| CanAddress::decode(raw.tail(), Protocol::from_raw(protocol));
        assert_eq!(decode(c::CAN_J1939), Some(address));
        assert_eq!(decode(c::CAN_RAW), Some(CanAddress::bus(interface)));
        assert_eq!(decode(c::CAN_BCM), Some(CanAddress::bus(interface)));
        assert!(matches!(decode(c::CAN_ISOTP), Some(CanAddress::IsoTp { .. })));
    }

    #[test]
    fn the_eight_bytes_that_a_raw_socket_gets_are_enough() {
        let raw = CanAddress::bus(Interface::from_index(3)).encode();
        let short = &raw.tail()[..6];
        let protocol = Protocol::from_raw(c::CAN_RAW);
        assert_eq!(CanAddress::decode(short, protocol).unwrap().interface().index(), 3);
        assert_eq!(CanAddress::decode(short, Protocol::from_raw(c::CAN_ISOTP)), None);
    }
}
