//! Packet sockets: man 7 packet.

use super::error::ExtendedError;
use super::{Decode, message};
use crate::layout::Fields;

/// What is known of a packet beside its bytes: `PACKET_AUXDATA`, asked for by
/// [`AuxiliaryData`](crate::option::packet::AuxiliaryData).
#[doc(alias = "PACKET_AUXDATA")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuxiliaryData {
    /// `TP_STATUS_*` bits.
    pub status: u32,
    /// Bytes of the packet.
    pub length: u32,
    /// Bytes of it that were received.
    pub captured: u32,
    /// Where the link's header begins.
    pub link_offset: u16,
    /// Where the network's header begins.
    pub network_offset: u16,
    /// The tag of the virtual LAN, and the Ethernet protocol that marked it, if there was one.
    pub vlan: Option<(u16, u16)>,
}

message!(AuxiliaryData = SOL_PACKET, PACKET_AUXDATA);

impl Decode for AuxiliaryData {
    fn decode(payload: &[u8]) -> Option<Self> {
        const VLAN_VALID: u32 = 1 << 4; // TP_STATUS_VLAN_VALID
        let mut fields = Fields::new(payload);
        let (status, length, captured) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (link_offset, network_offset) = (fields.u16()?, fields.u16()?);
        let vlan = (fields.u16()?, fields.u16()?);
        let vlan = (status & VLAN_VALID != 0).then_some(vlan);
        Some(Self { status, length, captured, link_offset, network_offset, vlan })
    }
}

/// An entry of the error queue of a packet socket: `PACKET_TX_TIMESTAMP`.
#[doc(alias = "PACKET_TX_TIMESTAMP")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error(pub ExtendedError);

message!(Error = SOL_PACKET, PACKET_TX_TIMESTAMP);

impl Decode for Error {
    fn decode(payload: &[u8]) -> Option<Self> {
        ExtendedError::decode(payload).map(Self)
    }
}
