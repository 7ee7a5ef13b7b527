//! The atomics and locks that readiness is made of. The model checker builds the same files with
//! its own.

pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard};

/// Locks, also after a panic elsewhere: nothing guarded here is ever left half-changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
