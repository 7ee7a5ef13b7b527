//! One direction of a relay.
//!
//! ```text
//!   from ── receive ──▶ carrier ── send, until it is empty ──▶ to
//! ```
//!
//! What comes in small pieces is copied; when a piece fills the buffer, there is more behind it,
//! and the rest goes through a pipe, until a whole stretch between two waits would have fitted the
//! buffer.

use super::carrier::{BULK, Carrier};
use crate::budget;
use crate::place::{Patience, Place};
use crate::waitable::Waitable;
use berkeley_core::{Interest, Kind, Shutdown};
use std::convert::Infallible;
use std::io;
use std::task::{Context, Poll, ready};

/// One direction.
#[derive(Debug)]
pub(super) struct Flow<'s> {
    from: Place<'s>,
    to: Place<'s>,
    /// Where the sender of all that came may have an error to tell.
    gone: Place<'s>,
    /// Never an empty one.
    carrier: Option<Carrier>,
    /// How many bytes the receiver's kernel took.
    sent: u64,
    /// Whether the next bytes are worth a pipe.
    is_bulk: bool,
    /// How many bytes came since it last waited for some.
    stretch: usize,
    is_over: bool,
}

/// Why nothing more is moved.
#[derive(Debug)]
pub(super) enum Stop {
    TimeUp,
    Receiving(io::Error),
    Sending(io::Error),
    /// Who had ended takes no more either.
    Gone(io::Error),
}

impl Stop {
    /// The end of the time has no errno; a connection that timed out has one.
    fn new(error: io::Error, by: fn(io::Error) -> Self) -> Self {
        let is_time_up = error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none();
        if is_time_up { Self::TimeUp } else { by(error) }
    }
}

impl<'s> Flow<'s> {
    pub(super) fn new(from: &'s Waitable, to: &'s Waitable) -> Self {
        Self {
            from: Place::new(from, Interest::Readable),
            to: Place::new(to, Interest::Writable),
            gone: Place::new(from, Interest::Error),
            carrier: None,
            sent: 0,
            is_bulk: false,
            stretch: 0,
            is_over: false,
        }
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether nothing more will go.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Takes out what was received and not sent, and ends.
    pub(super) fn take_unsent(&mut self) -> Vec<u8> {
        self.is_over = true;
        // A pipe gives what is in it: nobody else has it.
        self.carrier.take().and_then(|carrier| carrier.into_bytes().ok()).unwrap_or_default()
    }

    pub(super) fn is_from_stream(&self) -> bool {
        self.from.socket().core().kind() == Kind::STREAM
    }

    /// Moves what one receive brings; at the end of the bytes, ends the sending, and from then on
    /// waits until the sender is gone.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        patience: &mut Patience,
    ) -> Poll<Result<(), Stop>> {
        if self.is_over {
            return self.poll_gone(cx, patience).map(Err);
        }
        if self.carrier.is_none() {
            let received = ready!(self.poll_receive(cx, patience));
            if received.map_err(|e| Stop::new(e, Stop::Receiving))? == 0 {
                self.is_over = true;
                return Poll::Ready(self.end_sending().map_err(Stop::Sending));
            }
        }
        let outcome = ready!(self.poll_send(cx, patience)).map_err(|e| Stop::new(e, Stop::Sending));
        self.is_over = matches!(outcome, Err(Stop::Sending(_)));
        Poll::Ready(outcome)
    }

    /// Waits until the sender is gone, of which no receive tells any more.
    fn poll_gone(&mut self, cx: &mut Context<'_>, patience: &mut Patience) -> Poll<Stop> {
        let gone: Poll<io::Result<Infallible>> = self.gone.poll(cx, patience, |socket| {
            Err(socket.take_error()?.unwrap_or_else(|| io::ErrorKind::WouldBlock.into()))
        });
        match ready!(gone) {
            Ok(never) => match never {},
            Err(e) => Poll::Ready(Stop::new(e, Stop::Gone)),
        }
    }

    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        patience: &mut Patience,
    ) -> Poll<io::Result<usize>> {
        let Self { from, carrier, is_bulk, .. } = self;
        let drains = from.socket().short_receive_drains();
        let outcome = from.poll(cx, patience, |socket| {
            let mut empty = if *is_bulk { Carrier::pipe() } else { Carrier::buffer() };
            let outcome = empty.fill(socket, drains);
            if empty.is_empty() {
                empty.release();
            } else {
                *carrier = Some(empty);
            }
            outcome
        });
        match outcome {
            Poll::Ready(Ok(n)) => {
                budget::charge(n);
                self.stretch += n;
                self.is_bulk = match self.carrier {
                    Some(Carrier::Buffer(_)) => n >= BULK,
                    _ => true,
                };
            }
            Poll::Pending => {
                self.is_bulk &= self.stretch >= BULK;
                self.stretch = 0;
            }
            Poll::Ready(Err(_)) => {}
        }
        outcome
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, patience: &mut Patience) -> Poll<io::Result<()>> {
        while let Some(carrier) = &mut self.carrier {
            let n = ready!(self.to.poll(cx, patience, |socket| carrier.drain(socket)))?;
            // No call sends more than it was asked for.
            self.sent += u64::try_from(n).unwrap_or_default();
            if carrier.is_empty() {
                let empty = self.carrier.take();
                empty.into_iter().for_each(Carrier::release);
            }
        }
        Poll::Ready(Ok(()))
    }

    fn end_sending(&self) -> io::Result<()> {
        match self.to.socket().core().shutdown(Shutdown::Write) {
            // It is over already: the other direction tells how.
            Err(e) if e.kind() == io::ErrorKind::NotConnected => Ok(()),
            outcome => outcome,
        }
    }
}
