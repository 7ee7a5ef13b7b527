//! Naming and connecting: bind, listen, accept, connect, shutdown.

use super::mode::{Deadline, Interest, Mode, Pause};
use super::{Socket, default_timeout};
use crate::address::{Address, Inet6Address, OtherAddress, ToAddress};
use crate::audit::{self, Event};
use crate::constant::{Family, Kind, MsgFlags};
use crate::interrupt;
use crate::option;
use crate::sys::{self, c};
use std::io;
pub use std::net::Shutdown;
use std::os::fd::AsFd;
use std::time::Duration;

impl Socket {
    /// Gives the socket its address: bind(2).
    ///
    /// An unnamed [`UnixAddress`](crate::UnixAddress) asks for a free abstract name, port 0 for a
    /// free port; [`local_addr`](Self::local_addr) tells which it became.
    ///
    /// # Errors
    /// `AddrInUse` when another socket has it, `EACCES` for a port or path that the process may
    /// not take, `EADDRNOTAVAIL` when no interface has it, `InvalidInput` for text that is no
    /// address or for an address of another family.
    pub fn bind(&self, address: impl ToAddress) -> io::Result<()> {
        let address = address.to_address()?;
        self.check(&address)?;
        audit::tell(|| Event::Bind { socket: self.as_fd(), address: &address })?;
        sys::bind(self.as_fd(), &address.encode())
    }

    /// Accepts connections from now on, of which `backlog` may wait: listen(2).
    ///
    /// `None` is 128, or the system's maximum if that is less (`SOMAXCONN`). A negative backlog is
    /// taken as 0; the kernel caps it (`/proc/sys/net/core/somaxconn`).
    ///
    /// # Errors
    /// `AddrInUse` when another socket listens there, `EOPNOTSUPP` for a kind that has no
    /// connections.
    pub fn listen(&self, backlog: impl Into<Option<i32>>) -> io::Result<()> {
        let backlog = backlog.into().unwrap_or(c::SOMAXCONN.min(128));
        sys::listen(self.as_fd(), backlog.max(0))
    }

    /// Takes the next connection: accept4(2).
    ///
    /// The new socket is in the mode that [`default_timeout`] says, blocking if it says nothing,
    /// whatever the mode of the listener and the habit of the system. The address is empty where
    /// the family tells none, as `AF_ALG` does.
    ///
    /// # Errors
    /// `WouldBlock` or `TimedOut` by the mode, `ECONNABORTED` for a connection that ended while it
    /// waited (accept again), `EMFILE`, `ENFILE`, `ENOBUFS` or `ENOMEM` when resources ran out
    /// (the connection still waits: accept again later), `EINVAL` when the socket does not listen.
    pub fn accept(&self) -> io::Result<(Self, Address)> {
        self.accept_with_timeout(default_timeout())
    }

    /// Takes the next connection as a socket in the mode that `timeout` says.
    ///
    /// # Errors
    /// As [`accept`](Self::accept); `InvalidInput` for a timeout of more than 584 years.
    pub fn accept_with_timeout(&self, timeout: Option<Duration>) -> io::Result<(Self, Address)> {
        let mode = Mode::new(timeout)?;
        let (fd, address) = self.attempt(Interest::Readable, MsgFlags::empty(), || {
            sys::accept(self.as_fd(), timeout.is_some(), tells_peer(self.family))
        })?;
        let Self { family, kind, protocol, .. } = *self;
        let address = Address::decode(&address, self.protocol).unwrap_or_else(|| unnamed(family));
        Ok((Self::assembled(fd, family, kind, protocol, mode), address))
    }

