//! [`Connections`]: how many are open, a limit on that, and their end.
#![allow(unsafe_code)] // A descriptor is named that a socket elsewhere owns: see `Admission::admit`.

use crate::sync::{Mutex, lock};
use crate::time::timeout;
use berkeley_core as core;
use slab::Slab;
use std::fmt;
use std::future::poll_fn;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

/// The connections that a service has open, by one listener or by several: counted, limited, and
/// ended in good order.
///
/// [`serve`](Self::serve) makes a [`Server`](crate::Server) of a listener. Each connection that it
/// accepts counts from then until it is closed, wherever it goes, whoever has it: nothing is to be
/// held beside it. It no longer counts when its descriptor is given away (`into_fd`), and a
/// duplicate does not count.
///
/// ```
/// use berkeley::{Connections, Server, TcpListener};
/// use std::time::Duration;
///
/// async fn accept(mut server: Server<TcpListener>) -> std::io::Result<()> {
///     while let Some((stream, peer)) = server.next().await? {
///         berkeley::spawn(async move { stream.send_all(peer.to_string().as_bytes()).await });
///     }
///     Ok(())
/// }
///
/// # fn main() -> std::io::Result<()> {
/// berkeley::block_on(async {
///     let connections = Connections::limited(10_000);
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     berkeley::spawn(accept(connections.serve(listener)));
///     // … until somebody wants it to end:
///     let unfinished = connections.drain(Duration::from_secs(10)).await;
///     assert_eq!(unfinished, 0);
///     Ok(())
/// })
/// # }
/// ```
///
/// # The end
/// 1. [`stop`](Self::stop): servers take what waits in their backlogs, at most 4,096 connections
///    each, and close their listeners; new clients are refused. (What comes between the last
///    accept and the close is reset by the kernel; on Linux, `net.ipv4.tcp_migrate_req` hands it to
///    other listeners with `SO_REUSEPORT`.) [`stopped`](Self::stopped) tells the tasks of the
///    connections, which may end after the request at hand.
/// 2. They end by themselves, for as long as [`drain`](Self::drain) waits.
/// 3. [`abort`](Self::abort) resets those that are left: their operations fail with
///    `ConnectionReset`, wherever they are awaited, so that their tasks end too.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    limit: usize,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    /// A place for each connection, without a descriptor while one is being accepted.
    places: Slab<Option<BorrowedFd<'static>>>,
    /// How many of them have one.
    open: usize,
    /// How many servers have a listener.
    listening: usize,
    /// Who waits, by `Until`. Who is woken has no waker.
    waiting: [Slab<Option<Waker>>; 3],
}

/// What servers accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// All that comes.
    Open,
    /// What waits in the backlogs.
    Stopped,
    /// Nothing.
    Ended,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Stopped,
    /// There is a place, or none will be given any more.
    Place,
    /// No connection is left, and nobody accepts any.
    Drained,
}

impl State {
    fn is(&self, until: Until, limit: usize) -> bool {
        match until {
            Until::Stopped => self.phase > Phase::Open,
            Until::Place => self.places.len() < limit || self.phase == Phase::Ended,
            Until::Drained => self.places.is_empty() && self.listening == 0,
        }
    }
}

impl Connections {
    /// Any number of connections.
    #[must_use]
    pub fn new() -> Self {
        Self::limited(usize::MAX)
    }

    /// At most `limit` connections at once; of zero, none. While there are as many, those that come
    /// wait in the backlogs of their listeners. When these are full too, the kernel leaves clients
    /// unanswered.
    #[must_use]
    pub fn limited(limit: usize) -> Self {
        let state = State {
            phase: Phase::Open,
            places: Slab::new(),
            open: 0,
            listening: 0,
            waiting: [Slab::new(), Slab::new(), Slab::new()],
        };
        Self(Arc::new(Shared { limit, state: Mutex::new(state) }))
    }

    /// How many there are now.
    #[must_use]
    pub fn open(&self) -> usize {
        lock(&self.0.state).open
    }

    /// Has the servers stop: they take what waits in their backlogs, close their listeners, and
    /// end.
    pub fn stop(&self) {
        self.change(|state| state.phase = state.phase.max(Phase::Stopped));
    }

    /// Waits until somebody [stops](Self::stop) the servers: for the tasks of connections, to end
    /// after the request at hand.
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub async fn stopped(&self) {
        self.wait(Until::Stopped).await;
    }

