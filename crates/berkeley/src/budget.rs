//! How many operations a task may complete before it lets others run.
//!
//! An operation that never has to wait never yields, and a task of such operations would keep its
//! worker for itself. So each thread counts, and every so often an operation pretends to wait.

use std::cell::Cell;
use std::task::Waker;

const FULL: u32 = 128;

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(FULL) };
}

/// A task begins its turn: it has the full budget.
pub(crate) fn refill() {
    LEFT.set(FULL);
}

/// Bytes that count as one operation where the kernel moves them.
const BYTES: usize = 16 << 10;

/// Takes what the kernel has moved off the budget: a large transfer is worth many operations.
pub(crate) fn charge(bytes: usize) {
    let cost = u32::try_from(bytes / BYTES).unwrap_or(u32::MAX);
    LEFT.set(LEFT.get().saturating_sub(cost));
}

/// Takes one operation off the budget, if anything is left of it.
#[inline]
pub(crate) fn take() -> bool {
    let left = LEFT.get();
    LEFT.set(left.saturating_sub(1));
    left > 0
}

/// Takes one operation off the budget. When nothing is left, wakes the task and says so: the
/// operation is to return `Pending` without having done anything.
#[inline]
pub(crate) fn exhausted(waker: &Waker) -> bool {
    if take() {
        return false;
    }
    refill();
    waker.wake_by_ref();
    true
}
