//! Numbers of Linux headers that the libc crate has for Linux and lacks for Android, by header, and
//! what the headers of Android have otherwise.

pub(crate) use super::linux_numbers::*;

// asm-generic/socket.h
pub(crate) const SO_NO_CHECK: i32 = 11;
pub(crate) const SO_WIFI_STATUS: i32 = 41;
pub(crate) const SO_NOFCS: i32 = 43;
pub(crate) const SO_LOCK_FILTER: i32 = 44;
pub(crate) const SO_SELECT_ERR_QUEUE: i32 = 45;
pub(crate) const SO_MAX_PACING_RATE: i32 = 47;
pub(crate) const SO_BPF_EXTENSIONS: i32 = 48;
pub(crate) const SO_INCOMING_CPU: i32 = 49;
pub(crate) const SO_ATTACH_BPF: i32 = 50;
pub(crate) const SO_CNX_ADVICE: i32 = 53;
pub(crate) const SO_MEMINFO: i32 = 55;
pub(crate) const SO_INCOMING_NAPI_ID: i32 = 56;
pub(crate) const SO_COOKIE: i32 = 57;
pub(crate) const SO_PEERGROUPS: i32 = 59;
pub(crate) const SO_ZEROCOPY: i32 = 60;
pub(crate) const SO_TXTIME: i32 = 61;
pub(crate) const SO_PREFER_BUSY_POLL: i32 = 69;
pub(crate) const SO_BUSY_POLL_BUDGET: i32 = 70;
pub(crate) const SO_NETNS_COOKIE: i32 = 71;
pub(crate) const SO_BUF_LOCK: i32 = 72;
pub(crate) const SO_RESERVE_MEM: i32 = 73;
pub(crate) const SO_TXREHASH: i32 = 74;
pub(crate) const SO_RCVMARK: i32 = 75;
pub(crate) const SO_PASSPIDFD: i32 = 76;
pub(crate) const SO_PEERPIDFD: i32 = 77;
pub(crate) const SCM_WIFI_STATUS: i32 = SO_WIFI_STATUS;
pub(crate) const SCM_TXTIME: i32 = SO_TXTIME;

// linux/socket.h
pub(crate) const MSG_ZEROCOPY: i32 = 0x400_0000;
pub(crate) const SOL_TLS: i32 = 282;
pub(crate) const MSG_ZEROCOPY: i32 = 0x0400_0000;

// linux/net_tstamp.h
pub(crate) const SOF_TXTIME_DEADLINE_MODE: u32 = 1 << 0;
pub(crate) const SOF_TXTIME_REPORT_ERRORS: u32 = 1 << 1;

// linux/tls.h
pub(crate) const TLS_SET_RECORD_TYPE: i32 = 1;
pub(crate) const TLS_GET_RECORD_TYPE: i32 = 2;
pub(crate) const TLS_TX: i32 = 1;
pub(crate) const TLS_RX: i32 = 2;
pub(crate) const TLS_TX_ZEROCOPY_RO: i32 = 3;
pub(crate) const TLS_RX_EXPECT_NO_PAD: i32 = 4;

// netdb.h
pub(crate) const EAI_ADDRFAMILY: i32 = 1;
pub(crate) const EAI_BADHINTS: i32 = 12;
pub(crate) const EAI_PROTOCOL: i32 = 13;
pub(crate) const EAI_MAX: i32 = 15;
