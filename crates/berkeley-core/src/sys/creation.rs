//! Making sockets where the calls that make them take flags, and where `MSG_NOSIGNAL` is a flag of
//! sends: Linux and the BSDs.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::{RawAddress, from_raw};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

/// What every send needs, so that it does not raise SIGPIPE: man 2 send.
pub(crate) const SEND_FLAGS: i32 = libc::MSG_NOSIGNAL;

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

/// `named` says whether to ask for the address of the peer, which is empty otherwise.
pub(crate) fn accept(
    fd: BorrowedFd<'_>,
    nonblocking: bool,
    named: bool,
) -> io::Result<(OwnedFd, RawAddress)> {
    let mut address = RawAddress::empty();
    let mut len = 0;
    let accepted = call_again("accept4", || {
        len = super::address_capacity();
        let (name, len) = if named {
            (address.as_mut_ptr().cast(), &raw mut len)
        } else {
            (ptr::null_mut(), ptr::null_mut())
        };
        // SAFETY: `address` has room for `len` bytes and both outlive the call, or both are null,
        // which says that no address is wanted.
        unsafe { libc::accept4(fd.as_raw_fd(), name, len, creation_flags(nonblocking)) }
    })?;
    address.set_len(if named { len as usize } else { 0 });
    Ok((from_raw(accepted), address))
}
