//! Numbers of Linux headers that the libc crate has, but not for Android.

// asm/socket.h
pub(crate) const SO_PEERGROUPS: i32 = 59;
pub(crate) const SO_PASSPIDFD: i32 = 76;
pub(crate) const SO_PEERPIDFD: i32 = 77;

// linux/socket.h of the kernel
pub(crate) const SOL_RDS: i32 = 276;
pub(crate) const SOL_XDP: i32 = 283;

// linux/if_packet.h
pub(crate) const PACKET_ADD_MEMBERSHIP: i32 = 1;
pub(crate) const PACKET_DROP_MEMBERSHIP: i32 = 2;
pub(crate) const PACKET_RX_RING: i32 = 5;
pub(crate) const PACKET_STATISTICS: i32 = 6;
pub(crate) const PACKET_COPY_THRESH: i32 = 7;
pub(crate) const PACKET_AUXDATA: i32 = 8;
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

// linux/can/raw.h
pub(crate) const SOL_CAN_RAW: i32 = 101;
pub(crate) const CAN_RAW_FILTER: i32 = 1;
pub(crate) const CAN_RAW_ERR_FILTER: i32 = 2;
pub(crate) const CAN_RAW_LOOPBACK: i32 = 3;
pub(crate) const CAN_RAW_RECV_OWN_MSGS: i32 = 4;
pub(crate) const CAN_RAW_FD_FRAMES: i32 = 5;
pub(crate) const CAN_RAW_JOIN_FILTERS: i32 = 6;
pub(crate) const CAN_RAW_XL_FRAMES: i32 = 7;

// linux/can/j1939.h
pub(crate) const SOL_CAN_J1939: i32 = 107;
pub(crate) const SO_J1939_FILTER: i32 = 1;
pub(crate) const SO_J1939_PROMISC: i32 = 2;
pub(crate) const SO_J1939_SEND_PRIO: i32 = 3;
pub(crate) const SO_J1939_ERRQUEUE: i32 = 4;

// linux/if_alg.h
pub(crate) const ALG_SET_KEY_BY_KEY_SERIAL: i32 = 7;

// linux/if_xdp.h
pub(crate) const XDP_MMAP_OFFSETS: i32 = 1;
pub(crate) const XDP_RX_RING: i32 = 2;
pub(crate) const XDP_TX_RING: i32 = 3;
pub(crate) const XDP_UMEM_REG: i32 = 4;
pub(crate) const XDP_UMEM_FILL_RING: i32 = 5;
pub(crate) const XDP_UMEM_COMPLETION_RING: i32 = 6;
pub(crate) const XDP_STATISTICS: i32 = 7;
pub(crate) const XDP_OPTIONS: i32 = 8;

// linux/sctp.h
pub(crate) const SCTP_RTOINFO: i32 = 0;
pub(crate) const SCTP_ASSOCINFO: i32 = 1;
pub(crate) const SCTP_INITMSG: i32 = 2;
pub(crate) const SCTP_NODELAY: i32 = 3;
pub(crate) const SCTP_AUTOCLOSE: i32 = 4;
pub(crate) const SCTP_DISABLE_FRAGMENTS: i32 = 8;
pub(crate) const SCTP_EVENTS: i32 = 11;
pub(crate) const SCTP_I_WANT_MAPPED_V4_ADDR: i32 = 12;
pub(crate) const SCTP_MAXSEG: i32 = 13;
pub(crate) const SCTP_STATUS: i32 = 14;
pub(crate) const SCTP_DELAYED_SACK: i32 = 16;
pub(crate) const SCTP_CONTEXT: i32 = 17;
pub(crate) const SCTP_FRAGMENT_INTERLEAVE: i32 = 18;
pub(crate) const SCTP_MAX_BURST: i32 = 20;
pub(crate) const SCTP_GET_ASSOC_NUMBER: i32 = 28;
pub(crate) const SCTP_RECVRCVINFO: i32 = 32;
pub(crate) const SCTP_RECVNXTINFO: i32 = 33;
pub(crate) const SCTP_DEFAULT_SNDINFO: i32 = 34;
pub(crate) const SCTP_REUSE_PORT: i32 = 36;
