//! Model checks of `reactor/source.rs`, the very file of the crate, built on the model checker's
//! atomics and locks: each test runs every interleaving of its threads (the one of three threads,
//! those with up to three preemptions).
//!
//! The kernel's buffer is an atomic number. An operation is the loop of `driver/own.rs`.
#![cfg(test)]

/// What `crate::sync` is to the file under test.
mod sync {
    pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};
    pub(crate) use loom::sync::{Mutex, MutexGuard};

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap()
    }
}

/// What `crate::clock` is to the file under test.
mod clock {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct Deadline(pub(crate) u64);

    impl Deadline {
        pub(crate) const NEVER: Self = Self(u64::MAX);
    }

    #[derive(Clone, Copy, Debug)]
    pub(crate) struct TimerKey;
}

#[expect(dead_code, reason = "what only the registry calls")]
#[path = "../../../crates/berkeley/src/reactor/source.rs"]
mod source;
#[allow(dead_code, reason = "what only tokio's driver calls, with that feature")]
#[path = "../../../crates/berkeley/src/reactor/waiters.rs"]
mod waiters;

use berkeley_core::Interest;
use clock::{Deadline, TimerKey};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;
use source::{Alarm, Directions};
use std::task::{Wake, Waker};
use waiters::WaiterId;

const READ: Interest = Interest::Readable;

/// Whether a task was woken, outside of the model: it is looked at when all threads have ended.
#[derive(Default)]
struct Woken(std::sync::atomic::AtomicBool);

impl Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Woken {
    fn get(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// The timer of the direction: when it fires next.
struct Timer(AtomicU64);

impl Timer {
    fn idle() -> Self {
        Self(AtomicU64::new(Deadline::NEVER.0))
    }
}

impl Alarm for Timer {
    fn arm(&self, timer: &mut Option<TimerKey>, at: Deadline) {
        *timer = Some(TimerKey);
        self.0.store(at.0, Ordering::SeqCst);
    }
}

/// A direction of a socket, the kernel's buffer behind it, and its timer.
struct Model {
    interest: Interest,
    directions: Directions,
    buffer: AtomicU64,
    timer: Timer,
}

impl Model {
    fn new() -> Arc<Self> {
        Self::of(READ)
    }

    fn of(interest: Interest) -> Arc<Self> {
        Arc::new(Self {
            interest,
            directions: Directions::new(),
            buffer: AtomicU64::new(0),
            timer: Timer::idle(),
        })
    }

    /// The kernel gets a byte, and its event comes to the reactor.
    fn deliver(&self) {
        self.buffer.fetch_add(1, Ordering::SeqCst);
        self.event();
    }

    fn event(&self) -> usize {
        let mut wakers = Vec::new();
        self.directions.event(true, true, &mut wakers);
        let count = wakers.len();
        wakers.into_iter().for_each(Waker::wake);
        count
    }

    /// One poll of an operation that takes all there is: how much, or 0 while it waits.
    fn poll(&self, id: &mut Option<WaiterId>, seen: &mut u64, waker: &Waker, at: Deadline) -> u64 {
        loop {
            *seen = self.directions.of(self.interest).seen();
            if self.directions.of(self.interest).is_ready(*seen) {
                match self.buffer.swap(0, Ordering::SeqCst) {
                    0 => self.directions.of(self.interest).drain(*seen),
                    taken => return taken,
                }
            }
            if self.directions.wait(self.interest, *seen, id, waker, at, &self.timer) {
                return 0;
            }
        }
    }
}

fn woken() -> (std::sync::Arc<Woken>, Waker) {
    let woken = std::sync::Arc::<Woken>::default();
    (woken.clone(), woken.into())
}

#[test]
fn an_event_beside_a_clear_and_a_wait_is_not_lost() {
    an_event_is_not_lost(READ);
}

/// Of who waits for room, a flag tells whether there is anybody to be looked for.
#[test]
fn room_beside_a_clear_and_a_wait_for_it_is_not_lost() {
    an_event_is_not_lost(Interest::Writable);
}

fn an_event_is_not_lost(interest: Interest) {
    loom::model(move || {
        let model = Model::of(interest);
        let reactor = thread::spawn({
            let model = model.clone();
            move || {
                model.deliver();
                model.deliver();
            }
        });
        let (woken, waker) = woken();
        let mut taken = 0;
        // Until it waits; then it must be woken for what is left.
        loop {
            match model.poll(&mut None, &mut 0, &waker, Deadline::NEVER) {
                0 => break,
                some => taken += some,
            }
        }
        reactor.join().unwrap();
        let left = model.buffer.load(Ordering::SeqCst);
        assert_eq!(taken + left, 2);
        assert!(left == 0 || woken.get(), "{left} left, and nobody was told");
    });
}

#[test]
fn a_short_read_beside_an_event_does_not_clear_it() {
    loom::model(|| {
        let model = Model::new();
        let reactor = thread::spawn({
            let model = model.clone();
            move || model.deliver()
        });
        let (woken, waker) = woken();
        // A receive that came out short clears what it saw before its system call.
        let seen = model.directions.of(READ).seen();
        let mut taken = model.buffer.swap(0, Ordering::SeqCst);
        model.directions.of(READ).drain(seen);
        if taken == 0 {
            taken = model.poll(&mut None, &mut 0, &waker, Deadline::NEVER);
        }
        reactor.join().unwrap();
        assert!(taken == 1 || woken.get());
    });
}

#[test]
fn all_who_wait_are_woken() {
    // Three threads: all interleavings with up to three preemptions.
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let model = Model::new();
        let other = thread::spawn({
            let model = model.clone();
            move || {
                let (woken, waker) = woken();
                (model.poll(&mut None, &mut 0, &waker, Deadline::NEVER), woken)
            }
        });
        let reactor = thread::spawn({
            let model = model.clone();
            move || model.deliver()
        });
        let (woken, waker) = woken();
        let taken = model.poll(&mut None, &mut 0, &waker, Deadline::NEVER);
        let (taken_by_other, other_woken) = other.join().unwrap();
        reactor.join().unwrap();
        // The byte went to one of them, or both were told of it.
        assert!(taken + taken_by_other == 1 || (woken.get() && other_woken.get()));
    });
}

