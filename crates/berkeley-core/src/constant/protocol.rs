//! Protocols.

use super::{Family, name_of, named_values, open_newtype};
use crate::sys::c;
use std::fmt;

open_newtype! {
    /// A protocol within a family: the third argument of socket(2).
    ///
    /// Protocols of IP have the names of their `IPPROTO_` constants; those of other families keep
    /// the prefix that their header gives them. A packet socket takes an
    /// [`EtherType`](super::EtherType), by `into()`.
    ///
    /// A number is another protocol in another family: 6 is TCP, and also the transport of CAN.
    /// So [`name_in`](Self::name_in) asks for the family, and `Debug` prints the number.
    pub struct Protocol(i32);
}

named_values! { Protocol, IP;
    /// The family's usual protocol for the kind asked: 0.
    DEFAULT = 0;
    /// IP itself, as a level of options: `IPPROTO_IP`.
    IP = c::IPPROTO_IP;
    /// Options for each hop of IPv6: `IPPROTO_HOPOPTS`, RFC 8200.
    HOPOPTS = c::IPPROTO_HOPOPTS;
    /// Internet control messages of IPv4: `IPPROTO_ICMP`, man 7 icmp.
    ICMP = c::IPPROTO_ICMP;
    /// Group membership in IPv4: `IPPROTO_IGMP`, RFC 3376.
    IGMP = c::IPPROTO_IGMP;
    /// The old gateway protocol: `IPPROTO_GGP`, RFC 823.
    #[cfg(not(linux_like))]
    GGP = c::IPPROTO_GGP;
    /// IPv4 in IP: `IPPROTO_IPIP`, RFC 2003.
    #[cfg(not(windows))]
    IPIP = c::IPPROTO_IPIP;
    /// IPv4 in IP: `IPPROTO_IPV4`, RFC 2003.
    #[cfg(not(linux_like))]
    IPV4 = c::IPPROTO_IPV4;
    /// TCP: `IPPROTO_TCP`, man 7 tcp.
    TCP = c::IPPROTO_TCP;
    /// The stream protocol: `IPPROTO_ST`, RFC 1819.
    #[cfg(any(apple, freebsd, dragonfly, windows))]
    ST = c::IPPROTO_ST;
    /// Core-based trees: `IPPROTO_CBT`, RFC 2189.
    #[cfg(windows)]
    CBT = c::IPPROTO_CBT;
    /// The exterior gateway protocol: `IPPROTO_EGP`, RFC 904.
    EGP = c::IPPROTO_EGP;
    /// PARC's universal packets: `IPPROTO_PUP`.
    PUP = c::IPPROTO_PUP;
    /// UDP: `IPPROTO_UDP`, man 7 udp.
    UDP = c::IPPROTO_UDP;
    /// Datagrams of Xerox: `IPPROTO_IDP`.
    IDP = c::IPPROTO_IDP;
    /// Reliable data: `IPPROTO_RDP`, RFC 1151.
    #[cfg(any(apple, freebsd, dragonfly, windows))]
    RDP = c::IPPROTO_RDP;
    /// The transport of ISO, class 4: `IPPROTO_TP`, RFC 905.
    #[cfg(not(windows))]
    TP = c::IPPROTO_TP;
    /// Xpress transport: `IPPROTO_XTP`.
    #[cfg(any(apple, freebsd, dragonfly))]
    XTP = c::IPPROTO_XTP;
    /// IPv6, and IPv6 in IP: `IPPROTO_IPV6`, man 7 ipv6.
    IPV6 = c::IPPROTO_IPV6;
    /// The routing header of IPv6: `IPPROTO_ROUTING`, RFC 8200.
    ROUTING = c::IPPROTO_ROUTING;
    /// The fragment header of IPv6: `IPPROTO_FRAGMENT`, RFC 8200.
    FRAGMENT = c::IPPROTO_FRAGMENT;
    /// Reservations: `IPPROTO_RSVP`, RFC 2205.
    #[cfg(not(windows))]
    RSVP = c::IPPROTO_RSVP;
    /// Generic encapsulation: `IPPROTO_GRE`, RFC 2784.
    #[cfg(not(windows))]
    GRE = c::IPPROTO_GRE;
    /// Encryption of IPsec: `IPPROTO_ESP`, RFC 4303.
    ESP = c::IPPROTO_ESP;
    /// Authentication of IPsec: `IPPROTO_AH`, RFC 4302.
    AH = c::IPPROTO_AH;
    /// Mobile hosts: `IPPROTO_MOBILE`, RFC 2004.
    #[cfg(bsd)]
    MOBILE = c::IPPROTO_MOBILE;
    /// Internet control messages of IPv6: `IPPROTO_ICMPV6`, RFC 4443.
    ICMPV6 = c::IPPROTO_ICMPV6;
    /// No next header of IPv6: `IPPROTO_NONE`, RFC 8200.
    NONE = c::IPPROTO_NONE;
    /// Options for the destination of IPv6: `IPPROTO_DSTOPTS`, RFC 8200.
    DSTOPTS = c::IPPROTO_DSTOPTS;
    /// The Hello routing protocol: `IPPROTO_HELLO`, RFC 891.
    #[cfg(any(apple, freebsd, dragonfly))]
    HELLO = c::IPPROTO_HELLO;
    /// Sun's network disks: `IPPROTO_ND`.
    #[cfg(any(apple, freebsd, dragonfly, windows))]
    ND = c::IPPROTO_ND;
    /// Wideband monitoring: `IPPROTO_ICLFXBM`.
    #[cfg(windows)]
    ICLFXBM = c::IPPROTO_ICLFXBM;
    /// The network protocol of ISO: `IPPROTO_EON`, RFC 1070.
    #[cfg(any(apple, bsd))]
    EON = c::IPPROTO_EON;
    /// A private interior gateway protocol: `IPPROTO_IGP`.
    #[cfg(any(apple, freebsd, dragonfly, windows))]
    IGP = c::IPPROTO_IGP;
    /// Multicast routing, whatever the unicast routing: `IPPROTO_PIM`, RFC 7761.
    PIM = c::IPPROTO_PIM;
    /// Compression of payloads: `IPPROTO_IPCOMP`, RFC 3173.
    #[cfg(any(apple, bsd))]
    IPCOMP = c::IPPROTO_IPCOMP;
    /// Redundancy of routers: `IPPROTO_VRRP`, RFC 9568.
    #[cfg(netbsd)]
    VRRP = c::IPPROTO_VRRP;
    /// Reliable multicast: `IPPROTO_PGM`, RFC 3208.
    #[cfg(any(apple, freebsd, dragonfly, windows))]
    PGM = c::IPPROTO_PGM;
    /// Tunnels of layer 2: `IPPROTO_L2TP`, RFC 3931.
    #[cfg(any(netbsd, windows))]
    L2TP = c::IPPROTO_L2TP;
    /// SCTP: `IPPROTO_SCTP`, RFC 9260.
    #[cfg(any(linux_like, apple, freebsd, netbsd, windows))]
    SCTP = c::IPPROTO_SCTP;
    /// UDP with a partial checksum: `IPPROTO_UDPLITE`, man 7 udplite.
    #[cfg(any(linux_like, freebsd))]
    UDPLITE = c::IPPROTO_UDPLITE;
    /// TCP over several paths: `IPPROTO_MPTCP`, RFC 8684.
    #[cfg(linux_like)]
    MPTCP = c::IPPROTO_MPTCP;
    /// Raw IP packets: `IPPROTO_RAW`, man 7 raw.
    RAW = c::IPPROTO_RAW;
}

