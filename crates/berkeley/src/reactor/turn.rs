//! One turn of the loop: poll, mark what is ready, expire what is due, wake who waits.

use super::alarm::WakeUp;
use super::registry::{Registry, Token};
use super::{ASLEEP, AWAKE, Handle, RUNG, Shared, TimerAction};
use crate::clock::{Deadline, Timers};
use crate::sync::{AtomicU8, AtomicU64, Mutex, Ordering, lock};
use berkeley_core::clock;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::Waker;
use std::time::Duration;

/// The events that one poll can bring: as many as tasks run between two polls, so that what was
/// marked is in the cache still when its task runs.
const EVENTS: usize = 256;

/// The token of the bell that others ring.
const BELL: mio::Token = mio::Token(usize::MAX);

/// The token of the alarm clock.
const ALARM: mio::Token = mio::Token(usize::MAX - 1);

/// The reactor itself, owned by the thread that turns it.
#[derive(Debug)]
pub(crate) struct Reactor {
    poll: mio::Poll,
    events: mio::Events,
    handle: Handle,
    wake_up: WakeUp,
    /// Wakers of one turn: collected under locks, woken outside.
    wakers: Vec<Waker>,
}

/// Whether a turn may sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Park {
    /// There is other work: look and return.
    No,
    /// Sleep until an event, a timer or a ring.
    Yes,
}

impl Reactor {
    pub(crate) fn new() -> io::Result<Self> {
        let poll = mio::Poll::new()?;
        let handle = Handle(Arc::new(Shared {
            poller: poll.registry().try_clone()?,
            alarm_bell: mio::Waker::new(poll.registry(), BELL)?,
            registry: Mutex::new(Registry::default()),
            timers: Mutex::new(Timers::new()),
            next_timer: AtomicU64::new(Deadline::NEVER.0),
            state: AtomicU8::new(AWAKE),
            closed: AtomicBool::new(false),
        }));
        Ok(Self {
            wake_up: WakeUp::new(poll.registry(), ALARM)?,
            poll,
            events: mio::Events::with_capacity(EVENTS),
            handle,
            wakers: Vec::new(),
        })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Polls once and wakes whom it concerns.
    pub(crate) fn turn(&mut self, park: Park) -> io::Result<()> {
        let timeout = match park {
            Park::No => Some(Duration::ZERO),
            Park::Yes => self.fall_asleep(),
        };
        let polled = self.poll.poll(&mut self.events, timeout);
        if park == Park::Yes {
            // What rings from here on is for the next turn. What rang before is in the inbox,
            // which is looked at after this.
            self.handle.0.state.store(AWAKE, Ordering::Release);
        }
        match polled {
            Ok(()) => self.mark_ready(),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
        self.expire_timers();
        wake_all(&mut self.wakers);
        Ok(())
    }

    /// Announces the sleep, and says how long it may be. Announced first: a timer or a message
    /// that comes later finds the reactor asleep and rings.
    fn fall_asleep(&mut self) -> Option<Duration> {
        let shared = &*self.handle.0;
        if shared.state.swap(ASLEEP, Ordering::AcqRel) == RUNG {
            return Some(Duration::ZERO);
        }
        self.wake_up.at(Deadline(shared.next_timer.load(Ordering::Acquire)))
    }

    fn mark_ready(&mut self) {
        let registry = lock(&self.handle.0.registry);
        for event in &self.events {
            match event.token() {
                BELL => continue,
                ALARM => {
                    self.wake_up.rang();
                    continue;
                }
                _ => {}
            }
            // None: the socket went while its event was on the way.
            let Some(source) = registry.get(Token::from_usize(event.token().0)) else { continue };
            source.mark(event, &mut self.wakers);
        }
    }

    fn expire_timers(&mut self) {
        let shared = &*self.handle.0;
        let next = Deadline(shared.next_timer.load(Ordering::Relaxed));
        if self.wake_up.covers(next) || !next.passed() {
            return;
        }
        let now = clock::precise();
        let mut due = Vec::new();
        {
            let mut timers = lock(&shared.timers);
            while let Some((_, action)) = timers.pop_due(now) {
                match action {
                    TimerAction::Wake(waker) => self.wakers.extend(waker.take()),
                    TimerAction::Expire(token, interest) => due.push((*token, *interest)),
                }
            }
            shared.next_timer.store(timers.next().0, Ordering::Release);
        }
        for (token, interest) in due {
            let source = lock(&shared.registry).get(token).cloned();
            if let Some(source) = source {
                let alarm = source.alarm(interest);
                source.directions().expire(interest, now, &mut self.wakers, &alarm);
            }
        }
    }
}

/// Wakes all, also when one of the wakers panics; then the panic goes on.
fn wake_all(wakers: &mut Vec<Waker>) {
    let mut panic = None;
    for waker in wakers.drain(..) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
            panic = Some(payload);
        }
    }
    if let Some(payload) = panic {
        resume_unwind(payload);
    }
}

/// Wakes all who wait, so that they find another reactor.
impl Drop for Reactor {
    fn drop(&mut self) {
        // Said before the sleepers are woken: one that comes later finds it said.
        self.handle.0.closed.store(true, Ordering::SeqCst);
        for action in lock(&self.handle.0.timers).payloads_mut() {
            if let TimerAction::Wake(waker) = action {
                self.wakers.extend(waker.take());
            }
        }
        let sources = lock(&self.handle.0.registry).drain();
        for source in sources {
            source.orphan();
            // The descriptor lives on, and so would its registration in a poller that a clone
            // keeps open.
            drop(self.handle.0.poller.deregister(&mut mio::unix::SourceFd(&source.fd())));
            source.directions().event(true, true, &mut self.wakers);
            source.directions().error(&mut self.wakers);
        }
        wake_all(&mut self.wakers);
    }
}
