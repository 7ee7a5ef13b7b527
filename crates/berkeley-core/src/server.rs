//! A TCP server's listening socket: [`ListenOptions`]; and what this system has of IPv6.

use crate::address::Address;
use crate::constant::{Family, Kind, Protocol};
use crate::option;
use crate::prepare::Prepare;
use crate::resolve::{self, HostPort, ResolveError, ToHostPort};
use crate::socket::Socket;
use std::error::Error;
use std::fmt;
use std::io;

/// How to listen for TCP connections: Python's `create_server`.
///
/// ```
/// use berkeley_core::{Family, ListenOptions, has_dualstack_ipv6};
///
/// # fn main() -> std::io::Result<()> {
/// // Every interface, of IPv4 and of IPv6 where there is that; 0 is a free port.
/// let listener = if has_dualstack_ipv6() {
///     ListenOptions::new().family(Family::INET6).dualstack_ipv6(true).listen(("", 0))?
/// } else {
///     ListenOptions::new().listen(("", 0))?
/// };
/// println!("listening on {}", listener.local_addr()?);
/// # Ok(())
/// # }
/// ```
///
/// `SO_REUSEADDR` is set, so that a server which starts anew has its port at once: connections of
/// the old one that are not quite over (in `TIME_WAIT`) do not keep it. Two listeners cannot have
/// one port by that.
#[derive(Clone, Debug, Default)]
#[doc(alias = "create_server")]
#[doc(alias = "SO_REUSEADDR")]
pub struct ListenOptions {
    family: Option<Family>,
    backlog: Option<i32>,
    reuse_port: bool,
    dualstack_ipv6: bool,
    prepare: Prepare<Socket>,
}

impl ListenOptions {
    /// A family by the address, the default backlog, a port of its own, one family alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// [`Family::INET`] or [`Family::INET6`]. Without it, the family of a numeric host, and INET
    /// for a name or none.
    #[must_use]
    pub fn family(mut self, family: Family) -> Self {
        self.family = Some(family);
        self
    }

    /// How many connections may wait to be accepted; `None`, as at first, is the default of
    /// [`Socket::listen`].
    #[must_use]
    pub fn backlog(mut self, backlog: impl Into<Option<i32>>) -> Self {
        self.backlog = backlog.into();
        self
    }

    /// Whether other listeners may have the port too, and share its connections: `SO_REUSEPORT`.
    #[must_use]
    #[doc(alias = "SO_REUSEPORT")]
    pub fn reuse_port(mut self, reuse_port: bool) -> Self {
        self.reuse_port = reuse_port;
        self
    }

    /// Whether a listener of [`Family::INET6`] takes connections of IPv4 too. The addresses of
    /// their peers are mapped ones: `[::ffff:192.0.2.1]:80`.
    ///
    /// When not, it takes none, whatever the system's habit: `IPV6_V6ONLY` is set either way.
    #[must_use]
    #[doc(alias = "IPV6_V6ONLY")]
    pub fn dualstack_ipv6(mut self, dualstack_ipv6: bool) -> Self {
        self.dualstack_ipv6 = dualstack_ipv6;
        self
    }

    /// Has `prepare` called with each socket before it is bound and listens, to set what must be
    /// set by then, such as [`FreeBind`](crate::option::ip::FreeBind).
    #[must_use]
    pub fn before_bind(
        mut self,
        prepare: impl Fn(&Socket) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Prepare::new(prepare);
        self
    }

    /// Listens on a host and a port. An empty host is every interface; of a name, the first address
    /// is taken.
    ///
    /// # Errors
    /// [`ListenError::Bind`], with the address, when that cannot be had: `AddrInUse`,
    /// `PermissionDenied` for a port below 1024, `AddrNotAvailable`. [`ListenError::Resolve`] for a
    /// name without an address. [`ListenError::System`] for the rest: `InvalidInput` for another
    /// family, or a dual stack without IPv6, and what [`before_bind`](Self::before_bind) reports.
    pub fn listen(&self, address: impl ToHostPort) -> Result<Socket, ListenError> {
        let target = address.to_host_port()?;
        let family = self.family_of(&target)?;
        let address = resolve::first(target, family)?;
        let socket = self.open(family)?;
        self.prepare.call(&socket)?;
        self.start(&socket, address)?;
        Ok(socket)
    }

    /// `count` listeners on one host and port, among which the system shares out connections by
    /// their addresses: one for each thread that accepts. [`reuse_port`](Self::reuse_port) is set
    /// by this.
    ///
    /// A connection stays with its listener: one whose thread is busy, or that is closed with
    /// connections in its backlog, makes these wait, or loses them. (On Linux,
    /// [`ReusePortFilter`](crate::option::socket::ReusePortFilter) shares out by other rules, such
    /// as by processor, and `net.ipv4.tcp_migrate_req` saves backlogs.)
    ///
    /// # Errors
    /// As [`listen`](Self::listen); `InvalidInput` for none.
    #[doc(alias = "SO_REUSEPORT")]
    pub fn listen_sharded(
        &self,
        address: impl ToHostPort,
        count: usize,
    ) -> Result<Vec<Socket>, ListenError> {
        let shared = self.sharded(count)?;
        let first = shared.listen(address)?;
        // The port that the first may have chosen.
        let address = first.local_addr()?;
        let others = (1..count).map(|_| shared.listen(address));
        std::iter::once(Ok(first)).chain(others).collect()
    }

