//! A task's output, panic or end, and the handle that waits for it.

use super::inbox::{MakeTask, Run, Task};
use super::waker::Place;
use crate::sync::{Mutex, lock};
use pin_project_lite::pin_project;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Waits for a task. Dropped, it lets the task go on.
pub struct JoinHandle<T> {
    join: Arc<Join<T>>,
}

/// What a task and its handle share.
struct Join<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    outcome: Option<Result<T, JoinError>>,
    /// Whether there has been an outcome.
    ended: bool,
    /// Who waits for the outcome.
    waiting: Option<Waker>,
    aborted: bool,
    /// Where the task is, once it is there.
    place: Option<Place>,
}

impl<T> Join<T> {
    fn new() -> Arc<Self> {
        let (outcome, waiting, place) = (None, None, None);
        let state = State { outcome, ended: false, waiting, aborted: false, place };
        Arc::new(Self { state: Mutex::new(state) })
    }

    fn finish(&self, outcome: Result<T, JoinError>) {
        let mut state = lock(&self.state);
        if state.ended {
            return;
        }
        state.ended = true;
        // Another may have it from now on.
        state.place = None;
        state.outcome = Some(outcome);
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

/// Tells the handle that the task is gone, if nothing else was told before.
struct Teller<T>(Arc<Join<T>>);

impl<T> Drop for Teller<T> {
    fn drop(&mut self) {
        self.0.finish(Err(JoinError(Reason::Cancelled)));
    }
}

/// The task that runs `future`, and its handle.
pub(super) fn task<F: Future>(future: F) -> (Tracked<F>, JoinHandle<F::Output>) {
    let join = Join::new();
    let teller = Teller(join.clone());
    (Tracked { future: Some(future), teller }, JoinHandle { join })
}

/// As [`task`], with a future that is made on its worker.
pub(super) fn deferred_task<M, F>(make: M) -> (MakeTask, JoinHandle<F::Output>)
where
    M: FnOnce() -> F + Send + 'static,
    F: Future + 'static,
    F::Output: Send + 'static,
{
    let join = Join::new();
    let teller = Teller(join.clone());
    // Made when it is first polled, so that a panic of `make` is the task's.
    let make =
        move || -> Task { Box::pin(Tracked { future: Some(async move { make().await }), teller }) };
    (Box::new(make), JoinHandle { join })
}

pin_project! {
    /// Runs a future and tells its outcome. Of what it shares with its handle, which is in other
    /// lines of the cache, a poll that ends nothing touches nothing.
    pub(super) struct Tracked<F: Future> {
        // An option, so that the future can be dropped before its outcome is told.
        #[pin]
        future: Option<F>,
        teller: Teller<F::Output>,
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // None once the outcome is told, and a task is not polled again then.
        let future = self.as_mut().project().future.as_pin_mut();
        let Some(future) = future else { return Poll::Ready(()) };
        match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => self.finish(Ok(output)),
            Err(panic) => self.finish(Err(JoinError::panicked(panic))),
        }
        Poll::Ready(())
    }
}

impl<F: Future> Tracked<F> {
    /// Drops the future and tells its outcome.
    fn finish(self: Pin<&mut Self>, outcome: Result<F::Output, JoinError>) {
        let mut this = self.project();
        let dropped = catch_unwind(AssertUnwindSafe(|| this.future.set(None)));
        this.teller.0.finish(match dropped {
            Ok(()) => outcome,
            Err(panic) => Err(JoinError::panicked(panic)),
        });
    }
}

impl<F: Future> Run for Tracked<F> {
    fn placed(&self, place: Place) {
        lock(&self.teller.0.state).place = Some(place);
    }

    fn poll_aborted(self: Pin<&mut Self>) -> Poll<()> {
        if !lock(&self.teller.0.state).aborted {
            return Poll::Pending;
        }
        self.finish(Err(JoinError(Reason::Cancelled)));
        Poll::Ready(())
    }
}

impl<T> JoinHandle<T> {
    /// Ends the task: it is dropped when it would run next. To await the handle then gives its
    /// output, if it was faster, or a cancellation.
    pub fn abort(&self) {
        let mut state = lock(&self.join.state);
        state.aborted = true;
        let place = state.place;
        drop(state);
        // Without a place it has not been polled, and will look before it is.
        if let Some(place) = place {
            place.look();
        }
    }

    /// Whether the task has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        lock(&self.join.state).ended
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = cx.waker().clone();
        let mut state = lock(&self.join.state);
        if let Some(outcome) = state.outcome.take() {
            return Poll::Ready(outcome);
        }
        assert!(!state.ended, "a JoinHandle was polled after it gave its outcome");
        let before = state.waiting.replace(waker);
        drop(state);
        drop(before);
        Poll::Pending
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish()
    }
}

/// Why a task has no output.
pub struct JoinError(Reason);

enum Reason {
    Cancelled,
    Panicked(Mutex<Box<dyn Any + Send>>),
}

impl JoinError {
    fn panicked(payload: Box<dyn Any + Send>) -> Self {
        Self(Reason::Panicked(Mutex::new(payload)))
    }

    /// Whether the task was dropped before its end: by [`JoinHandle::abort`], or with its worker.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0, Reason::Cancelled)
    }

    /// Whether the task panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self.0, Reason::Panicked(_))
    }

    /// The panic's payload, for [`std::panic::resume_unwind`].
    #[must_use]
    pub fn into_panic(self) -> Option<Box<dyn Any + Send>> {
        match self.0 {
            Reason::Panicked(payload) => {
                Some(payload.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
            }
            Reason::Cancelled => None,
        }
    }

    /// The panic's message, where it has one.
    fn message(&self) -> Option<String> {
        let Reason::Panicked(payload) = &self.0 else { return None };
        let payload = lock(payload);
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0, self.message()) {
            (Reason::Cancelled, _) => f.write_str("the task was cancelled"),
            (Reason::Panicked(_), Some(message)) => write!(f, "the task panicked: {message}"),
            (Reason::Panicked(_), None) => f.write_str("the task panicked"),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for JoinError {}
