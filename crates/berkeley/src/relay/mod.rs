//! Bytes between two connections, both ways: [`relay`].
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | the relay, what it moved, how it failed |
//! | `flow.rs` | one direction |
//! | `carrier.rs` | what bytes are in on their way |
//! | `pipe.rs`, `no_pipe.rs` | a pipe, where there is splice(2) |

mod carrier;
mod flow;
#[cfg_attr(not(linux_like), path = "no_pipe.rs")]
mod pipe;

use crate::Socket;
use crate::clock::{Deadline, saturating_nanos};
use crate::place::Patience;
use flow::{Flow, Stop};
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Moves bytes between two connections, both ways, until both have ended, and tells how many:
/// splice(2) on Linux where it pays, and copies elsewhere.
///
/// Any two stream sockets will do: TCP, Unix, vsock, and one of each. The end of one's bytes is
/// passed on as the end of sending to the other ([`shutdown`](Socket::shutdown)), and the other
/// direction goes on until its own end.
///
/// ```
/// use berkeley::{TcpListener, TcpStream};
/// use std::io;
/// use std::time::Duration;
///
/// async fn proxy(client: TcpStream, service: &str) -> io::Result<()> {
///     let server = TcpStream::connect(service).await?;
///     let moved = berkeley::relay(&client, &server).idle_timeout(Duration::from_secs(60)).await?;
///     println!("{} bytes there, {} back", moved.a_to_b, moved.b_to_a);
///     Ok(())
/// }
/// ```
///
/// A peer that has gone without a word, or has closed and left the other end waiting, is not an
/// end: give a relay an [`idle_timeout`](Relay::idle_timeout). The sockets' own timeouts do not
/// count here.
///
/// While a relay waits for bytes it has no pipe and no buffer: each thread keeps a few empty ones.
/// What is received and cannot be sent on yet is 1 MiB at most in each direction. Urgent data and
/// descriptors are not passed on: they are dropped.
///
/// # Errors
/// [`RelayError`], which tells how many bytes went, what was received and not sent, and which
/// socket failed. `TimedOut` when the time was up; `InvalidInput` when a socket is no stream. When
/// one socket takes no more, what it has still sent is passed on before the error is told.
///
/// # Cancel safety
/// A dropped relay has moved [`relayed`](Relay::relayed) bytes, and loses those that it had received
/// and not sent: poll it by reference, and ask for [`take_unsent`](Relay::take_unsent).
pub fn relay<'s, A, B>(a: &'s A, b: &'s B) -> Relay<'s>
where
    A: AsRef<Socket> + ?Sized,
    B: AsRef<Socket> + ?Sized,
{
    let (a, b) = (a.as_ref().waitable(), b.as_ref().waitable());
    let flows = [Flow::new(a, b), Flow::new(b, a)];
    Relay { flows, patience: Patience::ENDLESS, failed: None }
}

/// The future of [`relay`].
#[derive(Debug)]
#[must_use = "a relay does nothing until it is awaited"]
pub struct Relay<'s> {
    /// From a to b, from b to a.
    flows: [Flow<'s>; 2],
    patience: Patience,
    /// One socket takes no more.
    failed: Option<(Option<RelayStep>, io::Error)>,
}

/// How many bytes a [`relay`] moved: those that the receiving socket's kernel took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relayed {
    /// From the first socket to the second.
    pub a_to_b: u64,
    /// From the second socket to the first.
    pub b_to_a: u64,
}

/// What was received and not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsent {
    /// From the first socket, to be sent to the second.
    pub a_to_b: Vec<u8>,
    /// From the second socket, to be sent to the first.
    pub b_to_a: Vec<u8>,
}

