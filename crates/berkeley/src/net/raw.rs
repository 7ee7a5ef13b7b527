//! Packets of IPv4 and IPv6 of any protocol: man 7 raw, RFC 3542.

use super::typed::{receivers, typed_sockets};
use crate::Socket;
use berkeley_core::option::icmp::{Filter, Filter6, TypeSet};
use berkeley_core::option::{ip, ipv6};
use berkeley_core::{Family, Kind, Protocol};
use std::io;
use std::net::SocketAddr;

typed_sockets! {
    /// Sends and receives packets of one protocol over IPv4 or IPv6, past the kernel's own
    /// protocols. Needs `CAP_NET_RAW`. Ports of addresses are 0.
    ///
    /// | | IPv4 | IPv6 |
    /// |---|---|---|
    /// | received | with the header: [`ipv4_payload`](Self::ipv4_payload) | without |
    /// | sent | without, unless [`set_header_included`](Self::set_header_included) | the same |
    /// | checksums | by the caller | by the caller, but of ICMPv6, and where [`set_checksum_at`](Self::set_checksum_at) says |
    ///
    /// ```no_run
    /// use berkeley::{Family, Protocol, RawSocket};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let ospf = RawSocket::new(Family::INET, Protocol::from_raw(89))?;
    /// let mut packet = [0; 65_536];
    /// let (n, from) = ospf.recv_from(&mut packet).await?;
    /// println!("{}: {:?}", from.ip(), RawSocket::ipv4_payload(&packet[..n]));
    /// # Ok(())
    /// # }
    /// ```
    RawSocket: RAW of INET | INET6, SocketAddr;
}

receivers!(RawSocket from SocketAddr;);

impl RawSocket {
    /// A socket for the packets of `protocol`, over `INET` or `INET6`. It gets those for every
    /// address of this host until it is [bound](crate::Socket::bind) to one.
    ///
    /// # Errors
    /// `EPERM` without `CAP_NET_RAW`; as [`Socket::new`](crate::Socket::new).
    pub fn new(family: Family, protocol: Protocol) -> io::Result<Self> {
        Socket::new(family, Kind::RAW, protocol)?.try_into()
    }

    /// Whether what is sent brings its own header: `IP_HDRINCL`, `IPV6_HDRINCL`. The kernel fills
    /// in the length and the checksum of an IPv4 header, and its source and identification where
    /// they are 0.
    ///
    /// # Errors
    /// What the kernel reports.
    #[doc(alias = "IP_HDRINCL")]
    #[doc(alias = "IPV6_HDRINCL")]
    pub fn set_header_included(&self, included: bool) -> io::Result<()> {
        match self.family() {
            Family::INET6 => self.set(ipv6::HeaderIncluded, included),
            _ => self.set(ip::HeaderIncluded, included),
        }
    }

    /// Where the kernel puts the checksum of what is sent over IPv6, and checks that of what
    /// comes, in bytes from the start, even; `None` is nowhere: `IPV6_CHECKSUM`. Of ICMPv6 it does
    /// so anyway.
    ///
    /// # Errors
    /// `EINVAL` for an odd number, and for ICMPv6; `ENOPROTOOPT` for IPv4.
    #[doc(alias = "IPV6_CHECKSUM")]
    pub fn set_checksum_at(&self, offset: Option<u32>) -> io::Result<()> {
        self.set(ipv6::Checksum, offset)
    }

    /// Which messages of ICMP are not received: `ICMP_FILTER`. Types over 31 always are.
    ///
    /// # Errors
    /// `EOPNOTSUPP` of another protocol, `ENOPROTOOPT` for IPv6.
    #[doc(alias = "ICMP_FILTER")]
    pub fn set_icmp_filter(&self, unwanted: TypeSet<1>) -> io::Result<()> {
        self.set(Filter, unwanted)
    }

    /// Which messages of ICMPv6 are not received: `ICMPV6_FILTER`.
    ///
    /// # Errors
    /// `EOPNOTSUPP` of another protocol, `ENOPROTOOPT` for IPv4.
    #[doc(alias = "ICMPV6_FILTER")]
    pub fn set_icmp6_filter(&self, unwanted: TypeSet<8>) -> io::Result<()> {
        self.set(Filter6, unwanted)
    }

    /// What an IPv4 packet carries behind its header, whose length it says; `None` when that
    /// cannot be.
    #[must_use]
    pub fn ipv4_payload(packet: &[u8]) -> Option<&[u8]> {
        let header = usize::from(packet.first()? & 0xF) * 4;
        if packet.first()? >> 4 != 4 || header < 20 {
            return None;
        }
        packet.get(header..)
    }
}