#[cfg(linux_like)]
named_values! { Protocol, NETLINK;
    /// Routes, links, addresses and neighbours: `NETLINK_ROUTE`, man 7 rtnetlink.
    NETLINK_ROUTE = c::NETLINK_ROUTE;
    /// Between processes: `NETLINK_USERSOCK`.
    NETLINK_USERSOCK = c::NETLINK_USERSOCK;
    /// A firewall that is gone: `NETLINK_FIREWALL`.
    NETLINK_FIREWALL = c::NETLINK_FIREWALL;
    /// Sockets and their state: `NETLINK_SOCK_DIAG`, man 7 sock_diag.
    NETLINK_SOCK_DIAG = c::NETLINK_SOCK_DIAG;
    /// The log of the firewall: `NETLINK_NFLOG`.
    NETLINK_NFLOG = c::NETLINK_NFLOG;
    /// IPsec: `NETLINK_XFRM`.
    NETLINK_XFRM = c::NETLINK_XFRM;
    /// Auditing: `NETLINK_AUDIT`.
    NETLINK_AUDIT = c::NETLINK_AUDIT;
    /// Connectors of the kernel: `NETLINK_CONNECTOR`.
    NETLINK_CONNECTOR = c::NETLINK_CONNECTOR;
    /// The firewall: `NETLINK_NETFILTER`.
    NETLINK_NETFILTER = c::NETLINK_NETFILTER;
    /// A firewall of IPv6 that is gone: `NETLINK_IP6_FW`.
    NETLINK_IP6_FW = c::NETLINK_IP6_FW;
    /// Messages of DECnet routing: `NETLINK_DNRTMSG`.
    NETLINK_DNRTMSG = c::NETLINK_DNRTMSG;
    /// Devices that come and go: `NETLINK_KOBJECT_UEVENT`.
    NETLINK_KOBJECT_UEVENT = c::NETLINK_KOBJECT_UEVENT;
    /// Families that have no number of their own: `NETLINK_GENERIC`.
    NETLINK_GENERIC = c::NETLINK_GENERIC;
    /// The kernel's cryptography: `NETLINK_CRYPTO`.
    NETLINK_CRYPTO = c::NETLINK_CRYPTO;
}

