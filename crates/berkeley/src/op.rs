//! The operation loop: every operation of every socket goes through [`Op`].
//!
//! ```text
//!           ┌────────── ready, or never tried ──────────┐
//!           ▼                                           │
//!   the system call ── done ──▶ short on TCP? clear what was seen ──▶ Ready
//!           │                                           │
//!       WouldBlock ──▶ clear what was seen ──▶ deadline passed? one try more ──▶ TimedOut
//!                                                       │
//!                             wait, unless an event came since ──▶ Pending
//! ```
//!
//! The deadline bounds waiting alone: an operation that can complete at once reads no clock,
//! takes no lock and allocates nothing.

use crate::budget;
use crate::clock::{Deadline, Timeout};
use crate::driver::{Done, Known, Limits, Retry, Short, Wait, is_would_block};
use crate::trace::Trace;
use crate::waitable::Waitable;
use berkeley_core::{self as core, Interest, MsgFlags, SendAllError};
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

/// An operation on a socket, to be awaited.
///
/// Nothing happens until it is polled. How long it may wait is the socket's
/// [timeout](crate::Socket::set_timeout) unless said here:
///
/// ```no_run
/// # use std::{io, time::{Duration, Instant}};
/// # async fn example(socket: berkeley::Socket, mut buffer: [u8; 64]) -> io::Result<()> {
/// let n = socket.recv(&mut buffer).timeout(Duration::from_millis(50)).await?;
/// let n = socket.recv(&mut buffer).deadline(Instant::now() + Duration::from_secs(1)).await?;
/// let n = socket.recv(&mut buffer).nonblocking().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of the operation; `TimedOut` (without an errno) when the time was up before the
/// operation could be done; `WouldBlock` when it was not to wait at all.
///
/// # Cancel safety
/// Dropping an operation ends its wait. It has then done nothing: an operation that does
/// something is ready in the same poll. The exceptions say so: [`Socket::send_all`](crate::Socket::send_all) and
/// [`Socket::connect`](crate::Socket::connect).
#[must_use = "an operation does nothing until it is awaited"]
pub struct Op<'s, A> {
    socket: &'s Waitable,
    interest: Interest,
    limit: Limit,
    latest: Deadline,
    wait: Wait,
    attempt: A,
}

/// How long an operation may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// As the socket says.
    Socket,
    /// Nanoseconds, 0 for not at all.
    Timeout(u64),
}

/// What an operation does each time it may succeed. Made by the methods of [`Socket`](crate::Socket).
pub trait Attempt {
    /// What it gives.
    type Output;
    /// How it fails.
    type Error;

    /// One system call, or as many as need no waiting. `retry` is set by what no event
    /// announces.
    #[doc(hidden)]
    fn attempt(
        &mut self,
        socket: &core::Socket,
        retry: &mut RetryAfter<'_>,
    ) -> io::Result<Done<Self::Output>>;

    /// Whether a success is the end of it, or a step after which other tasks may have their turn.
    #[doc(hidden)]
    #[inline]
    fn is_complete(&self) -> bool {
        true
    }

    /// The error of the whole operation.
    #[doc(hidden)]
    fn fail(&self, error: io::Error) -> Self::Error;
}

/// How long an operation that no event announces is left alone.
#[doc(hidden)]
pub struct RetryAfter<'r>(&'r mut Retry);

