//! IPv6 addresses with their scope: man 7 ipv6, RFC 4007.

use super::layout::{Layout, field};
use crate::constant::{Family, Protocol};
use crate::interface::Interface;
use crate::sys::RawAddress;
use std::fmt;
use std::net::{Ipv6Addr, SocketAddrV6};

/// An IPv6 address, port, flow label and scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inet6Address {
    /// The address.
    pub ip: Ipv6Addr,
    /// The port.
    pub port: u16,
    /// The traffic class (8 bits) and the flow label (20 bits below it), in host order:
    /// `sin6_flowinfo`, RFC 6437. A socket refuses more than these 28 bits, which the kernel would
    /// cut away; Python's `flowinfo` is the flow label alone.
    pub flowinfo: u32,
    /// The interface that a link-local address belongs to.
    pub scope: Interface,
}

impl Inet6Address {
    /// The largest [`flowinfo`](Self::flowinfo): 28 bits.
    pub const MAX_FLOWINFO: u32 = 0x0FFF_FFFF;

    /// An address without flow label or scope.
    #[must_use]
    pub const fn new(ip: Ipv6Addr, port: u16) -> Self {
        Self { ip, port, flowinfo: 0, scope: Interface::ANY }
    }

    /// The same address on the interface `scope`.
    #[must_use]
    pub const fn with_scope(mut self, scope: Interface) -> Self {
        self.scope = scope;
        self
    }
}

impl Layout for Inet6Address {
    const FAMILY: Family = Family::INET6;

    /// `sockaddr_in6` after its family: port, flow label, address, scope.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 26];
        tail[..2].copy_from_slice(&self.port.to_be_bytes());
        tail[2..6].copy_from_slice(&self.flowinfo.to_be_bytes());
        tail[6..22].copy_from_slice(&self.ip.octets());
        tail[22..26].copy_from_slice(&self.scope.index().to_ne_bytes());
        Self::raw(&tail)
    }

    #[inline]
    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        Some(Self {
            port: u16::from_be_bytes(field(tail, 0)?),
            flowinfo: u32::from_be_bytes(field(tail, 2)?),
            ip: field::<16>(tail, 6)?.into(),
            scope: Interface::from_index(u32::from_ne_bytes(field(tail, 22)?)),
        })
    }
}

/// The standard library has the flow label as the kernel does, in network order.
impl From<SocketAddrV6> for Inet6Address {
    fn from(address: SocketAddrV6) -> Self {
        Self {
            ip: *address.ip(),
            port: address.port(),
            flowinfo: u32::from_be(address.flowinfo()),
            scope: Interface::from_index(address.scope_id()),
        }
    }
}

impl From<Inet6Address> for SocketAddrV6 {
    #[inline]
    fn from(address: Inet6Address) -> Self {
        Self::new(address.ip, address.port, address.flowinfo.to_be(), address.scope.index())
    }
}

/// The same address as [`SocketAddrV6`] writes, with the scope by name where it was given so.
impl fmt::Display for Inet6Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scope == Interface::ANY {
            write!(f, "[{}]:{}", self.ip, self.port)
        } else {
            write!(f, "[{}%{}]:{}", self.ip, self.scope, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flow_label_and_scope_round_trip() {
        let address = Inet6Address {
            ip: "fe80::1".parse().unwrap(),
            port: 443,
            flowinfo: 0xF_1234,
            scope: Interface::from_index(7),
        };
        let raw = address.encode();
        assert_eq!(Inet6Address::decode(raw.tail(), Protocol::DEFAULT), Some(address));
        assert_eq!(SocketAddrV6::from(address).scope_id(), 7);
    }
}
