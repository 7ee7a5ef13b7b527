//! What FreeBSD, DragonFly, NetBSD and OpenBSD do in their own way.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

#[cfg(any(freebsd, netbsd))]
use super::call::call;
#[cfg(freebsd)]
use super::{call::call_again, count, file_offset, pipe_signal::without_pipe_signal};
use std::io;
#[cfg(any(freebsd, netbsd))]
use std::os::fd::AsRawFd;
use std::os::fd::{BorrowedFd, OwnedFd};

/// Whether a socket address starts with its length.
pub(super) const HAS_SA_LEN: bool = true;

/// The error of a machine that is not on the network: none here.
pub(crate) const NO_NETWORK: Option<i32> = None;

/// The type of a control message's length.
pub(super) type ControlLength = libc::socklen_t;

/// The control message that brings a descriptor of the sending process: none here.
pub(crate) const PIDFD_MESSAGE: Option<i32> = None;

/// Makes descriptors that come with a message close-on-exec from birth: man 2 recvmsg.
pub(crate) const RECV_RIGHTS_FLAGS: i32 = libc::MSG_CMSG_CLOEXEC;

/// Whether getsockopt writes to the bytes that it is given and nowhere else. On FreeBSD, these have
/// addresses to write to in them: `struct __msfilterreq` and `struct mac`.
pub(super) const fn get_keeps_to_length(level: i32, name: i32) -> bool {
    /// `IP_MSFILTER` and `IPV6_MSFILTER` of netinet/in.h and netinet6/in6.h.
    const MSFILTER: i32 = 74;
    /// `SO_LABEL` and `SO_PEERLABEL` of sys/socket.h.
    const LABELS: (i32, i32) = (0x1009, 0x1010);
    !(cfg!(freebsd)
        && (matches!(level, libc::IPPROTO_IP | libc::IPPROTO_IPV6) && name == MSFILTER
            || level == libc::SOL_SOCKET && (name == LABELS.0 || name == LABELS.1)))
}

/// Whether a control message names memory that the kernel writes to: none does here.
pub(crate) const fn control_names_memory(_level: i32, _kind: i32) -> bool {
    false
}

/// Whether setsockopt only reads what it is given.
pub(super) const fn set_only_reads(_level: i32, _name: i32) -> bool {
    true
}

/// The clock that `std::time::Instant` reads.
pub(super) const MONOTONIC: libc::clockid_t = libc::CLOCK_MONOTONIC;

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

/// How many bytes of what was sent have not arrived: man 2 ioctl.
#[cfg(any(freebsd, netbsd))]
pub(crate) fn send_queue(fd: BorrowedFd<'_>) -> io::Result<usize> {
    let mut queued = 0_i32;
    // SAFETY: FIONWRITE writes one int, which `queued` is.
    call("ioctl", || unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONWRITE, &raw mut queued) })?;
    Ok(usize::try_from(queued).unwrap_or(0))
}

/// There is no such call here.
#[cfg(not(any(freebsd, netbsd)))]
pub(crate) fn send_queue(_: BorrowedFd<'_>) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no such call here for a connection.
pub(crate) fn disconnect(_: BorrowedFd<'_>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
