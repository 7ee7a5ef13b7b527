//! Names into addresses: man 3 getaddrinfo.

use super::host_port::{Host, Port, Target, ToHostPort, numeric};
use super::{InvalidName, ResolveError};
use crate::address::Address;
use crate::audit::{self, Event};
use crate::constant::{AddrInfoFlags, EaiCode, Family, Kind, Protocol};
use crate::sys::names;
use std::ffi::CStr;
use std::io;
use std::net::Ipv4Addr;

/// Asks for the addresses of a host and a port: getaddrinfo(3), when [`Query::lookup`] is called.
///
/// The host is a name, a numeric address or [`None`]; the port a number, the name of a service or
/// [`None`].
///
/// ```no_run
/// use berkeley_core::{Protocol, resolve};
///
/// # fn main() -> Result<(), resolve::ResolveError> {
/// for found in resolve::addresses("example.org", 80).protocol(Protocol::TCP).lookup()? {
///     println!("{:?} {:?} {}", found.family, found.kind, found.address);
/// }
/// # Ok(())
/// # }
/// ```
///
/// A server on the first family that can be had. (A client that tries one address after another is
/// [`ConnectOptions`](crate::ConnectOptions).)
///
/// ```
/// use berkeley_core::constant::AddrInfoFlags;
/// use berkeley_core::{Kind, Socket, resolve};
///
/// # fn main() -> std::io::Result<()> {
/// let any = resolve::addresses(None, 0).kind(Kind::STREAM).flags(AddrInfoFlags::PASSIVE);
/// let listener = any.lookup()?.into_iter().find_map(|found| {
///     let socket = Socket::new(found.family, found.kind, found.protocol).ok()?;
///     socket.bind(found.address).ok()?;
///     socket.listen(1).ok()?;
///     Some(socket)
/// });
/// println!("listening: {:?}", listener.expect("a family"));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "getaddrinfo")]
pub fn addresses(host: impl Into<Host>, port: impl Into<Port>) -> Query {
    Query {
        host: host.into(),
        port: port.into(),
        family: Family::UNSPEC,
        kind: Kind::from_raw(0),
        protocol: Protocol::DEFAULT,
        flags: AddrInfoFlags::empty(),
    }
}

/// What getaddrinfo(3) is asked: made by [`addresses`], narrowed by its methods.
#[derive(Clone, Debug)]
#[must_use = "a query asks nothing before its `lookup`"]
pub struct Query {
    host: Host,
    port: Port,
    family: Family,
    kind: Kind,
    protocol: Protocol,
    flags: AddrInfoFlags,
}

impl Query {
    /// Addresses of this family alone; [`Family::UNSPEC`], as at first, is every family.
    pub fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// Addresses for sockets of this kind alone. Without it, there is an answer for each kind.
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Addresses for this protocol alone; [`Protocol::DEFAULT`], as at first, is every protocol.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// How to ask, instead of no flags.
    pub fn flags(mut self, flags: AddrInfoFlags) -> Self {
        self.flags = flags;
        self
    }

    /// Whether the host and the port are numbers, or none, so that a lookup asks nobody and does
    /// not block.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        let port = if self.port == Port::NONE { &Port::from(0) } else { &self.port };
        match self.host == Host::NONE {
            true => port.as_number().is_some(),
            false => numeric(&self.host, port).is_some(),
        }
    }

    /// Asks, and returns the answers in the order in which they are to be tried, at least one.
    ///
    /// # Errors
    /// [`EaiCode::NONAME`] when there is no such host or neither
    /// host nor port was given, `SERVICE` for a service that the kind does not have, `AGAIN` when
    /// no name server answered, and the others of getaddrinfo(3);
    /// [`ResolveError::Invalid`] for a number that is no port, or a name that no system could
    /// know.
    pub fn lookup(&self) -> Result<Vec<AddrInfo>, ResolveError> {
        let Self { family, kind, protocol, .. } = *self;
        self.lookup_told(|host, port| {
            audit::tell(|| Event::GetAddrInfo { host, port, family, kind, protocol })
        })
    }

    /// Asks without telling of it: for what is told by another name.
    pub(super) fn lookup_untold(&self) -> Result<Vec<AddrInfo>, ResolveError> {
        self.lookup_told(|_, _| Ok(()))
    }

    fn lookup_told(
        &self,
        tell: impl FnOnce(Option<&CStr>, Option<&CStr>) -> io::Result<()>,
    ) -> Result<Vec<AddrInfo>, ResolveError> {
        let (host, port) = (self.host.encode()?, self.port.encode()?);
        tell(host.as_deref(), port.as_deref()).map_err(ResolveError::System)?;
        let hints = names::Hints {
            flags: self.flags.bits(),
            family: self.family.raw(),
            kind: self.kind.raw(),
            protocol: self.protocol.raw(),
        };
        let found = names::addresses(host.as_deref(), port.as_deref(), hints)?;
        Ok(found.into_iter().filter_map(AddrInfo::new).collect())
    }
}

