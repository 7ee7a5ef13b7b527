//! What FreeBSD, DragonFly, NetBSD and OpenBSD do in their own way.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

#[cfg(freebsd)]
use super::{call::call_again, count, file_offset, pipe_signal::without_pipe_signal};
use std::io;
#[cfg(freebsd)]
use std::os::fd::AsRawFd;
use std::os::fd::{BorrowedFd, OwnedFd};

/// Whether a socket address starts with its length.
pub(super) const HAS_SA_LEN: bool = true;

/// The type of a control message's length.
pub(super) type ControlLength = libc::socklen_t;

/// The control message that brings a descriptor of the sending process: none here.
pub(crate) const PIDFD_MESSAGE: Option<i32> = None;

/// Makes descriptors that come with a message close-on-exec from birth: man 2 recvmsg.
pub(crate) const RECV_RIGHTS_FLAGS: i32 = libc::MSG_CMSG_CLOEXEC;

/// Whether getsockopt keeps to the length that it is given.
pub(super) const fn get_keeps_to_length(_level: i32, _name: i32) -> bool {
    true
}

/// Whether setsockopt only reads what it is given.
pub(super) const fn set_only_reads(_level: i32, _name: i32) -> bool {
    true
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

/// Sends up to `most` bytes, not 0, of a file from `offset` on: man 2 sendfile of FreeBSD.
#[cfg(freebsd)]
pub(crate) fn send_file(
    socket: BorrowedFd<'_>,
    file: BorrowedFd<'_>,
    offset: u64,
    most: usize,
) -> io::Result<usize> {
    without_pipe_signal(most, || {
        call_again("sendfile", || {
            let mut sent = 0;
            // SAFETY: `sent` is an integer that the call may write; the null says that there are
            // no headers.
            let failed = unsafe {
                libc::sendfile(
                    file.as_raw_fd(),
                    socket.as_raw_fd(),
                    file_offset(offset),
                    most,
                    std::ptr::null_mut(),
                    &raw mut sent,
                    0,
                )
            };
            // What went before an error has gone.
            if failed != 0 && sent == 0 { -1 } else { isize::try_from(sent).unwrap_or(isize::MAX) }
        })
        .map(count)
    })
}

/// There is no such call here.
#[cfg(not(freebsd))]
pub(crate) fn send_file(
    _: BorrowedFd<'_>,
    _: BorrowedFd<'_>,
    _: u64,
    _: usize,
) -> io::Result<usize> {
    Err(io::Error::from_raw_os_error(libc::ENOSYS))
}