#[test]
fn an_error_beside_a_wait_for_it_is_not_lost_and_is_told_to_nobody_else() {
    loom::model(|| {
        let model = Model::new();
        let errors = Arc::new(AtomicU64::new(0));
        let (reader_woken, reader) = woken();
        assert_eq!(model.poll(&mut None, &mut 0, &reader, Deadline::NEVER), 0);
        let reactor = thread::spawn({
            let (model, errors) = (model.clone(), errors.clone());
            move || {
                errors.fetch_add(1, Ordering::SeqCst);
                let mut wakers = Vec::new();
                model.directions.error(&mut wakers);
                wakers.into_iter().for_each(Waker::wake);
            }
        });
        let (woken, waker) = woken();
        let direction = model.directions.of(Interest::Error);
        let mut taken = 0;
        loop {
            let seen = direction.seen();
            if direction.is_ready(seen) {
                taken = errors.swap(0, Ordering::SeqCst);
                if taken > 0 {
                    break;
                }
                direction.drain(seen);
            }
            let (id, never) = (&mut None, Deadline::NEVER);
            if model.directions.wait(Interest::Error, seen, id, &waker, never, &model.timer) {
                break;
            }
        }
        reactor.join().unwrap();
        assert!(taken == 1 || woken.get(), "the error is there and nobody knows");
        assert!(!reader_woken.get(), "the other directions have events of their own");
    });
}

#[test]
fn an_operation_that_leaves_leaves_nothing_behind() {
    loom::model(|| {
        let model = Model::new();
        let (_, waker) = woken();
        let (mut id, mut seen) = (None, 0);
        // Without an event, and then beside one.
        assert_eq!(model.poll(&mut id, &mut seen, &waker, Deadline::NEVER), 0);
        model.directions.leave(READ, seen, id.unwrap());
        assert_eq!(model.event(), 0, "a waiter that left was woken");
        id = None;
        assert_eq!(model.poll(&mut id, &mut seen, &waker, Deadline::NEVER), 0);
        let reactor = thread::spawn({
            let model = model.clone();
            move || model.deliver()
        });
        model.directions.leave(READ, seen, id.unwrap());
        reactor.join().unwrap();
        assert_eq!(model.event(), 0, "a waiter that left was woken");
    });
}

#[test]
fn a_deadline_that_comes_while_the_timer_fires_is_armed_or_told() {
    loom::model(|| {
        let model = Model::new();
        let (first_woken, first) = woken();
        assert_eq!(model.poll(&mut None, &mut 0, &first, Deadline(10)), 0);
        assert_eq!(model.timer.0.load(Ordering::SeqCst), 10);
        let reactor = thread::spawn({
            let model = model.clone();
            move || {
                let mut wakers = Vec::new();
                model.directions.expire(READ, 10, &mut wakers, &model.timer);
                wakers.into_iter().for_each(Waker::wake);
            }
        });
        let (second_woken, second) = woken();
        assert_eq!(model.poll(&mut None, &mut 0, &second, Deadline(20)), 0);
        reactor.join().unwrap();
        assert!(first_woken.get(), "its deadline has come");
        assert!(!second_woken.get(), "its deadline has not come");
        assert_eq!(model.timer.0.load(Ordering::SeqCst), 20, "nobody would tell the second");
    });
}

#[test]
fn an_earlier_deadline_moves_the_timer() {
    loom::model(|| {
        let model = Model::new();
        let other = thread::spawn({
            let model = model.clone();
            move || model.poll(&mut None, &mut 0, &woken().1, Deadline(20))
        });
        assert_eq!(model.poll(&mut None, &mut 0, &woken().1, Deadline(10)), 0);
        assert_eq!(other.join().unwrap(), 0);
        assert_eq!(model.timer.0.load(Ordering::SeqCst), 10);
    });
}

#[test]
fn an_event_beside_an_expiry_wakes_once_and_leaves_nobody() {
    loom::model(|| {
        let model = Model::new();
        let (first_woken, first) = woken();
        let (mut id, mut seen) = (None, 0);
        assert_eq!(model.poll(&mut id, &mut seen, &first, Deadline(10)), 0);
        let timer = thread::spawn({
            let model = model.clone();
            move || {
                let mut wakers = Vec::new();
                model.directions.expire(READ, 10, &mut wakers, &model.timer);
                wakers.len()
            }
        });
        let by_event = model.event();
        assert_eq!(by_event + timer.join().unwrap(), 1);
        assert_eq!(first_woken.get(), by_event == 1);
        assert_eq!(model.event(), 0);
    });
}
