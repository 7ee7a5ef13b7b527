//! UDP: man 7 udp.

use super::typed::{receivers, typed_sockets};
use super::{at_first, socket_for};
use crate::option::socket;
use crate::resolve::{Purpose, ToHostPort};
use berkeley_core::{Family, Kind, Protocol};
use std::io;
use std::net::SocketAddr;

typed_sockets! {
    /// Sends and receives UDP datagrams.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # berkeley::block_on(async {
    /// let a = berkeley::UdpSocket::bind("127.0.0.1:0").await?;
    /// let b = berkeley::UdpSocket::bind("127.0.0.1:0").await?;
    /// a.send_to(b"hello", b.local_addr()?).await?;
    /// let mut buffer = [0; 1500];
    /// let (n, from) = b.recv_from(&mut buffer).await?;
    /// assert_eq!((n, from), (5, a.local_addr()?));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    UdpSocket: DGRAM of INET | INET6, SocketAddr;
}

receivers!(UdpSocket from SocketAddr;);

impl UdpSocket {
    /// A socket at `address`; port 0 is any free one. Of a name, the first address that can be had
    /// is taken; an empty host is every interface of IPv4.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind). For a name, [`ResolveError`](crate::ResolveError)
    /// or [`ConnectError`](crate::ConnectError) within, which has every address and its error.
    ///
    /// # Cancel safety
    /// Dropped, it has bound nothing. Numbers are bound in the first poll.
    pub async fn bind(address: impl ToHostPort) -> io::Result<Self> {
        at_first(address, Purpose::Bind(Protocol::UDP), |address| async move {
            let socket = socket_for(&address, Kind::DGRAM, &[Family::INET, Family::INET6])?;
            socket.bind(address)?;
            Ok(Self(socket))
        })
        .await
    }

    /// Sends to `address` from now on, and receives from there alone: connect(2). Of a name, the
    /// first address that there is a way to is taken.
    ///
    /// # Errors
    /// As [`Socket::connect`](crate::Socket::connect). For a name, as [`bind`](Self::bind).
    ///
    /// # Cancel safety
    /// Dropped, it has connected nothing: a datagram socket connects at once.
    pub async fn connect(&self, address: impl ToHostPort) -> io::Result<()> {
        at_first(address, Purpose::Connect(Protocol::UDP), |address| self.0.connect(address)).await
    }

    /// Whether datagrams may go to a broadcast address: `SO_BROADCAST`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn broadcast(&self) -> io::Result<bool> {
        self.get(socket::Broadcast)
    }

    /// Sets whether datagrams may go to a broadcast address: `SO_BROADCAST`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.set(socket::Broadcast, broadcast)
    }
}
