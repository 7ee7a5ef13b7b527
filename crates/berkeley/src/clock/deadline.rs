//! Points in time, as cheap as they can be.
//!
//! A wait with a deadline reads a clock when it begins. For a deadline that lies far ahead the
//! coarse clock will do, at a quarter of the price. It lags, by an amount that has a bound, and
//! the bound is added: such a deadline is never early, and late by up to four ticks of the kernel
//! (16 ms on most systems).

use berkeley_core::clock;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Timeouts of this length and more are measured by the coarse clock: the error is below 0.5 %.
const FAR: u64 = 4_000_000_000;

/// A point of the monotonic clock in nanoseconds, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(pub(crate) u64);

impl Deadline {
    /// A deadline that does not come.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// `nanos` from now.
    pub(crate) fn after(nanos: u64) -> Self {
        if nanos >= FAR {
            Self((clock::coarse() + clock::coarse_lag()).saturating_add(nanos))
        } else {
            Self(clock::precise().saturating_add(nanos))
        }
    }

    /// The same point on the clock of [`Instant`], which is this one and shows no number. So both
    /// are read once, and never again: an operation with a deadline may be done at once.
    pub(crate) fn at(instant: Instant) -> Self {
        static BOTH: OnceLock<(Instant, u64)> = OnceLock::new();
        let (then, nanos) = *BOTH.get_or_init(read_both);
        let ahead = saturating_nanos(instant.saturating_duration_since(then));
        let behind = saturating_nanos(then.saturating_duration_since(instant));
        Self(nanos.saturating_add(ahead).saturating_sub(behind))
    }

    /// Whether the deadline has come, reading the precise clock only when it is close.
    #[inline]
    pub(crate) fn passed(self) -> bool {
        self != Self::NEVER && self.has_come()
    }

    fn has_come(self) -> bool {
        self.0 <= clock::coarse() + clock::coarse_lag() && self.0 <= clock::precise()
    }

    /// The time that is left, exactly.
    pub(crate) fn remaining(self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(clock::precise()))
    }
}

/// One moment on the clock of [`Instant`] and on ours: of several looks the fastest. What lies
/// between the two makes deadlines late, not early.
fn read_both() -> (Instant, u64) {
    let look = || {
        let before = clock::precise();
        let then = Instant::now();
        let nanos = clock::precise();
        (nanos - before, then, nanos)
    };
    let (mut gap, mut then, mut nanos) = look();
    for _ in 0..8 {
        let next = look();
        if next.0 < gap {
            (gap, then, nanos) = next;
        }
    }
    (then, nanos)
}

/// Nanoseconds of a duration, as many as fit.
pub(crate) fn saturating_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// How long the operations of a socket may take: nanoseconds, 0 for not at all, or no limit.
#[derive(Debug)]
pub(crate) struct Timeout(AtomicU64);

impl Timeout {
    pub(crate) const NONE: u64 = u64::MAX;

    pub(crate) fn new(timeout: Option<Duration>) -> Self {
        Self(AtomicU64::new(Self::encode(timeout)))
    }

    /// More than 584 years is no limit.
    pub(crate) fn encode(timeout: Option<Duration>) -> u64 {
        timeout.map_or(Self::NONE, saturating_nanos)
    }

    // Relaxed: a number of its own that orders nothing else.
    #[inline]
    pub(crate) fn nanos(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn get(&self) -> Option<Duration> {
        let nanos = self.nanos();
        (nanos != Self::NONE).then(|| Duration::from_nanos(nanos))
    }

    #[inline]
    pub(crate) fn set_nanos(&self, nanos: u64) {
        self.0.store(nanos, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, timeout: Option<Duration>) {
        self.0.store(Self::encode(timeout), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_deadline_is_never_early() {
        for _ in 0..1_000 {
            let before = clock::precise();
            let deadline = Deadline::after(FAR);
            assert!(deadline.0 >= before + FAR, "early by {}", before + FAR - deadline.0);
        }
    }

    #[test]
    fn an_instant_is_the_same_point_here() {
        for _ in 0..1_000 {
            let (before, now, after) = (clock::precise(), Instant::now(), clock::precise());
            let lag = Deadline::at(now).0.checked_sub(before).expect("never early");
            assert!(lag <= after - before + 1_000_000, "late by {lag}");
        }
        let past = Instant::now().checked_sub(Duration::from_secs(1)).expect("a second ago");
        assert!(Deadline::at(past).passed());
    }

    #[test]
    fn a_deadline_passes_exactly_when_it_comes() {
        assert!(!Deadline::NEVER.passed());
        assert!(Deadline(clock::precise()).passed());
        assert!(!Deadline::after(FAR).passed());
        let near = Deadline::after(1_000_000);
        while clock::precise() < near.0 {
            assert!(!near.passed() || clock::precise() >= near.0);
        }
        assert!(near.passed());
    }
}
