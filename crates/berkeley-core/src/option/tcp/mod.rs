//! Options of TCP: level `IPPROTO_TCP`, man 7 tcp.
//!
//! | file | what |
//! |---|---|
//! | `info.rs`, `apple_info.rs` | how a connection is doing |
//! | `md5.rs`, `authentication.rs` | keys that segments are signed with |
//! | `zero_copy.rs` | received pages that are mapped instead of copied |
//! | `repair.rs` | connections that move to another socket |

#[cfg(apple)]
#[path = "apple_info.rs"]
mod info;
#[cfg(linux_like)]
mod info;

#[cfg(linux_like)]
mod authentication;
#[cfg(linux_like)]
mod md5;
#[cfg(linux_like)]
mod repair;
#[cfg(linux_like)]
mod zero_copy;

#[cfg(linux_like)]
pub use authentication::{Ao, AoCounts, AoKey, AoKeyRemoval, AoPeers, AoState};
#[cfg(any(linux_like, apple))]
pub use info::ConnectionInfo;
#[cfg(linux_like)]
pub use info::{CongestionState, FastOpenFailure, Limits, Negotiated, State};
#[cfg(linux_like)]
pub use md5::{Md5, Md5Key, Md5Network, Md5NetworkKey};
#[cfg(linux_like)]
pub use repair::{Queue, RepairMode, RepairOption, RepairOptionList, Windows};
#[cfg(linux_like)]
pub use zero_copy::{Mapped, MappedReceive, Mapping};

use super::codec::Count;
#[cfg(not(openbsd))]
use super::codec::Seconds;
#[cfg(any(linux_like, freebsd))]
use super::codec::Text;
#[cfg(linux_like)]
use super::codec::{Bytes, Microseconds, Milliseconds, OptionalSeconds};
use super::options;

