//! Groups of multicast at an interface: the requests that IPv4 has for itself. RFC 3678, section 4.

use crate::interface::Interface;
use crate::option::codec::{Decode, Encode};
#[cfg(any(linux_like, apple, freebsd))]
use crate::sys::c;
use std::io;
#[cfg(any(linux_like, apple, freebsd))]
use std::mem::{offset_of, size_of};
use std::net::Ipv4Addr;

/// An interface of this host, by its index or by an address that it has.
///
/// [`Interface::ANY`] and `0.0.0.0` leave the choice to the routing table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocalInterface {
    /// By its index.
    Index(Interface),
    /// By an address.
    Address(Ipv4Addr),
}

impl From<Interface> for LocalInterface {
    fn from(interface: Interface) -> Self {
        Self::Index(interface)
    }
}

impl From<Ipv4Addr> for LocalInterface {
    fn from(address: Ipv4Addr) -> Self {
        Self::Address(address)
    }
}

/// Written as `struct in_addr` or `struct ip_mreqn`; read as the address alone, which is
/// unspecified when the index was set.
impl Encode<'_> for LocalInterface {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        match value {
            Self::Address(address) => Ok(address.octets().to_vec()),
            Self::Index(_) => {
                Membership { group: Ipv4Addr::UNSPECIFIED, interface: value }.to_bytes()
            }
        }
    }
}

impl Decode for LocalInterface {
    type Value = Ipv4Addr;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<Ipv4Addr> {
        Ipv4Addr::decode(bytes)
    }
}

/// A group of IPv4 at an interface: `struct ip_mreq` or `struct ip_mreqn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Membership {
    /// The group, 224.0.0.0 to 239.255.255.255.
    pub group: Ipv4Addr,
    /// The interface.
    pub interface: LocalInterface,
}

impl Membership {
    fn to_bytes(self) -> io::Result<Vec<u8>> {
        let group = self.group.octets();
        match self.interface {
            LocalInterface::Address(address) => Ok([group, address.octets()].concat()),
            LocalInterface::Index(interface) => {
                Ok([group, [0; 4], Interface::encode(interface)?].concat())
            }
        }
    }
}

impl Encode<'_> for Membership {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        value.to_bytes()
    }
}

/// A group of IPv4 as far as one host sends to it: `struct ip_mreq_source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg(any(linux_like, apple, freebsd))]
pub struct SourceMembership {
    /// The group.
    pub group: Ipv4Addr,
    /// Who sends.
    pub source: Ipv4Addr,
    /// The interface, by an address that it has; `0.0.0.0` leaves the choice to the routing table.
    pub interface: Ipv4Addr,
}

/// The order of the fields of `ip_mreq_source` differs between systems.
#[cfg(any(linux_like, apple, freebsd))]
const SOURCE_MEMBERSHIP: usize = size_of::<c::ip_mreq_source>();

#[cfg(any(linux_like, apple, freebsd))]
impl Encode<'_> for SourceMembership {
    type Value = Self;
    type Bytes = [u8; SOURCE_MEMBERSHIP];

    fn encode(value: Self) -> io::Result<Self::Bytes> {
        let mut bytes = [0; SOURCE_MEMBERSHIP];
        for (offset, address) in [
            (offset_of!(c::ip_mreq_source, imr_multiaddr), value.group),
            (offset_of!(c::ip_mreq_source, imr_sourceaddr), value.source),
            (offset_of!(c::ip_mreq_source, imr_interface), value.interface),
        ] {
            bytes[offset..][..4].copy_from_slice(&address.octets());
        }
        Ok(bytes)
    }
}
