//! Where a socket's readiness comes from: decided when the socket first waits, and again when
//! that place is gone.
//!
//! | where the socket waits | driver |
//! |---|---|
//! | in a task of our own runtime | `own.rs`: the reactor of that worker |
//! | inside tokio (feature `tokio`) | `tokio.rs`: tokio's reactor, without a thread or a poller of ours |
//! | anywhere else | `own.rs`: one reactor on a thread in the background, started then |
//!
//! Nothing outside this folder names any of them. (`thread.rs` is the last resort of timers.)

mod own;
mod thread;
#[cfg(feature = "tokio")]
mod tokio;

use crate::clock::{Deadline, Timeout, saturating_nanos};
use crate::reactor::{Interest, WaiterId};
use crate::sync::{Mutex, Ordering, lock};
use crate::trace::Trace;
use berkeley_core as core;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

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

/// That an operation got less than it asked for: see [`Done::short`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Short(pub(crate) bool);

/// Tries once what an operation does, and keeps what it got.
pub(crate) type Try<'t> = dyn FnMut(&mut Retry) -> io::Result<Short> + 't;

/// One operation's state between its polls.
#[derive(Debug)]
pub(crate) struct Wait {
    /// Who this operation is among those who wait, once it has waited.
    id: Option<WaiterId>,
    /// In which registration of the socket, by its number.
    link: u32,
    /// The newest event when it last began to wait.
    seen: u64,
    /// When the operation fails.
    pub(crate) deadline: Deadline,
    /// Until when it is left alone, where no event tells when it may succeed.
    pause: Option<Box<Pause>>,
}

#[derive(Debug)]
struct Pause {
    until: Deadline,
    sleeper: Sleeper,
}

/// How long an operation may wait: for `timeout` nanoseconds from its first wait on, and not past
/// `latest`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: u64,
    pub(crate) latest: Deadline,
}

/// How long an operation that found nothing asks to be left alone, where no event will come.
pub(crate) type Retry = Option<Duration>;

impl Wait {
    pub(crate) const fn new() -> Self {
        Self { id: None, link: 0, seen: 0, deadline: Deadline::NEVER, pause: None }
    }

    /// The state of the poll functions of a direction, which keep nothing but a deadline.
    pub(crate) const fn polling(deadline: Deadline) -> Self {
        Self { id: Some(WaiterId::POLL), link: 0, seen: 0, deadline, pause: None }
    }

    /// Has the deadline begin, if it has not. `false` when it has passed.
    pub(crate) fn begin(&mut self, limits: Limits) -> bool {
        if self.deadline != Deadline::NEVER {
            return !self.deadline.passed();
        }
        self.deadline = limits.latest;
        if limits.timeout != Timeout::NONE {
            self.deadline = Deadline::after(limits.timeout).min(limits.latest);
        }
        !limits.latest.passed()
    }

    /// Waits in the registration of this number from now on. What it was in another is nothing
    /// here.
    fn enter(&mut self, link: u32) {
        if self.link != link {
            self.link = link;
            if self.id != Some(WaiterId::POLL) {
                self.id = None;
            }
        }
    }

    fn pause(&mut self, retry: Duration) {
        let until = Deadline::after(saturating_nanos(retry)).min(self.deadline);
        self.pause = Some(Box::new(Pause { until, sleeper: Sleeper::New }));
    }
}

/// What came of a poll.
enum Step {
    Done(io::Result<()>),
    /// It waits for an event.
    Pending,
    /// It found nothing, and asks to be left alone.
    Pause(Duration),
    /// It is to be polled again: where nothing is registered, or the driver is gone.
    Again,
}

/// What is known of a direction of a socket.
pub(crate) enum Known<'s> {
    /// It may be ready.
    Ready(Seen<'s>),
    /// There has been no event since an operation found nothing left.
    Drained(Seen<'s>),
    /// Only its driver can tell, if it has one.
    Nothing,
}

/// A direction as of its newest event.
pub(crate) struct Seen<'s> {
    link: &'s Link,
    interest: Interest,
    /// The number of that event, where events are counted.
    event: u64,
}

