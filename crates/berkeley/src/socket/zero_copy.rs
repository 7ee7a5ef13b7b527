//! Sends without a copy into the kernel, awaited.

use super::Socket;
use crate::driver::Done;
use crate::op::{Attempt, Op};
use berkeley_core::{self as core, Completion, Interest, Ticket};
use std::fmt;
use std::io;
use std::time::{Duration, Instant};

/// Sends buffers over a TCP connection without copying them into the kernel, and gives each back
/// when the kernel has done with it: `MSG_ZEROCOPY`, as [`core::ZeroCopy`].
///
/// A buffer belongs to this sender from [`push`](Self::push) until it comes back as a
/// [`Completion`], which is when the peer has acknowledged it.
///
/// ```
/// use berkeley::{TcpStream, ZeroCopy};
///
/// async fn send(stream: &TcpStream, parts: Vec<Vec<u8>>) -> std::io::Result<()> {
///     let mut sender = ZeroCopy::new(stream)?;
///     for part in parts {
///         sender.push(part);
///         sender.flush().await?;
///         for done in sender.completions()? {
///             println!("{} bytes are there, and their memory is free", done.sent);
///         }
///     }
///     sender.finish().await
/// }
/// ```
///
/// Nothing else may send with `MSG_ZEROCOPY` there, or read the error queue.
///
/// # Drop
/// A buffer that the kernel still reads when this is dropped is leaked, because its memory, used
/// again, would be sent. [`finish`](Self::finish) first, also after an error.
///
/// # Platforms
/// Linux.
#[doc(alias = "MSG_ZEROCOPY")]
pub struct ZeroCopy<'s, B: AsRef<[u8]> + 'static> {
    socket: &'s Socket,
    core: core::ZeroCopy<&'s core::Socket, B>,
}

impl<'s, B: AsRef<[u8]> + 'static> ZeroCopy<'s, B> {
    /// Prepares a TCP socket: `SO_ZEROCOPY`.
    ///
    /// # Errors
    /// As [`core::ZeroCopy::new`].
    #[doc(alias = "SO_ZEROCOPY")]
    pub fn new(socket: &'s (impl AsRef<Socket> + ?Sized)) -> io::Result<Self> {
        let socket = socket.as_ref();
        Ok(Self { socket, core: core::ZeroCopy::new(socket.core())? })
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &'s Socket {
        self.socket
    }

    /// Takes a buffer, to be sent behind those that were taken before. Nothing is asked of the
    /// kernel until [`flush`](Self::flush).
    pub fn push(&mut self, buffer: B) -> Ticket {
        self.core.push(buffer)
    }

    /// Sends what was pushed, within one timeout for the whole: send(2) with `MSG_ZEROCOPY`.
    ///
    /// # Errors
    /// As [`core::ZeroCopy::flush`]. What was not sent waits for the next flush, or is given up by
    /// [`cancel`](Self::cancel).
    ///
    /// # Cancel safety
    /// A dropped flush may have sent a part. The next goes on where it ended.
    pub fn flush(
        &mut self,
    ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin + use<'_, 's, B>> {
        let core = &mut self.core;
        Op::new(&self.socket.0, Interest::Writable, move |_: &core::Socket| {
            core.flush().map(Done::new)
        })
    }

    /// Gives up what is not sent. The buffers come back as [`completions`](Self::completions),
    /// each when the kernel has done with what was sent of it.
    pub fn cancel(&mut self) {
        self.core.cancel();
    }

    /// Takes the buffers that the kernel has done with since the last time. Waits for nothing.
    ///
    /// # Errors
    /// What the error queue cannot be read with.
    pub fn completions(&mut self) -> io::Result<impl Iterator<Item = Completion<B>> + '_> {
        self.core.completions()
    }

    /// Waits until [`completions`](Self::completions) has a buffer to give back, or none is in the
    /// kernel's hands.
    ///
    /// # Errors
    /// What the error queue cannot be read with.
    ///
    /// # Cancel safety
    /// A dropped wait loses nothing.
    pub fn wait(
        &mut self,
    ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin + use<'_, 's, B>> {
        let core = &mut self.core;
        Op::new(&self.socket.0, Interest::Error, move |_: &core::Socket| core.wait().map(Done::new))
    }

    /// Sends what was pushed, and waits until the kernel has done with all of it, within one
    /// timeout of the socket for the whole: then the peer has acknowledged every byte.
    /// [`completions`](Self::completions) has the buffers.
    ///
    /// # Errors
    /// As [`flush`](Self::flush), and as [`wait`](Self::wait).
    ///
    /// # Cancel safety
    /// As [`flush`](Self::flush).
    pub async fn finish(&mut self) -> io::Result<()> {
        let end = match self.socket.timeout() {
            None | Some(Duration::ZERO) => None,
            Some(timeout) => Instant::now().checked_add(timeout),
        };
        until(end, self.flush()).await?;
        let core = &mut self.core;
        let all = move |_: &core::Socket| core.finish().map(Done::new);
        until(end, Op::new(&self.socket.0, Interest::Error, all)).await
    }

    /// How many buffers the kernel still reads.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.core.in_flight()
    }
}

/// An operation that ends then, or as its socket says.
fn until<A: Attempt>(end: Option<Instant>, operation: Op<'_, A>) -> Op<'_, A> {
    match end {
        None => operation,
        Some(end) => operation.deadline(end),
    }
}

impl<B: AsRef<[u8]> + 'static> fmt::Debug for ZeroCopy<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}
