//! UDP: man 7 udp.

use super::typed::{receivers, typed_sockets};
use super::{internet, socket_for};
use crate::option::socket;
use berkeley_core::resolve::ToHostPort;
use berkeley_core::{Family, Kind};
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
    /// A socket at `address`; port 0 is any free one.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind).
    pub async fn bind(address: impl ToHostPort) -> io::Result<Self> {
        let address = internet(address)?;
        let socket = socket_for(&address, Kind::DGRAM, &[Family::INET, Family::INET6])?;
        socket.bind(address)?;
        Ok(Self(socket))
    }

    /// Sends to `address` from now on, and receives from there alone: connect(2).
    ///
    /// # Errors
    /// As [`Socket::connect`](crate::Socket::connect).
    ///
    /// # Cancel safety
    /// A datagram socket connects at once.
    pub async fn connect(&self, address: impl ToHostPort) -> io::Result<()> {
        self.0.connect(internet(address)?).await
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
