//! The monotonic clock, read precisely or cheaply.
//!
//! Deadlines are kept as nanoseconds of the monotonic clock (`CLOCK_MONOTONIC`, man 2
//! clock_gettime; `CLOCK_UPTIME_RAW` of Apple's), which is that of [`std::time::Instant`]. A deadline
//! that lies far ahead does not need an exact "now", and the coarse
//! clock costs a quarter of the precise one. [`coarse`] is never ahead of [`precise`], and no more
//! than [`coarse_lag`] behind it unless the kernel's own timer stands still.

use crate::sys;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// Nanoseconds of the monotonic clock, exact.
#[must_use]
#[inline]
pub fn precise() -> u64 {
    sys::clock_precise()
}

/// Nanoseconds of the monotonic clock as of its last update: at most [`coarse_lag`] too early.
///
/// # Platforms
/// `CLOCK_MONOTONIC_COARSE` on Linux, `CLOCK_MONOTONIC_FAST` on FreeBSD; elsewhere the same as
/// [`precise`].
#[must_use]
#[inline]
pub fn coarse() -> u64 {
    sys::clock_coarse()
}

/// How far [`coarse`] may lag behind [`precise`], in nanoseconds.
///
/// The kernel promises nothing; this is four ticks of its timer. On a busy virtual machine with
/// ticks of 4 ms the lag was seen to reach 6.5 ms.
#[must_use]
pub fn coarse_lag() -> u64 {
    sys::clock_coarse_lag()
}

/// A descriptor that becomes readable when the time it is set to has come: timerfd_create(2).
///
/// A poller that watches one need not give its poll a timeout, which the kernel would arm and
/// disarm each time.
///
/// # Platforms
/// Linux; elsewhere [`new`](Self::new) fails with `Unsupported`.
#[derive(Debug)]
pub struct AlarmClock(OwnedFd);

impl AlarmClock {
    /// An alarm clock that is not set.
    ///
    /// # Errors
    /// `Unsupported`; `EMFILE` when the process has no descriptors left.
    pub fn new() -> io::Result<Self> {
        sys::alarm_clock().map(Self)
    }

    /// Sets it to a moment of the monotonic clock, in nanoseconds, instead of any other. One that
    /// has passed is now.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn set(&self, at: u64) -> io::Result<()> {
        sys::set_alarm_clock(self.0.as_fd(), at)
    }
}

impl AsFd for AlarmClock {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for AlarmClock {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
