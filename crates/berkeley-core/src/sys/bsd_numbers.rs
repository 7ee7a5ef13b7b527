//! Numbers of the headers of macOS and the BSDs that the libc crate lacks, by header. Right by
//! reading: they are compiled, and no test runs there.

pub(crate) use libc::*;

// netinet/in.h; what a system has no name for has the number that every system means
pub(crate) const SOL_IP: i32 = 0;
pub(crate) const SOL_TCP: i32 = 6;
pub(crate) const SOL_UDP: i32 = 17;
pub(crate) const IPPROTO_IPV4: i32 = 4;
pub(crate) const IPPORT_RESERVED: i32 = 1024;
#[cfg(not(openbsd))]
pub(crate) const IPPORT_USERRESERVED: i32 = 5000;
#[cfg(openbsd)]
pub(crate) const IPPORT_USERRESERVED: i32 = 49151;
pub(crate) const INADDR_UNSPEC_GROUP: u32 = 0xE000_0000;
pub(crate) const INADDR_ALLHOSTS_GROUP: u32 = 0xE000_0001;
pub(crate) const INADDR_MAX_LOCAL_GROUP: u32 = 0xE000_00FF;
pub(crate) const IP_OPTIONS: i32 = 1;
pub(crate) const IP_RECVOPTS: i32 = 5;
pub(crate) const IP_RECVRETOPTS: i32 = 6;
pub(crate) const IP_RETOPTS: i32 = 8;
#[cfg(netbsd)]
pub(crate) const IP_RECVTTL: i32 = 23;
#[cfg(openbsd)]
pub(crate) const IP_RECVTTL: i32 = 31;
#[cfg(openbsd)]
pub(crate) const IP_MINTTL: i32 = 32;
pub(crate) const IP_DEFAULT_MULTICAST_TTL: i32 = 1;
pub(crate) const IP_DEFAULT_MULTICAST_LOOP: i32 = 1;

// netinet6/in6.h
#[cfg(any(netbsd, openbsd))]
pub(crate) const IPV6_CHECKSUM: i32 = 26;
pub(crate) const IPV6_RTHDRDSTOPTS: i32 = 35;
#[cfg(any(netbsd, openbsd))]
pub(crate) const IPV6_RECVHOPLIMIT: i32 = 37;
pub(crate) const IPV6_RECVRTHDR: i32 = 38;
pub(crate) const IPV6_RECVHOPOPTS: i32 = 39;
pub(crate) const IPV6_RECVDSTOPTS: i32 = 40;
pub(crate) const IPV6_USE_MIN_MTU: i32 = 42;
pub(crate) const IPV6_RECVPATHMTU: i32 = 43;
pub(crate) const IPV6_PATHMTU: i32 = 44;
#[cfg(any(netbsd, openbsd))]
pub(crate) const IPV6_HOPLIMIT: i32 = 47;
pub(crate) const IPV6_NEXTHOP: i32 = 48;
pub(crate) const IPV6_HOPOPTS: i32 = 49;
pub(crate) const IPV6_DSTOPTS: i32 = 50;
pub(crate) const IPV6_RTHDR: i32 = 51;
pub(crate) const IPV6_RTHDR_TYPE_0: i32 = 0;

// netinet/tcp.h
#[cfg(apple)]
pub(crate) const TCP_NOTSENT_LOWAT: i32 = 0x201;

// netinet/udplite.h
#[cfg(freebsd)]
pub(crate) const UDPLITE_SEND_CSCOV: i32 = 2;
#[cfg(freebsd)]
pub(crate) const UDPLITE_RECV_CSCOV: i32 = 4;

// net/ethernet.h
pub(crate) const ETHERTYPE_IP: i32 = 0x0800;
pub(crate) const ETHERTYPE_ARP: i32 = 0x0806;
pub(crate) const ETHERTYPE_VLAN: i32 = 0x8100;
pub(crate) const ETHERTYPE_IPV6: i32 = 0x86DD;

// netdb.h
#[cfg(not(openbsd))]
pub(crate) const EAI_ADDRFAMILY: i32 = 1;
#[cfg(openbsd)]
pub(crate) const EAI_ADDRFAMILY: i32 = -9;
#[cfg(any(freebsd, dragonfly))]
pub(crate) const EAI_NODATA: i32 = 7;
#[cfg(not(openbsd))]
pub(crate) const EAI_BADHINTS: i32 = 12;
#[cfg(openbsd)]
pub(crate) const EAI_BADHINTS: i32 = -12;
#[cfg(not(openbsd))]
pub(crate) const EAI_PROTOCOL: i32 = 13;
#[cfg(openbsd)]
pub(crate) const EAI_PROTOCOL: i32 = -13;
#[cfg(not(openbsd))]
pub(crate) const EAI_MAX: i32 = 15;
#[cfg(any(freebsd, dragonfly))]
pub(crate) const AI_V4MAPPED_CFG: i32 = 0x200;
#[cfg(any(freebsd, dragonfly))]
pub(crate) const AI_DEFAULT: i32 = AI_V4MAPPED_CFG | AI_ADDRCONFIG;
#[cfg(bsd)]
const AI_OF_EVERY_BSD: i32 =
    AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_ADDRCONFIG;
#[cfg(freebsd)]
pub(crate) const AI_MASK: i32 = AI_OF_EVERY_BSD | AI_ALL | AI_V4MAPPED;
#[cfg(dragonfly)]
pub(crate) const AI_MASK: i32 = AI_OF_EVERY_BSD;
#[cfg(netbsd)]
pub(crate) const AI_MASK: i32 = AI_OF_EVERY_BSD | AI_SRV;
#[cfg(openbsd)]
pub(crate) const AI_MASK: i32 = AI_OF_EVERY_BSD | AI_FQDN;
#[cfg(any(freebsd, dragonfly, openbsd))]
pub(crate) const NI_MAXSERV: i32 = 32;

