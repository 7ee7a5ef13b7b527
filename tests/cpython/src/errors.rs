//! Errors of the crates as exceptions of Python.
#![allow(unsafe_code)] // CPython's C API.

use crate::python::{Class, Object, Python, Raised, Result};
use crate::signals::HandlerRaised;
use berkeley_core::ResolveError;
use berkeley_core::resolve::HostError;
use pyo3_ffi as ffi;
use std::ffi::CStr;
use std::io;
use std::ptr;
use std::sync::OnceLock;

/// An exception class that the module makes. The interpreter keeps it for good.
struct Made(*mut ffi::PyObject);

// SAFETY: the pointer is used where the lock is held alone, as every function here shows.
unsafe impl Send for Made {}
// SAFETY: as above.
unsafe impl Sync for Made {}

static HERROR: OnceLock<Made> = OnceLock::new();
static GAIERROR: OnceLock<Made> = OnceLock::new();

/// `herror` and `gaierror`, made by the first call.
pub(crate) fn classes(py: Python<'_>) -> Result<(*mut ffi::PyObject, *mut ffi::PyObject)> {
    let make = |place: &OnceLock<Made>, name: &CStr| {
        if let Some(made) = place.get() {
            return Ok(made.0);
        }
        // SAFETY: the lock is held, and the interpreter sets its own classes before all modules.
        let base = unsafe { ffi::PyExc_OSError };
        // SAFETY: the lock is held, the name ends with a NUL, and the base is a class.
        let class = unsafe { ffi::PyErr_NewException(name.as_ptr(), base, ptr::null_mut()) };
        Ok(place.get_or_init(|| Made(class)).0).and_then(|class| {
            Object::borrowed(py, class).map(Object::into_raw)
        })
    };
    Ok((make(&HERROR, c"socket.herror")?, make(&GAIERROR, c"socket.gaierror")?))
}

/// Raises what a system call failed with: OSError chooses the class by the errno.
pub(crate) fn raise(py: Python<'_>, error: &io::Error) -> Raised {
    if error.get_ref().is_some_and(|inner| inner.is::<HandlerRaised>()) {
        return py.raised();
    }
    if let Some(errno) = error.raw_os_error() {
        return raise_errno(py, errno);
    }
    if let Some(resolving) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return raise_resolve(py, resolving);
    }
    match error.kind() {
        io::ErrorKind::TimedOut => py.raise(Class::Timeout, "timed out"),
        io::ErrorKind::WouldBlock => raise_errno(py, libc::EAGAIN),
        _ => py.raise(Class::Os, &error.to_string()),
    }
}

/// What `connect_ex` returns for an error.
pub(crate) fn number(error: &io::Error) -> Option<i32> {
    match error.kind() {
        _ if error.raw_os_error().is_some() => error.raw_os_error(),
        // Of a timeout too: Python's own custom.
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Some(libc::EAGAIN),
        _ => None,
    }
}

pub(crate) fn raise_errno(py: Python<'_>, errno: i32) -> Raised {
    // SAFETY: errno is this thread's own.
    unsafe { *libc::__errno_location() = errno };
    // SAFETY: the lock is held, and the interpreter sets its own classes before all modules.
    unsafe { ffi::PyErr_SetFromErrno(ffi::PyExc_OSError) };
    py.raised()
}

/// Raises `gaierror`, or what a system call failed with on the way.
pub(crate) fn raise_resolve(py: Python<'_>, error: &ResolveError) -> Raised {
    let (code, text) = match error {
        ResolveError::System(error) => return raise(py, error),
        ResolveError::Failed(code) => (code.raw(), code.text()),
        // Refused before the C library, which would say that there is no such name.
        other => (libc::EAI_NONAME, other.to_string()),
    };
    raise_numbered(py, code, &text, |(_, gaierror)| gaierror)
}

/// Raises `herror`, or what a system call failed with on the way.
pub(crate) fn raise_host(py: Python<'_>, error: &HostError) -> Raised {
    match error {
        HostError::System(error) => raise(py, error),
        // 1 is HOST_NOT_FOUND, of names that were refused before the C library.
        other => {
            let code = other.code().unwrap_or(1);
            raise_numbered(py, code, &other.to_string(), |(herror, _)| herror)
        }
    }
}

fn raise_numbered(
    py: Python<'_>,
    code: i32,
    text: &str,
    class: fn((*mut ffi::PyObject, *mut ffi::PyObject)) -> *mut ffi::PyObject,
) -> Raised {
    let arguments = || py.tuple([py.integer(code)?, py.text(text)?]);
    match (classes(py), arguments()) {
        (Ok(classes), Ok(arguments)) => py.raise_with(class(classes), arguments),
        (Err(raised), _) | (_, Err(raised)) => raised,
    }
}
