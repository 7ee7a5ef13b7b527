//! A TCP socket before it connects or listens.

use super::accessors::{accessors, internet_accessors};
use super::typed::typed_sockets;
use super::{TcpListener, TcpStream};
use crate::Socket;
use crate::option::{socket, tcp};
use berkeley_core::{Family, Kind, Protocol};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;

typed_sockets! {
    /// A TCP socket that neither connects nor listens yet: what must be set first can be.
    ///
    /// A [`Socket`] does the same for every family and kind; this has the names of tokio's.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # berkeley::block_on(async {
    /// use berkeley::net::TcpSocket;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.set_reuseaddr(true)?;
    /// socket.bind("127.0.0.1:0".parse().unwrap())?;
    /// let listener = socket.listen(1024)?;
    ///
    /// let socket = TcpSocket::new_v4()?;
    /// socket.set_nodelay(true)?;
    /// let stream = socket.connect(listener.local_addr()?).await?;
    /// assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    TcpSocket: STREAM of INET | INET6, SocketAddr;
}

impl TcpSocket {
    /// A socket of IPv4.
    ///
    /// # Errors
    /// As [`Socket::new`].
    pub fn new_v4() -> io::Result<Self> {
        Ok(Self(Socket::new(Family::INET, Kind::STREAM, Protocol::TCP)?))
    }

    /// A socket of IPv6.
    ///
    /// # Errors
    /// As [`Socket::new`].
    pub fn new_v6() -> io::Result<Self> {
        Ok(Self(Socket::new(Family::INET6, Kind::STREAM, Protocol::TCP)?))
    }

    /// Takes a socket of the standard library that is not connected. It becomes non-blocking.
    ///
    /// # Errors
    /// As [`Socket::from_fd`].
    pub fn from_std_stream(stream: std::net::TcpStream) -> io::Result<Self> {
        OwnedFd::from(stream).try_into()
    }

    /// Gives the socket its address: bind(2).
    ///
    /// # Errors
    /// As [`Socket::bind`].
    pub fn bind(&self, address: SocketAddr) -> io::Result<()> {
        self.0.bind(address)
    }

    /// Connects to a peer: connect(2).
    ///
    /// # Errors
    /// As [`Socket::connect`].
    ///
    /// # Cancel safety
    /// Dropped, the connection is given up.
    pub async fn connect(self, address: SocketAddr) -> io::Result<TcpStream> {
        self.0.connect(address).await?;
        self.0.try_into()
    }

    /// Accepts connections from now on, of which `backlog` may wait: listen(2). The kernel may
    /// have it lower.
    ///
    /// # Errors
    /// As [`Socket::listen`].
    pub fn listen(self, backlog: u32) -> io::Result<TcpListener> {
        self.0.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        self.0.try_into()
    }

    /// Has a close of the connection reset it: `SO_LINGER` with zero.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }
}

accessors! { TcpSocket:
    /// Whether the port of a connection that just ended can be had: `SO_REUSEADDR`.
    reuseaddr, set_reuseaddr: bool = socket::ReuseAddress;
    /// Whether several listeners share a port: `SO_REUSEPORT`.
    reuseport, set_reuseport: bool = socket::ReusePort;
    /// Whether a connection without traffic is probed: `SO_KEEPALIVE`.
    keepalive, set_keepalive: bool = socket::KeepAlive;
    /// The bytes of the send buffer: `SO_SNDBUF`. Linux doubles what is set.
    send_buffer_size, set_send_buffer_size: u32 = socket::SendBuffer;
    /// The bytes of the receive buffer: `SO_RCVBUF`. Linux doubles what is set.
    recv_buffer_size, set_recv_buffer_size: u32 = socket::ReceiveBuffer;
    /// Whether small segments are sent at once: `TCP_NODELAY`.
    nodelay, set_nodelay: bool = tcp::NoDelay;
    /// How long a close waits for unsent data: `SO_LINGER`.
    linger, set_linger: Option<Duration> = socket::Linger;
}
internet_accessors!(TcpSocket);
#[cfg(linux_like)]
super::accessors::device_accessors!(TcpSocket);
