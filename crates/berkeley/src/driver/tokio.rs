//! Readiness from tokio's reactor, through `AsyncFd`: inside tokio, nothing of ours runs.
//!
//! `AsyncFd` keeps one waker for each direction. Alone, an operation gives its own; when several
//! wait they share one that wakes them all. Deadlines share a tokio timer for each direction,
//! which stays armed when operations come and go, as in our own reactor.
#![allow(unsafe_code)] // `AsyncFd` takes the word of its maker that the descriptor stays open.

use super::{Done, Limits, Short, Step, Try, Wait, is_would_block};
use crate::clock::{Deadline, saturating_nanos};
use crate::reactor::{Interest, WaiterId, Waiters};
use crate::sync::{Mutex, lock};
use berkeley_core::{self as core, Kind};
use pin_project_lite::pin_project;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tokio::io::{Ready, unix::AsyncFd};
use tokio::runtime;
use tokio::task::coop::unconstrained;

/// A socket registered with tokio. In memory as it is written here: what is often used comes first.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Registration {
    fd: Arc<AsyncFd<Descriptor>>,
    /// The runtime has shut down.
    orphaned: AtomicBool,
    /// Urgent data was seen, at which receives stop short.
    urgent: AtomicBool,
    /// The last operation left no room to send, as far as it knew.
    full: AtomicBool,
    /// Errors that come without readiness (of a datagram refused, say) must wake receivers, and
    /// only a boxed future of tokio's can wait for them. Streams need none: their errors come
    /// with a hang-up. (Entries of the error queue are waited for so on any socket.)
    is_stream: bool,
    /// How many errors were reported, and taken note of: see [`note_error`](Self::note_error).
    errors: AtomicU64,
    /// In the order of [`Interest`].
    directions: [Direction; 3],
    runtime: runtime::Handle,
}

/// A descriptor that its socket owns.
#[derive(Debug)]
struct Descriptor(RawFd);

impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

#[derive(Debug, Default)]
#[repr(C)]
struct Direction {
    /// The number of the error as of which an operation found nothing.
    drained: AtomicU64,
    /// Made for the first who waits.
    shared: OnceLock<Arc<Shared>>,
    slow: Mutex<Option<Box<Slow>>>,
}

/// What a direction rarely has.
struct Slow {
    /// The timer, made at the first deadline and moved from then on.
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
    /// What it is set to, or was when it fired.
    set_to: Deadline,
    /// What the timer wakes.
    expiry: Option<Waker>,
    /// Waits for readiness or an error, where no poll function of tokio's can.
    readiness: Option<Pin<Box<dyn Renew<Output = io::Result<Ready>> + Send>>>,
}

/// A future that can begin anew where it is.
trait Renew: Future {
    fn renew(self: Pin<&mut Self>);
}

pin_project! {
    /// A future, and how another is made.
    struct Renewable<F, M> {
        #[pin]
        future: F,
        make: M,
    }
}

impl<F: Future, M: Fn() -> F> Renewable<F, M> {
    fn new(make: M) -> Self {
        Self { future: make(), make }
    }
}

impl<F: Future, M> Future for Renewable<F, M> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

impl<F: Future, M: Fn() -> F> Renew for Renewable<F, M> {
    fn renew(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.future.set((this.make)());
    }
}

impl Default for Slow {
    fn default() -> Self {
        Self { sleep: None, set_to: Deadline::NEVER, expiry: None, readiness: None }
    }
}

impl fmt::Debug for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slow").field("sleep", &self.sleep).finish_non_exhaustive()
    }
}

/// Who waits for a direction. As a waker, it wakes them all.
#[derive(Debug)]
#[repr(C)]
struct Shared {
    /// Several wait, or did a moment ago.
    crowded: AtomicBool,
    /// Who was done while it waited alone, and is still in the list: that costs no lock, and whoever
    /// comes next takes its place. A waker that wakes it meanwhile wakes it for nothing.
    left: AtomicU64,
    /// How often somebody entered.
    entries: AtomicU64,
    guarded: Mutex<Guarded>,
}

