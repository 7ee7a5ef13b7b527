//! Handlers of signals run while an operation waits, and what they raise ends it: PEP 475.
#![allow(unsafe_code)] // CPython's C API.

use pyo3_ffi as ffi;
use std::error::Error;
use std::fmt;
use std::io;

/// Runs an operation of the core. A signal that interrupts it has Python's handlers run.
pub(crate) fn watched<T>(operation: impl FnOnce() -> T) -> T {
    berkeley_core::interruptible(run_handlers, operation)
}

/// Runs the handlers of signals that came, if this is the main thread. It does not hold the lock.
pub(crate) fn run_handlers() -> io::Result<()> {
    // SAFETY: operations wait in threads that Python knows, with its lock released.
    let state = unsafe { ffi::PyGILState_Ensure() };
    // SAFETY: the lock is held now.
    let outcome = unsafe { ffi::PyErr_CheckSignals() };
    // SAFETY: the state is that of the call above, and nothing else changed it.
    unsafe { ffi::PyGILState_Release(state) };
    if outcome == 0 { Ok(()) } else { Err(io::Error::other(HandlerRaised)) }
}

/// That a handler has raised an exception, which is set.
#[derive(Debug)]
pub(crate) struct HandlerRaised;

impl fmt::Display for HandlerRaised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler of a signal raised an exception")
    }
}

impl Error for HandlerRaised {}
