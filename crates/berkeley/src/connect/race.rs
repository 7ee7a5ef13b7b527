//! Attempts beside each other, of which the first that succeeds is taken: RFC 8305, section 5.
//!
//! ```text
//!   answers ──▶ waiting ──▶ under way ──▶ the first success: the others are closed
//!                  ▲            │
//!                  │            └──▶ failed: the next begins at once
//!       begins when the delay is over
//!
//!   nothing waiting, nothing under way, no answer to come: every error
//!   the total time is over:                                every error, and what was under way
//! ```
//!
//! It is one future: no task is spawned, so that it runs under any executor, and dropping it closes
//! every socket there is.

use super::order::interleave;
use super::{AttemptFuture, ConnectError};
use crate::Socket;
use crate::clock::Deadline;
use crate::resolve::{Answers, ResolveError, no_address};
use crate::time::{Sleep, sleep};
use berkeley_core::connection::Attempt;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// When the next attempt begins while others are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// When this time has passed since the last one began, or when one fails. Families take turns,
    /// beginning with so many addresses of the first.
    Staggered { delay: Duration, first: usize },
    /// When the one before has failed, in the order of the answer.
    Sequential,
}

pub(super) struct Race<'o> {
    begin: &'o (dyn Fn(SocketAddr) -> AttemptFuture<'o> + Sync),
    pace: Pace,
    /// `None` when there are no more to come.
    answers: Option<Answers>,
    unresolved: Option<io::Error>,
    waiting: VecDeque<SocketAddr>,
    under_way: Vec<(SocketAddr, AttemptFuture<'o>)>,
    failed: Vec<Attempt>,
    next: Next,
    /// Whether the last attempt that began was of IPv6.
    last_was_ipv6: Option<bool>,
    end: Deadline,
    alarm: Sleep,
}

enum Next {
    Now,
    After(Sleep),
    AfterFailure,
}

impl<'o> Race<'o> {
    pub(super) fn new(
        answers: Answers,
        begin: &'o (dyn Fn(SocketAddr) -> AttemptFuture<'o> + Sync),
        pace: Pace,
        end: Deadline,
    ) -> Self {
        Self {
            begin,
            pace,
            answers: Some(answers),
            unresolved: None,
            waiting: VecDeque::new(),
            under_way: Vec::new(),
            failed: Vec::new(),
            next: Next::Now,
            last_was_ipv6: None,
            end,
            alarm: Sleep::until(end),
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Socket, ConnectError>> {
        loop {
            self.hear(cx);
            if let Some(socket) = self.advance(cx) {
                // Another may have succeeded too. They are closed with the race.
                return Poll::Ready(Ok(socket));
            }
            if !self.begin_next(cx) {
                break;
            }
        }
        if self.answers.is_none() && self.waiting.is_empty() && self.under_way.is_empty() {
            return Poll::Ready(Err(self.failure()));
        }
        if self.end != Deadline::NEVER && Pin::new(&mut self.alarm).poll(cx).is_ready() {
            return Poll::Ready(Err(self.too_late()));
        }
        Poll::Pending
    }

    /// Takes what the resolver has answered meanwhile.
    fn hear(&mut self, cx: &mut Context<'_>) {
        while let Some(answers) = &mut self.answers {
            match answers.poll_next(cx) {
                Poll::Pending => return,
                Poll::Ready(None) => self.answers = None,
                Poll::Ready(Some(Err(error))) => self.unresolved = Some(error),
                Poll::Ready(Some(Ok(addresses))) => self.add(addresses),
            }
        }
    }

    fn add(&mut self, addresses: Vec<SocketAddr>) {
        let known = self.waiting.drain(..);
        self.waiting = match self.pace {
            Pace::Sequential => known.chain(addresses).collect(),
            Pace::Staggered { first, .. } => {
                // What comes later joins in: the family that was not tried last has its turn.
                let (lead, first) = match self.last_was_ipv6 {
                    Some(ipv6) => (Some(!ipv6), 1),
                    None => (None, first),
                };
                interleave(known.chain(addresses), lead, first)
            }
        };
    }

    /// Polls what is under way. A failure makes room for the next.
    fn advance(&mut self, cx: &mut Context<'_>) -> Option<Socket> {
        let mut nth = 0;
        while let Some((address, attempt)) = self.under_way.get_mut(nth) {
            match attempt.as_mut().poll(cx) {
                Poll::Pending => nth += 1,
                Poll::Ready(Ok(socket)) => return Some(socket),
                Poll::Ready(Err(error)) => {
                    self.failed.push(Attempt::new((*address).into(), error));
                    drop(self.under_way.remove(nth));
                    self.next = Next::Now;
                }
            }
        }
        None
    }

    /// Begins an attempt, if one waits and its time has come.
    fn begin_next(&mut self, cx: &mut Context<'_>) -> bool {
        if self.waiting.is_empty() || self.end.passed() {
            return false;
        }
        let is_time = match &mut self.next {
            Next::Now => true,
            Next::After(delay) => Pin::new(delay).poll(cx).is_ready(),
            Next::AfterFailure => false,
        };
        if !is_time && !self.under_way.is_empty() {
            return false;
        }
        let Some(address) = self.waiting.pop_front() else { return false };
        self.under_way.push((address, (self.begin)(address)));
        self.last_was_ipv6 = Some(address.is_ipv6());
        self.next = match self.pace {
            Pace::Staggered { delay, .. } => Next::After(sleep(delay)),
            Pace::Sequential => Next::AfterFailure,
        };
        true
    }

    /// Why all that could be tried has failed.
    fn failure(&mut self) -> ConnectError {
        if !self.failed.is_empty() {
            return ConnectError::Attempts(std::mem::take(&mut self.failed));
        }
        ConnectError::Resolve(no_address(self.unresolved.take()))
    }

    /// What is under way has taken too long, or, if nothing is, the next one would, or the answer.
    fn too_late(&mut self) -> ConnectError {
        let mut late: Vec<_> = self.under_way.drain(..).map(|(address, _)| address).collect();
        if late.is_empty() {
            late.extend(self.waiting.pop_front());
        }
        if late.is_empty() {
            return ConnectError::Resolve(ResolveError::System(io::ErrorKind::TimedOut.into()));
        }
        let timed_out =
            |address: SocketAddr| Attempt::new(address.into(), io::ErrorKind::TimedOut.into());
        self.failed.extend(late.into_iter().map(timed_out));
        ConnectError::Attempts(std::mem::take(&mut self.failed))
    }
}
