//! Which token is which socket.

use super::{Directions, Handle, Interest, Shared};
use crate::sync::{AtomicU8, Ordering};
use slab::Slab;
use std::os::fd::RawFd;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};
use std::task::Waker;

/// A registered socket. In memory as it is written here: what is often used comes first.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Source {
    token: Token,
    fd: RawFd,
    /// What was ever reported, of [`READ_CLOSED`] and its like. Bits are never taken back.
    flags: AtomicU8,
    /// The reactor is gone: no event will ever come.
    orphaned: AtomicBool,
    directions: Directions,
    /// Not held: a socket may outlive many reactors, which have descriptors.
    reactor: Weak<Shared>,
}

/// The peer sends no more, or the connection is gone: the end is to be read, after any data.
const READ_CLOSED: u8 = 1;
/// The connection is gone, or this half is shut down.
const WRITE_CLOSED: u8 = 2;
/// The peer has sent urgent data, at which receives stop short.
const URGENT: u8 = 4;

impl Source {
    /// The reactor, unless it is gone.
    pub(crate) fn handle(&self) -> Option<Handle> {
        self.reactor.upgrade().map(Handle)
    }

    pub(super) fn token(&self) -> Token {
        self.token
    }

    pub(super) fn fd(&self) -> RawFd {
        self.fd
    }

    #[inline]
    pub(crate) fn directions(&self) -> &Directions {
        &self.directions
    }

    /// Whether an operation that got less than it asked for has emptied (or filled) the kernel's
    /// buffer. Not when an end is waiting behind the data, whose event has come already and will
    /// not come again; and not when urgent data has been seen, since receives stop there.
    #[inline]
    pub(crate) fn short_means_drained(&self, interest: Interest) -> bool {
        let spoilers = match interest {
            Interest::Writable => WRITE_CLOSED,
            // (Nothing read of the error queue is short.)
            Interest::Readable | Interest::Error => READ_CLOSED | URGENT,
        };
        self.flags.load(Ordering::Relaxed) & spoilers == 0
    }

    /// Whether the reactor is gone.
    #[inline]
    pub(crate) fn is_orphaned(&self) -> bool {
        self.orphaned.load(Ordering::Acquire)
    }

    pub(super) fn orphan(&self) {
        self.orphaned.store(true, Ordering::Release);
    }

    /// Marks what `event` tells, and moves the wakers of those whom it concerns to `wakers`.
    #[inline]
    pub(super) fn mark(&self, event: &mio::event::Event, wakers: &mut Vec<Waker>) {
        let is_rare = event.is_error()
            || event.is_read_closed()
            || event.is_write_closed()
            || event.is_priority();
        if is_rare {
            return self.mark_rare(event, wakers);
        }
        self.directions.event(event.is_readable(), event.is_writable(), wakers);
    }

    /// Marks ends, urgent data and errors. An error concerns both directions: whoever waits shall
    /// fetch it.
    #[cold]
    fn mark_rare(&self, event: &mio::event::Event, wakers: &mut Vec<Waker>) {
        let mut flags = 0;
        if event.is_read_closed() {
            flags |= READ_CLOSED;
        }
        if event.is_write_closed() {
            flags |= WRITE_CLOSED;
        }
        if event.is_priority() {
            flags |= URGENT;
        }
        self.flags.fetch_or(flags, Ordering::Release);
        let is_error = event.is_error();
        let readable = event.is_readable() || event.is_read_closed() || event.is_priority();
        let writable = event.is_writable() || event.is_write_closed();
        self.directions.event(is_error || readable, is_error || writable, wakers);
        if is_error {
            self.directions.error(wakers);
        }
    }
}

/// An index into the registry and the generation of its entry in one number, so that an event for
/// a socket that is gone finds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token(usize);

const INDEX_BITS: u32 = usize::BITS / 2;

impl Token {
    fn new(index: usize, generation: usize) -> Self {
        Self(generation << INDEX_BITS | index)
    }

    pub(super) fn to_usize(self) -> usize {
        self.0
    }

    pub(super) fn from_usize(number: usize) -> Self {
        Self(number)
    }

    #[inline]
    fn index(self) -> usize {
        self.0 & ((1 << INDEX_BITS) - 1)
    }
}

/// The sockets of one reactor.
#[derive(Debug, Default)]
pub(super) struct Registry {
    sources: Slab<Arc<Source>>,
    /// The generation of the next entry.
    generation: usize,
}

impl Registry {
    pub(super) fn insert(&mut self, reactor: Weak<Shared>, fd: RawFd) -> Arc<Source> {
        // One less than all, so that no token is one of the reactor's own.
        self.generation = (self.generation + 1) % ((1 << INDEX_BITS) - 1);
        let entry = self.sources.vacant_entry();
        let token = Token::new(entry.key(), self.generation);
        let source = Arc::new(Source {
            reactor,
            token,
            fd,
            flags: AtomicU8::new(0),
            orphaned: AtomicBool::new(false),
            directions: Directions::new(),
        });
        entry.insert(source.clone());
        source
    }

    #[inline]
    pub(super) fn get(&self, token: Token) -> Option<&Arc<Source>> {
        self.sources.get(token.index()).filter(|source| source.token == token)
    }

    pub(super) fn remove(&mut self, token: Token) -> Option<Arc<Source>> {
        self.get(token)?;
        Some(self.sources.remove(token.index()))
    }

    /// Takes out all sources.
    pub(super) fn drain(&mut self) -> Vec<Arc<Source>> {
        self.sources.drain().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_one_of_the_reactors_own() {
        let last = Token::new((1 << INDEX_BITS) - 1, (1 << INDEX_BITS) - 2);
        assert!(last.to_usize() < usize::MAX - 1);
        assert_eq!(last.index(), (1 << INDEX_BITS) - 1);
    }
}