/// One answer: what makes a socket, and where that can connect or bind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddrInfo {
    /// The family of the socket.
    pub family: Family,
    /// The kind of the socket.
    pub kind: Kind,
    /// The protocol of the socket.
    pub protocol: Protocol,
    /// The host's canonical name: of the first answer, and only if
    /// [`AddrInfoFlags::CANONNAME`] asked for it.
    pub canonical_name: Option<String>,
    /// The address.
    pub address: Address,
}

impl AddrInfo {
    /// `None` for what has no address, which the C library does not answer.
    fn new(found: names::AddrInfo) -> Option<Self> {
        let protocol = Protocol::from_raw(found.protocol);
        Some(Self {
            family: Family::from_raw(found.family),
            kind: Kind::from_raw(found.kind),
            protocol,
            canonical_name: found.canonical_name,
            address: Address::decode(&found.address, protocol)?,
        })
    }
}

/// The first address of a host and a port: what Python's `bind`, `connect` and `sendto` take of a
/// name.
///
/// An empty host, or none, is any interface, `<broadcast>` the broadcast address of IPv4. A number is
/// itself, its scope too: nothing is looked up for it. Of a name, which of its addresses is the
/// first may change from one call to the next.
///
/// ```
/// use berkeley_core::{Family, resolve};
///
/// # fn main() -> Result<(), resolve::ResolveError> {
/// assert_eq!(resolve::first(("", 80), Family::INET)?.to_string(), "0.0.0.0:80");
/// assert_eq!(resolve::first(":80", Family::INET6)?.to_string(), "[::]:80");
/// assert_eq!(resolve::first("<broadcast>:9", Family::INET)?.to_string(), "255.255.255.255:9");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`Query::lookup`]; [`ResolveError::Invalid`] for a number of another family, and for a
/// broadcast in a family that has none.
pub fn first(target: impl ToHostPort, family: Family) -> Result<Address, ResolveError> {
    first_of(target, family, Query::lookup)
}

/// The first address that `lookup` finds.
pub(super) fn first_of(
    target: impl ToHostPort,
    family: Family,
    lookup: fn(&Query) -> Result<Vec<AddrInfo>, ResolveError>,
) -> Result<Address, ResolveError> {
    let (host, port) = match target.to_host_port()?.0 {
        Target::Address(address) if family == Family::UNSPEC || address.family() == family => {
            return Ok(address);
        }
        Target::Address(address) => {
            let reason = "it is an address of another family";
            return Err(InvalidName::new(&address.to_string(), reason).into());
        }
        Target::Names(host, port) => (host, port),
    };
    let query = match host.as_text() {
        _ if host.is_empty() => addresses(None, port).flags(AddrInfoFlags::PASSIVE),
        Some("<broadcast>") if matches!(family, Family::UNSPEC | Family::INET) => {
            addresses(Ipv4Addr::BROADCAST, port)
        }
        Some(text @ "<broadcast>") => {
            return Err(InvalidName::new(text, "this family has no broadcast address").into());
        }
        _ => addresses(host, port),
    };
    let found = lookup(&query.family(family))?;
    found.first().map(|first| first.address).ok_or(ResolveError::Failed(EaiCode::NONAME))
}
