//! Unix addresses: text or bytes; abstract ones begin with a NUL.
#![allow(unsafe_code)] // CPython's C API.

use super::Given;
use crate::arguments::Buffer;
use crate::python::{Class, Object, Python, Result};
use berkeley_core::address::UnixAddressError;
use berkeley_core::{Address, UnixAddress, UnixName};
use pyo3_ffi as ffi;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

impl Given<'_> {
    pub(super) fn unix(&self) -> Result<Address> {
        // SAFETY: the lock is held, and the object is live.
        let is_text = unsafe { ffi::PyUnicode_Check(self.object) } != 0;
        let encoded;
        let object = if is_text {
            encoded = encode(self.py, self.object)?;
            encoded.as_ptr()
        } else {
            self.object
        };
        let bytes = Buffer::of(self.py, object)?;
        let address = match bytes.bytes() {
            [] => Ok(UnixAddress::unnamed()),
            [0, name @ ..] => UnixAddress::abstract_name(name),
            path => UnixAddress::path(OsStr::from_bytes(path)),
        };
        match address {
            Ok(address) => Ok(address.into()),
            Err(UnixAddressError::PathTooLong(_) | UnixAddressError::NameTooLong(_)) => {
                Err(self.py.raise(Class::Os, "AF_UNIX path too long"))
            }
            Err(error) => Err(self.os_error(error)),
        }
    }
}

/// Text in the encoding of the file system. Abstract names may have NULs in them.
fn encode<'o>(py: Python<'o>, text: *mut ffi::PyObject) -> Result<Object<'o>> {
    // SAFETY: the lock is held, and the object is text.
    Object::new(py, unsafe { ffi::PyUnicode_EncodeFSDefault(text) })
}

pub(super) fn to_python<'o>(py: Python<'o>, address: &UnixAddress) -> Result<Object<'o>> {
    match address.name() {
        UnixName::Unnamed => py.text(""),
        UnixName::Path(path) => py.path(path.as_os_str().as_bytes()),
        UnixName::Abstract(name) => py.bytes(&[b"\0", name].concat()),
    }
}
