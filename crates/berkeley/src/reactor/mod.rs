//! Readiness and time, from the poller to the waker.
//!
//! | file | what |
//! |---|---|
//! | `source.rs` | one socket: readiness of its directions, waits, deadlines |
//! | `waiters.rs` | who waits for it |
//! | `registry.rs` | which token is which socket |
//! | `alarm.rs` | how a reactor that sleeps wakes up in time |
//! | `turn.rs` | one turn of the loop: poll, mark, expire, wake |
//! | `mod.rs` | [`Handle`]: what the rest of the crate, on any thread, asks of a reactor |
//!
//! A reactor belongs to the thread that turns it. Everything else holds a [`Handle`].

mod alarm;
mod registry;
mod source;
mod turn;
mod waiters;

pub(crate) use berkeley_core::Interest;
pub(crate) use registry::Source;
pub(crate) use source::{Alarm, Direction, Directions};
pub(crate) use turn::{Park, Reactor};
pub(crate) use waiters::WaiterId;
#[cfg(feature = "tokio")]
pub(crate) use waiters::Waiters;

use crate::clock::{Deadline, TimerKey, Timers};
use crate::sync::{AtomicU8, AtomicU64, Mutex, Ordering, lock};
use registry::{Registry, Token};
use std::cell::RefCell;
use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::Waker;

/// Asks things of a reactor, from any thread.
#[derive(Clone, Debug)]
pub(crate) struct Handle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    poller: mio::Registry,
    /// Ends the poll of a reactor that sleeps.
    alarm_bell: mio::Waker,
    registry: Mutex<Registry>,
    timers: Mutex<Timers<TimerAction>>,
    /// The earliest of `timers`, to be read without the lock.
    next_timer: AtomicU64,
    /// [`AWAKE`], [`ASLEEP`] or [`RUNG`].
    state: AtomicU8,
    /// The reactor is gone: nothing of it will wake anybody.
    closed: AtomicBool,
}

/// The reactor runs, and looks at its timers and inbox before it sleeps.
const AWAKE: u8 = 0;
/// The reactor is about to poll, or polls.
const ASLEEP: u8 = 1;
/// Something was put where the reactor must look before it sleeps.
const RUNG: u8 = 2;

/// What happens when a timer fires.
#[derive(Debug)]
enum TimerAction {
    /// A direction looks who of its waiters is due.
    Expire(Token, Interest),
    /// A sleeper wakes.
    Wake(Option<Waker>),
}

thread_local! {
    static CURRENT: RefCell<Option<Handle>> = const { RefCell::new(None) };
}

/// The reactor that this thread turns, if it turns one.
pub(crate) fn current() -> Option<Handle> {
    let current = CURRENT.try_with(|current| current.borrow().clone()).ok().flatten();
    current.filter(|handle| !handle.is_closed())
}

/// Makes `handle` the reactor of this thread until the guard is dropped.
pub(crate) fn enter(handle: Handle) -> Entered {
    Entered(CURRENT.replace(Some(handle)))
}

/// See [`enter`].
pub(crate) struct Entered(Option<Handle>);

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.0.take();
        // A thread that ends has no current reactor to restore.
        drop(CURRENT.try_with(|current| current.replace(before)));
    }
}

