//! Readiness from our own reactor: that of the worker, or the one in the background.

use super::{Done, Wait};
use crate::clock::{Deadline, TimerKey};
use crate::reactor::{Direction, Handle, Interest, Park, Reactor, Source, WaiterId};
use crate::sync::{Mutex, lock};
use berkeley_core as core;
use std::future::poll_fn;
use std::io;
use std::os::fd::AsRawFd;
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

    #[inline]
    pub(super) fn poll<T>(
        &self,
        interest: Interest,
        wait: &mut Wait,
        cx: &mut Context<'_>,
        timeout: u64,
        mut attempt: impl FnMut(&mut Deadline) -> io::Result<Done<T>>,
    ) -> Poll<io::Result<T>> {
        let direction = self.source.directions().of(interest);
        loop {
            let seen = direction.seen();
            if direction.is_ready(seen) || wait.retry_at.passed() {
                match attempt(&mut wait.retry_at) {
                    Ok(done) => {
                        if done.short && self.source.short_means_drained(interest) {
                            direction.drain(seen);
                        }
                        return Poll::Ready(Ok(done.value));
                    }
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => direction.drain(seen),
                    Err(e) => return Poll::Ready(Err(e)),
                }
            }
            if self.wait(interest, seen, wait, cx.waker(), timeout)? {
                return Poll::Pending;
            }
        }
    }

    /// Waits for an event after `seen`: `false` if it has come. Kept out of [`poll`](Self::poll),
    /// whose every instance it would fill.
    #[inline(never)]
    fn wait(
        &self,
        interest: Interest,
        seen: u64,
        wait: &mut Wait,
        waker: &Waker,
        timeout: u64,
    ) -> io::Result<bool> {
        wait.begin(timeout)?;
        wait.seen = seen;
        let alarm_at = wait.alarm_at();
        let alarm = self.source.alarm(interest);
        Ok(self.source.directions().wait(interest, seen, &mut wait.id, waker, alarm_at, &alarm))
    }

    pub(super) fn begin_drained(&self, interest: Interest) {
        self.source.directions().of(interest).drain(Direction::FIRST);
    }

    #[inline]
    pub(super) fn leave(&self, interest: Interest, seen: u64, id: WaiterId) {
        self.source.directions().leave(interest, seen, id);
    }

    /// Returns when the peer's end has been reported, or the reactor is gone.
    pub(super) async fn peer_closed(&self) {
        let directions = self.source.directions();
        let mut waiting = Waiting { source: &self.source, seen: 0, id: None };
        poll_fn(|cx| {
            loop {
                let seen = directions.of(Interest::Readable).seen();
                if self.source.is_read_closed() || self.source.is_orphaned() {
                    return Poll::Ready(());
                }
                waiting.seen = seen;
                let (id, never) = (&mut waiting.id, Deadline::NEVER);
                let alarm = self.source.alarm(Interest::Readable);
                if directions.wait(Interest::Readable, seen, id, cx.waker(), never, &alarm) {
                    return Poll::Pending;
                }
            }
        })
        .await;
    }

    pub(super) fn end(&self, outlived: bool) {
        self.source.handle().forget(&self.source, outlived && !self.source.is_orphaned());
    }
}

/// A wait for reading that ends with its owner.
struct Waiting<'s> {
    source: &'s Source,
    seen: u64,
    id: Option<WaiterId>,
}

impl Drop for Waiting<'_> {
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

    pub(super) fn update(&self, waker: &Waker) {
        self.reactor.update_sleeper(self.key, waker);
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.reactor.remove_timer(self.key);
    }
}

/// The reactor for sockets that wait where nobody else drives them. Its thread starts with the
/// first of them and lives as long as the process.
pub(crate) fn background() -> io::Result<Handle> {
    static HANDLE: Mutex<Option<Handle>> = Mutex::new(None);
    let mut handle = lock(&HANDLE);
    if let Some(handle) = &*handle {
        return Ok(handle.clone());
    }
    let mut reactor = Reactor::new()?;
    let ours = reactor.handle().clone();
    thread::Builder::new().name("berkeley-reactor".to_owned()).spawn(move || {
        loop {
            // A poller fails only on a descriptor that somebody else closed.
            if let Err(e) = reactor.turn(Park::Yes) {
                panic!("the poller of the background reactor failed: {e}");
            }
        }
    })?;
    Ok(handle.insert(ours).clone())
}
