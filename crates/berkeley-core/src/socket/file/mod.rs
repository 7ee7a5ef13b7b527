//! Buffered readers and writers that share a socket.

mod reader;
mod writer;

pub use reader::SocketReader;
pub use writer::SocketWriter;

use super::Socket;
use std::io::{self, BufRead, IoSlice, Read, Write};
use std::sync::Arc;

/// Bytes of a buffer, unless told otherwise.
const CAPACITY: usize = 8 * 1024;

/// A [`SocketReader`] and a [`SocketWriter`] of one socket, as one file (Python's
/// `makefile("rwb")`). Each may be taken out of it and used alone.
///
/// ```
/// use berkeley_core::{Family, Kind, Protocol, Socket, SocketFile};
/// use std::io::{BufRead, Write};
///
/// # fn main() -> std::io::Result<()> {
/// let (a, b) = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT)?;
/// let (mut a, mut b) = (SocketFile::new(a), SocketFile::new(b));
/// writeln!(a, "what is {} and {}?", 2, 2)?;
/// a.flush()?;
/// let mut line = String::new();
/// b.read_line(&mut line)?;
/// assert_eq!(line, "what is 2 and 2?\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[doc(alias = "makefile")]
pub struct SocketFile {
    /// What reads.
    pub reader: SocketReader,
    /// What writes.
    pub writer: SocketWriter,
}

impl SocketFile {
    /// A file of this socket, which may be shared.
    pub fn new(socket: impl Into<Arc<Socket>>) -> Self {
        let socket = socket.into();
        Self { reader: SocketReader::new(socket.clone()), writer: SocketWriter::new(socket) }
    }
}

impl Read for SocketFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.reader.read_exact(buffer)
    }

    fn read_to_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        self.reader.read_to_end(bytes)
    }

    fn read_to_string(&mut self, text: &mut String) -> io::Result<usize> {
        self.reader.read_to_string(text)
    }
}

impl BufRead for SocketFile {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        self.reader.consume(len);
    }

    fn read_until(&mut self, delimiter: u8, bytes: &mut Vec<u8>) -> io::Result<usize> {
        self.reader.read_until(delimiter, bytes)
    }

    fn read_line(&mut self, line: &mut String) -> io::Result<usize> {
        self.reader.read_line(line)
    }
}

impl Write for SocketFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.writer.write_vectored(buffers)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
