//! The readiness of a socket in both directions, and its error queue, which is a third one to what
//! waits for it: who waits, and until when.
//!
//! ```text
//!   reactor                            operation
//!   ───────                            ─────────
//!   an event comes                     seen = events
//!     events += 1   (it alone writes)  system call ── WouldBlock or short ──▶ drained = seen
//!     lock; take waiters; unlock       events == drained?  no ──▶ system call
//!     wake them                        lock; events == seen? put waiter : go round; unlock
//! ```
//!
//! `events` counts the events of this direction, and `drained` says as of which of them nothing
//! was left: the direction is ready while the two differ. To clear readiness is to store the
//! number that was read *before* the system call, so a clear that comes late names an old number
//! and clears nothing. Numbers of 64 bits do not wrap. Neither side needs a read-modify-write.
//!
//! A wake-up cannot be lost: the reactor counts before it locks, and a waiter looks at the count
//! while it holds the lock. Whoever locks second sees the other.
//!
//! This file is checked by a model checker (tests/loom), and names nothing but its neighbour
//! `waiters.rs`, `crate::sync` and `crate::clock` for that, and `Interest` of the core.

use super::waiters::{WaiterId, Waiters};
use crate::clock::{Deadline, TimerKey};
use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, lock};
use berkeley_core::Interest;
use std::task::Waker;

/// The directions of a socket, in the order of [`Interest`].
///
/// Of a thousand sockets none is in the cache when its turn comes, so what each request touches is
/// together, from the start of [`Source`](super::Source) to the wait for reading.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Directions {
    directions: [Direction; 3],
    /// One lock for all: an event mostly concerns several.
    waits: Mutex<Waits>,
}

#[derive(Debug)]
#[repr(C)]
struct Waits {
    /// Somebody may wait for writing. Asked before `writable` is: most events tell of room for
    /// which nobody waits.
    writable_awaited: bool,
    readable: Wait,
    writable: Wait,
    /// Made for the first who waits for it: few sockets have one.
    error: Option<Box<Wait>>,
}

/// Whether one direction is ready.
#[derive(Debug)]
pub(crate) struct Direction {
    /// The number of the newest event. Written by the reactor alone.
    events: AtomicU64,
    /// The number of the event as of which an operation found nothing left.
    drained: AtomicU64,
}

/// The waits for one direction.
#[derive(Debug)]
struct Wait {
    waiters: Waiters,
    /// The timer of this direction, made at its first deadline and kept.
    timer: Option<TimerKey>,
    /// When the timer fires. It is moved when it fires, not when operations come and go.
    armed: Deadline,
}

/// Arms the timer of a direction. Called with the directions locked.
pub(crate) trait Alarm {
    /// Makes the timer if there is none and has it fire at `at`.
    fn arm(&self, timer: &mut Option<TimerKey>, at: Deadline);
}

impl Direction {
    /// The number of events of a new direction. It counts as ready: nobody has tried.
    pub(crate) const FIRST: u64 = 1;

    fn new() -> Self {
        Self { events: AtomicU64::new(Self::FIRST), drained: AtomicU64::new(0) }
    }

    /// The number of the newest event: what a later [`Directions::wait`] has seen.
    #[inline]
    pub(crate) fn seen(&self) -> u64 {
        // Acquire: what the reactor knew of this event is visible with its number.
        self.events.load(Ordering::Acquire)
    }

    /// Whether the direction may be ready as of event `seen`.
    #[inline]
    pub(crate) fn is_ready(&self, seen: u64) -> bool {
        // Relaxed: an old value costs one system call, no more.
        self.drained.load(Ordering::Relaxed) != seen
    }

    /// Nothing is left as of event `seen`, which was read before the system call that said so.
    #[inline]
    pub(crate) fn drain(&self, seen: u64) {
        self.drained.store(seen, Ordering::Relaxed);
    }

    /// Counts an event. Called by the reactor alone, before it locks.
    #[inline]
    fn count(&self) {
        let events = self.events.load(Ordering::Relaxed);
        self.events.store(events + 1, Ordering::Release);
    }
}

impl Wait {
    const fn new() -> Self {
        Self { waiters: Waiters::new(), timer: None, armed: Deadline::NEVER }
    }
}

