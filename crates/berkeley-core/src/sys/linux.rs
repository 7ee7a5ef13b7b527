//! What Linux does in its own way: its address layout, coarse clock and alarm clocks.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::pipe_signal::without_pipe_signal;
use super::{count, file_offset, from_raw};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;

/// Whether a socket address starts with its length.
pub(super) const HAS_SA_LEN: bool = false;

/// The type of a control message's length: the kernel's `size_t`, whatever the C library says.
pub(super) type ControlLength = usize;

/// The control message that brings a descriptor of the sending process.
pub(super) const PIDFD_MESSAGE: Option<i32> = Some(super::c::SCM_PIDFD);

/// Makes descriptors that come with a message close-on-exec from birth: man 2 recvmsg.
pub(crate) const RECV_RIGHTS_FLAGS: i32 = libc::MSG_CMSG_CLOEXEC;

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

/// Sends up to `most` bytes of a file from `offset` on, and leaves its position: man 2 sendfile.
pub(crate) fn send_file(
    socket: BorrowedFd<'_>,
    file: BorrowedFd<'_>,
    offset: u64,
    most: usize,
) -> io::Result<usize> {
    without_pipe_signal(most, || {
        call_again("sendfile", || {
            let mut offset = file_offset(offset);
            // SAFETY: `offset` is an integer that the call may write.
            unsafe { libc::sendfile64(socket.as_raw_fd(), file.as_raw_fd(), &raw mut offset, most) }
        })
        .map(count)
    })
}
