//! What Linux does in its own way: its address layout, coarse clock and alarm clocks.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::call;
use super::{from_raw, get_option};
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

/// Where memory is, as the structs of options have it.
pub(crate) fn address_of<T>(memory: *const T) -> u64 {
    u64::try_from(memory.expose_provenance()).unwrap_or(u64::MAX)
}

/// Sets an option whose value names memory that the kernel writes to, now or later. The callers
/// name memory of atomics that is never freed.
pub(crate) fn set_option_sharing(
    fd: BorrowedFd<'_>,
    level: i32,
    name: i32,
    value: &[u8],
) -> io::Result<()> {
    let len = libc::socklen_t::try_from(value.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: `value` is valid for reads of its length. The memory that it names is shared with
    // the kernel as with another thread, which its type (`&'static [AtomicU8]`) allows.
    call("setsockopt", || unsafe {
        libc::setsockopt(fd.as_raw_fd(), level, name, value.as_ptr().cast(), len)
    })
    .map(drop)
}

/// A descriptor of the process that is the socket's peer, close-on-exec from birth.
pub(crate) fn peer_process(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let mut value = (-1_i32).to_ne_bytes();
    let len = get_option(fd, libc::SOL_SOCKET, super::c::SO_PEERPIDFD, &mut value)?;
    match i32::from_ne_bytes(value) {
        process if len == value.len() && process >= 0 => Ok(from_raw(process)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
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
