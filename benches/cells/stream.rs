//! One connection at a time, its bytes counted: what the loads of bulk cells share.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv};

/// No server keeps a load waiting for so long unless it has stopped.
pub(super) const STALL: Duration = Duration::from_secs(5);

/// What is moved in one call.
pub(super) const CHUNK: usize = 256 << 10;

pub(super) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, STALL)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(STALL))?;
    stream.set_write_timeout(Some(STALL))?;
    Ok(stream)
}

/// Takes bytes and drops them in the kernel (MSG_TRUNC, man 7 tcp), which costs the generator next
/// to nothing. 0 is the end.
pub(super) fn discard(stream: &TcpStream, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match recv(stream.as_raw_fd(), room, MsgFlags::MSG_TRUNC) {
            Err(Errno::EINTR) => {}
            Err(Errno::ECONNRESET) => return Ok(0),
            other => return Ok(other?),
        }
    }
}

/// Counts whole mebibytes of the bytes that have moved.
pub(super) fn mebibytes(bytes: u64) -> u64 {
    (bytes >> 20).max(1)
}

/// Bytes of so many mebibytes; no limit stays none.
pub(super) fn bytes(mebibytes: u64) -> u64 {
    mebibytes.saturating_mul(1 << 20)
}

pub(super) fn short(sent: u64, came: u64) -> io::Error {
    let kind = ErrorKind::UnexpectedEof;
    io::Error::new(kind, format!("{came} bytes came of {sent}"))
}
