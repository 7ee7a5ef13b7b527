//! Unix sockets: man 7 unix.
//!
//! | to … | |
//! |---|---|
//! | pass descriptors | [`send_fds`](crate::Socket::send_fds), [`recv_fds`](crate::Socket::recv_fds) or [`recv_message`](UnixStream::recv_message) |
//! | learn who is at the other end | [`peer_cred`](UnixStream::peer_cred), [`peer_pidfd`](UnixStream::peer_pidfd), [`peer_groups`](UnixStream::peer_groups), [`peer_security`](UnixStream::peer_security) |
//! | learn who sent each message | [`set_pass_credentials`](UnixStream::set_pass_credentials), [`set_pass_pidfd`](UnixStream::set_pass_pidfd), [`recv_message`](UnixStream::recv_message) |
//! | learn that a record was cut | [`UnixMessage::is_truncated`] |
//!
//! ```
//! use berkeley::{MsgFlags, UnixStream};
//! use std::fs::File;
//! use std::io::{IoSlice, Read};
//! use std::os::fd::AsFd;
//!
//! # fn main() -> std::io::Result<()> {
//! # berkeley::block_on(async {
//! let (a, b) = UnixStream::pair()?;
//! b.set_pass_credentials(true)?;
//! let file = File::open("Cargo.toml")?;
//! a.send_fds(&[IoSlice::new(b"read this")], &[file.as_fd()], MsgFlags::empty(), None).await?;
//!
//! let mut buffer = [0; 64];
//! let mut message = b.recv_message(&mut buffer, 1).await?;
//! assert_eq!(message.credentials.map(|sender| sender.pid), Some(std::process::id()));
//! let mut text = String::new();
//! File::from(message.fds.remove(0)).read_to_string(&mut text)?;
//! assert!(text.contains("berkeley"));
//! # Ok(())
//! # })
//! # }
//! ```

#[cfg(linux_like)]
mod message;
#[cfg(linux_like)]
mod peer;

#[cfg(linux_like)]
pub use message::UnixMessage;

use super::BACKLOG;
use super::typed::{listeners, receivers, typed_sockets};
use crate::Socket;
use crate::op::{Attempt, Op};
use berkeley_core::{Address, Family, Kind, Protocol, ToAddress, ToUnixAddress, UnixAddress};
use std::io;

typed_sockets! {
    /// Accepts Unix stream connections.
    UnixListener: STREAM of UNIX, UnixAddress;
    /// A Unix stream connection.
    UnixStream: STREAM of UNIX, UnixAddress;
    /// Sends and receives Unix datagrams.
    UnixDatagram: DGRAM of UNIX, UnixAddress;
    /// Accepts connections that keep records apart.
    UnixSeqpacketListener: SEQPACKET of UNIX, UnixAddress;
    /// A connection that keeps records apart: each send is received as one, in order.
    UnixSeqpacket: SEQPACKET of UNIX, UnixAddress;
}

listeners! {
    UnixListener accepts UnixStream, UnixAddress;
    UnixSeqpacketListener accepts UnixSeqpacket, UnixAddress;
}
receivers!(UnixDatagram from UnixAddress;);

