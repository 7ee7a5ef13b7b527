//! What Linux does in its own way: flags at creation, `accept4`, the coarse clock.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::{RawAddress, from_raw};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;

/// Whether a socket address starts with its length.
pub(super) const HAS_SA_LEN: bool = false;

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

#[inline]
pub(crate) fn clock_coarse() -> u64 {
    super::read_clock(libc::CLOCK_MONOTONIC_COARSE)
}

pub(crate) fn clock_coarse_lag() -> u64 {
    static LAG: OnceLock<u64> = OnceLock::new();
    *LAG.get_or_init(|| 4 * super::clock_resolution(libc::CLOCK_MONOTONIC_COARSE))
}

/// A descriptor that becomes readable when the time it is set to has come: man 2 timerfd_create.
pub(crate) fn alarm_clock() -> io::Result<OwnedFd> {
    let flags = libc::TFD_CLOEXEC | libc::TFD_NONBLOCK;
    // SAFETY: takes integers only.
    let fd =
        call("timerfd_create", || unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) })?;
    Ok(from_raw(fd))
}

/// Sets an alarm clock to a moment of the monotonic clock, in nanoseconds.
pub(crate) fn set_alarm_clock(fd: BorrowedFd<'_>, at: u64) -> io::Result<()> {
    // A time of zero would disarm it; a second of 2^63 does not come.
    let at = at.max(1);
    let time = libc::timespec {
        tv_sec: libc::time_t::try_from(at / 1_000_000_000).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::try_from(at % 1_000_000_000).unwrap_or(0),
    };
    let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let setting = libc::itimerspec { it_interval: never, it_value: time };
    // SAFETY: `setting` is an itimerspec that the call reads; the null says that the old one is
    // not asked for.
    call("timerfd_settime", || unsafe {
        libc::timerfd_settime(
            fd.as_raw_fd(),
            libc::TFD_TIMER_ABSTIME,
            &raw const setting,
            std::ptr::null_mut(),
        )
    })
    .map(drop)
}
