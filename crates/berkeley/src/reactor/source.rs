//! The readiness of one direction of a socket, who waits for it, and until when.
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
//! This file is checked by a model checker (tests/loom), and names nothing outside `crate::sync`
//! and `crate::clock` for that.

use crate::clock::{Deadline, TimerKey};
use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, lock};
use std::collections::BTreeMap;
use std::task::Waker;

/// One direction of a socket: reading or writing.
#[derive(Debug)]
pub(crate) struct Direction {
    /// The number of the newest event. Written by the reactor alone.
    events: AtomicU64,
    /// The number of the event as of which an operation found nothing left.
    drained: AtomicU64,
    waiters: Mutex<Waiters>,
}

/// Who waits. Nearly always one, who needs no allocation.
#[derive(Debug)]
struct Waiters {
    first: Option<Waiter>,
    more: BTreeMap<WaiterId, Waiter>,
    last_id: u64,
    /// The timer of this direction, made at its first deadline and kept.
    timer: Option<TimerKey>,
    /// When the timer fires. It is moved when it fires, not when operations come and go.
    armed: Deadline,
}

#[derive(Debug)]
struct Waiter {
    id: WaiterId,
    waker: Waker,
    deadline: Deadline,
}

/// Names one waiting operation of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WaiterId(pub(crate) u64);

impl WaiterId {
    /// The one waiter that all poll functions of a direction share: the last of them wins, as the
    /// contract of `AsyncRead` has it.
    pub(crate) const POLL: Self = Self(0);
}

/// Arms the timer of a direction. Called with the direction locked.
pub(crate) trait Alarm {
    /// Makes the timer if there is none and has it fire at `at`.
    fn arm(&self, timer: &mut Option<TimerKey>, at: Deadline);
}

impl Direction {
    /// The number of events of a new direction. It counts as ready: nobody has tried.
    pub(crate) const FIRST: u64 = 1;

    pub(crate) fn new() -> Self {
        Self {
            events: AtomicU64::new(Self::FIRST),
            drained: AtomicU64::new(0),
            waiters: Mutex::new(Waiters {
                first: None,
                more: BTreeMap::new(),
                last_id: WaiterId::POLL.0,
                timer: None,
                armed: Deadline::NEVER,
            }),
        }
    }

    /// The number of the newest event: what a later [`wait`](Self::wait) has seen.
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

    /// An event has come: counts it and moves the wakers of all who wait to `wakers`.
    pub(crate) fn event(&self, wakers: &mut Vec<Waker>) {
        let events = self.events.load(Ordering::Relaxed);
        self.events.store(events + 1, Ordering::Release);
        let mut waiters = self.lock();
        wakers.extend(waiters.first.take().map(|waiter| waiter.waker));
        if !waiters.more.is_empty() {
            let more = std::mem::take(&mut waiters.more);
            wakers.extend(more.into_values().map(|waiter| waiter.waker));
        }
    }

    /// Waits for an event after `seen`: `false` if it has come, and nobody waits then. `id` names
    /// the waiter if it waited before, and the waiter that it is from now on.
    pub(crate) fn wait(
        &self,
        seen: u64,
        id: &mut Option<WaiterId>,
        waker: &Waker,
        deadline: Deadline,
        alarm: &impl Alarm,
    ) -> bool {
        // Cloned before the lock: a waker may do anything.
        let waker = waker.clone();
        let mut waiters = self.lock();
        if self.events.load(Ordering::Relaxed) != seen {
            return false;
        }
        let waiters = &mut *waiters;
        let id = *id.get_or_insert_with(|| {
            waiters.last_id += 1;
            WaiterId(waiters.last_id)
        });
        let replaced = waiters.put(Waiter { id, waker, deadline });
        if deadline < waiters.armed {
            waiters.armed = deadline;
            alarm.arm(&mut waiters.timer, deadline);
        }
        drop(replaced);
        true
    }

    /// The operation `id`, which last waited for an event after `seen`, waits no more.
    pub(crate) fn leave(&self, seen: u64, id: WaiterId) {
        // An event since then has taken the waiter with it, or is about to.
        if self.events.load(Ordering::Relaxed) != seen {
            return;
        }
        let left = self.lock().remove(id);
        drop(left);
    }

    /// The timer has fired: moves the wakers of those whose deadline has come to `wakers`, and
    /// arms it for the earliest of the rest.
    pub(crate) fn expire(&self, now: u64, wakers: &mut Vec<Waker>, alarm: &impl Alarm) {
        let mut waiters = self.lock();
        let waiters = &mut *waiters;
        let mut next = Deadline::NEVER;
        for due in waiters.extract(|waiter| waiter.deadline.0 <= now, &mut next) {
            wakers.push(due.waker);
        }
        waiters.armed = next;
        if next != Deadline::NEVER {
            alarm.arm(&mut waiters.timer, next);
        }
    }

    /// Gives up the timer, if one was made: the socket goes.
    pub(crate) fn take_timer(&self) -> Option<TimerKey> {
        self.lock().timer.take()
    }

    fn lock(&self) -> MutexGuard<'_, Waiters> {
        lock(&self.waiters)
    }
}

impl Waiters {
    /// Adds a waiter, or renews it, and returns the one it replaced.
    fn put(&mut self, waiter: Waiter) -> Option<Waiter> {
        match &self.first {
            None => self.more.remove(&waiter.id).or(self.first.replace(waiter)),
            Some(first) if first.id == waiter.id => self.first.replace(waiter),
            Some(_) => self.more.insert(waiter.id, waiter),
        }
    }

    fn remove(&mut self, id: WaiterId) -> Option<Waiter> {
        self.first.take_if(|waiter| waiter.id == id).or_else(|| self.more.remove(&id))
    }

    /// Takes out those that are due, and lowers `next` to the earliest deadline of the rest.
    fn extract(&mut self, due: impl Fn(&Waiter) -> bool, next: &mut Deadline) -> Vec<Waiter> {
        let mut out: Vec<_> = self.first.take_if(|waiter| due(waiter)).into_iter().collect();
        let late: Vec<_> =
            self.more.values().filter(|waiter| due(waiter)).map(|waiter| waiter.id).collect();
        out.extend(late.iter().filter_map(|id| self.more.remove(id)));
        for waiter in self.first.iter().chain(self.more.values()) {
            *next = (*next).min(waiter.deadline);
        }
        out
    }
}
