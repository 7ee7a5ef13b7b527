//! How a host and a port are given.

use super::{InvalidName, ResolveError};
use crate::address::Address;
use std::ffi::CString;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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

    /// The text, if it was given as text.
    pub(super) fn as_text(&self) -> Option<&str> {
        self.0.as_text()
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
    pub(super) fn as_number(&self) -> Option<u16> {
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

/// A host and a port that may be names; or an address, which needs no lookup.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort(Target);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Target {
    Address(Address),
    Names(Host, Port),
}

impl HostPort {
    /// The address, where no name has to be looked up for it: the host is a number, with its scope
    /// if it has one, and so is the port. Else the names.
    pub(crate) fn into_numeric(self) -> Result<Address, (Host, Port)> {
        let (host, port) = match self.0 {
            Target::Address(address) => return Ok(address),
            Target::Names(host, port) => (host, port),
        };
        numeric(&host, &port).ok_or((host, port))
    }
}

fn numeric(host: &Host, port: &Port) -> Option<Address> {
    let (host, port) = (host.as_text()?, port.as_number()?);
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
            Target::Names(host, port) if host.to_string().contains(':') => {
                write!(f, "[{host}]:{port}")
            }
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
    /// [`ResolveError::Invalid`] for text of another form, or an address of another family.
    fn to_host_port(&self) -> Result<HostPort, ResolveError>;
}

impl<T: ToHostPort + ?Sized> ToHostPort for &T {
    fn to_host_port(&self) -> Result<HostPort, ResolveError> {
        (**self).to_host_port()
    }
}

impl ToHostPort for HostPort {
    fn to_host_port(&self) -> Result<HostPort, ResolveError> {
        Ok(self.clone())
    }
}

impl<H: Clone + Into<Host>, P: Clone + Into<Port>> ToHostPort for (H, P) {
    fn to_host_port(&self) -> Result<HostPort, ResolveError> {
        let (host, port) = self.clone();
        Ok(HostPort(Target::Names(host.into(), port.into())))
    }
}

impl ToHostPort for str {
    fn to_host_port(&self) -> Result<HostPort, ResolveError> {
        let invalid = || InvalidName::new(self, "write example.org:80, [::1]:80 or :80");
        let (host, port) = self.rsplit_once(':').ok_or_else(invalid)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        if port.is_empty() || (bare.is_none() && host.contains([':', '[', ']'])) {
            return Err(invalid().into());
        }
        (bare.unwrap_or(host), port).to_host_port()
    }
}

impl ToHostPort for String {
    fn to_host_port(&self) -> Result<HostPort, ResolveError> {
        self.as_str().to_host_port()
    }
}

impl ToHostPort for Address {
    fn to_host_port(&self) -> Result<HostPort, ResolveError> {
        if self.as_ip().is_none() {
            return Err(InvalidName::new(&self.to_string(), "it is no internet address").into());
        }
        Ok(HostPort(Target::Address(*self)))
    }
}

impl ToHostPort for SocketAddr {
    fn to_host_port(&self) -> Result<HostPort, ResolveError> {
        Address::from(*self).to_host_port()
    }
}
