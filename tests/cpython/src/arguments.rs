//! What a function of the module is called with: the interpreter's own parser, and buffers.
#![allow(unsafe_code)] // CPython's C API.

use crate::object::SocketObject;
use crate::python::{Object, Python, Result};
use crate::values::Argument;
use pyo3_ffi as ffi;
use std::ptr;

/// A call by the interpreter.
#[derive(Clone, Copy)]
pub(crate) struct Call<'g> {
    pub(crate) py: Python<'g>,
    /// The socket; of a function of the module, the module.
    this: *mut ffi::PyObject,
    /// A tuple.
    pub(crate) arguments: *mut ffi::PyObject,
    /// A dictionary, or null.
    pub(crate) keywords: *mut ffi::PyObject,
}

impl<'g> Call<'g> {
    /// The socket whose method this is.
    pub(crate) fn socket(&self) -> &'g SocketObject {
        // SAFETY: methods of the type are called with an object of it, which the caller holds.
        unsafe { &*self.this.cast() }
    }

    /// The same, as an object.
    pub(crate) fn socket_object(&self) -> Result<Object<'g>> {
        Object::borrowed(self.py, self.this)
    }

    /// How many arguments there are.
    pub(crate) fn len(&self) -> isize {
        // SAFETY: the lock is held, and the arguments are a tuple.
        unsafe { ffi::PyTuple_Size(self.arguments) }
    }
}

