//! The operations that are awaited.

use super::{Socket, Spoken, receives, room};
use crate::driver::Done;
use crate::op::{Attempt, Connect, Op, SendAll, SendTo};
use berkeley_core::{self as core, Address, Interest, Kind, MsgFlags, Received, ToAddress};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::time::Duration;

impl Socket {
    /// Takes the next connection: accept4(2). The new socket has the process-wide
    /// [`default_timeout`](core::default_timeout).
    ///
    /// A loop of these has to tell errors that pass from errors that stay:
    /// [`Incoming`](crate::Incoming) does.
    ///
    /// # Errors
    /// As [`core::Socket::accept`].
    ///
    /// # Cancel safety
    /// A dropped accept has taken no connection.
    pub fn accept(
        &self,
    ) -> Op<'_, impl Attempt<Output = (Self, Address), Error = io::Error> + Unpin + use<'_>> {
        self.accept_as::<Self, Address>(|socket| socket)
    }

    /// Takes the next connection as another type.
    pub(crate) fn accept_as<S, A: Spoken>(
        &self,
        wrap: fn(Self) -> S,
    ) -> Op<'_, impl Attempt<Output = (S, A), Error = io::Error> + Unpin + use<'_, S, A>> {
        self.op(Interest::Readable, move |_: &core::Socket| self.try_accept_as(wrap).map(Done::new))
    }

