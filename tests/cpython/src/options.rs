//! Methods for options and timeouts.

use crate::arguments::{Buffer, Call, parse};
use crate::engine::each;
use crate::errors;
use crate::python::{Class, Object, Python, Result};
use crate::values::Argument;
use berkeley_core::Family;
use std::ffi::{c_int, c_uint, c_ulonglong};
use std::io;
use std::time::Duration;

/// The most bytes of an option that Python reads.
const LONGEST: usize = 1024;

/// `getsockopt(level, option)` is a number, with a length bytes.
pub(crate) fn getsockopt(call: Call<'_>) -> Result<Object<'_>> {
    let (mut level, mut name, mut len): (c_int, c_int, c_int) = (0, 0, 0);
    parse!(call, c"ii|i:getsockopt", level, name, len)?;
    let socket = call.socket();
    let engine = socket.engine(call.py)?;
    let raised = |error: io::Error| errors::raise(call.py, &error);
    match usize::try_from(len) {
        // The options of vsock's own level have 64 bits.
        Ok(0) if is_vsock(socket.family()) => {
            let mut bytes = [0; 8];
            let got = each!(&*engine, socket => socket.get_raw(level, name, &mut bytes).map(drop));
            got.map_err(raised)?;
            call.py.unsigned(u64::from_ne_bytes(bytes))
        }
        Ok(0) => {
            // Some write less than an int, and Python takes that for its low bytes.
            let mut bytes = [0; 4];
            let got = each!(&*engine, socket => socket.get_raw(level, name, &mut bytes).map(drop));
            got.map_err(raised)?;
            call.py.integer(i32::from_ne_bytes(bytes))
        }
        Ok(len) if len <= LONGEST => {
            let mut bytes = [0; LONGEST];
            let got = each!(&*engine, socket => {
                socket.get_raw(level, name, &mut bytes[..len]).map(|got| got.len())
            });
            let len = got.map_err(raised)?;
            call.py.bytes(&bytes[..len])
        }
        _ => Err(call.py.raise(Class::Os, "getsockopt buflen out of range")),
    }
}

const VSOCK: Family = Family::from_raw(libc::AF_VSOCK);

fn is_vsock(family: Family) -> bool {
    family == VSOCK
}

/// `setsockopt(level, option, value)` of a number or bytes; with None and a length, no value.
pub(crate) fn setsockopt(call: Call<'_>) -> Result<Object<'_>> {
    let (mut level, mut name): (c_int, c_int) = (0, 0);
    let socket = call.socket();
    let py = call.py;
    let engine = socket.engine(py)?;
    let set = |bytes: &[u8], (level, name): (c_int, c_int)| each!(&*engine, socket => socket.set_raw(level, name, bytes));
    let done = |outcome: io::Result<()>| match outcome {
        Ok(()) => Ok(py.none()),
        Err(error) => Err(errors::raise(py, &error)),
    };
    if is_vsock(socket.family()) {
        let mut value: c_ulonglong = 0;
        match parse!(call, c"iiK:setsockopt", level, name, value) {
            Ok(()) => return done(set(&value.to_ne_bytes(), (level, name))),
            Err(raised) => py.forget(raised),
        }
    }
    let mut value: c_int = 0;
    match parse!(call, c"iii:setsockopt", level, name, value) {
        Ok(()) => return done(set(&value.to_ne_bytes(), (level, name))),
        Err(raised) => py.forget(raised),
    }
    let mut none = Argument::missing(py);
    let mut len: c_uint = 0;
    if call.len() == 4 {
        parse!(call, c"iiOI:setsockopt", level, name, none, len)?;
        if !none.is_none() {
            return Err(py.raise(Class::Type, "with a length, the value of setsockopt is None"));
        }
        return done(each!(&*engine, socket => socket.set_null(level, name, len as usize)));
    }
    let mut bytes = Buffer::new();
    parse!(call, c"iiy*:setsockopt", level, name, bytes.0)?;
    done(set(bytes.bytes(), (level, name)))
}

/// `setblocking(flag)`: a timeout of none or of zero.
pub(crate) fn setblocking(call: Call<'_>) -> Result<Object<'_>> {
    let mut blocking = Argument::missing(call.py);
    parse!(call, c"O:setblocking", blocking)?;
    let timeout = if blocking.is_true(call.py)? { None } else { Some(Duration::ZERO) };
    call.socket().set_timeout(call.py, timeout)?;
    Ok(call.py.none())
}

pub(crate) fn getblocking(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":getblocking")?;
    call.py.boolean(call.socket().timeout() != Some(Duration::ZERO))
}

pub(crate) fn settimeout(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:settimeout", object)?;
    let timeout = duration(call.py, object)?;
    call.socket().set_timeout(call.py, timeout)?;
    Ok(call.py.none())
}

pub(crate) fn gettimeout(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":gettimeout")?;
    timeout(call)
}

/// The property of the same meaning.
pub(crate) fn timeout(call: Call<'_>) -> Result<Object<'_>> {
    seconds(call.py, call.socket().timeout())
}

pub(crate) fn setdefaulttimeout(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:setdefaulttimeout", object)?;
    let outcome = berkeley_core::set_default_timeout(duration(call.py, object)?);
    outcome.map_err(|error| errors::raise(call.py, &error))?;
    Ok(call.py.none())
}

pub(crate) fn getdefaulttimeout(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":getdefaulttimeout")?;
    seconds(call.py, berkeley_core::default_timeout())
}

fn seconds<'o>(py: Python<'o>, timeout: Option<Duration>) -> Result<Object<'o>> {
    match timeout {
        Some(timeout) => py.float(timeout.as_secs_f64()),
        None => Ok(py.none()),
    }
}

/// None, or seconds: a number that is not negative, rounded up to nanoseconds.
fn duration(py: Python<'_>, object: Argument<'_>) -> Result<Option<Duration>> {
    if object.is_none() {
        return Ok(None);
    }
    #[allow(clippy::cast_precision_loss)] // Where a float has no seconds any more, no clock has.
    let seconds = if object.is_float() { object.float(py)? } else { object.signed(py)? as f64 };
    if seconds.is_nan() {
        return Err(py.raise(Class::Value, "Invalid value NaN (not a number)"));
    }
    let nanos = (seconds * 1e9).ceil();
    if seconds < 0.0 {
        return Err(py.raise(Class::Value, "Timeout value out of range"));
    }
    // 2^63 nanoseconds, which is where CPython's own clock ends.
    if nanos >= 9_223_372_036_854_775_808.0 {
        return Err(py.raise(Class::Overflow, "timestamp too large to convert to C PyTime_t"));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Ok(Some(Duration::from_nanos(nanos as u64)))
}
