//! What a socket has in memory. Linux.

use crate::layout::Fields;
use crate::option::codec::{Decode, invalid_data};
use crate::sys::c;
use std::io;

bitflags::bitflags! {
    /// Buffers whose size the kernel leaves as it was set, instead of fitting it to the
    /// connection: `SOCK_*BUF_LOCK`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct BufferLocks: u32 {
        /// The send buffer: `SOCK_SNDBUF_LOCK`.
        const SEND = c::SOCK_SNDBUF_LOCK;
        /// The receive buffer: `SOCK_RCVBUF_LOCK`.
        const RECEIVE = c::SOCK_RCVBUF_LOCK;

        const _ = !0;
    }
}

/// What a socket has in memory, in bytes: `SK_MEMINFO_*`, linux/sock_diag.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MemoryUse {
    /// What waits to be received.
    pub received: u32,
    /// The limit of the receive buffer.
    pub receive_buffer: u32,
    /// What was handed to the interface and is not gone yet.
    pub sent: u32,
    /// The limit of the send buffer.
    pub send_buffer: u32,
    /// What is charged to the socket ahead of need.
    pub forward: u32,
    /// What waits to be sent.
    pub send_queue: u32,
    /// Options, filters and the like.
    pub options: u32,
    /// What came while the socket was in use by a system call.
    pub backlog: u32,
    /// How many packets were dropped (a count, not bytes).
    pub drops: u32,
}

impl Decode for MemoryUse {
    type Value = Self;
    const ROOM: usize = 9 * 4;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(bytes);
        let mut next = || fields.u32().ok_or_else(|| invalid_data(bytes, "a report on memory"));
        Ok(Self {
            received: next()?,
            receive_buffer: next()?,
            sent: next()?,
            send_buffer: next()?,
            forward: next()?,
            send_queue: next()?,
            options: next()?,
            backlog: next()?,
            drops: next()?,
        })
    }
}
