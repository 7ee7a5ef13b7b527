//! Addresses of network interfaces: man 7 packet.

use super::error::{AddressError, Reason};
use super::layout::{Layout, field};
use super::open_number;
use super::text::{Fields, OrAny, hex_byte};
use crate::constant::{Family, Protocol};
use crate::interface::Interface;
use crate::sys::{RawAddress, c};
use std::fmt;

/// The address of a packet socket, and of a frame that it sends or receives: `sockaddr_ll`,
/// man 7 packet.
///
/// A bind looks at the interface and the protocol alone; a send from a datagram socket also at the
/// hardware address, which it sends to. A receive says all of them, the hardware address being the
/// sender's. The kernel has hardware addresses of more than 8 bytes (InfiniBand): such an address
/// is kept as [`Address::Other`](super::Address::Other).
///
/// ```
/// use berkeley_core::Interface;
/// use berkeley_core::address::{Address, PacketAddress};
///
/// let address = PacketAddress::new(Interface::from_index(2), 0x0806)
///     .with_hardware(&[0xFF; 6])
///     .unwrap();
/// let text = "packet:2:0x0806:0:0:ff:ff:ff:ff:ff:ff";
/// assert_eq!(text.parse(), Ok(Address::from(address)));
/// ```
///
/// # Platforms
/// Linux.
#[doc(alias = "sockaddr_ll")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketAddress {
    /// What the frame carries, in host order: `ETH_P_*`, linux/if_ether.h. 0 in a bind leaves the
    /// protocol that the socket was made with.
    pub protocol: u16,
    /// The interface; any, in a bind.
    pub interface: Interface,
    /// Who a received frame is for.
    pub packet_type: PacketType,
    /// The kind of hardware address: `ARPHRD_*`, 1 for Ethernet.
    pub hardware_type: u16,
    hardware_len: u8,
    hardware: [u8; Self::MAX_HARDWARE],
}

open_number! {
    /// Who a received frame is for: `PACKET_*`, man 7 packet.
    pub struct PacketType(u8);

    /// For this host: `PACKET_HOST`.
    HOST = 0;
    /// For everyone on the link: `PACKET_BROADCAST`.
    BROADCAST = 1;
    /// For a group: `PACKET_MULTICAST`.
    MULTICAST = 2;
    /// For another host, seen because the interface is promiscuous: `PACKET_OTHERHOST`.
    OTHERHOST = 3;
    /// Sent by this host: `PACKET_OUTGOING`.
    OUTGOING = 4;
    /// A broadcast of this host that is looped back: `PACKET_LOOPBACK`. Not seen by sockets.
    LOOPBACK = 5;
    /// For user space: `PACKET_USER`. Not seen by sockets.
    USER = 6;
    /// For the kernel: `PACKET_KERNEL`. Not seen by sockets.
    KERNEL = 7;
}

impl PacketAddress {
    /// The most bytes of a hardware address: 8.
    pub const MAX_HARDWARE: usize = 8;

    /// Frames of `protocol` (in host order) on `interface`, without a hardware address.
    #[must_use]
    pub const fn new(interface: Interface, protocol: u16) -> Self {
        Self {
            protocol,
            interface,
            packet_type: PacketType::HOST,
            hardware_type: 0,
            hardware_len: 0,
            hardware: [0; Self::MAX_HARDWARE],
        }
    }

    /// The same with a hardware address, such as the 6 bytes of Ethernet.
    ///
    /// # Errors
    /// There are more than [`MAX_HARDWARE`](Self::MAX_HARDWARE) bytes.
    pub fn with_hardware(mut self, bytes: &[u8]) -> Result<Self, AddressError> {
        let too_long = AddressError::HardwareTooLong(bytes.len());
        self.hardware = [0; Self::MAX_HARDWARE];
        self.hardware.get_mut(..bytes.len()).ok_or(too_long)?.copy_from_slice(bytes);
        self.hardware_len = u8::try_from(bytes.len()).map_err(|_| too_long)?;
        Ok(self)
    }

    /// The hardware address; empty when there is none.
    #[must_use]
    pub fn hardware(&self) -> &[u8] {
        &self.hardware[..usize::from(self.hardware_len)]
    }

    /// Reads what follows `packet:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let mut address = Self::new(fields.interface()?, fields.number()?);
        address.packet_type = PacketType::from_raw(fields.number_or(0)?);
        address.hardware_type = fields.number_or(0)?;
        let bytes = match fields.take_rest() {
            "" => Vec::new(),
            text => text.split(':').map(hex_byte).collect::<Option<_>>().ok_or(fields.wrong())?,
        };
        Ok(address.with_hardware(&bytes)?)
    }
}

impl Layout for PacketAddress {
    const FAMILY: Family = Family::from_raw(c::AF_PACKET);

    /// `sockaddr_ll` after its family: protocol, interface, hardware type, packet type, and the
    /// hardware address behind its length.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 18];
        tail[..2].copy_from_slice(&self.protocol.to_be_bytes());
        tail[2..6].copy_from_slice(&self.interface.index().to_ne_bytes());
        tail[6..8].copy_from_slice(&self.hardware_type.to_ne_bytes());
        tail[8] = self.packet_type.raw();
        tail[9] = self.hardware_len;
        tail[10..].copy_from_slice(&self.hardware);
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let protocol = u16::from_be_bytes(field(tail, 0)?);
        let interface = Interface::from_index(u32::from_ne_bytes(field(tail, 2)?));
        let mut address = Self::new(interface, protocol);
        address.hardware_type = u16::from_ne_bytes(field(tail, 6)?);
        let [packet_type, hardware_len] = field(tail, 8)?;
        address.packet_type = PacketType::from_raw(packet_type);
        address.with_hardware(tail.get(10..10 + usize::from(hardware_len))?).ok()
    }
}

/// `packet:INTERFACE:PROTOCOL`, and `:TYPE:HARDWARETYPE:BYTES` where they say something.
impl fmt::Display for PacketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "packet:{}:{:#06x}", OrAny(self.interface), self.protocol)?;
        if *self == Self::new(self.interface, self.protocol) {
            return Ok(());
        }
        write!(f, ":{}:{}", self.packet_type.raw(), self.hardware_type)?;
        self.hardware().iter().try_for_each(|byte| write!(f, ":{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardware_address_of_more_than_eight_bytes_is_refused() {
        let address = PacketAddress::new(Interface::from_index(2), 0x0800);
        assert_eq!(address.with_hardware(&[7; 8]).unwrap().hardware(), [7; 8]);
        assert_eq!(address.with_hardware(&[7; 9]), Err(AddressError::HardwareTooLong(9)));
        // The old one leaves nothing behind.
        let long = address.with_hardware(&[7; 8]).unwrap();
        assert_eq!(long.with_hardware(&[1]), address.with_hardware(&[1]));
    }

    #[test]
    fn a_length_that_lies_is_not_believed() {
        let mut tail = [0; 18];
        for len in 9..=u8::MAX {
            tail[9] = len;
            assert_eq!(PacketAddress::decode(&tail, Protocol::DEFAULT), None);
        }
        tail[9] = 6;
        assert!(PacketAddress::decode(&tail[..16], Protocol::DEFAULT).is_some());
        assert_eq!(PacketAddress::decode(&tail[..15], Protocol::DEFAULT), None);
    }
}
