//! Making sockets where the calls that make them take flags, and where `MSG_NOSIGNAL` is a flag of
//! sends: Linux and the BSDs.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::{RawAddress, from_raw};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

/// No send raises SIGPIPE: man 2 send.
pub(super) const SEND_FLAGS: i32 = libc::MSG_NOSIGNAL;

fn creation_flags(nonblocking: bool) -> i32 {
    libc::SOCK_CLOEXEC | if nonblocking { libc::SOCK_NONBLOCK } else { 0 }
}

pub(crate) fn socket(
    family: i32,
    kind: i32,
    protocol: i32,
    nonblocking: bool,
) -> io::Result<OwnedFd> {
    let kind = kind | creation_flags(nonblocking);
    // SAFETY: takes integers only.
    let fd = call("socket", || unsafe { libc::socket(family, kind, protocol) })?;
    Ok(from_raw(fd))
}

pub(crate) fn socket_pair(
    family: i32,
    kind: i32,
    protocol: i32,
    nonblocking: bool,
) -> io::Result<(OwnedFd, OwnedFd)> {
    let kind = kind | creation_flags(nonblocking);
    let mut fds = [-1; 2];
    // SAFETY: `fds` is an array of two ints, as the call requires.
    call("socketpair", || unsafe { libc::socketpair(family, kind, protocol, fds.as_mut_ptr()) })?;
    Ok((from_raw(fds[0]), from_raw(fds[1])))
}

pub(crate) fn accept(fd: BorrowedFd<'_>, nonblocking: bool) -> io::Result<(OwnedFd, RawAddress)> {
    let mut address = RawAddress::empty();
    let mut len = super::address_capacity();
    let accepted = call_again("accept4", || {
        len = super::address_capacity();
        // SAFETY: `address` has room for `len` bytes and both outlive the call.
        unsafe {
            libc::accept4(
                fd.as_raw_fd(),
                address.as_mut_ptr().cast(),
                &raw mut len,
                creation_flags(nonblocking),
            )
        }
    })?;
    address.set_len(len as usize);
    Ok((from_raw(accepted), address))
}
