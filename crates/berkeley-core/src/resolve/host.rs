//! Hosts with their aliases, and the name of this one.

use super::query::first_of;
use super::{Host, HostError, InvalidName, Query, ResolveError, first};
use crate::address::Address;
use crate::audit::{self, Event};
use crate::constant::Family;
use crate::sys::{hosts, names};
use std::ffi::{OsStr, OsString};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::ffi::OsStrExt;

/// A host as gethostbyname(3) and gethostbyaddr(3) tell it.
///
/// # Platforms
/// The aliases are empty on Apple's systems, NetBSD, OpenBSD and DragonFly, whose calls that tell
/// them are not safe among threads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostEntry {
    /// The primary name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// The addresses.
    pub addresses: Vec<IpAddr>,
}

impl HostEntry {
    /// The host of this name, its IPv4 addresses alone: gethostbyname(3). For those of IPv6 ask
    /// [`addresses`](super::addresses).
    ///
    /// # Errors
    /// [`HostError::HostNotFound`] and the others of gethostbyname(3); [`HostError::Invalid`] for
    /// a name that no system could know.
    #[doc(alias = "gethostbyname_ex")]
    pub fn from_name(name: impl Into<Host>) -> Result<Self, HostError> {
        let name = name.into().encode()?;
        let name = name.ok_or_else(|| InvalidName::new("", "a name is needed"))?;
        audit::tell(|| Event::GetHostByName { name: &name }).map_err(HostError::System)?;
        Ok(hosts::host_by_name(&name)?.into())
    }

    /// The host that has this address: gethostbyaddr(3).
    ///
    /// # Errors
    /// [`HostError::HostNotFound`] when the address has no name, and the others of
    /// gethostbyaddr(3).
    #[doc(alias = "gethostbyaddr")]
    pub fn from_address(address: impl Into<IpAddr>) -> Result<Self, HostError> {
        let address = address.into();
        audit::tell(|| Event::GetHostByAddr { address }).map_err(HostError::System)?;
        Ok(hosts::host_by_address(address)?.into())
    }
}

impl From<hosts::HostEntry> for HostEntry {
    fn from(entry: hosts::HostEntry) -> Self {
        let hosts::HostEntry { name, aliases, addresses } = entry;
        Self { name, aliases, addresses }
    }
}

/// The first IPv4 address of a host: gethostbyname(3).
///
/// A number is itself; an empty name is 0.0.0.0, `<broadcast>` is 255.255.255.255.
///
/// # Errors
/// As [`first`].
#[doc(alias = "gethostbyname")]
pub fn host_by_name(name: impl Into<Host>) -> Result<Ipv4Addr, ResolveError> {
    let name = name.into();
    let asked = name.encode()?.unwrap_or_default();
    audit::tell(|| Event::GetHostByName { name: &asked }).map_err(ResolveError::System)?;
    match first_of((name, 0), Family::INET, Query::lookup_untold)? {
        Address::Inet(address) => Ok(*address.ip()),
        other => Err(InvalidName::new(&other.to_string(), "it is no IPv4 address").into()),
    }
}

/// The name of this host as it calls itself: gethostname(2). It need not have a domain.
///
/// # Errors
/// What the system reports.
#[doc(alias = "gethostname")]
pub fn host_name() -> io::Result<OsString> {
    audit::tell(|| Event::GetHostName)?;
    names::host_name()
}

/// Sets the name of this host: sethostname(2).
///
/// # Errors
/// `EPERM` without the right to, `EINVAL` for a name that is too long (more than 64 bytes on
/// Linux).
#[doc(alias = "sethostname")]
pub fn set_host_name(name: impl AsRef<OsStr>) -> io::Result<()> {
    let name = name.as_ref();
    audit::tell(|| Event::SetHostName { name })?;
    names::set_host_name(name.as_bytes())
}

/// The name of a host with its domain, as far as it can be found out (Python's `getfqdn`).
///
/// Of the host's primary name and aliases, the first that contains a dot; the primary one when
/// none does, and `name` itself when the host is not found. An empty name, `0.0.0.0` and `::` are
/// this host.
#[must_use]
#[doc(alias = "getfqdn")]
pub fn fqdn(name: &str) -> String {
    let name = match name.trim() {
        "" | "0.0.0.0" | "::" => {
            host_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        }
        name => name.to_owned(),
    };
    let Some(ip) = first((&*name, 0), Family::UNSPEC).ok().and_then(|found| found.as_ip()) else {
        return name;
    };
    let Ok(host) = HostEntry::from_address(ip.ip()) else { return name };
    let full = host.aliases.iter().find(|alias| alias.contains('.'));
    if host.name.contains('.') { host.name } else { full.cloned().unwrap_or(host.name) }
}
