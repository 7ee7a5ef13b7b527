//! How a host and a port are given.

use super::{InvalidName, ResolveError, addresses};
use crate::address::{Address, Inet6Address};
use crate::constant::{Family, Kind, Protocol};
use std::ffi::CString;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// A host: a name, a numeric address, or none.
///
/// Text that is not ASCII is asked in the form that name servers know; bytes are asked as they
/// are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Host(Name);

/// A port: a number, the name of a service, or none.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Port(Name);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Name {
    None,
    Text(String),
    Bytes(Vec<u8>),
}

impl Host {
    /// No host: what a lookup takes for this one.
    pub const NONE: Self = Self(Name::None);

    /// Whether it is none, or empty.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.0, Name::None) || self.as_text() == Some("")
    }

    /// The text, if it is some: bytes too, where they are ASCII.
    pub(super) fn as_text(&self) -> Option<&str> {
        self.0.as_text()
    }

    /// The name as name servers know it; `None` when there is none.
    ///
    /// # Errors
    /// For a name that no system could know.
    pub fn to_ascii(&self) -> Result<Option<String>, InvalidName> {
        let Some(name) = self.encode()? else { return Ok(None) };
        let name = name.into_string().map_err(|error| {
            let text = error.into_cstring();
            InvalidName::new(&text.to_string_lossy(), "it is no text")
        })?;
        Ok(Some(name).filter(|name| !name.is_empty()))
    }

    /// As the C library takes it.
    pub(super) fn encode(&self) -> Result<Option<CString>, InvalidName> {
        match &self.0 {
            Name::Text(text) if !text.is_ascii() => Name::Text(to_ascii(text)?).encode(),
            text => text.encode(),
        }
    }
}

/// The form of a name that name servers know: UTS 46.
#[cfg(feature = "idna")]
fn to_ascii(name: &str) -> Result<String, InvalidName> {
    idna::domain_to_ascii(name)
        .map_err(|_| InvalidName::new(name, "it is no internationalised name of a host"))
}

/// Without the tables of Unicode there is no such form.
#[cfg(not(feature = "idna"))]
fn to_ascii(name: &str) -> Result<String, InvalidName> {
    Err(InvalidName::new(name, "names that are not ASCII need the feature `idna` of berkeley-core"))
}

impl Port {
    /// No port: 0 in the addresses that a lookup finds.
    pub const NONE: Self = Self(Name::None);

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<u16> {
        let text = self.0.as_text()?;
        // `u16::from_str` takes a leading plus, too.
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    }

    /// As the C library takes it, which reads a number that is no port as another that is.
    pub(super) fn encode(&self) -> Result<Option<CString>, InvalidName> {
        match self.0.as_text() {
            Some(text) if is_integer(text) && self.as_number().is_none() => {
                Err(InvalidName::new(text, "a port is a number from 0 to 65535"))
            }
            _ => self.0.encode(),
        }
    }
}

/// Whether C reads the text as an integer: man 3 strtoul.
fn is_integer(text: &str) -> bool {
    let digits = text.trim_start().trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl Name {
    fn as_text(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
        }
    }

    fn encode(&self) -> Result<Option<CString>, InvalidName> {
        let bytes = match self {
            Self::None => return Ok(None),
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        };
        match CString::new(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(InvalidName::new(
                &String::from_utf8_lossy(bytes),
                "there is a NUL in it, where C would end it",
            )),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
        }
    }
}

/// Ways to give what is text or nothing.
macro_rules! from_text {
    ($type:ident) => {
        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self(Name::Text(text.to_owned()))
            }
        }

        impl From<String> for $type {
            fn from(text: String) -> Self {
                Self(Name::Text(text))
            }
        }

        impl From<&String> for $type {
            fn from(text: &String) -> Self {
                text.as_str().into()
            }
        }

        impl From<&[u8]> for $type {
            fn from(bytes: &[u8]) -> Self {
                Self(Name::Bytes(bytes.to_vec()))
            }
        }

        impl<const N: usize> From<&[u8; N]> for $type {
            fn from(bytes: &[u8; N]) -> Self {
                bytes.as_slice().into()
            }
        }

        impl From<Vec<u8>> for $type {
            fn from(bytes: Vec<u8>) -> Self {
                Self(Name::Bytes(bytes))
            }
        }

        impl From<Option<&str>> for $type {
            fn from(text: Option<&str>) -> Self {
                text.map_or(Self::NONE, Self::from)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({:?})"), self.to_string())
            }
        }
    };
}
from_text!(Host);
from_text!(Port);

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        ip.to_string().into()
    }
}

impl From<Ipv4Addr> for Host {
    fn from(ip: Ipv4Addr) -> Self {
        ip.to_string().into()
    }
}

impl From<Ipv6Addr> for Host {
    fn from(ip: Ipv6Addr) -> Self {
        ip.to_string().into()
    }
}

impl From<u16> for Port {
    fn from(number: u16) -> Self {
        number.to_string().into()
    }
}