fn bind(kind: Kind, address: impl ToUnixAddress) -> io::Result<Socket> {
    let address = address.to_unix_address()?;
    let socket = Socket::new(Family::UNIX, kind, Protocol::DEFAULT)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn connect(kind: Kind, address: impl ToUnixAddress) -> io::Result<Socket> {
    let address = address.to_unix_address()?;
    let socket = Socket::new(Family::UNIX, kind, Protocol::DEFAULT)?;
    socket.connect(address).await?;
    Ok(socket)
}

fn pair(kind: Kind) -> io::Result<(Socket, Socket)> {
    Socket::pair(Family::UNIX, kind, Protocol::DEFAULT)
}

/// Listeners and the connections that they accept.
macro_rules! connections {
    ($( $listener:ident, $stream:ident: $kind:ident; )*) => { $(
        impl $listener {
            /// Listens at a path or, on Linux, an abstract name. A path must not exist yet, and
            /// stays when the listener goes: see
            /// [`UnixListenOptions`](crate::UnixListenOptions) and
            /// [`bound_path`](crate::Socket::bound_path).
            ///
            /// # Errors
            /// As [`Socket::bind`](crate::Socket::bind) and
            /// [`Socket::listen`](crate::Socket::listen).
            pub fn bind(address: impl ToUnixAddress) -> io::Result<Self> {
                let socket = bind(Kind::$kind, address)?;
                socket.listen(BACKLOG)?;
                Ok(Self(socket))
            }
        }

        impl $stream {
            /// Connects to a peer, waiting also for room at its listener.
            ///
            /// # Errors
            /// As [`Socket::connect`](crate::Socket::connect).
            ///
            /// # Cancel safety
            /// Dropped, the connection is given up.
            pub async fn connect(address: impl ToUnixAddress) -> io::Result<Self> {
                Ok(Self(connect(Kind::$kind, address).await?))
            }

            /// Two sockets connected to each other.
            ///
            /// # Errors
            /// As [`Socket::pair`](crate::Socket::pair).
            pub fn pair() -> io::Result<(Self, Self)> {
                let (a, b) = pair(Kind::$kind)?;
                Ok((Self(a), Self(b)))
            }
        }
    )* };
}

connections! {
    UnixListener, UnixStream: STREAM;
    UnixSeqpacketListener, UnixSeqpacket: SEQPACKET;
}

impl UnixDatagram {
    /// A socket with a name.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind).
    pub fn bind(address: impl ToUnixAddress) -> io::Result<Self> {
        Ok(Self(bind(Kind::DGRAM, address)?))
    }

    /// A socket without a name, which can send but not be answered.
    ///
    /// # Errors
    /// As [`Socket::new`](crate::Socket::new).
    pub fn unbound() -> io::Result<Self> {
        Ok(Self(Socket::new(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT)?))
    }

    /// Two sockets connected to each other.
    ///
    /// # Errors
    /// As [`Socket::pair`](crate::Socket::pair).
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = pair(Kind::DGRAM)?;
        Ok((Self(a), Self(b)))
    }

    /// Sends to `address` from now on, and receives from there alone: connect(2).
    ///
    /// # Errors
    /// As [`Socket::connect`](crate::Socket::connect).
    pub fn connect(&self, address: impl ToUnixAddress) -> io::Result<()> {
        self.0.connect_now(address.to_unix_address()?)
    }

    /// Sends one message to `address`: sendto(2). Waits while that has no room.
    ///
    /// # Errors
    /// As [`Socket::send_to`](crate::Socket::send_to).
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_to<'a, T: ToUnixAddress>(
        &'a self,
        bytes: &'a [u8],
        address: T,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, T>> {
        self.0.send_to(bytes, Named(address))
    }

    /// Sends a message to `address` if that can be done at once.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to); `WouldBlock`.
    pub fn try_send_to(&self, bytes: &[u8], address: impl ToUnixAddress) -> io::Result<usize> {
        self.0.try_send_to(bytes, Named(address))
    }
}

/// What names a Unix socket, where any address is taken.
struct Named<T>(T);

impl<T: ToUnixAddress> ToAddress for Named<T> {
    fn to_address(&self) -> io::Result<Address> {
        self.0.to_unix_address().map(Address::Unix)
    }
}

/// Who a peer is, with the methods that tokio has for it.
///
/// # Platforms
/// Linux.
#[cfg(linux_like)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UCred(berkeley_core::Credentials);

#[cfg(linux_like)]
impl UCred {
    /// The user.
    #[must_use]
    pub fn uid(&self) -> u32 {
        self.0.uid
    }

    /// The group.
    #[must_use]
    pub fn gid(&self) -> u32 {
        self.0.gid
    }

    /// The process, if it is of this process's namespace.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        i32::try_from(self.0.pid).ok().filter(|pid| *pid != 0)
    }
}

/// The address of a Unix socket, as tokio calls it.
pub type SocketAddr = UnixAddress;
/// The receiving half of a stream that is shared by two tasks.
pub type OwnedReadHalf = super::OwnedReadHalf<UnixStream>;
/// The sending half of a stream that is shared by two tasks.
pub type OwnedWriteHalf = super::OwnedWriteHalf<UnixStream>;
/// The receiving half of a borrowed stream.
pub type ReadHalf<'s> = super::ReadHalf<'s, UnixStream>;
/// The sending half of a borrowed stream.
pub type WriteHalf<'s> = super::WriteHalf<'s, UnixStream>;
/// Two halves that are not of one stream.
pub type ReuniteError = super::ReuniteError<UnixStream>;
