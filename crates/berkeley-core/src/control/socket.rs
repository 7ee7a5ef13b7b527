//! Of sockets of any family: drop counts, marks, priorities. man 7 socket.

use super::numbers;

numbers! { SOL_SOCKET;
    /// How many messages the socket has dropped since it was made, for want of room:
    /// `SO_RXQ_OVFL`. Not sent before the first loss.
    #[doc(alias = "SO_RXQ_OVFL")]
    Drops(u32 as u32): received = SO_RXQ_OVFL;
    /// The mark of one packet: `SO_MARK`. Sent instead of the socket's own (for `CAP_NET_ADMIN`);
    /// received once `SO_RCVMARK` is on.
    #[doc(alias = "SO_MARK")]
    Mark(u32 as u32): both = SO_MARK;
    /// The queueing priority of one packet: `SO_PRIORITY`. Sent since Linux 6.14; received once
    /// `SO_RCVPRIORITY` is on.
    #[doc(alias = "SO_PRIORITY")]
    Priority(u32 as u32): both = SO_PRIORITY;
    /// Whether a frame sent over wireless was acknowledged: `SCM_WIFI_STATUS`, of the error queue.
    #[doc(alias = "SCM_WIFI_STATUS")]
    WifiStatus(i32 as i32): received = SCM_WIFI_STATUS;
}
