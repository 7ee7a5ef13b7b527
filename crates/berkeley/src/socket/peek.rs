//! What is received and stays: `MSG_PEEK`.

use super::Socket;
use crate::op::{Attempt, Op};
use berkeley_core::{Address, MsgFlags};
use std::io;
use std::task::{Context, Poll};

impl Socket {
    /// Receives into `buffer` and leaves the data where it is: recv(2) with `MSG_PEEK`. The next
    /// receive has it again.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub fn peek<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.recv_with_flags(buffer, MsgFlags::PEEK)
    }

    /// Receives one message, and where it came from, and leaves it where it is.
    ///
    /// # Errors
    /// As [`recv_from`](Self::recv_from).
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub fn peek_from<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = (usize, Option<Address>), Error = io::Error> + Unpin + use<'a>>
    {
        self.recv_from_with_flags(buffer, MsgFlags::PEEK)
    }

    /// Peeks if there is something.
    ///
    /// # Errors
    /// As [`peek`](Self::peek); `WouldBlock`.
    pub fn try_peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.core().recv_with_flags(buffer, MsgFlags::PEEK)
    }

    /// Peeks at a message if there is one.
    ///
    /// # Errors
    /// As [`peek_from`](Self::peek_from); `WouldBlock`.
    pub fn try_peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        self.try_recv_from_as(buffer, MsgFlags::PEEK)
    }

    /// [`peek`](Self::peek) as a poll function. Of several tasks that poll, the last is woken.
    ///
    /// # Errors
    /// As [`peek`](Self::peek).
    pub fn poll_peek(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        self.poll_recv_from_as::<Option<Address>>(cx, buffer, MsgFlags::PEEK).map_ok(|(n, _)| n)
    }

    /// [`peek_from`](Self::peek_from) as a poll function. Of several tasks that poll, the last is
    /// woken.
    ///
    /// # Errors
    /// As [`peek_from`](Self::peek_from).
    pub fn poll_peek_from(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<(usize, Option<Address>)>> {
        self.poll_recv_from_as(cx, buffer, MsgFlags::PEEK)
    }
}