impl Seen<'_> {
    /// Tries once what an operation does. `None` where the driver knows of nothing.
    #[inline]
    pub(crate) fn attempt<T>(
        &self,
        attempt: impl FnOnce() -> io::Result<Done<T>>,
    ) -> Option<io::Result<Done<T>>> {
        match &self.link.registration {
            Registration::Own(_) => Some(attempt()),
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) => tokio.attempt_at_once(self.interest, attempt),
        }
    }

    /// Nothing is left. Whether the driver knows that from now on: then the next event can be waited
    /// for.
    #[inline]
    pub(crate) fn drained(&self) -> bool {
        match &self.link.registration {
            Registration::Own(own) => {
                own.drained(self.interest, self.event);
                true
            }
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) => tokio.drained(self.interest),
        }
    }

    /// An operation is done, and waits no more.
    #[inline]
    pub(crate) fn done(&self, wait: &mut Wait, short: bool) {
        match &self.link.registration {
            Registration::Own(own) => own.done(self.interest, self.event, wait, short),
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) => tokio.done(self.interest, wait),
        }
    }

    /// Waits for the next event; `false` when there is more to do.
    #[inline(never)]
    pub(crate) fn wait(&self, wait: &mut Wait, waker: &Waker, limits: Limits) -> bool {
        wait.enter(self.link.number);
        match &self.link.registration {
            Registration::Own(own) => own.wait_on(self.interest, self.event, wait, waker, limits),
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) => tokio.wait_on(self.interest, wait, waker, limits),
        }
    }
}

/// The place of a socket in a driver.
#[derive(Debug)]
enum Registration {
    Own(own::Registration),
    #[cfg(feature = "tokio")]
    Tokio(Box<tokio::Registration>),
}

impl Registration {
    /// With whoever drives the caller.
    fn new(socket: &core::Socket) -> io::Result<Self> {
        if let Some(reactor) = crate::reactor::current() {
            return Ok(Self::Own(own::Registration::new(&reactor, socket)?));
        }
        #[cfg(feature = "tokio")]
        if let Some(registration) = tokio::Registration::new(socket)? {
            return Ok(Self::Tokio(Box::new(registration)));
        }
        Ok(Self::Own(own::Registration::new(&background()?, socket)?))
    }

    /// An operation that was tried before the registration found nothing. What has come since
    /// is an event of its own: a poller tells what is ready when a descriptor is registered.
    fn begin_drained(&self, interest: Interest) {
        match self {
            Self::Own(own) => own.begin_drained(interest),
            #[cfg(feature = "tokio")]
            Self::Tokio(tokio) => tokio.begin_drained(interest),
        }
    }

    /// The name of its driver, on the thread that has chosen it.
    fn driver(&self) -> &'static str {
        match self {
            Self::Own(_) if crate::reactor::current().is_some() => "runtime",
            Self::Own(_) => "background",
            #[cfg(feature = "tokio")]
            Self::Tokio(_) => "tokio",
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
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Readiness {
    trace: Trace,
    /// Held while registering: a descriptor can be registered once.
    registering: Mutex<()>,
    /// Another descriptor for the same socket may outlive this one.
    outlived: AtomicBool,
    /// Last, beside what else an operation asks its socket for.
    first: OnceLock<Link>,
}

#[derive(Debug)]
#[repr(C)]
struct Link {
    next: OnceLock<Box<Self>>,
    number: u32,
    registration: Registration,
}

impl Link {
    fn poll(
        &self,
        interest: Interest,
        wait: &mut Wait,
        cx: &mut Context<'_>,
        limits: Limits,
        attempt: &mut Try<'_>,
    ) -> Step {
        wait.enter(self.number);
        match &self.registration {
            Registration::Own(own) => own.poll(interest, wait, cx, limits, attempt),
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) => tokio.poll(interest, wait, cx, limits, attempt),
        }
    }
}

impl Readiness {
    pub(crate) fn new(trace: Trace) -> Self {
        let (registering, outlived) = (Mutex::new(()), AtomicBool::new(false));
        Self { trace, first: OnceLock::new(), registering, outlived }
    }

