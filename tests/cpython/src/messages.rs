//! Methods that move messages with control data.
#![allow(unsafe_code)] // Descriptors that Python has as bare numbers.

use crate::address::{self, Given};
use crate::arguments::{Buffer, Call, parse, parse_keywords, parse_one};
use crate::engine::wait;
use crate::errors;
use crate::python::{Class, Object, Python, Result};
use crate::transfers::zeroed;
use crate::values::Argument;
use berkeley_core::control::alg::Operation;
use berkeley_core::control::{Raw, RecvBuffer, SendBuffer};
use berkeley_core::{AlgRequest, MsgFlags, Received};
use pyo3_ffi as ffi;
use std::ffi::c_int;
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{BorrowedFd, IntoRawFd};

/// Room for so many bytes of control messages.
fn room(py: Python<'_>, bytes: ffi::Py_ssize_t) -> Result<RecvBuffer> {
    match u32::try_from(bytes) {
        Ok(bytes) if i32::try_from(bytes).is_ok() => Ok(RecvBuffer::with_capacity(bytes as usize)),
        _ => Err(py.raise(Class::Value, "invalid ancillary data buffer length")),
    }
}

/// `recvmsg(bufsize, ancbufsize=0, flags=0)`.
pub(crate) fn recvmsg(call: Call<'_>) -> Result<Object<'_>> {
    let (mut len, mut control, mut bits): (ffi::Py_ssize_t, ffi::Py_ssize_t, c_int) = (0, 0, 0);
    parse!(call, c"n|ni:recvmsg", len, control, bits)?;
    let Ok(len) = usize::try_from(len) else {
        return Err(call.py.raise(Class::Value, "negative buffer size in recvmsg()"));
    };
    let mut buffer = zeroed(call.py, len)?;
    let mut buffers = [IoSliceMut::new(&mut buffer)];
    let (received, control) = receive(call, &mut buffers, control, bits)?;
    let bytes = call.py.bytes(&buffer[..received.len.min(len)])?;
    result(call.py, bytes, &received, control)
}

/// `recvmsg_into(buffers, ancbufsize=0, flags=0)`.
pub(crate) fn recvmsg_into(call: Call<'_>) -> Result<Object<'_>> {
    let mut iterable = Argument::missing(call.py);
    let (mut control, mut bits): (ffi::Py_ssize_t, c_int) = (0, 0);
    parse!(call, c"O|ni:recvmsg_into", iterable, control, bits)?;
    let (_list, objects) =
        iterable.items(call.py, c"recvmsg_into() argument 1 must be an iterable")?;
    let mut buffers = Vec::new();
    for object in objects {
        let mut buffer = Buffer::new();
        parse_one!(
            call.py,
            object,
            c"w*;recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers",
            buffer.0,
        )?;
        buffers.push(buffer);
    }
    let mut slices: Vec<_> =
        buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer.bytes_mut())).collect();
    let (received, control) = receive(call, &mut slices, control, bits)?;
    let len = call.py.size(received.len)?;
    result(call.py, len, &received, control)
}

fn receive(
    call: Call<'_>,
    buffers: &mut [IoSliceMut<'_>],
    control: ffi::Py_ssize_t,
    bits: c_int,
) -> Result<(Received, RecvBuffer)> {
    let mut control = room(call.py, control)?;
    let flags = MsgFlags::from_bits_retain(bits);
    let engine = call.socket().engine(call.py)?;
    let outcome = call.py.detach(|| wait!(&*engine, recv_msg(buffers, &mut control, flags)));
    let received = outcome.map_err(|error| errors::raise(call.py, &error))?;
    Ok((received, control))
}

/// Bytes or their number, the control messages, the flags and the sender.
fn result<'o>(
    py: Python<'o>,
    bytes: Object<'o>,
    received: &Received,
    mut control: RecvBuffer,
) -> Result<Object<'o>> {
    let messages = control.messages().raw().map(|Raw { level, kind, payload }| {
        py.tuple([py.integer(level)?, py.integer(kind)?, py.bytes(payload)?])
    });
    let messages = py.list(messages)?;
    // Python owns the descriptors from here: their numbers are among the messages.
    for fd in control.take_rights().into_iter().chain(control.take_pidfd()) {
        let _ = fd.into_raw_fd();
    }
    let flags = py.integer(received.flags.bits())?;
    py.tuple([bytes, messages, flags, address::to_python(py, received.from.as_ref())?])
}

/// The bytes of an iterable of objects that have some.
fn outgoing(call: Call<'_>, iterable: Argument<'_>) -> Result<Vec<Buffer>> {
    let (_list, objects) = iterable.items(call.py, c"sendmsg() argument 1 must be an iterable")?;
    let mut buffers = Vec::new();
    for object in objects {
        let mut buffer = Buffer::new();
        let format = c"y*;sendmsg() argument 1 must be an iterable of bytes-like objects";
        parse_one!(call.py, object, format, buffer.0)?;
        buffers.push(buffer);
    }
    Ok(buffers)
}

