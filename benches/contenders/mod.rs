//! The contenders: the same work, written as each library would have it written.
//!
//! A file is a library, a function in it what serves one cell. The rules are the same for all:
//! TCP_NODELAY on every accepted connection, buffers of the same size, what is read is all of it
//! written back, and a connection that fails ends alone.

pub(crate) mod berkeley;
#[cfg(feature = "all-peers")]
pub(crate) mod compio;
pub(crate) mod floor;
#[cfg(feature = "all-peers")]
pub(crate) mod glommio;
pub(crate) mod mio;
pub(crate) mod monoio;
pub(crate) mod smol;
pub(crate) mod threads;
pub(crate) mod tokio;
pub(crate) mod uring;

use std::io;
use std::net::UdpSocket;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};

/// Larger than the largest message of the echo cells, so that each is one read, and a short one.
const BUFFER: usize = 8_192;

/// For bytes in bulk.
const CHUNK: usize = 65_536;

/// What a connection that waits for long keeps ready: enough for its message.
const SMALL: usize = 64;

/// The request and the answer of a connection that serves one.
const CHURNED: usize = 64;

/// Never reached; what is measured is the cost of having one.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where every server listens.
const ADDRESS: &str = "127.0.0.1:0";

/// The size of every datagram.
pub(crate) const DATAGRAM: usize = 1_200;

/// How many datagrams are acknowledged, or asked for, at a time.
pub(crate) const WINDOW: usize = 512;

/// Datagrams in one call, where several can be.
pub(crate) const BATCH: usize = 64;

/// Room for one segmented receive.
const SEGMENTED: usize = 65_536;

/// Room in a receive buffer for all that can be under way.
pub(crate) const ROOM: usize = 4 << 20;

/// A socket with room for what can be under way.
pub(crate) fn udp() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(ADDRESS)?;
    setsockopt(&socket, sockopt::RcvBuf, &ROOM)?;
    setsockopt(&socket, sockopt::SndBuf, &ROOM)?;
    Ok(socket)
}

/// Has the kernel put datagrams together: UDP_GRO.
fn receive_segmented(socket: &impl AsFd) -> io::Result<()> {
    Ok(setsockopt(&socket.as_fd(), sockopt::UdpGroSegment, &true)?)
}

/// Counts datagrams that came, and says when to acknowledge them.
#[derive(Default)]
struct Counter(usize);

impl Counter {
    /// How many acknowledgements are due after `came` more.
    fn add(&mut self, came: usize) -> usize {
        self.0 += came;
        let due = self.0 / WINDOW;
        self.0 %= WINDOW;
        due
    }
}

/// Datagrams in a receive of `bytes` in segments of this size.
fn segments(bytes: usize, size: usize) -> usize {
    bytes.div_ceil(size.max(1))
}
