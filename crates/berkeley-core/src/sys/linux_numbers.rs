//! Numbers of Linux headers that the libc crate lacks, by header. A test compares each with what a
//! C compiler reads.

pub(crate) use libc::*;

// sys/types.h; libc is to widen them for musl on 32 bits, and warns of that wherever they are named
#[allow(deprecated, non_camel_case_types)]
pub(crate) type time_t = libc::time_t;
#[allow(deprecated, non_camel_case_types)]
pub(crate) type suseconds_t = libc::suseconds_t;

// bits/socket.h
pub(crate) const AF_QIPCRTR: i32 = 42;

// asm/socket.h; some processors of Linux have their own
pub(crate) const SO_PASSRIGHTS: i32 =
    if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) { 0x5C } else { 83 };
pub(crate) const SO_INQ: i32 =
    if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) { 0x5D } else { 84 };

// linux/sctp.h
pub(crate) const MSG_NOTIFICATION: i32 = 0x8000;
pub(crate) const SCTP_SNDINFO: i32 = 2;
pub(crate) const SCTP_RCVINFO: i32 = 3;
pub(crate) const SCTP_RTOINFO: i32 = 0;
pub(crate) const SCTP_ASSOCINFO: i32 = 1;
pub(crate) const SCTP_INITMSG: i32 = 2;
pub(crate) const SCTP_NODELAY: i32 = 3;
pub(crate) const SCTP_AUTOCLOSE: i32 = 4;
pub(crate) const SCTP_DISABLE_FRAGMENTS: i32 = 8;
pub(crate) const SCTP_EVENTS: i32 = 11;
pub(crate) const SCTP_I_WANT_MAPPED_V4_ADDR: i32 = 12;
pub(crate) const SCTP_MAXSEG: i32 = 13;
pub(crate) const SCTP_DELAYED_SACK: i32 = 16;
pub(crate) const SCTP_FRAGMENT_INTERLEAVE: i32 = 18;
pub(crate) const SCTP_MAX_BURST: i32 = 20;
pub(crate) const SCTP_GET_ASSOC_NUMBER: i32 = 28;
pub(crate) const SCTP_RECVRCVINFO: i32 = 32;
pub(crate) const SCTP_RECVNXTINFO: i32 = 33;
pub(crate) const SCTP_REUSE_PORT: i32 = 36;

// netipx/ipx.h, netax25/ax25.h, netatalk/at.h, netrom/netrom.h, netrose/rose.h
pub(crate) const SOL_IPX: i32 = 256;
pub(crate) const SOL_AX25: i32 = 257;
pub(crate) const SOL_ATALK: i32 = 258;
pub(crate) const SOL_NETROM: i32 = 259;
pub(crate) const SOL_ROSE: i32 = 260;
pub(crate) const IPX_TYPE: i32 = 1;

// linux/can.h
pub(crate) const CAN_EFF_FLAG: u32 = 0x8000_0000;
pub(crate) const CAN_RTR_FLAG: u32 = 0x4000_0000;
pub(crate) const CAN_ERR_FLAG: u32 = 0x2000_0000;
pub(crate) const CAN_SFF_MASK: u32 = 0x0000_07FF;
pub(crate) const CAN_EFF_MASK: u32 = 0x1FFF_FFFF;
pub(crate) const CAN_ERR_MASK: u32 = 0x1FFF_FFFF;
pub(crate) const CAN_RAW: i32 = 1;
pub(crate) const CAN_BCM: i32 = 2;
pub(crate) const CAN_ISOTP: i32 = 6;
pub(crate) const CAN_J1939: i32 = 7;
pub(crate) const SOL_CAN_BASE: i32 = 100;
pub(crate) const SOL_CAN_J1939: i32 = 107;