#[cfg(any(linux_like, netbsd))]
named_values! { Protocol, CAN;
    /// Frames as they are on the bus: `CAN_RAW`.
    CAN_RAW = c::CAN_RAW;
    /// Frames that the kernel sends and compares by itself: `CAN_BCM`, the broadcast manager.
    #[cfg(linux_like)]
    CAN_BCM = c::CAN_BCM;
    /// Messages longer than a frame, ISO 15765-2: `CAN_ISOTP`.
    #[cfg(linux_like)]
    CAN_ISOTP = c::CAN_ISOTP;
    /// The network of trucks and tractors, SAE J1939: `CAN_J1939`.
    #[cfg(linux_like)]
    CAN_J1939 = c::CAN_J1939;
}

#[cfg(any(linux_like, freebsd, dragonfly, netbsd, windows))]
named_values! { Protocol, BLUETOOTH;
    /// Logical links: `BTPROTO_L2CAP`.
    #[cfg(not(windows))]
    BTPROTO_L2CAP = c::BTPROTO_L2CAP;
    /// The controller: `BTPROTO_HCI`.
    #[cfg(not(windows))]
    BTPROTO_HCI = c::BTPROTO_HCI;
    /// Voice: `BTPROTO_SCO`.
    #[cfg(not(windows))]
    BTPROTO_SCO = c::BTPROTO_SCO;
    /// Serial lines: `BTPROTO_RFCOMM`.
    BTPROTO_RFCOMM = c::BTPROTO_RFCOMM;
}

#[cfg(apple)]
named_values! { Protocol, SYSTEM;
    /// Controls of the kernel: `SYSPROTO_CONTROL`.
    SYSPROTO_CONTROL = c::SYSPROTO_CONTROL;
}

#[cfg(windows)]
named_values! { Protocol, HYPERV;
    /// The protocol of Hyper-V sockets: `HV_PROTOCOL_RAW`.
    HV_PROTOCOL_RAW = c::HV_PROTOCOL_RAW;
}

/// The protocols of a family.
const FAMILIES: &[(Family, &[(Protocol, &str)])] = &[
    (Family::INET, IP),
    (Family::INET6, IP),
    #[cfg(linux_like)]
    (Family::NETLINK, NETLINK),
    #[cfg(any(linux_like, netbsd))]
    (Family::CAN, CAN),
    #[cfg(any(linux_like, freebsd, dragonfly, netbsd, windows))]
    (Family::BLUETOOTH, BLUETOOTH),
    #[cfg(apple)]
    (Family::SYSTEM, SYSTEM),
    #[cfg(windows)]
    (Family::HYPERV, HYPERV),
];

impl Protocol {
    /// The name of this constant where it is a protocol of `family`, and 0 is `DEFAULT` where it
    /// is no other.
    #[must_use]
    pub fn name_in(self, family: Family) -> Option<&'static str> {
        let table = FAMILIES.iter().find(|(known, _)| *known == family);
        table
            .and_then(|(_, names)| name_of(names, &self))
            .or((self == Self::DEFAULT).then_some("DEFAULT"))
    }
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Protocol({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_has_its_name_in_its_family_alone() {
        assert_eq!(Protocol::TCP.name_in(Family::INET6), Some("TCP"));
        assert_eq!(Protocol::TCP.name_in(Family::UNIX), None);
        assert_eq!(Protocol::DEFAULT.name_in(Family::INET), Some("DEFAULT"));
        assert_eq!(Protocol::DEFAULT.name_in(Family::UNIX), Some("DEFAULT"));
        assert_eq!(Protocol::from_raw(254).name_in(Family::INET), None);
        assert_eq!(format!("{:?}", Protocol::TCP), "Protocol(6)");
    }

    #[cfg(linux_like)]
    #[test]
    fn one_number_is_another_protocol_in_another_family() {
        assert_eq!(Protocol::CAN_ISOTP, Protocol::TCP);
        assert_eq!(Protocol::TCP.name_in(Family::CAN), Some("CAN_ISOTP"));
        assert_eq!(Protocol::DEFAULT.name_in(Family::CAN), Some("DEFAULT"));
        assert_eq!(Protocol::DEFAULT.name_in(Family::NETLINK), Some("NETLINK_ROUTE"));
        assert_eq!(Protocol::DEFAULT.name_in(Family::BLUETOOTH), Some("BTPROTO_L2CAP"));
    }
}
