//! What does not wait: the `try_` functions, and the `poll_` functions of stream traits.

use super::operations::is_ready;
use super::{Socket, Spoken, room};
use crate::driver::Done;
use crate::op::Polling;
#[cfg(feature = "codec")]
use crate::op::SendTo;
use crate::op::poll_once;
#[cfg(feature = "codec")]
use berkeley_core::Received;
use berkeley_core::{self as core, Address, Interest, Kind, MsgFlags, ToAddress};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::task::{Context, Poll};
use std::time::Duration;

impl Socket {
    /// Receives if that can be done at once.
    ///
    /// # Errors
    /// As [`recv`](Self::recv); `WouldBlock`.
    pub fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.core().recv(buffer)
    }

    /// Receives a message if that can be done at once.
    ///
    /// # Errors
    /// As [`recv_from`](Self::recv_from); `WouldBlock`.
    pub fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        self.try_recv_from_as(buffer, MsgFlags::empty())
    }

    pub(crate) fn try_recv_from_as<A: Spoken>(
        &self,
        buffer: &mut [u8],
        flags: MsgFlags,
    ) -> io::Result<(usize, A)> {
        let (n, from) = self.core().recv_from_with_flags(buffer, flags)?;
        Ok((n, A::read(from)?))
    }

    /// Receives into several buffers if that can be done at once.
    ///
    /// # Errors
    /// As [`recv_vectored`](Self::recv_vectored); `WouldBlock`.
    pub fn try_recv_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.core().recv_vectored(buffers)
    }

    /// Sends if that can be done at once.
    ///
    /// # Errors
    /// As [`send`](Self::send); `WouldBlock`.
    pub fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        self.core().send(bytes)
    }

    /// Sends several buffers if that can be done at once.
    ///
    /// # Errors
    /// As [`send_vectored`](Self::send_vectored); `WouldBlock`.
    pub fn try_send_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.core().send_vectored(buffers)
    }

    /// Sends a message to `address` if that can be done at once.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to); `WouldBlock`.
    pub fn try_send_to(&self, bytes: &[u8], address: impl ToAddress) -> io::Result<usize> {
        self.core().send_to(bytes, address)
    }

    /// Takes the next connection if there is one.
    ///
    /// # Errors
    /// As [`accept`](Self::accept); `WouldBlock`.
    pub fn try_accept(&self) -> io::Result<(Self, Address)> {
        self.try_accept_as(|socket| socket)
    }

    pub(crate) fn try_accept_as<S, A: Spoken>(&self, wrap: fn(Self) -> S) -> io::Result<(S, A)> {
        let (accepted, address) = self.core().accept_with_timeout(Some(Duration::ZERO))?;
        let socket = Self::adopt(accepted, core::default_timeout());
        // The kernel copies the option.
        if self.0.lingers() {
            socket.0.set_lingers();
        }
        Ok((wrap(socket), A::read(Some(address))?))
    }

    /// [`accept`](Self::accept) as a poll function. Of several tasks that poll, the last is woken.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self, Address)>> {
        self.poll_accept_as(cx, |socket| socket)
    }

    pub(crate) fn poll_accept_as<S, A: Spoken>(
        &self,
        cx: &mut Context<'_>,
        wrap: fn(Self) -> S,
    ) -> Poll<io::Result<(S, A)>> {
        poll_once(&self.0, Interest::Readable, cx, |_| self.try_accept_as(wrap).map(Done::new))
    }

    /// Has `operation` done at once. It is here because tokio has it: nothing is asked or
    /// remembered of readiness.
    ///
    /// # Errors
    /// Those of `operation`.
    pub fn try_io<T>(
        &self,
        _: Interest,
        operation: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        operation()
    }

    /// [`ready`](Self::ready) as a poll function. Of several tasks that poll for one direction,
    /// the last is woken.
    ///
    /// # Errors
    /// As [`ready`](Self::ready).
    pub fn poll_ready(&self, cx: &mut Context<'_>, interest: Interest) -> Poll<io::Result<()>> {
        poll_once(&self.0, interest, cx, move |core| is_ready(core, interest))
    }

    /// [`recv_from`](Self::recv_from) as a poll function. Of several tasks that poll, the last is
    /// woken.
    ///
    /// # Errors
    /// As [`recv_from`](Self::recv_from).
    pub fn poll_recv_from(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<(usize, Option<Address>)>> {
        self.poll_recv_from_as(cx, buffer, MsgFlags::empty())
    }

    pub(crate) fn poll_recv_from_as<A: Spoken>(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
        flags: MsgFlags,
    ) -> Poll<io::Result<(usize, A)>> {
        poll_once(&self.0, Interest::Readable, cx, |core| {
            let (n, from) = core.recv_from_with_flags(buffer, flags)?;
            Ok(Done::new((n, A::read(from)?)))
        })
    }

    /// [`recv`](Self::recv) as a poll function. Of several tasks that poll, the last is woken.
    /// The socket's timeout counts from the first poll that waits, also when that receive or send
    /// was then given up for another.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn poll_recv(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let drains = self.0.short_receive_drains();
        poll_once(&self.0, Interest::Readable, cx, |core| {
            let n = core.recv(buffer)?;
            Ok(Done { value: n, short: drains && n > 0 && n < buffer.len() })
        })
    }

    /// As [`poll_recv`](Self::poll_recv), into memory that need not be initialised: the bytes
    /// counted are.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn poll_recv_uninit(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [MaybeUninit<u8>],
    ) -> Poll<io::Result<usize>> {
        let drains = self.0.short_receive_drains();
        poll_once(&self.0, Interest::Readable, cx, |core| {
            let n = core.recv_uninit(buffer, MsgFlags::empty())?;
            Ok(Done { value: n, short: drains && n > 0 && n < buffer.len() })
        })
    }

    /// [`recv_vectored`](Self::recv_vectored) as a poll function.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn poll_recv_vectored(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let drains = self.0.short_receive_drains();
        poll_once(&self.0, Interest::Readable, cx, |core| {
            let n = core.recv_vectored(buffers)?;
            Ok(Done { value: n, short: drains && n > 0 && n < room(core, buffers) })
        })
    }

    /// [`send`](Self::send) as a poll function. Of several tasks that poll, the last is woken.
    /// The socket's timeout counts from the first poll that waits, also when that receive or send
    /// was then given up for another.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn poll_send(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        poll_once(&self.0, Interest::Writable, cx, |core| {
            let n = core.send(bytes)?;
            Ok(Done { value: n, short: n < bytes.len() && core.kind() == Kind::STREAM })
        })
    }

    /// [`send_to`](Self::send_to) as a poll function, to a receiver that tells when it has room,
    /// which Unix datagram sockets do not.
    pub(crate) fn poll_send_to(
        &self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        address: impl ToAddress,
    ) -> Poll<io::Result<usize>> {
        let address = address.to_address()?;
        poll_once(&self.0, Interest::Writable, cx, |core| {
            core.send_to(bytes, address).map(Done::new)
        })
    }

    /// Accepts as a poll function whose state is kept by the caller, who has to
    /// [`leave`](Self::leave).
    pub(crate) fn poll_accept_kept<S, A: Spoken>(
        &self,
        accepting: &mut Polling,
        cx: &mut Context<'_>,
        wrap: fn(Self) -> S,
    ) -> Poll<io::Result<(S, A)>> {
        accepting.poll(&self.0, Interest::Readable, cx, &mut |_: &core::Socket| {
            self.try_accept_as(wrap).map(Done::new)
        })
    }

    /// Ends the wait of a poll function whose state the caller has kept.
    pub(crate) fn leave(&self, interest: Interest, polling: &Polling) {
        polling.leave(&self.0, interest);
    }

    /// Receives a message and tells whether it was cut, as a poll function whose state is kept by
    /// the caller, who has to [`leave`](Self::leave).
    #[cfg(feature = "codec")]
    pub(crate) fn poll_recv_message(
        &self,
        receiving: &mut Polling,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<Received>> {
        self.require_messages()?;
        receiving.poll(&self.0, Interest::Readable, cx, &mut |core: &core::Socket| {
            core.recv_from_vectored(buffers, MsgFlags::empty()).map(Done::new)
        })
    }

    /// Sends a message, to the peer if no address is given, as a poll function whose state is kept
    /// by the caller, as for [`poll_recv_message`](Self::poll_recv_message): it waits for receivers
    /// that do not tell when they have room, too.
    #[cfg(feature = "codec")]
    pub(crate) fn poll_send_message(
        &self,
        sending: &mut Polling,
        cx: &mut Context<'_>,
        bytes: &[u8],
        address: Option<Address>,
    ) -> Poll<io::Result<usize>> {
        self.require_messages()?;
        let mut attempt = SendTo::new(address.is_some(), |core: &core::Socket| {
            let sent = match address {
                Some(address) => core.send_to(bytes, address),
                None => core.send(bytes),
            };
            sent.map(Done::new)
        });
        sending.poll(&self.0, Interest::Writable, cx, &mut attempt)
    }

    #[cfg(feature = "codec")]
    fn require_messages(&self) -> io::Result<()> {
        if self.kind() != Kind::STREAM {
            return Ok(());
        }
        let reason = "a stream keeps no messages apart: frame it by tokio_util::codec::Framed";
        Err(io::Error::new(io::ErrorKind::InvalidInput, reason))
    }

    /// [`send_vectored`](Self::send_vectored) as a poll function.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn poll_send_vectored(
        &self,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        poll_once(&self.0, Interest::Writable, cx, |core| {
            core.send_vectored(buffers).map(Done::new)
        })
    }
}