    /// [Stops](Self::stop) the servers, waits until all connections are closed, and
    /// [aborts](Self::abort) those that are left after `limit`. Returns how many that were.
    ///
    /// A server that is neither polled to its end nor dropped keeps its listener, and this waiting.
    ///
    /// # Cancel safety
    /// Dropped, it has stopped the servers and aborted nothing.
    ///
    /// # Panics
    /// As [`sleep`](crate::time::sleep).
    pub async fn drain(&self, limit: Duration) -> usize {
        self.stop();
        match timeout(limit, self.wait(Until::Drained)).await {
            Ok(()) => 0,
            Err(_) => self.abort(),
        }
    }

    /// Resets all connections at once, as [`Socket::abort`](crate::Socket::abort) does, and returns
    /// how many those were. Servers end, and what waits in their backlogs is reset as well.
    ///
    /// Who has the sockets still has them: they count until they are closed.
    pub fn abort(&self) -> usize {
        self.change(|state| {
            state.phase = Phase::Ended;
            let descriptors = state.places.iter().filter_map(|(_, descriptor)| *descriptor);
            // Fails for one that has no connection any more.
            descriptors.map(core::socket::abort).count()
        })
    }

    /// A place for one connection, once there is one; `None` when no more are accepted.
    pub(crate) fn poll_admission(
        &self,
        waiter: &mut Waiter,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Admission>> {
        loop {
            ready!(waiter.poll(Until::Place, cx));
            let place = self.change(|state| match state.phase {
                Phase::Ended => Some(None),
                // Another was faster.
                _ if !state.is(Until::Place, self.0.limit) => None,
                _ => Some(Some(state.places.insert(None))),
            });
            if let Some(place) = place {
                let admission = |place| Admission { connections: self.clone(), place };
                return Poll::Ready(place.map(admission));
            }
        }
    }

    /// A server has a listener from now on, or no more.
    pub(crate) fn listens(&self, listens: bool) {
        self.change(|state| match listens {
            true => state.listening += 1,
            false => state.listening -= 1,
        });
    }

    async fn wait(&self, until: Until) {
        let mut waiter = Waiter::new(self);
        poll_fn(|cx| waiter.poll(until, cx)).await;
    }

    /// Changes the state, and wakes who has waited for what it then is.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut due = Vec::new();
        let mut state = lock(&self.0.state);
        let result = change(&mut state);
        for until in [Until::Stopped, Until::Place, Until::Drained] {
            if state.is(until, self.0.limit) {
                let waiting = &mut state.waiting[until as usize];
                due.extend(waiting.iter_mut().filter_map(|(_, waker)| waker.take()));
            }
        }
        drop(state);
        due.into_iter().for_each(Waker::wake);
        result
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.0.state);
        f.debug_struct("Connections")
            .field("limit", &self.0.limit)
            .field("open", &state.open)
            .field("listening", &state.listening)
            .field("phase", &state.phase)
            .finish()
    }
}

/// Somebody who waits, until dropped.
#[derive(Debug)]
pub(crate) struct Waiter {
    connections: Connections,
    place: Option<(Until, usize)>,
}

impl Waiter {
    pub(crate) fn new(connections: &Connections) -> Self {
        Self { connections: connections.clone(), place: None }
    }

    pub(crate) fn poll(&mut self, until: Until, cx: &mut Context<'_>) -> Poll<()> {
        if self.place.is_some_and(|(other, _)| other != until) {
            self.leave();
        }
        // Cloned before the lock, dropped after: a waker may do anything.
        let waker = cx.waker().clone();
        let Shared { limit, state } = &*self.connections.0;
        let mut state = lock(state);
        if state.is(until, *limit) {
            return Poll::Ready(());
        }
        let waiting = &mut state.waiting[until as usize];
        let (_, key) = *self.place.get_or_insert_with(|| (until, waiting.insert(None)));
        let replaced = waiting[key].replace(waker);
        drop(state);
        drop(replaced);
        Poll::Pending
    }

    fn leave(&mut self) {
        if let Some((until, key)) = self.place.take() {
            let waker = lock(&self.connections.0.state).waiting[until as usize].remove(key);
            drop(waker);
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.leave();
    }
}

/// A place among the connections, given back when dropped.
#[derive(Debug)]
pub(crate) struct Admission {
    connections: Connections,
    place: usize,
}

impl Admission {
    /// The place is that of `socket`, which drops this before it closes or gives up its descriptor.
    pub(crate) fn is_of(&self, socket: &core::Socket) {
        // SAFETY: the descriptor is open until this is dropped, which takes it out again; nobody
        // uses it but under the lock that this has to take then.
        let descriptor = unsafe { BorrowedFd::borrow_raw(socket.as_raw_fd()) };
        self.connections.change(|state| {
            state.places[self.place] = Some(descriptor);
            state.open += 1;
        });
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.connections.change(|state| {
            if state.places.remove(self.place).is_some() {
                state.open -= 1;
            }
        });
    }
}
