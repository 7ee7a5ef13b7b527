//! Address space that pages received by a TCP socket are put in: Linux, TCP_ZEROCOPY_RECEIVE.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::call;
use super::length::length;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::slice;

/// `struct tcp_zerocopy_receive` to the end of its field `flags`.
pub(crate) const REQUEST: usize = 40;

/// A mapping of a TCP socket, and how much of it is filled from its start.
#[derive(Debug)]
pub(crate) struct SocketMapping {
    start: *mut u8,
    len: usize,
    filled: usize,
}

// SAFETY: the mapping belongs to its owner alone, and memory that is mapped is so for every thread.
unsafe impl Send for SocketMapping {}
// SAFETY: shared, the mapping can only be read.
unsafe impl Sync for SocketMapping {}

impl SocketMapping {
    pub(crate) fn new(fd: BorrowedFd<'_>, len: usize) -> io::Result<Self> {
        let (access, kind) = (libc::PROT_READ, libc::MAP_SHARED);
        // SAFETY: a mapping at an address of the kernel's choice overlaps nothing of ours.
        let start = call("mmap", || unsafe {
            libc::mmap(ptr::null_mut(), len, access, kind, fd.as_raw_fd(), 0)
        })?;
        Ok(Self { start: start.cast(), len, filled: 0 })
    }

    /// The bytes that were put here last.
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.filled == 0 {
            return &[];
        }
        // SAFETY: the kernel has mapped `filled` bytes from `start` on (checked in `receive`), and
        // maps others only in `receive`, which borrows mutably. It maps pages of its own that nobody
        // else has mapped (net/ipv4/tcp.c, can_map_frag).
        unsafe { slice::from_raw_parts(self.start, self.filled) }
    }

    /// The struct that asks for bytes in this mapping, and else in `buffer`.
    pub(crate) fn request(&self, buffer: &mut [u8]) -> [u8; REQUEST] {
        let capacity = i32::try_from(buffer.len()).unwrap_or(i32::MAX);
        let len = u32::try_from(self.len).unwrap_or(u32::MAX);
        let mut request = [0; REQUEST];
        let mut put = |at: usize, field: &[u8]| request[at..][..field.len()].copy_from_slice(field);
        // Addresses are 64 bits to the kernel, whatever they are here.
        put(0, &(self.start.expose_provenance() as u64).to_ne_bytes());
        put(8, &len.to_ne_bytes());
        if !buffer.is_empty() {
            put(24, &(buffer.as_mut_ptr().expose_provenance() as u64).to_ne_bytes());
            put(32, &capacity.to_ne_bytes());
        }
        request
    }

    /// Receives and returns the struct as the kernel left it.
    pub(crate) fn receive(
        &mut self,
        fd: BorrowedFd<'_>,
        buffer: &mut [u8],
    ) -> io::Result<[u8; REQUEST]> {
        // What was mapped before is gone, even if the call fails half-way.
        self.filled = 0;
        let mut request = self.request(buffer);
        let mut len = length(REQUEST);
        // SAFETY: `request` is valid for reads and writes of `len` bytes. The addresses in it are
        // those of this mapping, which nobody reads while it is borrowed mutably, and of `buffer`,
        // which is valid for writes of the length given.
        call("getsockopt", || unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                libc::IPPROTO_TCP,
                libc::TCP_ZEROCOPY_RECEIVE,
                request.as_mut_ptr().cast(),
                &raw mut len,
            )
        })?;
        let mapped = u32::from_ne_bytes([request[8], request[9], request[10], request[11]]);
        self.filled = (mapped as usize).min(self.len);
        Ok(request)
    }
}

impl Drop for SocketMapping {
    fn drop(&mut self) {
        // SAFETY: `start` and `len` are those of a mapping that nobody borrows any more.
        let _ = call("munmap", || unsafe { libc::munmap(self.start.cast(), self.len) });
    }
}
