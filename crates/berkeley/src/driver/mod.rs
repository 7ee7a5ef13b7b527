//! Where a socket's readiness comes from: decided when the socket first waits, and again when
//! that place is gone.
//!
//! | where the socket waits | driver |
//! |---|---|
//! | in a task of our own runtime | `own.rs`: the reactor of that worker |
//! | inside tokio (feature `tokio`) | `tokio.rs`: tokio's reactor, without a thread or a poller of ours |
//! | anywhere else | `own.rs`: one reactor on a thread in the background, started then |
//!
//! Nothing outside this folder names any of them.

mod own;
#[cfg(feature = "tokio")]
mod tokio;

use crate::clock::{Deadline, Timeout};
use crate::reactor::{Interest, WaiterId};
use crate::sync::{Mutex, Ordering, lock};
use berkeley_core as core;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, Waker};

pub(crate) use own::background;

/// What an operation did when it was tried.
#[derive(Debug)]
pub struct Done<T> {
    pub(crate) value: T,
    /// It got less than it asked for, on a stream: the kernel's buffer is now empty (or full).
    pub(crate) short: bool,
}

impl<T> Done<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value, short: false }
    }
}

/// One operation's state between its polls.
#[derive(Debug)]
pub(crate) struct Wait {
    /// Who this operation is among those who wait, once it has waited.
    id: Option<WaiterId>,
    /// The newest event when it last began to wait.
    seen: u64,
    /// When the operation fails.
    pub(crate) deadline: Deadline,
    /// When it is tried again, ready or not.
    pub(crate) retry_at: Deadline,
}

impl Wait {
    pub(crate) const fn new() -> Self {
        Self { id: None, seen: 0, deadline: Deadline::NEVER, retry_at: Deadline::NEVER }
    }

    /// The state of the poll functions of a direction, which keep nothing but a deadline.
    pub(crate) const fn polling(deadline: Deadline) -> Self {
        Self { id: Some(WaiterId::POLL), seen: 0, deadline, retry_at: Deadline::NEVER }
    }

    /// Has the deadline begin, if it has not: `timeout` nanoseconds from now.
    ///
    /// # Errors
    /// `TimedOut` when it had begun and has passed.
    fn begin(&mut self, timeout: u64) -> io::Result<()> {
        if self.deadline != Deadline::NEVER {
            return if self.deadline.passed() {
                Err(io::ErrorKind::TimedOut.into())
            } else {
                Ok(())
            };
        }
        if timeout != Timeout::NONE {
            self.deadline = Deadline::after(timeout);
        }
        Ok(())
    }

    /// When it must be woken without an event.
    fn alarm_at(&self) -> Deadline {
        self.deadline.min(self.retry_at)
    }
}

/// The place of a socket in a driver.
#[derive(Debug)]
enum Registration {
    Own(own::Registration),
    #[cfg(feature = "tokio")]
    Tokio(tokio::Registration),
}

impl Registration {
    /// With whoever drives the caller.
    fn new(socket: &core::Socket) -> io::Result<Self> {
        if let Some(reactor) = crate::reactor::current() {
            return Ok(Self::Own(own::Registration::new(&reactor, socket)?));
        }
        #[cfg(feature = "tokio")]
        if let Some(registration) = tokio::Registration::new(socket)? {
            return Ok(Self::Tokio(registration));
        }
        Ok(Self::Own(own::Registration::new(&background()?, socket)?))
    }

    /// An operation that was tried before the registration found nothing. What has come since
    /// is an event of its own: a poller tells what is ready when a descriptor is registered.
    fn begin_drained(&self, interest: Interest) {
        match self {
            Self::Own(own) => own.begin_drained(interest),
            #[cfg(feature = "tokio")]
            Self::Tokio(_) => {}
        }
    }

    /// Whether its driver is gone.
    #[inline]
    fn is_orphaned(&self) -> bool {
        match self {
            Self::Own(own) => own.is_orphaned(),
            #[cfg(feature = "tokio")]
            Self::Tokio(tokio) => tokio.is_orphaned(),
        }
    }
}

/// A socket's registration, made when it first waits. When its driver has ended, the next is
/// linked behind it, so that readers need no lock.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    first: OnceLock<Box<Link>>,
    /// Held while registering: a descriptor can be registered once.
    registering: Mutex<()>,
    /// Another descriptor for the same socket may outlive this one.
    outlived: AtomicBool,
}

#[derive(Debug)]
struct Link {
    registration: Registration,
    next: OnceLock<Box<Self>>,
}

impl Readiness {
    /// The registration with a driver that lives.
    #[inline]
    fn live(&self) -> Option<&Registration> {
        let mut link = self.first.get()?;
        while link.registration.is_orphaned() {
            link = link.next.get()?;
        }
        Some(&link.registration)
    }

