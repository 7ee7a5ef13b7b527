//! Services and protocols: man 5 services, man 5 protocols.

use crate::audit::{self, Event};
use crate::constant::Protocol;
use crate::sys::databases::{self, DatabaseEntry};
use std::ffi::CString;
use std::io;

/// A service: `http` is one, at port 80 of `tcp`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceEntry {
    /// The official name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// The port.
    pub port: u16,
    /// The name of the protocol that it is a service of.
    pub protocol: String,
}

impl ServiceEntry {
    /// The service of this name, of `protocol` (`tcp`, `udp`, …) or of any: getservbyname(3).
    ///
    /// # Errors
    /// `NotFound` when there is none.
    #[doc(alias = "getservbyname")]
    pub fn from_name(name: &str, protocol: Option<&str>) -> io::Result<Self> {
        let not_found = || missing("service", name, protocol);
        let event = Event::GetServByName { name, protocol };
        let (Ok(name), Ok(protocol)) = (CString::new(name), protocol.map(CString::new).transpose())
        else {
            return Err(not_found());
        };
        audit::tell(|| event)?;
        let found = databases::service_by_name(&name, protocol.as_deref())?;
        found.map(Self::new).ok_or_else(not_found)
    }

    /// The service at this port, of `protocol` (`tcp`, `udp`, …) or of any: getservbyport(3).
    ///
    /// # Errors
    /// `NotFound` when there is none.
    #[doc(alias = "getservbyport")]
    pub fn from_port(port: u16, protocol: Option<&str>) -> io::Result<Self> {
        let not_found = || missing("service at port", port, protocol);
        let Ok(name) = protocol.map(CString::new).transpose() else { return Err(not_found()) };
        audit::tell(|| Event::GetServByPort { port, protocol })?;
        let found = databases::service_by_port(i32::from(port.to_be()), name.as_deref())?;
        found.map(Self::new).ok_or_else(not_found)
    }

    fn new(entry: DatabaseEntry) -> Self {
        let DatabaseEntry { name, aliases, number, protocol } = entry;
        // An int that holds 16 bits in network order.
        let [a, b, ..] = number.to_le_bytes();
        Self { name, aliases, port: u16::from_be(u16::from_le_bytes([a, b])), protocol }
    }
}

/// A protocol of IP: `icmp` is one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtocolEntry {
    /// The official name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// The number, as sockets take it.
    pub protocol: Protocol,
}

impl ProtocolEntry {
    /// The protocol of this name: getprotobyname(3).
    ///
    /// # Errors
    /// `NotFound` when there is none.
    #[doc(alias = "getprotobyname")]
    pub fn from_name(name: &str) -> io::Result<Self> {
        let not_found = || missing("protocol", name, None);
        let Ok(name) = CString::new(name) else { return Err(not_found()) };
        databases::protocol_by_name(&name)?.map(Self::new).ok_or_else(not_found)
    }

    /// The protocol of this number: getprotobynumber(3).
    ///
    /// # Errors
    /// `NotFound` when there is none.
    #[doc(alias = "getprotobynumber")]
    pub fn from_number(protocol: Protocol) -> io::Result<Self> {
        let number = protocol.raw();
        let found = databases::protocol_by_number(number)?;
        found.map(Self::new).ok_or_else(|| missing("protocol of number", number, None))
    }

    fn new(entry: DatabaseEntry) -> Self {
        let DatabaseEntry { name, aliases, number, .. } = entry;
        Self { name, aliases, protocol: Protocol::from_raw(number) }
    }
}

fn missing(what: &str, which: impl std::fmt::Display, protocol: Option<&str>) -> io::Error {
    let of = protocol.map(|protocol| format!(" of {protocol:?}")).unwrap_or_default();
    io::Error::new(
        io::ErrorKind::NotFound,
        format!("there is no {what} {which}{of} in the database"),
    )
}