impl Waits {
    #[inline]
    fn of(&mut self, interest: Interest) -> &mut Wait {
        match interest {
            Interest::Readable => &mut self.readable,
            Interest::Writable => {
                self.writable_awaited = true;
                &mut self.writable
            }
            Interest::Error => self.error.get_or_insert_with(|| Box::new(Wait::new())),
        }
    }
}

impl Default for Waits {
    fn default() -> Self {
        let (readable, writable) = (Wait::new(), Wait::new());
        Self { writable_awaited: false, readable, writable, error: None }
    }
}

impl Directions {
    pub(crate) fn new() -> Self {
        Self {
            directions: std::array::from_fn(|_| Direction::new()),
            waits: Mutex::new(Waits::default()),
        }
    }

    #[inline]
    pub(crate) fn of(&self, interest: Interest) -> &Direction {
        &self.directions[interest as usize]
    }

    /// An event has come for one direction, or both: counts it and moves the wakers of all who
    /// wait to `wakers`.
    pub(crate) fn event(&self, readable: bool, writable: bool, wakers: &mut Vec<Waker>) {
        let [read, write, _] = &self.directions;
        if readable {
            read.count();
        }
        if writable {
            write.count();
        }
        let mut waits = self.lock();
        if readable {
            waits.readable.waiters.take_all(wakers);
        }
        if writable && std::mem::take(&mut waits.writable_awaited) {
            waits.writable.waiters.take_all(wakers);
        }
    }

    /// An error has come, or an entry of the error queue. That is an [`event`](Self::event) for
    /// both directions too.
    pub(crate) fn error(&self, wakers: &mut Vec<Waker>) {
        let [.., error] = &self.directions;
        error.count();
        if let Some(error) = &mut self.lock().error {
            error.waiters.take_all(wakers);
        }
    }

    /// Waits for an event after `seen`: `false` if it has come, and nobody waits then. `id` names
    /// the waiter if it waited before, and the waiter that it is from now on.
    pub(crate) fn wait(
        &self,
        interest: Interest,
        seen: u64,
        id: &mut Option<WaiterId>,
        waker: &Waker,
        deadline: Deadline,
        alarm: &impl Alarm,
    ) -> bool {
        // Cloned before the lock, dropped after: a waker may do anything.
        let waker = waker.clone();
        let mut waits = self.lock();
        if self.of(interest).events.load(Ordering::Relaxed) != seen {
            return false;
        }
        let wait = waits.of(interest);
        let replaced = wait.waiters.put(id, waker, deadline);
        if deadline < wait.armed {
            wait.armed = deadline;
            alarm.arm(&mut wait.timer, deadline);
        }
        drop(waits);
        drop(replaced);
        true
    }

    /// The operation `id`, which last waited for an event after `seen`, waits no more.
    #[inline]
    pub(crate) fn leave(&self, interest: Interest, seen: u64, id: WaiterId) {
        // An event since then has taken the waiter with it, or is about to.
        if self.of(interest).events.load(Ordering::Relaxed) == seen {
            let left = self.lock().of(interest).waiters.remove(id);
            drop(left);
        }
    }

    /// The timer has fired: moves the wakers of those whose deadline has come to `wakers`, and
    /// arms it for the earliest of the rest.
    pub(crate) fn expire(
        &self,
        interest: Interest,
        now: u64,
        wakers: &mut Vec<Waker>,
        alarm: &impl Alarm,
    ) {
        let mut waits = self.lock();
        let wait = waits.of(interest);
        let next = wait.waiters.take_due(now, wakers);
        wait.armed = next;
        if next != Deadline::NEVER {
            alarm.arm(&mut wait.timer, next);
        }
    }

    /// Gives up the timers that were made: the socket goes.
    pub(crate) fn take_timers(&self) -> [Option<TimerKey>; 3] {
        let mut waits = self.lock();
        let error = waits.error.as_mut().and_then(|wait| wait.timer.take());
        [waits.readable.timer.take(), waits.writable.timer.take(), error]
    }

    fn lock(&self) -> MutexGuard<'_, Waits> {
        lock(&self.waits)
    }
}
