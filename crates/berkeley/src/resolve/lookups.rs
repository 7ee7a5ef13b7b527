//! The lookups of the core, each as a future.

use super::Lookup;
use berkeley_core::constant::{AddrInfoFlags, NameInfoFlags};
use berkeley_core::resolve::{
    self as core, AddrInfo, Host, HostEntry, HostError, NameInfo, Port, ProtocolEntry,
    ResolveError, ServiceEntry, ToHostPort,
};
use berkeley_core::{Address, Family, Kind, Protocol};
use std::io;
use std::net::{IpAddr, Ipv4Addr};

/// Asks for the addresses of a host and a port: getaddrinfo(3), when [`Query::lookup`] is awaited.
///
/// As [`core::addresses`].
#[doc(alias = "getaddrinfo")]
pub fn addresses(host: impl Into<Host>, port: impl Into<Port>) -> Query {
    Query(core::addresses(host, port))
}

/// What getaddrinfo(3) is asked: made by [`addresses`], narrowed by its methods.
#[derive(Clone, Debug)]
#[must_use = "a query asks nothing before its `lookup`"]
pub struct Query(core::Query);

impl Query {
    /// Addresses of this family alone; [`Family::UNSPEC`], as at first, is every family.
    pub fn family(self, family: Family) -> Self {
        Self(self.0.family(family))
    }

    /// Addresses for sockets of this kind alone. Without it, there is an answer for each kind.
    pub fn kind(self, kind: Kind) -> Self {
        Self(self.0.kind(kind))
    }

    /// Addresses for this protocol alone; [`Protocol::DEFAULT`], as at first, is every protocol.
    pub fn protocol(self, protocol: Protocol) -> Self {
        Self(self.0.protocol(protocol))
    }

    /// How to ask, instead of no flags.
    pub fn flags(self, flags: AddrInfoFlags) -> Self {
        Self(self.0.flags(flags))
    }

    /// Asks for the answers in the order in which they are to be tried, at least one.
    ///
    /// # Errors
    /// As [`core::Query::lookup`], and those of every [`Lookup`].
    pub fn lookup(&self) -> Lookup<Vec<AddrInfo>> {
        if self.0.is_numeric() {
            return Lookup::known(self.0.lookup(), ResolveError::System);
        }
        let query = self.0.clone();
        Lookup::new(move || query.lookup(), ResolveError::System)
    }
}

/// The first address of a host and a port, of `family` or of any ([`Family::UNSPEC`]).
///
/// As [`core::first`]: no host is any interface, `<broadcast>` the broadcast address of IPv4.
///
/// # Errors
/// As [`core::first`], and those of every [`Lookup`].
pub fn first(target: impl ToHostPort, family: Family) -> Lookup<Address> {
    let fail = ResolveError::System;
    match target.to_host_port() {
        Err(error) => Lookup::known(Err(error.into()), fail),
        Ok(target) if target.as_address_in(family).is_some() => {
            Lookup::known(core::first(target, family), fail)
        }
        Ok(target) => Lookup::new(move || core::first(target, family), fail),
    }
}

/// The names of an address and of its port: getnameinfo(3).
///
/// As [`core::name_info`].
///
/// # Errors
/// As [`core::name_info`], and those of every [`Lookup`].
#[doc(alias = "getnameinfo")]
pub fn name_info(address: impl Into<Address>, flags: NameInfoFlags) -> Lookup<NameInfo> {
    let address = address.into();
    if flags.contains(NameInfoFlags::NUMERICHOST | NameInfoFlags::NUMERICSERV) {
        return Lookup::known(core::name_info(address, flags), ResolveError::System);
    }
    Lookup::new(move || core::name_info(address, flags), ResolveError::System)
}

/// The first IPv4 address of a host: gethostbyname(3).
///
/// # Errors
/// As [`first`].
#[doc(alias = "gethostbyname")]
pub fn host_by_name(name: impl Into<Host>) -> Lookup<Ipv4Addr> {
    let name = name.into();
    Lookup::new(move || core::host_by_name(name), ResolveError::System)
}

/// A host with its aliases and IPv4 addresses, by its name: gethostbyname(3).
///
/// # Errors
/// As [`HostEntry::from_name`], and those of every [`Lookup`].
#[doc(alias = "gethostbyname_ex")]
pub fn host_entry_by_name(name: impl Into<Host>) -> Lookup<HostEntry, HostError> {
    let name = name.into();
    Lookup::new(move || HostEntry::from_name(name), HostError::System)
}

/// A host with its aliases, by one of its addresses: gethostbyaddr(3).
///
/// # Errors
/// As [`HostEntry::from_address`], and those of every [`Lookup`].
#[doc(alias = "gethostbyaddr")]
pub fn host_entry_by_address(address: impl Into<IpAddr>) -> Lookup<HostEntry, HostError> {
    let address = address.into();
    Lookup::new(move || HostEntry::from_address(address), HostError::System)
}

/// The name of a host with its domain, as far as it can be found out (Python's `getfqdn`).
///
/// As [`core::fqdn`].
///
/// # Errors
/// Those of every [`Lookup`] alone: a host that is not found is `name` itself.
#[doc(alias = "getfqdn")]
pub fn fqdn(name: impl Into<String>) -> Lookup<String, io::Error> {
    let name = name.into();
    Lookup::new(move || Ok(core::fqdn(&name)), |error| error)
}

/// The service of this name, of `protocol` (`tcp`, `udp`, …) or of any: getservbyname(3).
///
/// # Errors
/// `NotFound` when there is none, and those of every [`Lookup`].
#[doc(alias = "getservbyname")]
pub fn service_by_name(
    name: impl Into<String>,
    protocol: Option<&str>,
) -> Lookup<ServiceEntry, io::Error> {
    let (name, protocol) = (name.into(), protocol.map(str::to_owned));
    Lookup::new(move || ServiceEntry::from_name(&name, protocol.as_deref()), |error| error)
}

/// The service at this port, of `protocol` (`tcp`, `udp`, …) or of any: getservbyport(3).
///
/// # Errors
/// `NotFound` when there is none, and those of every [`Lookup`].
#[doc(alias = "getservbyport")]
pub fn service_by_port(port: u16, protocol: Option<&str>) -> Lookup<ServiceEntry, io::Error> {
    let protocol = protocol.map(str::to_owned);
    Lookup::new(move || ServiceEntry::from_port(port, protocol.as_deref()), |error| error)
}

/// The protocol of this name: getprotobyname(3).
///
/// # Errors
/// `NotFound` when there is none, and those of every [`Lookup`].
#[doc(alias = "getprotobyname")]
pub fn protocol_by_name(name: impl Into<String>) -> Lookup<ProtocolEntry, io::Error> {
    let name = name.into();
    Lookup::new(move || ProtocolEntry::from_name(&name), |error| error)
}

/// The protocol of this number: getprotobynumber(3).
///
/// # Errors
/// `NotFound` when there is none, and those of every [`Lookup`].
#[doc(alias = "getprotobynumber")]
pub fn protocol_by_number(protocol: Protocol) -> Lookup<ProtocolEntry, io::Error> {
    Lookup::new(move || ProtocolEntry::from_number(protocol), |error| error)
}
