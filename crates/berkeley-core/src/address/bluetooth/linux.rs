//! Bluetooth addresses on Linux: bluetooth/l2cap.h, rfcomm.h, hci.h and sco.h. Numbers of the
//! Bluetooth protocols are little-endian, those of Linux are the host's.

use super::{BdAddr, BdAddrType, BluetoothAddress};
use crate::address::error::Reason;
use crate::address::layout::{Layout, field};
use crate::address::text::Fields;
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, c};
use std::fmt;

/// A controller of this machine: `sockaddr_hci`, bluetooth/hci.h.
///
/// On the BSDs controllers have names or device addresses in place of numbers.
#[doc(alias = "sockaddr_hci")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HciAddress {
    /// The number of the controller, or [`NO_DEVICE`](Self::NO_DEVICE).
    pub device: u16,
    /// How the socket works, one of the `CHANNEL_` constants.
    pub channel: u16,
}

impl HciAddress {
    /// No controller: `HCI_DEV_NONE`.
    #[doc(alias = "HCI_DEV_NONE")]
    pub const NO_DEVICE: u16 = 0xFFFF;

    /// Packets beside the kernel's own: `HCI_CHANNEL_RAW`.
    #[doc(alias = "HCI_CHANNEL_RAW")]
    pub const CHANNEL_RAW: u16 = 0;

    /// The controller for this socket alone: `HCI_CHANNEL_USER`.
    #[doc(alias = "HCI_CHANNEL_USER")]
    pub const CHANNEL_USER: u16 = 1;

    /// What all controllers do, to look at: `HCI_CHANNEL_MONITOR`.
    #[doc(alias = "HCI_CHANNEL_MONITOR")]
    pub const CHANNEL_MONITOR: u16 = 2;

    /// Management: `HCI_CHANNEL_CONTROL`.
    #[doc(alias = "HCI_CHANNEL_CONTROL")]
    pub const CHANNEL_CONTROL: u16 = 3;

    /// Messages into the monitor: `HCI_CHANNEL_LOGGING`.
    #[doc(alias = "HCI_CHANNEL_LOGGING")]
    pub const CHANNEL_LOGGING: u16 = 4;

    /// A controller, on the raw channel.
    #[must_use]
    pub const fn new(device: u16) -> Self {
        Self { device, channel: Self::CHANNEL_RAW }
    }

    /// Reads what follows `hci:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self { device: fields.number()?, channel: fields.number_or(0)? };
        fields.end().map(|()| address)
    }
}

/// `hci:DEVICE`, and `:CHANNEL` where it is not the raw one.
impl fmt::Display for HciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hci:{}", self.device)?;
        if self.channel == 0 { Ok(()) } else { write!(f, ":{}", self.channel) }
    }
}

impl Layout for BluetoothAddress {
    const FAMILY: Family = Family::from_raw(c::AF_BLUETOOTH);

    fn encode(&self) -> RawAddress {
        match *self {
            // The structure ends in a byte of padding.
            Self::L2cap { device, psm, cid, device_type } => {
                let mut tail = [0; 12];
                tail[..2].copy_from_slice(&psm.to_le_bytes());
                tail[2..8].copy_from_slice(&device.to_kernel());
                tail[8..10].copy_from_slice(&cid.to_le_bytes());
                tail[10] = device_type.raw();
                Self::raw(&tail)
            }
            // This one too.
            Self::Rfcomm { device, channel } => {
                let mut tail = [0; 8];
                tail[..6].copy_from_slice(&device.to_kernel());
                tail[6] = channel;
                Self::raw(&tail)
            }
            Self::Hci(HciAddress { device, channel }) => {
                let mut tail = [0; 4];
                tail[..2].copy_from_slice(&device.to_ne_bytes());
                tail[2..].copy_from_slice(&channel.to_ne_bytes());
                Self::raw(&tail)
            }
            Self::Sco { device } => Self::raw(&device.to_kernel()),
        }
    }

    fn decode(tail: &[u8], protocol: Protocol) -> Option<Self> {
        let device = |offset| field(tail, offset).map(BdAddr::from_kernel);
        match protocol.raw() {
            c::BTPROTO_L2CAP => Some(Self::L2cap {
                psm: u16::from_le_bytes(field(tail, 0)?),
                device: device(2)?,
                // Older programs have a shorter structure.
                cid: field(tail, 8).map_or(0, u16::from_le_bytes),
                device_type: BdAddrType::from_raw(tail.get(10).copied().unwrap_or(0)),
            }),
            c::BTPROTO_RFCOMM => Some(Self::Rfcomm { device: device(0)?, channel: *tail.get(6)? }),
            c::BTPROTO_HCI => Some(Self::Hci(HciAddress {
                device: u16::from_ne_bytes(field(tail, 0)?),
                channel: field(tail, 2).map_or(0, u16::from_ne_bytes),
            })),
            c::BTPROTO_SCO => Some(Self::Sco { device: device(0)? }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_says_which_form_bytes_have() {
        let device = BdAddr::new([1, 2, 3, 4, 5, 6]);
        for (protocol, address) in [
            (c::BTPROTO_L2CAP, BluetoothAddress::l2cap(device, 0x1001)),
            (c::BTPROTO_RFCOMM, BluetoothAddress::rfcomm(device, 7)),
            (c::BTPROTO_HCI, HciAddress::new(1).into()),
            (c::BTPROTO_SCO, BluetoothAddress::sco(device)),
        ] {
            let raw = address.encode();
            let decoded = BluetoothAddress::decode(raw.tail(), Protocol::from_raw(protocol));
            assert_eq!(decoded, Some(address));
            // BNEP, whose sockets have no addresses.
            assert_eq!(BluetoothAddress::decode(raw.tail(), Protocol::from_raw(4)), None);
        }
    }
}
