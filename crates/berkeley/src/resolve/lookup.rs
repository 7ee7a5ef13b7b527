//! A lookup as a future: [`Lookup`].

use super::pool::{Pool, Ticket};
use crate::clock::{Deadline, Timeout, saturating_nanos};
use crate::driver::Sleeper;
use berkeley_core::ResolveError;
use std::fmt;
use std::future::Future;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// A lookup of names, to be awaited.
///
/// Nothing is asked until it is polled. Then it waits for a thread of a [`Pool`], and for the
/// answer, without limit unless said here:
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example() -> std::io::Result<()> {
/// use berkeley::{Family, resolve};
///
/// let address = resolve::first("example.org:http", Family::UNSPEC).timeout(Duration::from_secs(5)).await?;
/// # Ok(())
/// # }
/// ```
///
/// What is in numbers asks nobody and needs no thread: it is ready when it is first polled.
///
/// # Errors
/// Those of the lookup. Besides, as [`ResolveError::System`] or what the error type has like it:
/// `TimedOut` (without an errno) when the time was up; [`PoolFull`](super::PoolFull) as
/// `ResourceBusy` when too many lookups wait already; what the system says when it has no thread
/// left.
///
/// # Cancel safety
/// Dropping a lookup, or the end of its time, takes it off the queue. One that is being answered
/// keeps its thread until the C library is done, for that cannot be interrupted; the answer is
/// dropped then.
#[must_use = "a lookup asks nothing until it is awaited"]
pub struct Lookup<T, E = ResolveError> {
    state: State<T, E>,
    pool: Option<Pool>,
    timeout: u64,
    latest: Deadline,
    /// The lookup's own error for what is none of its answers.
    fail: fn(io::Error) -> E,
}

enum State<T, E> {
    Known(Result<T, E>),
    New(Box<dyn FnOnce() -> Result<T, E> + Send>),
    Asked { answer: Ticket<Result<T, E>>, until: Deadline, sleeper: Sleeper },
    Over,
}

impl<T, E> Lookup<T, E> {
    /// What `lookup` finds, on a thread.
    pub(super) fn new(
        lookup: impl FnOnce() -> Result<T, E> + Send + 'static,
        fail: fn(io::Error) -> E,
    ) -> Self {
        Self::with_state(State::New(Box::new(lookup)), fail)
    }

    /// What is known already.
    pub(super) fn known(found: Result<T, E>, fail: fn(io::Error) -> E) -> Self {
        Self::with_state(State::Known(found), fail)
    }

    fn with_state(state: State<T, E>, fail: fn(io::Error) -> E) -> Self {
        Self { state, pool: None, timeout: Timeout::NONE, latest: Deadline::NEVER, fail }
    }

    /// Takes no longer than this, from its first poll on: the wait for a thread counts.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = saturating_nanos(timeout);
        self
    }

    /// Takes no longer than until this moment; with a [`timeout`](Self::timeout) too, until the
    /// earlier of the two.
    pub fn deadline(self, deadline: Instant) -> Self {
        self.until(Deadline::at(deadline))
    }

    pub(crate) fn until(mut self, latest: Deadline) -> Self {
        self.latest = latest;
        self
    }

    /// Asks on a thread of `pool` instead of the [process-wide](Pool::shared) one.
    pub fn on(mut self, pool: &Pool) -> Self {
        self.pool = Some(pool.clone());
        self
    }

    /// When the time is up that begins now.
    fn begin(&self) -> Deadline {
        match self.timeout {
            Timeout::NONE => self.latest,
            nanos => Deadline::after(nanos).min(self.latest),
        }
    }
}

/// It is not pinned: what it holds is boxed or plain.
impl<T, E> Unpin for Lookup<T, E> {}

impl<T: Send + 'static, E: Send + 'static> Future for Lookup<T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let State::Known(_) | State::New(_) = this.state {
            match mem::replace(&mut this.state, State::Over) {
                State::New(lookup) => {
                    let until = this.begin();
                    if until.passed() {
                        return Poll::Ready(Err((this.fail)(io::ErrorKind::TimedOut.into())));
                    }
                    let pool = this.pool.as_ref().unwrap_or_else(|| Pool::shared());
                    match pool.submit(lookup) {
                        Ok(answer) => {
                            this.state = State::Asked { answer, until, sleeper: Sleeper::New };
                        }
                        Err(error) => return Poll::Ready(Err((this.fail)(error))),
                    }
                }
                State::Known(found) => return Poll::Ready(found),
                _ => {}
            }
        }
        let State::Asked { answer, until, sleeper } = &mut this.state else {
            panic!("a lookup was polled after its end");
        };
        let outcome = match answer.poll(cx) {
            Poll::Ready(outcome) => outcome.unwrap_or_else(|error| Err((this.fail)(error))),
            Poll::Pending if *until == Deadline::NEVER => return Poll::Pending,
            Poll::Pending => match sleeper.poll(*until, cx) {
                Poll::Ready(()) => Err((this.fail)(io::ErrorKind::TimedOut.into())),
                Poll::Pending => return Poll::Pending,
            },
        };
        this.state = State::Over;
        Poll::Ready(outcome)
    }
}

impl<T, E> fmt::Debug for Lookup<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Known(_) => "known",
            State::New(_) => "not asked yet",
            State::Asked { .. } => "asked",
            State::Over => "over",
        };
        f.debug_struct("Lookup").field("state", &state).finish_non_exhaustive()
    }
}
