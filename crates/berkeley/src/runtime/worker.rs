//! A worker: its tasks, its run queue, its reactor, its loop.

use super::Threads;
use super::inbox::{Inbox, Message, Run, Task};
use super::waker::{Claim, Place, TaskId, WorkerId};
use crate::budget;
use crate::clock::Deadline;
use crate::reactor::{self, Park, Reactor};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// How many tasks run between two polls of the reactor.
const TASKS_PER_TURN: usize = 256;

/// A worker as its own thread has it. While it lives, the thread is that worker.
pub(super) struct Worker {
    local: Rc<Local>,
    reactor: Reactor,
    remote: Arc<Remote>,
    /// Of the inbox, empty but while they are read.
    messages: Vec<Message>,
    /// When the worker ends, once it has been told to.
    stop_at: Option<Instant>,
    _claim: Claim,
    _entered: Entered,
}

/// What the tasks of a worker reach while they run.
pub(super) struct Local {
    id: WorkerId,
    threads: Arc<Threads>,
    tasks: RefCell<Slab<Slot>>,
    queue: RefCell<VecDeque<TaskId>>,
    /// Whether the future of `block_on` has been woken.
    root_woken: Cell<bool>,
    /// Whether this is a thread of the runtime, whose tasks a shutdown waits for.
    counted: bool,
}

/// A task, whether it is in the queue, and what for.
struct Slot {
    /// Away while it is polled.
    task: Option<Task>,
    queued: bool,
    /// It may have been aborted.
    look: bool,
}

/// A worker as other threads have it.
#[derive(Debug)]
pub(crate) struct Remote {
    id: WorkerId,
    inbox: Inbox,
    reactor: reactor::Handle,
}

impl Remote {
    pub(super) fn send(&self, message: Message) {
        self.inbox.push(message);
        self.ring();
    }

    /// Has the worker look about.
    pub(super) fn ring(&self) {
        self.reactor.ring();
    }
}

/// What a worker is made of before it has a thread.
pub(super) struct Parts {
    reactor: Reactor,
    remote: Arc<Remote>,
    claim: Claim,
}

impl Parts {
    pub(super) fn new() -> io::Result<Self> {
        let reactor = Reactor::new()?;
        let handle = reactor.handle().clone();
        let make = |id| Arc::new(Remote { id, inbox: Inbox::default(), reactor: handle });
        let (claim, remote) = Claim::new(make)?;
        Ok(Self { reactor, remote, claim })
    }

    pub(super) fn remote(&self) -> &Arc<Remote> {
        &self.remote
    }
}

thread_local! {
    /// The worker that this thread is.
    static CURRENT: RefCell<Option<Rc<Local>>> = const { RefCell::new(None) };
}

/// Shows the worker that this thread is, if it is one.
pub(super) fn with_current<T>(f: impl FnOnce(&Local) -> T) -> Option<T> {
    let current = CURRENT.try_with(|current| current.borrow().clone()).ok().flatten();
    current.map(|local| f(&local))
}

/// Queues a task, if its worker is the one that this thread is.
#[inline]
pub(super) fn wake_here(place: Place) -> bool {
    here(place, Local::wake)
}

/// As [`wake_here`], and has the task asked whether it has been aborted.
pub(super) fn look_here(place: Place) -> bool {
    here(place, Local::look)
}

#[inline]
fn here(place: Place, act: impl FnOnce(&Local, TaskId)) -> bool {
    let act = |current: &RefCell<Option<Rc<Local>>>| match &*current.borrow() {
        Some(local) if local.id == place.worker => {
            act(local, place.task);
            true
        }
        _ => false,
    };
    CURRENT.try_with(act).unwrap_or(false)
}

impl Local {
    pub(super) fn threads(&self) -> &Arc<Threads> {
        &self.threads
    }

    /// Adds a task, to be polled soon.
    pub(super) fn add(&self, task: impl Run + 'static) {
        self.threads.began(self.counted);
        self.add_boxed(Box::pin(task));
    }

    fn add_boxed(&self, task: Task) {
        let mut tasks = self.tasks.borrow_mut();
        let entry = tasks.vacant_entry();
        let id = TaskId(entry.key());
        // It looks once: who aborted it earlier did not know its place.
        task.placed(self.place(id));
        entry.insert(Slot { task: Some(task), queued: true, look: true });
        self.queue.borrow_mut().push_back(id);
    }

    fn place(&self, task: TaskId) -> Place {
        Place { worker: self.id, task }
    }

    /// Queues a task that is not queued. One that has ended is nobody.
    fn wake(&self, id: TaskId) {
        if id == TaskId::ROOT {
            self.root_woken.set(true);
        } else if let Some(slot) = self.tasks.borrow_mut().get_mut(id.0)
            && !std::mem::replace(&mut slot.queued, true)
        {
            self.queue.borrow_mut().push_back(id);
        }
    }

    /// Queues a task that may have been aborted.
    fn look(&self, id: TaskId) {
        if let Some(slot) = self.tasks.borrow_mut().get_mut(id.0) {
            slot.look = true;
        }
        self.wake(id);
    }

