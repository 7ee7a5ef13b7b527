//! UDP-Lite, whose checksum may leave a part of the datagram out: man 7 udplite, RFC 3828.

use super::UdpSocket;
use crate::Socket;
use berkeley_core::option::udplite;
use berkeley_core::{Address, Kind, Protocol};
use std::io;
use std::net::SocketAddr;

impl UdpSocket {
    /// A socket of UDP-Lite at `address`: UDP but for a checksum that may leave out a part, so that
    /// datagrams with errors there arrive. Ports are apart from those of UDP.
    ///
    /// ```no_run
    /// # fn example() -> std::io::Result<()> {
    /// let socket = berkeley::UdpSocket::bind_lite("0.0.0.0:7000".parse().unwrap())?;
    /// socket.set_checksum_coverage(20)?; // 8 bytes of header, 12 of the datagram
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` when the kernel has no UDP-Lite; as
    /// [`Socket::bind`](crate::Socket::bind).
    #[doc(alias = "IPPROTO_UDPLITE")]
    pub fn bind_lite(address: SocketAddr) -> io::Result<Self> {
        let address = Address::from(address);
        let socket = Socket::new(address.family(), Kind::DGRAM, Protocol::UDPLITE)?;
        socket.bind(address)?;
        Ok(Self(socket))
    }

    /// Covers so many bytes of what is sent by the checksum, with the 8 of the header; 0 is all:
    /// `UDPLITE_SEND_CSCOV`.
    ///
    /// # Errors
    /// `InvalidInput` for 1 to 7; `ENOPROTOOPT` when this is UDP.
    #[doc(alias = "UDPLITE_SEND_CSCOV")]
    pub fn set_checksum_coverage(&self, bytes: u16) -> io::Result<()> {
        self.set(udplite::SendCoverage, bytes)
    }

    /// Receives nothing whose checksum covers less than so many bytes, with the 8 of the header; 0
    /// is all: `UDPLITE_RECV_CSCOV`.
    ///
    /// # Errors
    /// As [`set_checksum_coverage`](Self::set_checksum_coverage).
    #[doc(alias = "UDPLITE_RECV_CSCOV")]
    pub fn set_least_checksum_coverage(&self, bytes: u16) -> io::Result<()> {
        self.set(udplite::ReceiveCoverage, bytes)
    }
}
