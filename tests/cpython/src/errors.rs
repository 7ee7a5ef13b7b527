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
use std::sync::atomic::{AtomicPtr, Ordering};

/// The classes that the module makes. The interpreter keeps them for good.
static HERROR: AtomicPtr<ffi::PyObject> = AtomicPtr::new(ptr::null_mut());
static GAIERROR: AtomicPtr<ffi::PyObject> = AtomicPtr::new(ptr::null_mut());

/// Makes `herror` and `gaierror`, once.
pub(crate) fn make_classes<'o>(py: Python<'o>) -> Result<(Object<'o>, Object<'o>)> {
    let make = |place: &AtomicPtr<_>, name: &CStr| {
        let base = Class::Os.as_ptr();
        // SAFETY: the lock is held, the name ends with a NUL, and the base is a class.
        let class = unsafe { ffi::PyErr_NewException(name.as_ptr(), base, ptr::null_mut()) };
        let class = Object::new(py, class)?;
        place.store(Object::borrowed(py, class.as_ptr())?.into_raw(), Ordering::Relaxed);
        Ok(class)
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
    // SAFETY: takes nothing.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: the place is this thread's own.
    unsafe { place.write(errno) };
    // SAFETY: the lock is held, and the class is one.
    unsafe { ffi::PyErr_SetFromErrno(Class::Os.as_ptr()) };
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
    raise_numbered(py, code, &text, &GAIERROR)
}

/// Raises `herror`, or what a system call failed with on the way.
pub(crate) fn raise_host(py: Python<'_>, error: &HostError) -> Raised {
    match error {
        HostError::System(error) => raise(py, error),
        // 1 is HOST_NOT_FOUND, of names that were refused before the C library.
        other => {
            let code = other.code().unwrap_or(1);
            raise_numbered(py, code, &other.to_string(), &HERROR)
        }
    }
}

/// Raises one of the classes that are made here.
fn raise_numbered(
    py: Python<'_>,
    code: i32,
    text: &str,
    class: &AtomicPtr<ffi::PyObject>,
) -> Raised {
    let arguments = || py.tuple([py.integer(code)?, py.text(text)?]);
    match arguments() {
        Ok(arguments) => py.raise_with(class.load(Ordering::Relaxed), arguments),
        Err(raised) => raised,
    }
}
