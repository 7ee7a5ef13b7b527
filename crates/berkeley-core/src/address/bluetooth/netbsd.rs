//! Bluetooth addresses on NetBSD and DragonFly: netbt/bluetooth.h, one structure for every
//! protocol, its numbers those of the host.

use super::{BdAddr, BdAddrType, BluetoothAddress};
use crate::address::error::Reason;
use crate::address::layout::{Layout, field};
use crate::address::text::Fields;
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, c};
use std::fmt;

const BTPROTO_HCI: i32 = 1;
const BTPROTO_L2CAP: i32 = 2;
const BTPROTO_RFCOMM: i32 = 3;
const BTPROTO_SCO: i32 = 4;

/// A controller of this machine, by its device address: `sockaddr_bt`, netbt/bluetooth.h.
#[doc(alias = "sockaddr_bt")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HciAddress {
    /// The device; [`BdAddr::ANY`] for every controller.
    pub device: BdAddr,
}

impl HciAddress {
    /// A controller.
    #[must_use]
    pub const fn new(device: BdAddr) -> Self {
        Self { device }
    }

    /// Reads what follows `hci:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self { device: super::device(&mut fields)? };
        fields.end().map(|()| address)
    }
}

/// `hci:DEVICE`.
impl fmt::Display for HciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hci:{}", self.device)
    }
}

impl Layout for BluetoothAddress {
    const FAMILY: Family = Family::from_raw(c::AF_BLUETOOTH);

    /// `sockaddr_bt` after its family: device, service, channel, five zeros.
    fn encode(&self) -> RawAddress {
        let (device, psm, channel) = match *self {
            Self::L2cap { device, psm, .. } => (device, psm, 0),
            Self::Rfcomm { device, channel } => (device, 0, channel),
            Self::Hci(HciAddress { device }) | Self::Sco { device } => (device, 0, 0),
        };
        let mut tail = [0; 14];
        tail[..6].copy_from_slice(&device.to_kernel());
        tail[6..8].copy_from_slice(&psm.to_ne_bytes());
        tail[8] = channel;
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], protocol: Protocol) -> Option<Self> {
        let device = BdAddr::from_kernel(field(tail, 0)?);
        match protocol.raw() {
            BTPROTO_L2CAP => Some(Self::L2cap {
                device,
                psm: u16::from_ne_bytes(field(tail, 6)?),
                cid: 0,
                device_type: BdAddrType::BREDR,
            }),
            BTPROTO_RFCOMM => Some(Self::Rfcomm { device, channel: *tail.get(8)? }),
            BTPROTO_HCI => Some(Self::Hci(HciAddress { device })),
            BTPROTO_SCO => Some(Self::Sco { device }),
            _ => None,
        }
    }
}
