//! With the feature.

use berkeley_core::{self as core, Address, Interest};
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;
use tracing::{Id, Span, debug, debug_span, trace, warn};

/// The span of a socket, if anybody is told of it. Boxed: few sockets are watched.
#[derive(Clone, Debug)]
pub(crate) struct Trace(Option<Box<Span>>);

impl Trace {
    pub(crate) fn of(socket: &core::Socket) -> Self {
        let span = debug_span!(
            target: "berkeley",
            "socket",
            fd = socket.as_raw_fd(),
            family = ?socket.family(),
            kind = ?socket.kind(),
        );
        Self((!span.is_disabled()).then(|| Box::new(span)))
    }

    /// The parent of its events.
    fn id(&self) -> Option<Id> {
        self.0.as_ref().and_then(|span| span.id())
    }

    pub(crate) fn connecting(&self, address: &Address) {
        debug!(target: "berkeley", parent: self.id(), %address, "connecting");
    }

    pub(crate) fn connected(&self) {
        debug!(target: "berkeley", parent: self.id(), "connected");
    }

    pub(crate) fn connect_failed(&self, error: &io::Error) {
        debug!(target: "berkeley", parent: self.id(), %error, "connect failed");
    }

    /// What came of an operation that had to wait.
    pub(crate) fn waited<T>(&self, interest: Interest, outcome: &io::Result<T>) {
        let Err(error) = outcome else { return };
        // One with an errno is the connection's.
        if error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none() {
            debug!(target: "berkeley", parent: self.id(), ?interest, "deadline expired");
        }
    }

    pub(crate) fn lost(&self, error: &io::Error) {
        debug!(target: "berkeley", parent: self.id(), %error, "connection lost before it was accepted");
    }

    pub(crate) fn pauses(&self, error: &io::Error, pause: Duration) {
        warn!(target: "berkeley", parent: self.id(), %error, ?pause, "accepting pauses");
    }

    pub(crate) fn registered(&self, driver: impl FnOnce() -> &'static str) {
        trace!(target: "berkeley", parent: self.id(), driver = driver(), "registered");
    }
}