impl<F, T> Attempt for F
where
    F: FnMut(&core::Socket) -> io::Result<Done<T>>,
{
    type Output = T;
    type Error = io::Error;

    #[inline]
    fn attempt(&mut self, socket: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<T>> {
        self(socket)
    }

    fn fail(&self, error: io::Error) -> io::Error {
        error
    }
}

impl<'s, A: Attempt> Op<'s, A> {
    pub(crate) fn new(socket: &'s Waitable, interest: Interest, attempt: A) -> Self {
        let (limit, latest) = (Limit::Socket, Deadline::NEVER);
        Self { socket, interest, limit, latest, wait: Wait::new(), attempt }
    }

    /// What it has done so far.
    pub(crate) fn progress(&self) -> &A {
        &self.attempt
    }

    /// Does not wait if the flags say so, as the system call would not.
    pub(crate) fn with_flags(self, flags: MsgFlags) -> Self {
        if self.interest == Interest::Readable && flags.contains(MsgFlags::OOB) {
            self.socket.receives_urgent();
        }
        if flags.contains(MsgFlags::DONTWAIT) { self.nonblocking() } else { self }
    }

    /// Waits no longer than this, from the moment that the operation first has to wait, or to let
    /// other tasks have their turn. Zero is [`nonblocking`](Self::nonblocking).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limit = Limit::Timeout(Timeout::encode(Some(timeout)));
        self
    }

    /// Waits no longer than until this moment; with a [`timeout`](Self::timeout) too, until the
    /// earlier of the two.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        if let Limit::Socket = self.limit {
            self.limit = Limit::Timeout(Timeout::NONE);
        }
        self.latest = Deadline::at(deadline);
        self
    }

    /// Does not wait: what cannot be done at once fails with `WouldBlock`.
    pub fn nonblocking(self) -> Self {
        self.timeout(Duration::ZERO)
    }
}

impl Limit {
    /// The nanoseconds that may be waited.
    #[inline]
    fn nanos(self, socket: &Waitable) -> u64 {
        match self {
            Self::Socket => socket.timeout.nanos(),
            Self::Timeout(nanos) => nanos,
        }
    }
}

impl<A: Attempt + Unpin> Future for Op<'_, A> {
    type Output = Result<A::Output, A::Error>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { socket, interest, limit, latest, wait, attempt } = self.get_mut();
        let mut steps = 0;
        loop {
            let limit = (*limit, *latest);
            let outcome = poll(socket, *interest, limit, wait, cx, |core, retry| {
                try_once(attempt, *interest, core, retry)
            });
            match outcome {
                Poll::Ready(Ok(_)) if !attempt.is_complete() => {}
                Poll::Pending if !attempt.is_complete() => {
                    // That others have their turn between two steps is a wait too.
                    wait.begin(limits(socket, limit));
                    return Poll::Pending;
                }
                outcome => return outcome.map_err(|error| attempt.fail(error)),
            }
            steps += 1;
            let goes_on = goes_on(socket, limit.0, wait, steps);
            if goes_on.is_err() {
                socket.trace().waited(*interest, &goes_on);
            }
            if let Err(error) = goes_on {
                return Poll::Ready(Err(attempt.fail(error)));
            }
        }
    }
}

/// One attempt. No event tells that another process has room for what is sent to it over netlink: it
/// is asked again by time.
#[inline]
fn try_once<A: Attempt>(
    attempt: &mut A,
    interest: Interest,
    core: &core::Socket,
    retry: &mut RetryAfter<'_>,
) -> io::Result<Done<A::Output>> {
    let outcome = attempt.attempt(core, retry);
    if outcome.is_err() && interest == Interest::Writable && is_netlink(core.family()) {
        *retry.0 = Some(NO_ROOM_WAIT);
    }
    outcome
}

#[cfg(linux_like)]
fn is_netlink(family: core::Family) -> bool {
    family == core::Family::NETLINK
}

#[cfg(not(linux_like))]
fn is_netlink(_: core::Family) -> bool {
    false
}

/// How many steps an operation takes that may not wait, and never has to.
const STEPS_AT_ONCE: u32 = 128;

