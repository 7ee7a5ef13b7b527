//! How a reactor that sleeps wakes up in time.
//!
//! A poll with a timeout has the kernel arm a timer before it sleeps and disarm it after, which
//! costs more than all that we do for a request. So the earliest deadline is set on an alarm clock
//! that the poller watches, and stays set while requests come and go. Only a deadline that is
//! close is worth a timeout instead: it would be replaced by another soon.

use crate::clock::Deadline;
use berkeley_core::clock::AlarmClock;
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// A deadline that is closer than this is waited for by a timeout.
const CLOSE: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct WakeUp {
    clock: Option<AlarmClock>,
    /// What the clock is set to.
    set_to: Deadline,
}

impl WakeUp {
    /// With an alarm clock that `poller` reports as `token`, where the system has such a thing.
    pub(super) fn new(poller: &mio::Registry, token: mio::Token) -> io::Result<Self> {
        let clock = match AlarmClock::new() {
            Ok(clock) => Some(clock),
            Err(e) if e.kind() == io::ErrorKind::Unsupported => None,
            Err(e) => return Err(e),
        };
        if let Some(clock) = &clock {
            let fd = clock.as_raw_fd();
            poller.register(&mut mio::unix::SourceFd(&fd), token, mio::Interest::READABLE)?;
        }
        Ok(Self { clock, set_to: Deadline::NEVER })
    }

    /// The timeout of a poll that is to end at `deadline`: none, if the alarm clock will end it.
    pub(super) fn at(&mut self, deadline: Deadline) -> Option<Duration> {
        if self.covers(deadline) {
            return None;
        }
        let left = deadline.remaining();
        match &self.clock {
            Some(clock) if left >= CLOSE && clock.set(deadline.0).is_ok() => {
                self.set_to = deadline;
                None
            }
            _ => Some(left),
        }
    }

    /// Whether the poller will report that `deadline` has come, so that nobody need look.
    pub(super) fn covers(&self, deadline: Deadline) -> bool {
        deadline == Deadline::NEVER || deadline == self.set_to
    }

    /// The alarm clock has rung.
    pub(super) fn rang(&mut self) {
        self.set_to = Deadline::NEVER;
    }
}
