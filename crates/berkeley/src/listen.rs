//! Accept loops that survive what accept can return.

use crate::Socket;
use crate::socket::Spoken;
use crate::time::sleep;
use berkeley_core::Address;
use std::fmt;
use std::io;
use std::marker::PhantomData;
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
    pause: Duration,
    on_pause: Box<dyn FnMut(&io::Error) + Send + 'l>,
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
        let on_pause = Box::new(|_: &io::Error| {});
        Self { listener, wrap, address: PhantomData, pause: PAUSE.0, on_pause }
    }

    /// Has `tell` called with the error each time the loop pauses.
    #[must_use]
    pub fn on_pause(mut self, tell: impl FnMut(&io::Error) + Send + 'l) -> Self {
        self.on_pause = Box::new(tell);
        self
    }

    /// The next connection, and whose it is.
    ///
    /// # Errors
    /// What ends the loop; `TimedOut` or `WouldBlock` by the listener's timeout, after which it
    /// may go on.
    ///
    /// # Cancel safety
    /// Dropped, it has taken no connection.
    pub async fn next(&mut self) -> io::Result<(S, A)> {
        loop {
            match self.listener.accept_as(self.wrap).await {
                Ok(accepted) => {
                    self.pause = PAUSE.0;
                    return Ok(accepted);
                }
                Err(error) => match AcceptError::of(&error) {
                    AcceptError::Passing => {}
                    AcceptError::Exhausted => {
                        (self.on_pause)(&error);
                        sleep(self.pause).await;
                        self.pause = PAUSE.1.min(self.pause * 2);
                    }
                    AcceptError::Lasting => return Err(error),
                },
            }
        }
    }
}

impl<S, A> fmt::Debug for Incoming<'_, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("listener", self.listener).finish_non_exhaustive()
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
