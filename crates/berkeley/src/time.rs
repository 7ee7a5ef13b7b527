//! Sleeping, and futures with a time limit.

use crate::clock::{Deadline, saturating_nanos};
use crate::driver::Sleeper;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Waits for `duration`.
///
/// The time counts from this call. A sleep of four seconds or more may be late by four ticks of
/// the kernel's timer (16 ms on most systems), a shorter one by a millisecond; none is early.
///
/// # Cancel safety
/// A dropped sleep leaves nothing behind.
///
/// # Panics
/// When polled inside a tokio runtime that was built without `enable_time`.
pub fn sleep(duration: Duration) -> Sleep {
    Sleep::until(Deadline::after(saturating_nanos(duration)))
}

/// Waits until `instant`. See [`sleep`].
pub fn sleep_until(instant: Instant) -> Sleep {
    Sleep::until(Deadline::at(instant))
}

/// The future of [`sleep`].
#[derive(Debug)]
#[must_use = "a sleep does nothing until it is awaited"]
pub struct Sleep {
    deadline: Deadline,
    sleeper: Sleeper,
}

impl Sleep {
    pub(crate) fn until(deadline: Deadline) -> Self {
        Self { deadline, sleeper: Sleeper::New }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.sleeper.poll(this.deadline, cx)
    }
}

/// Awaits `future` for no longer than `duration`, and drops it then.
///
/// An operation of a socket has its own [`timeout`](crate::Op::timeout), which costs less.
///
/// # Errors
/// [`Elapsed`] when the time was up first. A future that is ready in the same poll wins.
///
/// # Panics
/// As [`sleep`].
pub fn timeout<F: Future>(duration: Duration, future: F) -> WithTimeout<F> {
    WithTimeout { future, sleep: sleep(duration) }
}

pin_project! {
    /// The future of [`timeout`].
    #[derive(Debug)]
    #[must_use = "a future does nothing until it is awaited"]
    pub struct WithTimeout<F> {
        #[pin]
        future: F,
        sleep: Sleep,
    }
}

impl<F: Future> Future for WithTimeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        Pin::new(this.sleep).poll(cx).map(|()| Err(Elapsed(())))
    }
}

/// The time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("timed out")
    }
}

impl std::error::Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(_: Elapsed) -> Self {
        io::ErrorKind::TimedOut.into()
    }
}
