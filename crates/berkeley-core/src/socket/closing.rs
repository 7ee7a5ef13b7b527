//! The end of a connection: closing, resetting, and what the peer has not acknowledged.

use super::Socket;
use crate::option::codec::OptionalLinger;
use crate::option::socket::Linger;
use crate::option::{Encode, SocketOption};
use crate::sys::{self, c};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

impl Socket {
    /// Closes the socket: close(2).
    ///
    /// Data already sent is still delivered, unless [`Linger`] says otherwise: with that, of more
    /// than zero, this waits for the peer to acknowledge it, in every mode (on Linux also the
    /// non-blocking one), and so does a drop. Data that came and was not received resets the
    /// connection. The descriptor is gone whatever this returns.
    ///
    /// # Errors
    /// What the kernel reports, but for `ECONNRESET`: that the peer went first is no failure to
    /// close.
    pub fn close(self) -> io::Result<()> {
        match sys::close(self.into_fd()) {
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset => Ok(()),
            outcome => outcome,
        }
    }

    /// Ends the connection at once and throws away what was not sent: a TCP peer gets a reset. Who
    /// waits on the socket gets `ConnectionReset` or the end; the descriptor stays open.
    ///
    /// A connection of another family is shut down in both directions.
    ///
    /// # Errors
    /// What the kernel reports.
    ///
    /// # Platforms
    /// connect(2) to `AF_UNSPEC` on Linux. Elsewhere the reset goes out when the descriptor, and
    /// every duplicate, is closed: `SO_LINGER` of zero.
    #[doc(alias = "SO_LINGER")]
    pub fn abort(&self) -> io::Result<()> {
        abort(self.as_fd())
    }

    /// How many bytes of what was sent have not arrived: those that a TCP peer has not
    /// acknowledged, its end of stream counted as one; those that a Unix peer has not received, as
    /// memory. `ss` shows it as Send-Q.
    ///
    /// # Errors
    /// `ENOTTY`, `EOPNOTSUPP` or `EINVAL` when the family cannot tell.
    ///
    /// # Platforms
    /// `SIOCOUTQ` on Linux; the BSDs and macOS do not count the end of stream. OpenBSD and
    /// DragonFly cannot tell: `Unsupported`.
    #[doc(alias = "SIOCOUTQ")]
    #[doc(alias = "TIOCOUTQ")]
    pub fn send_queue(&self) -> io::Result<usize> {
        sys::send_queue(self.as_fd())
    }
}

/// [`Socket::abort`] of a socket that somebody else has.
#[doc(hidden)]
pub fn abort(socket: BorrowedFd<'_>) -> io::Result<()> {
    // Where no call resets, the close does.
    OptionalLinger::set(socket, Linger::LEVEL, Linger::NAME, Some(Duration::ZERO))?;
    sys::disconnect(socket).or_else(|_| sys::shutdown(socket, c::SHUT_RDWR))
}