    /// Connects to a peer: connect(2).
    ///
    /// Also waits where a Unix listener has no room yet, for which the kernel has no event: it is
    /// asked again and again then, up to 50 ms apart.
    ///
    /// # Errors
    /// As [`core::Socket::connect`]: without waiting, `EINPROGRESS` says that the connect goes on.
    ///
    /// # Cancel safety
    /// A dropped connect may have begun, and goes on in the kernel: close the socket, or ask
    /// [`finish_connect`](Self::finish_connect).
    pub fn connect(&self, address: impl ToAddress) -> Op<'_, Connect> {
        Op::new(
            &self.0,
            Interest::Writable,
            Connect::new(address.to_address(), self.trace().clone()),
        )
    }

    /// An operation of a typed socket.
    #[cfg(linux_like)]
    pub(crate) fn operation<A: Attempt>(&self, interest: Interest, attempt: A) -> Op<'_, A> {
        self.op(interest, attempt)
    }

    /// Connects where that never waits.
    pub(crate) fn connect_now(&self, address: impl ToAddress) -> io::Result<()> {
        self.core().connect(address)
    }

    /// Whether a connect that was begun and then dropped has succeeded; `false` while it goes on.
    ///
    /// # Errors
    /// Why it failed.
    pub fn finish_connect(&self) -> io::Result<bool> {
        self.core().finish_connect()
    }

    /// Receives into `buffer` and returns how many bytes came: recv(2).
    ///
    /// Of a stream, 0 is its end (or an empty buffer). Of a datagram, what does not fit is lost.
    ///
    /// # Errors
    /// As [`core::Socket::recv`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    #[inline]
    pub fn recv<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        let drains = self.0.short_receive_drains();
        self.op(Interest::Readable, move |core: &core::Socket| {
            let n = core.recv(buffer)?;
            Ok(Done { value: n, short: drains && n > 0 && n < buffer.len() })
        })
    }

    /// Receives with flags.
    ///
    /// # Errors
    /// As [`core::Socket::recv_with_flags`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_with_flags<'a>(
        &'a self,
        buffer: &'a mut [u8],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.op(receives(flags), move |core: &core::Socket| {
            core.recv_with_flags(buffer, flags).map(Done::new)
        })
        .with_flags(flags)
    }

    /// Receives into memory that need not be initialised, and returns how many bytes at its start
    /// are initialised now.
    ///
    /// # Errors
    /// As [`core::Socket::recv_uninit`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_uninit<'a>(
        &'a self,
        buffer: &'a mut [MaybeUninit<u8>],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.op(receives(flags), move |core: &core::Socket| {
            core.recv_uninit(buffer, flags).map(Done::new)
        })
        .with_flags(flags)
    }

    /// Receives into several buffers, one after another: recvmsg(2).
    ///
    /// # Errors
    /// As [`core::Socket::recv_vectored`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_vectored<'a, 'b>(
        &'a self,
        buffers: &'a mut [IoSliceMut<'b>],
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, 'b>> {
        let drains = self.0.short_receive_drains();
        self.op(Interest::Readable, move |core: &core::Socket| {
            let n = core.recv_vectored(buffers)?;
            Ok(Done { value: n, short: drains && n > 0 && n < room(core, buffers) })
        })
    }

    /// Receives one message, and where it came from: recvfrom(2).
    ///
    /// # Errors
    /// As [`core::Socket::recv_from`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_from<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = (usize, Option<Address>), Error = io::Error> + Unpin + use<'a>>
    {
        self.recv_from_as(buffer, MsgFlags::empty())
    }

    /// Receives one message with flags, and where it came from.
    ///
    /// # Errors
    /// As [`core::Socket::recv_from`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_from_with_flags<'a>(
        &'a self,
        buffer: &'a mut [u8],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = (usize, Option<Address>), Error = io::Error> + Unpin + use<'a>>
    {
        self.recv_from_as(buffer, flags)
    }

    /// Receives one message, and an address of another type.
    pub(crate) fn recv_from_as<'a, A: Spoken>(
        &'a self,
        buffer: &'a mut [u8],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = (usize, A), Error = io::Error> + Unpin + use<'a, A>> {
        self.op(receives(flags), move |core: &core::Socket| {
            let (n, from) = core.recv_from_with_flags(buffer, flags)?;
            Ok(Done::new((n, A::read(from)?)))
        })
        .with_flags(flags)
    }

    /// Receives one message into several buffers, and tells where it came from and whether it was
    /// cut: recvmsg(2).
    ///
    /// # Errors
    /// As [`core::Socket::recv_from_vectored`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_from_vectored<'a, 'b>(
        &'a self,
        buffers: &'a mut [IoSliceMut<'b>],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = Received, Error = io::Error> + Unpin + use<'a, 'b>> {
        self.op(receives(flags), move |core: &core::Socket| {
            core.recv_from_vectored(buffers, flags).map(Done::new)
        })
        .with_flags(flags)
    }

    /// Sends and returns how many bytes the kernel took: send(2).
    ///
    /// # Errors
    /// As [`core::Socket::send`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    #[inline]
    pub fn send<'a>(
        &'a self,
        bytes: &'a [u8],
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.send_with_flags(bytes, MsgFlags::empty())
    }

    /// Sends with flags.
    ///
    /// # Errors
    /// As [`core::Socket::send`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    #[inline]
    pub fn send_with_flags<'a>(
        &'a self,
        bytes: &'a [u8],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.op(Interest::Writable, move |core: &core::Socket| {
            let n = core.send_with_flags(bytes, flags)?;
            Ok(Done { value: n, short: n < bytes.len() && core.kind() == Kind::STREAM })
        })
        .with_flags(flags)
    }

    /// Sends all of `bytes`, within one timeout for the whole.
    ///
    /// # Errors
    /// As [`core::Socket::send_all`]: [`SendAllError::sent`](core::SendAllError::sent) tells how
    /// many bytes went before.
    ///
    /// # Cancel safety
    /// A dropped `send_all` may have sent a part: poll it by reference and ask
    /// [`Op::sent`](Op::<SendAll>::sent) before it goes.
    #[inline]
    pub fn send_all<'a>(&'a self, bytes: &'a [u8]) -> Op<'a, SendAll<'a>> {
        self.send_all_with_flags(bytes, MsgFlags::empty())
    }

    /// Sends all of `bytes` with flags.
    ///
    /// # Errors
    /// As [`send_all`](Self::send_all).
    ///
    /// # Cancel safety
    /// As [`send_all`](Self::send_all).
    #[inline]
    pub fn send_all_with_flags<'a>(
        &'a self,
        bytes: &'a [u8],
        flags: MsgFlags,
    ) -> Op<'a, SendAll<'a>> {
        self.op(Interest::Writable, SendAll::new(bytes, flags)).with_flags(flags)
    }

    /// Sends several buffers as one message, or one stretch of a stream: sendmsg(2).
    ///
    /// # Errors
    /// As [`core::Socket::send_vectored`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_vectored<'a, 'b>(
        &'a self,
        buffers: &'a [IoSlice<'b>],
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, 'b>> {
        self.send_vectored_with_flags(buffers, MsgFlags::empty())
    }

    /// Sends several buffers with flags.
    ///
    /// # Errors
    /// As [`core::Socket::send_vectored`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_vectored_with_flags<'a, 'b>(
        &'a self,
        buffers: &'a [IoSlice<'b>],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, 'b>> {
        self.op(Interest::Writable, move |core: &core::Socket| {
            core.send_vectored_with_flags(buffers, flags).map(Done::new)
        })
        .with_flags(flags)
    }

    /// Sends one message to `address`: sendto(2).
    ///
    /// # Errors
    /// As [`core::Socket::send_to`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_to<'a, D: ToAddress>(
        &'a self,
        bytes: &'a [u8],
        address: D,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, D>> {
        self.send_to_with_flags(bytes, MsgFlags::empty(), address)
    }

    /// Sends one message to `address` with flags.
    ///
    /// # Errors
    /// As [`core::Socket::send_to`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_to_with_flags<'a, D: ToAddress>(
        &'a self,
        bytes: &'a [u8],
        flags: MsgFlags,
        address: D,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, D>> {
        let address = Destination::new(&address);
        let attempt = SendTo::new(true, move |core: &core::Socket| {
            core.send_to_with_flags(bytes, flags, address.get()?).map(Done::new)
        });
        self.op(Interest::Writable, attempt).with_flags(flags)
    }

    /// Sends several buffers as one message to `address`: sendmsg(2).
    ///
    /// # Errors
    /// As [`core::Socket::send_to`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_to_vectored<'a, 'b, D: ToAddress>(
        &'a self,
        buffers: &'a [IoSlice<'b>],
        flags: MsgFlags,
        address: D,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, 'b, D>> {
        let address = Destination::new(&address);
        let attempt = SendTo::new(true, move |core: &core::Socket| {
            core.send_to_vectored(buffers, flags, address.get()?).map(Done::new)
        });
        self.op(Interest::Writable, attempt).with_flags(flags)
    }

    /// Waits until the socket is ready, or has an error to tell: then an operation can be done at
    /// once, unless another task is faster. Asks the kernel (poll(2)) before and after each wait.
    ///
    /// # Errors
    /// When the descriptor cannot be polled.
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub fn ready(
        &self,
        interest: Interest,
    ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin + use<'_>> {
        self.op(interest, move |core: &core::Socket| is_ready(core, interest))
    }

    /// Waits until `operation` does not fail with `WouldBlock`: for system calls that this crate
    /// does not make, on a descriptor of this socket, which is non-blocking.
    ///
    /// # Errors
    /// Those of `operation`.
    ///
    /// # Cancel safety
    /// Dropped, `operation` has not succeeded.
    pub fn async_io<'a, T>(
        &'a self,
        interest: Interest,
        mut operation: impl FnMut() -> io::Result<T> + Unpin + 'a,
    ) -> Op<'a, impl Attempt<Output = T, Error = io::Error> + Unpin> {
        self.op(interest, move |_: &core::Socket| operation().map(Done::new))
    }

    /// Waits until there is something to receive or accept, or an end or error to learn of.
    ///
    /// # Errors
    /// As [`ready`](Self::ready).
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub fn readable(
        &self,
    ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin + use<'_>> {
        self.ready(Interest::Readable)
    }

    /// Waits until there is room to send, or an error to learn of.
    ///
    /// # Errors
    /// As [`ready`](Self::ready).
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub fn writable(
        &self,
    ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin + use<'_>> {
        self.ready(Interest::Writable)
    }

    /// Waits until the peer has closed the connection or its sending half, without receiving: data
    /// that came before it is still there. The socket's timeout does not bound this.
    ///
    /// # Errors
    /// When the socket cannot be registered with a reactor.
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub async fn peer_closed(&self) -> io::Result<()> {
        self.0.readiness().peer_closed(self.core()).await
    }
}

pub(super) fn is_ready(core: &core::Socket, interest: Interest) -> io::Result<Done<()>> {
    match core.wait(interest, Some(Duration::ZERO))? {
        true => Ok(Done::new(())),
        false => Err(io::ErrorKind::WouldBlock.into()),
    }
}

/// An address that was given before the operation could report that it is none.
struct Destination(io::Result<Address>);

impl Destination {
    fn new(address: &impl ToAddress) -> Self {
        Self(address.to_address())
    }

    fn get(&self) -> io::Result<Address> {
        match &self.0 {
            Ok(address) => Ok(*address),
            Err(e) => Err(io::Error::new(e.kind(), e.to_string())),
        }
    }
}
