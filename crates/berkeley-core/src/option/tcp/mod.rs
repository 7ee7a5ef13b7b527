//! Options of TCP: level `IPPROTO_TCP`, man 7 tcp.

use super::codec::{Count, Seconds};
use super::options;

options! { IPPROTO_TCP;
    /// Sends small segments at once instead of gathering them (Nagle's algorithm off):
    /// `TCP_NODELAY`.
    #[doc(alias = "TCP_NODELAY")]
    NoDelay: bool, ReadWrite = TCP_NODELAY;
    /// The largest segment: `TCP_MAXSEG`, bytes.
    #[doc(alias = "TCP_MAXSEG")]
    MaxSegment: Count, ReadWrite = TCP_MAXSEG;
    /// How long a connection is idle before it is probed: `TCP_KEEPIDLE`, whole seconds.
    #[doc(alias = "TCP_KEEPIDLE")]
    #[cfg(not(apple))]
    KeepAliveIdle: Seconds, ReadWrite = TCP_KEEPIDLE;
    /// How long a connection is idle before it is probed: `TCP_KEEPALIVE`, whole seconds.
    #[doc(alias = "TCP_KEEPALIVE")]
    #[cfg(apple)]
    KeepAliveIdle: Seconds, ReadWrite = TCP_KEEPALIVE;
    /// The time between probes: `TCP_KEEPINTVL`, whole seconds.
    #[doc(alias = "TCP_KEEPINTVL")]
    KeepAliveInterval: Seconds, ReadWrite = TCP_KEEPINTVL;
    /// How many probes may fail before the connection does: `TCP_KEEPCNT`.
    #[doc(alias = "TCP_KEEPCNT")]
    KeepAliveCount: Count, ReadWrite = TCP_KEEPCNT;
}