impl Relay<'_> {
    /// Ends when no byte could be moved in either direction for this long. A peer that reads
    /// nothing ends it as one that sends nothing does.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        // Not at all would be none.
        self.patience.idle = saturating_nanos(timeout).max(1);
        self
    }

    /// Ends at this moment, whatever moves.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.patience.latest = Deadline::at(deadline);
        self
    }

    /// Ends this long from now, whatever moves.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.patience.latest = Deadline::after(saturating_nanos(timeout));
        self
    }

    /// How many bytes have been moved so far.
    #[must_use]
    pub fn relayed(&self) -> Relayed {
        let [a_to_b, b_to_a] = self.flows.each_ref().map(Flow::sent);
        Relayed { a_to_b, b_to_a }
    }

    /// Takes out what was received and not sent, and ends the relay: it is not to be polled again.
    pub fn take_unsent(&mut self) -> Unsent {
        let [a_to_b, b_to_a] = self.flows.each_mut().map(Flow::take_unsent);
        Unsent { a_to_b, b_to_a }
    }

    /// The error of the whole: that of a socket which failed before, if one did.
    fn fail(&mut self, step: Option<RelayStep>, error: io::Error) -> RelayError {
        let (step, error) = self.failed.take().unwrap_or((step, error));
        RelayError { relayed: self.relayed(), unsent: self.take_unsent(), step, error }
    }

    fn require_streams(&self) -> io::Result<()> {
        if self.flows.iter().all(Flow::is_from_stream) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a relay is for streams: messages would run together",
        ))
    }
}

impl Future for Relay<'_> {
    type Output = Result<Relayed, RelayError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if let Err(e) = this.require_streams() {
            return Poll::Ready(Err(this.fail(None, e)));
        }
        if this.patience.latest.passed() {
            return Poll::Ready(Err(this.fail(None, io::ErrorKind::TimedOut.into())));
        }
        let mut is_waiting = [false; 2];
        loop {
            let mut is_time_up = false;
            for (at, flow) in this.flows.iter_mut().enumerate() {
                if is_waiting[at] {
                    continue;
                }
                match flow.poll(cx, &mut this.patience) {
                    Poll::Pending => is_waiting[at] = true,
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(Stop::TimeUp)) => is_time_up = true,
                    Poll::Ready(Err(Stop::Sending(e))) => {
                        this.failed.get_or_insert((Some(RelayStep::SEND[at]), e));
                    }
                    Poll::Ready(Err(Stop::Receiving(e))) => {
                        return Poll::Ready(Err(this.fail(Some(RelayStep::RECEIVE[at]), e)));
                    }
                    Poll::Ready(Err(Stop::Gone(e))) => {
                        return Poll::Ready(Err(this.fail(Some(RelayStep::SEND[1 - at]), e)));
                    }
                }
            }
            if this.flows.iter().all(Flow::is_over) {
                return Poll::Ready(match this.failed.take() {
                    None => Ok(this.relayed()),
                    Some((step, e)) => Err(this.fail(step, e)),
                });
            }
            // Unless the other direction has moved something since.
            if is_time_up && this.patience.is_over() {
                return Poll::Ready(Err(this.fail(None, io::ErrorKind::TimedOut.into())));
            }
            if is_waiting == [true; 2] {
                return Poll::Pending;
            }
        }
    }
}

/// What a relay was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelayStep {
    /// It received from the first socket.
    ReceiveA,
    /// It sent to the second socket.
    SendB,
    /// It received from the second socket.
    ReceiveB,
    /// It sent to the first socket.
    SendA,
}

impl RelayStep {
    // By the flow.
    const RECEIVE: [Self; 2] = [Self::ReceiveA, Self::ReceiveB];
    const SEND: [Self; 2] = [Self::SendB, Self::SendA];
}

impl fmt::Display for RelayStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReceiveA => "receiving from the first socket",
            Self::SendB => "sending to the second socket",
            Self::ReceiveB => "receiving from the second socket",
            Self::SendA => "sending to the first socket",
        })
    }
}

/// A [`relay`] that did not come to both ends.
///
/// As an [`io::Error`] it is of the same kind, and within it.
#[derive(Debug)]
#[non_exhaustive]
pub struct RelayError {
    /// How many bytes it moved.
    pub relayed: Relayed,
    /// What it had received and not sent.
    pub unsent: Unsent,
    /// What failed; `None` when it was no socket, but the time was up.
    pub step: Option<RelayStep>,
    /// Why.
    pub error: io::Error,
}

impl RelayError {
    /// The kind of the error within.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.error.kind()
    }
}

impl fmt::Display for RelayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Relayed { a_to_b, b_to_a } = self.relayed;
        if let Some(step) = self.step {
            write!(f, "{step}: ")?;
        }
        write!(f, "{}, after {a_to_b} bytes there and {b_to_a} back", self.error)
    }
}

impl std::error::Error for RelayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<RelayError> for io::Error {
    fn from(error: RelayError) -> Self {
        Self::new(error.kind(), error)
    }
}