// linux/can/raw.h
pub(crate) const SOL_CAN_RAW: i32 = 101;
pub(crate) const CAN_RAW_FILTER: i32 = 1;
pub(crate) const CAN_RAW_ERR_FILTER: i32 = 2;
pub(crate) const CAN_RAW_LOOPBACK: i32 = 3;
pub(crate) const CAN_RAW_RECV_OWN_MSGS: i32 = 4;
pub(crate) const CAN_RAW_FD_FRAMES: i32 = 5;
pub(crate) const CAN_RAW_JOIN_FILTERS: i32 = 6;
pub(crate) const CAN_RAW_XL_FRAMES: i32 = 7;
pub(crate) const CAN_RAW_XL_VCID_OPTS: i32 = 8;

// linux/can/bcm.h, where the names lack CAN_BCM_
pub(crate) const CAN_BCM_TX_SETUP: i32 = 1;
pub(crate) const CAN_BCM_TX_DELETE: i32 = 2;
pub(crate) const CAN_BCM_TX_READ: i32 = 3;
pub(crate) const CAN_BCM_TX_SEND: i32 = 4;
pub(crate) const CAN_BCM_RX_SETUP: i32 = 5;
pub(crate) const CAN_BCM_RX_DELETE: i32 = 6;
pub(crate) const CAN_BCM_RX_READ: i32 = 7;
pub(crate) const CAN_BCM_TX_STATUS: i32 = 8;
pub(crate) const CAN_BCM_TX_EXPIRED: i32 = 9;
pub(crate) const CAN_BCM_RX_STATUS: i32 = 10;
pub(crate) const CAN_BCM_RX_TIMEOUT: i32 = 11;
pub(crate) const CAN_BCM_RX_CHANGED: i32 = 12;
pub(crate) const CAN_BCM_SETTIMER: i32 = 1;
pub(crate) const CAN_BCM_STARTTIMER: i32 = 2;
pub(crate) const CAN_BCM_TX_COUNTEVT: i32 = 4;
pub(crate) const CAN_BCM_TX_ANNOUNCE: i32 = 8;
pub(crate) const CAN_BCM_TX_CP_CAN_ID: i32 = 16;
pub(crate) const CAN_BCM_RX_FILTER_ID: i32 = 32;
pub(crate) const CAN_BCM_RX_CHECK_DLC: i32 = 64;
pub(crate) const CAN_BCM_RX_NO_AUTOTIMER: i32 = 128;
pub(crate) const CAN_BCM_RX_ANNOUNCE_RESUME: i32 = 256;
pub(crate) const CAN_BCM_TX_RESET_MULTI_IDX: i32 = 512;
pub(crate) const CAN_BCM_RX_RTR_FRAME: i32 = 1024;
pub(crate) const CAN_BCM_CAN_FD_FRAME: i32 = 2048;

// linux/can/j1939.h
pub(crate) const J1939_MAX_UNICAST_ADDR: u8 = 253;
pub(crate) const J1939_IDLE_ADDR: u8 = 254;
pub(crate) const J1939_NO_ADDR: u8 = 255;
pub(crate) const J1939_NO_NAME: u64 = 0;
pub(crate) const J1939_PGN_REQUEST: u32 = 0x0EA00;
pub(crate) const J1939_PGN_ADDRESS_CLAIMED: u32 = 0x0EE00;
pub(crate) const J1939_PGN_ADDRESS_COMMANDED: u32 = 0x0FED8;
pub(crate) const J1939_PGN_PDU1_MAX: u32 = 0x3FF00;
pub(crate) const J1939_PGN_MAX: u32 = 0x3FFFF;
pub(crate) const J1939_NO_PGN: u32 = 0x40000;
pub(crate) const SO_J1939_FILTER: i32 = 1;
pub(crate) const SO_J1939_PROMISC: i32 = 2;
pub(crate) const SO_J1939_SEND_PRIO: i32 = 3;
pub(crate) const SO_J1939_ERRQUEUE: i32 = 4;
pub(crate) const SCM_J1939_DEST_ADDR: i32 = 1;
pub(crate) const SCM_J1939_DEST_NAME: i32 = 2;
pub(crate) const SCM_J1939_PRIO: i32 = 3;
pub(crate) const SCM_J1939_ERRQUEUE: i32 = 4;
pub(crate) const J1939_NLA_PAD: i32 = 0;
pub(crate) const J1939_NLA_BYTES_ACKED: i32 = 1;
pub(crate) const J1939_EE_INFO_NONE: i32 = 0;
pub(crate) const J1939_EE_INFO_TX_ABORT: i32 = 1;
pub(crate) const J1939_FILTER_MAX: i32 = 512;

