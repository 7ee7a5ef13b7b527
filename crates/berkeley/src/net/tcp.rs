//! TCP: man 7 tcp. Listeners, streams, and what the halves of a stream are called.

use super::accessors::{accessors, internet_accessors};
use super::typed::{listeners, typed_sockets};
use super::{BACKLOG, internet, socket_for};
use crate::option::{socket, tcp};
use berkeley_core::resolve::ToHostPort;
use berkeley_core::{Family, Kind};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The receiving half of a stream that is shared by two tasks.
pub type OwnedReadHalf = super::OwnedReadHalf<TcpStream>;
/// The sending half of a stream that is shared by two tasks.
pub type OwnedWriteHalf = super::OwnedWriteHalf<TcpStream>;
/// The receiving half of a borrowed stream.
pub type ReadHalf<'s> = super::ReadHalf<'s, TcpStream>;
/// The sending half of a borrowed stream.
pub type WriteHalf<'s> = super::WriteHalf<'s, TcpStream>;
/// Two halves that are not of one stream.
pub type ReuniteError = super::ReuniteError<TcpStream>;

const FAMILIES: [Family; 2] = [Family::INET, Family::INET6];

typed_sockets! {
    /// Accepts TCP connections.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # berkeley::block_on(async {
    /// let listener = berkeley::TcpListener::bind("127.0.0.1:0").await?;
    /// let client = berkeley::TcpStream::connect(listener.local_addr()?).await?;
    /// let (served, peer) = listener.accept().await?;
    /// assert_eq!(peer, client.local_addr()?);
    /// client.send_all(b"hello").await?;
    /// let mut buffer = [0; 16];
    /// assert_eq!(served.recv(&mut buffer).await?, 5);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    TcpListener: STREAM of INET | INET6, SocketAddr;
    /// A TCP connection.
    TcpStream: STREAM of INET | INET6, SocketAddr;
}

listeners!(TcpListener accepts TcpStream, SocketAddr;);

impl TcpListener {
    /// Listens at `address`, which a connection that just ended may still have (`SO_REUSEADDR`).
    ///
    /// `[::]:port` takes IPv4 too, on systems whose default that is; set
    /// [`V6Only`](crate::option::ipv6::V6Only) on a [`Socket`](crate::Socket) of your own to be
    /// sure, or anything else that must be set first, and make that a listener by `try_from`.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind) and [`Socket::listen`](crate::Socket::listen).
    pub async fn bind(address: impl ToHostPort) -> io::Result<Self> {
        let address = internet(address)?;
        let socket = socket_for(&address, Kind::STREAM, &FAMILIES)?;
        socket.set(socket::ReuseAddress, true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?;
        Ok(Self(socket))
    }
}

impl TcpStream {
    /// Connects to a peer.
    ///
    /// For a deadline, an own address or anything else that must be set first, connect a
    /// [`Socket`](crate::Socket) and make that a stream by `try_from`.
    ///
    /// # Errors
    /// As [`Socket::connect`](crate::Socket::connect).
    ///
    /// # Cancel safety
    /// Dropped, the connection is given up.
    pub async fn connect(address: impl ToHostPort) -> io::Result<Self> {
        let address = internet(address)?;
        let socket = socket_for(&address, Kind::STREAM, &FAMILIES)?;
        socket.connect(address).await?;
        Ok(Self(socket))
    }

    /// Has a close reset the connection: `SO_LINGER` with zero.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }
}

accessors! { TcpStream:
    /// Whether small segments are sent at once: `TCP_NODELAY`.
    nodelay, set_nodelay: bool = tcp::NoDelay;
    /// How long a close waits for unsent data: `SO_LINGER`. `Some(ZERO)` resets the connection.
    /// More than zero is taken off before a close, which would block the worker:
    /// [`finish`](crate::Socket::finish) waits without that.
    linger, set_linger: Option<Duration> = socket::Linger;
}
#[cfg(linux_like)]
accessors! { TcpStream:
    /// Whether segments are acknowledged at once: `TCP_QUICKACK`, which the kernel takes back by
    /// itself. Linux.
    quickack, set_quickack: bool = tcp::QuickAck;
}
internet_accessors!(TcpListener TcpStream);
