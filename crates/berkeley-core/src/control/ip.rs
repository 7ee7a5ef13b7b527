//! IPv4: where a packet was sent to, by which interface, with which hop limit and class.
//! man 7 ip.

use super::{Decode, message, numbers};

#[cfg(any(linux_like, apple))]
use super::Encode;
#[cfg(linux_like)]
use super::bytes;
#[cfg(any(linux_like, apple))]
use crate::{interface::Interface, layout::Fields};
#[cfg(any(linux_like, apple))]
use std::net::Ipv4Addr;
#[cfg(linux_like)]
use std::net::SocketAddrV4;

/// By which interface an IPv4 packet came and for which address, or shall leave and from which:
/// `IP_PKTINFO`. Received once the option
/// [`ReceivePacketInfo`](crate::option::ip::ReceivePacketInfo) is on.
///
/// ```
/// use berkeley_core::control::{PacketInfo, RecvBuffer, SendBuffer};
/// use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket, option};
/// use std::io::{IoSlice, IoSliceMut};
///
/// # fn main() -> std::io::Result<()> {
/// // It is bound to every address of this host: which one was a datagram sent to?
/// let server = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP)?;
/// server.bind(":0")?;
/// server.set(option::ip::ReceivePacketInfo, true)?;
/// # let port = server.local_addr()?.port().expect("a port");
/// # let client = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP)?;
/// # client.send_to(b"question", format!("127.0.0.1:{port}"))?;
///
/// let mut bytes = [0; 1500];
/// let mut control = RecvBuffer::with_capacity(128);
/// let buffers = &mut [IoSliceMut::new(&mut bytes)];
/// let received = server.recv_msg(buffers, &mut control, MsgFlags::empty())?;
/// let info: PacketInfo = control.get().expect("it was asked for");
/// assert_eq!(info.destination.to_string(), "127.0.0.1");
///
/// // The answer comes from the address that was asked.
/// let mut control = SendBuffer::new();
/// control.push(PacketInfo::from_source(info.local))?;
/// let answer = [IoSlice::new(b"answer")];
/// server.send_msg(&answer, &control, MsgFlags::empty(), received.from.as_ref())?;
/// # Ok(())
/// # }
/// ```
#[doc(alias = "IP_PKTINFO")]
#[cfg(any(linux_like, apple))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacketInfo {
    /// The interface; [`Interface::ANY`] lets the routes decide.
    pub interface: Interface,
    /// Received: the local address that the packet was taken for. Sent: the source address,
    /// unspecified to let the kernel choose.
    pub local: Ipv4Addr,
    /// Received: the destination in the packet's header, which may be a group or a broadcast.
    /// Sent: of no meaning.
    pub destination: Ipv4Addr,
}

#[cfg(any(linux_like, apple))]
impl PacketInfo {
    /// For sending from this address, by the interface that the routes say.
    #[must_use]
    pub const fn from_source(source: Ipv4Addr) -> Self {
        let destination = Ipv4Addr::UNSPECIFIED;
        Self { interface: Interface::ANY, local: source, destination }
    }
}

#[cfg(any(linux_like, apple))]
message!(PacketInfo = IPPROTO_IP, IP_PKTINFO);

#[cfg(any(linux_like, apple))]
impl Encode for PacketInfo {
    fn encode(&self, payload: &mut super::Payload<'_>) {
        payload.extend_from_slice(&self.interface.index().to_ne_bytes());
        payload.extend_from_slice(&self.local.octets());
        payload.extend_from_slice(&self.destination.octets());
    }
}

#[cfg(any(linux_like, apple))]
impl Decode for PacketInfo {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        Some(Self {
            interface: Interface::from_index(fields.u32()?),
            local: fields.bytes()?.into(),
            destination: fields.bytes()?.into(),
        })
    }
}

/// What the last two bits of a packet's class say of congestion: RFC 3168.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ecn {
    /// The sender knows no ECN.
    NotCapable,
    /// Capable, codepoint 1: RFC 9331 gives it a meaning of its own (L4S).
    Capable1,
    /// Capable, codepoint 0.
    Capable0,
    /// A router on the way had congestion.
    Congestion,
}

