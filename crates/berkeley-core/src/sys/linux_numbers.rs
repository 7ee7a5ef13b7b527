//! Numbers of Linux headers that the libc crate lacks, by header. `constant::lookup` shows them by
//! name, and a test compares each with what a C compiler reads.

#![allow(dead_code)] // Until every number is in the table.

pub(crate) use libc::*;

// linux/socket.h of the kernel
pub(crate) const AF_QIPCRTR: i32 = 42;

// linux/vm_sockets.h
pub(crate) const SO_VM_SOCKETS_BUFFER_SIZE: i32 = 0;
pub(crate) const SO_VM_SOCKETS_BUFFER_MIN_SIZE: i32 = 1;
pub(crate) const SO_VM_SOCKETS_BUFFER_MAX_SIZE: i32 = 2;
pub(crate) const VM_SOCKETS_INVALID_VERSION: u32 = 0xFFFF_FFFF;
pub(crate) const IOCTL_VM_SOCKETS_GET_LOCAL_CID: i32 = 1977;

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

// bluetooth/sco.h
pub(crate) const BTPROTO_SCO: i32 = 2;
pub(crate) const SOL_SCO: i32 = 17;

// linux/if_packet.h
pub(crate) const PACKET_FASTROUTE: i32 = 6;

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

// linux/if_alg.h
pub(crate) const ALG_SET_PUBKEY: i32 = 6;
pub(crate) const ALG_OP_SIGN: i32 = 2;
pub(crate) const ALG_OP_VERIFY: i32 = 3;

// net/ethernet.h
pub(crate) const ETHERTYPE_ARP: i32 = 2054;
pub(crate) const ETHERTYPE_IP: i32 = 2048;
pub(crate) const ETHERTYPE_IPV6: i32 = 34525;
pub(crate) const ETHERTYPE_VLAN: i32 = 33024;

// linux/rds.h
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

// linux/in6.h and netinet/in.h
pub(crate) const IPV6_RTHDR_TYPE_0: i32 = 0;

// linux/tcp.h
pub(crate) const TCP_TX_DELAY: i32 = 37;

// netdb.h
pub(crate) const EAI_ADDRFAMILY: i32 = -9;
pub(crate) const NI_MAXSERV: i32 = 32;

// include/linux/socket.h of the kernel
pub(crate) const SCM_SECURITY: i32 = 3;
pub(crate) const SCM_PIDFD: i32 = 4;

// linux/tipc.h
pub(crate) const TIPC_ERRINFO: i32 = 1;
pub(crate) const TIPC_RETDATA: i32 = 2;
pub(crate) const TIPC_DESTNAME: i32 = 3;

// linux/rds.h
pub(crate) const RDS_CMSG_CONG_UPDATE: i32 = 5;

// bluetooth/bluetooth.h and hci.h
pub(crate) const BT_SCM_PKT_STATUS: i32 = 3;
pub(crate) const BT_SCM_ERROR: i32 = 4;
pub(crate) const HCI_CMSG_DIR: i32 = 1;
pub(crate) const HCI_CMSG_TSTAMP: i32 = 2;

// linux/vm_sockets.h
pub(crate) const SOL_VSOCK: i32 = 287;
pub(crate) const VSOCK_RECVERR: i32 = 1;

// asm-generic/socket.h of later kernels
pub(crate) const SCM_TS_OPT_ID: i32 = 81;
pub(crate) const SCM_INQ: i32 = 84;