// linux/vm_sockets.h
pub(crate) const SO_VM_SOCKETS_BUFFER_SIZE: i32 = 0;
pub(crate) const SO_VM_SOCKETS_BUFFER_MIN_SIZE: i32 = 1;
pub(crate) const SO_VM_SOCKETS_BUFFER_MAX_SIZE: i32 = 2;
pub(crate) const VM_SOCKETS_INVALID_VERSION: u32 = 0xFFFF_FFFF;
pub(crate) const IOCTL_VM_SOCKETS_GET_LOCAL_CID: i32 = 1977;

// By the size of a timeval.
pub(crate) const SO_VM_SOCKETS_CONNECT_TIMEOUT: i32 =
    if size_of::<timeval>() == 2 * size_of::<c_long>() { 6 } else { 8 };
pub(crate) const SOL_VSOCK: i32 = 287;
pub(crate) const VSOCK_RECVERR: i32 = 1;

// bluetooth/l2cap.h
pub(crate) const BTPROTO_L2CAP: i32 = 0;
pub(crate) const SOL_L2CAP: i32 = 6;
pub(crate) const L2CAP_LM: i32 = 3;
pub(crate) const L2CAP_LM_MASTER: i32 = 1;
pub(crate) const L2CAP_LM_AUTH: i32 = 2;
pub(crate) const L2CAP_LM_ENCRYPT: i32 = 4;
pub(crate) const L2CAP_LM_TRUSTED: i32 = 8;
pub(crate) const L2CAP_LM_RELIABLE: i32 = 16;
pub(crate) const L2CAP_LM_SECURE: i32 = 32;
pub(crate) const L2CAP_OPTIONS: i32 = 1;
pub(crate) const L2CAP_CONNINFO: i32 = 2;

// bluetooth/bluetooth.h
pub(crate) const BDADDR_BREDR: i32 = 0;
pub(crate) const BDADDR_LE_PUBLIC: i32 = 1;
pub(crate) const BDADDR_LE_RANDOM: i32 = 2;
pub(crate) const BT_SECURITY: i32 = 4;
pub(crate) const BT_SECURITY_SDP: i32 = 0;
pub(crate) const BT_SECURITY_LOW: i32 = 1;
pub(crate) const BT_SECURITY_MEDIUM: i32 = 2;
pub(crate) const BT_SECURITY_HIGH: i32 = 3;
pub(crate) const BT_SECURITY_FIPS: i32 = 4;
pub(crate) const BT_DEFER_SETUP: i32 = 7;
pub(crate) const BT_FLUSHABLE: i32 = 8;
pub(crate) const BT_FLUSHABLE_OFF: i32 = 0;
pub(crate) const BT_FLUSHABLE_ON: i32 = 1;
pub(crate) const BT_POWER: i32 = 9;
pub(crate) const BT_POWER_FORCE_ACTIVE_OFF: i32 = 0;
pub(crate) const BT_POWER_FORCE_ACTIVE_ON: i32 = 1;
pub(crate) const BT_CHANNEL_POLICY: i32 = 10;
pub(crate) const BT_CHANNEL_POLICY_BREDR_ONLY: i32 = 0;
pub(crate) const BT_CHANNEL_POLICY_BREDR_PREFERRED: i32 = 1;
pub(crate) const BT_VOICE: i32 = 11;
pub(crate) const BT_VOICE_TRANSPARENT: i32 = 3;
pub(crate) const BT_VOICE_CVSD_16BIT: i32 = 96;
pub(crate) const BT_VOICE_TRANSPARENT_16BIT: i32 = 99;
pub(crate) const BT_SNDMTU: i32 = 12;
pub(crate) const BT_RCVMTU: i32 = 13;
pub(crate) const BT_PHY: i32 = 14;
pub(crate) const BT_PHY_BR_1M_1SLOT: i32 = 1;
pub(crate) const BT_PHY_BR_1M_3SLOT: i32 = 2;
pub(crate) const BT_PHY_BR_1M_5SLOT: i32 = 4;
pub(crate) const BT_PHY_EDR_2M_1SLOT: i32 = 8;
pub(crate) const BT_PHY_EDR_2M_3SLOT: i32 = 16;
pub(crate) const BT_PHY_EDR_2M_5SLOT: i32 = 32;
pub(crate) const BT_PHY_EDR_3M_1SLOT: i32 = 64;
pub(crate) const BT_PHY_EDR_3M_3SLOT: i32 = 128;
pub(crate) const BT_PHY_EDR_3M_5SLOT: i32 = 256;
pub(crate) const BT_PHY_LE_1M_TX: i32 = 512;
pub(crate) const BT_PHY_LE_1M_RX: i32 = 1024;
pub(crate) const BT_PHY_LE_2M_TX: i32 = 2048;
pub(crate) const BT_PHY_LE_2M_RX: i32 = 4096;
pub(crate) const BT_PHY_LE_CODED_TX: i32 = 8192;
pub(crate) const BT_PHY_LE_CODED_RX: i32 = 16384;
pub(crate) const BT_MODE: i32 = 15;
pub(crate) const BT_MODE_BASIC: i32 = 0;
pub(crate) const BT_MODE_ERTM: i32 = 1;
pub(crate) const BT_MODE_STREAMING: i32 = 2;
pub(crate) const BT_MODE_LE_FLOWCTL: i32 = 3;
pub(crate) const BT_MODE_EXT_FLOWCTL: i32 = 4;
pub(crate) const BT_PKT_STATUS: i32 = 16;
pub(crate) const BT_ISO_QOS: i32 = 17;
pub(crate) const BT_CODEC: i32 = 19;

