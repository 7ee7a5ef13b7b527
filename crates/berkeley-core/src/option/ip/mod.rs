//! Options of IPv4: level `IPPROTO_IP`, man 7 ip. Options that say what is received bring it as
//! control messages.
//!
//! IPsec policies (`IP_XFRM_POLICY`, `IP_IPSEC_POLICY`) have no types here: their struct is that of
//! the key manager. Set them with [`Socket::set_raw`](crate::Socket::set_raw).

mod membership;
#[cfg(linux_like)]
mod ports;

#[cfg(any(linux_like, apple, freebsd))]
pub use super::multicast::{Group, GroupSource};
#[cfg(linux_like)]
pub use super::path_mtu::PathMtuDiscovery;
#[cfg(linux_like)]
pub use super::source_filter::{FilterMode, SourceList, Sources};
#[cfg(any(linux_like, apple, freebsd))]
pub use membership::SourceMembership;
pub use membership::{LocalInterface, Membership};
#[cfg(linux_like)]
pub use ports::PortRange;

use super::codec::{Byte, ByteBool, Count};
#[cfg(linux_like)]
use super::codec::{Bytes, InterfaceBigEndian};
use super::options;
#[cfg(linux_like)]
use crate::constant;
#[cfg(linux_like)]
use std::net::SocketAddrV4;

