//! Readiness from our own reactor: that of the worker, or the one in the background.

use super::{Limits, Short, Step, Try, Wait, is_would_block};
use crate::clock::{Deadline, TimerKey};
use crate::reactor::{Direction, Handle, Interest, Park, Reactor, Source, WaiterId};
use crate::sync::{Mutex, lock};
use berkeley_core as core;
use std::future::poll_fn;
use std::io;
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

/// A socket registered with a reactor.
#[derive(Debug)]
pub(super) struct Registration {
    source: Arc<Source>,
}

impl Registration {
    pub(super) fn new(reactor: &Handle, socket: &core::Socket) -> io::Result<Self> {
        Ok(Self { source: reactor.register(socket.as_raw_fd())? })
    }

    #[inline]
    pub(super) fn is_orphaned(&self) -> bool {
        self.source.is_orphaned()
    }

    /// The number of the newest event, and whether it may be ready as of that.
    #[inline]
    pub(super) fn known(&self, interest: Interest) -> (u64, bool) {
        let direction = self.source.directions().of(interest);
        let event = direction.seen();
        (event, direction.is_ready(event))
    }

    /// Nothing is left as of an event.
    #[inline]
    pub(super) fn drained(&self, interest: Interest, event: u64) {
        self.source.directions().of(interest).drain(event);
    }

    /// An operation that saw an event is done, and waits no more.
    #[inline]
    pub(super) fn done(&self, interest: Interest, event: u64, wait: &mut Wait, short: bool) {
        if short && self.source.short_means_drained(interest) {
            self.drained(interest, event);
        }
        // The event for which it waited has taken the waiter with it, or is about to.
        if wait.seen != event {
            wait.id = None;
        }
    }

    /// Waits for the next event; `false` when there is more to do.
    #[inline]
    pub(super) fn wait_on(
        &self,
        interest: Interest,
        event: u64,
        wait: &mut Wait,
        waker: &Waker,
        limits: Limits,
    ) -> bool {
        matches!(self.wait(interest, event, wait, waker, limits), Waiting::Pending)
    }

    #[inline]
    pub(super) fn poll(
        &self,
        interest: Interest,
        wait: &mut Wait,
        cx: &mut Context<'_>,
        limits: Limits,
        attempt: &mut Try<'_>,
    ) -> Step {
        let direction = self.source.directions().of(interest);
        // The deadline has passed: one attempt more, for what has come and was not reported yet.
        let mut last = false;
        loop {
            let seen = direction.seen();
            if last || direction.is_ready(seen) {
                let mut retry = None;
                match (attempt(&mut retry), retry) {
                    (Ok(Short(short)), _) => {
                        if short && self.source.short_means_drained(interest) {
                            direction.drain(seen);
                        }
                        return Step::Done(Ok(()));
                    }
                    (Err(e), Some(pause)) if is_would_block(&e) => return Step::Pause(pause),
                    (Err(e), None) if is_would_block(&e) => direction.drain(seen),
                    (Err(e), _) => return Step::Done(Err(e)),
                }
            }
            match self.wait(interest, seen, wait, cx.waker(), limits) {
                Waiting::Ready => {}
                Waiting::Pending => return Step::Pending,
                Waiting::Orphaned => return Step::Again,
                Waiting::TimedOut if last => {
                    return Step::Done(Err(io::ErrorKind::TimedOut.into()));
                }
                Waiting::TimedOut => last = true,
            }
        }
    }

    /// Waits for an event after `seen`.
    #[inline]
    fn wait(
        &self,
        interest: Interest,
        seen: u64,
        wait: &mut Wait,
        waker: &Waker,
        limits: Limits,
    ) -> Waiting {
        if !wait.begin(limits) {
            return Waiting::TimedOut;
        }
        wait.seen = seen;
        let (directions, alarm) = (self.source.directions(), self.source.alarm(interest));
        if !directions.wait(interest, seen, &mut wait.id, waker, wait.deadline, &alarm) {
            return Waiting::Ready;
        }
        // Looked at after the wait began: a reactor that ends first says so, and then wakes.
        if self.source.is_orphaned() { Waiting::Orphaned } else { Waiting::Pending }
    }

    pub(super) fn begin_drained(&self, interest: Interest) {
        self.source.directions().of(interest).drain(Direction::FIRST);
    }

    #[inline]
    pub(super) fn leave(&self, interest: Interest, seen: u64, id: WaiterId) {
        self.source.directions().leave(interest, seen, id);
    }

    /// Returns when the peer has closed, or the reactor is gone.
    pub(super) async fn peer_closed(&self, socket: &core::Socket) -> io::Result<()> {
        let directions = self.source.directions();
        let mut waiter = Waiter { source: &self.source, seen: 0, id: None };
        poll_fn(|cx| {
            loop {
                waiter.seen = directions.of(Interest::Readable).seen();
                if self.source.is_orphaned() || socket.is_peer_closed()? {
                    return Poll::Ready(Ok(()));
                }
                let Waiter { seen, id, .. } = &mut waiter;
                let alarm = self.source.alarm(Interest::Readable);
                let never = Deadline::NEVER;
                if directions.wait(Interest::Readable, *seen, id, cx.waker(), never, &alarm)
                    && !self.source.is_orphaned()
                {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    pub(super) fn end(&self, outlived: bool) {
        if let Some(reactor) = self.source.handle() {
            reactor.forget(&self.source, outlived && !self.source.is_orphaned());
        }
    }
}

/// What came of the wish to wait.
enum Waiting {
    /// An event has come: nobody waits.
    Ready,
    Pending,
    TimedOut,
    Orphaned,
}

/// A wait for reading that ends with its owner.
struct Waiter<'s> {
    source: &'s Source,
    seen: u64,
    id: Option<WaiterId>,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.source.directions().leave(Interest::Readable, self.seen, id);
        }
    }
}

/// A timer of a reactor.
#[derive(Debug)]
pub(crate) struct Sleeper {
    reactor: Handle,
    key: TimerKey,
}

impl Sleeper {
    pub(super) fn new(reactor: Handle, deadline: Deadline, waker: &Waker) -> Self {
        let key = reactor.insert_sleeper(deadline, waker.clone());
        Self { reactor, key }
    }

    /// Has the timer wake `waker`; `false` if its reactor is gone.
    pub(super) fn update(&self, waker: &Waker) -> bool {
        self.reactor.update_sleeper(self.key, waker);
        !self.reactor.is_closed()
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.reactor.remove_timer(self.key);
    }
}

/// The reactor for sockets that wait where nobody else drives them. Its thread starts with the
/// first of them and lives as long as the process. (A forked child has no thread of its parent's.)
pub(crate) fn background() -> io::Result<Handle> {
    static BACKGROUND: Mutex<Option<(u32, Handle)>> = Mutex::new(None);
    let process = process::id();
    let mut background = lock(&BACKGROUND);
    if let Some((_, handle)) = background.as_ref().filter(|(of, _)| *of == process) {
        return Ok(handle.clone());
    }
    let mut reactor = Reactor::new()?;
    let ours = reactor.handle().clone();
    thread::Builder::new().name("berkeley-reactor".to_owned()).spawn(move || {
        loop {
            // A waker that panics has said so, and is not ours: everybody else still waits.
            let turn = catch_unwind(AssertUnwindSafe(|| reactor.turn(Park::Yes)));
            // A poller fails only on a descriptor that somebody else closed.
            if let Ok(Err(e)) = turn {
                panic!("the poller of the background reactor failed: {e}");
            }
        }
    })?;
    Ok(background.insert((process, ours)).1.clone())
}
