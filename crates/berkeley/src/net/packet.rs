//! Frames of a network interface: man 7 packet.
//!
//! | to … | |
//! |---|---|
//! | get the frames of an interface and a protocol | [`PacketSocket::bind`] |
//! | get those for other hosts too | [`PacketSocket::set_promiscuous`] |
//! | get some of them alone | [`PacketSocket::set_filter`] |
//! | learn where one came from, its VLAN, its whole length, its time | [`PacketSocket::set_details`], [`PacketSocket::recv_frame`] |
//! | learn how many were lost | [`PacketSocket::statistics`] |
//! | send one | [`send_to`](crate::Socket::send_to) with a [`PacketAddress`] |
//!
//! Rings that are shared with the kernel (`PACKET_RX_RING`) are not here: they need memory that is
//! mapped, and frames come by the call, in batches by [`recv_many`](crate::Socket::recv_many).

use super::typed::{receivers, typed_sockets};
use crate::Socket;
use crate::driver::Done;
use crate::op::{Attempt, Op};
use crate::socket::Spoken;
use berkeley_core::address::PacketAddress;
use berkeley_core::constant::EtherType;
use berkeley_core::control::packet::AuxiliaryData;
use berkeley_core::control::{RecvBuffer, TimestampNs};
use berkeley_core::option::packet::{self, Membership, PacketStatistics};
use berkeley_core::option::socket::{self, Instruction};
use berkeley_core::{self as core, Family, Interest, Interface, Kind, MsgFlags, Protocol};
use std::io::{self, IoSliceMut};
use std::slice;
use std::time::SystemTime;

typed_sockets! {
    /// Sends and receives the frames of network interfaces. Needs `CAP_NET_RAW`.
    ///
    /// ```no_run
    /// use berkeley::constant::EtherType;
    /// use berkeley::{Interface, PacketSocket};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let socket = PacketSocket::bind(Interface::from_name("eth0")?, EtherType::ALL)?;
    /// socket.set_details(true)?;
    /// let mut bytes = [0; 65_536];
    /// loop {
    ///     let frame = socket.recv_frame(&mut bytes).await?;
    ///     println!("{} of {} bytes from {}", frame.len, frame.whole_len, frame.from);
    /// }
    /// # }
    /// ```
    PacketSocket: RAW | DGRAM of PACKET, PacketAddress;
}

receivers!(PacketSocket from PacketAddress;);

/// Room for the time and the auxiliary data, and for as much again.
const ROOM: usize = 128;

/// A frame, apart from its bytes: [`PacketSocket::recv_frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// How many bytes are in the buffer.
    pub len: usize,
    /// How many there were: more, when the frame was longer than the buffer, or a filter cut it
    /// (told if [asked for](PacketSocket::set_details)).
    pub whole_len: usize,
    /// The interface, the protocol, the sender's hardware address, and for whom the frame was.
    pub from: PacketAddress,
    /// The tag of the virtual LAN and the protocol that marked it, which the kernel has taken out
    /// of the frame, if [asked for](PacketSocket::set_details). Told to sockets of
    /// [`EtherType::ALL`] alone.
    pub vlan: Option<(u16, u16)>,
    /// When the kernel got it, if asked for.
    pub timestamp: Option<SystemTime>,
}

impl Frame {
    /// Whether there were more bytes than the buffer has.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.len < self.whole_len
    }
}

impl PacketSocket {
    /// The frames of an interface ([`Interface::ANY`] is all of them) with their headers, those of
    /// one protocol or [all](EtherType::ALL). Frames that this host sends are of
    /// [`EtherType::ALL`] alone.
    ///
    /// # Errors
    /// `EPERM` without `CAP_NET_RAW`, `ENODEV` when there is no such interface, `ENETDOWN` when it
    /// is down.
    pub fn bind(interface: Interface, protocol: EtherType) -> io::Result<Self> {
        Self::bind_kind(Kind::RAW, interface, protocol)
    }

