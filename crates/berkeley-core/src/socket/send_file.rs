//! Files into streams: sendfile(2), and reading and sending where that does not serve.

use super::mode::{Deadline, Interest, poll, wait_for};
use super::{Socket, invalid};
use crate::constant::MsgFlags;
use crate::interrupt;
use crate::sys::{self, c};
use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// The most that one sendfile(2) is asked for, so that a blocking one returns now and then: 1 GiB.
const STEP: usize = 1 << 30;

/// The most that is read at once where sendfile(2) does not serve.
const CHUNK: usize = 16 << 10;

impl Socket {
    /// Sends `count` bytes of a file from `offset` on, or all until its end (`None`), within one
    /// timeout for the whole, and returns how many bytes went: sendfile(2).
    ///
    /// The bytes of a regular file do not pass through this process. It ends early where the file
    /// does, also when it shrinks meanwhile; a `count` of 0 sends nothing. The file's position is
    /// behind what was sent afterwards, on success and on failure. What is changed in a file
    /// before the peer has it may be sent changed.
    ///
    /// Where sendfile(2) does not serve, the file is read and sent: files of /proc, devices, and
    /// what has no positions (pipes, sockets, terminals). For those, `offset` must be 0 and stands
    /// for what comes next; waiting for them is within the timeout too.
    ///
    /// ```
    /// # use berkeley_core::{Family, Kind, Protocol, Socket};
    /// # use std::fs::File;
    /// # let (socket, _peer) = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT)?;
    /// let file = File::open("Cargo.toml")?;
    /// let sent = socket.send_file(&file, 0, None)?;
    /// assert_eq!(sent, file.metadata()?.len());
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`send_all`](Self::send_all): [`SendFileError::sent`] tells how many bytes went before.
    /// `InvalidInput` for a socket that is no stream, which would cut the file into messages
    /// anywhere, and for an offset that no file has; `ESPIPE` for an offset into what has no
    /// positions; what reading the file fails with.
    ///
    /// # Platforms
    /// sendfile(2) on Linux, FreeBSD and macOS; reading and sending elsewhere.
    #[doc(alias = "sendfile")]
    pub fn send_file(
        &self,
        file: impl AsFd,
        offset: u64,
        count: Option<u64>,
    ) -> Result<u64, SendFileError> {
        let mut transfer = Transfer { socket: self, deadline: self.deadline(), sent: 0 };
        match transfer.send(file.as_fd(), offset, count) {
            Ok(()) => Ok(transfer.sent),
            Err((error, unsent)) => Err(SendFileError { sent: transfer.sent, unsent, error }),
        }
    }

    /// Sends what one sendfile(2) takes of a file from `offset` on, `most` bytes or fewer, and
    /// returns how many bytes that were; 0 is the end of the file. Its position stays.
    ///
    /// This is [`send_file`](Self::send_file) by hand, for files that have positions.
    ///
    /// # Errors
    /// As [`send`](Self::send); `InvalidInput` and `ESPIPE` as [`send_file`](Self::send_file).
    pub fn send_file_part(&self, file: impl AsFd, offset: u64, most: usize) -> io::Result<usize> {
        self.require_stream()?;
        require_offset(offset)?;
        self.send_part(file.as_fd(), offset, most, &mut self.deadline())
    }

    fn send_part(
        &self,
        file: BorrowedFd<'_>,
        offset: u64,
        most: usize,
        deadline: &mut Deadline,
    ) -> io::Result<usize> {
        // To some systems, 0 is "all".
        if most == 0 {
            return Ok(0);
        }
        self.attempt_until(Interest::Writable, MsgFlags::empty(), deadline, || {
            match sys::send_file(self.as_fd(), file, offset, most.min(STEP)) {
                // An end that reading may not see: the size of many files of /proc is 0.
                Ok(0) => {}
                Err(e) if is_refusal(&e) => {}
                outcome => return outcome,
            }
            let mut buffer = [0; CHUNK];
            let n = sys::read_at(file, &mut buffer[..most.min(CHUNK)], offset)?;
            let flags = self.send_flags(MsgFlags::empty());
            if n == 0 { Ok(0) } else { sys::send(self.as_fd(), &buffer[..n], flags) }
        })
    }

    /// Refuses what would cut a stretch of bytes into messages.
    pub(super) fn require_stream(&self) -> io::Result<()> {
        if self.is_stream() {
            return Ok(());
        }
        Err(invalid("the socket is no stream: files and pipes have no messages to keep apart"))
    }
}

/// Whether sendfile(2) says that it cannot send this file, whatever else would.
fn is_refusal(error: &io::Error) -> bool {
    const REFUSALS: [i32; 4] = [c::EINVAL, c::ENOSYS, c::EOPNOTSUPP, c::ENOTSUP];
    error.raw_os_error().is_some_and(|errno| REFUSALS.contains(&errno))
}