// bluetooth/hci.h
pub(crate) const BTPROTO_HCI: i32 = 1;
pub(crate) const SOL_HCI: i32 = 0;
pub(crate) const HCI_DEV_NONE: i32 = 65535;
pub(crate) const HCI_CHANNEL_RAW: i32 = 0;
pub(crate) const HCI_CHANNEL_USER: i32 = 1;
pub(crate) const HCI_CHANNEL_MONITOR: i32 = 2;
pub(crate) const HCI_CHANNEL_CONTROL: i32 = 3;
pub(crate) const HCI_CHANNEL_LOGGING: i32 = 4;
pub(crate) const HCI_FILTER: i32 = 2;
pub(crate) const HCI_DATA_DIR: i32 = 1;
pub(crate) const HCI_TIME_STAMP: i32 = 3;

// bluetooth/rfcomm.h
pub(crate) const BTPROTO_RFCOMM: i32 = 3;
pub(crate) const SOL_RFCOMM: i32 = 18;
pub(crate) const RFCOMM_CONNINFO: i32 = 2;
pub(crate) const RFCOMM_LM: i32 = 3;

// bluetooth/sco.h
pub(crate) const BTPROTO_SCO: i32 = 2;
pub(crate) const SOL_SCO: i32 = 17;
pub(crate) const SCO_OPTIONS: i32 = 1;
pub(crate) const SCO_CONNINFO: i32 = 2;

