//! Where packets come from, and what fits their path: source addresses (RFC 5014), path MTU (RFC
//! 3542, section 11).

use crate::interface::Interface;
use crate::layout::Fields;
use crate::option::codec::{Decode, Encode, invalid_data};
#[cfg(linux_like)]
use crate::sys::c;
use std::io;
use std::net::{Ipv6Addr, SocketAddrV6};

/// The source of what is sent: `struct in6_pktinfo`. Linux follows the interface alone; bind(2)
/// chooses the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The address; `::` leaves the choice to the kernel.
    pub address: Ipv6Addr,
    /// The interface; [`Interface::ANY`] leaves the choice to the routing table.
    pub interface: Interface,
}

impl Encode<'_> for Source {
    type Value = Self;
    type Bytes = [u8; 20];

    fn encode(value: Self) -> io::Result<[u8; 20]> {
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(&value.address.octets());
        bytes[16..].copy_from_slice(&Interface::encode(value.interface)?);
        Ok(bytes)
    }
}

/// What fits the path to an address: `struct ip6_mtuinfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MtuReport {
    /// The address, where the system tells it. (Linux does not: it is that of the peer.)
    pub destination: Option<SocketAddrV6>,
    /// What fits, in bytes.
    pub mtu: u32,
}

const DESTINATION: usize = <SocketAddrV6 as Decode>::ROOM;

impl Decode for MtuReport {
    type Value = Self;
    const ROOM: usize = DESTINATION + 4;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let destination = SocketAddrV6::decode(bytes).ok();
        let mtu = Fields::new(bytes.get(DESTINATION..).unwrap_or_default()).u32();
        let mtu = mtu.ok_or_else(|| invalid_data(bytes, "a report on the path"))?;
        Ok(Self { destination, mtu })
    }
}

#[cfg(linux_like)]
bitflags::bitflags! {
    /// Which of the host's addresses are preferred as the source: `IPV6_PREFER_SRC_*`. Two that
    /// contradict each other are `EINVAL`. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct SourcePreferences: u32 {
        /// Temporary addresses, for privacy: `IPV6_PREFER_SRC_TMP`.
        const TEMPORARY = c::IPV6_PREFER_SRC_TMP.cast_unsigned();
        /// Public addresses: `IPV6_PREFER_SRC_PUBLIC`.
        const PUBLIC = c::IPV6_PREFER_SRC_PUBLIC.cast_unsigned();
        /// As the system has it: `IPV6_PREFER_SRC_PUBTMP_DEFAULT`.
        const PUBLIC_OR_TEMPORARY = c::IPV6_PREFER_SRC_PUBTMP_DEFAULT.cast_unsigned();
        /// Care-of addresses of mobile IPv6: `IPV6_PREFER_SRC_COA`.
        const CARE_OF = c::IPV6_PREFER_SRC_COA.cast_unsigned();
        /// Home addresses of mobile IPv6: `IPV6_PREFER_SRC_HOME`.
        const HOME = c::IPV6_PREFER_SRC_HOME.cast_unsigned();
        /// Cryptographically generated addresses: `IPV6_PREFER_SRC_CGA`.
        const GENERATED = c::IPV6_PREFER_SRC_CGA.cast_unsigned();
        /// Addresses that are not cryptographically generated: `IPV6_PREFER_SRC_NONCGA`.
        const NOT_GENERATED = c::IPV6_PREFER_SRC_NONCGA.cast_unsigned();

        const _ = !0;
    }
}
