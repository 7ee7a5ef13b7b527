//! Objects that Python gives: what they are, and what is in them.
#![allow(unsafe_code)] // CPython's C API.

use crate::arguments::{Buffer, parse_one};
use crate::python::{Object, Python, Result};
use pyo3_ffi as ffi;
use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::ptr;

/// An object that the interpreter's parser found, or null where there is none. What was parsed holds
/// it, for as long as the call takes.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub(crate) struct Argument<'g> {
    pointer: *mut ffi::PyObject,
    lifetime: PhantomData<Python<'g>>,
}

/// Whether an object is of these types: checks of C that are cheap, and let null through.
macro_rules! is {
    ($( $name:ident: $check:ident; )*) => { $(
        pub(crate) fn $name(self) -> bool {
            // SAFETY: the lock is held, and an object that is there is live.
            !self.pointer.is_null() && unsafe { ffi::$check(self.pointer) } != 0
        }
    )* };
}

impl<'g> Argument<'g> {
    /// A place for the parser.
    pub(crate) const fn missing(_: Python<'g>) -> Self {
        Self { pointer: ptr::null_mut(), lifetime: PhantomData }
    }

    pub(crate) fn of(object: &'g Object<'_>) -> Self {
        Self { pointer: object.as_ptr(), lifetime: PhantomData }
    }

    pub(crate) fn as_ptr(self) -> *mut ffi::PyObject {
        self.pointer
    }

