//! With the feature.

use berkeley_core::{self as core, Address, Interest};
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;
use tracing::{Span, debug, debug_span, trace, warn};

/// The span of a socket.
#[derive(Clone, Debug)]
pub(crate) struct Trace(Span);

impl Trace {
    pub(crate) fn of(socket: &core::Socket) -> Self {
        Self(debug_span!(
            target: "berkeley",
            "socket",
            fd = socket.as_raw_fd(),
            family = ?socket.family(),
            kind = ?socket.kind(),
        ))
    }

    pub(crate) fn connecting(&self, address: &Address) {
        debug!(target: "berkeley", parent: &self.0, %address, "connecting");
    }

    pub(crate) fn connected(&self) {
        debug!(target: "berkeley", parent: &self.0, "connected");
    }

    pub(crate) fn connect_failed(&self, error: &io::Error) {
        debug!(target: "berkeley", parent: &self.0, %error, "connect failed");
    }

    /// What came of an operation that had to wait.
    pub(crate) fn waited<T>(&self, interest: Interest, outcome: &io::Result<T>) {
        let Err(error) = outcome else { return };
        // One with an errno is the connection's.
        if error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none() {
            debug!(target: "berkeley", parent: &self.0, ?interest, "deadline expired");
        }
    }

    pub(crate) fn lost(&self, error: &io::Error) {
        debug!(target: "berkeley", parent: &self.0, %error, "connection lost before it was accepted");
    }

    pub(crate) fn pauses(&self, error: &io::Error, pause: Duration) {
        warn!(target: "berkeley", parent: &self.0, %error, ?pause, "accepting pauses");
    }

    pub(crate) fn registered(&self, driver: impl FnOnce() -> &'static str) {
        trace!(target: "berkeley", parent: &self.0, driver = driver(), "registered");
    }
}