impl Ecn {
    pub(super) const fn of(class: u8) -> Self {
        match class & 3 {
            0 => Self::NotCapable,
            1 => Self::Capable1,
            2 => Self::Capable0,
            _ => Self::Congestion,
        }
    }

    /// The two bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::NotCapable => 0,
            Self::Capable1 => 1,
            Self::Capable0 => 2,
            Self::Congestion => 3,
        }
    }
}

numbers! { IPPROTO_IP;
    /// The hop limit of one IPv4 packet, to be sent with it: `IP_TTL`.
    #[doc(alias = "IP_TTL")]
    SendTimeToLive(u8 as i32): sent = IP_TTL;
    /// The class of one IPv4 packet, to be sent with it: `IP_TOS`. The lower two bits are its
    /// [`Ecn`].
    #[doc(alias = "IP_TOS")]
    SendTypeOfService(u8 as i32): sent = IP_TOS;
}

/// The hop limit with which an IPv4 packet came: `IP_TTL`, asked for by
/// [`ReceiveTimeToLive`](crate::option::ip::ReceiveTimeToLive).
#[doc(alias = "IP_TTL")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeToLive(pub u8);

#[cfg(linux_like)]
message!(TimeToLive = IPPROTO_IP, IP_TTL);
#[cfg(not(linux_like))]
message!(TimeToLive = IPPROTO_IP, IP_RECVTTL);

impl Decode for TimeToLive {
    /// An int on Linux, a byte elsewhere.
    fn decode(payload: &[u8]) -> Option<Self> {
        one_byte(payload).map(Self)
    }
}

/// The class with which an IPv4 packet came: `IP_TOS`, asked for by
/// [`ReceiveTypeOfService`](crate::option::ip::ReceiveTypeOfService).
///
/// # Platforms
/// Linux, macOS, FreeBSD.
#[doc(alias = "IP_TOS")]
#[cfg(any(linux_like, apple, freebsd))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeOfService(pub u8);

#[cfg(any(linux_like, apple, freebsd))]
impl TypeOfService {
    /// What it says of congestion.
    #[must_use]
    pub const fn ecn(self) -> Ecn {
        Ecn::of(self.0)
    }
}

#[cfg(linux_like)]
message!(TypeOfService = IPPROTO_IP, IP_TOS);
#[cfg(any(apple, freebsd))]
message!(TypeOfService = IPPROTO_IP, IP_RECVTOS);

#[cfg(any(linux_like, apple, freebsd))]
impl Decode for TypeOfService {
    fn decode(payload: &[u8]) -> Option<Self> {
        one_byte(payload).map(Self)
    }
}

/// A number of one byte that some systems write as an int.
pub(super) fn one_byte(payload: &[u8]) -> Option<u8> {
    match (payload, payload.first_chunk()) {
        ([byte], _) => Some(*byte),
        (_, Some(int)) => u8::try_from(i32::from_ne_bytes(*int)).ok(),
        _ => None,
    }
}

#[cfg(linux_like)]
bytes! { IPPROTO_IP;
    /// The options in the header of an IPv4 packet: `IP_RECVOPTS`, asked for by
    /// [`ReceiveOptions`](crate::option::ip::ReceiveOptions).
    #[doc(alias = "IP_RECVOPTS")]
    IpOptions: received = IP_RECVOPTS;
}

/// Where a packet was going before a firewall sent it here: `IP_ORIGDSTADDR`, asked for by
/// [`ReceiveOriginalDestination`](crate::option::ip::ReceiveOriginalDestination).
/// What a transparent UDP proxy needs.
#[doc(alias = "IP_ORIGDSTADDR")]
#[cfg(linux_like)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OriginalDestination(pub SocketAddrV4);

#[cfg(linux_like)]
message!(OriginalDestination = IPPROTO_IP, IP_ORIGDSTADDR);

#[cfg(linux_like)]
impl Decode for OriginalDestination {
    fn decode(payload: &[u8]) -> Option<Self> {
        match super::address(payload)? {
            crate::Address::Inet(address) => Some(Self(address)),
            _ => None,
        }
    }
}