// sys/socket.h
#[cfg(freebsd)]
pub(crate) const AF_DIVERT: i32 = 44;
#[cfg(freebsd)]
pub(crate) const PF_DIVERT: i32 = 44;
#[cfg(netbsd)]
pub(crate) const AF_CAN: i32 = 35;
#[cfg(netbsd)]
pub(crate) const PF_CAN: i32 = 35;

// netcan/can.h
#[cfg(netbsd)]
pub(crate) use can::*;
#[cfg(netbsd)]
mod can {
    pub(crate) const CAN_EFF_FLAG: u32 = 0x8000_0000;
    pub(crate) const CAN_RTR_FLAG: u32 = 0x4000_0000;
    pub(crate) const CAN_ERR_FLAG: u32 = 0x2000_0000;
    pub(crate) const CAN_SFF_MASK: u32 = 0x0000_07FF;
    pub(crate) const CAN_EFF_MASK: u32 = 0x1FFF_FFFF;
    pub(crate) const CAN_ERR_MASK: u32 = 0x1FFF_FFFF;
    pub(crate) const CAN_RAW: i32 = 1;
    pub(crate) const SOL_CAN_RAW: i32 = CAN_RAW;
    pub(crate) const CAN_RAW_FILTER: i32 = 1;
    pub(crate) const CAN_RAW_LOOPBACK: i32 = 4;
    pub(crate) const CAN_RAW_RECV_OWN_MSGS: i32 = 5;
}

#[cfg(any(freebsd, dragonfly, netbsd))]
pub(crate) use bluetooth::*;

// netgraph/bluetooth/include/ng_btsocket.h, where some names are longer
#[cfg(freebsd)]
mod bluetooth {
    pub(crate) const BTPROTO_HCI: i32 = 134;
    pub(crate) const BTPROTO_L2CAP: i32 = 135;
    pub(crate) const BTPROTO_RFCOMM: i32 = 136;
    pub(crate) const BTPROTO_SCO: i32 = 137;
    pub(crate) const BDADDR_BREDR: i32 = 0;
    pub(crate) const BDADDR_LE_PUBLIC: i32 = 1;
    pub(crate) const BDADDR_LE_RANDOM: i32 = 2;
    pub(crate) const SOL_HCI: i32 = 0x0802;
    pub(crate) const HCI_FILTER: i32 = 1;
    pub(crate) const HCI_DATA_DIR: i32 = 2;
    pub(crate) const SOL_L2CAP: i32 = 0x1609;
    pub(crate) const SO_L2CAP_IMTU: i32 = 1;
    pub(crate) const SO_L2CAP_OMTU: i32 = 2;
    pub(crate) const SO_L2CAP_FLUSH: i32 = 5;
    pub(crate) const SO_L2CAP_ENCRYPTED: i32 = 6;
    pub(crate) const SOL_RFCOMM: i32 = 0x0816;
    pub(crate) const SO_RFCOMM_MTU: i32 = 1;
    pub(crate) const SO_RFCOMM_FC_INFO: i32 = 2;
    pub(crate) const SOL_SCO: i32 = 0x0209;
    pub(crate) const SO_SCO_MTU: i32 = 1;
    pub(crate) const SO_SCO_CONNINFO: i32 = 2;
}

// netbt/bluetooth.h, hci.h, l2cap.h, rfcomm.h and sco.h; a protocol is its own level of options
#[cfg(any(dragonfly, netbsd))]
mod bluetooth {
    pub(crate) const BTPROTO_HCI: i32 = 1;
    pub(crate) const BTPROTO_L2CAP: i32 = 2;
    pub(crate) const BTPROTO_RFCOMM: i32 = 3;
    pub(crate) const BTPROTO_SCO: i32 = 4;
    pub(crate) const SOL_HCI: i32 = BTPROTO_HCI;
    pub(crate) const SO_HCI_EVT_FILTER: i32 = 1;
    pub(crate) const SO_HCI_PKT_FILTER: i32 = 2;
    pub(crate) const HCI_DATA_DIR: i32 = 3;
    pub(crate) const SOL_L2CAP: i32 = BTPROTO_L2CAP;
    pub(crate) const SO_L2CAP_IMTU: i32 = 1;
    pub(crate) const SO_L2CAP_OMTU: i32 = 2;
    pub(crate) const SO_L2CAP_IQOS: i32 = 3;
    pub(crate) const SO_L2CAP_OQOS: i32 = 4;
    pub(crate) const SO_L2CAP_FLUSH: i32 = 5;
    pub(crate) const SO_L2CAP_LM: i32 = 6;
    pub(crate) const L2CAP_LM_AUTH: i32 = 1;
    pub(crate) const L2CAP_LM_ENCRYPT: i32 = 2;
    pub(crate) const L2CAP_LM_SECURE: i32 = 4;
    pub(crate) const SOL_RFCOMM: i32 = BTPROTO_RFCOMM;
    pub(crate) const SO_RFCOMM_MTU: i32 = 1;
    pub(crate) const SO_RFCOMM_FC_INFO: i32 = 2;
    pub(crate) const SO_RFCOMM_LM: i32 = 3;
    pub(crate) const RFCOMM_LM_AUTH: i32 = 1;
    pub(crate) const RFCOMM_LM_ENCRYPT: i32 = 2;
    pub(crate) const RFCOMM_LM_SECURE: i32 = 4;
    pub(crate) const SOL_SCO: i32 = BTPROTO_SCO;
    pub(crate) const SO_SCO_MTU: i32 = 1;
    pub(crate) const SO_SCO_HANDLE: i32 = 2;
}
