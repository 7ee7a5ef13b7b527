//! The interpreter: that its lock is held, references, exceptions, and work without the lock.
#![allow(unsafe_code)] // CPython's C API.

use pyo3_ffi as ffi;
use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// That this thread holds the interpreter's lock. Whoever has one may call the interpreter.
#[derive(Clone, Copy)]
pub(crate) struct Python<'g>(PhantomData<(&'g (), *const ())>);

/// That an exception is set, which the interpreter raises when this comes back to it.
#[derive(Debug)]
pub(crate) struct Raised(());

pub(crate) type Result<T> = std::result::Result<T, Raised>;

impl<'g> Python<'g> {
    /// # Safety
    /// This thread holds the lock, and will while the result lives.
    pub(crate) unsafe fn assume() -> Self {
        Self(PhantomData)
    }

    /// Runs `work` without the lock, so that other threads of Python run meanwhile.
    pub(crate) fn detach<T: Send>(self, work: impl FnOnce() -> T + Send) -> T {
        struct Restore(*mut ffi::PyThreadState);
        impl Drop for Restore {
            fn drop(&mut self) {
                // SAFETY: the state is what was saved, and this thread has restored none since.
                unsafe { ffi::PyEval_RestoreThread(self.0) };
            }
        }
        // SAFETY: `self` shows that this thread holds the lock; `work` is Send, and `self` is not,
        // so that `work` does not have it.
        let _restore = Restore(unsafe { ffi::PyEval_SaveThread() });
        work()
    }

    /// Whether what a function of C returned says that an exception is set.
    pub(crate) fn check(self, status: c_int) -> Result<c_int> {
        if status < 0 { Err(Raised(())) } else { Ok(status) }
    }

    /// What a function of C returned, unless it set an exception.
    pub(crate) fn unless_raised<T>(self, value: T) -> Result<T> {
        // SAFETY: the lock is held.
        if unsafe { ffi::PyErr_Occurred() }.is_null() { Ok(value) } else { Err(Raised(())) }
    }

    /// That an exception was set by what has just failed.
    pub(crate) fn raised(self) -> Raised {
        Raised(())
    }

    /// Sets an exception of `class` with this message.
    pub(crate) fn raise(self, class: Class, message: &str) -> Raised {
        let message = self.text(message);
        if let Ok(message) = message {
            // SAFETY: the lock is held, and both are live objects.
            unsafe { ffi::PyErr_SetObject(class.as_ptr(), message.as_ptr()) };
        }
        Raised(())
    }

    /// Sets an exception of `class` made of these arguments.
    pub(crate) fn raise_with(self, class: *mut ffi::PyObject, arguments: Object<'_>) -> Raised {
        // SAFETY: the lock is held, and both are live objects.
        unsafe { ffi::PyErr_SetObject(class, arguments.as_ptr()) };
        Raised(())
    }

    /// Whether the exception that is set is of `class`.
    pub(crate) fn is_raised(self, class: Class) -> bool {
        // SAFETY: the lock is held, and an exception is set: callers have a `Raised`.
        unsafe { ffi::PyErr_ExceptionMatches(class.as_ptr()) != 0 }
    }

    /// Forgets the exception that is set.
    pub(crate) fn forget(self, _: Raised) {
        // SAFETY: the lock is held.
        unsafe { ffi::PyErr_Clear() };
    }

