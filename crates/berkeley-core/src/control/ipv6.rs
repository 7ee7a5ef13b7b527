//! IPv6: where a packet was sent to, by which interface, its hop limit, class and headers.
//! RFC 3542, man 7 ipv6.

use super::{Decode, Ecn, Encode, bytes, message, numbers};
use crate::address::{Address, Inet6Address};
use crate::interface::Interface;
use crate::layout::Fields;
use std::net::Ipv6Addr;

/// By which interface an IPv6 packet came and for which address, or shall leave and from which:
/// `IPV6_PKTINFO`. Received once the option
/// [`ReceivePacketInfo`](crate::option::ipv6::ReceivePacketInfo) is on; the example of IPv4's
/// `PacketInfo` serves here too.
#[doc(alias = "IPV6_PKTINFO")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacketInfo6 {
    /// Received: the destination in the packet's header. Sent: the source address, unspecified to
    /// let the kernel choose.
    pub local: Ipv6Addr,
    /// The interface; [`Interface::ANY`] lets the routes decide.
    pub interface: Interface,
}

impl PacketInfo6 {
    /// For sending from this address, by the interface that the routes say.
    #[must_use]
    pub const fn from_source(source: Ipv6Addr) -> Self {
        Self { local: source, interface: Interface::ANY }
    }
}

message!(PacketInfo6 = IPPROTO_IPV6, IPV6_PKTINFO);

impl Encode for PacketInfo6 {
    fn encode(&self, payload: &mut super::Payload<'_>) {
        payload.extend_from_slice(&self.local.octets());
        payload.extend_from_slice(&self.interface.index().to_ne_bytes());
    }
}

impl Decode for PacketInfo6 {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        let local = fields.bytes::<16>()?.into();
        Some(Self { local, interface: Interface::from_index(fields.u32()?) })
    }
}

numbers! { IPPROTO_IPV6;
    /// The hop limit of one IPv6 packet, sent with it or received once `IPV6_RECVHOPLIMIT` is on:
    /// `IPV6_HOPLIMIT`.
    #[doc(alias = "IPV6_HOPLIMIT")]
    HopLimit(u8 as i32): both = IPV6_HOPLIMIT;
    /// The traffic class of one IPv6 packet, sent with it or received once `IPV6_RECVTCLASS` is
    /// on: `IPV6_TCLASS`. The lower two bits are its [`Ecn`].
    #[doc(alias = "IPV6_TCLASS")]
    TrafficClass(u8 as i32): both = IPV6_TCLASS;
    /// Whether one IPv6 packet may not be broken into fragments: `IPV6_DONTFRAG`.
    #[doc(alias = "IPV6_DONTFRAG")]
    DontFragment(bool as i32): sent = IPV6_DONTFRAG;
}

impl TrafficClass {
    /// What it says of congestion.
    #[must_use]
    pub const fn ecn(self) -> Ecn {
        Ecn::of(self.0)
    }
}

#[cfg(linux_like)]
numbers! { IPPROTO_IPV6;
    /// The class and flow label of a packet, in network order as its header has them:
    /// `IPV6_FLOWINFO`.
    #[doc(alias = "IPV6_FLOWINFO")]
    FlowInfo(u32 as u32): both = IPV6_FLOWINFO;
}

bytes! { IPPROTO_IPV6;
    /// The routing header of a packet, RFC 8200: `IPV6_RTHDR`, asked for by
    /// [`ReceiveRoutingHeader`](crate::option::ipv6::ReceiveRoutingHeader).
    #[doc(alias = "IPV6_RTHDR")]
    RoutingHeader: both = IPV6_RTHDR;
    /// The hop-by-hop options of a packet, RFC 8200: `IPV6_HOPOPTS`, asked for by
    /// [`ReceiveHopOptions`](crate::option::ipv6::ReceiveHopOptions).
    #[doc(alias = "IPV6_HOPOPTS")]
    HopOptions: both = IPV6_HOPOPTS;
    /// The destination options of a packet, RFC 8200: `IPV6_DSTOPTS`, asked for by
    /// [`ReceiveDestinationOptions`](crate::option::ipv6::ReceiveDestinationOptions).
    #[doc(alias = "IPV6_DSTOPTS")]
    DestinationOptions: both = IPV6_DSTOPTS;
}

/// What a path can carry, told when a packet was too long for it: `IPV6_PATHMTU`, asked for by
/// [`ReceivePathMtu`](crate::option::ipv6::ReceivePathMtu).
#[doc(alias = "IPV6_PATHMTU")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PathMtu {
    /// Where the path leads.
    pub destination: Inet6Address,
    /// Bytes of the largest packet.
    pub mtu: u32,
}

message!(PathMtu = IPPROTO_IPV6, IPV6_PATHMTU);

impl Decode for PathMtu {
    fn decode(payload: &[u8]) -> Option<Self> {
        let (address, mtu) = payload.split_at_checked(28)?;
        match super::address(address)? {
            Address::Inet6(destination) => Some(Self { destination, mtu: Fields::new(mtu).u32()? }),
            _ => None,
        }
    }
}

/// Where a packet was going before a firewall sent it here: `IPV6_ORIGDSTADDR`, asked for by
/// [`ReceiveOriginalDestination`](crate::option::ipv6::ReceiveOriginalDestination).
#[doc(alias = "IPV6_ORIGDSTADDR")]
#[cfg(linux_like)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OriginalDestination6(pub Inet6Address);

#[cfg(linux_like)]
message!(OriginalDestination6 = IPPROTO_IPV6, IPV6_ORIGDSTADDR);

#[cfg(linux_like)]
impl Decode for OriginalDestination6 {
    fn decode(payload: &[u8]) -> Option<Self> {
        match super::address(payload)? {
            Address::Inet6(address) => Some(Self(address)),
            _ => None,
        }
    }
}
