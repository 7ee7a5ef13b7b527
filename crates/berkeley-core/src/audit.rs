//! An observer of what this process does with sockets and names: Python's audit events.
//!
//! A hook is told of each thing before it is done, and may forbid it. There is one for the whole
//! process, set once and for good, as a logger is. Without one, what can be observed costs a load
//! and a branch more; receives, and sends without an address, cost nothing.
//!
//! ```
//! use berkeley_core::audit::{self, Event};
//! use berkeley_core::{Family, Kind, Protocol, Socket};
//! use std::io;
//!
//! # fn main() -> io::Result<()> {
//! audit::set_hook(|event| match event {
//!     Event::Bind { address, .. } if address.port().is_some_and(|port| port != 0) => {
//!         Err(io::Error::new(io::ErrorKind::PermissionDenied, "no port of one's choice here"))
//!     }
//!     event => Ok(println!("{}", event.name())),
//! })?;
//!
//! let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT)?;
//! assert!(socket.bind("127.0.0.1:9999").is_err());
//! socket.bind("127.0.0.1:0")?;
//! # Ok(())
//! # }
//! ```

use crate::address::Address;
use crate::constant::{Family, Kind, Protocol};
use std::ffi::{CStr, OsStr};
use std::io;
use std::net::IpAddr;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;

/// Something that is about to be done, with its arguments.
///
/// What waits without blocking (a non-blocking socket, the async crate) tells each attempt.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A socket is made, or a pair: socket(2), socketpair(2).
    New {
        /// Its family.
        family: Family,
        /// Its kind.
        kind: Kind,
        /// Its protocol.
        protocol: Protocol,
    },
    /// A socket gets an address: bind(2).
    Bind {
        /// The socket.
        socket: BorrowedFd<'a>,
        /// The address.
        address: &'a Address,
    },
    /// A socket connects: connect(2).
    Connect {
        /// The socket.
        socket: BorrowedFd<'a>,
        /// Where to.
        address: &'a Address,
    },
    /// A message is sent to an address: sendto(2).
    SendTo {
        /// The socket.
        socket: BorrowedFd<'a>,
        /// Where to.
        address: &'a Address,
    },
    /// A message is sent, perhaps with control messages: sendmsg(2). Of a batch, each is told
    /// before the first goes.
    SendMsg {
        /// The socket.
        socket: BorrowedFd<'a>,
        /// Where to, if that is said.
        address: Option<&'a Address>,
    },
    /// Addresses are looked up: getaddrinfo(3).
    GetAddrInfo {
        /// The host, as the C library is asked.
        host: Option<&'a CStr>,
        /// The port or service, as the C library is asked.
        port: Option<&'a CStr>,
        /// The family that is asked for.
        family: Family,
        /// The kind that is asked for, 0 for any.
        kind: Kind,
        /// The protocol that is asked for.
        protocol: Protocol,
    },
    /// A host is looked up by its name: gethostbyname(3).
    GetHostByName {
        /// The name, as the C library is asked.
        name: &'a CStr,
    },
    /// A host is looked up by its address: gethostbyaddr(3).
    GetHostByAddr {
        /// The address.
        address: IpAddr,
    },
    /// The name of this host is read: gethostname(2).
    GetHostName,
    /// The name of this host is set: sethostname(2).
    SetHostName {
        /// The name.
        name: &'a OsStr,
    },
    /// The names of an address are looked up: getnameinfo(3).
    GetNameInfo {
        /// The address.
        address: &'a Address,
    },
    /// A service is looked up by its name: getservbyname(3).
    GetServByName {
        /// The name.
        name: &'a str,
        /// Of which protocol, if that is said.
        protocol: Option<&'a str>,
    },
    /// A service is looked up by its port: getservbyport(3).
    GetServByPort {
        /// The port.
        port: u16,
        /// Of which protocol, if that is said.
        protocol: Option<&'a str>,
    },
}

impl Event<'_> {
    /// The name that Python has for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::New { .. } => "socket.__new__",
            Self::Bind { .. } => "socket.bind",
            Self::Connect { .. } => "socket.connect",
            Self::SendTo { .. } => "socket.sendto",
            Self::SendMsg { .. } => "socket.sendmsg",
            Self::GetAddrInfo { .. } => "socket.getaddrinfo",
            Self::GetHostByName { .. } => "socket.gethostbyname",
            Self::GetHostByAddr { .. } => "socket.gethostbyaddr",
            Self::GetHostName => "socket.gethostname",
            Self::SetHostName { .. } => "socket.sethostname",
            Self::GetNameInfo { .. } => "socket.getnameinfo",
            Self::GetServByName { .. } => "socket.getservbyname",
            Self::GetServByPort { .. } => "socket.getservbyport",
        }
    }
}

type Hook = Box<dyn Fn(&Event<'_>) -> io::Result<()> + Send + Sync>;

static HOOK: OnceLock<Hook> = OnceLock::new();

/// Has `hook` told of every [`Event`] in this process from now on, on the thread that does it,
/// before it is done.
///
/// An error of the hook forbids it: nothing is done, and the caller has that error. (Not
/// `WouldBlock`, for which others wait.) What the hook itself does with sockets it is told, too.
///
/// # Errors
/// `AlreadyExists` when there is a hook: it stays.
#[doc(alias = "addaudithook")]
pub fn set_hook(
    hook: impl Fn(&Event<'_>) -> io::Result<()> + Send + Sync + 'static,
) -> io::Result<()> {
    HOOK.set(Box::new(hook)).map_err(|_| {
        let reason = "there is an audit hook, and a process has one: have it call both";
        io::Error::new(io::ErrorKind::AlreadyExists, reason)
    })
}

/// Tells the hook, if there is one. Its error is to end what was to be done.
#[inline(always)]
pub(crate) fn tell<'a>(event: impl FnOnce() -> Event<'a>) -> io::Result<()> {
    match HOOK.get() {
        None => Ok(()),
        Some(hook) => ask(hook, &event()),
    }
}

#[cold]
fn ask(hook: &Hook, event: &Event<'_>) -> io::Result<()> {
    hook(event)
}
