//! Bluetooth addresses on FreeBSD: netgraph/bluetooth/include/ng_btsocket.h. The kernel takes each
//! structure in its exact length.

use super::{BdAddr, BdAddrType, BluetoothAddress};
use crate::address::AddressError;
use crate::address::error::Reason;
use crate::address::layout::{Layout, field, padded, unpadded};
use crate::address::text::{Fields, escape, unescape};
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, c};
use std::fmt;

const BLUETOOTH_PROTO_HCI: i32 = 134;
const BLUETOOTH_PROTO_L2CAP: i32 = 135;
const BLUETOOTH_PROTO_RFCOMM: i32 = 136;
const BLUETOOTH_PROTO_SCO: i32 = 137;

/// A controller of this machine, by the name of its netgraph node, such as `ubt0hci`:
/// `sockaddr_hci`, netgraph/bluetooth/include/ng_btsocket.h.
#[doc(alias = "sockaddr_hci")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HciAddress {
    node: [u8; 32],
}

impl HciAddress {
    /// The controller whose node has this name.
    ///
    /// # Errors
    /// The name is longer than 31 bytes, or holds a NUL.
    pub fn new(node: &str) -> Result<Self, AddressError> {
        if node.len() > 31 {
            return Err(AddressError::NodeNameTooLong(node.len()));
        }
        Ok(Self { node: padded(node).ok_or(AddressError::Nul)? })
    }

    /// The name of the node.
    #[must_use]
    pub fn node(&self) -> &str {
        unpadded(&self.node).unwrap_or_default()
    }

    /// Reads what follows `hci:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let name = unescape(fields.take()).and_then(|bytes| String::from_utf8(bytes).ok());
        let address = Self::new(&name.ok_or(fields.wrong())?)?;
        fields.end().map(|()| address)
    }
}

/// `hci:NODE`.
impl fmt::Display for HciAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hci:")?;
        escape(self.node().as_bytes(), &[':'], f)
    }
}

impl Layout for BluetoothAddress {
    const FAMILY: Family = Family::from_raw(c::AF_BLUETOOTH);

    fn encode(&self) -> RawAddress {
        match *self {
            // The structure ends in a byte of padding; the others have none.
            Self::L2cap { device, psm, cid, device_type } => {
                let mut tail = [0; 12];
                tail[..2].copy_from_slice(&psm.to_le_bytes());
                tail[2..8].copy_from_slice(&device.to_kernel());
                tail[8..10].copy_from_slice(&cid.to_le_bytes());
                tail[10] = device_type.raw();
                Self::raw(&tail)
            }
            Self::Rfcomm { device, channel } => {
                let mut tail = [0; 7];
                tail[..6].copy_from_slice(&device.to_kernel());
                tail[6] = channel;
                Self::raw(&tail)
            }
            Self::Hci(HciAddress { node }) => Self::raw(&node),
            Self::Sco { device } => Self::raw(&device.to_kernel()),
        }
    }

    fn decode(tail: &[u8], protocol: Protocol) -> Option<Self> {
        let device = |offset| field(tail, offset).map(BdAddr::from_kernel);
        match protocol.raw() {
            BLUETOOTH_PROTO_L2CAP => Some(Self::L2cap {
                psm: u16::from_le_bytes(field(tail, 0)?),
                device: device(2)?,
                cid: field(tail, 8).map_or(0, u16::from_le_bytes),
                device_type: BdAddrType::from_raw(tail.get(10).copied().unwrap_or(0)),
            }),
            BLUETOOTH_PROTO_RFCOMM => {
                Some(Self::Rfcomm { device: device(0)?, channel: *tail.get(6)? })
            }
            BLUETOOTH_PROTO_HCI => HciAddress::new(unpadded(tail)?).ok().map(Self::Hci),
            BLUETOOTH_PROTO_SCO => Some(Self::Sco { device: device(0)? }),
            _ => None,
        }
    }
}