/// `sendmsg(buffers, ancdata=[], flags=0, address=None)`.
pub(crate) fn sendmsg(call: Call<'_>) -> Result<Object<'_>> {
    let [mut data, mut ancillary, mut to] = [Argument::missing(call.py); 3];
    let mut bits: c_int = 0;
    parse!(call, c"O|OiO:sendmsg", data, ancillary, bits, to)?;
    let socket = call.socket();
    let (address, shown) = if to.is_none() {
        (None, call.py.none())
    } else {
        let address = Given::to(socket, call.py, "sendmsg", to).resolve()?;
        (Some(address), to.object(call.py)?)
    };
    call.py.audit(c"socket.sendmsg", [call.socket_object()?, shown])?;
    let buffers = outgoing(call, data)?;
    let slices: Vec<_> = buffers.iter().map(|buffer| IoSlice::new(buffer.bytes())).collect();
    let mut control = SendBuffer::new();
    if !ancillary.is_missing() {
        push_all(call.py, &mut control, ancillary)?;
    }
    let flags = MsgFlags::from_bits_retain(bits);
    let engine = socket.engine(call.py)?;
    let outcome =
        call.py.detach(|| wait!(&*engine, send_msg(&slices, &control, flags, address.as_ref())));
    call.py.size(outcome.map_err(|error| errors::raise(call.py, &error))?)
}

fn push_all(py: Python<'_>, control: &mut SendBuffer<'_>, iterable: Argument<'_>) -> Result<()> {
    let (_list, objects) = iterable.items(py, c"sendmsg() argument 2 must be an iterable")?;
    for object in objects {
        let (mut level, mut kind): (c_int, c_int) = (0, 0);
        let mut payload = Buffer::new();
        let format = c"(iiy*):[sendmsg() ancillary data items]";
        parse_one!(py, object, format, level, kind, payload.0)?;
        let pushed = if (level, kind) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
            push_rights(py, control, payload.bytes())?
        } else {
            control.push_raw(level, kind, payload.bytes())
        };
        pushed.map_err(|error| errors::raise(py, &error))?;
    }
    Ok(())
}

/// Descriptors as the numbers that Python has of them. Part of a number is none to the kernel.
fn push_rights(
    py: Python<'_>,
    control: &mut SendBuffer<'_>,
    payload: &[u8],
) -> Result<std::io::Result<()>> {
    let (numbers, _) = payload.as_chunks();
    let mut fds = Vec::new();
    for number in numbers {
        let number = c_int::from_ne_bytes(*number);
        if number < 0 {
            return Err(errors::raise_errno(py, libc::EBADF));
        }
        // SAFETY: not negative; the kernel refuses a number that is not open.
        fds.push(unsafe { BorrowedFd::borrow_raw(number) });
    }
    Ok(control.push_rights(&fds))
}

/// `sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags]]])`.
pub(crate) fn sendmsg_afalg(call: Call<'_>) -> Result<Object<'_>> {
    let [mut data, mut op, mut associated] = [Argument::missing(call.py); 3];
    let mut iv = Buffer::new();
    let mut bits: c_int = 0;
    if call.socket().family().raw() != libc::AF_ALG {
        return Err(call.py.raise(Class::Os, "algset is only supported for AF_ALG"));
    }
    parse_keywords!(
        call,
        c"|O$Oy*Oi:sendmsg_afalg",
        [c"msg", c"op", c"iv", c"assoclen", c"flags"],
        data,
        op,
        iv.0,
        associated,
        bits,
    )?;
    let Some(op) = op.small(call.py).and_then(Operation::from_raw) else {
        return Err(call.py.raise(Class::Type, "Invalid or missing argument 'op'"));
    };
    let mut request = AlgRequest::new(op);
    if !iv.0.obj.is_null() {
        request = request.iv(iv.bytes());
    }
    if !associated.is_missing() {
        let Some(len) = associated.small(call.py) else {
            return Err(call.py.raise(Class::Type, "assoclen must be positive"));
        };
        request = request.associated_len(len);
    }
    let buffers = if data.is_missing() { Vec::new() } else { outgoing(call, data)? };
    let slices: Vec<_> = buffers.iter().map(|buffer| IoSlice::new(buffer.bytes())).collect();
    let flags = MsgFlags::from_bits_retain(bits);
    let engine = call.socket().engine(call.py)?;
    let outcome = call.py.detach(|| wait!(&*engine, send_alg(&slices, &request, flags)));
    call.py.size(outcome.map_err(|error| errors::raise(call.py, &error))?)
}