    /// Polls the next task of the queue.
    fn run_next(&self) {
        let Some(id) = self.queue.borrow_mut().pop_front() else { return };
        // Taken out for its poll, which may spawn and wake.
        let taken = self.tasks.borrow_mut().get_mut(id.0).and_then(|slot| {
            slot.queued = false;
            Some((slot.task.take()?, std::mem::take(&mut slot.look)))
        });
        let Some((mut task, look)) = taken else { return };
        budget::refill();
        let outcome = if look && task.as_mut().poll_aborted().is_ready() {
            Poll::Ready(())
        } else {
            let waker = self.place(id).waker();
            task.as_mut().poll(&mut Context::from_waker(&waker))
        };
        let mut tasks = self.tasks.borrow_mut();
        match outcome {
            Poll::Pending => tasks[id.0].task = Some(task),
            Poll::Ready(()) => {
                drop(tasks.remove(id.0));
                drop(tasks);
                self.threads.ended(self.counted);
                drop_quietly(task);
            }
        }
    }
}

impl Worker {
    /// A worker on this thread.
    ///
    /// # Panics
    /// If the thread is one already.
    pub(super) fn new(threads: Arc<Threads>) -> io::Result<Self> {
        let nested = with_current(|_| ()).is_some();
        assert!(!nested, "block_on was called in a task of a berkeley runtime: await the future");
        Ok(Self::from_parts(Parts::new()?, threads, false))
    }

    /// A worker on this thread, of parts that were made on another.
    pub(super) fn from_parts(parts: Parts, threads: Arc<Threads>, counted: bool) -> Self {
        let Parts { reactor, remote, claim } = parts;
        let local = Rc::new(Local {
            id: remote.id,
            threads,
            tasks: RefCell::new(Slab::new()),
            queue: RefCell::new(VecDeque::new()),
            root_woken: Cell::new(true),
            counted,
        });
        let _entered = Entered::new(local.clone(), reactor.handle().clone());
        let (messages, stop_at) = (Vec::new(), None);
        Self { local, reactor, remote, messages, stop_at, _claim: claim, _entered }
    }

    /// Runs until `future` is done.
    pub(super) fn block_on<F: Future>(mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = self.local.place(TaskId::ROOT).waker();
        loop {
            if self.local.root_woken.take() {
                budget::refill();
                let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
                if let Poll::Ready(output) = polled {
                    return output;
                }
            }
            self.turn();
        }
    }

    /// Runs until told to stop, and returns how many tasks were dropped then.
    pub(super) fn run(mut self) -> usize {
        loop {
            // There is no root here: whatever was woken as such is nobody.
            self.local.root_woken.set(false);
            self.turn();
            let none_left = self.local.threads.live() == 0;
            if self.stop_at.is_some_and(|at| none_left || Instant::now() >= at) {
                // What was sent here and has not begun counts too.
                let unread = self.remote.inbox.close();
                let unread = unread.iter().filter(|m| matches!(m, Message::Spawn(_))).count();
                return self.local.tasks.borrow().len() + unread;
            }
        }
    }

    /// Reads the inbox, runs what is queued by then, and looks at the reactor: sleeps there when
    /// there is nothing else to do.
    fn turn(&mut self) {
        self.read_inbox();
        let queued = self.local.queue.borrow().len().min(TASKS_PER_TURN);
        for _ in 0..queued {
            self.local.run_next();
        }
        let idle = self.local.queue.borrow().is_empty() && !self.local.root_woken.get();
        let ended = self.stop_at.is_some() && self.local.threads.live() == 0;
        let park = if idle && !ended { Park::Yes } else { Park::No };
        // A poller fails only on a descriptor that somebody else closed.
        if let Err(e) = self.reactor.turn(park) {
            panic!("the poller of a worker failed: {e}");
        }
    }

    fn read_inbox(&mut self) {
        if !self.remote.inbox.take(&mut self.messages) {
            return;
        }
        for message in self.messages.drain(..) {
            match message {
                Message::Wake(task) => self.local.wake(task),
                Message::Look(task) => self.local.look(task),
                Message::Spawn(make) => self.local.add_boxed(make()),
                Message::Stop(at) => {
                    self.stop_at = Some(self.stop_at.map_or(at, |before| before.min(at)));
                    // Nobody is woken, but the reactor wakes up.
                    let nobody = self.local.place(TaskId::ROOT).waker();
                    self.reactor.handle().insert_sleeper(Deadline::at(at), nobody);
                }
            }
        }
    }
}

/// Tasks and messages are dropped while the thread is still the worker, so that what they hold
/// ends as it began.
impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.remote.inbox.close());
        loop {
            let tasks = std::mem::take(&mut *self.local.tasks.borrow_mut());
            if tasks.is_empty() {
                break;
            }
            tasks.into_iter().filter_map(|(_, slot)| slot.task).for_each(drop_quietly);
        }
    }
}

/// Drops a task. A panic in the drop of what it held has said so, and is no other task's.
fn drop_quietly(task: Task) {
    drop(catch_unwind(AssertUnwindSafe(|| drop(task))));
}

/// Makes this thread a worker until it is dropped.
struct Entered {
    _reactor: reactor::Entered,
}

impl Entered {
    fn new(local: Rc<Local>, reactor: reactor::Handle) -> Self {
        CURRENT.set(Some(local));
        Self { _reactor: reactor::enter(reactor) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Fails on a thread that is ending, which has none any more.
        drop(CURRENT.try_with(RefCell::take));
    }
}
