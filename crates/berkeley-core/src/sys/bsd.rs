//! What FreeBSD, DragonFly, NetBSD and OpenBSD do in their own way.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::{RawAddress, from_raw};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

/// Whether a socket address starts with its length.
pub(super) const HAS_SA_LEN: bool = true;

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

#[cfg(freebsd)]
const COARSE: libc::clockid_t = libc::CLOCK_MONOTONIC_FAST;
#[cfg(not(freebsd))]
const COARSE: libc::clockid_t = libc::CLOCK_MONOTONIC;

pub(crate) fn clock_coarse() -> u64 {
    super::read_clock(COARSE)
}

/// FreeBSD's fast clock is as of the last tick; kern.hz is at least 100. Four ticks, as on Linux.
pub(crate) fn clock_coarse_lag() -> u64 {
    if cfg!(freebsd) { 40_000_000 } else { 0 }
}

/// There is none here that a poller can watch as a descriptor.
pub(crate) fn alarm_clock() -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

/// See [`alarm_clock`].
pub(crate) fn set_alarm_clock(_: BorrowedFd<'_>, _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
