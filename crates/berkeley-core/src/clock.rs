//! The monotonic clock, read precisely or cheaply.
//!
//! Deadlines are kept as nanoseconds of the monotonic clock (`CLOCK_MONOTONIC`, man 2
//! clock_gettime). A deadline that lies far ahead does not need an exact "now", and the coarse
//! clock costs a quarter of the precise one. [`coarse`] is never ahead of [`precise`], and no more
//! than [`coarse_lag`] behind it unless the kernel's own timer stands still.

use crate::sys;

/// Nanoseconds of the monotonic clock, exact.
#[must_use]
pub fn precise() -> u64 {
    sys::clock_precise()
}

/// Nanoseconds of the monotonic clock as of its last update: at most [`coarse_lag`] too early.
///
/// # Platforms
/// `CLOCK_MONOTONIC_COARSE` on Linux, `CLOCK_MONOTONIC_FAST` on FreeBSD; elsewhere the same as
/// [`precise`].
#[must_use]
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
