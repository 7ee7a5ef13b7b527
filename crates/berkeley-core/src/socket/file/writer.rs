//! A buffered writer.

use super::super::Socket;
use super::super::mode::{Deadline, Interest};
use super::CAPACITY;
use crate::constant::MsgFlags;
use crate::sys;
use std::fmt;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;

/// A buffered writer of a stream (Python's `makefile("wb")`).
///
/// **A write that fails has taken nothing**, and what was taken before stays in the buffer until
/// the kernel has it: after `TimedOut` or `WouldBlock`, the same call may be made again. So
/// [`write_all`](Write::write_all) takes all the bytes or none; when the time is up in the middle
/// of many, the rest is in the buffer. A [`flush`](Write::flush) that fails has sent some, and
/// keeps the rest for the next. The socket's timeout is that of each call as a whole.
///
/// Dropping it sends what is left, in the socket's mode, without a word of errors: flush first.
/// The socket is closed when all that share it are dropped.
///
/// ```
/// use berkeley_core::{Family, Kind, Protocol, Socket, SocketWriter};
/// use std::io::Write;
///
/// # fn main() -> std::io::Result<()> {
/// let (ours, theirs) = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT)?;
/// let mut writer = SocketWriter::new(ours);
/// for number in 1..=3 {
///     writeln!(writer, "{number}")?;
/// }
/// writer.flush()?; // One send.
/// assert_eq!(theirs.recv(&mut [0; 16])?, 6);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "makefile")]
pub struct SocketWriter {
    socket: Arc<Socket>,
    /// What the kernel has not taken yet.
    unsent: Vec<u8>,
    capacity: usize,
}

impl SocketWriter {
    /// A writer to this socket, which may be shared, with a buffer of 8 KiB.
    pub fn new(socket: impl Into<Arc<Socket>>) -> Self {
        Self::with_capacity(CAPACITY, socket)
    }

    /// A writer with a buffer of `capacity` bytes; with 0, every write is sent at once.
    pub fn with_capacity(capacity: usize, socket: impl Into<Arc<Socket>>) -> Self {
        Self { socket: socket.into(), unsent: Vec::with_capacity(capacity), capacity }
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// What was written and not sent yet.
    #[must_use]
    pub fn buffer(&self) -> &[u8] {
        &self.unsent
    }

    /// Makes room for `len` more bytes, by sending if need be.
    fn make_room(&mut self, len: usize, deadline: &mut Deadline) -> io::Result<()> {
        if self.unsent.len().saturating_add(len) > self.capacity {
            self.send_unsent(deadline)?;
        }
        Ok(())
    }

    fn send_unsent(&mut self, deadline: &mut Deadline) -> io::Result<()> {
        let mut sent = 0;
        let outcome = loop {
            if sent == self.unsent.len() {
                break Ok(());
            }
            match send(&self.socket, &self.unsent[sent..], deadline) {
                Ok(n) => sent += n,
                Err(error) => break Err(error),
            }
        };
        self.unsent.drain(..sent);
        outcome
    }
}

fn send(socket: &Socket, bytes: &[u8], deadline: &mut Deadline) -> io::Result<usize> {
    let flags = MsgFlags::empty();
    socket.attempt_until(Interest::Writable, flags, deadline, || {
        sys::send(socket.as_fd(), bytes, socket.send_flags(flags))
    })
}

impl Write for SocketWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let mut deadline = self.socket.deadline();
        self.make_room(bytes.len(), &mut deadline)?;
        if bytes.len() >= self.capacity {
            return send(&self.socket, bytes, &mut deadline);
        }
        self.unsent.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut deadline = self.socket.deadline();
        self.make_room(bytes.len(), &mut deadline)?;
        let mut sent = 0;
        while bytes.len() - sent >= self.capacity.max(1) {
            match send(&self.socket, &bytes[sent..], &mut deadline) {
                Ok(n) => sent += n,
                Err(error) if sent == 0 => return Err(error),
                // Some went, so that all are taken; the next call tells of it, if it is still so.
                Err(_) => break,
            }
        }
        self.unsent.extend_from_slice(&bytes[sent..]);
        Ok(())
    }

    /// Sends all that was written.
    fn flush(&mut self) -> io::Result<()> {
        self.send_unsent(&mut self.socket.deadline())
    }
}

impl Drop for SocketWriter {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

impl fmt::Debug for SocketWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unsent = self.unsent.len();
        f.debug_struct("SocketWriter")
            .field("socket", &self.socket)
            .field("unsent", &unsent)
            .finish()
    }
}