// linux/if_packet.h
pub(crate) const PACKET_HOST: u8 = 0;
pub(crate) const PACKET_BROADCAST: u8 = 1;
pub(crate) const PACKET_MULTICAST: u8 = 2;
pub(crate) const PACKET_OTHERHOST: u8 = 3;
pub(crate) const PACKET_OUTGOING: u8 = 4;
pub(crate) const PACKET_LOOPBACK: u8 = 5;
pub(crate) const PACKET_FASTROUTE: u8 = 6;
pub(crate) const PACKET_AUXDATA: i32 = 8;
pub(crate) const PACKET_TX_TIMESTAMP: i32 = 16;
pub(crate) const PACKET_ADD_MEMBERSHIP: i32 = 1;
pub(crate) const PACKET_DROP_MEMBERSHIP: i32 = 2;
pub(crate) const PACKET_RX_RING: i32 = 5;
pub(crate) const PACKET_STATISTICS: i32 = 6;
pub(crate) const PACKET_COPY_THRESH: i32 = 7;
pub(crate) const PACKET_ORIGDEV: i32 = 9;
pub(crate) const PACKET_VERSION: i32 = 10;
pub(crate) const PACKET_HDRLEN: i32 = 11;
pub(crate) const PACKET_RESERVE: i32 = 12;
pub(crate) const PACKET_TX_RING: i32 = 13;
pub(crate) const PACKET_LOSS: i32 = 14;
pub(crate) const PACKET_VNET_HDR: i32 = 15;
pub(crate) const PACKET_TIMESTAMP: i32 = 17;
pub(crate) const PACKET_FANOUT: i32 = 18;
pub(crate) const PACKET_TX_HAS_OFF: i32 = 19;
pub(crate) const PACKET_QDISC_BYPASS: i32 = 20;
pub(crate) const PACKET_ROLLOVER_STATS: i32 = 21;
pub(crate) const PACKET_FANOUT_DATA: i32 = 22;
pub(crate) const PACKET_IGNORE_OUTGOING: i32 = 23;
pub(crate) const PACKET_VNET_HDR_SZ: i32 = 24;

// linux/tipc.h
pub(crate) const TIPC_ADDR_NAMESEQ: i32 = 1;
pub(crate) const TIPC_ADDR_NAME: i32 = 2;
pub(crate) const TIPC_ADDR_ID: i32 = 3;
pub(crate) const TIPC_ZONE_SCOPE: i32 = 1;
pub(crate) const TIPC_CLUSTER_SCOPE: i32 = 2;
pub(crate) const TIPC_NODE_SCOPE: i32 = 3;
pub(crate) const TIPC_IMPORTANCE: i32 = 127;
pub(crate) const TIPC_SRC_DROPPABLE: i32 = 128;
pub(crate) const TIPC_DEST_DROPPABLE: i32 = 129;
pub(crate) const TIPC_CONN_TIMEOUT: i32 = 130;
pub(crate) const TIPC_LOW_IMPORTANCE: i32 = 0;
pub(crate) const TIPC_MEDIUM_IMPORTANCE: i32 = 1;
pub(crate) const TIPC_HIGH_IMPORTANCE: i32 = 2;
pub(crate) const TIPC_CRITICAL_IMPORTANCE: i32 = 3;
pub(crate) const TIPC_SUB_PORTS: i32 = 1;
pub(crate) const TIPC_SUB_SERVICE: i32 = 2;
pub(crate) const TIPC_SUB_CANCEL: i32 = 4;
pub(crate) const TIPC_WAIT_FOREVER: i32 = -1;
pub(crate) const TIPC_PUBLISHED: i32 = 1;
pub(crate) const TIPC_WITHDRAWN: i32 = 2;
pub(crate) const TIPC_SUBSCR_TIMEOUT: i32 = 3;
pub(crate) const TIPC_CFG_SRV: i32 = 0;
pub(crate) const TIPC_TOP_SRV: i32 = 1;
pub(crate) const TIPC_NODE_RECVQ_DEPTH: i32 = 131;
pub(crate) const TIPC_SOCK_RECVQ_DEPTH: i32 = 132;
pub(crate) const TIPC_MCAST_BROADCAST: i32 = 133;
pub(crate) const TIPC_MCAST_REPLICAST: i32 = 134;
pub(crate) const TIPC_GROUP_JOIN: i32 = 135;
pub(crate) const TIPC_GROUP_LEAVE: i32 = 136;
pub(crate) const TIPC_SOCK_RECVQ_USED: i32 = 137;
pub(crate) const TIPC_NODELAY: i32 = 138;
pub(crate) const TIPC_ERRINFO: i32 = 1;
pub(crate) const TIPC_RETDATA: i32 = 2;
pub(crate) const TIPC_DESTNAME: i32 = 3;

