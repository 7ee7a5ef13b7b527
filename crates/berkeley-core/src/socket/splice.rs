//! Bytes from socket to socket within the kernel: splice(2) through a [`Pipe`].

use super::mode::{Interest, poll};
use super::{Socket, invalid};
use crate::constant::MsgFlags;
use crate::sys;
use std::fmt;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

/// A pipe: pipe(7), what [`Socket::splice_in`] fills and [`Socket::splice_out`] empties, without
/// the bytes passing through this process.
///
/// It counts what is in it. Nobody else has its ends, so a full pipe stays full until its owner
/// empties it, and nothing here waits for that.
///
/// # Platforms
/// Linux.
pub struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
    len: usize,
    capacity: usize,
}

/// The largest power of two that the call can return, which is an int.
const LARGEST: usize = 1 << 30;

impl Pipe {
    /// Makes a pipe of the system's usual capacity, 64 KiB mostly: pipe2(2).
    ///
    /// # Errors
    /// `EMFILE` or `ENFILE` when there are no descriptors left.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = sys::pipe()?;
        let capacity = sys::pipe_capacity(writer.as_fd())?;
        Ok(Self { reader, writer, len: 0, capacity })
    }

    /// Makes a pipe for `bytes` bytes or more: `F_SETPIPE_SZ`, man 2 fcntl.
    ///
    /// The capacity counts pages, and each piece that a socket received takes the place of one: of
    /// small pieces the pipe holds fewer bytes, of large ones more.
    ///
    /// # Errors
    /// As [`new`](Self::new); `EPERM` for more than /proc/sys/fs/pipe-max-size without privilege,
    /// or more than the pipes of one user may have; `InvalidInput` for more than 1 GiB.
    #[doc(alias = "F_SETPIPE_SZ")]
    pub fn with_capacity(bytes: usize) -> io::Result<Self> {
        if bytes > LARGEST {
            return Err(invalid("a pipe has room for 1 GiB at most"));
        }
        let mut pipe = Self::new()?;
        pipe.capacity = sys::set_pipe_capacity(pipe.writer.as_fd(), bytes)?;
        Ok(pipe)
    }

    /// How many bytes fit when they come as whole pages.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many bytes are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Copies up to `most` bytes into another pipe without taking them out of this one, and
    /// returns how many that were: tee(2). It begins with the first byte of this pipe each time;
    /// 0 is an empty one.
    ///
    /// # Errors
    /// `StorageFull` when the other pipe has no room.
    #[doc(alias = "tee")]
    pub fn copy_to(&self, other: &mut Self, most: usize) -> io::Result<usize> {
        let most = most.min(self.len);
        if most == 0 {
            return Ok(0);
        }
        let outcome = sys::tee(self.reader.as_fd(), other.writer.as_fd(), most);
        other.filled(outcome)
    }

    /// Counts what came in. An empty pipe has room, so that only one with something in it can be
    /// what would block.
    fn filled(&mut self, outcome: io::Result<usize>) -> io::Result<usize> {
        match outcome {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock && self.is_full()? => {
                Err(io::Error::new(io::ErrorKind::StorageFull, "the pipe is full: empty it first"))
            }
            Ok(n) => {
                self.len += n;
                Ok(n)
            }
            outcome => outcome,
        }
    }

    fn is_full(&self) -> io::Result<bool> {
        Ok(!self.is_empty()
            && !poll(self.writer.as_fd(), Interest::Writable, Some(Duration::ZERO))?)
    }
}

/// Takes bytes out into memory. An empty pipe gives 0.
impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_empty() {
            return Ok(0);
        }
        let n = sys::read(self.reader.as_fd(), buffer)?;
        self.len -= n;
        Ok(n)
    }
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").field("len", &self.len).field("capacity", &self.capacity).finish()
    }
}

impl Socket {
    /// Receives up to `most` bytes into a pipe, and returns how many came: splice(2). 0 is the end
    /// of the stream (or a `most` of 0).
    ///
    /// It waits for the socket as the mode says, and never for the pipe. To relay, call this until
    /// it gives 0, and [`splice_out`](Self::splice_out) after each until the pipe is empty.
    ///
    /// # Errors
    /// `WouldBlock` or `TimedOut` by the mode: the socket has nothing. `StorageFull` when the pipe
    /// has no room, which [`splice_out`](Self::splice_out) makes. `ConnectionReset`,
    /// `NotConnected` as [`recv`](Self::recv); `InvalidInput` for a socket that is no stream, whose
    /// messages would run together; `EINVAL` for a family that cannot splice.
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "splice")]
    pub fn splice_in(&self, pipe: &mut Pipe, most: usize) -> io::Result<usize> {
        self.require_stream()?;
        // The kernel refuses what an isize cannot hold.
        let most = most.min(LARGEST);
        // The call takes the pipe's flag for the socket's, in some families, and does not wait.
        let mut deadline = self.deadline().even_if_blocking();
        self.attempt_until(Interest::Readable, MsgFlags::empty(), &mut deadline, || {
            let outcome = sys::splice(self.as_fd(), pipe.writer.as_fd(), most);
            pipe.filled(outcome)
        })
    }

    /// Sends up to `most` bytes out of a pipe, and returns how many the kernel took: splice(2).
    /// What it did not take is still in the pipe. 0 is an empty pipe.
    ///
    /// # Errors
    /// As [`send`](Self::send), about the socket alone; `InvalidInput` for a socket that is no
    /// stream.
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "splice")]
    pub fn splice_out(&self, pipe: &mut Pipe, most: usize) -> io::Result<usize> {
        self.require_stream()?;
        let most = most.min(pipe.len);
        if most == 0 {
            return Ok(0);
        }
        let mut deadline = self.deadline().even_if_blocking();
        let n = self.attempt_until(Interest::Writable, MsgFlags::empty(), &mut deadline, || {
            sys::splice_out(pipe.reader.as_fd(), self.as_fd(), most)
        })?;
        pipe.len -= n;
        Ok(n)
    }
}
