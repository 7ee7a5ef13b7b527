//! Unix addresses: text or bytes; abstract ones begin with a NUL.

use super::Given;
use crate::python::{Class, Object, Python, Result};
use crate::values::Argument;
use berkeley_core::address::UnixAddressError;
use berkeley_core::{Address, UnixAddress, UnixName};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

impl Given<'_> {
    pub(super) fn unix(&self) -> Result<Address> {
        let bytes = if self.object.is_text() {
            Argument::of(&self.object.encode_path(self.py)?).bytes(self.py)?
        } else {
            self.object.bytes(self.py)?
        };
        let address = match &*bytes {
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

pub(super) fn to_python<'o>(py: Python<'o>, address: &UnixAddress) -> Result<Object<'o>> {
    match address.name() {
        UnixName::Unnamed => py.text(""),
        UnixName::Path(path) => py.path(path.as_os_str().as_bytes()),
        UnixName::Abstract(name) => py.bytes(&[b"\0", name].concat()),
    }
}
