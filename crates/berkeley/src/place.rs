//! Places among those who wait, for futures that are made of several operations.

use crate::clock::{Deadline, Timeout};
use crate::driver::{Done, Wait};
use crate::op::{self, Limit};
use crate::waitable::Waitable;
use berkeley_core::{self as core, Interest};
use std::io;
use std::task::{Context, Poll};

/// A place among those who wait for one direction of a socket, for one operation after another of a
/// future that is made of several.
#[derive(Debug)]
pub(crate) struct Place<'s> {
    socket: &'s Waitable,
    interest: Interest,
    wait: Wait,
}

/// How long a future that is made of several operations may wait.
#[derive(Debug)]
pub(crate) struct Patience {
    /// For anything to be done, in nanoseconds.
    pub(crate) idle: u64,
    /// For all of it.
    pub(crate) latest: Deadline,
    /// When the wait ends that goes on, of whichever operation. Kept by the first that waits after
    /// one that did not.
    deadline: Deadline,
}

impl<'s> Place<'s> {
    pub(crate) fn new(socket: &'s Waitable, interest: Interest) -> Self {
        Self { socket, interest, wait: Wait::new() }
    }

    pub(crate) fn socket(&self) -> &'s Waitable {
        self.socket
    }

    /// One poll of the operation whose turn it is.
    #[inline]
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        patience: &mut Patience,
        mut attempt: impl FnMut(&core::Socket) -> io::Result<Done<T>>,
    ) -> Poll<io::Result<T>> {
        let Self { socket, interest, ref mut wait } = *self;
        wait.deadline = patience.deadline;
        let limit = (Limit::Timeout(patience.idle), patience.latest);
        let outcome = op::poll(socket, interest, limit, wait, cx, |core, _| attempt(core));
        patience.deadline = match outcome {
            Poll::Ready(Ok(_)) => Deadline::NEVER,
            _ => wait.deadline,
        };
        if outcome.is_ready() {
            self.leave();
        }
        outcome
    }

    fn leave(&mut self) {
        self.socket.readiness().leave(self.interest, &self.wait);
        self.wait = Wait::new();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Patience {
    pub(crate) const ENDLESS: Self =
        Self { idle: Timeout::NONE, latest: Deadline::NEVER, deadline: Deadline::NEVER };

    /// Whether the time is up, as of the operation that was polled last.
    pub(crate) fn is_over(&self) -> bool {
        self.deadline.passed() || self.latest.passed()
    }
}