impl Handle {
    /// Registers a descriptor for both directions, edge-triggered. It must be deregistered, or
    /// at least given up by [`forget`](Self::forget), before it is closed.
    pub(crate) fn register(&self, fd: RawFd) -> io::Result<Arc<Source>> {
        let source = lock(&self.0.registry).insert(Arc::downgrade(&self.0), fd);
        let token = mio::Token(source.token().to_usize());
        let mut descriptor = mio::unix::SourceFd(&fd);
        let registered = match self.0.poller.register(&mut descriptor, token, INTERESTS) {
            // The number was used before for the same open file: another descriptor of it kept
            // the old registration alive (man 7 epoll, Q6).
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                self.0.poller.reregister(&mut descriptor, token, INTERESTS)
            }
            outcome => outcome,
        };
        if let Err(e) = registered {
            lock(&self.0.registry).remove(source.token());
            return Err(e);
        }
        Ok(source)
    }

    /// Gives a source up. `deregister` says that its descriptor, or another for the same open
    /// file, may outlive it; a descriptor that is closed right after deregisters itself.
    pub(crate) fn forget(&self, source: &Source, deregister: bool) {
        if deregister {
            // Fails if the reactor is gone, and the registration with it.
            drop(self.0.poller.deregister(&mut mio::unix::SourceFd(&source.fd())));
        }
        let removed = lock(&self.0.registry).remove(source.token());
        drop(removed);
        for timer in source.directions().take_timers().into_iter().flatten() {
            self.remove_timer(timer);
        }
    }

    /// Has the reactor look at its inbox and timers before it sleeps again.
    pub(crate) fn ring(&self) {
        // AcqRel: what was put into the inbox comes before, and `ASLEEP` is seen if it was set.
        if self.0.state.swap(RUNG, Ordering::AcqRel) == ASLEEP {
            // The poller's own eventfd: fails only if that is broken, and nothing can be told.
            drop(self.0.alarm_bell.wake());
        }
    }

    /// Whether the reactor is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::SeqCst)
    }

    /// Makes a timer that wakes `waker` at `at`.
    pub(crate) fn insert_sleeper(&self, at: Deadline, waker: Waker) -> TimerKey {
        let mut timers = lock(&self.0.timers);
        let key = timers.insert(TimerAction::Wake(Some(waker)));
        self.arm(timers, key, at);
        key
    }

    /// Changes whom a timer wakes.
    pub(crate) fn update_sleeper(&self, key: TimerKey, waker: &Waker) {
        let fresh = waker.clone();
        let mut timers = lock(&self.0.timers);
        let old = match timers.payload_mut(key) {
            TimerAction::Wake(Some(old)) if !old.will_wake(waker) => std::mem::replace(old, fresh),
            _ => fresh,
        };
        drop(timers);
        drop(old);
    }

    /// Takes a timer out.
    pub(crate) fn remove_timer(&self, key: TimerKey) {
        let mut timers = lock(&self.0.timers);
        let action = timers.remove(key);
        self.0.next_timer.store(timers.next().0, Ordering::Release);
        // The waker goes when nothing is locked: its drop may do anything.
        drop(timers);
        drop(action);
    }

    fn arm(
        &self,
        mut timers: crate::sync::MutexGuard<'_, Timers<TimerAction>>,
        key: TimerKey,
        at: Deadline,
    ) {
        timers.arm(key, at);
        let before = self.0.next_timer.load(Ordering::Relaxed);
        self.0.next_timer.store(timers.next().0, Ordering::Release);
        drop(timers);
        // A reactor that sleeps would sleep past it; the one of this thread is awake.
        if at.0 < before && !self.is_current() {
            self.ring();
        }
    }

    fn is_current(&self) -> bool {
        let is_ours = |current: &RefCell<Option<Self>>| {
            current.borrow().as_ref().is_some_and(|ours| Arc::ptr_eq(&ours.0, &self.0))
        };
        CURRENT.try_with(is_ours).unwrap_or(false)
    }
}

/// Arms the timers of one direction of a source.
pub(crate) struct SourceAlarm<'s> {
    source: &'s Source,
    interest: Interest,
}

impl Alarm for SourceAlarm<'_> {
    fn arm(&self, timer: &mut Option<TimerKey>, at: Deadline) {
        // None: the reactor is gone, which whoever waits will see.
        let Some(handle) = self.source.handle() else { return };
        let mut timers = lock(&handle.0.timers);
        let key = *timer.get_or_insert_with(|| {
            timers.insert(TimerAction::Expire(self.source.token(), self.interest))
        });
        handle.arm(timers, key, at);
    }
}

impl Source {
    pub(crate) fn alarm(&self, interest: Interest) -> SourceAlarm<'_> {
        SourceAlarm { source: self, interest }
    }
}

/// Both directions at once, and urgent data where the poller tells of it.
#[cfg(linux_like)]
const INTERESTS: mio::Interest =
    mio::Interest::READABLE.add(mio::Interest::WRITABLE).add(mio::Interest::PRIORITY);
#[cfg(not(linux_like))]
const INTERESTS: mio::Interest = mio::Interest::READABLE.add(mio::Interest::WRITABLE);
