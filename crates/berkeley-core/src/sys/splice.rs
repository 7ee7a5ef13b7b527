//! Pipes, and moving bytes through them: Linux alone.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::pipe_signal::without_pipe_signal;
use super::{count, from_raw};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

/// Both ends of a new pipe, non-blocking: first where it is read, then where it is written.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [-1; 2];
    // SAFETY: `fds` is an array of two ints, as the call requires.
    call("pipe2", || unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) })?;
    Ok((from_raw(fds[0]), from_raw(fds[1])))
}

pub(crate) fn pipe_capacity(fd: BorrowedFd<'_>) -> io::Result<usize> {
    // SAFETY: takes integers only.
    let bytes = call("fcntl", || unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETPIPE_SZ) })?;
    Ok(usize::try_from(bytes).unwrap_or(0))
}

/// Returns the capacity that it became.
pub(crate) fn set_pipe_capacity(fd: BorrowedFd<'_>, bytes: usize) -> io::Result<usize> {
    let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
    // SAFETY: takes integers only.
    let bytes =
        call("fcntl", || unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETPIPE_SZ, bytes) })?;
    Ok(usize::try_from(bytes).unwrap_or(0))
}

/// Moves up to `most` bytes from one descriptor to another, of which one is a pipe.
pub(crate) fn splice(from: BorrowedFd<'_>, to: BorrowedFd<'_>, most: usize) -> io::Result<usize> {
    // SAFETY: takes integers, and nulls that say that there are no offsets.
    call_again("splice", || unsafe {
        libc::splice(
            from.as_raw_fd(),
            ptr::null_mut(),
            to.as_raw_fd(),
            ptr::null_mut(),
            most,
            libc::SPLICE_F_NONBLOCK,
        )
    })
    .map(count)
}

/// Moves up to `most` bytes from a pipe to a socket, and raises no SIGPIPE.
pub(crate) fn splice_out(
    pipe: BorrowedFd<'_>,
    socket: BorrowedFd<'_>,
    most: usize,
) -> io::Result<usize> {
    without_pipe_signal(most, || splice(pipe, socket, most))
}

/// Copies up to `most` bytes from one pipe to another, which stay in the first.
pub(crate) fn tee(from: BorrowedFd<'_>, to: BorrowedFd<'_>, most: usize) -> io::Result<usize> {
    let flags = libc::SPLICE_F_NONBLOCK;
    // SAFETY: takes integers only.
    call_again("tee", || unsafe { libc::tee(from.as_raw_fd(), to.as_raw_fd(), most, flags) })
        .map(count)
}