    /// These options for `count` listeners on one port.
    #[doc(hidden)]
    pub fn sharded(&self, count: usize) -> Result<Self, ListenError> {
        match count {
            0 => Err(invalid("no listener is asked for: at least one is needed".into())),
            _ => Ok(self.clone().reuse_port(true)),
        }
    }

    /// The family to listen in.
    #[doc(hidden)]
    pub fn family_of(&self, target: &HostPort) -> Result<Family, ListenError> {
        let of_number = || target.as_address().map_or(Family::INET, |address| address.family());
        let family = self.family.unwrap_or_else(of_number);
        if !matches!(family, Family::INET | Family::INET6) {
            return Err(invalid(format!("no TCP server of {family:?}: use INET or INET6")));
        }
        if self.dualstack_ipv6 && family != Family::INET6 {
            return Err(invalid(format!("no dual stack of {family:?}: use INET6")));
        }
        if self.dualstack_ipv6 && !has_dualstack_ipv6() {
            return Err(invalid("this system has no dual stack: listen on both families".into()));
        }
        Ok(family)
    }

    /// A socket with these options.
    #[doc(hidden)]
    pub fn open(&self, family: Family) -> io::Result<Socket> {
        let socket = Socket::new(family, Kind::STREAM, Protocol::TCP)?;
        // Where it fails, bind may succeed all the same. On Windows it would mean something else:
        // that a port can be taken away.
        #[cfg(unix)]
        let _ = socket.set(option::socket::ReuseAddress, true);
        if self.reuse_port {
            socket.set(option::socket::ReusePort, true)?;
        }
        if family == Family::INET6 {
            socket.set(option::ipv6::V6Only, !self.dualstack_ipv6)?;
        }
        Ok(socket)
    }

    /// Binds and listens.
    #[doc(hidden)]
    pub fn start(&self, socket: &Socket, address: Address) -> Result<(), ListenError> {
        let bound = socket.bind(address);
        bound.map_err(|error| ListenError::Bind { address: Box::new(address), error })?;
        Ok(socket.listen(self.backlog)?)
    }
}

fn invalid(reason: String) -> ListenError {
    ListenError::System(io::Error::new(io::ErrorKind::InvalidInput, reason))
}

/// Whether this system has IPv6: a socket can be made and bound to `::1`. The system is asked each
/// time: network namespaces differ.
#[must_use]
pub fn has_ipv6() -> bool {
    Socket::new(Family::INET6, Kind::STREAM, Protocol::TCP)
        .and_then(|socket| socket.bind("[::1]:0"))
        .is_ok()
}

/// Whether a TCP socket of IPv6 can take connections of IPv4 too. The system is asked each time:
/// network namespaces differ.
#[must_use]
pub fn has_dualstack_ipv6() -> bool {
    Socket::new(Family::INET6, Kind::STREAM, Protocol::TCP)
        .and_then(|socket| socket.set(option::ipv6::V6Only, false))
        .is_ok()
}

/// Why there is no listener.
///
/// Into an [`io::Error`] it goes whole, a failed bind as what [`io::Error::downcast`] gives back.
#[derive(Debug)]
#[non_exhaustive]
pub enum ListenError {
    /// The host or the service was not resolved.
    Resolve(ResolveError),
    /// The address cannot be bound.
    Bind {
        /// The address.
        address: Box<Address>,
        /// Why, with its errno.
        error: io::Error,
    },
    /// Options that exclude each other (`InvalidInput`), or a system call that failed.
    System(io::Error),
}

impl ListenError {
    /// The kind of error as which this goes into an [`io::Error`].
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Resolve(error) => error.kind(),
            Self::Bind { error, .. } | Self::System(error) => error.kind(),
        }
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(error) => error.fmt(f),
            Self::Bind { address, error } => write!(f, "cannot bind {address}: {error}"),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl Error for ListenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Resolve(error) => Some(error),
            Self::Bind { error, .. } | Self::System(error) => Some(error),
        }
    }
}

impl From<ResolveError> for ListenError {
    fn from(error: ResolveError) -> Self {
        Self::Resolve(error)
    }
}

impl From<resolve::InvalidName> for ListenError {
    fn from(error: resolve::InvalidName) -> Self {
        Self::Resolve(error.into())
    }
}

impl From<io::Error> for ListenError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<ListenError> for io::Error {
    fn from(error: ListenError) -> Self {
        match error {
            ListenError::Resolve(error) => error.into(),
            ListenError::System(error) => error,
            error => Self::new(error.kind(), error),
        }
    }
}