/// Whether an operation may take another step: a peer that always has more to receive, or always
/// room, would have it go on for ever.
fn goes_on(socket: &Waitable, limit: Limit, state: &Wait, steps: u32) -> io::Result<()> {
    if state.deadline.passed() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    if steps >= STEPS_AT_ONCE && limit.nanos(socket) == 0 {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    Ok(())
}

#[inline]
fn limits(socket: &Waitable, (limit, latest): (Limit, Deadline)) -> Limits {
    Limits { timeout: limit.nanos(socket), latest }
}

/// THE operation loop: here as far as an operation is done at once where readiness is known, in
/// [`wait`] and in `driver` for the rest.
#[inline]
pub(crate) fn poll<T>(
    socket: &Waitable,
    interest: Interest,
    limit: (Limit, Deadline),
    state: &mut Wait,
    cx: &mut Context<'_>,
    mut attempt: impl FnMut(&core::Socket, &mut RetryAfter<'_>) -> io::Result<Done<T>>,
) -> Poll<io::Result<T>> {
    match socket.readiness().known(interest, state) {
        Known::Ready(ready) if budget::take() => {
            let mut retry = None;
            let limits = limits(socket, limit);
            match ready.attempt(|| attempt(socket.core(), &mut RetryAfter(&mut retry))) {
                Some(Ok(done)) => {
                    ready.done(state, done.short);
                    return Poll::Ready(Ok(done.value));
                }
                Some(Err(error)) if limits.timeout == 0 || !is_would_block(&error) => {
                    return Poll::Ready(Err(error));
                }
                // No event announces the end of a pause, which is for the driver to begin.
                _ => {
                    let waits = retry.is_none() && ready.drained() && limits.timeout != 0;
                    if waits && ready.wait(state, cx.waker(), limits) {
                        return Poll::Pending;
                    }
                }
            }
        }
        Known::Drained(drained) => {
            let limits = limits(socket, limit);
            if limits.timeout != 0 && drained.wait(state, cx.waker(), limits) {
                return Poll::Pending;
            }
        }
        _ => {}
    }
    let mut value = None;
    let waited = wait(socket, interest, limit, state, cx, &mut |core, retry| {
        let done = attempt(core, &mut RetryAfter(retry))?;
        value = Some(done.value);
        Ok(Short(done.short))
    });
    match ready!(waited) {
        Ok(()) => Poll::Ready(Ok(value.expect("an attempt that is done has a value"))),
        Err(error) => Poll::Ready(Err(error)),
    }
}

/// Waits for what an operation needs, and tries it then. The same code for all of them.
#[inline(never)]
fn wait(
    socket: &Waitable,
    interest: Interest,
    (limit, latest): (Limit, Deadline),
    state: &mut Wait,
    cx: &mut Context<'_>,
    attempt: &mut dyn FnMut(&core::Socket, &mut Retry) -> io::Result<Short>,
) -> Poll<io::Result<()>> {
    let core = socket.core();
    let timeout = limit.nanos(socket);
    if timeout == 0 {
        return Poll::Ready(attempt(core, &mut None).map(drop));
    }
    if budget::exhausted(cx.waker()) {
        return Poll::Pending;
    }
    let limits = Limits { timeout, latest };
    let attempt = &mut |retry: &mut Retry| attempt(core, retry);
    let outcome = ready!(socket.readiness().poll(core, interest, state, cx, limits, attempt));
    socket.trace().waited(interest, &outcome);
    Poll::Ready(outcome)
}

/// One poll of a poll function, whose deadline the socket keeps between polls.
#[inline]
pub(crate) fn poll_once<T>(
    socket: &Waitable,
    interest: Interest,
    cx: &mut Context<'_>,
    mut attempt: impl FnMut(&core::Socket) -> io::Result<Done<T>>,
) -> Poll<io::Result<T>> {
    let limit = (Limit::Socket, Deadline::NEVER);
    let kept = socket.poll_deadline(interest);
    let mut wait = Wait::polling(Deadline(kept.nanos()));
    let outcome = poll(socket, interest, limit, &mut wait, cx, |core, _| attempt(core));
    let keep = if outcome.is_pending() { wait.deadline } else { Deadline::NEVER };
    kept.set_nanos(keep.0);
    outcome
}

/// The state of operations of a direction that one owner polls one after another. It keeps what
/// [`poll_once`] has no place for, waits as an [`Op`] does, beside others, and has to
/// [`leave`](Self::leave).
#[derive(Debug)]
pub(crate) struct Polling(Wait);

impl Polling {
    pub(crate) const fn new() -> Self {
        Self(Wait::new())
    }

    pub(crate) fn poll<A: Attempt<Error = io::Error>>(
        &mut self,
        socket: &Waitable,
        interest: Interest,
        cx: &mut Context<'_>,
        attempt: &mut A,
    ) -> Poll<io::Result<A::Output>> {
        let limit = (Limit::Socket, Deadline::NEVER);
        let outcome = ready!(poll(socket, interest, limit, &mut self.0, cx, |core, retry| {
            try_once(attempt, interest, core, retry)
        }));
        // The next begins its time anew.
        self.0.deadline = Deadline::NEVER;
        Poll::Ready(outcome)
    }

    /// Waits no longer.
    pub(crate) fn leave(&self, socket: &Waitable, interest: Interest) {
        socket.readiness().leave(interest, &self.0);
    }
}

impl<A> Drop for Op<'_, A> {
    fn drop(&mut self) {
        self.socket.readiness().leave(self.interest, &self.wait);
    }
}

impl<A> fmt::Debug for Op<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Op")
            .field("socket", self.socket.core())
            .field("interest", &self.interest)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Sends to a named receiver. Where that is a Unix datagram socket without room, no event tells when
/// it has some (man 7 unix; a connected one does tell): it is asked again by time.
pub(crate) struct SendTo<F> {
    is_named: bool,
    send: F,
}

impl<F> SendTo<F> {
    /// A send to a receiver that is named in it, or to the one that the socket is connected to.
    pub(crate) fn new(is_named: bool, send: F) -> Self {
        Self { is_named, send }
    }
}

/// How long a receiver without room is left alone.
const NO_ROOM_WAIT: Duration = Duration::from_millis(5);

impl<F> Attempt for SendTo<F>
where
    F: FnMut(&core::Socket) -> io::Result<Done<usize>>,
{
    type Output = usize;
    type Error = io::Error;

    fn attempt(
        &mut self,
        socket: &core::Socket,
        retry: &mut RetryAfter<'_>,
    ) -> io::Result<Done<usize>> {
        let outcome = (self.send)(socket);
        if outcome.is_err() && self.is_named && socket.family() == core::Family::UNIX {
            *retry.0 = Some(NO_ROOM_WAIT);
        }
        outcome
    }

    fn fail(&self, error: io::Error) -> io::Error {
        error
    }
}

/// Sends all of its bytes: [`Socket::send_all`](crate::Socket::send_all).
#[derive(Debug)]
pub struct SendAll<'b> {
    bytes: &'b [u8],
    flags: MsgFlags,
    sent: usize,
}

