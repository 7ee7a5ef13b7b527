//! [`Socket`]: thin methods over the system calls, by topic.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | making, adopting and giving up sockets |
//! | `mode.rs` | the three modes, waiting, the default timeout |
//! | `connect.rs` | bind, listen, accept, connect, shutdown |
//! | `closing.rs` | closing, resetting, what has not arrived |
//! | `transfer.rs` | bytes in and out |
//! | `message.rs` | messages with control data, descriptors |
//! | `error_queue.rs` | what is told of packets sent earlier |
//! | `batch.rs` | many messages in one call |
//! | `segment.rs` | many datagrams as one |
//! | `send_file.rs` | files into streams |
//! | `splice.rs` | pipes, and bytes from socket to socket within the kernel |
//! | `zero_copy.rs` | sends without a copy into the kernel |
//! | `file/` | buffered readers and writers that share a socket |
//! | `pair.rs` | connected pairs where socketpair(2) has none |
//! | `state.rs` | options, addresses, inheritance |

mod batch;
mod closing;
mod connect;
#[cfg(linux_like)]
mod error_queue;
mod file;
mod message;
mod mode;
mod pair;
#[cfg(linux_like)]
mod segment;
mod send_file;
#[cfg(linux_like)]
mod splice;
mod state;
mod transfer;
#[cfg(linux_like)]
mod zero_copy;

pub use batch::{MessageSlot, Outgoing};
pub use closing::abort;
pub use connect::{Shutdown, is_connecting, is_exhaustion, is_lost_connection};
#[cfg(linux_like)]
pub use error_queue::QueuedError;
pub use file::{SocketFile, SocketReader, SocketWriter};
#[cfg(linux_like)]
pub use message::AlgRequest;
pub use message::ReceivedFds;
pub use mode::{Interest, default_timeout, set_default_timeout};
#[cfg(linux_like)]
pub use segment::ReceivedSegments;
pub use send_file::SendFileError;
#[cfg(linux_like)]
pub use splice::Pipe;
pub use transfer::{Received, SendAllError};
#[cfg(linux_like)]
pub use zero_copy::{Completion, Ticket, ZeroCopy};

use crate::audit::{self, Event};
use crate::constant::{Family, Kind, Protocol};
use crate::sys;
use mode::Mode;
#[cfg(linux_like)]
use segment::Segmentation;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

/// A socket of any family and kind, in one of three modes.
///
/// * **Blocking**: an operation returns when it is done or has failed.
/// * **Non-blocking** (a timeout of zero): an operation that cannot be done at once fails with
///   `WouldBlock`.
/// * **With a timeout**: an operation fails with `TimedOut` when it is not done in time. The time
///   is that of the whole operation, interrupted by signals or not.
///
/// [`set_timeout`](Self::set_timeout) chooses; new sockets take [`default_timeout`]. The mode
/// lives in the descriptor too (`O_NONBLOCK`), which [`dup`](Self::dup) and inheritance share: to
/// change it behind the back of another `Socket` makes that one fail with `WouldBlock`.
///
/// Descriptors are close-on-exec from birth. No send raises SIGPIPE. Dropping a socket closes it
/// silently; [`close`](Self::close) tells the error.
///
/// # Platforms
/// Every Unix. On systems without `MSG_NOSIGNAL` the socket option `SO_NOSIGPIPE` is set at birth.
pub struct Socket {
    fd: OwnedFd,
    family: Family,
    kind: Kind,
    protocol: Protocol,
    mode: Mode,
    #[cfg(linux_like)]
    segmentation: Segmentation,
}

impl Socket {
    /// Makes a socket: socket(2), in the mode that [`default_timeout`] says.
    ///
    /// `SOCK_NONBLOCK` and `SOCK_CLOEXEC` may be given with the kind, as the system call takes
    /// them; the first makes the socket non-blocking, and neither shows in [`kind`](Self::kind).
    ///
    /// # Errors
    /// `EAFNOSUPPORT`, `EPROTONOSUPPORT` or `EPROTOTYPE` when the system has no such socket,
    /// `EPERM` or `EACCES` when the process may not have it, `EMFILE` or `ENFILE` when there are
    /// no descriptors left.
    pub fn new(family: Family, kind: Kind, protocol: Protocol) -> io::Result<Self> {
        let timeout = if kind.is_nonblocking() { Some(Duration::ZERO) } else { default_timeout() };
        Self::with_timeout(family, kind, protocol, timeout)
    }

    /// Makes a socket in the mode that `timeout` says: `None` is blocking, zero non-blocking.
    ///
    /// # Errors
    /// As [`new`](Self::new); `InvalidInput` for a timeout of more than 584 years.
    pub fn with_timeout(
        family: Family,
        kind: Kind,
        protocol: Protocol,
        timeout: Option<Duration>,
    ) -> io::Result<Self> {
        let mode = Mode::new(timeout)?;
        let kind = kind.without_flags();
        audit::tell(|| Event::New { family, kind, protocol })?;
        let fd = sys::socket(family.raw(), kind.raw(), protocol.raw(), timeout.is_some())?;
        Ok(Self::assembled(fd, family, kind, protocol, mode))
    }

