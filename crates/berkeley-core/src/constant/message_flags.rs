//! Flags of one send or receive.

use crate::sys::c;

bitflags::bitflags! {
    /// Flags of one send or receive, and what a receive says of its message: `MSG_*`, man 2 recv
    /// and man 2 send. Bits without a name here are kept.
    ///
    /// `NOSIGNAL` and, where the system has it, `CMSG_CLOEXEC` need not be given: no call of this
    /// crate raises SIGPIPE, and no descriptor comes inheritable.
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
        #[cfg(not(windows))]
        const EOR = c::MSG_EOR;
        /// Do not wait, whatever the socket's mode: `MSG_DONTWAIT`.
        #[cfg(not(windows))]
        const DONTWAIT = c::MSG_DONTWAIT;
        /// No SIGPIPE where the peer is gone: `MSG_NOSIGNAL`.
        #[cfg(not(windows))]
        const NOSIGNAL = c::MSG_NOSIGNAL;
        /// Descriptors that come with the message are close-on-exec: `MSG_CMSG_CLOEXEC`.
        #[cfg(any(linux_like, bsd))]
        const CMSG_CLOEXEC = c::MSG_CMSG_CLOEXEC;
        /// More data follows, hold the segment back: `MSG_MORE`.
        #[cfg(linux_like)]
        const MORE = c::MSG_MORE;
        /// The neighbour is reachable, no need to probe: `MSG_CONFIRM`.
        #[cfg(linux_like)]
        const CONFIRM = c::MSG_CONFIRM;
        /// The socket's error queue: `MSG_ERRQUEUE`.
        #[cfg(any(linux_like, windows))]
        const ERRQUEUE = c::MSG_ERRQUEUE;
        /// Connect with the first data, RFC 7413: `MSG_FASTOPEN`.
        #[cfg(linux_like)]
        const FASTOPEN = c::MSG_FASTOPEN;
        /// What came is an event of SCTP and no data: `MSG_NOTIFICATION`. Linux gave it the number
        /// of [`MORE`](Self::MORE), which only sends have; `Debug` shows that name.
        #[cfg(any(linux_like, freebsd, netbsd))]
        const NOTIFICATION = c::MSG_NOTIFICATION;
        /// The data ends the stream: `MSG_EOF`.
        #[cfg(any(apple, freebsd, dragonfly))]
        const EOF = c::MSG_EOF;
        /// The message was broadcast: `MSG_BCAST`.
        #[cfg(any(netbsd, openbsd, windows))]
        const BCAST = c::MSG_BCAST;
        /// The message was multicast: `MSG_MCAST`.
        #[cfg(any(netbsd, openbsd, windows))]
        const MCAST = c::MSG_MCAST;

        const _ = !0;
    }
}
