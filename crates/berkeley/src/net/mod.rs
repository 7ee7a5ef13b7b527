//! Sockets of one kind each, thin over [`Socket`].
//!
//! | type | a [`Socket`] of |
//! |---|---|
//! | [`TcpListener`], [`TcpStream`] | `INET` or `INET6`, `STREAM` |
//! | [`UdpSocket`] | `INET` or `INET6`, `DGRAM` |
//! | [`UnixListener`], [`UnixStream`] | `UNIX`, `STREAM` |
//! | [`UnixDatagram`] | `UNIX`, `DGRAM` |
//! | [`UnixSeqpacketListener`], [`UnixSeqpacket`] | `UNIX`, `SEQPACKET` |
//!
//! Each is a `Socket` and can do all that one can (it dereferences to it); what it adds is a
//! short way to make one, and types that say what is accepted and what is a stream.

#[cfg(feature = "futures")]
mod futures_io;
mod split;
mod tcp;
#[cfg(feature = "tokio")]
mod tokio_io;
mod udp;
mod unix;

pub use split::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;
pub use unix::{UnixDatagram, UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream};

use crate::Socket;
use berkeley_core::{Address, Family, Kind, Protocol};
use std::io;

/// A type over `Socket` that only sockets of one kind, and of some families, can be.
macro_rules! typed_sockets {
    ($( $(#[doc = $doc:literal])* $name:ident: $kind:ident of $($family:ident)|+; )*) => { $(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name(pub(super) $crate::Socket);

        impl $name {
            /// The socket within.
            #[must_use]
            pub fn into_socket(self) -> $crate::Socket {
                self.0
            }

            /// Gives the descriptor up, open and non-blocking.
            #[must_use]
            pub fn into_fd(self) -> std::os::fd::OwnedFd {
                self.0.into_fd()
            }

            /// Closes the socket and tells the error; dropping it closes it silently.
            ///
            /// # Errors
            /// As [`Socket::close`](crate::Socket::close).
            pub fn close(self) -> std::io::Result<()> {
                self.0.close()
            }
        }

        impl std::ops::Deref for $name {
            type Target = $crate::Socket;

            fn deref(&self) -> &$crate::Socket {
                &self.0
            }
        }

        impl AsRef<$crate::Socket> for $name {
            fn as_ref(&self) -> &$crate::Socket {
                &self.0
            }
        }

        impl std::os::fd::AsFd for $name {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.0.as_fd()
            }
        }

        impl std::os::fd::AsRawFd for $name {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.0.as_raw_fd()
            }
        }

        impl From<$name> for $crate::Socket {
            fn from(typed: $name) -> Self {
                typed.0
            }
        }

        impl From<$name> for std::os::fd::OwnedFd {
            fn from(typed: $name) -> Self {
                typed.0.into_fd()
            }
        }

        /// Fails with `InvalidInput` for a socket of another family or kind.
        impl TryFrom<$crate::Socket> for $name {
            type Error = std::io::Error;

            fn try_from(socket: $crate::Socket) -> std::io::Result<Self> {
                use berkeley_core::{Family, Kind};
                let families = [$(Family::$family),+];
                $crate::net::check(&socket, stringify!($name), Kind::$kind, &families)?;
                Ok(Self(socket))
            }
        }

        /// Asks the kernel what the descriptor is, and makes it non-blocking.
        impl TryFrom<std::os::fd::OwnedFd> for $name {
            type Error = std::io::Error;

            fn try_from(fd: std::os::fd::OwnedFd) -> std::io::Result<Self> {
                $crate::Socket::from_fd(fd)?.try_into()
            }
        }
    )* };
}
use typed_sockets;

/// How many connections wait at a listener, unless said otherwise; the kernel may cap it lower.
const BACKLOG: i32 = 1024;

fn check(socket: &Socket, name: &str, kind: Kind, families: &[Family]) -> io::Result<()> {
    let (family, actual) = (socket.family(), socket.kind());
    if actual == kind && families.contains(&family) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!(
            "a {name} is a {kind:?} socket of {families:?}, this one is {actual:?} of {family:?}"
        ),
    ))
}

/// A socket of `kind`, of the family that `address` has.
fn socket_for(address: &Address, kind: Kind, families: &[Family]) -> io::Result<Socket> {
    if !families.contains(&address.family()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{address} is not an address of {families:?}"),
        ));
    }
    Socket::new(address.family(), kind, Protocol::DEFAULT)
}
