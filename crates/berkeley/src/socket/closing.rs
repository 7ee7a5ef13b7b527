//! The end of a connection, which never keeps a worker waiting.

use super::Socket;
use crate::driver::Done;
use crate::op::{Attempt, Op, RetryAfter};
use berkeley_core::option::{SocketOption, socket::Linger};
use berkeley_core::{self as core, Interest, Shutdown};
use std::io::{self, ErrorKind};

/// The option that would have a close wait.
pub(super) const LINGER: (i32, i32) = (Linger::LEVEL, Linger::NAME);

/// # The end of a connection
///
/// None of these keeps the thread, whatever `SO_LINGER` says:
///
/// | | what was sent | what the peer sees | tells |
/// |---|---|---|---|
/// | drop, [`close`](Self::close) | the kernel goes on sending it | the end of the stream | nothing |
/// | … with data that was not received | thrown away | a reset | nothing |
/// | [`shutdown(Write)`](Self::shutdown) | the kernel goes on sending it | the end; receiving goes on | nothing |
/// | [`finish`](Self::finish)`.await` | awaited | the end | that all has been acknowledged |
/// | then [`peer_closed`](Self::peer_closed)`.await` | | | that the peer has ended too |
/// | [`abort`](Self::abort) | thrown away | a reset | nothing |
///
/// Only [`berkeley_core`]'s sockets wait in a close for `SO_LINGER`: here a time of more than zero
/// is taken off before, and the kernel then does without it what it would have done after it.
/// [`into_core`](Self::into_core) gives one that waits.
impl Socket {
    /// Closes the socket: close(2). Dropping it does the same, silently. Neither waits:
    /// `SO_LINGER` of more than zero is taken off first, from duplicates as well.
    ///
    /// # Errors
    /// As [`core::Socket::close`].
    pub fn close(self) -> io::Result<()> {
        self.0.stop_lingering();
        self.0.into_core().close()
    }

    /// Ends the sending, and waits until the peer has acknowledged all that was sent: what a close
    /// with `SO_LINGER` does, without a thread that waits. (A Unix peer has received it then.)
    ///
    /// What the peer still sends is received and thrown away, so that a peer which sends before it
    /// reads gets on, and so that the close resets nothing. Give it a deadline: a peer that does
    /// not read holds it for ever, and one that does not stop sending may. Late or not, the sending
    /// has ended; [`send_queue`](Self::send_queue) tells how much has not arrived.
    ///
    /// ```
    /// # use berkeley::TcpStream;
    /// # use std::time::Duration;
    /// # async fn answer(stream: TcpStream) -> std::io::Result<()> {
    /// stream.send_all(b"the answer").await?;
    /// stream.finish().timeout(Duration::from_secs(5)).await?; // the peer has all of it
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `TimedOut` when not all was acknowledged in time; `ConnectionReset` or `NotConnected` when
    /// the connection is gone, and with it what had not arrived. As [`core::Socket::send_queue`]
    /// when the family cannot tell.
    ///
    /// # Cancel safety
    /// A dropped `finish` may have ended the sending, and thrown away what came.
    pub fn finish(&self) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin + use<'_>> {
        // Once the sending has ended, every event comes with writability: that of an acknowledged
        // end, of data, of a reset.
        self.op(Interest::Writable, Finish { begun: false, complete: false })
    }

    /// Resets a TCP connection at once: what was not sent is thrown away, the peer and whoever
    /// waits on this socket get `ConnectionReset`. Then drop it. A connection of another family is
    /// shut down in both directions.
    ///
    /// # Errors
    /// As [`core::Socket::abort`].
    pub fn abort(&self) -> io::Result<()> {
        self.core().abort()
    }

    /// How many bytes of what was sent have not arrived.
    ///
    /// # Errors
    /// As [`core::Socket::send_queue`].
    pub fn send_queue(&self) -> io::Result<usize> {
        self.core().send_queue()
    }
}

/// [`Socket::finish`].
#[derive(Debug)]
struct Finish {
    /// The sending has been ended.
    begun: bool,
    complete: bool,
}

impl Attempt for Finish {
    type Output = ();
    type Error = io::Error;

    fn attempt(&mut self, socket: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<()>> {
        if !self.begun {
            socket.shutdown(Shutdown::Write)?;
            self.begun = true;
        }
        let mut buffer = [0; 16 * 1024];
        match socket.recv(&mut buffer) {
            Ok(1..) => return Ok(Done::new(())), // A step: there may be more.
            Err(e) if e.kind() != ErrorKind::WouldBlock => return Err(e),
            Ok(0) | Err(_) => {}
        }
        if socket.send_queue()? > 0 {
            // Fails when the connection is gone, which nobody else will tell.
            let Err(gone) = socket.peer_addr() else { return Err(ErrorKind::WouldBlock.into()) };
            // Unless it went because everything has been acknowledged meanwhile.
            if socket.send_queue()? > 0 {
                return Err(gone);
            }
        }
        self.complete = true;
        Ok(Done::new(()))
    }

    fn is_complete(&self) -> bool {
        self.complete
    }

    fn fail(&self, error: io::Error) -> io::Error {
        error
    }
}