    /// Who is told of the socket.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The registration with a driver that lives.
    #[inline]
    fn live(&self) -> Option<&Link> {
        let mut link = self.first.get()?;
        while link.registration.is_orphaned() {
            link = link.next.get()?;
        }
        Some(link)
    }

    fn last(&self) -> Option<&Link> {
        let mut link = self.first.get()?;
        while let Some(next) = link.next.get() {
            link = next;
        }
        Some(link)
    }

    fn register(&self, socket: &core::Socket) -> io::Result<&Link> {
        let registering = lock(&self.registering);
        if let Some(link) = self.live() {
            return Ok(link);
        }
        let link = |number| {
            Ok::<_, io::Error>(Link {
                registration: Registration::new(socket)?,
                number,
                next: OnceLock::new(),
            })
        };
        let link = match self.last() {
            None => {
                let link = link(0)?;
                self.first.get_or_init(|| link)
            }
            Some(last) => {
                let link = Box::new(link(last.number + 1)?);
                last.next.get_or_init(|| link)
            }
        };
        drop(registering);
        self.trace.registered(|| link.registration.driver());
        Ok(link)
    }

    /// What is known of a direction, for an operation in this state, without asking anybody.
    #[inline(always)]
    pub(crate) fn known(&self, interest: Interest, wait: &Wait) -> Known<'_> {
        let Some(link) = self.live().filter(|_| wait.pause.is_none()) else {
            return Known::Nothing;
        };
        let (event, is_ready) = match &link.registration {
            Registration::Own(own) => own.known(interest),
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) if tokio.may_be_ready(interest) => (0, true),
            #[cfg(feature = "tokio")]
            Registration::Tokio(_) => return Known::Nothing,
        };
        let seen = Seen { link, interest, event };
        if is_ready { Known::Ready(seen) } else { Known::Drained(seen) }
    }

    /// Tries `attempt` when it may succeed, until it does not fail with `WouldBlock`, and waits
    /// in between, within `limits`.
    #[inline]
    pub(crate) fn poll(
        &self,
        socket: &core::Socket,
        interest: Interest,
        wait: &mut Wait,
        cx: &mut Context<'_>,
        limits: Limits,
        attempt: &mut Try<'_>,
    ) -> Poll<io::Result<()>> {
        let step = match self.live() {
            Some(link) if wait.pause.is_none() => link.poll(interest, wait, cx, limits, attempt),
            _ => Step::Again,
        };
        match step {
            Step::Done(outcome) => Poll::Ready(outcome),
            Step::Pending => Poll::Pending,
            step => self.poll_again(step, socket, interest, wait, cx, limits, attempt),
        }
    }

    /// The rest of [`poll`](Self::poll), which is rare: before the registration, when its driver
    /// is gone, and around pauses. Kept out of the way of what is not.
    #[cold]
    #[inline(never)]
    #[expect(clippy::too_many_arguments, reason = "one more than poll, of which it is a part")]
    fn poll_again(
        &self,
        mut step: Step,
        socket: &core::Socket,
        interest: Interest,
        wait: &mut Wait,
        cx: &mut Context<'_>,
        limits: Limits,
        attempt: &mut Try<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            match step {
                Step::Done(outcome) => return Poll::Ready(outcome),
                Step::Pending => return Poll::Pending,
                Step::Again => {}
                Step::Pause(_) if !wait.begin(limits) => {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Step::Pause(pause) => wait.pause(pause),
            }
            let paused = wait.pause.is_some();
            if paused {
                ready!(self.poll_pause(wait, cx));
            }
            step = match self.live() {
                Some(link) if !paused => link.poll(interest, wait, cx, limits, attempt),
                registered => {
                    let mut retry = None;
                    match (attempt(&mut retry), retry) {
                        (Err(e), Some(pause)) if is_would_block(&e) => Step::Pause(pause),
                        (Err(e), None) if is_would_block(&e) => {
                            if registered.is_none() {
                                self.register(socket)?.registration.begin_drained(interest);
                            }
                            Step::Again
                        }
                        (outcome, _) => Step::Done(outcome.map(drop)),
                    }
                }
            };
        }
    }

    fn poll_pause(&self, wait: &mut Wait, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut wait.pause {
            ready!(pause.sleeper.poll(pause.until, cx));
        }
        wait.pause = None;
        Poll::Ready(())
    }

    /// The operation of `wait` ends, done or dropped.
    #[inline(always)]
    pub(crate) fn leave(&self, interest: Interest, wait: &Wait) {
        if let Some(id) = wait.id {
            self.leave_as(interest, wait, id);
        }
    }

    fn leave_as(&self, interest: Interest, wait: &Wait, id: WaiterId) {
        let Some(link) = self.live().filter(|link| link.number == wait.link) else { return };
        match &link.registration {
            Registration::Own(own) => own.leave(interest, wait.seen, id),
            #[cfg(feature = "tokio")]
            Registration::Tokio(tokio) => tokio.leave(interest, id),
        }
    }

    /// Waits until the peer has ended its sending.
    pub(crate) async fn peer_closed(&self, socket: &core::Socket) -> io::Result<()> {
        // Asked of the kernel after each event: what was reported before a connect is history.
        while !socket.is_peer_closed()? {
            let link = match self.live() {
                Some(link) => link,
                None => self.register(socket)?,
            };
            match &link.registration {
                Registration::Own(own) => own.peer_closed(socket).await?,
                #[cfg(feature = "tokio")]
                Registration::Tokio(tokio) => tokio.peer_closed().await,
            }
        }
        Ok(())
    }

    /// From here on, another descriptor for the same socket may live on when this one is closed.
    /// Then closing it does not end its registration in the poller, and we have to.
    pub(crate) fn outlived(&self) {
        self.outlived.store(true, Ordering::Relaxed);
    }

    /// Whether another descriptor for the same socket may be about.
    pub(crate) fn is_outlived(&self) -> bool {
        self.outlived.load(Ordering::Relaxed)
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
            link = ended.next.take().map(|next| *next);
        }
    }
}