    /// Makes two sockets connected to each other: socketpair(2).
    ///
    /// # Errors
    /// As [`new`](Self::new); `EOPNOTSUPP` for families that have no pairs (all but
    /// [`Family::UNIX`], mostly).
    pub fn pair(family: Family, kind: Kind, protocol: Protocol) -> io::Result<(Self, Self)> {
        let timeout = if kind.is_nonblocking() { Some(Duration::ZERO) } else { default_timeout() };
        Self::pair_with_timeout(family, kind, protocol, timeout)
    }

    /// Makes two connected sockets in the mode that `timeout` says.
    ///
    /// # Errors
    /// As [`pair`](Self::pair); `InvalidInput` for a timeout of more than 584 years.
    pub fn pair_with_timeout(
        family: Family,
        kind: Kind,
        protocol: Protocol,
        timeout: Option<Duration>,
    ) -> io::Result<(Self, Self)> {
        let kind = kind.without_flags();
        let modes = (Mode::new(timeout)?, Mode::new(timeout)?);
        audit::tell(|| Event::New { family, kind, protocol })?;
        let (a, b) = sys::socket_pair(family.raw(), kind.raw(), protocol.raw(), timeout.is_some())?;
        Ok((
            Self::assembled(a, family, kind, protocol, modes.0),
            Self::assembled(b, family, kind, protocol, modes.1),
        ))
    }

    /// Adopts a descriptor, and asks the kernel for its family, kind and protocol.
    ///
    /// The mode is [`default_timeout`] when there is one, else what the descriptor's `O_NONBLOCK`
    /// says. Close-on-exec is left as it is.
    ///
    /// # Errors
    /// `ENOTSOCK` when the descriptor is no socket. The descriptor is closed then;
    /// [`detect`](Self::detect) asks before.
    pub fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        let (family, kind, protocol) = Self::detect(&fd)?;
        Self::from_fd_as(fd, family, kind, protocol)
    }

    /// Adopts a descriptor whose family, kind and protocol the caller knows better than the
    /// kernel tells. Nothing is checked but that it is open.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be read or set. The descriptor is closed then.
    pub fn from_fd_as(
        fd: OwnedFd,
        family: Family,
        kind: Kind,
        protocol: Protocol,
    ) -> io::Result<Self> {
        let timeout = match default_timeout() {
            Some(timeout) => {
                sys::set_nonblocking(fd.as_fd(), true)?;
                Some(timeout)
            }
            None => sys::is_nonblocking(fd.as_fd())?.then_some(Duration::ZERO),
        };
        Ok(Self::assembled(fd, family, kind.without_flags(), protocol, Mode::new(timeout)?))
    }

    /// Gives the descriptor up, open and in whatever mode it is (Python's `detach`).
    #[doc(alias = "detach")]
    #[must_use]
    pub fn into_fd(self) -> OwnedFd {
        self.fd
    }

    /// Another descriptor for the same socket, close-on-exec, with the same timeout.
    ///
    /// The two share everything the kernel keeps, `O_NONBLOCK` among it.
    ///
    /// # Errors
    /// `EMFILE` when the process has no descriptors left.
    #[doc(alias = "try_clone")]
    pub fn dup(&self) -> io::Result<Self> {
        let fd = sys::duplicate(self.fd.as_fd())?;
        let mode = Mode::new(self.timeout())?;
        Ok(Self::assembled(fd, self.family, self.kind, self.protocol, mode))
    }

    /// The family that the socket was made with.
    #[must_use]
    #[inline]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The kind that the socket was made with, without flags.
    #[must_use]
    #[inline]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The protocol that the socket was made with, [`Protocol::DEFAULT`] if none was named.
    #[must_use]
    #[inline]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    const fn assembled(
        fd: OwnedFd,
        family: Family,
        kind: Kind,
        protocol: Protocol,
        mode: Mode,
    ) -> Self {
        Self {
            fd,
            family,
            kind,
            protocol,
            mode,
            #[cfg(linux_like)]
            segmentation: Segmentation::new(),
        }
    }

    #[inline]
    fn is_stream(&self) -> bool {
        self.kind == Kind::STREAM
    }
}

impl AsFd for Socket {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

impl From<Socket> for OwnedFd {
    fn from(socket: Socket) -> Self {
        socket.into_fd()
    }
}

impl TryFrom<OwnedFd> for Socket {
    type Error = io::Error;

    fn try_from(fd: OwnedFd) -> io::Result<Self> {
        Self::from_fd(fd)
    }
}

/// The descriptor, what kind of socket it is, and its two addresses where it has them.
impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Socket");
        out.field("fd", &self.fd.as_raw_fd());
        out.field("family", &self.family);
        out.field("kind", &self.kind);
        match self.protocol.name_in(self.family) {
            Some(name) => out.field("protocol", &format_args!("{name}")),
            None => out.field("protocol", &self.protocol),
        };
        if let Ok(local) = self.local_addr() {
            out.field("local", &local);
        }
        if let Ok(peer) = self.peer_addr() {
            out.field("peer", &peer);
        }
        out.finish()
    }
}

/// Bad input, found before the system call; the message says what to do.
fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
