//! Reading files, for what sends them.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::count;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

// Offsets of 64 bits also where a long has 32.
#[cfg(not(linux_like))]
use libc::{lseek, off_t, pread};
#[cfg(linux_like)]
use libc::{lseek64 as lseek, off64_t as off_t, pread64 as pread};

/// An offset in the kernel's type; [`super::MAX_OFFSET`] is what callers keep to.
pub(super) fn file_offset(offset: u64) -> off_t {
    off_t::try_from(offset).unwrap_or(off_t::MAX)
}

/// The last offset that a file can have.
pub(crate) const MAX_OFFSET: u64 = i64::MAX.unsigned_abs();

/// Sets the position of a file.
pub(crate) fn seek(fd: BorrowedFd<'_>, offset: u64) -> io::Result<()> {
    let offset = file_offset(offset);
    // SAFETY: takes integers only.
    call("lseek", || unsafe { lseek(fd.as_raw_fd(), offset, libc::SEEK_SET) }).map(drop)
}

pub(crate) fn read(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: `buffer` is valid for writes of its length.
    call_again("read", || unsafe {
        libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len())
    })
    .map(count)
}

/// Reads at an offset; the position stays.
pub(crate) fn read_at(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let offset = file_offset(offset);
    // SAFETY: `buffer` is valid for writes of its length.
    call_again("pread", || unsafe {
        pread(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), offset)
    })
    .map(count)
}

/// Locks a file for this descriptor alone; `WouldBlock` when another has the lock: man 2 flock.
pub(crate) fn lock_file(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: takes integers only.
    call("flock", || unsafe { libc::flock(fd.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) })
        .map(drop)
}