#[derive(Debug)]
struct Guarded {
    waiters: Waiters,
    /// When the timer wakes all: whose time has not come waits again.
    armed: Deadline,
}

impl Default for Shared {
    fn default() -> Self {
        let guarded = Guarded { waiters: Waiters::new(), armed: Deadline::NEVER };
        Self {
            guarded: Mutex::new(guarded),
            left: AtomicU64::new(NOBODY),
            crowded: AtomicBool::new(false),
            entries: AtomicU64::new(0),
        }
    }
}

/// What a waiter is told that enters.
struct Entry {
    number: u64,
    /// Nobody else waits.
    alone: bool,
    /// The timer is to be armed for it.
    arm: bool,
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let wakers = lock(&self.guarded).waiters.take();
        wakers.for_each(Waker::wake);
    }
}

/// Who waits for a direction, to its timer: it is no longer armed when it wakes them.
struct Expiry(Arc<Shared>);

impl Wake for Expiry {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        lock(&self.0.guarded).armed = Deadline::NEVER;
        self.0.wake_by_ref();
    }
}

impl Shared {
    /// Adds a waiter, or renews it.
    fn enter(&self, id: &mut Option<WaiterId>, waker: &Waker, deadline: Deadline) -> Entry {
        // Cloned and dropped while nothing is locked: a waker may do anything.
        let (mut fresh, mut stale) = (None, None);
        loop {
            let mut guarded = lock(&self.guarded);
            let left = guarded.waiters.remove(WaiterId(self.left.load(Ordering::Relaxed)));
            let waker = match (left, fresh.take()) {
                (Some(left), None) if left.will_wake(waker) => left,
                (left, Some(fresh)) => {
                    stale = left;
                    fresh
                }
                (left, None) => {
                    drop(guarded);
                    drop(left);
                    fresh = Some(waker.clone());
                    continue;
                }
            };
            let replaced = guarded.waiters.put(id, waker, deadline);
            let arm = deadline < guarded.armed;
            if arm {
                guarded.armed = deadline;
            }
            let alone = guarded.waiters.is_alone();
            if self.crowded.load(Ordering::Relaxed) == alone {
                self.crowded.store(!alone, Ordering::Release);
            }
            // Written with the lock held.
            let number = self.entries.load(Ordering::Relaxed) + 1;
            self.entries.store(number, Ordering::Release);
            drop(guarded);
            drop((replaced, stale.take()));
            return Entry { number, alone, arm };
        }
    }

    /// A waiter is done.
    #[inline]
    fn leave_done(&self, id: WaiterId) {
        // The number of poll functions is used again: they stay, as in tokio.
        if id == WaiterId::POLL {
            return;
        }
        if self.crowded.load(Ordering::Acquire) {
            self.leave(id);
        } else {
            self.left.store(id.0, Ordering::Relaxed);
        }
    }

    /// A waiter gives up.
    fn leave(&self, id: WaiterId) {
        let left = lock(&self.guarded).waiters.remove(id);
        drop(left);
    }
}

impl Registration {
    /// `None` outside tokio.
    ///
    /// # Panics
    /// Where tokio does: in a runtime without `enable_io`.
    pub(super) fn new(socket: &core::Socket) -> io::Result<Option<Self>> {
        let Ok(runtime) = runtime::Handle::try_current() else { return Ok(None) };
        let descriptor = Descriptor(socket.as_raw_fd());
        // SAFETY: the descriptor is that of the socket to which this registration belongs, and
        // which drops it before it closes or gives away the descriptor (see `Socket`).
        let fd = unsafe { AsyncFd::register_with_interest(descriptor, INTERESTS) }?;
        Ok(Some(Self {
            fd: Arc::new(fd),
            runtime,
            orphaned: AtomicBool::new(false),
            urgent: AtomicBool::new(false),
            full: AtomicBool::new(false),
            is_stream: socket.kind() == Kind::STREAM,
            // Ahead of what is drained: nobody has tried.
            errors: AtomicU64::new(FIRST),
            directions: Default::default(),
        }))
    }

