//! [`Server`]: a listener whose connections are counted.

use crate::accept::{Accepted, Listener, Recovery};
use crate::connections::{Connections, Until, Waiter};
use crate::time::Sleep;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The most connections that a server takes after it was told to stop: as many as Linux has a
/// backlog hold at most, if it is not told otherwise (`net.core.somaxconn`).
const LAST: usize = 4_096;

/// A listener whose connections are counted with those of a service: made by
/// [`Connections::serve`], which says more.
///
/// It goes on through what accept(2) can return, as [`Incoming`](crate::Incoming) does.
pub struct Server<L> {
    /// There until it has stopped.
    listener: Option<Listening<L>>,
    connections: Connections,
    waiter: Waiter,
    recovery: Recovery<'static>,
    pause: Option<Sleep>,
    /// How many connections it may take yet, once it was told to stop.
    last: usize,
}

impl Connections {
    /// Accepts the connections of a listener and counts them with these.
    #[must_use]
    pub fn serve<L: Listener>(&self, listener: L) -> Server<L> {
        Server {
            listener: Some(Listening { listener, _told: Told::new(self) }),
            connections: self.clone(),
            waiter: Waiter::new(self),
            recovery: Recovery::new(),
            pause: None,
            last: LAST,
        }
    }
}

impl<L: Listener> Server<L> {
    /// Has `tell` called with the error each time the loop pauses for want of descriptors or
    /// memory.
    #[must_use]
    pub fn on_pause(mut self, tell: impl FnMut(&io::Error) + Send + 'static) -> Self {
        self.recovery.on_pause = Box::new(tell);
        self
    }

    /// The listener, until the server has stopped and closed it.
    #[must_use]
    pub fn listener(&self) -> Option<&L> {
        self.listener.as_ref().map(|listening| &listening.listener)
    }

    /// The connections with which those of this server are counted.
    #[must_use]
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The next connection, and whose it is, when the limit allows one more; `None` when the server
    /// was told to stop, has taken what waited, and has closed its listener.
    ///
    /// # Errors
    /// What ends the loop; `TimedOut` or `WouldBlock` by the listener's timeout, after which it may
    /// go on.
    ///
    /// # Cancel safety
    /// Dropped, it has taken no connection.
    pub async fn next(&mut self) -> io::Result<Option<Accepted<L>>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`next`](Self::next) as a poll function.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Accepted<L>>>> {
        while let Some(Listening { listener, .. }) = &self.listener {
            if let Some(pause) = &mut self.pause {
                ready!(Pin::new(pause).poll(cx));
                self.pause = None;
            }
            let Some(admission) = ready!(self.connections.poll_admission(&mut self.waiter, cx))
            else {
                break;
            };
            let stopped = self.waiter.poll(Until::Stopped, cx).is_ready();
            if stopped && self.last == 0 {
                break;
            }
            // The kernel is asked for the last ones, whatever was heard of them.
            let accepted = match stopped {
                true => Poll::Ready(listener.try_accept()),
                false => listener.poll_accept(cx),
            };
            match accepted {
                Poll::Ready(Ok((stream, address))) => {
                    stream.as_ref().admit(admission);
                    self.recovery.accepted();
                    self.last -= usize::from(stopped);
                    return Poll::Ready(Ok(Some((stream, address))));
                }
                Poll::Ready(Err(e)) if stopped && e.kind() == io::ErrorKind::WouldBlock => break,
                Poll::Ready(Err(error)) => {
                    self.pause = self.recovery.from(listener.as_ref(), error)?
                }
                Poll::Pending => return Poll::Pending,
            }
        }
        self.listener = None;
        Poll::Ready(Ok(None))
    }
}

/// [`next`](Server::next) for the combinators of streams. It ends when the server has stopped.
#[cfg(feature = "futures")]
impl<L: Listener + Unpin> futures_core::Stream for Server<L> {
    type Item = io::Result<Accepted<L>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_next(cx).map(Result::transpose)
    }
}

impl<L: Listener + fmt::Debug> fmt::Debug for Server<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listener", &self.listener())
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

/// A listener, and the word for it.
struct Listening<L> {
    // Closed before the word.
    listener: L,
    _told: Told,
}

/// That a server has a listener, for those who wait until none has.
struct Told(Connections);

impl Told {
    fn new(connections: &Connections) -> Self {
        connections.listens(true);
        Self(connections.clone())
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.0.listens(false);
    }
}