options! { IPPROTO_IP;
    // What is sent.

    /// How many hops a packet may take: `IP_TTL`, 1 to 255.
    #[doc(alias = "IP_TTL")]
    TimeToLive: Count, ReadWrite = IP_TTL;
    /// The type of service of what is sent (DSCP and ECN): `IP_TOS`, 0 to 255. For TCP the kernel
    /// keeps the two bits of ECN to itself.
    #[doc(alias = "IP_TOS")]
    TypeOfService: Count, ReadWrite = IP_TOS;
    /// Whether the packets of a raw socket bring their own header: `IP_HDRINCL`.
    #[doc(alias = "IP_HDRINCL")]
    HeaderIncluded: bool, ReadWrite = IP_HDRINCL;
    /// The options in the header of what is sent, as they are on the wire: `IP_OPTIONS`, 40 bytes
    /// at most, none to send none.
    #[doc(alias = "IP_OPTIONS")]
    #[cfg(linux_like)]
    Options: Bytes<40>, ReadWrite = IP_OPTIONS;
    /// Whether packets may be fragmented: `IP_MTU_DISCOVER`, Linux.
    #[doc(alias = "IP_MTU_DISCOVER")]
    #[cfg(linux_like)]
    MtuDiscovery: PathMtuDiscovery, ReadWrite = IP_MTU_DISCOVER;
    /// What fits the path, in bytes: `IP_MTU`, Linux. `ENOTCONN` until the socket is connected.
    #[doc(alias = "IP_MTU")]
    #[cfg(linux_like)]
    Mtu: Count, ReadOnly = IP_MTU;
    /// Whether packets may not be fragmented: `IP_DONTFRAG`, macOS and FreeBSD.
    #[doc(alias = "IP_DONTFRAG")]
    #[cfg(any(apple, freebsd))]
    DontFragment: bool, ReadWrite = IP_DONTFRAG;
    /// Whether a raw socket sends fragments that bring their own header as they are:
    /// `IP_NODEFRAG`, Linux.
    #[doc(alias = "IP_NODEFRAG")]
    #[cfg(linux_like)]
    NoDefragment: bool, ReadWrite = IP_NODEFRAG;

    // Addresses and ports.

    /// Whether an address may be bound that this host does not have, or not yet: `IP_FREEBIND`,
    /// Linux.
    #[doc(alias = "IP_FREEBIND")]
    #[cfg(linux_like)]
    FreeBind: bool, ReadWrite = IP_FREEBIND;
    /// Whether an address may be bound that this host does not have: `IP_BINDANY`, FreeBSD.
    #[doc(alias = "IP_BINDANY")]
    #[cfg(freebsd)]
    FreeBind: bool, ReadWrite = IP_BINDANY;
    /// Whether the socket speaks for other hosts, for transparent proxies: `IP_TRANSPARENT`, Linux.
    /// `EPERM` without `CAP_NET_ADMIN` or `CAP_NET_RAW`.
    #[doc(alias = "IP_TRANSPARENT")]
    #[cfg(linux_like)]
    Transparent: bool, ReadWrite = IP_TRANSPARENT;
    /// Whether binding port 0 leaves the port open until the socket connects, so that it may be
    /// shared: `IP_BIND_ADDRESS_NO_PORT`, Linux.
    #[doc(alias = "IP_BIND_ADDRESS_NO_PORT")]
    #[cfg(linux_like)]
    BindAddressNoPort: bool, ReadWrite = IP_BIND_ADDRESS_NO_PORT;
    /// Which ports the kernel may choose from: `IP_LOCAL_PORT_RANGE`, Linux 6.3.
    #[doc(alias = "IP_LOCAL_PORT_RANGE")]
    #[cfg(linux_like)]
    LocalPortRange: PortRange, ReadWrite = IP_LOCAL_PORT_RANGE;
    /// The interface that leaves by when the routing table has no better: `IP_UNICAST_IF`, Linux.
    #[doc(alias = "IP_UNICAST_IF")]
    #[cfg(linux_like)]
    UnicastInterface: InterfaceBigEndian, ReadWrite = IP_UNICAST_IF;
    /// The interface that the socket is bound to: `IP_BOUND_IF`, macOS.
    #[doc(alias = "IP_BOUND_IF")]
    #[cfg(apple)]
    BoundInterface: crate::Interface, ReadWrite = IP_BOUND_IF;
    /// Where a connection was going before netfilter sent it here: `SO_ORIGINAL_DST`, Linux.
    /// `ENOENT` when it was not sent elsewhere.
    #[doc(alias = "SO_ORIGINAL_DST")]
    #[cfg(linux_like)]
    OriginalDestination: SocketAddrV4, ReadOnly = SO_ORIGINAL_DST;
    /// The protocol of the socket, the number that raw sockets were made with: `IP_PROTOCOL`, Linux
    /// 6.1.
    #[doc(alias = "IP_PROTOCOL")]
    #[cfg(linux_like)]
    Protocol: constant::Protocol, ReadOnly = IP_PROTOCOL;

    // What is received with the data.

    /// Whether datagrams come with their destination and interface: `IP_PKTINFO`.
    #[doc(alias = "IP_PKTINFO")]
    #[cfg(any(linux_like, apple, netbsd))]
    ReceivePacketInfo: bool, ReadWrite = IP_PKTINFO;
    /// Whether datagrams come with their destination: `IP_RECVDSTADDR`, the BSDs and macOS.
    #[doc(alias = "IP_RECVDSTADDR")]
    #[cfg(any(apple, bsd))]
    ReceiveDestination: bool, ReadWrite = IP_RECVDSTADDR;
    /// Whether datagrams come with their interface: `IP_RECVIF`, the BSDs and macOS.
    #[doc(alias = "IP_RECVIF")]
    #[cfg(any(apple, bsd))]
    ReceiveInterface: bool, ReadWrite = IP_RECVIF;
    /// Whether datagrams come with the hops that were left to them: `IP_RECVTTL`.
    #[doc(alias = "IP_RECVTTL")]
    ReceiveTimeToLive: bool, ReadWrite = IP_RECVTTL;
    /// Whether datagrams come with their type of service: `IP_RECVTOS`.
    #[doc(alias = "IP_RECVTOS")]
    #[cfg(any(linux_like, apple, freebsd))]
    ReceiveTypeOfService: bool, ReadWrite = IP_RECVTOS;
    /// Whether datagrams come with the options of their header: `IP_RECVOPTS`, Linux.
    #[doc(alias = "IP_RECVOPTS")]
    #[cfg(linux_like)]
    ReceiveOptions: bool, ReadWrite = IP_RECVOPTS;
    /// Whether datagrams come with the options of their header as an answer would have them:
    /// `IP_RETOPTS`, Linux, also called `IP_RECVRETOPTS`.
    #[doc(alias = "IP_RETOPTS")]
    #[doc(alias = "IP_RECVRETOPTS")]
    #[cfg(linux_like)]
    ReceiveReturnOptions: bool, ReadWrite = IP_RETOPTS;
    /// Whether errors of the network are kept on the socket's error queue, with their reports:
    /// `IP_RECVERR`, Linux.
    #[doc(alias = "IP_RECVERR")]
    #[cfg(linux_like)]
    ReceiveErrors: bool, ReadWrite = IP_RECVERR;
    /// Whether reports on the error queue say where their extensions start (RFC 4884):
    /// `IP_RECVERR_RFC4884`, Linux 5.9.
    #[doc(alias = "IP_RECVERR_RFC4884")]
    #[cfg(linux_like)]
    ReceiveErrorExtensions: bool, ReadWrite = IP_RECVERR_RFC4884;
    /// Whether datagrams come with the address that they were sent to before a transparent proxy
    /// took them: `IP_RECVORIGDSTADDR`, Linux, also called `IP_ORIGDSTADDR`.
    #[doc(alias = "IP_RECVORIGDSTADDR")]
    #[doc(alias = "IP_ORIGDSTADDR")]
    #[cfg(any(linux_like, freebsd))]
    ReceiveOriginalDestination: bool, ReadWrite = IP_RECVORIGDSTADDR;
    /// Whether datagrams come with their checksum: `IP_CHECKSUM`, Linux, UDP.
    #[doc(alias = "IP_CHECKSUM")]
    #[cfg(linux_like)]
    ReceiveChecksum: bool, ReadWrite = IP_CHECKSUM;
    /// Whether datagrams come with the size of their largest fragment: `IP_RECVFRAGSIZE`, Linux.
    #[doc(alias = "IP_RECVFRAGSIZE")]
    #[cfg(linux_like)]
    ReceiveFragmentSize: bool, ReadWrite = IP_RECVFRAGSIZE;
    /// Whether datagrams come with the security label of their sender: `IP_PASSSEC`, Linux.
    #[doc(alias = "IP_PASSSEC")]
    #[cfg(linux_like)]
    ReceiveSecurity: bool, ReadWrite = IP_PASSSEC;
    /// The fewest hops left that a received packet may have: `IP_MINTTL`, 0 to 255 (RFC 5082).
    #[doc(alias = "IP_MINTTL")]
    #[cfg(any(linux_like, freebsd, openbsd))]
    MinTimeToLive: Count, ReadWrite = IP_MINTTL;
    /// Whether a raw socket receives packets on their way through this host that carry the option
    /// "router alert": `IP_ROUTER_ALERT`, Linux.
    #[doc(alias = "IP_ROUTER_ALERT")]
    #[cfg(linux_like)]
    RouterAlert: bool, ReadWrite = IP_ROUTER_ALERT;

    // Multicast.

    /// How many hops a multicast packet may take: `IP_MULTICAST_TTL`, 1 at first; 0 stays on this
    /// host.
    #[doc(alias = "IP_MULTICAST_TTL")]
    MulticastTimeToLive: Byte, ReadWrite = IP_MULTICAST_TTL;
    /// Whether multicast packets come back to this host: `IP_MULTICAST_LOOP`, on at first.
    #[doc(alias = "IP_MULTICAST_LOOP")]
    MulticastLoop: ByteBool, ReadWrite = IP_MULTICAST_LOOP;
    /// The interface that multicast packets leave by: `IP_MULTICAST_IF`. Reading gives the address
    /// that was set.
    #[doc(alias = "IP_MULTICAST_IF")]
    MulticastInterface: LocalInterface, ReadWrite = IP_MULTICAST_IF;
    /// Whether packets come for every group that any socket of the host is a member of:
    /// `IP_MULTICAST_ALL`, Linux, on at first.
    #[doc(alias = "IP_MULTICAST_ALL")]
    #[cfg(linux_like)]
    MulticastAll: bool, ReadWrite = IP_MULTICAST_ALL;
    /// Joins a group: `IP_ADD_MEMBERSHIP`. `EADDRINUSE` when the socket is a member, `ENODEV` when
    /// there is no such interface.
    ///
    /// ```
    /// use berkeley_core::option::ip::{AddMembership, Membership};
    /// use berkeley_core::{Family, Kind, Protocol, Socket};
    /// use std::net::Ipv4Addr;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP)?;
    /// socket.bind(":0")?; // the port that the group uses
    /// let group = Ipv4Addr::new(239, 255, 0, 1);
    /// // The interface by an address that it has; or by `Interface::from_name("eth0")?`.
    /// socket.set(AddMembership, Membership { group, interface: Ipv4Addr::LOCALHOST.into() })?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "IP_ADD_MEMBERSHIP")]
    AddMembership: Membership, WriteOnly = IP_ADD_MEMBERSHIP;
    /// Leaves a group: `IP_DROP_MEMBERSHIP`. `EADDRNOTAVAIL` when the socket is no member.
    #[doc(alias = "IP_DROP_MEMBERSHIP")]
    DropMembership: Membership, WriteOnly = IP_DROP_MEMBERSHIP;
    /// Joins a group for what one host sends to it, in addition to others that were joined so:
    /// `IP_ADD_SOURCE_MEMBERSHIP`.
    #[doc(alias = "IP_ADD_SOURCE_MEMBERSHIP")]
    #[cfg(any(linux_like, apple, freebsd))]
    AddSourceMembership: SourceMembership, WriteOnly = IP_ADD_SOURCE_MEMBERSHIP;
    /// Takes back one [`AddSourceMembership`]: `IP_DROP_SOURCE_MEMBERSHIP`.
    #[doc(alias = "IP_DROP_SOURCE_MEMBERSHIP")]
    #[cfg(any(linux_like, apple, freebsd))]
    DropSourceMembership: SourceMembership, WriteOnly = IP_DROP_SOURCE_MEMBERSHIP;
    /// Receives no more of what one host sends to a group that was joined for all:
    /// `IP_BLOCK_SOURCE`.
    #[doc(alias = "IP_BLOCK_SOURCE")]
    #[cfg(any(linux_like, apple, freebsd))]
    BlockSource: SourceMembership, WriteOnly = IP_BLOCK_SOURCE;
    /// Takes back one [`BlockSource`]: `IP_UNBLOCK_SOURCE`.
    #[doc(alias = "IP_UNBLOCK_SOURCE")]
    #[cfg(any(linux_like, apple, freebsd))]
    UnblockSource: SourceMembership, WriteOnly = IP_UNBLOCK_SOURCE;

    // Multicast, with structs that IPv6 has too.

    /// Joins a group: `MCAST_JOIN_GROUP`.
    #[doc(alias = "MCAST_JOIN_GROUP")]
    #[cfg(any(linux_like, apple, freebsd))]
    JoinGroup: Group, WriteOnly = MCAST_JOIN_GROUP;
    /// Leaves a group: `MCAST_LEAVE_GROUP`.
    #[doc(alias = "MCAST_LEAVE_GROUP")]
    #[cfg(any(linux_like, apple, freebsd))]
    LeaveGroup: Group, WriteOnly = MCAST_LEAVE_GROUP;
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
    #[doc(alias = "IP_MSFILTER")]
    #[cfg(linux_like)]
    SourceFilter: SourceList, WriteOnly = MCAST_MSFILTER;
}