// linux/if_alg.h
pub(crate) const ALG_SET_PUBKEY: i32 = 6;
pub(crate) const ALG_OP_SIGN: i32 = 2;
pub(crate) const ALG_OP_VERIFY: i32 = 3;
pub(crate) const ALG_SET_KEY_BY_KEY_SERIAL: i32 = 7;

// linux/if_xdp.h, for Android
pub(crate) const AF_XDP: i32 = 44;
pub(crate) const XDP_SHARED_UMEM: u16 = 1;
pub(crate) const XDP_COPY: u16 = 2;
pub(crate) const XDP_ZEROCOPY: u16 = 4;
pub(crate) const XDP_USE_NEED_WAKEUP: u16 = 8;
pub(crate) const XDP_USE_SG: u16 = 16;

// net/ethernet.h
pub(crate) const ETHERTYPE_ARP: i32 = 2054;
pub(crate) const ETHERTYPE_IP: i32 = 2048;
pub(crate) const ETHERTYPE_IPV6: i32 = 34525;
pub(crate) const ETHERTYPE_VLAN: i32 = 33024;

// linux/rds.h
pub(crate) const SOL_RDS: i32 = 276;
pub(crate) const RDS_CANCEL_SENT_TO: i32 = 1;
pub(crate) const RDS_GET_MR: i32 = 2;
pub(crate) const RDS_FREE_MR: i32 = 3;
pub(crate) const RDS_RECVERR: i32 = 5;
pub(crate) const RDS_CONG_MONITOR: i32 = 6;
pub(crate) const RDS_GET_MR_FOR_DEST: i32 = 7;
pub(crate) const RDS_CMSG_RDMA_ARGS: i32 = 1;
pub(crate) const RDS_CMSG_RDMA_DEST: i32 = 2;
pub(crate) const RDS_CMSG_RDMA_MAP: i32 = 3;
pub(crate) const RDS_CMSG_RDMA_STATUS: i32 = 4;
pub(crate) const RDS_RDMA_READWRITE: i32 = 1;
pub(crate) const RDS_RDMA_FENCE: i32 = 2;
pub(crate) const RDS_RDMA_INVALIDATE: i32 = 4;
pub(crate) const RDS_RDMA_USE_ONCE: i32 = 8;
pub(crate) const RDS_RDMA_DONTWAIT: i32 = 16;
pub(crate) const RDS_RDMA_NOTIFY_ME: i32 = 32;
pub(crate) const RDS_RDMA_SILENT: i32 = 64;
pub(crate) const SO_RDS_TRANSPORT: i32 = 8;
pub(crate) const SO_RDS_MSG_RXPATH_LATENCY: i32 = 10;
pub(crate) const RDS_CMSG_CONG_UPDATE: i32 = 5;

// net/udplite.h of the kernel
pub(crate) const UDPLITE_SEND_CSCOV: i32 = 10;
pub(crate) const UDPLITE_RECV_CSCOV: i32 = 11;

// netinet/in.h
pub(crate) const IPPORT_RESERVED: i32 = 1024;
pub(crate) const IPPORT_USERRESERVED: i32 = 5000;
pub(crate) const INADDR_UNSPEC_GROUP: u32 = 0xE000_0000;
pub(crate) const INADDR_ALLHOSTS_GROUP: u32 = 0xE000_0001;
pub(crate) const INADDR_MAX_LOCAL_GROUP: u32 = 0xE000_00FF;

// linux/in.h
pub(crate) const IP_RECVRETOPTS: i32 = 7;
pub(crate) const IP_MAX_MEMBERSHIPS: i32 = 20;
pub(crate) const IP_RECVERR_RFC4884: i32 = 26;
pub(crate) const IP_LOCAL_PORT_RANGE: i32 = 51;
pub(crate) const IP_PROTOCOL: i32 = 52;

// linux/in6.h and netinet/in.h
pub(crate) const IPV6_JOIN_GROUP: i32 = 20;
pub(crate) const IPV6_LEAVE_GROUP: i32 = 21;
pub(crate) const IPV6_RTHDR_TYPE_0: i32 = 0;
pub(crate) const IPV6_RECVERR_RFC4884: i32 = 31;

