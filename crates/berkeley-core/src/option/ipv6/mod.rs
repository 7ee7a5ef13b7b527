//! Options of IPv6: level `IPPROTO_IPV6`, man 7 ipv6, RFC 3493 and RFC 3542. Options that say what
//! is received bring it as control messages.
//!
//! `IPV6_HOPLIMIT` and `IPV6_NEXTHOP` are control messages alone. IPsec policies
//! (`IPV6_XFRM_POLICY`) have no types here, as those of [`ip`](super::ip).
//!
//! | file | what |
//! |---|---|
//! | `membership.rs` | groups of multicast at an interface |
//! | `sending.rs` | where packets come from: source addresses, path MTU |
//! | `flow_label.rs` | leases of flow labels |

#[cfg(linux_like)]
mod flow_label;
mod membership;
mod sending;

#[cfg(any(linux_like, apple, freebsd))]
pub use super::multicast::{Group, GroupSource};
#[cfg(linux_like)]
pub use super::path_mtu::PathMtuDiscovery;
#[cfg(linux_like)]
pub use super::source_filter::{FilterMode, SourceList, Sources};
#[cfg(linux_like)]
pub use flow_label::{FlowLabelAction, FlowLabelFlags, FlowLabelLease, FlowLabelShare};
pub use membership::Membership;
#[cfg(linux_like)]
pub use sending::SourcePreferences;
pub use sending::{MtuReport, Source};

#[cfg(any(apple, bsd))]
use super::codec::OptionalBool;
use super::codec::{Bytes, Count, OptionalCount};
#[cfg(linux_like)]
use super::codec::{Flags, InterfaceBigEndian};
use super::options;
use crate::Interface;
#[cfg(linux_like)]
use crate::constant::Family;
#[cfg(linux_like)]
use std::net::SocketAddrV6;

