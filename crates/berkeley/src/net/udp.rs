//! UDP: man 7 udp.

use super::{socket_for, typed_sockets};
use crate::option::socket;
use berkeley_core::{Family, Kind, ToAddress};
use std::io;

typed_sockets! {
    /// Sends and receives UDP datagrams.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # berkeley::block_on(async {
    /// let a = berkeley::UdpSocket::bind("127.0.0.1:0")?;
    /// let b = berkeley::UdpSocket::bind("127.0.0.1:0")?;
    /// a.send_to(b"hello", b.local_addr()?).await?;
    /// let mut buffer = [0; 1500];
    /// let (n, from) = b.recv_from(&mut buffer).await?;
    /// assert_eq!((n, from), (5, Some(a.local_addr()?)));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    UdpSocket: DGRAM of INET | INET6;
}

impl UdpSocket {
    /// A socket at `address`; port 0 is any free one.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind).
    pub fn bind(address: impl ToAddress) -> io::Result<Self> {
        let address = address.to_address()?;
        let socket = socket_for(&address, Kind::DGRAM, &[Family::INET, Family::INET6])?;
        socket.bind(address)?;
        Ok(Self(socket))
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