/// A host and a port, which may be names; numbers are an address already.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort(pub(super) Target);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    Address(Address),
    Names(Host, Port),
}

impl HostPort {
    /// The address, if nothing has to be looked up for it: the host is a number, with its scope if
    /// it has one, and so is the port.
    #[must_use]
    pub fn as_address(&self) -> Option<Address> {
        match &self.0 {
            Target::Address(address) => Some(*address),
            Target::Names(..) => None,
        }
    }

    /// The host and the port, where they are not an [address](Self::as_address) already.
    #[must_use]
    pub fn as_names(&self) -> Option<(&Host, &Port)> {
        match &self.0 {
            Target::Address(_) => None,
            Target::Names(host, port) => Some((host, port)),
        }
    }

    /// As [`as_address`](Self::as_address); and where no host was given, any interface of
    /// `family`, which is `INET` or `INET6`.
    #[must_use]
    pub fn as_address_in(&self, family: Family) -> Option<Address> {
        let any = match family {
            Family::INET => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Family::INET6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            _ => return self.as_address(),
        };
        match &self.0 {
            Target::Names(host, port) if host.is_empty() => Some((any, port.as_number()?).into()),
            _ => self.as_address(),
        }
    }

    /// The addresses that a TCP connection may be tried with, in that order, at least one.
    ///
    /// # Errors
    /// As [`Query::lookup`](super::Query::lookup).
    pub fn tcp_addresses(&self) -> Result<Vec<Address>, ResolveError> {
        match &self.0 {
            Target::Address(address) => Ok(vec![*address]),
            Target::Names(host, port) => {
                let query = addresses(host.clone(), port.clone());
                let found = query.kind(Kind::STREAM).protocol(Protocol::TCP).lookup()?;
                Ok(found.into_iter().map(|entry| entry.address).collect())
            }
        }
    }
}

/// The address that a host and a port in numbers are.
pub(super) fn numeric(host: &Host, port: &Port) -> Option<Address> {
    // No host is any interface, of the family that will be asked for.
    let host = host.as_text().filter(|host| !host.is_empty())?;
    let port = port.as_number()?;
    match host.parse() {
        Ok(ip) => Some((IpAddr::V4(ip), port).into()),
        // Brackets, so that nothing but an address of IPv6 is read.
        Err(_) => format!("[{host}]:{port}").parse().ok(),
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Address(address) => address.fmt(f),
            Target::Names(host, port) => write!(f, "{host}:{port}"),
        }
    }
}

/// What names a host and a port: a pair of the two, text of the form `example.org:http` or
/// `[::1]:80`, or an internet address.
pub trait ToHostPort {
    /// The host and the port.
    ///
    /// # Errors
    /// For text of another form, and for an address of another family.
    fn to_host_port(&self) -> Result<HostPort, InvalidName>;
}

impl<T: ToHostPort + ?Sized> ToHostPort for &T {
    fn to_host_port(&self) -> Result<HostPort, InvalidName> {
        (**self).to_host_port()
    }
}

impl ToHostPort for HostPort {
    fn to_host_port(&self) -> Result<HostPort, InvalidName> {
        Ok(self.clone())
    }
}

impl<H: Clone + Into<Host>, P: Clone + Into<Port>> ToHostPort for (H, P) {
    fn to_host_port(&self) -> Result<HostPort, InvalidName> {
        let (host, port) = (self.0.clone().into(), self.1.clone().into());
        Ok(HostPort(match numeric(&host, &port) {
            Some(address) => Target::Address(address),
            None => Target::Names(host, port),
        }))
    }
}

impl ToHostPort for str {
    fn to_host_port(&self) -> Result<HostPort, InvalidName> {
        let invalid = || InvalidName::new(self, "write example.org:80, [::1]:80 or :80");
        let (host, port) = self.rsplit_once(':').ok_or_else(invalid)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        // No service has these in its name, but URLs and the names of Unix sockets do.
        let is_other = port.is_empty() || port.contains(['/', '@']);
        if is_other || (bare.is_none() && host.contains([':', '[', ']'])) {
            return Err(invalid());
        }
        (bare.unwrap_or(host), port).to_host_port()
    }
}

impl ToHostPort for String {
    fn to_host_port(&self) -> Result<HostPort, InvalidName> {
        self.as_str().to_host_port()
    }
}

impl ToHostPort for Address {
    fn to_host_port(&self) -> Result<HostPort, InvalidName> {
        match self.as_ip() {
            Some(_) => Ok(HostPort(Target::Address(*self))),
            None => Err(InvalidName::new(&self.to_string(), "it is no internet address")),
        }
    }
}

/// Internet addresses of other types.
macro_rules! is_host_port {
    ($($type:ty)*) => { $(
        impl ToHostPort for $type {
            fn to_host_port(&self) -> Result<HostPort, InvalidName> {
                Address::from(*self).to_host_port()
            }
        }
    )* };
}
is_host_port!(SocketAddr SocketAddrV4 SocketAddrV6 Inet6Address);
