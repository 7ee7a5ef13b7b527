//! TCP: man 7 tcp.

use super::typed::{listeners, typed_sockets};
use super::{BACKLOG, at_first, socket_for};
use crate::connect::{ConnectError, ConnectOptions};
use crate::option::{ip, ipv6, socket, tcp};
use crate::resolve::{Purpose, ResolveError, ToHostPort};
use berkeley_core::{Family, Kind, Protocol};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

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
    /// IPv4. `[::]:port` takes IPv4 too, on systems whose default that is; set
    /// [`V6Only`](crate::option::ipv6::V6Only) on a [`Socket`](crate::Socket) of your own to be
    /// sure, or anything else that must be set first, and make that a listener by `try_from`.
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

    /// Whether small segments are sent at once: `TCP_NODELAY`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.get(tcp::NoDelay)
    }

    /// Sets whether small segments are sent at once: `TCP_NODELAY`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.set(tcp::NoDelay, nodelay)
    }

    /// How long a close waits for unsent data: `SO_LINGER`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        self.get(socket::Linger)
    }

    /// Sets how long a close waits for unsent data: `SO_LINGER`. `Some(ZERO)` resets the
    /// connection. More than zero is taken off before a close, which would block the worker:
    /// [`finish`](crate::Socket::finish) waits without that.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        self.set(socket::Linger, linger)
    }

    /// How many hops a packet may take: `IP_TTL` or `IPV6_UNICAST_HOPS`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn ttl(&self) -> io::Result<u32> {
        match self.family() {
            Family::INET6 => self.get(ipv6::UnicastHops),
            _ => self.get(ip::TimeToLive),
        }
    }

    /// Sets how many hops a packet may take: `IP_TTL` or `IPV6_UNICAST_HOPS`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_ttl(&self, hops: u32) -> io::Result<()> {
        match self.family() {
            Family::INET6 => self.set(ipv6::UnicastHops, hops),
            _ => self.set(ip::TimeToLive, hops),
        }
    }
}

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