    /// Connects to a peer: connect(2). A datagram socket sends there from now on, and receives
    /// from there alone.
    ///
    /// In blocking mode and with a timeout this waits for the connection, also when a signal
    /// interrupts, and also where a Unix listener has no room for it yet. A non-blocking socket
    /// reports `EINPROGRESS` ([`finish_connect`](Self::finish_connect) tells the rest), or, to a
    /// Unix listener without room, `WouldBlock`: nothing was begun then. The errno of every
    /// failure is intact, which is what Python's `connect_ex` returns.
    ///
    /// # Errors
    /// `ConnectionRefused` when nobody listens, `TimedOut` by the mode or (with an errno) by the
    /// system, `ENETUNREACH` or `EHOSTUNREACH` without a route, `InvalidInput` for text that is no
    /// address or for an address of another family.
    #[doc(alias = "connect_ex")]
    pub fn connect(&self, address: impl ToAddress) -> io::Result<()> {
        let address = address.to_address()?;
        self.check(&address)?;
        audit::tell(|| Event::Connect { socket: self.as_fd(), address: &address })?;
        let mut deadline = self.deadline();
        let mut pause = Pause::new();
        loop {
            match self.begin_connect(&address) {
                Err(e) if deadline.is_zero() => return Err(e),
                Err(e) if is_connecting(&e) => return self.await_connect(&mut deadline),
                // Only of Unix: nothing was begun, for want of room at the listener or by a
                // signal. Nothing tells when there is room, so time passes.
                Err(e) if self.is_full_backlog(&e) => pause.sleep(&mut deadline)?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {
                    interrupt::go_on()?;
                    if self.family != Family::UNIX {
                        return self.await_connect(&mut deadline);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// Whether this error of a connect says that a Unix listener has no room yet, so that nothing
    /// was begun and the same may succeed later: `EAGAIN`, man 2 connect.
    #[must_use]
    pub fn is_full_backlog(&self, error: &io::Error) -> bool {
        self.family == Family::UNIX && error.kind() == io::ErrorKind::WouldBlock
    }

    /// Begins a connect and waits for nothing: one connect(2).
    fn begin_connect(&self, address: &Address) -> io::Result<()> {
        sys::connect(self.as_fd(), &address.encode())
    }

    /// Whether the connect that was begun without waiting has succeeded; `false` when it still
    /// goes on. Ask when the socket is writable.
    ///
    /// # Errors
    /// Why the connect failed: `SO_ERROR`. `NotConnected` when another operation, or a reading of
    /// [`Error`](crate::option::socket::Error), has taken that.
    pub fn finish_connect(&self) -> io::Result<bool> {
        if let Some(error) = self.get(option::socket::Error)? {
            return Err(error);
        }
        match self.peer_addr() {
            Ok(_) => Ok(true),
            // Hung up: it failed, and another operation has taken the reason.
            Err(e) if e.kind() == io::ErrorKind::NotConnected && self.is_peer_closed()? => Err(e),
            Err(e) if e.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(e) => Err(e),
        }
    }

    fn await_connect(&self, deadline: &mut Deadline) -> io::Result<()> {
        loop {
            self.wait_until(Interest::Writable, deadline)?;
            if self.finish_connect()? {
                return Ok(());
            }
        }
    }

    /// Ends one half of the connection, or both: shutdown(2). Receives and sends that wait on
    /// that half end too.
    ///
    /// # Errors
    /// `NotConnected` when there is no connection.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let how = match how {
            Shutdown::Read => c::SHUT_RD,
            Shutdown::Write => c::SHUT_WR,
            Shutdown::Both => c::SHUT_RDWR,
        };
        sys::shutdown(self.as_fd(), how)
    }

    /// Whether the peer has ended its sending or the connection is gone, without receiving: what
    /// it sent before may still be there. A socket without a connection has no peer.
    ///
    /// # Platforms
    /// `POLLRDHUP` of poll(2) on Linux and FreeBSD; elsewhere the end is seen when all before it
    /// has been received.
    ///
    /// # Errors
    /// When the descriptor cannot be polled.
    pub fn is_peer_closed(&self) -> io::Result<bool> {
        sys::is_peer_closed(self.as_fd())
    }

    /// Refuses an address that the kernel would refuse with a vague `EINVAL`, or take for another.
    /// A datagram socket of IPv6 takes addresses of IPv4 too (man 7 ipv6), but for the broadcast
    /// address: IPv6 has none.
    pub(super) fn check(&self, address: &Address) -> io::Result<()> {
        let (ours, theirs) = (self.family, address.family());
        let both_ip = self.kind == Kind::DGRAM && ours == Family::INET6 && theirs == Family::INET;
        let reason = match address {
            Address::Inet(v4) if ours == Family::INET6 && v4.ip().is_broadcast() => {
                "is the broadcast address of IPv4, and the socket is of INET6, which has none: use \
                 a socket of INET, or a group such as [ff02::1%eth0]"
                    .to_owned()
            }
            Address::Inet6(v6) if v6.flowinfo > Inet6Address::MAX_FLOWINFO => {
                format!("has the flow information {:#x}, which is more than 28 bits", v6.flowinfo)
            }
            _ if both_ip || address.suits(ours) => return Ok(()),
            _ => format!("is an address of {theirs:?}, the socket is of {ours:?}"),
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{address} {reason}")))
    }
}

/// Whether accept(2) can tell the peer's address. The kernel's cryptography has none, and where
/// one is asked for, it fails with `ECONNABORTED` and the new socket is lost.
#[cfg(linux_like)]
fn tells_peer(family: Family) -> bool {
    family.raw() != c::AF_ALG
}

/// Every family does here.
#[cfg(not(linux_like))]
fn tells_peer(_: Family) -> bool {
    true
}

/// Whether this error of a connect means that it goes on without its caller: `EINPROGRESS`.
/// [`Socket::finish_connect`] will tell.
#[must_use]
pub fn is_connecting(error: &io::Error) -> bool {
    error.raw_os_error() == Some(c::EINPROGRESS)
}

/// Whether this error says that the process or the system has run out of descriptors or memory
/// (`EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`), so that the same call may succeed later.
#[must_use]
pub fn is_exhaustion(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(c::EMFILE | c::ENFILE | c::ENOBUFS | c::ENOMEM))
}

/// Whether this error of accept concerns the one connection that it was about to take, and not the
/// listener: man 2 accept tells to go on with the next. (`EOPNOTSUPP`, which it names too, is also
/// what accept says of a socket that cannot listen, so it is none here.)
#[must_use]
pub fn is_lost_connection(error: &io::Error) -> bool {
    const LOST: [i32; 9] = [
        c::ECONNABORTED,
        c::ECONNRESET,
        c::EPROTO,
        c::ENOPROTOOPT,
        c::EPERM,
        c::ENETDOWN,
        c::ENETUNREACH,
        c::EHOSTDOWN,
        c::EHOSTUNREACH,
    ];
    // A timeout with an errno is the connection's; the listener's own has none.
    error.raw_os_error().is_some_and(|errno| {
        LOST.contains(&errno) || errno == c::ETIMEDOUT || sys::NO_NETWORK == Some(errno)
    })
}

/// The address of a peer that has none.
pub(super) fn unnamed(family: Family) -> Address {
    match family {
        Family::UNIX => Address::Unix(crate::UnixAddress::unnamed()),
        _ => Address::Other(OtherAddress::empty(family)),
    }
}

impl Kind {
    /// Whether sockets of this kind have connections that can be waited for.
    #[must_use]
    pub fn is_connected(self) -> bool {
        matches!(self, Self::STREAM | Self::SEQPACKET)
    }
}
