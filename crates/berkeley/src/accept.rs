//! Accept loops that survive what accept can return.

use crate::Socket;
use crate::op::Polling;
use crate::socket::Spoken;
use crate::time::{Sleep, sleep};
use berkeley_core::{Address, Interest};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// How long a loop pauses when resources ran out, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// The connections of a listener, one after another, through all errors that pass.
///
/// * A connection that ended while it waited (`ECONNABORTED` and the network errors that
///   accept(2) passes on) is skipped.
/// * Without descriptors or memory (`EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`) the loop tells, and
///   pauses, from 5 ms up to 1 s while it lasts, instead of spinning: the connections wait in the
///   backlog.
/// * Anything else ends the loop: the listener is broken.
///
/// ```no_run
/// # async fn serve(listener: berkeley::TcpListener) -> std::io::Result<()> {
/// let mut incoming = listener.incoming().on_pause(|error| eprintln!("accept: {error}"));
/// loop {
///     let (stream, peer) = incoming.next().await?;
///     // …
/// #   drop((stream, peer));
/// }
/// # }
/// ```
pub struct Incoming<'l, S, A = Address> {
    listener: &'l Socket,
    wrap: fn(Socket) -> S,
    address: PhantomData<fn() -> A>,
    recovery: Recovery<'l>,
    pause: Option<Sleep>,
    accepting: Polling,
}

impl Socket {
    /// The connections of a listener one after another, through all errors that pass.
    #[must_use]
    pub fn incoming(&self) -> Incoming<'_, Self> {
        Incoming::new(self, |socket| socket)
    }
}

// Addresses are of the types of `net`, all of which are spoken.
#[allow(private_bounds)]
impl<'l, S, A: Spoken> Incoming<'l, S, A> {
    pub(crate) fn new(listener: &'l Socket, wrap: fn(Socket) -> S) -> Self {
        let (recovery, accepting) = (Recovery::new(), Polling::new());
        Self { listener, wrap, address: PhantomData, recovery, pause: None, accepting }
    }

    /// Has `tell` called with the error each time the loop pauses.
    #[must_use]
    pub fn on_pause(mut self, tell: impl FnMut(&io::Error) + Send + 'l) -> Self {
        self.recovery.on_pause = Box::new(tell);
        self
    }

    /// The next connection, and whose it is.
    ///
    /// # Errors
    /// What ends the loop; `TimedOut` or `WouldBlock` by the listener's timeout, after which it
    /// may go on.
    ///
    /// # Cancel safety
    /// Dropped, it has taken no connection. A pause goes on in the next call.
    pub async fn next(&mut self) -> io::Result<(S, A)> {
        poll_fn(|cx| self.poll_accepted(cx)).await
    }

    fn poll_accepted(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(S, A)>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(Pin::new(pause).poll(cx));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept_kept(&mut self.accepting, cx, self.wrap)) {
                Ok(accepted) => {
                    self.recovery.accepted();
                    return Poll::Ready(Ok(accepted));
                }
                Err(error) => self.pause = self.recovery.from(self.listener, error)?,
            }
        }
    }
}

/// [`next`](Incoming::next) for the combinators of streams. It does not end: an error that would
/// end a loop comes again and again, so take the first as the end (`try_for_each` does).
#[cfg(feature = "futures")]
impl<S, A: Spoken> futures_core::Stream for Incoming<'_, S, A> {
    type Item = io::Result<(S, A)>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_accepted(cx).map(Some)
    }
}

impl<S, A> Drop for Incoming<'_, S, A> {
    fn drop(&mut self) {
        self.listener.leave(Interest::Readable, &self.accepting);
    }
}

impl<S, A> fmt::Debug for Incoming<'_, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("listener", self.listener).finish_non_exhaustive()
    }
}

/// What a loop does about the errors of accept.
pub(crate) struct Recovery<'l> {
    pause: Duration,
    pub(crate) on_pause: Box<dyn FnMut(&io::Error) + Send + 'l>,
}

impl Recovery<'_> {
    pub(crate) fn new() -> Self {
        Self { pause: PAUSE.0, on_pause: Box::new(|_| {}) }
    }

    pub(crate) fn accepted(&mut self) {
        self.pause = PAUSE.0;
    }

    /// How long to pause, if at all, before the next accept; the error when there is none.
    pub(crate) fn from(
        &mut self,
        listener: &Socket,
        error: io::Error,
    ) -> io::Result<Option<Sleep>> {
        match AcceptError::of(&error) {
            AcceptError::Passing => {
                listener.trace().lost(&error);
                Ok(None)
            }
            AcceptError::Exhausted => {
                listener.trace().pauses(&error, self.pause);
                (self.on_pause)(&error);
                let pause = sleep(self.pause);
                self.pause = PAUSE.1.min(self.pause * 2);
                Ok(Some(pause))
            }
            AcceptError::Lasting => Err(error),
        }
    }
}

/// What accepts connections: a [`Socket`] or one of the listeners of [`net`](crate::net).
pub trait Listener: AsRef<Socket> {
    /// A connection.
    type Stream: AsRef<Socket>;
    /// Whose it is.
    type Address;

    /// Takes the next connection, or has the task woken when there may be one. Of several tasks
    /// that poll, the last is woken.
    ///
    /// # Errors
    /// As [`Socket::accept`].
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Stream, Self::Address)>>;

    /// Takes the next connection if there is one.
    ///
    /// # Errors
    /// As [`Socket::accept`]; `WouldBlock`.
    fn try_accept(&self) -> io::Result<Accepted<Self>>;
}

/// A connection that a listener accepted, and whose it is.
pub type Accepted<L> = (<L as Listener>::Stream, <L as Listener>::Address);

impl Listener for Socket {
    type Stream = Self;
    type Address = Address;

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self, Address)>> {
        self.poll_accept(cx)
    }

    fn try_accept(&self) -> io::Result<(Self, Address)> {
        self.try_accept()
    }
}

/// What an error of accept means for a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptError {
    /// One connection is lost: accept the next.
    Passing,
    /// The process or the system has run out of something: accept again later.
    Exhausted,
    /// The listener will not do better.
    Lasting,
}

impl AcceptError {
    /// Tells the kinds of accept error apart.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        if berkeley_core::is_exhaustion(error) {
            Self::Exhausted
        } else if berkeley_core::is_lost_connection(error) {
            Self::Passing
        } else {
            Self::Lasting
        }
    }
}