    #[inline]
    pub(super) fn is_orphaned(&self) -> bool {
        self.orphaned.load(Ordering::Relaxed)
    }

    pub(super) fn begin_drained(&self, interest: Interest) {
        self.direction(interest).drained.store(FIRST, Ordering::Relaxed);
    }

    pub(super) fn poll(
        &self,
        interest: Interest,
        wait: &mut Wait,
        cx: &mut Context<'_>,
        limits: Limits,
        attempt: &mut Try<'_>,
    ) -> Step {
        // The deadline has passed: one attempt more, for what has come and was not reported yet.
        let mut last = false;
        let mut hung_up = false;
        loop {
            let mut retry = None;
            let outcome = if last {
                Some(attempt(&mut retry).map(drop))
            } else {
                self.attempt(interest, &mut || attempt(&mut retry))
            };
            match (outcome, retry) {
                (None, None) => {}
                (None, Some(pause)) => return Step::Pause(pause),
                (Some(Err(e)), Some(pause)) if is_would_block(&e) => return Step::Pause(pause),
                (Some(Err(e)), None) if last && is_would_block(&e) => {
                    return Step::Done(Err(io::ErrorKind::TimedOut.into()));
                }
                (Some(outcome), _) => {
                    self.done(interest, wait);
                    return Step::Done(outcome);
                }
            }
            if !wait.begin(limits) || self.direction(interest).has_fired(wait) {
                last = true;
                continue;
            }
            match self.wait(interest, &mut wait.id, cx.waker(), wait.deadline) {
                Ok(Waiting::Pending) => return Step::Pending,
                // It found nothing since, and tokio says so for ever: as in `peer_closed`.
                Ok(Waiting::HungUp) if hung_up => {
                    self.rest(interest, wait, cx.waker());
                    return Step::Pending;
                }
                Ok(Waiting::HungUp) => hung_up = true,
                Ok(Waiting::Ready) => {}
                Err(Orphaned) => {
                    self.orphaned.store(true, Ordering::Release);
                    return Step::Again;
                }
            }
        }
    }

    /// Tries once if tokio says that it may succeed, and tells tokio if nothing is left. `None`
    /// is to wait.
    #[inline]
    fn attempt(
        &self,
        interest: Interest,
        attempt: &mut impl FnMut() -> io::Result<Short>,
    ) -> Option<io::Result<()>> {
        if interest != Interest::Error {
            let attempt = || attempt().map(|Short(short)| Done { value: (), short });
            match self.attempt_if(interest, attempt) {
                None => {}
                Some(Err(e)) if is_would_block(&e) => {}
                Some(outcome) => return Some(outcome.map(drop)),
            }
        }
        if self.minds_errors(interest) { self.attempt_on_error(interest, attempt) } else { None }
    }

    /// Tries once if an error was reported that nobody has looked for in this direction.
    fn attempt_on_error(
        &self,
        interest: Interest,
        attempt: &mut impl FnMut() -> io::Result<Short>,
    ) -> Option<io::Result<()>> {
        self.note_error();
        let seen = self.errors.load(Ordering::Acquire);
        let drained = &self.direction(interest).drained;
        if drained.load(Ordering::Relaxed) == seen {
            return None;
        }
        match attempt() {
            Err(e) if is_would_block(&e) => {
                drained.store(seen, Ordering::Relaxed);
                None
            }
            outcome => Some(outcome.map(drop)),
        }
    }

    /// Tokio knows that there is an error, and not who has looked for it: the directions share
    /// what it knows. So whoever sees it counts it, for the others too, and has tokio forget it.
    fn note_error(&self) {
        // Nothing comes of it but a count, and tokio is told that nothing is left.
        let _ = self.fd.try_io(tokio::io::Interest::ERROR, |_| -> io::Result<()> {
            self.errors.fetch_add(1, Ordering::Release);
            Err(io::ErrorKind::WouldBlock.into())
        });
    }

    /// Whether an error is an event of this direction.
    fn minds_errors(&self, interest: Interest) -> bool {
        !self.is_stream || interest == Interest::Error
    }