    /// A reference of our own.
    pub(crate) fn object(self, py: Python<'g>) -> Result<Object<'g>> {
        Object::borrowed(py, self.pointer)
    }

    pub(crate) fn is_missing(self) -> bool {
        self.pointer.is_null()
    }

    /// Whether it is missing or None.
    pub(crate) fn is_none(self) -> bool {
        // SAFETY: None is a constant of the interpreter.
        self.is_missing() || ptr::eq(self.pointer, unsafe { ffi::Py_None() })
    }

    is! {
        is_text: PyUnicode_Check;
        is_bytes: PyBytes_Check;
        is_bytearray: PyByteArray_Check;
        is_tuple: PyTuple_Check;
        is_integer: PyLong_Check;
        is_float: PyFloat_Check;
    }

    pub(crate) fn is_true(self, py: Python<'_>) -> Result<bool> {
        // SAFETY: the lock is held, and the object is live.
        Ok(py.check(unsafe { ffi::PyObject_IsTrue(self.pointer) })? != 0)
    }

    /// The name of its type.
    pub(crate) fn type_name(self) -> String {
        // SAFETY: the object is live.
        let class = unsafe { ffi::Py_TYPE(self.pointer) };
        // SAFETY: an object has a type.
        let name = unsafe { (*class).tp_name };
        // SAFETY: a type has a name, which ends with a NUL.
        unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
    }

    /// How many items a tuple has.
    pub(crate) fn tuple_len(self) -> isize {
        // SAFETY: the lock is held; what is no tuple is -1.
        unsafe { ffi::PyTuple_Size(self.pointer) }
    }

    pub(crate) fn to_text(self, py: Python<'g>) -> Result<Object<'g>> {
        // SAFETY: the lock is held, and the object is live.
        Object::new(py, unsafe { ffi::PyObject_Str(self.pointer) })
    }

    /// Text in an encoding.
    pub(crate) fn encode(self, py: Python<'g>, encoding: &CStr) -> Result<Object<'g>> {
        let (text, encoding) = (self.pointer, encoding.as_ptr());
        // SAFETY: the lock is held; what is no text is an error, and the name ends with a NUL.
        Object::new(py, unsafe { ffi::PyUnicode_AsEncodedString(text, encoding, ptr::null()) })
    }

    /// Text as the file system encodes it, NULs and all.
    pub(crate) fn encode_path(self, py: Python<'g>) -> Result<Object<'g>> {
        // SAFETY: the lock is held; what is no text is an error.
        Object::new(py, unsafe { ffi::PyUnicode_EncodeFSDefault(self.pointer) })
    }

    /// The bytes of a path or a name: PyUnicode_FSConverter.
    pub(crate) fn path(self, py: Python<'g>) -> Result<Vec<u8>> {
        let mut bytes: *mut ffi::PyObject = ptr::null_mut();
        let place: *mut *mut ffi::PyObject = &raw mut bytes;
        // SAFETY: the lock is held, and the converter writes one pointer.
        if unsafe { ffi::PyUnicode_FSConverter(self.pointer, place.cast()) } == 0 {
            return Err(py.raised());
        }
        let bytes = Object::new(py, bytes)?;
        Argument::of(&bytes).bytes(py)
    }

    /// Text as UTF-8; a lone surrogate has none.
    pub(crate) fn bytes_of_text(self, py: Python<'g>) -> Result<Vec<u8>> {
        Argument::of(&self.encode(py, c"utf-8")?).bytes(py)
    }

    /// The bytes of an object that has some.
    pub(crate) fn bytes(self, py: Python<'_>) -> Result<Vec<u8>> {
        Ok(Buffer::of(py, self)?.bytes().to_vec())
    }

    /// A number of 64 bits that is not negative.
    pub(crate) fn unsigned(self, py: Python<'_>) -> Result<u64> {
        // SAFETY: the lock is held, and the object is live.
        let number = unsafe { ffi::PyLong_AsUnsignedLongLong(self.pointer) };
        py.unless_raised(number)
    }

    /// A number of 64 bits, or of something that has one.
    pub(crate) fn signed(self, py: Python<'_>) -> Result<i64> {
        // SAFETY: the lock is held, and the object is live.
        let number = unsafe { ffi::PyLong_AsLongLong(self.pointer) };
        py.unless_raised(number)
    }

    pub(crate) fn float(self, py: Python<'_>) -> Result<f64> {
        // SAFETY: the lock is held, and the object is live.
        let number = unsafe { ffi::PyFloat_AsDouble(self.pointer) };
        py.unless_raised(number)
    }

    /// A number that is there, is one of C's ints, and is not negative.
    pub(crate) fn small(self, py: Python<'_>) -> Option<u32> {
        if self.is_missing() {
            return None;
        }
        let mut number: c_int = 0;
        if let Err(raised) = parse_one!(py, self, c"i", number) {
            py.forget(raised);
            return None;
        }
        u32::try_from(number).ok()
    }

    /// The items of any iterable, with what holds them; `complaint` is the message where it is none.
    pub(crate) fn items(
        self,
        py: Python<'g>,
        complaint: &CStr,
    ) -> Result<(Object<'g>, Vec<Argument<'g>>)> {
        // SAFETY: the lock is held, the object is live and the message ends with a NUL.
        let list = unsafe { ffi::PySequence_Fast(self.pointer, complaint.as_ptr()) };
        let list = Object::new(py, list)?;
        // SAFETY: the list is what PySequence_Fast returned.
        let len = unsafe { ffi::PySequence_Fast_GET_SIZE(list.as_ptr()) };
        let item = |index| {
            // SAFETY: as above, and the index is within its length.
            let pointer = unsafe { ffi::PySequence_Fast_GET_ITEM(list.as_ptr(), index) };
            Argument { pointer, lifetime: PhantomData }
        };
        let items = (0..len).map(item).collect();
        Ok((list, items))
    }
}

/// Text that the parser found (`s`), or null where there is none. What was parsed holds it, for as
/// long as the call takes.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub(crate) struct Text<'g> {
    start: *const c_char,
    lifetime: PhantomData<Python<'g>>,
}

impl<'g> Text<'g> {
    /// A place for the parser.
    pub(crate) const fn missing(_: Python<'g>) -> Self {
        Self { start: ptr::null(), lifetime: PhantomData }
    }

    /// The text, if there is some. The parser has it as UTF-8.
    pub(crate) fn get(self) -> Option<&'g str> {
        if self.start.is_null() {
            return None;
        }
        // SAFETY: the parser has found text that ends with a NUL.
        unsafe { CStr::from_ptr(self.start) }.to_str().ok()
    }
}
