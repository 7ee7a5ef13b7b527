//! Addresses between the processors of a Qualcomm system: linux/qrtr.h.

use super::error::Reason;
use super::layout::{Layout, field};
use super::text::Fields;
use crate::constant::{Family, Protocol};
use crate::sys::RawAddress;
use std::fmt;

/// A node and a port of the router between a Qualcomm system's processors: `sockaddr_qrtr`,
/// linux/qrtr.h.
///
/// ```
/// use berkeley_core::address::{Address, QipcrtrAddress};
///
/// let address = QipcrtrAddress { node: 1, port: QipcrtrAddress::PORT_CONTROL };
/// assert_eq!("qipcrtr:1:0xfffffffe".parse(), Ok(Address::from(address)));
/// ```
///
/// # Platforms
/// Linux 4.7 and later.
#[doc(alias = "sockaddr_qrtr")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QipcrtrAddress {
    /// The node: a processor. A bind takes its own or 0.
    pub node: u32,
    /// The port on it; 0 asks a bind for a free one.
    pub port: u32,
}

impl QipcrtrAddress {
    /// Every node: `QRTR_NODE_BCAST`.
    #[doc(alias = "QRTR_NODE_BCAST")]
    pub const NODE_BROADCAST: u32 = 0xFFFF_FFFF;

    /// The port of control messages: `QRTR_PORT_CTRL`.
    #[doc(alias = "QRTR_PORT_CTRL")]
    pub const PORT_CONTROL: u32 = 0xFFFF_FFFE;

    /// Reads what follows `qipcrtr:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self { node: fields.number()?, port: fields.number()? };
        fields.end().map(|()| address)
    }
}

impl Layout for QipcrtrAddress {
    /// `AF_QIPCRTR`, linux/socket.h of the kernel.
    const FAMILY: Family = Family::from_raw(42);

    /// `sockaddr_qrtr` after its family: two zeros, node, port.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 10];
        tail[2..6].copy_from_slice(&self.node.to_ne_bytes());
        tail[6..].copy_from_slice(&self.port.to_ne_bytes());
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        Some(Self {
            node: u32::from_ne_bytes(field(tail, 2)?),
            port: u32::from_ne_bytes(field(tail, 6)?),
        })
    }
}

/// `qipcrtr:NODE:PORT`.
impl fmt::Display for QipcrtrAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qipcrtr:{}:{}", self.node, self.port)
    }
}
