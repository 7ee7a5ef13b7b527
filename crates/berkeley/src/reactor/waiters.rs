//! Who waits for one direction of a socket.

use crate::clock::Deadline;
use std::collections::BTreeMap;
use std::task::Waker;

/// The operations that wait. Nearly always one, who needs no allocation.
#[derive(Debug)]
pub(crate) struct Waiters {
    first: Option<Waiter>,
    /// Those behind the first, who stay there when it goes. Boxed: every socket would have its
    /// room, and few have anybody there.
    more: Option<Box<More>>,
    last_id: WaiterId,
}

type More = BTreeMap<WaiterId, Waiter>;

#[derive(Debug)]
struct Waiter {
    id: WaiterId,
    waker: Waker,
    deadline: Deadline,
}

/// Names one waiting operation of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WaiterId(pub(crate) u64);

impl WaiterId {
    /// The one waiter that all poll functions of a direction share: the last of them wins, as the
    /// contract of `AsyncRead` has it.
    pub(crate) const POLL: Self = Self(0);
}

impl Waiters {
    pub(crate) const fn new() -> Self {
        Self { first: None, more: None, last_id: WaiterId::POLL }
    }

    /// Adds a waiter, or renews the one that `id` names, and returns the waker that is to be
    /// dropped when nothing is locked.
    #[inline]
    pub(crate) fn put(
        &mut self,
        id: &mut Option<WaiterId>,
        waker: Waker,
        deadline: Deadline,
    ) -> Option<Waker> {
        let id = *id.get_or_insert_with(|| {
            self.last_id.0 += 1;
            self.last_id
        });
        let waiter = Waiter { id, waker, deadline };
        let replaced = match &self.first {
            None => {
                self.first = Some(waiter);
                self.more.as_mut().and_then(|more| more.remove(&id))
            }
            Some(first) if first.id == id => self.first.replace(waiter),
            Some(_) => self.more.get_or_insert_default().insert(id, waiter),
        };
        replaced.map(|waiter| waiter.waker)
    }

    /// Takes one out.
    #[inline]
    pub(crate) fn remove(&mut self, id: WaiterId) -> Option<Waker> {
        let removed = match &self.first {
            Some(first) if first.id == id => self.first.take(),
            _ => self.more.as_mut().and_then(|more| more.remove(&id)),
        };
        removed.map(|waiter| waiter.waker)
    }

    /// Moves the wakers of all to `wakers`.
    #[inline]
    pub(crate) fn take_all(&mut self, wakers: &mut Vec<Waker>) {
        if let Some(first) = self.first.take() {
            wakers.push(first.waker);
        }
        if self.more.is_some() {
            self.take_more(wakers);
        }
    }

    #[cold]
    fn take_more(&mut self, wakers: &mut Vec<Waker>) {
        let more = self.more.take().into_iter().flat_map(|more| more.into_values());
        wakers.extend(more.map(|waiter| waiter.waker));
    }

    /// Takes all out.
    #[cfg(feature = "tokio")]
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Waker> + use<> {
        let more = self.more.take().into_iter().flat_map(|more| more.into_values());
        self.first.take().into_iter().chain(more).map(|waiter| waiter.waker)
    }

    /// Moves the wakers of those whose deadline has come to `wakers`, and returns the earliest
    /// deadline of the rest.
    pub(crate) fn take_due(&mut self, now: u64, wakers: &mut Vec<Waker>) -> Deadline {
        let is_due = |waiter: &Waiter| waiter.deadline.0 <= now;
        wakers.extend(self.first.take_if(|waiter| is_due(waiter)).map(|waiter| waiter.waker));
        let mut next = self.first.as_ref().map_or(Deadline::NEVER, |first| first.deadline);
        if let Some(more) = &mut self.more {
            let due: Vec<_> = more.values().filter(|w| is_due(w)).map(|w| w.id).collect();
            wakers.extend(due.iter().filter_map(|id| more.remove(id)).map(|w| w.waker));
            next = more.values().map(|waiter| waiter.deadline).fold(next, Deadline::min);
        }
        next
    }

    /// Whether only one waits.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_alone(&self) -> bool {
        self.first.is_some() && self.more.as_ref().is_none_or(|more| more.is_empty())
    }
}
