//! Received pages that are mapped instead of copied: Linux, linux/tcp.h.
//!
//! Whole pages of the stream are put into a [`Mapping`] of the socket. What fills no page is copied
//! when all that waits fits into the buffer for it, or else left to a receive of the usual kind.

use crate::layout::Fields;
use crate::option::codec::{Query, invalid_data};
use crate::sys;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// Address space of this process that pages received by one TCP socket are put in: mmap(2) of the
/// socket.
#[derive(Debug)]
pub struct Mapping(sys::SocketMapping);

impl Mapping {
    /// Reserves `len` bytes for what `socket` receives; a multiple of the page size is best.
    ///
    /// # Errors
    /// `ENODEV` when the socket is none of TCP, `EINVAL` for a length of zero.
    pub fn new(socket: &impl AsFd, len: usize) -> io::Result<Self> {
        sys::SocketMapping::new(socket.as_fd(), len).map(Self)
    }

    /// The bytes that the last [`ZeroCopyReceive`](super::ZeroCopyReceive) mapped here.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}

/// Receives into a [`Mapping`], and into a buffer what is too little to be mapped (which may be
/// empty).
#[derive(Debug)]
pub enum MappedReceive {}

/// What was received: `struct tcp_zerocopy_receive`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Mapped {
    /// How many bytes of the mapping are filled.
    pub mapped: usize,
    /// How many bytes of the buffer are filled. They follow those of the mapping.
    pub copied: usize,
    /// How many bytes come next that cannot be mapped: receive these in the usual way first.
    pub unmappable: usize,
    /// How many bytes wait on the socket, of those that were not received.
    pub queued: usize,
    /// The error that waits on the socket, if any.
    pub error: Option<io::Error>,
}

impl<'v> Query<'v> for MappedReceive {
    type Question = (&'v mut Mapping, &'v mut [u8]);
    type Answer = Mapped;

    fn ask((mapping, buffer): Self::Question) -> io::Result<Vec<u8>> {
        Ok(mapping.0.request(buffer).to_vec())
    }

    fn answer(bytes: &[u8]) -> io::Result<Mapped> {
        let mut fields = Fields::new(bytes);
        let mut answer = || {
            let _address = fields.u64()?;
            let [mapped, unmappable, queued] = [fields.u32()?, fields.u32()?, fields.u32()?];
            let errno = fields.i32()?;
            let _buffer = fields.u64()?;
            let copied = u32::try_from(fields.i32()?).unwrap_or(0);
            let [mapped, copied, unmappable, queued] =
                [mapped, copied, unmappable, queued].map(|n| usize::try_from(n).ok());
            Some(Mapped {
                mapped: mapped?,
                copied: copied?,
                unmappable: unmappable?,
                queued: queued?,
                error: (errno != 0).then(|| io::Error::from_raw_os_error(errno)),
            })
        };
        answer().ok_or_else(|| invalid_data(bytes, "a report on what was mapped"))
    }

    /// The mapping remembers how much of it is filled.
    fn query(
        fd: BorrowedFd<'_>,
        _level: i32,
        _name: i32,
        (mapping, buffer): Self::Question,
    ) -> io::Result<Mapped> {
        Self::answer(&mapping.0.receive(fd, buffer)?)
    }
}