fn require_offset(offset: u64) -> io::Result<()> {
    if offset <= sys::MAX_OFFSET {
        return Ok(());
    }
    Err(invalid("the offset is past the end of any file: at most 2^63 - 1"))
}

/// One `send_file` on its way.
struct Transfer<'s> {
    socket: &'s Socket,
    deadline: Deadline,
    sent: u64,
}

/// An error, and what was read and not sent.
type Failure = (io::Error, Vec<u8>);

impl Transfer<'_> {
    fn send(
        &mut self,
        file: BorrowedFd<'_>,
        offset: u64,
        count: Option<u64>,
    ) -> Result<(), Failure> {
        let nothing_unsent = |error| (error, Vec::new());
        self.socket.require_stream().map_err(nothing_unsent)?;
        require_offset(offset).map_err(nothing_unsent)?;
        let count = count.unwrap_or(u64::MAX).min(sys::MAX_OFFSET - offset);
        match sys::seek(file, offset) {
            Err(e) if e.kind() == io::ErrorKind::NotSeekable && offset == 0 => {
                return self.send_source(file, count);
            }
            outcome => outcome.map_err(nothing_unsent)?,
        }
        let outcome = self.send_positioned(file, offset, count);
        let position = sys::seek(file, offset + self.sent);
        outcome.and(position).map_err(nothing_unsent)
    }

    /// Sends a file that has positions.
    fn send_positioned(&mut self, file: BorrowedFd<'_>, offset: u64, count: u64) -> io::Result<()> {
        while self.sent < count {
            let (at, most) = (offset + self.sent, at_most(count - self.sent, STEP));
            match self.socket.send_part(file, at, most, &mut self.deadline)? {
                0 => break,
                n => self.sent += len(n),
            }
            // A signal ends the system call with what has gone.
            interrupt::go_on()?;
        }
        Ok(())
    }

    /// Sends what comes out of a source without positions.
    fn send_source(&mut self, source: BorrowedFd<'_>, count: u64) -> Result<(), Failure> {
        let mut buffer = [0; CHUNK];
        while self.sent < count {
            let most = at_most(count - self.sent, CHUNK);
            let n = self.read_source(source, &mut buffer[..most]).map_err(|e| (e, Vec::new()))?;
            if n == 0 {
                break;
            }
            let mut left = &buffer[..n];
            while !left.is_empty() {
                let n = self.send_bytes(left).map_err(|error| (error, left.to_vec()))?;
                self.sent += len(n);
                left = &left[n..];
                interrupt::go_on().map_err(|error| (error, left.to_vec()))?;
            }
        }
        Ok(())
    }

    fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Self { socket, deadline, .. } = self;
        socket.attempt_until(Interest::Writable, MsgFlags::empty(), deadline, || {
            sys::send(socket.as_fd(), bytes, socket.send_flags(MsgFlags::empty()))
        })
    }

    /// Reads once there is something to read, so that no read waits longer than the mode allows.
    fn read_source(&mut self, source: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.deadline.is_zero() {
                wait_for(source, Interest::Readable, &mut self.deadline)?;
            } else if !poll(source, Interest::Readable, Some(Duration::ZERO))? {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            match sys::read(source, buffer) {
                // Another reader was first.
                Err(e) if e.kind() == io::ErrorKind::WouldBlock && !self.deadline.is_zero() => {}
                outcome => return outcome,
            }
        }
    }
}

fn at_most(count: u64, limit: usize) -> usize {
    usize::try_from(count).map_or(limit, |count| count.min(limit))
}

/// A length in memory as a length in a file, which has more bits or as many.
fn len(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// A [`send_file`](Socket::send_file) that did not send all.
#[derive(Debug)]
#[non_exhaustive]
pub struct SendFileError {
    /// How many bytes the kernel took before the error.
    pub sent: u64,
    /// What was read of a source without positions and not sent. It can be read there no more.
    pub unsent: Vec<u8>,
    /// Why no more was sent.
    pub error: io::Error,
}

impl SendFileError {
    /// A failure after `sent` bytes, with what was read and not sent.
    #[must_use]
    pub fn new(sent: u64, unsent: Vec<u8>, error: io::Error) -> Self {
        Self { sent, unsent, error }
    }

    /// The kind of the error within.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.error.kind()
    }
}

impl fmt::Display for SendFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} bytes: {}", self.sent, self.error)
    }
}

impl std::error::Error for SendFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// The error within, its errno intact; the count and what was not sent are lost.
impl From<SendFileError> for io::Error {
    fn from(error: SendFileError) -> Self {
        error.error
    }
}
