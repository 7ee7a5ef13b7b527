//! Address families.

use super::open_constants;
use crate::sys::c;

open_constants! {
    /// An address family: the first argument of socket(2). `AF_NAME`, and `PF_NAME` beside it.
    ///
    /// # Platforms
    /// A constant exists where the system has the family; a number from elsewhere can be made with
    /// [`from_raw`](Self::from_raw), and the system answers what it makes of it.
    pub struct Family(i32);

    /// No family in particular: `AF_UNSPEC`.
    UNSPEC = c::AF_UNSPEC;
    /// Sockets of this host alone, named by paths: `AF_UNIX`, man 7 unix.
    UNIX = c::AF_UNIX;
    /// IPv4: `AF_INET`, man 7 ip.
    INET = c::AF_INET;
    /// IPv6: `AF_INET6`, man 7 ipv6.
    INET6 = c::AF_INET6;
    /// The kernel's own messages, about routes and much else: `AF_NETLINK`, man 7 netlink.
    #[cfg(linux_like)]
    NETLINK = c::AF_NETLINK;
    /// The routing socket: `AF_ROUTE`; on Linux a second name of `NETLINK`.
    #[cfg(not(windows))]
    ROUTE = c::AF_ROUTE;
    /// Link-layer addresses: `AF_LINK`.
    #[cfg(not(linux_like))]
    LINK = c::AF_LINK;
    /// Frames of network interfaces: `AF_PACKET`, man 7 packet.
    #[cfg(linux_like)]
    PACKET = c::AF_PACKET;
    /// Between a virtual machine and its host: `AF_VSOCK`, man 7 vsock.
    #[cfg(any(linux_like, apple))]
    VSOCK = c::AF_VSOCK;
    /// Between a virtual machine of Hyper-V and its host: `AF_HYPERV`.
    #[cfg(windows)]
    HYPERV = c::AF_HYPERV;
    /// Buses of vehicles and machines: `AF_CAN`.
    #[cfg(any(linux_like, netbsd))]
    CAN = c::AF_CAN;
    /// Bluetooth: `AF_BLUETOOTH`.
    #[cfg(any(linux_like, bsd, windows))]
    BLUETOOTH = c::AF_BLUETOOTH;
    /// Messages between the nodes of a cluster: `AF_TIPC`.
    #[cfg(linux_like)]
    TIPC = c::AF_TIPC;
    /// Reliable datagrams: `AF_RDS`.
    #[cfg(linux_like)]
    RDS = c::AF_RDS;
    /// The kernel's cryptography: `AF_ALG`.
    #[cfg(linux_like)]
    ALG = c::AF_ALG;
    /// Between the processors of Qualcomm systems: `AF_QIPCRTR`.
    #[cfg(linux_like)]
    QIPCRTR = c::AF_QIPCRTR;
    /// Controls and events of the kernel: `AF_SYSTEM`.
    #[cfg(apple)]
    SYSTEM = c::AF_SYSTEM;
    /// Packets that the firewall hands over: `AF_DIVERT`, man 4 divert.
    #[cfg(freebsd)]
    DIVERT = c::AF_DIVERT;
    /// The keys of IPsec: `AF_KEY`, RFC 2367.
    #[cfg(any(linux_like, openbsd))]
    KEY = c::AF_KEY;
    /// PPP over other links: `AF_PPPOX`.
    #[cfg(linux_like)]
    PPPOX = c::AF_PPPOX;
    /// IEEE 802.2: `AF_LLC`.
    #[cfg(linux_like)]
    LLC = c::AF_LLC;
    /// Bridges: `AF_BRIDGE`.
    #[cfg(linux_like)]
    BRIDGE = c::AF_BRIDGE;
    /// X.25: `AF_X25`, man 7 x25.
    #[cfg(linux_like)]
    X25 = c::AF_X25;
    /// X.25 of amateur radio: `AF_AX25`.
    #[cfg(linux_like)]
    AX25 = c::AF_AX25;
    /// NET/ROM of amateur radio: `AF_NETROM`.
    #[cfg(linux_like)]
    NETROM = c::AF_NETROM;
    /// Rose of amateur radio: `AF_ROSE`.
    #[cfg(linux_like)]
    ROSE = c::AF_ROSE;
    /// Permanent circuits of ATM: `AF_ATMPVC`.
    #[cfg(linux_like)]
    ATMPVC = c::AF_ATMPVC;
    /// Switched circuits of ATM: `AF_ATMSVC`.
    #[cfg(linux_like)]
    ATMSVC = c::AF_ATMSVC;
    /// Novell's protocols: `AF_IPX`.
    IPX = c::AF_IPX;
    /// AppleTalk: `AF_APPLETALK`, man 7 ddp.
    APPLETALK = c::AF_APPLETALK;
    /// DECnet: `AF_DECnet`.
    DECNET = c::AF_DECnet;
    /// IBM's network architecture: `AF_SNA`.
    SNA = c::AF_SNA;
    /// Infrared links: `AF_IRDA`.
    #[cfg(any(linux_like, windows))]
    IRDA = c::AF_IRDA;
    /// Acorn's network: `AF_ECONET`.
    #[cfg(linux_like)]
    ECONET = c::AF_ECONET;
    /// Wide-area cards: `AF_WANPIPE`.
    #[cfg(linux_like)]
    WANPIPE = c::AF_WANPIPE;
    /// A number reserved for NetBEUI: `AF_NETBEUI`.
    #[cfg(linux_like)]
    NETBEUI = c::AF_NETBEUI;
    /// A number reserved for security callbacks: `AF_SECURITY`.
    #[cfg(linux_like)]
    SECURITY = c::AF_SECURITY;
    /// A number reserved for Ash: `AF_ASH`.
    #[cfg(linux_like)]
    ASH = c::AF_ASH;
}