impl<'b> SendAll<'b> {
    pub(crate) fn new(bytes: &'b [u8], flags: MsgFlags) -> Self {
        Self { bytes, flags, sent: 0 }
    }
}

impl Attempt for SendAll<'_> {
    type Output = ();
    type Error = SendAllError;

    #[inline]
    fn attempt(&mut self, socket: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<()>> {
        loop {
            match socket.send_with_flags(&self.bytes[self.sent..], self.flags)? {
                // To go on would not end.
                0 if !self.bytes.is_empty() => return Err(io::ErrorKind::WriteZero.into()),
                n => self.sent += n,
            }
            if self.sent >= self.bytes.len() {
                return Ok(Done::new(()));
            }
            if socket.kind() == core::Kind::STREAM {
                // The kernel's buffer is full; asking again would only tell so.
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
    }

    fn fail(&self, error: io::Error) -> SendAllError {
        SendAllError::new(self.sent, error)
    }
}

impl Op<'_, SendAll<'_>> {
    /// How many bytes the kernel has taken so far: what a dropped `send_all` had sent.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.attempt.sent
    }
}

/// Connects: [`Socket::connect`](crate::Socket::connect).
#[derive(Debug)]
pub struct Connect {
    address: Option<io::Result<core::Address>>,
    state: ConnectState,
    trace: Trace,
}

#[derive(Debug)]
enum ConnectState {
    Begin,
    /// A Unix listener had no room, for this long so far.
    Full(Duration),
    /// The kernel connects, and said so by this errno.
    UnderWay(Option<i32>),
}

/// How long a Unix listener without room is left alone, at first and at most.
const FULL_BACKLOG_WAIT: (Duration, Duration) =
    (Duration::from_millis(1), Duration::from_millis(50));

impl Connect {
    pub(crate) fn new(address: io::Result<core::Address>, trace: Trace) -> Self {
        Self { address: Some(address), state: ConnectState::Begin, trace }
    }
}

impl Attempt for Connect {
    type Output = ();
    type Error = io::Error;

    fn attempt(
        &mut self,
        socket: &core::Socket,
        retry: &mut RetryAfter<'_>,
    ) -> io::Result<Done<()>> {
        if let ConnectState::UnderWay(_) = self.state {
            return if socket.finish_connect()? {
                self.trace.connected();
                Ok(Done::new(()))
            } else {
                Err(io::ErrorKind::WouldBlock.into())
            };
        }
        let address = match self.address.take() {
            Some(Ok(address)) => address,
            Some(Err(e)) => return Err(e),
            None => return Err(io::ErrorKind::InvalidInput.into()),
        };
        if let ConnectState::Begin = self.state {
            self.trace.connecting(&address);
        }
        match socket.connect(address) {
            Ok(()) => {
                self.trace.connected();
                Ok(Done::new(()))
            }
            Err(e) if core::is_connecting(&e) => {
                self.state = ConnectState::UnderWay(e.raw_os_error());
                Err(io::ErrorKind::WouldBlock.into())
            }
            // A Unix listener has no room (man 7 unix), and nothing announces that it has.
            Err(e) if socket.is_full_backlog(&e) => {
                self.address = Some(Ok(address));
                let (first, longest) = FULL_BACKLOG_WAIT;
                let pause = match self.state {
                    ConnectState::Full(last) => longest.min(last * 2),
                    _ => first,
                };
                self.state = ConnectState::Full(pause);
                *retry.0 = Some(pause);
                Err(e)
            }
            Err(e) => Err(e),
        }
    }

    /// Where nobody waits, that it goes on has the errno of the system call.
    fn fail(&self, error: io::Error) -> io::Error {
        self.trace.connect_failed(&error);
        match self.state {
            ConnectState::UnderWay(Some(errno)) if error.kind() == io::ErrorKind::WouldBlock => {
                io::Error::from_raw_os_error(errno)
            }
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Socket;

    /// Always has one step more.
    struct Endless;

    impl Attempt for Endless {
        type Output = ();
        type Error = io::Error;

        fn attempt(&mut self, _: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<()>> {
            Ok(Done::new(()))
        }

        fn is_complete(&self) -> bool {
            false
        }

        fn fail(&self, error: io::Error) -> io::Error {
            error
        }
    }

    #[test]
    fn steps_without_end_are_not_taken_at_once() {
        let (socket, _peer) =
            Socket::pair(core::Family::UNIX, core::Kind::STREAM, core::Protocol::DEFAULT).unwrap();
        let cx = &mut Context::from_waker(std::task::Waker::noop());
        let mut endless = socket.op(Interest::Readable, Endless).nonblocking();
        let Poll::Ready(Err(error)) = Pin::new(&mut endless).poll(cx) else { panic!("it waits") };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}
