//! Threads for lookups, as many as a bound allows.
//!
//! ```text
//!   Lookup, first poll        Pool                            a thread of it
//!   ──────────────────        ────                            ──────────────
//!   submit ─────────────────▶ a thread is free: wake it
//!                             the bound allows: start one ──▶ take the oldest job, run it
//!                             the queue has room: wait        fill the slot, wake the task
//!                             else: PoolFull                  no job for IDLE: end
//!   dropped ────────────────▶ still queued: taken out
//!                             being run: the answer is dropped when it comes
//! ```

use crate::sync::{Mutex, lock};
use std::any::Any;
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, LazyLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

/// The bound of the process-wide pool: a lookup needs no processor while it waits for its answer,
/// and a name server that is dead keeps each of its threads for seconds.
const THREADS: usize = 32;

/// How many lookups may wait for a thread of the process-wide pool.
const QUEUE: usize = 1_024;

/// How long a thread without work stays.
const IDLE: Duration = Duration::from_secs(2);

/// Threads on which the system's resolver is asked, which can neither wait as a future does nor be
/// interrupted: getaddrinfo(3).
///
/// Lookups go to the [process-wide](Self::shared) pool unless
/// [`Lookup::on`](super::Lookup::on) names another. A lookup begins when a thread is free, in the
/// order of their first polls. When all threads of the bound are busy, the next ones wait in a
/// queue; when that is full too, they fail at once with [`PoolFull`].
///
/// # When a name server is dead
///
/// A thread is busy until the C library gives up, by default after ten seconds or more for each
/// name server (man 5 resolv.conf: `timeout`, `attempts`), whether or not somebody still waits for
/// the answer. Lookups of that server's names can so take all threads of the bound, and then every
/// lookup waits behind them, or fails by its own deadline. Give lookups deadlines; give names of
/// doubtful servers a pool of their own, so that they hold up nobody else; or plug in a
/// [resolver](super::Resolve) that asks without threads.
///
/// ```
/// use berkeley::resolve::{self, Pool};
/// use std::time::Duration;
///
/// # fn main() -> std::io::Result<()> {
/// # berkeley::block_on(async {
/// let pool = Pool::new(4, 100);
/// let lookup = resolve::addresses("localhost", 80).lookup().on(&pool);
/// for found in lookup.timeout(Duration::from_secs(5)).await? {
///     println!("{}", found.address);
/// }
/// # Ok(())
/// # })
/// # }
/// ```
///
/// Threads start when they are needed and end after two seconds without work. They do not keep the
/// process from ending. A clone is the same pool.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// A job was queued, or a thread too many is to end.
    work: Condvar,
}

struct State {
    queue: VecDeque<Job>,
    last_job: u64,
    threads: usize,
    /// Of these, those that do no job: they look at the queue, or wait for one to come.
    free: usize,
    most_threads: usize,
    most_queued: usize,
}

struct Job {
    number: u64,
    run: Box<dyn FnOnce(io::Result<()>) + Send>,
}

impl Pool {
    /// A pool of up to `threads` threads (at least one), for which up to `queue` lookups wait. No
    /// thread is started before there is a lookup.
    #[must_use]
    pub fn new(threads: usize, queue: usize) -> Self {
        let state = State {
            queue: VecDeque::new(),
            last_job: 0,
            threads: 0,
            free: 0,
            most_threads: threads.max(1),
            most_queued: queue,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), work: Condvar::new() }))
    }

    /// The process-wide pool: 32 threads and a queue of 1,024, unless
    /// [`set_limits`](Self::set_limits) said otherwise.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Pool> = LazyLock::new(|| Pool::new(THREADS, QUEUE));
        &SHARED
    }

    /// Sets how many threads there may be (at least one), and how many lookups may wait for one.
    ///
    /// Threads that are too many end when they have done what they do. Lookups that wait already
    /// go on to.
    pub fn set_limits(&self, threads: usize, queue: usize) {
        {
            let mut state = lock(&self.0.state);
            state.most_threads = threads.max(1);
            state.most_queued = queue;
        }
        self.0.work.notify_all();
    }

    /// How many threads there are now.
    #[must_use]
    pub fn threads(&self) -> usize {
        lock(&self.0.state).threads
    }

    /// How many lookups wait for a thread now.
    #[must_use]
    pub fn queued(&self) -> usize {
        let state = lock(&self.0.state);
        state.queue.len().saturating_sub(state.free)
    }

    /// Has `lookup` run on a thread, when one is free.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        lookup: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Ticket<T>> {
        let slot = Arc::new(Slot::new());
        let run = {
            let slot = slot.clone();
            move |go: io::Result<()>| {
                slot.fill(go.map(|()| catch_unwind(AssertUnwindSafe(lookup))));
            }
        };
        let number = self.0.push(Box::new(run))?;
        Ok(Ticket { slot, number, pool: self.0.clone() })
    }
}

