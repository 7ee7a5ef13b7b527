//! IPv6 addresses with their scope: man 7 ipv6, RFC 4007.

use super::{Family, RawAddress, family_field};
use crate::sys;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{Ipv6Addr, SocketAddrV6};

/// An IPv6 address, port, flow label and scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inet6Address {
    /// The address.
    pub ip: Ipv6Addr,
    /// The port.
    pub port: u16,
    /// The flow label and traffic class as a number of 28 bits, as Python's `flowinfo` (host
    /// order here, network order on the wire).
    pub flowinfo: u32,
    /// The interface that a link-local address belongs to.
    pub scope: Scope,
}

impl Inet6Address {
    /// An address without flow label or scope.
    #[must_use]
    pub const fn new(ip: Ipv6Addr, port: u16) -> Self {
        Self { ip, port, flowinfo: 0, scope: Scope::NONE }
    }

    /// The same address on the interface `scope`.
    #[must_use]
    pub const fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// `sockaddr_in6` after its family: port, flow label, address, scope.
    pub(super) fn encode(&self) -> RawAddress {
        let mut tail = [0; 26];
        tail[..2].copy_from_slice(&self.port.to_be_bytes());
        tail[2..6].copy_from_slice(&self.flowinfo.to_be_bytes());
        tail[6..22].copy_from_slice(&self.ip.octets());
        tail[22..26].copy_from_slice(&self.scope.id().to_ne_bytes());
        RawAddress::new(family_field(Family::INET6), &tail)
    }

    pub(super) fn decode(tail: &[u8]) -> Option<Self> {
        let (port, rest) = tail.split_first_chunk::<2>()?;
        let (flowinfo, rest) = rest.split_first_chunk::<4>()?;
        let (ip, rest) = rest.split_first_chunk::<16>()?;
        let (scope, _) = rest.split_first_chunk::<4>()?;
        Some(Self {
            ip: Ipv6Addr::from(*ip),
            port: u16::from_be_bytes(*port),
            flowinfo: u32::from_be_bytes(*flowinfo),
            scope: Scope::from_id(u32::from_ne_bytes(*scope)),
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
            scope: Scope::from_id(address.scope_id()),
        }
    }
}

impl From<Inet6Address> for SocketAddrV6 {
    fn from(address: Inet6Address) -> Self {
        Self::new(address.ip, address.port, address.flowinfo.to_be(), address.scope.id())
    }
}

/// The same address as [`SocketAddrV6`] writes, with the scope's name where it was given by name.
impl fmt::Display for Inet6Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}{}]:{}", self.ip, self.scope, self.port)
    }
}

/// The interface of a scoped IPv6 address: its index, and its name where it was given by name.
///
/// Two scopes are equal when their indexes are; the name is for people.
#[derive(Clone, Copy)]
pub struct Scope {
    id: u32,
    /// The name, padded with NULs; empty when the scope was given by number.
    name: [u8; sys::INTERFACE_NAME_LEN],
}

impl Scope {
    /// No scope: global addresses need none.
    pub const NONE: Self = Self::from_id(0);

    /// The interface with this index.
    #[must_use]
    pub const fn from_id(id: u32) -> Self {
        Self { id, name: [0; sys::INTERFACE_NAME_LEN] }
    }

    /// The interface with this name, looked up now (if_nametoindex(3)); `None` when there is none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut scope = Self::from_id(sys::interface_index(name)?);
        scope.name.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(scope)
    }

    /// The interface's index; 0 for none.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The interface's name: as given, or looked up now (if_indextoname(3)).
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.given_name().map(str::to_owned).or_else(|| sys::interface_name(self.id))
    }

    fn given_name(&self) -> Option<&str> {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(self.name.len());
        std::str::from_utf8(&self.name[..end]).ok().filter(|name| !name.is_empty())
    }
}

/// `%name` or `%number`, or nothing for no scope.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.given_name(), self.id) {
            (Some(name), _) => write!(f, "%{name}"),
            (None, 0) => Ok(()),
            (None, id) => write!(f, "%{id}"),
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({}{self})", self.id)
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Scope {}

impl PartialOrd for Scope {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scope {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

impl Hash for Scope {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
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
            scope: Scope::from_id(7),
        };
        assert_eq!(Inet6Address::decode(address.encode().tail()), Some(address));
        assert_eq!(SocketAddrV6::from(address).scope_id(), 7);
    }

    #[test]
    fn a_scope_keeps_its_name_and_equals_its_number() {
        let by_name = Scope::from_name("lo").or_else(|| Scope::from_name("lo0")).expect("loopback");
        let by_number = Scope::from_id(by_name.id());
        assert_eq!(by_name, by_number);
        assert_eq!(by_name.name(), by_number.name());
        assert_eq!(by_number.to_string(), format!("%{}", by_name.id()));
        assert!(by_name.to_string().starts_with("%lo"));
        assert!(Scope::from_name("no such interface").is_none());
    }
}
