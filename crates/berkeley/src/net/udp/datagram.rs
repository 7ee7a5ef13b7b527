//! What comes with a datagram: where it was sent to, by which interface, how it travelled.

use super::UdpSocket;
use crate::driver::Done;
use crate::op::{Attempt, Op};
use crate::socket::Spoken;
use berkeley_core::control::{
    Ecn, HopLimit, PacketInfo, PacketInfo6, RecvBuffer, TimeToLive, TimestampNs, TrafficClass,
    TypeOfService, udp::ReceivedSegmentSize,
};
use berkeley_core::option::{ip, ipv6, socket, udp};
use berkeley_core::{self as core, Family, Interest, Interface, MsgFlags, Received};
use bitflags::bitflags;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::slice::{self, Chunks};
use std::time::SystemTime;

/// Room for all that [`Details`] asks for, and for as much again.
const ROOM: usize = 256;

bitflags! {
    /// What to be told of each datagram, beside its bytes and its sender: each is an option of the
    /// socket, and costs the kernel some nanoseconds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Details: u8 {
        /// Where it was sent to and by which interface it came: `IP_PKTINFO`,
        /// `IPV6_RECVPKTINFO`.
        const DESTINATION = 1;
        /// What its class says of congestion: `IP_RECVTOS`, `IPV6_RECVTCLASS`.
        const ECN = 2;
        /// How many hops it had left: `IP_RECVTTL`, `IPV6_RECVHOPLIMIT`.
        const TTL = 4;
        /// When the kernel got it: `SO_TIMESTAMPNS`.
        const TIMESTAMP = 8;
        /// Several datagrams of one sender and one size at once, where they come so fast that the
        /// kernel puts them together: `UDP_GRO`. A buffer has to hold 64 KiB then, or some are cut
        /// off.
        const SEGMENTS = 16;
    }
}

/// What a receive tells of a datagram, apart from its bytes: [`UdpSocket::recv_datagram`].
///
/// What was not asked for by [`UdpSocket::set_details`] is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram {
    /// How many bytes came; of several datagrams, all together.
    pub len: usize,
    /// [`MsgFlags::TRUNC`] when it was longer than the buffer, and other flags of recvmsg(2).
    pub flags: MsgFlags,
    /// Who sent it.
    pub from: SocketAddr,
    /// Where it was sent to: an address of this host, a group, or a broadcast.
    pub to: Option<IpAddr>,
    /// The address of this host that it was taken for, which is what an answer should come from.
    /// None for a group of IPv6: the route of the answer says.
    pub local: Option<IpAddr>,
    /// The interface that it came by.
    pub interface: Option<Interface>,
    /// What the network said of congestion.
    pub ecn: Option<Ecn>,
    /// How many hops it had left.
    pub ttl: Option<u8>,
    /// When the kernel got it.
    pub timestamp: Option<SystemTime>,
    /// The bytes of each datagram but the last, where several came at once; else the bytes of this
    /// one. Never 0.
    pub segment_size: usize,
}

impl Datagram {
    /// Reads what a receive told: of [`recv_msg`](crate::Socket::recv_msg), or in a slot of
    /// [`recv_many`](crate::Socket::recv_many).
    ///
    /// # Errors
    /// `InvalidData` when the sender has no internet address.
    pub fn read(received: &Received, control: &RecvBuffer) -> io::Result<Self> {
        let from = SocketAddr::read(received.from)?;
        let (mut to, mut local, mut interface) = (None, None, None);
        if let Some(info) = control.get::<PacketInfo>() {
            to = Some(info.destination.into());
            local = Some(info.local.into());
            interface = Some(info.interface);
        }
        if let Some(info) = control.get::<PacketInfo6>() {
            to = Some(info.local.into());
            local = to.filter(|to: &IpAddr| !to.to_canonical().is_multicast());
            interface = Some(info.interface);
        }
        let ecn = control.get::<TypeOfService>().map(TypeOfService::ecn);
        let ttl = control.get::<TimeToLive>().map(|ttl| ttl.0);
        let segment_size = control.get::<ReceivedSegmentSize>().map(|size| usize::from(size.0));
        Ok(Self {
            len: received.len,
            flags: received.flags,
            from,
            to,
            local,
            interface,
            ecn: ecn.or_else(|| control.get::<TrafficClass>().map(TrafficClass::ecn)),
            ttl: ttl.or_else(|| control.get::<HopLimit>().map(|ttl| ttl.0)),
            timestamp: control.get::<TimestampNs>().map(|time| time.0),
            segment_size: segment_size.unwrap_or(received.len).max(1),
        })
    }

