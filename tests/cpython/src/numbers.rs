//! Functions for orders of bytes, numeric addresses, and lengths of control messages.

use crate::arguments::{Buffer, Call, parse};
use crate::errors;
use crate::python::{Class, Object, Result};
use crate::values::{Argument, Text};
use berkeley_core::resolve::{self, InetError};
use berkeley_core::{Family, byte_order, control};
use pyo3_ffi as ffi;
use std::ffi::c_int;
use std::net::IpAddr;

pub(crate) fn ntohs(call: Call<'_>) -> Result<Object<'_>> {
    let mut number: c_int = 0;
    parse!(call, c"i:ntohs", number)?;
    short(call, number, "ntohs", byte_order::ntohs)
}

pub(crate) fn htons(call: Call<'_>) -> Result<Object<'_>> {
    let mut number: c_int = 0;
    parse!(call, c"i:htons", number)?;
    short(call, number, "htons", byte_order::htons)
}

fn short<'g>(
    call: Call<'g>,
    number: c_int,
    name: &str,
    convert: fn(u16) -> u16,
) -> Result<Object<'g>> {
    match u16::try_from(number) {
        Ok(number) => call.py.integer(convert(number)),
        Err(_) => {
            let problem = if number < 0 {
                "can't convert negative Python int to C 16-bit unsigned integer"
            } else {
                "Python int too large to convert to C 16-bit unsigned integer"
            };
            Err(call.py.raise(Class::Overflow, &format!("{name}: {problem}")))
        }
    }
}

pub(crate) fn ntohl(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:ntohl", object)?;
    long(call, object, byte_order::ntohl)
}

pub(crate) fn htonl(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:htonl", object)?;
    long(call, object, byte_order::htonl)
}

fn long<'g>(call: Call<'g>, object: Argument<'_>, convert: fn(u32) -> u32) -> Result<Object<'g>> {
    match u32::try_from(object.unsigned(call.py)?) {
        Ok(number) => call.py.integer(convert(number)),
        Err(_) => Err(call.py.raise(Class::Overflow, "int larger than 32 bits")),
    }
}

pub(crate) fn inet_aton(call: Call<'_>) -> Result<Object<'_>> {
    let mut text = Text::missing(call.py);
    parse!(call, c"s:inet_aton", text)?;
    match text.get().map(resolve::inet_aton) {
        Some(Ok(address)) => call.py.bytes(&address.octets()),
        _ => Err(call.py.raise(Class::Os, "illegal IP address string passed to inet_aton")),
    }
}

pub(crate) fn inet_ntoa(call: Call<'_>) -> Result<Object<'_>> {
    let mut packed = Buffer::new();
    parse!(call, c"y*:inet_ntoa", packed.0)?;
    match resolve::inet_ntoa(packed.bytes()) {
        Ok(text) => call.py.text(&text),
        Err(_) => Err(call.py.raise(Class::Os, "packed IP wrong length")),
    }
}

pub(crate) fn inet_pton(call: Call<'_>) -> Result<Object<'_>> {
    let (mut family, mut text): (c_int, _) = (0, Text::missing(call.py));
    parse!(call, c"is:inet_pton", family, text)?;
    match resolve::inet_pton(Family::from_raw(family), text.get().unwrap_or_default()) {
        Ok(IpAddr::V4(v4)) => call.py.bytes(&v4.octets()),
        Ok(IpAddr::V6(v6)) => call.py.bytes(&v6.octets()),
        Err(InetError::Family(_)) => Err(errors::raise_errno(call.py, libc::EAFNOSUPPORT)),
        Err(_) => Err(call.py.raise(Class::Os, "illegal IP address string passed to inet_pton")),
    }
}

pub(crate) fn inet_ntop(call: Call<'_>) -> Result<Object<'_>> {
    let (mut family, mut packed): (c_int, Buffer) = (0, Buffer::new());
    parse!(call, c"iy*:inet_ntop", family, packed.0)?;
    match resolve::inet_ntop(Family::from_raw(family), packed.bytes()) {
        Ok(text) => call.py.text(&text),
        Err(InetError::Family(_)) => {
            Err(call.py.raise(Class::Value, &format!("unknown address family {family}")))
        }
        Err(_) => Err(call.py.raise(Class::Value, "invalid length of packed IP address string")),
    }
}

pub(crate) fn cmsg_len(call: Call<'_>) -> Result<Object<'_>> {
    let mut len: ffi::Py_ssize_t = 0;
    parse!(call, c"n:CMSG_LEN", len)?;
    let len = usize::try_from(len).ok().and_then(|len| control::cmsg_len(len).ok());
    match len {
        Some(len) => call.py.size(len),
        None => Err(call.py.raise(Class::Overflow, "CMSG_LEN() argument out of range")),
    }
}

pub(crate) fn cmsg_space(call: Call<'_>) -> Result<Object<'_>> {
    let mut len: ffi::Py_ssize_t = 0;
    parse!(call, c"n:CMSG_SPACE", len)?;
    // Python's own custom: nor is one longer that would be too long with any padding.
    let longest = i32::MAX.unsigned_abs() as usize - control::cmsg_space(1).unwrap_or(0);
    let len = usize::try_from(len).ok().filter(|len| *len <= longest);
    match len.and_then(|len| control::cmsg_space(len).ok()) {
        Some(len) => call.py.size(len),
        None => Err(call.py.raise(Class::Overflow, "CMSG_SPACE() argument out of range")),
    }
}
