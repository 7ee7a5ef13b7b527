//! The thread-per-core runtime.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | [`block_on`], [`Runtime`], [`spawn`], [`spawn_local`] |
//! | `worker.rs` | a worker: its tasks, its run queue, its reactor, its loop |
//! | `waker.rs` | wakers that are numbers |
//! | `inbox.rs` | what other threads ask of a worker |
//! | `join.rs` | [`JoinHandle`]: a task's output, panic or end |
//!
//! A worker is a thread that owns its poller, timers, run queue and tasks. A task stays where it
//! was spawned. To wake a task of the same worker is a push on a queue without any atomic
//! operation; other threads use the worker's inbox and ring its reactor.
//!
//! # After a fork
//!
//! A child has no thread of its parent's, and shares its pollers. So it has to make its own sockets,
//! and its own runtime ([`block_on`] does): one that was there before does nothing in the child, a
//! socket that has waited before is woken in the parent alone, and lookups of names wait for
//! threads that are not there. Fork before any of them is used, or execute a program at once, and
//! never in a task. Leave by `_exit`: dropped in the child, such a socket may be taken out of its
//! parent's poller.

mod inbox;
mod join;
mod waker;
mod worker;

pub use join::{JoinError, JoinHandle};

use inbox::Message;
use std::future::Future;
use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};
use worker::{Remote, Worker};

/// Runs `future` to its end on this thread, with a worker of its own: tasks that it spawns run
/// here too, and are dropped with the worker when it returns.
///
/// ```
/// let n = berkeley::block_on(async {
///     let task = berkeley::spawn_local(async { 21 });
///     task.await.unwrap() * 2
/// });
/// assert_eq!(n, 42);
/// ```
///
/// # Panics
/// When called from a task of a worker, which it would stop; when the system has no descriptors
/// for a poller ([`Builder::build`] reports that instead); with the panic of `future`.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let threads = Arc::new(Threads::none());
    match Worker::new(threads) {
        Ok(worker) => worker.block_on(future),
        Err(e) => panic!("no worker: {e}"),
    }
}

/// Starts a task on a worker of this runtime, in turn, and returns a handle to await it. Dropped,
/// the handle lets the task go on.
///
/// Within [`block_on`] alone, or a runtime without threads, that is this worker.
///
/// # Panics
/// Outside a runtime.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let threads = worker::with_current(|worker| worker.threads().clone())
        .unwrap_or_else(|| panic!("berkeley::spawn is for tasks of a berkeley runtime"));
    if threads.workers.is_empty() {
        return spawn_local(future);
    }
    threads.spawn(future)
}

/// Starts a task on this worker, where it may keep what cannot leave the thread.
///
/// # Panics
/// Outside a runtime.
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (task, handle) = join::task(future);
    worker::with_current(|worker| worker.add(task))
        .unwrap_or_else(|| panic!("berkeley::spawn_local is for tasks of a berkeley runtime"));
    handle
}

/// Lets the other tasks of this worker run.
pub async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Worker threads, one for each core if not said otherwise.
///
/// Work is shared out when it is spawned: [`spawn`] goes round the workers, [`spawn_local`] stays,
/// and [`spawn_on_each`](Self::spawn_on_each) starts one task on every worker. A listener for each
/// is had by [`listen_sharded`](crate::ListenOptions::listen_sharded).
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let runtime = berkeley::Runtime::builder().workers(2).build()?;
/// let handle = runtime.spawn(async { 6 * 7 });
/// assert_eq!(runtime.block_on(handle).unwrap(), 42);
/// let dropped = runtime.shutdown(std::time::Duration::from_secs(1));
/// assert_eq!(dropped, 0);
/// # Ok(())
/// # }
/// ```
///
/// Dropped, a runtime drops its tasks and waits for its threads to end.
#[derive(Debug)]
pub struct Runtime {
    threads: Arc<Threads>,
    joins: Vec<thread::JoinHandle<usize>>,
}

/// What the workers of one runtime know of each other.
#[derive(Debug)]
pub(crate) struct Threads {
    workers: Vec<Arc<Remote>>,
    next: AtomicUsize,
    /// How many tasks the workers have, or have been sent.
    live: AtomicUsize,
}

impl Threads {
    fn of(workers: Vec<Arc<Remote>>) -> Self {
        Self { workers, next: AtomicUsize::new(0), live: AtomicUsize::new(0) }
    }

