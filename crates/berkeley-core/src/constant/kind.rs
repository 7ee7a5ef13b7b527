//! Kinds of socket.

use super::open_constants;
use crate::sys::c;

open_constants! {
    /// What a socket promises of its data: the second argument of socket(2), without flags.
    pub struct Kind(i32);

    /// An ordered, reliable stream of bytes: `SOCK_STREAM`.
    STREAM = c::SOCK_STREAM;
    /// Datagrams, each whole or not at all: `SOCK_DGRAM`.
    DGRAM = c::SOCK_DGRAM;
    /// The network protocol's own packets, for the privileged: `SOCK_RAW`, man 7 raw.
    RAW = c::SOCK_RAW;
    /// Reliable datagrams without order: `SOCK_RDM`.
    RDM = c::SOCK_RDM;
    /// An ordered, reliable sequence of packets over a connection: `SOCK_SEQPACKET`.
    SEQPACKET = c::SOCK_SEQPACKET;
}

#[cfg(any(linux_like, bsd))]
impl Kind {
    /// The kind without the flags that socket(2) accepts in the same argument.
    #[must_use]
    pub const fn without_flags(self) -> Self {
        Self(self.0 & !(c::SOCK_CLOEXEC | c::SOCK_NONBLOCK))
    }

    /// Whether the non-blocking flag was given with the kind.
    #[must_use]
    pub const fn is_nonblocking(self) -> bool {
        self.0 & c::SOCK_NONBLOCK != 0
    }
}

#[cfg(not(any(linux_like, bsd)))]
impl Kind {
    /// The kind itself: socket(2) takes no flags here.
    #[must_use]
    pub const fn without_flags(self) -> Self {
        self
    }

    /// Never: socket(2) takes no flags here.
    #[must_use]
    pub const fn is_nonblocking(self) -> bool {
        false
    }
}