options! { IPPROTO_TCP;
    // When data is sent.

    /// Sends small segments at once instead of gathering them (Nagle's algorithm off):
    /// `TCP_NODELAY`.
    #[doc(alias = "TCP_NODELAY")]
    NoDelay: bool, ReadWrite = TCP_NODELAY;
    /// Holds back what does not fill a segment, for 200 milliseconds at most; switched off, sends
    /// it: `TCP_CORK`, Linux.
    #[doc(alias = "TCP_CORK")]
    #[cfg(linux_like)]
    Cork: bool, ReadWrite = TCP_CORK;
    /// Holds back what does not fill a segment: `TCP_NOPUSH`, FreeBSD, OpenBSD
    /// and macOS.
    #[doc(alias = "TCP_NOPUSH")]
    #[cfg(any(apple, freebsd, openbsd))]
    Cork: bool, ReadWrite = TCP_NOPUSH;
    /// The largest segment: `TCP_MAXSEG`, bytes.
    #[doc(alias = "TCP_MAXSEG")]
    MaxSegment: Count, ReadWrite = TCP_MAXSEG;
    /// How many bytes that were not sent yet still let the socket be writable:
    /// `TCP_NOTSENT_LOWAT`; 0 is as the system has it (net.ipv4.tcp_notsent_lowat).
    #[doc(alias = "TCP_NOTSENT_LOWAT")]
    #[cfg(any(linux_like, apple))]
    NotSentLowWater: u32, ReadWrite = TCP_NOTSENT_LOWAT;
    /// Whether data is acknowledged at once: `TCP_QUICKACK`, Linux. The kernel switches it by
    /// itself as well, so it holds for now, not for good.
    #[doc(alias = "TCP_QUICKACK")]
    #[cfg(linux_like)]
    QuickAck: bool, ReadWrite = TCP_QUICKACK;
    /// How long an acknowledgement may be held back at most: `TCP_DELACK_MAX_US`, Linux 6.15,
    /// microseconds, rounded to clock ticks.
    #[doc(alias = "TCP_DELACK_MAX_US")]
    #[cfg(linux_like)]
    AcknowledgeDelay: Microseconds, ReadWrite = TCP_DELACK_MAX_US;
    /// By how long every packet is held back: `TCP_TX_DELAY`, Linux 5.3, microseconds.
    #[doc(alias = "TCP_TX_DELAY")]
    #[cfg(linux_like)]
    SendDelay: Microseconds, ReadWrite = TCP_TX_DELAY;
    /// The algorithm that decides how fast data is sent: `TCP_CONGESTION`, such as `cubic`.
    /// `ENOENT` when there is none of that name, `EPERM` when it is not allowed
    /// (net.ipv4.tcp_allowed_congestion_control).
    #[doc(alias = "TCP_CONGESTION")]
    #[cfg(any(linux_like, freebsd))]
    Congestion: Text<16>, ReadWrite = TCP_CONGESTION;
    /// What the algorithm says of itself, a struct of its own: `TCP_CC_INFO`, Linux; nothing for
    /// algorithms that say nothing.
    #[doc(alias = "TCP_CC_INFO")]
    #[cfg(linux_like)]
    CongestionInfo: Bytes<64>, ReadOnly = TCP_CC_INFO;
    /// The most bytes of the receive window: `TCP_WINDOW_CLAMP`, Linux.
    #[doc(alias = "TCP_WINDOW_CLAMP")]
    #[cfg(linux_like)]
    WindowClamp: Count, ReadWrite = TCP_WINDOW_CLAMP;

    // How connections begin.

    /// How long a listener keeps a connection to itself until data comes: `TCP_DEFER_ACCEPT`,
    /// Linux, whole seconds, rounded up to a number of attempts; zero does not.
    #[doc(alias = "TCP_DEFER_ACCEPT")]
    #[cfg(linux_like)]
    DeferAccept: Seconds, ReadWrite = TCP_DEFER_ACCEPT;
    /// How often a connect is sent again before it fails: `TCP_SYNCNT`, Linux, 1 to 127.
    #[doc(alias = "TCP_SYNCNT")]
    #[cfg(linux_like)]
    ConnectRetries: Count, ReadWrite = TCP_SYNCNT;
    /// How many connections with data in their first segment a listener lets wait: `TCP_FASTOPEN`;
    /// 0 takes none. macOS and FreeBSD know on and off.
    #[doc(alias = "TCP_FASTOPEN")]
    #[cfg(any(linux_like, apple, freebsd))]
    FastOpen: Count, ReadWrite = TCP_FASTOPEN;
    /// Whether a connect waits for the first data and takes it along: `TCP_FASTOPEN_CONNECT`,
    /// Linux 4.11. `EOPNOTSUPP` where the system does not (net.ipv4.tcp_fastopen).
    #[doc(alias = "TCP_FASTOPEN_CONNECT")]
    #[cfg(linux_like)]
    FastOpenConnect: bool, ReadWrite = TCP_FASTOPEN_CONNECT;
    /// The key that cookies are made of: `TCP_FASTOPEN_KEY`, Linux 4.15. 16 bytes, or 32 with a
    /// second that is still good.
    #[doc(alias = "TCP_FASTOPEN_KEY")]
    #[cfg(linux_like)]
    FastOpenKey: Bytes<32>, ReadWrite = TCP_FASTOPEN_KEY;
    /// Whether data in the first segment needs no cookie: `TCP_FASTOPEN_NO_COOKIE`, Linux 4.15.
    #[doc(alias = "TCP_FASTOPEN_NO_COOKIE")]
    #[cfg(linux_like)]
    FastOpenNoCookie: bool, ReadWrite = TCP_FASTOPEN_NO_COOKIE;
    /// Whether a listener keeps the first segment of each connection: `TCP_SAVE_SYN`, Linux; 1
    /// from its IP header on, 2 (Linux 5.8) from its link header on.
    #[doc(alias = "TCP_SAVE_SYN")]
    #[cfg(linux_like)]
    SaveSyn: Count, ReadWrite = TCP_SAVE_SYN;
    /// The headers of the first segment of a connection, taken by reading them: `TCP_SAVED_SYN`,
    /// Linux. Nothing when they were not saved, or were taken.
    #[doc(alias = "TCP_SAVED_SYN")]
    #[cfg(linux_like)]
    SavedSyn: Bytes<4096>, ReadOnly = TCP_SAVED_SYN;

    // How connections end.

    /// How long a connection is idle before it is probed: `TCP_KEEPIDLE`, whole seconds.
    #[doc(alias = "TCP_KEEPIDLE")]
    #[cfg(not(any(apple, openbsd)))]
    KeepAliveIdle: Seconds, ReadWrite = TCP_KEEPIDLE;
    /// How long a connection is idle before it is probed: `TCP_KEEPALIVE`, whole seconds.
    #[doc(alias = "TCP_KEEPALIVE")]
    #[cfg(apple)]
    KeepAliveIdle: Seconds, ReadWrite = TCP_KEEPALIVE;
    /// The time between probes: `TCP_KEEPINTVL`, whole seconds.
    #[doc(alias = "TCP_KEEPINTVL")]
    #[cfg(not(openbsd))]
    KeepAliveInterval: Seconds, ReadWrite = TCP_KEEPINTVL;
    /// How many probes may fail before the connection does: `TCP_KEEPCNT`.
    #[doc(alias = "TCP_KEEPCNT")]
    #[cfg(not(openbsd))]
    KeepAliveCount: Count, ReadWrite = TCP_KEEPCNT;
    /// How long data may stay without an acknowledgement before the connection fails:
    /// `TCP_USER_TIMEOUT`, Linux, milliseconds (RFC 5482); zero is as the system has it.
    #[doc(alias = "TCP_USER_TIMEOUT")]
    #[cfg(linux_like)]
    UserTimeout: Milliseconds, ReadWrite = TCP_USER_TIMEOUT;
    /// How long a closed socket waits for the end of its peer (FIN-WAIT-2): `TCP_LINGER2`, Linux,
    /// whole seconds, 120 at most; zero is as the system has it (net.ipv4.tcp_fin_timeout), `None`
    /// not at all.
    #[doc(alias = "TCP_LINGER2")]
    #[cfg(linux_like)]
    FinWait: OptionalSeconds, ReadWrite = TCP_LINGER2;
    /// How long at most until what is lost is sent again: `TCP_RTO_MAX_MS`, Linux 6.15,
    /// milliseconds, 1 to 120 seconds.
    #[doc(alias = "TCP_RTO_MAX_MS")]
    #[cfg(linux_like)]
    MaxRetransmitTimeout: Milliseconds, ReadWrite = TCP_RTO_MAX_MS;
    /// How long at least until what is lost is sent again: `TCP_RTO_MIN_US`, Linux 6.15,
    /// microseconds, rounded to clock ticks.
    #[doc(alias = "TCP_RTO_MIN_US")]
    #[cfg(linux_like)]
    MinRetransmitTimeout: Microseconds, ReadWrite = TCP_RTO_MIN_US;
    /// Whether timeouts do not grow while little is under way: `TCP_THIN_LINEAR_TIMEOUTS`, Linux.
    #[doc(alias = "TCP_THIN_LINEAR_TIMEOUTS")]
    #[cfg(linux_like)]
    ThinLinearTimeouts: bool, ReadWrite = TCP_THIN_LINEAR_TIMEOUTS;
    /// Of no effect since Linux 4.11: `TCP_THIN_DUPACK`.
    #[doc(alias = "TCP_THIN_DUPACK")]
    #[cfg(linux_like)]
    ThinDuplicates: bool, ReadWrite = TCP_THIN_DUPACK;

    // What a connection is, and how it is doing.

    /// How the connection is doing: `TCP_INFO`, Linux.
    #[doc(alias = "TCP_INFO")]
    #[cfg(linux_like)]
    Info: ConnectionInfo, ReadOnly = TCP_INFO;
    /// How the connection is doing: `TCP_CONNECTION_INFO`, macOS.
    #[doc(alias = "TCP_CONNECTION_INFO")]
    #[cfg(apple)]
    Info: ConnectionInfo, ReadOnly = TCP_CONNECTION_INFO;
    /// Whether the connection is one of multipath TCP: `TCP_IS_MPTCP`, Linux 6.9.
    #[doc(alias = "TCP_IS_MPTCP")]
    #[cfg(linux_like)]
    IsMultipath: bool, ReadOnly = TCP_IS_MPTCP;
    /// The protocol that lies over the connection, such as `tls`: `TCP_ULP`, Linux 4.13. Writing
    /// puts it there, for good; `ENOENT` when there is none of that name. Empty when there is none.
    #[doc(alias = "TCP_ULP")]
    #[cfg(linux_like)]
    UpperProtocol: Text<16>, ReadWrite = TCP_ULP;
    /// Whether a receive comes with the number of bytes that are left: `TCP_INQ`, Linux 4.18.
    #[doc(alias = "TCP_INQ")]
    #[cfg(linux_like)]
    ReceiveQueued: bool, ReadWrite = TCP_INQ;
    /// Receives whole pages by mapping them: `TCP_ZEROCOPY_RECEIVE`, Linux 4.18.
    #[doc(alias = "TCP_ZEROCOPY_RECEIVE")]
    #[cfg(linux_like)]
    ZeroCopyReceive: MappedReceive, QueryOnly = TCP_ZEROCOPY_RECEIVE;

    // Signed segments.

    /// The key that segments from and to a peer are signed with: `TCP_MD5SIG`, Linux, RFC 2385.
    #[doc(alias = "TCP_MD5SIG")]
    #[cfg(linux_like)]
    Md5Signature: Md5, WriteOnly = TCP_MD5SIG;
    /// Whether segments are signed, with keys that setkey(8) manages: `TCP_MD5SIG`, FreeBSD,
    /// NetBSD and OpenBSD.
    #[doc(alias = "TCP_MD5SIG")]
    #[cfg(any(freebsd, netbsd, openbsd))]
    Md5Signature: bool, ReadWrite = TCP_MD5SIG;
    /// As [`Md5Signature`], for a network or at an interface: `TCP_MD5SIG_EXT`, Linux 4.13.
    #[doc(alias = "TCP_MD5SIG_EXT")]
    #[cfg(linux_like)]
    Md5NetworkSignature: Md5Network, WriteOnly = TCP_MD5SIG_EXT;
    /// Adds a key of the authentication option: `TCP_AO_ADD_KEY`, Linux 6.7, RFC 5925.
    #[doc(alias = "TCP_AO_ADD_KEY")]
    #[cfg(linux_like)]
    AoAddKey: Ao, WriteOnly = TCP_AO_ADD_KEY;
    /// Takes a key away: `TCP_AO_DEL_KEY`, Linux 6.7. `EBUSY` while it is in use.
    #[doc(alias = "TCP_AO_DEL_KEY")]
    #[cfg(linux_like)]
    AoRemoveKey: AoKeyRemoval, WriteOnly = TCP_AO_DEL_KEY;
    /// How the authentication option is used: `TCP_AO_INFO`, Linux 6.7.
    #[doc(alias = "TCP_AO_INFO")]
    #[cfg(linux_like)]
    AoInfo: AoState, ReadWrite = TCP_AO_INFO;

    // Connections that move to another socket.

    /// Whether the connection is under repair: `TCP_REPAIR`, Linux. `EPERM` without
    /// `CAP_NET_ADMIN`, or while the socket listens.
    #[doc(alias = "TCP_REPAIR")]
    #[cfg(linux_like)]
    Repair: RepairMode, ReadWrite = TCP_REPAIR;
    /// Which queue is read and written under repair: `TCP_REPAIR_QUEUE`, Linux.
    #[doc(alias = "TCP_REPAIR_QUEUE")]
    #[cfg(linux_like)]
    RepairQueue: Queue, ReadWrite = TCP_REPAIR_QUEUE;
    /// The number at which the chosen queue ends: `TCP_QUEUE_SEQ`, Linux; set before the
    /// connection is.
    #[doc(alias = "TCP_QUEUE_SEQ")]
    #[cfg(linux_like)]
    QueueSequence: u32, ReadWrite = TCP_QUEUE_SEQ;
    /// What both ends had agreed on: `TCP_REPAIR_OPTIONS`, Linux.
    #[doc(alias = "TCP_REPAIR_OPTIONS")]
    #[cfg(linux_like)]
    RepairOptions: RepairOptionList, WriteOnly = TCP_REPAIR_OPTIONS;
    /// The windows of the connection: `TCP_REPAIR_WINDOW`, Linux.
    #[doc(alias = "TCP_REPAIR_WINDOW")]
    #[cfg(linux_like)]
    RepairWindow: Windows, ReadWrite = TCP_REPAIR_WINDOW;
    /// The clock that the connection's timestamps are of: `TCP_TIMESTAMP`, Linux; set under repair.
    #[doc(alias = "TCP_TIMESTAMP")]
    #[cfg(linux_like)]
    Timestamp: u32, ReadWrite = TCP_TIMESTAMP;
}
