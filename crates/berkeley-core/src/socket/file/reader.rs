//! A buffered reader.

use super::super::Socket;
use super::super::mode::{Deadline, Interest};
use super::CAPACITY;
use crate::constant::MsgFlags;
use crate::sys;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::os::fd::AsFd;
use std::sync::Arc;

/// A buffered reader of a stream (Python's `makefile("rb")`).
///
/// **A read that fails has taken nothing**: what came of a line, of an exact number of bytes or of
/// a whole stream stays in the buffer when the time is up (or a non-blocking socket has no more),
/// and the same call goes on from there. That holds for [`lines`](BufRead::lines) too: after
/// `TimedOut` or `WouldBlock`, the next line is whole. The socket's timeout is that of each call as
/// a whole, however many receives it makes.
///
/// A call may need the buffer to grow: a line is read to its end, however long.
///
/// The socket is closed when all that share it are dropped. Two readers of one socket take bytes
/// from each other.
///
/// ```
/// use berkeley_core::{Family, Kind, Protocol, Socket, SocketReader};
/// use std::io::{BufRead, ErrorKind};
/// use std::time::Duration;
///
/// # fn main() -> std::io::Result<()> {
/// let (ours, theirs) = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT)?;
/// ours.set_timeout(Some(Duration::from_millis(10)))?;
/// let mut lines = SocketReader::new(ours).lines();
///
/// theirs.send_all(b"half a li")?;
/// assert_eq!(lines.next().unwrap().unwrap_err().kind(), ErrorKind::TimedOut);
/// theirs.send_all(b"ne\n")?;
/// assert_eq!(lines.next().unwrap()?, "half a line");
/// # Ok(())
/// # }
/// ```
#[doc(alias = "makefile")]
pub struct SocketReader {
    socket: Arc<Socket>,
    /// `buffer[start..end]` came and was not read yet; what is behind is room.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    capacity: usize,
}

impl SocketReader {
    /// A reader of this socket, which may be shared, with a buffer of 8 KiB.
    pub fn new(socket: impl Into<Arc<Socket>>) -> Self {
        Self::with_capacity(CAPACITY, socket)
    }

    /// A reader with a buffer of `capacity` bytes, or of one if that is 0.
    pub fn with_capacity(capacity: usize, socket: impl Into<Arc<Socket>>) -> Self {
        let capacity = capacity.max(1);
        let buffer = vec![0; capacity];
        Self { socket: socket.into(), buffer, start: 0, end: 0, capacity }
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// What came and was not read yet.
    #[must_use]
    pub fn buffer(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Receives more into the buffer, which grows if it has no room, and returns how many bytes
    /// came: 0 at the end of the stream.
    fn receive(&mut self, deadline: &mut Deadline) -> io::Result<usize> {
        if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.end, 0);
        }
        let n = receive(&self.socket, &mut self.buffer[self.end..], deadline)?;
        self.end += n;
        Ok(n)
    }

    /// How many bytes of the buffer there are up to the first `delimiter`, with it; or up to the
    /// end of the stream, where there is none.
    fn len_until(&mut self, delimiter: u8) -> io::Result<usize> {
        let mut deadline = self.socket.deadline();
        let mut searched = 0;
        loop {
            let unread = self.buffer();
            if let Some(at) = unread[searched..].iter().position(|byte| *byte == delimiter) {
                return Ok(searched + at + 1);
            }
            searched = unread.len();
            if self.receive(&mut deadline)? == 0 {
                return Ok(searched);
            }
        }
    }

    /// How many bytes of the buffer there are up to the end of the stream.
    fn len_to_end(&mut self) -> io::Result<usize> {
        let mut deadline = self.socket.deadline();
        while self.receive(&mut deadline)? > 0 {}
        Ok(self.buffer().len())
    }

    /// Takes `len` bytes of the buffer onto `text`. What is no UTF-8 is taken too, and comes with
    /// the error, which contains a [`FromUtf8Error`](std::string::FromUtf8Error).
    fn take_text(&mut self, len: usize, text: &mut String) -> io::Result<usize> {
        let taken = String::from_utf8(self.buffer()[..len].to_vec());
        self.consume(len);
        text.push_str(&taken.map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?);
        Ok(len)
    }
}

fn receive(socket: &Socket, buffer: &mut [u8], deadline: &mut Deadline) -> io::Result<usize> {
    let flags = MsgFlags::empty();
    socket.attempt_until(Interest::Readable, flags, deadline, || {
        sys::recv(socket.as_fd(), buffer, flags.bits())
    })
}

impl Read for SocketReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.start == self.end && buffer.len() >= self.capacity {
            return receive(&self.socket, buffer, &mut self.socket.deadline());
        }
        let n = self.fill_buf()?.read(buffer)?;
        self.consume(n);
        Ok(n)
    }

    /// # Errors
    /// As [`Socket::recv`]; `UnexpectedEof` at the end of the stream. Nothing is taken then.
    fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let mut deadline = self.socket.deadline();
        while self.buffer().len() < buffer.len() {
            if self.receive(&mut deadline)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        buffer.copy_from_slice(&self.buffer()[..buffer.len()]);
        self.consume(buffer.len());
        Ok(())
    }

    fn read_to_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let len = self.len_to_end()?;
        bytes.extend_from_slice(self.buffer());
        self.consume(len);
        Ok(len)
    }

    fn read_to_string(&mut self, text: &mut String) -> io::Result<usize> {
        let len = self.len_to_end()?;
        self.take_text(len, text)
    }
}

impl BufRead for SocketReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.receive(&mut self.socket.deadline())?;
        }
        Ok(self.buffer())
    }

    fn consume(&mut self, len: usize) {
        self.start = self.end.min(self.start.saturating_add(len));
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            // What one long line needed is given back.
            if self.buffer.len() > self.capacity {
                self.buffer.truncate(self.capacity);
                self.buffer.shrink_to_fit();
            }
        }
    }

    fn read_until(&mut self, delimiter: u8, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let len = self.len_until(delimiter)?;
        bytes.extend_from_slice(&self.buffer()[..len]);
        self.consume(len);
        Ok(len)
    }

    fn read_line(&mut self, line: &mut String) -> io::Result<usize> {
        let len = self.len_until(b'\n')?;
        self.take_text(len, line)
    }
}

impl fmt::Debug for SocketReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unread = self.buffer().len();
        f.debug_struct("SocketReader")
            .field("socket", &self.socket)
            .field("unread", &unread)
            .finish()
    }
}
