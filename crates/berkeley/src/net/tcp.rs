//! TCP: man 7 tcp. Listeners, streams, and what the halves of a stream are called.

use super::accessors::{accessors, internet_accessors};
use super::typed::{listeners, typed_sockets};
use super::{BACKLOG, at_first, socket_for};
use crate::connect::{ConnectError, ConnectOptions};
use crate::option::{socket, tcp};
use crate::resolve::{Purpose, ResolveError, ToHostPort};
use berkeley_core::{Family, Kind, Protocol};
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
    /// Of a name, the first address that can be had is taken; an empty host is every interface of
    /// IPv4. `[::]:port` takes IPv4 too, on systems whose default that is; see
    /// [`ListenOptions`](crate::ListenOptions) to be sure, and for whatever else must be said
    /// first.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind) and [`Socket::listen`](crate::Socket::listen). For
    /// a name, [`ResolveError`] or [`ConnectError`] within, which has every address and its error.
    ///
    /// # Cancel safety
    /// Dropped, it has bound nothing. Numbers are bound in the first poll.
    pub async fn bind(address: impl ToHostPort) -> io::Result<Self> {
        at_first(address, Purpose::Bind(Protocol::TCP), |address| async move {
            let socket = socket_for(&address, Kind::STREAM, &FAMILIES)?;
            socket.set(socket::ReuseAddress, true)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)?;
            Ok(Self(socket))
        })
        .await
    }
}

impl TcpStream {
    /// Connects to a peer: to an address, or to the first of a host's that answers, by Happy
    /// Eyeballs.
    ///
    /// [`ConnectOptions`] has deadlines, an own address, options that must be set first, and the
    /// way in which addresses are tried.
    ///
    /// ```no_run
    /// # async fn example() -> std::io::Result<()> {
    /// let stream = berkeley::TcpStream::connect("example.org:http").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Socket::connect`](crate::Socket::connect). For a name, [`ResolveError`] or
    /// [`ConnectError`] within, which has every address and its error.
    ///
    /// # Cancel safety
    /// Dropped, every attempt is given up.
    pub async fn connect(address: impl ToHostPort) -> io::Result<Self> {
        let target = address.to_host_port().map_err(ResolveError::from)?;
        let Some(address) = target.as_address_in(Family::INET) else {
            return Ok(ConnectOptions::new().connect(target).await?);
        };
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

impl ConnectOptions {
    /// Connects to the first address of `target` that answers.
    ///
    /// # Errors
    /// [`ConnectError::Resolve`] when the name has no address, or was not resolved in the total
    /// time; [`ConnectError::Attempts`] when none answered, with every attempt in the order in
    /// which they ended; [`ConnectError::Options`] for what no connect can keep: a timeout of zero,
    /// an attempt delay out of range. A time that is over is `TimedOut`, as is what was under way
    /// then.
    ///
    /// # Cancel safety
    /// Dropped, every attempt is closed, and a lookup is given up.
    pub async fn connect(&self, target: impl ToHostPort) -> Result<TcpStream, ConnectError> {
        self.connect_socket(target).await.map(TcpStream)
    }
}