options! { IPPROTO_IPV6;
    // What is sent.

    /// How many hops a packet may take: `IPV6_UNICAST_HOPS`, 0 to 255.
    #[doc(alias = "IPV6_UNICAST_HOPS")]
    UnicastHops: Count, ReadWrite = IPV6_UNICAST_HOPS;
    /// The traffic class of what is sent (DSCP and ECN): `IPV6_TCLASS`, 0 to 255. For TCP the
    /// kernel keeps the two bits of ECN to itself.
    #[doc(alias = "IPV6_TCLASS")]
    TrafficClass: Count, ReadWrite = IPV6_TCLASS;
    /// Whether the flow label of the address that is sent to goes into packets:
    /// `IPV6_FLOWINFO_SEND`, Linux. A label has to be [leased](FlowLabel) first.
    #[doc(alias = "IPV6_FLOWINFO_SEND")]
    #[cfg(linux_like)]
    SendFlowInfo: bool, ReadWrite = IPV6_FLOWINFO_SEND;
    /// Whether packets without a flow label get one that tells their flow: `IPV6_AUTOFLOWLABEL`,
    /// Linux.
    #[doc(alias = "IPV6_AUTOFLOWLABEL")]
    #[cfg(linux_like)]
    AutoFlowLabel: bool, ReadWrite = IPV6_AUTOFLOWLABEL;
    /// Leases a flow label, renews a lease or gives it back: `IPV6_FLOWLABEL_MGR`, Linux. The
    /// answer is the label.
    #[doc(alias = "IPV6_FLOWLABEL_MGR")]
    #[cfg(linux_like)]
    FlowLabel: FlowLabelLease, QueryOnly = IPV6_FLOWLABEL_MGR;
    /// Whether packets may be fragmented: `IPV6_MTU_DISCOVER`, Linux.
    #[doc(alias = "IPV6_MTU_DISCOVER")]
    #[cfg(linux_like)]
    MtuDiscovery: PathMtuDiscovery, ReadWrite = IPV6_MTU_DISCOVER;
    /// What fits the path, in bytes: `IPV6_MTU`, Linux. Reading is `ENOTCONN` until the socket is
    /// connected; setting makes fragments of that size, 1,280 at least, 0 as the path has it.
    #[doc(alias = "IPV6_MTU")]
    #[cfg(linux_like)]
    Mtu: Count, ReadWrite = IPV6_MTU;
    /// What fits the path to the peer: `IPV6_PATHMTU`. `ENOTCONN` until the socket is connected.
    #[doc(alias = "IPV6_PATHMTU")]
    PathMtu: MtuReport, ReadOnly = IPV6_PATHMTU;
    /// Whether too large a datagram fails with `EMSGSIZE` instead of being fragmented:
    /// `IPV6_DONTFRAG`.
    #[doc(alias = "IPV6_DONTFRAG")]
    DontFragment: bool, ReadWrite = IPV6_DONTFRAG;
    /// Whether packets are never larger than the 1,280 bytes that fit everywhere:
    /// `IPV6_USE_MIN_MTU`, the BSDs and macOS; `None` is for multicast alone.
    #[doc(alias = "IPV6_USE_MIN_MTU")]
    #[cfg(any(apple, bsd))]
    UseMinMtu: OptionalBool, ReadWrite = IPV6_USE_MIN_MTU;
    /// Where in the packets of a raw socket the kernel puts and looks for a checksum, bytes from
    /// the start, even: `IPV6_CHECKSUM`; `None` does not. ICMPv6 has it always.
    #[doc(alias = "IPV6_CHECKSUM")]
    Checksum: OptionalCount, ReadWrite = IPV6_CHECKSUM;
    /// Whether the packets of a raw socket bring their own header: `IPV6_HDRINCL`, Linux.
    #[doc(alias = "IPV6_HDRINCL")]
    #[cfg(linux_like)]
    HeaderIncluded: bool, ReadWrite = IPV6_HDRINCL;
    /// The hop-by-hop options of what is sent, as they are on the wire with their header:
    /// `IPV6_HOPOPTS`, none to send none. `EPERM` without `CAP_NET_RAW`.
    #[doc(alias = "IPV6_HOPOPTS")]
    HopOptions: Bytes<2040>, ReadWrite = IPV6_HOPOPTS;
    /// The options for the destination, as they are on the wire with their header: `IPV6_DSTOPTS`,
    /// none to send none. `EPERM` without `CAP_NET_RAW`.
    #[doc(alias = "IPV6_DSTOPTS")]
    DestinationOptions: Bytes<2040>, ReadWrite = IPV6_DSTOPTS;
    /// The options for each host of the routing header, as they are on the wire with their header:
    /// `IPV6_RTHDRDSTOPTS`, none to send none. `EPERM` without `CAP_NET_RAW`.
    #[doc(alias = "IPV6_RTHDRDSTOPTS")]
    RoutingDestinationOptions: Bytes<2040>, ReadWrite = IPV6_RTHDRDSTOPTS;
    /// The routing header of what is sent, as it is on the wire: `IPV6_RTHDR`, none to send none.
    /// Linux takes segment routing (type 4) and mobility (type 2).
    #[doc(alias = "IPV6_RTHDR")]
    RoutingHeader: Bytes<2040>, ReadWrite = IPV6_RTHDR;

    // Addresses.

    /// Whether the socket speaks IPv6 alone; when off, an unspecified address takes IPv4 too:
    /// `IPV6_V6ONLY`, before bind.
    #[doc(alias = "IPV6_V6ONLY")]
    V6Only: bool, ReadWrite = IPV6_V6ONLY;
    /// The family that the socket is given out as: `IPV6_ADDRFORM`, Linux. Setting
    /// [`Family::INET`] turns a socket that is connected to an IPv4 peer into one of IPv4.
    #[doc(alias = "IPV6_ADDRFORM")]
    #[cfg(linux_like)]
    AddressForm: Family, ReadWrite = IPV6_ADDRFORM;
    /// The source address and interface of what is sent: `IPV6_PKTINFO`.
    #[doc(alias = "IPV6_PKTINFO")]
    PacketInfo: Source, WriteOnly = IPV6_PKTINFO;
    /// Which of the host's addresses are preferred as the source: `IPV6_ADDR_PREFERENCES`, Linux,
    /// RFC 5014.
    #[doc(alias = "IPV6_ADDR_PREFERENCES")]
    #[cfg(linux_like)]
    AddressPreferences: Flags<SourcePreferences>, ReadWrite = IPV6_ADDR_PREFERENCES;
    /// Whether an address may be bound that this host does not have, or not yet: `IPV6_FREEBIND`,
    /// Linux.
    #[doc(alias = "IPV6_FREEBIND")]
    #[cfg(linux_like)]
    FreeBind: bool, ReadWrite = IPV6_FREEBIND;
    /// Whether an address may be bound that this host does not have: `IPV6_BINDANY`, FreeBSD.
    #[doc(alias = "IPV6_BINDANY")]
    #[cfg(freebsd)]
    FreeBind: bool, ReadWrite = IPV6_BINDANY;
    /// Whether the socket speaks for other hosts, for transparent proxies: `IPV6_TRANSPARENT`,
    /// Linux. `EPERM` without `CAP_NET_ADMIN` or `CAP_NET_RAW`.
    #[doc(alias = "IPV6_TRANSPARENT")]
    #[cfg(linux_like)]
    Transparent: bool, ReadWrite = IPV6_TRANSPARENT;
    /// The interface that leaves by when the routing table has no better: `IPV6_UNICAST_IF`, Linux.
    #[doc(alias = "IPV6_UNICAST_IF")]
    #[cfg(linux_like)]
    UnicastInterface: InterfaceBigEndian, ReadWrite = IPV6_UNICAST_IF;
    /// The interface that the socket is bound to: `IPV6_BOUND_IF`, macOS.
    #[doc(alias = "IPV6_BOUND_IF")]
    #[cfg(apple)]
    BoundInterface: Interface, ReadWrite = IPV6_BOUND_IF;
    /// Where a connection was going before netfilter sent it here: `IP6T_SO_ORIGINAL_DST`, Linux.
    /// `ENOENT` when it was not sent elsewhere.
    #[doc(alias = "IP6T_SO_ORIGINAL_DST")]
    #[cfg(linux_like)]
    OriginalDestination: SocketAddrV6, ReadOnly = IP6T_SO_ORIGINAL_DST;

    // What is received with the data.

    /// Whether datagrams come with their destination and interface: `IPV6_RECVPKTINFO`.
    #[doc(alias = "IPV6_RECVPKTINFO")]
    ReceivePacketInfo: bool, ReadWrite = IPV6_RECVPKTINFO;
    /// Whether datagrams come with the hops that were left to them: `IPV6_RECVHOPLIMIT`.
    #[doc(alias = "IPV6_RECVHOPLIMIT")]
    ReceiveHopLimit: bool, ReadWrite = IPV6_RECVHOPLIMIT;
    /// Whether datagrams come with their traffic class: `IPV6_RECVTCLASS`.
    #[doc(alias = "IPV6_RECVTCLASS")]
    ReceiveTrafficClass: bool, ReadWrite = IPV6_RECVTCLASS;
    /// Whether datagrams come with their traffic class and flow label: `IPV6_FLOWINFO`, Linux.
    #[doc(alias = "IPV6_FLOWINFO")]
    #[cfg(linux_like)]
    ReceiveFlowInfo: bool, ReadWrite = IPV6_FLOWINFO;
    /// Whether datagrams come with their hop-by-hop options: `IPV6_RECVHOPOPTS`.
    #[doc(alias = "IPV6_RECVHOPOPTS")]
    ReceiveHopOptions: bool, ReadWrite = IPV6_RECVHOPOPTS;
    /// Whether datagrams come with the options for their destination: `IPV6_RECVDSTOPTS`.
    #[doc(alias = "IPV6_RECVDSTOPTS")]
    ReceiveDestinationOptions: bool, ReadWrite = IPV6_RECVDSTOPTS;
    /// Whether datagrams come with their routing header: `IPV6_RECVRTHDR`.
    #[doc(alias = "IPV6_RECVRTHDR")]
    ReceiveRoutingHeader: bool, ReadWrite = IPV6_RECVRTHDR;
    /// Whether the path's MTU is reported when it changes: `IPV6_RECVPATHMTU`.
    #[doc(alias = "IPV6_RECVPATHMTU")]
    ReceivePathMtu: bool, ReadWrite = IPV6_RECVPATHMTU;
    /// Whether errors of the network are kept on the socket's error queue, with their reports:
    /// `IPV6_RECVERR`, Linux.
    #[doc(alias = "IPV6_RECVERR")]
    #[cfg(linux_like)]
    ReceiveErrors: bool, ReadWrite = IPV6_RECVERR;
    /// Whether reports on the error queue say where their extensions start (RFC 4884):
    /// `IPV6_RECVERR_RFC4884`, Linux 5.9.
    #[doc(alias = "IPV6_RECVERR_RFC4884")]
    #[cfg(linux_like)]
    ReceiveErrorExtensions: bool, ReadWrite = IPV6_RECVERR_RFC4884;
    /// Whether datagrams come with the address that they were sent to before a transparent proxy
    /// took them: `IPV6_RECVORIGDSTADDR`, Linux, also called `IPV6_ORIGDSTADDR`.
    #[doc(alias = "IPV6_RECVORIGDSTADDR")]
    #[doc(alias = "IPV6_ORIGDSTADDR")]
    #[cfg(any(linux_like, freebsd))]
    ReceiveOriginalDestination: bool, ReadWrite = IPV6_RECVORIGDSTADDR;
    /// Whether datagrams come with the size of their largest fragment: `IPV6_RECVFRAGSIZE`, Linux.
    #[doc(alias = "IPV6_RECVFRAGSIZE")]
    #[cfg(linux_like)]
    ReceiveFragmentSize: bool, ReadWrite = IPV6_RECVFRAGSIZE;
    /// The fewest hops left that a received packet may have: `IPV6_MINHOPCOUNT`, 0 to 255 (RFC
    /// 5082).
    #[doc(alias = "IPV6_MINHOPCOUNT")]
    #[cfg(linux_like)]
    MinHopCount: Count, ReadWrite = IPV6_MINHOPCOUNT;
    /// Which option "router alert" of packets on their way through this host a raw socket
    /// receives: `IPV6_ROUTER_ALERT`, Linux, 0 for those of multicast; `None` for none.
    #[doc(alias = "IPV6_ROUTER_ALERT")]
    #[cfg(linux_like)]
    RouterAlert: OptionalCount, WriteOnly = IPV6_ROUTER_ALERT;
    /// Whether router alerts come from this network namespace alone: `IPV6_ROUTER_ALERT_ISOLATE`,
    /// Linux.
    #[doc(alias = "IPV6_ROUTER_ALERT_ISOLATE")]
    #[cfg(linux_like)]
    RouterAlertIsolate: bool, ReadWrite = IPV6_ROUTER_ALERT_ISOLATE;

    // Multicast.

    /// How many hops a multicast packet may take: `IPV6_MULTICAST_HOPS`, 1 at first; 0 stays on
    /// this host.
    #[doc(alias = "IPV6_MULTICAST_HOPS")]
    MulticastHops: Count, ReadWrite = IPV6_MULTICAST_HOPS;
    /// Whether multicast packets come back to this host: `IPV6_MULTICAST_LOOP`, on at first.
    #[doc(alias = "IPV6_MULTICAST_LOOP")]
    MulticastLoop: bool, ReadWrite = IPV6_MULTICAST_LOOP;
    /// The interface that multicast packets leave by: `IPV6_MULTICAST_IF`;
    /// [`Interface::ANY`] leaves the choice to the routing table.
    #[doc(alias = "IPV6_MULTICAST_IF")]
    MulticastInterface: Interface, ReadWrite = IPV6_MULTICAST_IF;
    /// Whether packets come for every group that any socket of the host is a member of:
    /// `IPV6_MULTICAST_ALL`, Linux, on at first.
    #[doc(alias = "IPV6_MULTICAST_ALL")]
    #[cfg(linux_like)]
    MulticastAll: bool, ReadWrite = IPV6_MULTICAST_ALL;
    /// Joins a group: `IPV6_JOIN_GROUP`, also called `IPV6_ADD_MEMBERSHIP`. `EADDRINUSE` when the
    /// socket is a member, `ENODEV` when there is no such interface.
    ///
    /// ```no_run
    /// use berkeley_core::option::ipv6::{JoinGroup, Membership};
    /// use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let socket = Socket::new(Family::INET6, Kind::DGRAM, Protocol::UDP)?;
    /// socket.bind("[::]:5353")?;
    /// let group = "ff02::fb".parse().expect("an address of IPv6");
    /// socket.set(JoinGroup, Membership { group, interface: Interface::from_name("eth0")? })?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "IPV6_JOIN_GROUP")]
    #[doc(alias = "IPV6_ADD_MEMBERSHIP")]
    JoinGroup: Membership, WriteOnly = IPV6_JOIN_GROUP;
    /// Leaves a group: `IPV6_LEAVE_GROUP`, also called `IPV6_DROP_MEMBERSHIP`. `EADDRNOTAVAIL` when
    /// the socket is no member.
    #[doc(alias = "IPV6_LEAVE_GROUP")]
    #[doc(alias = "IPV6_DROP_MEMBERSHIP")]
    LeaveGroup: Membership, WriteOnly = IPV6_LEAVE_GROUP;
    /// Joins a group for what one host sends to it: `MCAST_JOIN_SOURCE_GROUP`.
    #[doc(alias = "MCAST_JOIN_SOURCE_GROUP")]
    #[cfg(any(linux_like, apple, freebsd))]
    JoinSourceGroup: GroupSource, WriteOnly = MCAST_JOIN_SOURCE_GROUP;
    /// Takes back one [`JoinSourceGroup`]: `MCAST_LEAVE_SOURCE_GROUP`.
    #[doc(alias = "MCAST_LEAVE_SOURCE_GROUP")]
    #[cfg(any(linux_like, apple, freebsd))]
    LeaveSourceGroup: GroupSource, WriteOnly = MCAST_LEAVE_SOURCE_GROUP;
    /// Receives no more of what one host sends to a group that was joined for all:
    /// `MCAST_BLOCK_SOURCE`.
    #[doc(alias = "MCAST_BLOCK_SOURCE")]
    #[cfg(any(linux_like, apple, freebsd))]
    BlockGroupSource: GroupSource, WriteOnly = MCAST_BLOCK_SOURCE;
    /// Takes back one [`BlockGroupSource`]: `MCAST_UNBLOCK_SOURCE`.
    #[doc(alias = "MCAST_UNBLOCK_SOURCE")]
    #[cfg(any(linux_like, apple, freebsd))]
    UnblockGroupSource: GroupSource, WriteOnly = MCAST_UNBLOCK_SOURCE;
    /// Who may send to a group that the socket is a member of, all at once: `MCAST_MSFILTER`,
    /// Linux. `EADDRNOTAVAIL` when the socket is no member.
    #[doc(alias = "MCAST_MSFILTER")]
    #[cfg(linux_like)]
    SourceFilter: SourceList, WriteOnly = MCAST_MSFILTER;
    /// Joins a group of anycast: `IPV6_JOIN_ANYCAST`, Linux. `EPERM` without `CAP_NET_ADMIN`.
    #[doc(alias = "IPV6_JOIN_ANYCAST")]
    #[cfg(linux_like)]
    JoinAnycast: Membership, WriteOnly = IPV6_JOIN_ANYCAST;
    /// Leaves a group of anycast: `IPV6_LEAVE_ANYCAST`, Linux.
    #[doc(alias = "IPV6_LEAVE_ANYCAST")]
    #[cfg(linux_like)]
    LeaveAnycast: Membership, WriteOnly = IPV6_LEAVE_ANYCAST;
}