    fn register(&self, socket: &core::Socket) -> io::Result<&Registration> {
        let registering = lock(&self.registering);
        if let Some(registration) = self.live() {
            return Ok(registration);
        }
        let mut cell = &self.first;
        while let Some(link) = cell.get() {
            cell = &link.next;
        }
        let registration = Registration::new(socket)?;
        let link = cell.get_or_init(|| Box::new(Link { registration, next: OnceLock::new() }));
        drop(registering);
        Ok(&link.registration)
    }

    /// Tries `attempt` when it may succeed, until it does not fail with `WouldBlock`, and waits
    /// in between, for no more than `timeout` nanoseconds from the first wait on.
    #[inline]
    pub(crate) fn poll<T>(
        &self,
        socket: &core::Socket,
        interest: Interest,
        wait: &mut Wait,
        cx: &mut Context<'_>,
        timeout: u64,
        mut attempt: impl FnMut(&mut Deadline) -> io::Result<Done<T>>,
    ) -> Poll<io::Result<T>> {
        let registration = match self.live() {
            Some(registration) => registration,
            None => match attempt(&mut wait.retry_at) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    let registration = self.register(socket)?;
                    registration.begin_drained(interest);
                    registration
                }
                outcome => return Poll::Ready(outcome.map(|done| done.value)),
            },
        };
        match registration {
            Registration::Own(own) => own.poll(interest, wait, cx, timeout, attempt),
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) => tokio.poll(interest, wait, cx, timeout, attempt),
        }
    }

    /// The operation of `wait` ends, done or dropped.
    #[inline(always)]
    pub(crate) fn leave(&self, interest: Interest, wait: &Wait) {
        if let Some(id) = wait.id {
            self.leave_as(interest, wait, id);
        }
    }

    fn leave_as(&self, interest: Interest, wait: &Wait, id: WaiterId) {
        match self.live() {
            Some(Registration::Own(own)) => own.leave(interest, wait.seen, id),
            #[cfg(feature = "tokio")]
            Some(Registration::Tokio(tokio)) => tokio.leave(interest, id),
            None => {}
        }
    }

    /// Waits until the end of the peer's sending has been reported.
    pub(crate) async fn peer_closed(&self, socket: &core::Socket) -> io::Result<()> {
        loop {
            let registration = match self.live() {
                Some(registration) => registration,
                None => self.register(socket)?,
            };
            match registration {
                Registration::Own(own) => own.peer_closed().await,
                #[cfg(feature = "tokio")]
                Registration::Tokio(tokio) => tokio.peer_closed().await,
            }
            if !registration.is_orphaned() {
                return Ok(());
            }
        }
    }

    /// From here on, another descriptor for the same socket may live on when this one is closed.
    /// Then closing it does not end its registration in the poller, and we have to.
    pub(crate) fn outlived(&self) {
        self.outlived.store(true, Ordering::Relaxed);
    }
}

/// Ends the registration. The descriptor must still be open.
impl Drop for Readiness {
    fn drop(&mut self) {
        let outlived = *self.outlived.get_mut();
        let mut link = self.first.take();
        while let Some(mut ended) = link {
            // Tokio's ends by itself.
            #[cfg_attr(not(feature = "tokio"), expect(irrefutable_let_patterns))]
            if let Registration::Own(own) = &ended.registration {
                own.end(outlived);
            }
            link = ended.next.take();
        }
    }
}

/// A timer of whoever drives the caller when it is first polled.
#[derive(Debug)]
pub(crate) enum Sleeper {
    /// Nobody has asked yet.
    New,
    Own(own::Sleeper),
    #[cfg(feature = "tokio")]
    Tokio(tokio::Sleeper),
}

impl Sleeper {
    /// Ready once `deadline` has passed. The deadline of one sleeper does not change.
    pub(crate) fn poll(&mut self, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        if deadline.passed() {
            return Poll::Ready(());
        }
        match self {
            Self::New => *self = Self::start(deadline, cx.waker()),
            Self::Own(own) => own.update(cx.waker()),
            #[cfg(feature = "tokio")]
            Self::Tokio(_) => {}
        }
        #[cfg(feature = "tokio")]
        if let Self::Tokio(tokio) = self {
            return tokio.poll(cx);
        }
        Poll::Pending
    }

    fn start(deadline: Deadline, waker: &Waker) -> Self {
        if let Some(reactor) = crate::reactor::current() {
            return Self::Own(own::Sleeper::new(reactor, deadline, waker));
        }
        #[cfg(feature = "tokio")]
        if let Some(sleeper) = tokio::Sleeper::new(deadline) {
            return Self::Tokio(sleeper);
        }
        match background() {
            Ok(reactor) => Self::Own(own::Sleeper::new(reactor, deadline, waker)),
            Err(e) => panic!("no reactor for a timer: {e}"),
        }
    }
}