    /// Whether it was longer than the buffer, and its end is lost.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.flags.contains(MsgFlags::TRUNC)
    }

    /// The datagrams in the buffer that it was received into: one, unless
    /// [`Details::SEGMENTS`] was asked for. (Of an empty datagram, none.)
    pub fn segments<'b>(&self, buffer: &'b [u8]) -> Chunks<'b, u8> {
        buffer[..self.len.min(buffer.len())].chunks(self.segment_size)
    }
}

impl UdpSocket {
    /// Sets what [`recv_datagram`](Self::recv_datagram) tells from now on, of datagrams that have
    /// not come yet. A socket of IPv6 tells it of IPv4 too.
    ///
    /// # Errors
    /// What the kernel reports.
    ///
    /// # Platforms
    /// Linux.
    pub fn set_details(&self, details: Details) -> io::Result<()> {
        let on = |detail| details.contains(detail);
        if self.family() == Family::INET6 {
            self.set(ipv6::ReceivePacketInfo, on(Details::DESTINATION))?;
            self.set(ipv6::ReceiveTrafficClass, on(Details::ECN))?;
            self.set(ipv6::ReceiveHopLimit, on(Details::TTL))?;
        } else {
            self.set(ip::ReceivePacketInfo, on(Details::DESTINATION))?;
        }
        // Of IPv6 too: IPv4 comes there with messages of its own. Its destination does not.
        self.set(ip::ReceiveTypeOfService, on(Details::ECN))?;
        self.set(ip::ReceiveTimeToLive, on(Details::TTL))?;
        self.set(socket::TimestampNanoseconds, on(Details::TIMESTAMP))?;
        self.set(udp::ReceiveOffload, on(Details::SEGMENTS))
    }

    /// Receives one datagram, or several that the kernel has put together, and all that
    /// [`set_details`](Self::set_details) asked for: recvmsg(2). Allocates nothing.
    ///
    /// ```
    /// use berkeley::UdpSocket;
    /// use berkeley::net::udp::{Details, Transmit};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # berkeley::block_on(async {
    /// // It is bound to every address of this host, and answers from the one that was asked.
    /// let server = UdpSocket::bind("0.0.0.0:0").await?;
    /// server.set_details(Details::DESTINATION | Details::ECN)?;
    /// # let client = UdpSocket::bind("127.0.0.1:0").await?;
    /// # client.send_to(b"question", ("127.0.0.1", server.local_addr()?.port())).await?;
    ///
    /// let mut buffer = [0; 1500];
    /// let asked = server.recv_datagram(&mut buffer).await?;
    /// let answer = Transmit { to: Some(asked.from), from: asked.local, ..Transmit::default() };
    /// server.send_datagram(b"answer", &answer).await?;
    /// # assert_eq!(client.recv_from(&mut buffer).await?.1.ip(), asked.to.unwrap());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Socket::recv_msg`](crate::Socket::recv_msg).
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    ///
    /// # Platforms
    /// Linux.
    pub fn recv_datagram<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = Datagram, Error = io::Error> + Unpin + use<'a>> {
        self.0.op(Interest::Readable, move |core: &core::Socket| {
            recv_datagram(core, buffer).map(Done::new)
        })
    }

    /// Receives a datagram if that can be done at once.
    ///
    /// # Errors
    /// As [`recv_datagram`](Self::recv_datagram); `WouldBlock`.
    ///
    /// # Platforms
    /// Linux.
    pub fn try_recv_datagram(&self, buffer: &mut [u8]) -> io::Result<Datagram> {
        recv_datagram(self.0.core(), buffer)
    }
}

fn recv_datagram(core: &core::Socket, buffer: &mut [u8]) -> io::Result<Datagram> {
    let mut control = RecvBuffer::with_capacity(ROOM);
    let mut buffer = IoSliceMut::new(buffer);
    let received = core.recv_msg(slice::from_mut(&mut buffer), &mut control, MsgFlags::empty())?;
    Datagram::read(&received, &control)
}