/// Runs what a method does, and gives the interpreter its result.
///
/// # Safety
/// The interpreter calls, with the object, a tuple and a dictionary or null.
pub(crate) unsafe fn run(
    this: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
    method: impl FnOnce(Call<'_>) -> Result<Object<'_>>,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls with its lock held.
    let py = unsafe { Python::assume() };
    method(Call { py, this, arguments, keywords }).map_or(ptr::null_mut(), Object::into_raw)
}

/// Rows of a table of methods: the name that Python knows, and the function; with `keywords` where
/// it takes some.
macro_rules! methods {
    ($( $name:literal => $function:path $(, $keywords:ident)?; )*) => {{
        const END: pyo3_ffi::PyMethodDef = pyo3_ffi::PyMethodDef::zeroed();
        [ $( $crate::arguments::methods!(@row $name, $function $(, $keywords)?), )* END ]
    }};
    (@row $name:literal, $function:path) => {{
        unsafe extern "C" fn method(
            this: *mut pyo3_ffi::PyObject,
            arguments: *mut pyo3_ffi::PyObject,
        ) -> *mut pyo3_ffi::PyObject {
            // SAFETY: this is in a table of methods with the flag METH_VARARGS alone.
            unsafe { $crate::arguments::run(this, arguments, std::ptr::null_mut(), $function) }
        }
        pyo3_ffi::PyMethodDef {
            ml_name: $name.as_ptr(),
            ml_meth: pyo3_ffi::PyMethodDefPointer { PyCFunction: method },
            ml_flags: pyo3_ffi::METH_VARARGS,
            ml_doc: std::ptr::null(),
        }
    }};
    (@row $name:literal, $function:path, keywords) => {{
        unsafe extern "C" fn method(
            this: *mut pyo3_ffi::PyObject,
            arguments: *mut pyo3_ffi::PyObject,
            keywords: *mut pyo3_ffi::PyObject,
        ) -> *mut pyo3_ffi::PyObject {
            // SAFETY: this is in a table of methods with the flags METH_VARARGS and METH_KEYWORDS.
            unsafe { $crate::arguments::run(this, arguments, keywords, $function) }
        }
        pyo3_ffi::PyMethodDef {
            ml_name: $name.as_ptr(),
            ml_meth: pyo3_ffi::PyMethodDefPointer { PyCFunctionWithKeywords: method },
            ml_flags: pyo3_ffi::METH_VARARGS | pyo3_ffi::METH_KEYWORDS,
            ml_doc: std::ptr::null(),
        }
    }};
}
pub(crate) use methods;

/// Reads the arguments of a call into places, as the format says: PyArg_ParseTuple. Each place has
/// the type of C that its letter asks for.
macro_rules! parse {
    ($call:expr, $format:expr $(, $place:expr)* $(,)?) => {{
        let call = $call;
        let (py, format): ($crate::python::Python<'_>, &std::ffi::CStr) = (call.py, $format);
        // SAFETY: the lock is held, and each place outlives the call and has the type of its letter.
        #[allow(unsafe_code)]
        let parsed = unsafe {
            pyo3_ffi::PyArg_ParseTuple(call.arguments, format.as_ptr() $(, &raw mut $place)*)
        };
        if parsed == 0 { Err(py.raised()) } else { Ok(()) }
    }};
}
pub(crate) use parse;

/// The same with keywords, whose names are given.
macro_rules! parse_keywords {
    ($call:expr, $format:expr, [$($name:expr),*] $(, $place:expr)* $(,)?) => {{
        let call = $call;
        let format: &std::ffi::CStr = $format;
        let names = [$($name.as_ptr(),)* std::ptr::null()];
        // SAFETY: the lock is held, the names end with null, and each place outlives the call and
        // has the type of its letter.
        #[allow(unsafe_code)]
        let parsed = unsafe {
            pyo3_ffi::PyArg_ParseTupleAndKeywords(
                call.arguments,
                call.keywords,
                format.as_ptr(),
                names.as_ptr(),
                $(&raw mut $place),*
            )
        };
        if parsed == 0 { Err(call.py.raised()) } else { Ok(()) }
    }};
}
pub(crate) use parse_keywords;

/// Reads one object, as a format says: PyArg_Parse. A tuple has its format in parentheses.
macro_rules! parse_one {
    ($py:expr, $argument:expr, $format:expr $(, $place:expr)* $(,)?) => {{
        let (py, format): ($crate::python::Python<'_>, &std::ffi::CStr) = ($py, $format);
        let object = $crate::values::Argument::as_ptr($argument);
        // SAFETY: the lock is held, and each place outlives the call and has the type of its letter.
        #[allow(unsafe_code)]
        let parsed = unsafe {
            pyo3_ffi::PyArg_Parse(object, format.as_ptr() $(, &raw mut $place)*)
        };
        if parsed == 0 { Err(py.raised()) } else { Ok(()) }
    }};
}
pub(crate) use parse_one;

/// The same of what is known to be a tuple: PyArg_ParseTuple.
macro_rules! parse_tuple {
    ($py:expr, $tuple:expr, $format:expr $(, $place:expr)* $(,)?) => {{
        let (py, format): ($crate::python::Python<'_>, &std::ffi::CStr) = ($py, $format);
        let tuple = $crate::values::Argument::as_ptr($tuple);
        // SAFETY: the lock is held, and each place outlives the call and has the type of its letter.
        #[allow(unsafe_code)]
        let parsed = unsafe {
            pyo3_ffi::PyArg_ParseTuple(tuple, format.as_ptr() $(, &raw mut $place)*)
        };
        if parsed == 0 { Err(py.raised()) } else { Ok(()) }
    }};
}
pub(crate) use parse_tuple;

/// The bytes of an object that has some (`y*`, `w*`), held for as long as this lives.
pub(crate) struct Buffer(pub(crate) ffi::Py_buffer);

// SAFETY: a view may be read, and written if it is writable, by any thread: it keeps its object
// from being resized. Whoever else writes to it at once races with us as it does with C.
unsafe impl Send for Buffer {}
// SAFETY: as above.
unsafe impl Sync for Buffer {}

impl Buffer {
    pub(crate) fn new() -> Self {
        Self(ffi::Py_buffer::new())
    }

    /// The bytes of `object`, which are read alone.
    pub(crate) fn of(py: Python<'_>, object: Argument<'_>) -> Result<Self> {
        let mut buffer = Self::new();
        // SAFETY: the lock is held, `object` is live, and the view is ours.
        py.check(unsafe {
            ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut buffer.0, ffi::PyBUF_SIMPLE)
        })?;
        Ok(buffer)
    }

    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.0.len).unwrap_or(0)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        if self.0.buf.is_null() {
            return &[];
        }
        // SAFETY: the view has so many bytes there, for as long as it is not released.
        unsafe { std::slice::from_raw_parts(self.0.buf.cast(), self.len()) }
    }

    /// Of a view that was asked for writing.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        if self.0.buf.is_null() {
            return &mut [];
        }
        // SAFETY: the view has so many bytes there, which may be written: every caller has parsed it
        // by `w*`.
        unsafe { std::slice::from_raw_parts_mut(self.0.buf.cast(), self.len()) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: buffers are dropped where the lock is held; one without an object is let through.
        unsafe { ffi::PyBuffer_Release(&raw mut self.0) };
    }
}