    /// A task begins, on one of the workers if it is `counted`.
    fn began(&self, counted: bool) {
        if counted {
            self.live.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// A task has ended. With the last of them, workers that were told to stop can.
    fn ended(&self, counted: bool) {
        if counted && self.live.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.workers.iter().for_each(|worker| worker.ring());
        }
    }

    fn live(&self) -> usize {
        self.live.load(Ordering::Acquire)
    }

    fn none() -> Self {
        Self::of(Vec::new())
    }

    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let (task, handle) = join::task(future);
        self.began(true);
        self.workers[turn % self.workers.len()].send(Message::Spawn(Box::new(|| Box::pin(task))));
        handle
    }
}

impl Runtime {
    /// Chooses how the runtime is made.
    #[must_use]
    pub fn builder() -> Builder {
        Builder { workers: None }
    }

    /// A runtime with a worker for each core.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn new() -> io::Result<Self> {
        Self::builder().build()
    }

    /// How many worker threads there are.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.threads.workers.len()
    }

    /// Runs `future` to its end on this thread, which has a worker of its own for that time. What
    /// it [`spawn`]s goes to the worker threads, what it [`spawn_local`]s stays here and is
    /// dropped at the end.
    ///
    /// # Panics
    /// As [`block_on`].
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match Worker::new(self.threads.clone()) {
            Ok(worker) => worker.block_on(future),
            Err(e) => panic!("no worker: {e}"),
        }
    }

    /// Starts a task on one of the workers, in turn.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.threads.spawn(future)
    }

    /// Starts one task on every worker: `make` is called there with the worker's number, and may
    /// make a future that cannot leave the thread.
    pub fn spawn_on_each<M, F>(&self, make: M) -> Vec<JoinHandle<F::Output>>
    where
        M: Fn(usize) -> F + Clone + Send + 'static,
        F: Future + 'static,
        F::Output: Send + 'static,
    {
        let start = |(number, worker): (usize, &Arc<Remote>)| {
            let make = make.clone();
            let (task, handle) = join::deferred_task(move || make(number));
            self.threads.began(true);
            worker.send(Message::Spawn(task));
            handle
        };
        self.threads.workers.iter().enumerate().map(start).collect()
    }

    /// Ends the workers when their tasks have ended, or when `limit` has passed. Returns how many
    /// tasks were dropped unfinished. Of servers, [drain](crate::Connections::drain) the connections
    /// first.
    pub fn shutdown(mut self, limit: Duration) -> usize {
        let now = Instant::now();
        self.stop(now.checked_add(limit).unwrap_or(now + Duration::from_secs(1 << 32)))
    }

    fn stop(&mut self, deadline: Instant) -> usize {
        for worker in &self.threads.workers {
            worker.send(Message::Stop(deadline));
        }
        let mut dropped = 0;
        for join in self.joins.drain(..) {
            // A runtime dropped by one of its own tasks cannot wait for that task's thread.
            if join.thread().id() != thread::current().id() {
                // A worker's thread panics only when its poller breaks; its tasks are gone then.
                dropped += join.join().unwrap_or(0);
            }
        }
        dropped
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.stop(Instant::now());
    }
}

/// Makes a [`Runtime`].
#[derive(Clone, Copy, Debug)]
pub struct Builder {
    workers: Option<NonZero<usize>>,
}

impl Builder {
    /// How many worker threads, one for each core if not said; zero is taken as one.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(NonZero::new(workers).unwrap_or(NonZero::<usize>::MIN));
        self
    }

    /// Starts the workers.
    ///
    /// # Errors
    /// When the system has no descriptors for their pollers, or no threads.
    pub fn build(self) -> io::Result<Runtime> {
        let count = match self.workers {
            Some(workers) => workers.get(),
            None => thread::available_parallelism().map_or(1, NonZero::get),
        };
        let parts = (0..count).map(|_| worker::Parts::new()).collect::<io::Result<Vec<_>>>()?;
        let workers = parts.iter().map(|parts| parts.remote().clone()).collect();
        let threads = Arc::new(Threads::of(workers));
        // Made first, so that an error below ends the threads that have started.
        let mut runtime = Runtime { threads: threads.clone(), joins: Vec::with_capacity(count) };
        for (number, parts) in parts.into_iter().enumerate() {
            let threads = threads.clone();
            let thread = thread::Builder::new().name(format!("berkeley-{number}"));
            runtime
                .joins
                .push(thread.spawn(move || Worker::from_parts(parts, threads, true).run())?);
        }
        Ok(runtime)
    }
}