/// A timer of whoever drives the caller when it is first polled, or later when that one is gone.
#[derive(Debug)]
pub(crate) enum Sleeper {
    /// Nobody has asked yet.
    New,
    Own(own::Sleeper),
    #[cfg(feature = "tokio")]
    Tokio(tokio::Sleeper),
    Thread(thread::Sleeper),
}

impl Sleeper {
    /// Ready once `deadline` has passed. The deadline of one sleeper does not change.
    pub(crate) fn poll(&mut self, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        if deadline.passed() {
            return Poll::Ready(());
        }
        match self {
            Self::Own(own) if own.update(cx.waker()) => {}
            Self::Thread(thread) => thread.update(cx.waker()),
            #[cfg(feature = "tokio")]
            Self::Tokio(_) => {}
            _ => *self = Self::start(deadline, cx.waker()),
        }
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(tokio) => tokio.poll(cx),
            // It may have woken the waker of before meanwhile.
            _ if deadline.passed() => Poll::Ready(()),
            _ => Poll::Pending,
        }
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
            // No descriptors are left for a poller. A thread needs none.
            Err(_) => match thread::Sleeper::new(deadline, waker) {
                Ok(sleeper) => Self::Thread(sleeper),
                // Not even a thread: it is tried again at once, and again.
                Err(_) => {
                    waker.wake_by_ref();
                    Self::New
                }
            },
        }
    }
}

#[inline]
pub(crate) fn is_would_block(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
