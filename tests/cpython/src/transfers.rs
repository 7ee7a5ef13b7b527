//! Methods that move bytes.

use crate::address::{self, Given};
use crate::arguments::{Buffer, Call, parse, parse_keywords};
use crate::engine::wait;
use crate::errors;
use crate::python::{Class, Object, Python, Result};
use crate::values::Argument;
use berkeley_core::MsgFlags;
use pyo3_ffi as ffi;
use std::ffi::c_int;
use std::io;

/// A count of bytes that Python gives, which is not to be negative.
fn count(py: Python<'_>, count: ffi::Py_ssize_t, what: &str) -> Result<usize> {
    usize::try_from(count)
        .map_err(|_| py.raise(Class::Value, &format!("negative buffersize in {what}")))
}

fn flags(flags: c_int) -> MsgFlags {
    MsgFlags::from_bits_retain(flags)
}

fn raised<T>(py: Python<'_>, outcome: io::Result<T>) -> Result<T> {
    outcome.map_err(|error| errors::raise(py, &error))
}

pub(crate) fn recv(call: Call<'_>) -> Result<Object<'_>> {
    let (mut len, mut bits): (ffi::Py_ssize_t, c_int) = (0, 0);
    parse!(call, c"n|i:recv", len, bits)?;
    let mut buffer = zeroed(call.py, count(call.py, len, "recv")?)?;
    let engine = call.socket().engine(call.py)?;
    let outcome = call.py.detach(|| wait!(&*engine, recv_with_flags(&mut buffer, flags(bits))));
    let n = raised(call.py, outcome)?;
    call.py.bytes(&buffer[..n.min(buffer.len())])
}

pub(crate) fn recvfrom(call: Call<'_>) -> Result<Object<'_>> {
    let (mut len, mut bits): (ffi::Py_ssize_t, c_int) = (0, 0);
    parse!(call, c"n|i:recvfrom", len, bits)?;
    let mut buffer = zeroed(call.py, count(call.py, len, "recvfrom")?)?;
    let engine = call.socket().engine(call.py)?;
    let outcome =
        call.py.detach(|| wait!(&*engine, recv_from_with_flags(&mut buffer, flags(bits))));
    let (n, from) = raised(call.py, outcome)?;
    let bytes = call.py.bytes(&buffer[..n.min(buffer.len())])?;
    call.py.tuple([bytes, address::to_python(call.py, from.as_ref())?])
}

/// The buffer of `recv_into` and `recvfrom_into`, how much of it to fill, and the flags.
fn into(call: Call<'_>, name: &str, too_small: &str) -> Result<(Buffer, usize, MsgFlags)> {
    let mut buffer = Buffer::new();
    let (mut len, mut bits): (ffi::Py_ssize_t, c_int) = (0, 0);
    match name {
        "recv_into" => parse_keywords!(
            call,
            c"w*|ni:recv_into",
            [c"buffer", c"nbytes", c"flags"],
            buffer.0,
            len,
            bits
        ),
        _ => parse_keywords!(
            call,
            c"w*|ni:recvfrom_into",
            [c"buffer", c"nbytes", c"flags"],
            buffer.0,
            len,
            bits
        ),
    }?;
    let len = match count(call.py, len, name)? {
        0 => buffer.len(),
        len => len,
    };
    if len > buffer.len() {
        return Err(call.py.raise(Class::Value, too_small));
    }
    Ok((buffer, len, flags(bits)))
}

pub(crate) fn recv_into(call: Call<'_>) -> Result<Object<'_>> {
    let too_small = "buffer too small for requested bytes";
    let (mut buffer, len, flags) = into(call, "recv_into", too_small)?;
    let engine = call.socket().engine(call.py)?;
    let room = &mut buffer.bytes_mut()[..len];
    let outcome = call.py.detach(|| wait!(&*engine, recv_with_flags(room, flags)));
    call.py.size(raised(call.py, outcome)?)
}

pub(crate) fn recvfrom_into(call: Call<'_>) -> Result<Object<'_>> {
    let too_small = "nbytes is greater than the length of the buffer";
    let (mut buffer, len, flags) = into(call, "recvfrom_into", too_small)?;
    let engine = call.socket().engine(call.py)?;
    let room = &mut buffer.bytes_mut()[..len];
    let outcome = call.py.detach(|| wait!(&*engine, recv_from_with_flags(room, flags)));
    let (n, from) = raised(call.py, outcome)?;
    call.py.tuple([call.py.size(n)?, address::to_python(call.py, from.as_ref())?])
}

pub(crate) fn send(call: Call<'_>) -> Result<Object<'_>> {
    let (mut bytes, mut bits): (Buffer, c_int) = (Buffer::new(), 0);
    parse!(call, c"y*|i:send", bytes.0, bits)?;
    let engine = call.socket().engine(call.py)?;
    let outcome = call.py.detach(|| wait!(&*engine, send_with_flags(bytes.bytes(), flags(bits))));
    call.py.size(raised(call.py, outcome)?)
}

pub(crate) fn sendall(call: Call<'_>) -> Result<Object<'_>> {
    let (mut bytes, mut bits): (Buffer, c_int) = (Buffer::new(), 0);
    parse!(call, c"y*|i:sendall", bytes.0, bits)?;
    let engine = call.socket().engine(call.py)?;
    let outcome =
        call.py.detach(|| wait!(&*engine, send_all_with_flags(bytes.bytes(), flags(bits))));
    raised(call.py, outcome)?;
    Ok(call.py.none())
}

/// `sendto(data, address)` or `sendto(data, flags, address)`.
pub(crate) fn sendto(call: Call<'_>) -> Result<Object<'_>> {
    let (mut bytes, mut bits): (Buffer, c_int) = (Buffer::new(), 0);
    let mut object = Argument::missing(call.py);
    match call.len() {
        2 => parse!(call, c"y*O:sendto", bytes.0, object)?,
        3 => parse!(call, c"y*iO:sendto", bytes.0, bits, object)?,
        n => {
            let message = format!("sendto() takes 2 or 3 arguments ({n} given)");
            return Err(call.py.raise(Class::Type, &message));
        }
    }
    let socket = call.socket();
    let address = Given::to(socket, call.py, "sendto", object).resolve()?;
    call.py.audit(c"socket.sendto", [call.socket_object()?, object.object(call.py)?])?;
    let engine = socket.engine(call.py)?;
    let outcome =
        call.py.detach(|| wait!(&*engine, send_to_with_flags(bytes.bytes(), flags(bits), address)));
    call.py.size(raised(call.py, outcome)?)
}

/// Memory to receive into, as much as Python asks for; MemoryError where there is not.
pub(crate) fn zeroed(py: Python<'_>, len: usize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(len).is_err() {
        return Err(py.raise(Class::Memory, "no memory for what is to be received"));
    }
    buffer.resize(len, 0);
    Ok(buffer)
}
