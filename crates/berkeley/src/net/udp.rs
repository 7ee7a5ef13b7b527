//! UDP: man 7 udp.
//!
//! | to … | |
//! |---|---|
//! | receive and send | [`recv_from`](UdpSocket::recv_from), [`send_to`](UdpSocket::send_to); connected, [`recv`](crate::Socket::recv), [`send`](crate::Socket::send) |
//! | learn where a datagram was sent to, its ECN, TTL and time | [`set_details`](UdpSocket::set_details), [`recv_datagram`](UdpSocket::recv_datagram) |
//! | say where one comes from, its ECN and TTL | [`send_datagram`](UdpSocket::send_datagram), [`Transmit`] |
//! | send and receive many of one size at once (GSO, GRO) | [`Transmit::segment_size`], [`Details::SEGMENTS`] |
//! | … and batches of those | [`send_many`](crate::Socket::send_many), [`recv_many`](crate::Socket::recv_many), [`Datagram::read`] |
//! | learn why one did not arrive | [`ReceiveErrors`](crate::option::ip::ReceiveErrors), [`recv_error`](crate::Socket::recv_error) |
//! | join groups | [`join_group`](UdpSocket::join_group) and what is there beside it |
//! | leave a part out of the checksum | [`bind_lite`](UdpSocket::bind_lite) |
//!
//! A connected socket is told of refusals by a later call (`ConnectionRefused`), which has done
//! nothing then; an unconnected one only if it asked for them. `ENOBUFS` is a full queue of the
//! system, which no event announces to be empty: send later, or drop.

#[cfg(linux_like)]
mod datagram;
#[cfg(linux_like)]
mod lite;
#[cfg(linux_like)]
mod multicast;
#[cfg(linux_like)]
mod transmit;

#[cfg(linux_like)]
pub use datagram::{Datagram, Details};
#[cfg(linux_like)]
pub use transmit::{SendDatagram, Transmit};

use super::accessors::{accessors, internet_accessors};
use super::typed::{receivers, typed_sockets};
use super::{at_first, socket_for};
use crate::op::{Attempt, Op};
use crate::option::{ip, ipv6, socket};
use crate::resolve::{Purpose, ResolveError, ToHostPort};
use berkeley_core::{Address, Family, Interface, Kind, Protocol, ToAddress};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll};

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
    /// As [`Socket::bind`](crate::Socket::bind). For a name, [`ResolveError`]
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

    /// Sends one message to `address`, which is a number: sendto(2).
    ///
    /// # Errors
    /// As [`Socket::send_to`](crate::Socket::send_to); `InvalidInput` for a name: that is to be
    /// looked up once, not for each datagram.
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_to<'a, T: ToHostPort>(
        &'a self,
        bytes: &'a [u8],
        address: T,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, T>> {
        self.0.send_to(bytes, Numeric(address))
    }

    /// Sends a message to `address` if that can be done at once.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to); `WouldBlock`.
    pub fn try_send_to(&self, bytes: &[u8], address: impl ToHostPort) -> io::Result<usize> {
        self.0.try_send_to(bytes, Numeric(address))
    }

    /// [`send_to`](Self::send_to) as a poll function. Of several tasks that poll, the last is
    /// woken.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to).
    pub fn poll_send_to(
        &self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        address: impl ToHostPort,
    ) -> Poll<io::Result<usize>> {
        self.0.poll_send_to(cx, bytes, Numeric(address))
    }

    /// How many hops a packet to a group of IPv4 may take: `IP_MULTICAST_TTL`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn multicast_ttl_v4(&self) -> io::Result<u32> {
        Ok(self.get(ip::MulticastTimeToLive)?.into())
    }

    /// Sets how many hops a packet to a group of IPv4 may take: `IP_MULTICAST_TTL`.
    ///
    /// # Errors
    /// `InvalidInput` for more than 255.
    pub fn set_multicast_ttl_v4(&self, hops: u32) -> io::Result<()> {
        let hops =
            u8::try_from(hops).map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
        self.set(ip::MulticastTimeToLive, hops)
    }

    /// Joins a group at the interface with this address, or at any: `IP_ADD_MEMBERSHIP`.
    ///
    /// # Errors
    /// `EADDRINUSE` when the socket is a member, `ENODEV` without such an interface.
    pub fn join_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        let interface = interface.into();
        self.set(ip::AddMembership, ip::Membership { group, interface })
    }

    /// Leaves a group: `IP_DROP_MEMBERSHIP`.
    ///
    /// # Errors
    /// `EADDRNOTAVAIL` when the socket is no member.
    pub fn leave_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        let interface = interface.into();
        self.set(ip::DropMembership, ip::Membership { group, interface })
    }

    /// Joins a group at the interface with this index, or at any if that is 0: `IPV6_JOIN_GROUP`.
    ///
    /// # Errors
    /// `EADDRINUSE` when the socket is a member, `ENODEV` without such an interface.
    pub fn join_multicast_v6(&self, group: &Ipv6Addr, interface: u32) -> io::Result<()> {
        let interface = Interface::from_index(interface);
        self.set(ipv6::JoinGroup, ipv6::Membership { group: *group, interface })
    }

    /// Leaves a group: `IPV6_LEAVE_GROUP`.
    ///
    /// # Errors
    /// `EADDRNOTAVAIL` when the socket is no member.
    pub fn leave_multicast_v6(&self, group: &Ipv6Addr, interface: u32) -> io::Result<()> {
        let interface = Interface::from_index(interface);
        self.set(ipv6::LeaveGroup, ipv6::Membership { group: *group, interface })
    }
}

accessors! { UdpSocket:
    /// Whether datagrams may go to a broadcast address: `SO_BROADCAST`.
    broadcast, set_broadcast: bool = socket::Broadcast;
    /// Whether what is sent to a group of IPv4 comes to this host too: `IP_MULTICAST_LOOP`.
    multicast_loop_v4, set_multicast_loop_v4: bool = ip::MulticastLoop;
    /// Whether what is sent to a group of IPv6 comes to this host too: `IPV6_MULTICAST_LOOP`.
    multicast_loop_v6, set_multicast_loop_v6: bool = ipv6::MulticastLoop;
}
internet_accessors!(UdpSocket);
#[cfg(linux_like)]
super::accessors::device_accessors!(UdpSocket);

/// A host and port that name nothing.
struct Numeric<T>(T);

impl<T: ToHostPort> ToAddress for Numeric<T> {
    fn to_address(&self) -> io::Result<Address> {
        let target = self.0.to_host_port().map_err(ResolveError::from)?;
        target.as_address_in(Family::INET).ok_or_else(|| {
            let reason = format!("{target} is a name: look it up once and send to its address");
            io::Error::new(io::ErrorKind::InvalidInput, reason)
        })
    }
}
