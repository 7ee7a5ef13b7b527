//! Methods that name, connect and end a socket.

use crate::address::{self, Given};
use crate::arguments::{Call, parse};
use crate::engine::{Engine, each, wait};
use crate::errors;
use crate::python::{Object, Result};
use crate::values::Argument;
use berkeley_core::Shutdown;
use std::ffi::{CStr, c_int};
use std::io;
use std::os::fd::{BorrowedFd, IntoRawFd, OwnedFd};
use std::sync::Arc;

/// The one address that `bind`, `connect` and `connect_ex` take, after the audit hooks saw it.
fn address<'g>(
    call: Call<'g>,
    event: &CStr,
    name: &'static str,
    parse: impl FnOnce(&mut Argument<'g>) -> Result<()>,
) -> Result<(Arc<Engine>, berkeley_core::Address)> {
    let mut object = Argument::missing(call.py);
    parse(&mut object)?;
    let socket = call.socket();
    let address = Given::to(socket, call.py, name, object).resolve()?;
    call.py.audit(event, [call.socket_object()?, object.object(call.py)?])?;
    Ok((socket.engine(call.py)?, address))
}

pub(crate) fn bind(call: Call<'_>) -> Result<Object<'_>> {
    let parse = |object: &mut _| parse!(call, c"O:bind", *object);
    let (engine, address) = address(call, c"socket.bind", "bind", parse)?;
    let bound = call.py.detach(|| each!(&*engine, socket => socket.bind(address)));
    bound.map_err(|error| errors::raise(call.py, &error))?;
    Ok(call.py.none())
}

pub(crate) fn connect(call: Call<'_>) -> Result<Object<'_>> {
    let parse = |object: &mut _| parse!(call, c"O:connect", *object);
    let (engine, address) = address(call, c"socket.connect", "connect", parse)?;
    let connected = call.py.detach(|| wait!(&*engine, connect(address)));
    connected.map_err(|error| errors::raise(call.py, &error))?;
    Ok(call.py.none())
}

/// As `connect`, but what the kernel reports is the result.
pub(crate) fn connect_ex(call: Call<'_>) -> Result<Object<'_>> {
    let parse = |object: &mut _| parse!(call, c"O:connect_ex", *object);
    let (engine, address) = address(call, c"socket.connect", "connect_ex", parse)?;
    match call.py.detach(|| wait!(&*engine, connect(address))) {
        Ok(()) => call.py.integer(0),
        Err(error) => match errors::number(&error) {
            Some(errno) => call.py.integer(errno),
            None => Err(errors::raise(call.py, &error)),
        },
    }
}

/// Accepts, and returns the bare descriptor: the class of socket.py makes a socket of it.
pub(crate) fn accept(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":_accept")?;
    let engine = call.socket().engine(call.py)?;
    let accepted = call.py.detach(|| engine.accept());
    let (accepted, peer) = accepted.map_err(|error| errors::raise(call.py, &error))?;
    let peer = address::to_python(call.py, Some(&peer))?;
    call.py.tuple([call.py.integer(accepted.into_fd().into_raw_fd())?, peer])
}

pub(crate) fn listen(call: Call<'_>) -> Result<Object<'_>> {
    let mut backlog: c_int = libc::SOMAXCONN.min(128);
    parse!(call, c"|i:listen", backlog)?;
    let engine = call.socket().engine(call.py)?;
    let outcome = each!(&*engine, socket => socket.listen(backlog));
    outcome.map_err(|error| errors::raise(call.py, &error))?;
    Ok(call.py.none())
}

pub(crate) fn shutdown(call: Call<'_>) -> Result<Object<'_>> {
    let mut how: c_int = 0;
    parse!(call, c"i:shutdown", how)?;
    let how = match how {
        libc::SHUT_RD => Shutdown::Read,
        libc::SHUT_WR => Shutdown::Write,
        libc::SHUT_RDWR => Shutdown::Both,
        // What the kernel says of another number.
        _ => return Err(errors::raise_errno(call.py, libc::EINVAL)),
    };
    let engine = call.socket().engine(call.py)?;
    let outcome = call.py.detach(|| each!(&*engine, socket => socket.shutdown(how)));
    outcome.map_err(|error| errors::raise(call.py, &error))?;
    Ok(call.py.none())
}

pub(crate) fn getsockname(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":getsockname")?;
    let engine = call.socket().engine(call.py)?;
    let found = each!(&*engine, socket => socket.local_addr());
    let found = found.map_err(|error| errors::raise(call.py, &error))?;
    address::to_python(call.py, Some(&found))
}

pub(crate) fn getpeername(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":getpeername")?;
    let engine = call.socket().engine(call.py)?;
    let found = each!(&*engine, socket => socket.peer_addr());
    let found = found.map_err(|error| errors::raise(call.py, &error))?;
    address::to_python(call.py, Some(&found))
}

pub(crate) fn fileno(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":fileno")?;
    call.py.integer(call.socket().fd())
}

/// Closes the socket; one that another thread waits in closes when that has ended.
pub(crate) fn close(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":close")?;
    if let Some(engine) = call.socket().take().and_then(Arc::into_inner) {
        let closed = call.py.detach(|| engine.close());
        closed.map_err(|error| errors::raise(call.py, &error))?;
    }
    Ok(call.py.none())
}

/// Gives the descriptor up. While another thread waits in the socket, that keeps the one there is,
/// and Python gets another.
pub(crate) fn detach(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":detach")?;
    let Some(engine) = call.socket().take() else { return call.py.integer(-1) };
    let fd = match Arc::try_unwrap(engine) {
        Ok(engine) => Ok(engine.into_fd()),
        Err(shared) => duplicate(&shared),
    };
    let fd = fd.map_err(|error| errors::raise(call.py, &error))?;
    call.py.integer(fd.into_raw_fd())
}

fn duplicate(engine: &Engine) -> io::Result<OwnedFd> {
    match engine {
        Engine::Sync(socket) => socket.dup().map(berkeley_core::Socket::into_fd),
        Engine::Async(socket) => socket.dup().map(berkeley::Socket::into_fd),
    }
}

/// `_socket.close`: closes any descriptor.
pub(crate) fn close_descriptor(call: Call<'_>) -> Result<Object<'_>> {
    let mut fd: c_int = 0;
    parse!(call, c"i:close", fd)?;
    match close_raw(fd) {
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => {
            Err(errors::raise(call.py, &error))
        }
        _ => Ok(call.py.none()),
    }
}

#[allow(unsafe_code)] // A bare number of a descriptor.
fn close_raw(fd: c_int) -> io::Result<()> {
    // SAFETY: Python gives the descriptor over; one that is not open is an error of the kernel.
    if unsafe { libc::close(fd) } < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// `_socket.dup`: another descriptor for the same, close-on-exec.
#[allow(unsafe_code)] // A bare number of a descriptor.
pub(crate) fn dup(call: Call<'_>) -> Result<Object<'_>> {
    let mut fd: c_int = 0;
    parse!(call, c"i:dup", fd)?;
    if fd < 0 {
        return Err(errors::raise_errno(call.py, libc::EBADF));
    }
    // SAFETY: the number is not negative; one that is not open is an error of the kernel.
    let duplicate = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned();
    let duplicate = duplicate.map_err(|error| errors::raise(call.py, &error))?;
    call.py.integer(duplicate.into_raw_fd())
}