    /// Whether an error was counted that nobody has looked for in this direction.
    fn has_error(&self, interest: Interest) -> bool {
        let drained = self.direction(interest).drained.load(Ordering::Relaxed);
        self.minds_errors(interest) && self.errors.load(Ordering::Acquire) != drained
    }

    /// Nothing is left. Whether tokio knows: a hint, for the wait asks it again.
    #[inline]
    pub(super) fn drained(&self, interest: Interest) -> bool {
        interest != Interest::Writable || self.full.swap(true, Ordering::Relaxed)
    }

    /// Tries once if tokio knows of readiness, and tells tokio if nothing is left.
    #[inline]
    fn attempt_if<T>(
        &self,
        interest: Interest,
        attempt: impl FnOnce() -> io::Result<Done<T>>,
    ) -> Option<io::Result<Done<T>>> {
        let mut outcome = None;
        let asked = self.fd.try_io(readiness(interest), |_| {
            let is_drained = match outcome.insert(attempt()) {
                Ok(done) => done.short && self.short_means_drained(interest),
                Err(error) => is_would_block(error),
            };
            if interest == Interest::Writable {
                self.full.store(is_drained, Ordering::Relaxed);
            }
            // To tokio, this clears the readiness, but for a hang-up that is known.
            if is_drained { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
        });
        // It says nothing that the outcome does not.
        drop(asked);
        outcome
    }

    /// See `Source::short_means_drained`. Tokio itself keeps readiness when the peer has closed.
    fn short_means_drained(&self, interest: Interest) -> bool {
        interest == Interest::Writable || !self.urgent_seen()
    }

    #[cfg(linux_like)]
    fn urgent_seen(&self) -> bool {
        if self.fd.try_io(tokio::io::Interest::PRIORITY, |_| Ok(())).is_ok() {
            // Also true when the peer has closed, which is no harm: all is read to the end.
            self.urgent.store(true, Ordering::Relaxed);
        }
        self.urgent.load(Ordering::Relaxed)
    }

    #[cfg(not(linux_like))]
    fn urgent_seen(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }

    fn direction(&self, interest: Interest) -> &Direction {
        &self.directions[interest as usize]
    }

    /// Has tokio wake `waker`, unless it is ready after all.
    fn wait(
        &self,
        interest: Interest,
        id: &mut Option<WaiterId>,
        waker: &Waker,
        deadline: Deadline,
    ) -> Result<Waiting, Orphaned> {
        let direction = self.direction(interest);
        let Entry { number, alone, arm } = direction.shared().enter(id, waker, deadline);
        let shared = || Waker::from(direction.shared().clone());
        let mut ready = match alone {
            true => self.poll_ready(interest, waker),
            false => self.poll_ready(interest, &shared()),
        };
        // Tokio keeps the last waker it was given. Who entered meanwhile may have given one before,
        // and an event may have come since that woke this one alone.
        if ready.is_pending()
            && alone
            && direction.shared().entries.load(Ordering::Acquire) != number
        {
            ready = self.poll_ready(interest, &shared());
            if ready.is_ready() {
                shared().wake();
            }
        }
        // After the readiness, which tells when the runtime is gone and its timers with it.
        if arm && !matches!(ready, Poll::Ready(Err(_))) {
            direction.arm(&self.runtime);
        }
        match ready {
            // After tokio was asked: who has it forget an error counts it first.
            Poll::Pending if self.has_error(interest) => Ok(Waiting::Ready),
            Poll::Pending => Ok(Waiting::Pending),
            Poll::Ready(Ok(ready)) if is_hang_up(interest, ready) => Ok(Waiting::HungUp),
            Poll::Ready(Ok(_)) => Ok(Waiting::Ready),
            Poll::Ready(Err(_)) => Err(Orphaned),
        }
    }

    /// Waits for the direction's timer alone, which wakes it in a while, or at its deadline. Not a
    /// pause of its own: poll functions have no place for one.
    fn rest(&self, interest: Interest, wait: &mut Wait, waker: &Waker) {
        let direction = self.direction(interest);
        let until = Deadline::after(saturating_nanos(HANG_UP_PAUSE)).min(wait.deadline);
        if direction.shared().enter(&mut wait.id, waker, until).arm {
            direction.arm(&self.runtime);
        }
    }

    fn poll_ready(&self, interest: Interest, waker: &Waker) -> Poll<io::Result<Ready>> {
        let cx = &mut Context::from_waker(waker);
        match interest {
            Interest::Readable if self.is_stream => {
                return self.fd.poll_read_ready(cx).map_ok(|guard| guard.ready());
            }
            Interest::Writable if self.is_stream => {
                return self.fd.poll_write_ready(cx).map_ok(|guard| guard.ready());
            }
            _ => {}
        }
        let direction = self.direction(interest);
        // With a lock held, nobody's waker but ours.
        let shared = Waker::from(direction.shared().clone());
        let mut slow = lock(&direction.slow);
        let slow = slow.get_or_insert_default();
        let future = slow.readiness.get_or_insert_with(|| {
            let fd = self.fd.clone();
            let interest = readiness(interest) | tokio::io::Interest::ERROR;
            Box::pin(Renewable::new(move || {
                let fd = fd.clone();
                unconstrained(async move { fd.ready(interest).await.map(|guard| guard.ready()) })
            }))
        });
        let ready = future.as_mut().poll(&mut Context::from_waker(&shared));
        if ready.is_ready() {
            future.as_mut().renew();
        }
        ready
    }

    pub(super) fn leave(&self, interest: Interest, id: WaiterId) {
        self.direction(interest).shared().leave(id);
    }

    /// Whether an operation may be tried at once, by [`attempt_at_once`](Self::attempt_at_once).
    #[inline]
    pub(super) fn may_be_ready(&self, interest: Interest) -> bool {
        match interest {
            Interest::Readable => true,
            // A datagram has a receiver, whose room no readiness tells.
            Interest::Writable => self.is_stream,
            Interest::Error => false,
        }
    }

    /// Tries once what an operation does; `None` where tokio knows of no readiness. Room to send is
    /// taken for granted until there is none: what succeeds needs nobody's leave.
    #[inline]
    pub(super) fn attempt_at_once<T>(
        &self,
        interest: Interest,
        attempt: impl FnOnce() -> io::Result<Done<T>>,
    ) -> Option<io::Result<Done<T>>> {
        if interest == Interest::Writable && !self.full.load(Ordering::Relaxed) {
            return Some(attempt());
        }
        self.attempt_if(interest, attempt)
    }

    /// An operation is done, and waits no more. What it left is for the next to find.
    #[inline]
    pub(super) fn done(&self, interest: Interest, wait: &mut Wait) {
        if let Some(id) = wait.id.take() {
            self.direction(interest).shared().leave_done(id);
        }
    }

    /// Waits for readiness; `false` when there is more to do.
    pub(super) fn wait_on(
        &self,
        interest: Interest,
        wait: &mut Wait,
        waker: &Waker,
        limits: Limits,
    ) -> bool {
        if !wait.begin(limits) || self.direction(interest).has_fired(wait) {
            return false;
        }
        let waiting = self.wait(interest, &mut wait.id, waker, wait.deadline);
        matches!(waiting, Ok(Waiting::Pending))
    }

    /// Returns when the peer may have closed, or the runtime is gone.
    pub(super) async fn peer_closed(&self) {
        // The one interest that is met by a closed peer and not by data.
        let Ok(mut guard) = self.fd.ready(CLOSED).await else {
            self.orphaned.store(true, Ordering::Release);
            return;
        };
        if guard.ready().is_read_closed() {
            // Tokio never forgets a hang-up. If it was that of a socket before its connect, the
            // kernel says so at once, and will be asked again in a while.
            drop(guard);
            let until = Deadline::after(saturating_nanos(HANG_UP_PAUSE));
            let mut sleeper = super::Sleeper::New;
            poll_fn(|cx| sleeper.poll(until, cx)).await;
        } else {
            self.urgent.store(true, Ordering::Relaxed);
            guard.clear_ready_matching(URGENT);
        }
    }
}

impl Direction {
    #[inline]
    fn shared(&self) -> &Arc<Shared> {
        self.shared.get_or_init(Arc::default)
    }

