//! Groups of multicast at an interface: the request that IPv6 has for itself. RFC 3493.

use crate::interface::Interface;
use crate::option::codec::Encode;
use std::io;
use std::net::Ipv6Addr;

/// A group of IPv6 at an interface: `struct ipv6_mreq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Membership {
    /// The group, `ff00::/8`; with anycast an address.
    pub group: Ipv6Addr,
    /// The interface; [`Interface::ANY`] leaves the choice to the routing table.
    pub interface: Interface,
}

impl Encode<'_> for Membership {
    type Value = Self;
    type Bytes = [u8; 20];

    fn encode(value: Self) -> io::Result<[u8; 20]> {
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(&value.group.octets());
        bytes[16..].copy_from_slice(&Interface::encode(value.interface)?);
        Ok(bytes)
    }
}
