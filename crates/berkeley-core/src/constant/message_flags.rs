//! Flags of one send or receive.

use crate::sys::c;

bitflags::bitflags! {
    /// Flags of one send or receive, and what a receive says of its message: `MSG_*`, man 2 recv
    /// and man 2 send. Bits without a name here are kept.
    ///
    /// `MSG_NOSIGNAL` is always set by this crate and so is not among them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct MsgFlags: i32 {
        /// Out-of-band data: `MSG_OOB`.
        const OOB = c::MSG_OOB;
        /// Look without taking: `MSG_PEEK`.
        const PEEK = c::MSG_PEEK;
        /// Bypass routing: `MSG_DONTROUTE`.
        const DONTROUTE = c::MSG_DONTROUTE;
        /// Wait until the buffer is full: `MSG_WAITALL`. In a non-blocking or timeout mode the
        /// kernel returns what is there.
        const WAITALL = c::MSG_WAITALL;
        /// The message was longer than the buffer; as a receive flag on Linux, return its real
        /// length: `MSG_TRUNC`.
        const TRUNC = c::MSG_TRUNC;
        /// Control data was longer than its buffer: `MSG_CTRUNC`.
        const CTRUNC = c::MSG_CTRUNC;
        /// The message ends a record: `MSG_EOR`.
        const EOR = c::MSG_EOR;
        /// Do not wait, whatever the socket's mode: `MSG_DONTWAIT`.
        const DONTWAIT = c::MSG_DONTWAIT;
        /// More data follows, hold the segment back: `MSG_MORE`.
        #[cfg(linux_like)]
        const MORE = c::MSG_MORE;
        /// The neighbour is reachable, no need to probe: `MSG_CONFIRM`.
        #[cfg(linux_like)]
        const CONFIRM = c::MSG_CONFIRM;
        /// The socket's error queue: `MSG_ERRQUEUE`.
        #[cfg(linux_like)]
        const ERRQUEUE = c::MSG_ERRQUEUE;

        const _ = !0;
    }
}
