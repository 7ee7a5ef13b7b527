//! A socket of the core that can be waited for: all that an operation needs of one.

use crate::clock::Timeout;
use crate::driver::Readiness;
use berkeley_core::{self as core, Family, Interest, Kind, Protocol};
use std::time::Duration;

/// A non-blocking socket with its readiness and its timeout.
#[derive(Debug)]
pub(crate) struct Waitable {
    // Ends before the descriptor does.
    readiness: Readiness,
    core: core::Socket,
    pub(crate) timeout: Timeout,
    /// The deadlines of poll functions that wait, in the order of [`Interest`].
    poll_deadlines: [Timeout; 3],
    /// Whether a receive that leaves room in its buffer has emptied the kernel's. So it is on TCP
    /// alone: a receive from a Unix stream stops at a message that carries descriptors.
    short_receive_drains: bool,
}

impl Waitable {
    /// Takes a socket that is non-blocking already.
    pub(crate) fn new(core: core::Socket, timeout: Option<Duration>) -> Self {
        let is_tcp = core.kind() == Kind::STREAM
            && matches!(core.family(), Family::INET | Family::INET6)
            && matches!(core.protocol(), Protocol::DEFAULT | Protocol::TCP);
        Self {
            readiness: Readiness::default(),
            core,
            timeout: Timeout::new(timeout),
            poll_deadlines: std::array::from_fn(|_| Timeout::new(None)),
            short_receive_drains: is_tcp,
        }
    }

    #[inline]
    pub(crate) fn core(&self) -> &core::Socket {
        &self.core
    }

    pub(crate) fn set_timeout(&self, timeout: Option<Duration>) {
        self.timeout.set(timeout);
        // What waits in a poll function begins anew.
        self.poll_deadlines.iter().for_each(|deadline| deadline.set(None));
    }

    /// Ends the readiness, and gives the socket up.
    pub(crate) fn into_core(self) -> core::Socket {
        drop(self.readiness);
        self.core
    }

    #[inline]
    pub(crate) fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    #[inline]
    pub(crate) fn short_receive_drains(&self) -> bool {
        self.short_receive_drains
    }

    pub(crate) fn poll_deadline(&self, interest: Interest) -> &Timeout {
        &self.poll_deadlines[interest as usize]
    }
}