impl Shared {
    /// Queues a job, and starts a thread for it if there is none and may be one.
    fn push(self: &Arc<Self>, run: Box<dyn FnOnce(io::Result<()>) + Send>) -> io::Result<u64> {
        let mut state = lock(&self.state);
        let more_threads = state.most_threads.saturating_sub(state.threads);
        // Each of these takes one off the queue.
        let takers = state.free + more_threads;
        if state.queue.len() >= state.most_queued.saturating_add(takers) {
            let full = PoolFull { threads: state.threads, queue: state.queue.len() };
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, full));
        }
        state.last_job += 1;
        let number = state.last_job;
        state.queue.push_back(Job { number, run });
        let starts = state.queue.len() > state.free && more_threads > 0;
        if starts {
            state.threads += 1;
            state.free += 1;
            drop(state);
            self.start();
        } else {
            drop(state);
            self.work.notify_one();
        }
        Ok(number)
    }

    /// Starts a thread, which is counted already.
    fn start(self: &Arc<Self>) {
        let shared = self.clone();
        let named = thread::Builder::new().name("berkeley-lookup".to_owned());
        let Err(error) = named.spawn(move || shared.serve()) else { return };
        let mut state = lock(&self.state);
        state.threads -= 1;
        state.free -= 1;
        // Those that there are will do it. If there are none, nobody will.
        let lost = if state.threads == 0 { mem::take(&mut state.queue) } else { VecDeque::new() };
        drop(state);
        for job in lost {
            (job.run)(Err(io::Error::new(error.kind(), error.to_string())));
        }
    }

    /// What a thread does: the oldest job, again and again.
    fn serve(&self) {
        let mut state = lock(&self.state);
        while state.threads <= state.most_threads {
            if let Some(job) = state.queue.pop_front() {
                state.free -= 1;
                drop(state);
                // The lookup cannot panic through here, but the waker of a strange executor can.
                let _ = catch_unwind(AssertUnwindSafe(|| (job.run)(Ok(()))));
                state = lock(&self.state);
                state.free += 1;
                continue;
            }
            let waited = self.work.wait_timeout(state, IDLE);
            let (woken, time) = waited.unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if time.timed_out() && state.queue.is_empty() {
                break;
            }
        }
        state.threads -= 1;
        state.free -= 1;
        drop(state);
        // One that was told of a job may have ended here.
        self.work.notify_one();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.0.state);
        f.debug_struct("Pool")
            .field("threads", &state.threads)
            .field("free", &state.free)
            .field("queued", &state.queue.len())
            .field("most_threads", &state.most_threads)
            .field("most_queued", &state.most_queued)
            .finish()
    }
}

/// Where a thread puts what a lookup found, and a task takes it.
struct Slot<T>(Mutex<(Option<Outcome<T>>, Option<Waker>)>);

/// What the job of a lookup came to: it did not begin, it panicked, or it has ended.
type Outcome<T> = io::Result<Result<T, Box<dyn Any + Send>>>;

impl<T> Slot<T> {
    fn new() -> Self {
        Self(Mutex::new((None, None)))
    }

    fn fill(&self, outcome: Outcome<T>) {
        let waker = {
            let mut slot = lock(&self.0);
            slot.0 = Some(outcome);
            slot.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A lookup that was submitted. Dropped, it is no longer wanted.
pub(super) struct Ticket<T> {
    slot: Arc<Slot<T>>,
    number: u64,
    pool: Arc<Shared>,
}

impl<T> Ticket<T> {
    /// Ready once the lookup has ended, or could not begin.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        // Cloned before the lock, dropped after: a waker may do anything.
        let waker = cx.waker().clone();
        let mut slot = lock(&self.slot.0);
        if let Some(outcome) = slot.0.take() {
            drop(slot);
            return Poll::Ready(
                outcome.map(|ended| ended.unwrap_or_else(|panic| resume_unwind(panic))),
            );
        }
        let stale = slot.1.replace(waker);
        drop(slot);
        drop(stale);
        Poll::Pending
    }
}

/// Takes the lookup off the queue, if it is still there.
impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        let mut state = lock(&self.pool.state);
        // Numbers rise from the front to the back.
        let at = state.queue.binary_search_by_key(&self.number, |job| job.number);
        let unwanted = at.ok().and_then(|at| state.queue.remove(at));
        drop(state);
        drop(unwanted);
    }
}

/// Every thread of a [`Pool`] is busy, and as many lookups wait for one as may.
///
/// Into an [`io::Error`] it goes whole, as `ResourceBusy`; [`io::Error::downcast`] gives it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolFull {
    /// How many threads are busy.
    pub threads: usize,
    /// How many lookups wait.
    pub queue: usize,
}

impl fmt::Display for PoolFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { threads, queue } = self;
        write!(
            f,
            "too many lookups: all {threads} threads are busy and {queue} lookups wait; try again \
             later, or raise the limits of the pool"
        )
    }
}

impl Error for PoolFull {}
