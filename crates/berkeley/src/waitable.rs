//! A socket of the core that can be waited for: all that an operation needs of one.

use crate::clock::Timeout;
use crate::connections::Admission;
use crate::driver::Readiness;
use crate::trace::Trace;
use berkeley_core::option::socket::Linger;
use berkeley_core::{self as core, Family, Interest, Kind, Protocol};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A non-blocking socket with its readiness and its timeout.
#[derive(Debug)]
pub(crate) struct Waitable {
    // Ends before the descriptor does.
    readiness: Readiness,
    /// Its place among the connections of a service. Ends before the descriptor does.
    admission: OnceLock<Admission>,
    /// There until it is given up.
    core: Option<core::Socket>,
    /// `SO_LINGER` may have been set by a method of the socket, or of its listener.
    lingers: AtomicBool,
    pub(crate) timeout: Timeout,
    /// The deadlines of poll functions that wait, in the order of [`Interest`].
    poll_deadlines: [Timeout; 3],
    /// Whether a receive that leaves room in its buffer has emptied the kernel's. So it is on TCP
    /// alone: a receive from a Unix stream stops at a message that carries descriptors. Once urgent
    /// data was received by itself, it is so no more: receives stop at its mark, of which a poller
    /// tells only before.
    short_receive_drains: AtomicBool,
}

impl Waitable {
    /// Takes a socket that is non-blocking already.
    pub(crate) fn new(core: core::Socket, timeout: Option<Duration>) -> Self {
        let is_tcp = core.kind() == Kind::STREAM
            && matches!(core.family(), Family::INET | Family::INET6)
            && matches!(core.protocol(), Protocol::DEFAULT | Protocol::TCP);
        Self {
            readiness: Readiness::new(Trace::of(&core)),
            admission: OnceLock::new(),
            core: Some(core),
            lingers: AtomicBool::new(false),
            timeout: Timeout::new(timeout),
            poll_deadlines: std::array::from_fn(|_| Timeout::new(None)),
            short_receive_drains: AtomicBool::new(is_tcp),
        }
    }

    #[inline]
    pub(crate) fn core(&self) -> &core::Socket {
        match &self.core {
            Some(core) => core,
            None => unreachable!("given up with the whole"),
        }
    }

    pub(crate) fn set_timeout(&self, timeout: Option<Duration>) {
        self.timeout.set(timeout);
        // What waits in a poll function begins anew.
        self.poll_deadlines.iter().for_each(|deadline| deadline.set(None));
    }

    /// Ends the readiness, and gives the socket up.
    pub(crate) fn into_core(mut self) -> core::Socket {
        let core = self.core.take();
        drop(self);
        core.unwrap_or_else(|| unreachable!("given up once"))
    }

    /// Takes a place among the connections of a service until it is closed or given up.
    pub(crate) fn admit(&self, admission: Admission) {
        admission.is_of(self.core());
        let first = self.admission.set(admission).is_ok();
        debug_assert!(first, "it is accepted once");
    }

    /// `SO_LINGER` may be set from here on.
    pub(crate) fn set_lingers(&self) {
        self.lingers.store(true, Ordering::Relaxed);
    }

    /// Whether `SO_LINGER` may be set: here, or by who has the descriptor.
    pub(crate) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed) || self.readiness.is_outlived()
    }

    /// Has the close not wait: with a linger time the kernel would keep this thread, and all its
    /// tasks, until the peer has acknowledged everything or the time is up, and then goes on
    /// sending as it does without.
    pub(crate) fn stop_lingering(&self) {
        if let Some(core) = &self.core
            && self.lingers()
            && core.get(Linger).is_ok_and(|time| time.is_some_and(|time| !time.is_zero()))
        {
            let _ = core.set(Linger, None);
        }
    }

    #[inline]
    pub(crate) fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    /// Who is told of the socket.
    pub(crate) fn trace(&self) -> &Trace {
        self.readiness.trace()
    }

    #[inline]
    pub(crate) fn short_receive_drains(&self) -> bool {
        self.short_receive_drains.load(Ordering::Relaxed)
    }

    /// Urgent data is received by itself, from here on.
    pub(crate) fn receives_urgent(&self) {
        self.short_receive_drains.store(false, Ordering::Relaxed);
    }

    pub(crate) fn poll_deadline(&self, interest: Interest) -> &Timeout {
        &self.poll_deadlines[interest as usize]
    }
}

impl Drop for Waitable {
    fn drop(&mut self) {
        self.stop_lingering();
    }
}