// linux/tcp.h
pub(crate) const TCP_TX_DELAY: i32 = 37;
pub(crate) const TCP_AO_ADD_KEY: i32 = 38;
pub(crate) const TCP_AO_DEL_KEY: i32 = 39;
pub(crate) const TCP_AO_INFO: i32 = 40;
pub(crate) const TCP_IS_MPTCP: i32 = 43;
pub(crate) const TCP_RTO_MAX_MS: i32 = 44;
pub(crate) const TCP_RTO_MIN_US: i32 = 45;
pub(crate) const TCP_DELACK_MAX_US: i32 = 46;
pub(crate) const TCP_MD5SIG_FLAG_PREFIX: u8 = 1;
pub(crate) const TCP_MD5SIG_FLAG_IFINDEX: u8 = 2;

// linux/mptcp.h
pub(crate) const SOL_MPTCP: i32 = 284;
pub(crate) const MPTCP_INFO: i32 = 1;

// linux/icmp.h
pub(crate) const ICMP_FILTER: i32 = 1;

// linux/icmpv6.h
pub(crate) const ICMPV6_FILTER: i32 = 1;

// asm-generic/socket.h
#[cfg(not(any(target_arch = "sparc", target_arch = "sparc64")))]
pub(crate) const SO_RCVPRIORITY: i32 = 82;

// linux/socket.h
pub(crate) const SOCK_SNDBUF_LOCK: u32 = 1;
pub(crate) const SOCK_RCVBUF_LOCK: u32 = 2;

// linux/net_tstamp.h
pub(crate) const SOF_TIMESTAMPING_TX_COMPLETION: u32 = 1 << 18;

// linux/socket.h of the kernel
pub(crate) const SOL_XDP: i32 = 283;

// linux/if_xdp.h
pub(crate) const XDP_MMAP_OFFSETS: i32 = 1;
pub(crate) const XDP_RX_RING: i32 = 2;
pub(crate) const XDP_TX_RING: i32 = 3;
pub(crate) const XDP_UMEM_REG: i32 = 4;
pub(crate) const XDP_UMEM_FILL_RING: i32 = 5;
pub(crate) const XDP_UMEM_COMPLETION_RING: i32 = 6;
pub(crate) const XDP_STATISTICS: i32 = 7;
pub(crate) const XDP_OPTIONS: i32 = 8;

// linux/can/isotp.h
pub(crate) const SOL_CAN_ISOTP: i32 = 106;
pub(crate) const CAN_ISOTP_OPTS: i32 = 1;
pub(crate) const CAN_ISOTP_RECV_FC: i32 = 2;
pub(crate) const CAN_ISOTP_TX_STMIN: i32 = 3;
pub(crate) const CAN_ISOTP_RX_STMIN: i32 = 4;
pub(crate) const CAN_ISOTP_LL_OPTS: i32 = 5;

// net/bluetooth/bluetooth.h of the kernel
pub(crate) const BT_ISO_BASE: i32 = 20;

// netdb.h
pub(crate) const NI_MAXSERV: i32 = 32;
#[cfg(not(android))]
pub(crate) const EAI_ADDRFAMILY: i32 = -9;

// glibc's. musl has no such flag, and ignores it.
#[cfg(not(android))]
pub(crate) const NI_IDN: i32 = 32;

// include/linux/socket.h of the kernel
pub(crate) const SCM_SECURITY: i32 = 3;
pub(crate) const SCM_PIDFD: i32 = 4;

// bluetooth/bluetooth.h and hci.h
pub(crate) const BT_SCM_PKT_STATUS: i32 = 3;
pub(crate) const HCI_CMSG_DIR: i32 = 1;
pub(crate) const HCI_CMSG_TSTAMP: i32 = 2;

// asm-generic/socket.h of later kernels
pub(crate) const SCM_TS_OPT_ID: i32 = 81;
pub(crate) const SCM_INQ: i32 = 84;