    /// As [`bind`](Self::bind), without the headers of the link: those are in the address of each
    /// frame, and made from it when one is sent.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_without_headers(interface: Interface, protocol: EtherType) -> io::Result<Self> {
        Self::bind_kind(Kind::DGRAM, interface, protocol)
    }

    fn bind_kind(kind: Kind, interface: Interface, protocol: EtherType) -> io::Result<Self> {
        // Made for no protocol, so that nothing comes by other interfaces before the bind.
        let socket = Socket::new(Family::PACKET, kind, Protocol::DEFAULT)?;
        socket.bind(PacketAddress::new(interface, protocol.raw()))?;
        Ok(Self(socket))
    }

    /// Takes the frames of `interface` that are for other hosts too, or no more:
    /// `PACKET_MR_PROMISC`. It ends with the socket, and counts: others may ask for it as well.
    ///
    /// # Errors
    /// `ENODEV` when there is no such interface.
    #[doc(alias = "PACKET_ADD_MEMBERSHIP")]
    #[doc(alias = "PACKET_MR_PROMISC")]
    pub fn set_promiscuous(&self, interface: Interface, promiscuous: bool) -> io::Result<()> {
        let membership = Membership::promiscuous(interface);
        if promiscuous {
            self.set(packet::AddMembership, membership)
        } else {
            self.set(packet::DropMembership, membership)
        }
    }

    /// Receives only the frames for which this program of classic BPF returns more than 0, and of
    /// those no more bytes than it returns: `SO_ATTACH_FILTER`. What has come already stays.
    ///
    /// # Errors
    /// `EINVAL` when it is no program.
    #[doc(alias = "SO_ATTACH_FILTER")]
    pub fn set_filter(&self, program: &[Instruction]) -> io::Result<()> {
        self.set(socket::Filter, program)
    }

    /// Whether [`recv_frame`](Self::recv_frame) tells of the virtual LAN and the time:
    /// `PACKET_AUXDATA`, `SO_TIMESTAMPNS`.
    ///
    /// # Errors
    /// What the kernel reports.
    #[doc(alias = "PACKET_AUXDATA")]
    pub fn set_details(&self, told: bool) -> io::Result<()> {
        self.set(packet::AuxiliaryData, told)?;
        self.set(socket::TimestampNanoseconds, told)
    }

    /// How many frames came, and were lost for want of room, since this was last asked:
    /// `PACKET_STATISTICS`.
    ///
    /// # Errors
    /// What the kernel reports.
    #[doc(alias = "PACKET_STATISTICS")]
    pub fn statistics(&self) -> io::Result<PacketStatistics> {
        self.get(packet::Statistics)
    }

    /// Receives one frame: recvmsg(2). What does not fit into `buffer` is lost, and told. Allocates
    /// nothing.
    ///
    /// # Errors
    /// As [`Socket::recv_msg`](crate::Socket::recv_msg); `ENETDOWN` when the interface goes down.
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_frame<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = Frame, Error = io::Error> + Unpin + use<'a>> {
        self.0.op(Interest::Readable, move |core: &core::Socket| {
            recv_frame(core, buffer).map(Done::new)
        })
    }
}

fn recv_frame(core: &core::Socket, buffer: &mut [u8]) -> io::Result<Frame> {
    let room = buffer.len();
    let mut control = RecvBuffer::with_capacity(ROOM);
    let mut buffer = IoSliceMut::new(buffer);
    // The kernel says how long it was.
    let received = core.recv_msg(slice::from_mut(&mut buffer), &mut control, MsgFlags::TRUNC)?;
    let told: Option<AuxiliaryData> = control.get();
    let whole = told.and_then(|told| usize::try_from(told.length).ok());
    Ok(Frame {
        len: received.len.min(room),
        whole_len: whole.unwrap_or(received.len).max(received.len),
        from: PacketAddress::read(received.from)?,
        vlan: told.and_then(|told| told.vlan),
        timestamp: control.get::<TimestampNs>().map(|time| time.0),
    })
}