    pub(crate) fn none(self) -> Object<'g> {
        // SAFETY: None is immortal, so that a borrowed reference is as good as one of our own.
        Object::new(self, unsafe { ffi::Py_None() }).unwrap_or_else(|_| unreachable!("None exists"))
    }

    pub(crate) fn integer(self, value: impl Into<i64>) -> Result<Object<'g>> {
        // SAFETY: the lock is held.
        Object::new(self, unsafe { ffi::PyLong_FromLongLong(value.into()) })
    }

    pub(crate) fn unsigned(self, value: impl Into<u64>) -> Result<Object<'g>> {
        // SAFETY: the lock is held.
        Object::new(self, unsafe { ffi::PyLong_FromUnsignedLongLong(value.into()) })
    }

    pub(crate) fn size(self, value: usize) -> Result<Object<'g>> {
        // SAFETY: the lock is held.
        Object::new(self, unsafe { ffi::PyLong_FromSize_t(value) })
    }

    pub(crate) fn float(self, value: f64) -> Result<Object<'g>> {
        // SAFETY: the lock is held.
        Object::new(self, unsafe { ffi::PyFloat_FromDouble(value) })
    }

    pub(crate) fn boolean(self, value: bool) -> Result<Object<'g>> {
        // SAFETY: the lock is held.
        Object::new(self, unsafe { ffi::PyBool_FromLong(value.into()) })
    }

    pub(crate) fn text(self, text: &str) -> Result<Object<'g>> {
        let (start, len) = (text.as_ptr().cast(), length(text.as_bytes()));
        // SAFETY: the lock is held, and `start` is valid for reads of `len` bytes.
        Object::new(self, unsafe { ffi::PyUnicode_FromStringAndSize(start, len) })
    }

    /// Text as the file system encodes it, whatever its bytes are.
    pub(crate) fn path(self, bytes: &[u8]) -> Result<Object<'g>> {
        let (start, len) = (bytes.as_ptr().cast(), length(bytes));
        // SAFETY: the lock is held, and `start` is valid for reads of `len` bytes.
        Object::new(self, unsafe { ffi::PyUnicode_DecodeFSDefaultAndSize(start, len) })
    }

    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<Object<'g>> {
        let (start, len) = (bytes.as_ptr().cast(), length(bytes));
        // SAFETY: the lock is held, and `start` is valid for reads of `len` bytes.
        Object::new(self, unsafe { ffi::PyBytes_FromStringAndSize(start, len) })
    }

    pub(crate) fn tuple<const N: usize>(self, items: [Object<'_>; N]) -> Result<Object<'g>> {
        let len = length(&items);
        // SAFETY: the lock is held.
        let tuple = Object::new(self, unsafe { ffi::PyTuple_New(len) })?;
        for (index, item) in (0..).zip(items) {
            // SAFETY: the tuple is new and has `len` places, and takes the reference.
            self.check(unsafe { ffi::PyTuple_SetItem(tuple.as_ptr(), index, item.into_raw()) })?;
        }
        Ok(tuple)
    }

    pub(crate) fn list(
        self,
        items: impl IntoIterator<Item = Result<Object<'g>>>,
    ) -> Result<Object<'g>> {
        // SAFETY: the lock is held.
        let list = Object::new(self, unsafe { ffi::PyList_New(0) })?;
        for item in items {
            // SAFETY: the lock is held, and both are live objects; the list takes a reference of
            // its own.
            self.check(unsafe { ffi::PyList_Append(list.as_ptr(), item?.as_ptr()) })?;
        }
        Ok(list)
    }

    /// A dictionary of one text and what it stands for.
    pub(crate) fn dictionary(self, key: &CStr, value: &Object<'_>) -> Result<Object<'g>> {
        // SAFETY: the lock is held.
        let made = Object::new(self, unsafe { ffi::PyDict_New() })?;
        // SAFETY: the lock is held, the key ends with a NUL, and both objects are live.
        self.check(unsafe {
            ffi::PyDict_SetItemString(made.as_ptr(), key.as_ptr(), value.as_ptr())
        })?;
        Ok(made)
    }

    /// Tells the audit hooks, which may object: Python's `sys.audit`.
    pub(crate) fn audit<const N: usize>(self, event: &CStr, of: [Object<'_>; N]) -> Result<()> {
        unsafe extern "C" {
            fn PySys_AuditTuple(event: *const c_char, arguments: *mut ffi::PyObject) -> c_int;
        }
        let arguments = self.tuple(of)?;
        // SAFETY: the lock is held, `event` ends with a NUL, and the arguments are a tuple.
        self.check(unsafe { PySys_AuditTuple(event.as_ptr(), arguments.as_ptr()) }).map(drop)
    }
}

/// A length in the interpreter's type: no object is longer.
fn length<T>(items: &[T]) -> ffi::Py_ssize_t {
    ffi::Py_ssize_t::try_from(items.len()).unwrap_or(ffi::Py_ssize_t::MAX)
}

/// The classes of exceptions that are raised here by name.
#[derive(Clone, Copy)]
pub(crate) enum Class {
    Type,
    Value,
    Overflow,
    Os,
    Timeout,
    Warning,
    Memory,
}

impl Class {
    /// The class itself.
    pub(crate) fn as_ptr(self) -> *mut ffi::PyObject {
        let place = match self {
            Self::Type => &raw const ffi::PyExc_TypeError,
            Self::Value => &raw const ffi::PyExc_ValueError,
            Self::Overflow => &raw const ffi::PyExc_OverflowError,
            Self::Os => &raw const ffi::PyExc_OSError,
            Self::Timeout => &raw const ffi::PyExc_TimeoutError,
            Self::Warning => &raw const ffi::PyExc_Warning,
            Self::Memory => &raw const ffi::PyExc_MemoryError,
        };
        // SAFETY: the interpreter sets these before it loads a module, and never again.
        unsafe { *place }
    }
}

/// A reference of our own to an object. It lives where the lock is held.
pub(crate) struct Object<'o> {
    pointer: NonNull<ffi::PyObject>,
    lifetime: PhantomData<Python<'o>>,
}

impl<'o> Object<'o> {
    /// What a function of C returned: a new reference, or null with an exception set.
    pub(crate) fn new(_: Python<'o>, pointer: *mut ffi::PyObject) -> Result<Self> {
        let pointer = NonNull::new(pointer).ok_or(Raised(()))?;
        Ok(Self { pointer, lifetime: PhantomData })
    }

    /// A reference more to what somebody else has one to.
    pub(crate) fn borrowed(py: Python<'o>, pointer: *mut ffi::PyObject) -> Result<Self> {
        // SAFETY: the lock is held; null is let through.
        unsafe { ffi::Py_XINCREF(pointer) };
        Self::new(py, pointer)
    }

    pub(crate) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.pointer.as_ptr()
    }

    /// Gives the reference away.
    pub(crate) fn into_raw(self) -> *mut ffi::PyObject {
        std::mem::ManuallyDrop::new(self).as_ptr()
    }
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        // SAFETY: the reference is ours, and objects are no Send: the lock is held here.
        unsafe { ffi::Py_DECREF(self.as_ptr()) };
    }
}