    /// Whether the timer has fired for the deadline of an operation that has waited. Tokio's clock
    /// may be ahead of ours: in tests it can be paused, and jumps.
    fn has_fired(&self, wait: &Wait) -> bool {
        if wait.id.is_none() || wait.deadline == Deadline::NEVER {
            return false;
        }
        lock(&self.slow).as_ref().is_some_and(|slow| {
            let is_elapsed = slow.sleep.as_ref().is_some_and(|sleep| sleep.is_elapsed());
            is_elapsed && wait.deadline <= slow.set_to
        })
    }

    /// Moves the timer, which wakes all who wait, to the earliest deadline.
    fn arm(&self, runtime: &runtime::Handle) {
        let _entered = runtime.enter();
        let mut guard = lock(&self.slow);
        // Read with the timer locked: of two who arm it, the later sees the earlier's.
        let deadline = lock(&self.shared().guarded).armed;
        if deadline == Deadline::NEVER {
            return;
        }
        let slow = guard.get_or_insert_default();
        slow.set_to = deadline;
        let at = tokio::time::Instant::now() + deadline.remaining();
        let expiry = || Waker::from(Arc::new(Expiry(self.shared().clone())));
        let expiry = slow.expiry.get_or_insert_with(expiry).clone();
        let sleep = slow.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
        sleep.as_mut().reset(at);
        // Without tokio's budget, which would have the waker called with the lock held.
        let fired = pin!(unconstrained(sleep.as_mut())).poll(&mut Context::from_waker(&expiry));
        drop(guard);
        if fired.is_ready() {
            expiry.wake();
        }
    }
}

/// What came of the wish to wait.
enum Waiting {
    Pending,
    Ready,
    /// Ready by a hang-up, which tokio does not forget.
    HungUp,
}

/// The runtime is gone.
struct Orphaned;

fn is_hang_up(interest: Interest, ready: Ready) -> bool {
    match interest {
        Interest::Readable => ready.is_read_closed(),
        Interest::Writable => ready.is_write_closed(),
        Interest::Error => false,
    }
}

fn readiness(interest: Interest) -> tokio::io::Interest {
    match interest {
        Interest::Readable => tokio::io::Interest::READABLE,
        Interest::Writable => tokio::io::Interest::WRITABLE,
        Interest::Error => tokio::io::Interest::ERROR,
    }
}

/// The number of no waiter.
const NOBODY: u64 = u64::MAX;

/// The number of errors of a new registration.
const FIRST: u64 = 1;

/// How long a hang-up that is none is believed.
const HANG_UP_PAUSE: Duration = Duration::from_millis(50);

#[cfg(linux_like)]
const INTERESTS: tokio::io::Interest = tokio::io::Interest::READABLE
    .add(tokio::io::Interest::WRITABLE)
    .add(tokio::io::Interest::PRIORITY);
#[cfg(not(linux_like))]
const INTERESTS: tokio::io::Interest =
    tokio::io::Interest::READABLE.add(tokio::io::Interest::WRITABLE);

#[cfg(linux_like)]
const CLOSED: tokio::io::Interest = tokio::io::Interest::PRIORITY;
#[cfg(linux_like)]
const URGENT: Ready = Ready::PRIORITY;
#[cfg(not(linux_like))]
const CLOSED: tokio::io::Interest = tokio::io::Interest::READABLE;
#[cfg(not(linux_like))]
const URGENT: Ready = Ready::EMPTY;

/// A tokio timer.
#[derive(Debug)]
pub(crate) struct Sleeper(Pin<Box<tokio::time::Sleep>>);

impl Sleeper {
    /// `None` outside tokio.
    ///
    /// # Panics
    /// Where tokio does: in a runtime without `enable_time`.
    pub(super) fn new(deadline: Deadline) -> Option<Self> {
        runtime::Handle::try_current().ok()?;
        Some(Self(Box::pin(tokio::time::sleep(deadline.remaining()))))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}
