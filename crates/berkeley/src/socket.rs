//! [`Socket`]: the core's methods as futures.

use crate::clock::Timeout;
use crate::driver::{Done, Readiness};
use crate::listen::Incoming;
use crate::op::{Attempt, Connect, Op, SendAll, poll_once};
use berkeley_core::option::{Codec, Readable, SocketOption, Writable};
use berkeley_core::{
    self as core, Address, Family, Interest, Kind, MsgFlags, Protocol, Received, Shutdown,
    ToAddress,
};
use std::fmt;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::task::{Context, Poll};
use std::time::Duration;

/// A socket of any family and kind whose operations are awaited.
///
/// The same methods as [`berkeley_core::Socket`], with an [`Op`] for a result wherever one can
/// wait: await it, or say first how long it may take. The three modes are here:
///
/// | [`timeout`](Self::set_timeout) | an operation that cannot be done at once |
/// |---|---|
/// | `None`, as at first unless [`default_timeout`](core::default_timeout) is set | waits |
/// | `Some(Duration::ZERO)` | fails with `WouldBlock` in its first poll |
/// | `Some(time)` | waits no longer than that, then fails with `TimedOut` |
///
/// Sockets are `Send + Sync` and their operations take `&self`: any number of tasks may wait on
/// either direction. Where readiness comes from is decided when a socket first waits: from the
/// worker of our own [runtime](crate::runtime), from tokio's reactor inside tokio (feature
/// `tokio`), or from one thread in the background.
///
/// ```
/// use berkeley::{Family, Kind, Protocol, Socket};
/// use std::time::Duration;
///
/// # fn main() -> std::io::Result<()> {
/// berkeley::block_on(async {
///     let (a, b) = Socket::pair(Family::UNIX, Kind::SEQPACKET, Protocol::DEFAULT)?;
///     a.send(b"one record").await?;
///     let mut buffer = [0; 64];
///     assert_eq!(b.recv(&mut buffer).await?, 10);
///     let late = b.recv(&mut buffer).timeout(Duration::from_millis(1)).await.unwrap_err();
///     assert_eq!(late.kind(), std::io::ErrorKind::TimedOut);
///     Ok(())
/// })
/// # }
/// ```
pub struct Socket {
    // Ends before the descriptor does.
    readiness: Readiness,
    core: core::Socket,
    timeout: Timeout,
    /// The deadlines of poll functions that wait, readers' and writers'.
    poll_deadlines: [Timeout; 2],
    /// Whether a receive that leaves room in its buffer has emptied the kernel's.
    short_receive_drains: bool,
    /// Whether a send can find the receiver without room, and no event tells when it has some:
    /// so it is where the receiver is named in each send.
    room_is_unannounced: bool,
}

impl Socket {
    /// Makes a socket: socket(2).
    ///
    /// # Errors
    /// As [`core::Socket::new`].
    pub fn new(family: Family, kind: Kind, protocol: Protocol) -> io::Result<Self> {
        let core = core::Socket::with_timeout(family, kind, protocol, Some(Duration::ZERO))?;
        Ok(Self::adopt(core, core::default_timeout()))
    }

    /// Makes two sockets connected to each other: socketpair(2).
    ///
    /// # Errors
    /// As [`core::Socket::pair`].
    pub fn pair(family: Family, kind: Kind, protocol: Protocol) -> io::Result<(Self, Self)> {
        let timeout = core::default_timeout();
        let (a, b) = core::Socket::pair_with_timeout(family, kind, protocol, Some(Duration::ZERO))?;
        Ok((Self::adopt(a, timeout), Self::adopt(b, timeout)))
    }

    /// Adopts a socket of the core. It becomes non-blocking, as does every other descriptor for
    /// it; its timeout becomes that of the operations here, where it was none or more than zero.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be set.
    pub fn from_core(core: core::Socket) -> io::Result<Self> {
        let timeout = core.timeout().filter(|timeout| !timeout.is_zero());
        core.set_timeout(Some(Duration::ZERO))?;
        Ok(Self::adopt(core, timeout))
    }

    /// Adopts a descriptor, and asks the kernel what it is. It becomes non-blocking, as does
    /// every other descriptor for the same socket.
    ///
    /// # Errors
    /// `ENOTSOCK` when the descriptor is no socket. The descriptor is closed then.
    pub fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        Self::from_core(core::Socket::from_fd(fd)?)
    }

    /// Takes a socket that is non-blocking already.
    fn adopt(core: core::Socket, timeout: Option<Duration>) -> Self {
        let is_tcp = core.kind() == Kind::STREAM
            && matches!(core.family(), Family::INET | Family::INET6)
            && matches!(core.protocol(), Protocol::DEFAULT | Protocol::TCP);
        let is_unix_datagram = core.family() == Family::UNIX && core.kind() == Kind::DGRAM;
        Self {
            readiness: Readiness::default(),
            core,
            timeout: Timeout::new(timeout),
            poll_deadlines: [Timeout::new(None), Timeout::new(None)],
            // Not so for other streams: one of Unix stops at a message that carries descriptors.
            short_receive_drains: is_tcp,
            room_is_unannounced: is_unix_datagram,
        }
    }

    /// Gives the socket up to the core, non-blocking.
    #[must_use]
    pub fn into_core(self) -> core::Socket {
        let Self { readiness, core, .. } = self;
        readiness.outlived();
        drop(readiness);
        core
    }

    /// Gives the descriptor up, open and non-blocking.
    #[doc(alias = "detach")]
    #[must_use]
    pub fn into_fd(self) -> OwnedFd {
        self.into_core().into_fd()
    }

    /// Another descriptor for the same socket, with the same timeout.
    ///
    /// # Errors
    /// `EMFILE` when the process has no descriptors left.
    #[doc(alias = "try_clone")]
    pub fn dup(&self) -> io::Result<Self> {
        self.readiness.outlived();
        let dup = Self::adopt(self.core.dup()?, self.timeout());
        dup.readiness.outlived();
        Ok(dup)
    }

    /// Closes the socket: close(2). Dropping it does the same, silently.
    ///
    /// # Errors
    /// As [`core::Socket::close`].
    pub fn close(self) -> io::Result<()> {
        let Self { readiness, core, .. } = self;
        drop(readiness);
        core.close()
    }

    /// The family of the socket.
    #[must_use]
    #[inline]
    pub fn family(&self) -> Family {
        self.core.family()
    }

    /// The kind of the socket.
    #[must_use]
    #[inline]
    pub fn kind(&self) -> Kind {
        self.core.kind()
    }

    /// The protocol that the socket was made with.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.core.protocol()
    }

    /// How long each operation may wait; `None` is without limit.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout.get()
    }

    /// Sets how long each later operation may wait, for which [`Op::timeout`] and
    /// [`Op::deadline`] say nothing else: `None` is without limit, zero is not at all. More than
    /// 584 years is without limit.
    pub fn set_timeout(&self, timeout: Option<Duration>) {
        self.timeout.set(timeout);
    }

    /// Reads an option: getsockopt(2).
    ///
    /// # Errors
    /// As [`core::Socket::get`].
    pub fn get<O>(&self, option: O) -> io::Result<<O::Codec as Codec>::Value>
    where
        O: SocketOption<Access: Readable>,
    {
        self.core.get(option)
    }

    /// Writes an option: setsockopt(2).
    ///
    /// # Errors
    /// As [`core::Socket::set`].
    pub fn set<O>(&self, option: O, value: <O::Codec as Codec>::Value) -> io::Result<()>
    where
        O: SocketOption<Access: Writable>,
    {
        self.core.set(option, value)
    }

    /// Reads any option into `value` and returns the part that the kernel filled.
    ///
    /// # Errors
    /// As [`core::Socket::get_raw`].
    pub fn get_raw<'v>(
        &self,
        level: i32,
        name: i32,
        value: &'v mut [u8],
    ) -> io::Result<&'v mut [u8]> {
        self.core.get_raw(level, name, value)
    }

    /// Writes any option from bytes.
    ///
    /// # Errors
    /// As [`core::Socket::set_raw`].
    pub fn set_raw(&self, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        self.core.set_raw(level, name, value)
    }

    /// The socket's own address: getsockname(2).
    ///
    /// # Errors
    /// As [`core::Socket::local_addr`].
    pub fn local_addr(&self) -> io::Result<Address> {
        self.core.local_addr()
    }

    /// The address of the socket's peer: getpeername(2).
    ///
    /// # Errors
    /// `NotConnected` when there is none.
    pub fn peer_addr(&self) -> io::Result<Address> {
        self.core.peer_addr()
    }

    /// Whether a program that this process executes keeps the descriptor.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be read.
    pub fn is_inheritable(&self) -> io::Result<bool> {
        self.core.is_inheritable()
    }

    /// Sets whether a program that this process executes keeps the descriptor.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be set.
    pub fn set_inheritable(&self, inheritable: bool) -> io::Result<()> {
        self.readiness.outlived();
        self.core.set_inheritable(inheritable)
    }

    /// Gives the socket its address: bind(2). Never waits.
    ///
    /// # Errors
    /// As [`core::Socket::bind`].
    pub fn bind(&self, address: impl ToAddress) -> io::Result<()> {
        self.core.bind(address)
    }

    /// Accepts connections from now on, of which `backlog` may wait: listen(2).
    ///
    /// # Errors
    /// As [`core::Socket::listen`].
    pub fn listen(&self, backlog: i32) -> io::Result<()> {
        self.core.listen(backlog)
    }

    /// Ends one half of the connection, or both: shutdown(2). Operations that wait on that half
    /// end. Never waits.
    ///
    /// # Errors
    /// `NotConnected` when there is no connection.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.core.shutdown(how)
    }

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
        Op::new(self, Interest::Readable, move |core: &core::Socket| {
            let (accepted, address) = core.accept_with_timeout(Some(Duration::ZERO))?;
            Ok(Done::new((Self::adopt(accepted, core::default_timeout()), address)))
        })
    }

    /// The connections of a listener one after another, through all errors that pass.
    #[must_use]
    pub fn incoming(&self) -> Incoming<'_, Self> {
        Incoming::new(self, |socket| socket)
    }

    /// Connects to a peer: connect(2).
    ///
    /// Also waits where a Unix listener has no room yet, for which the kernel has no event: it is
    /// asked again and again then, up to 50 ms apart.
    ///
    /// # Errors
    /// As [`core::Socket::connect`].
    ///
    /// # Cancel safety
    /// A dropped connect may have begun, and goes on in the kernel: close the socket, or ask
    /// [`finish_connect`](Self::finish_connect).
    pub fn connect(&self, address: impl ToAddress) -> Op<'_, Connect> {
        Op::new(self, Interest::Writable, Connect::new(address.to_address()))
    }

    /// Whether a connect that was begun and then dropped has succeeded; `false` while it goes on.
    ///
    /// # Errors
    /// Why it failed.
    pub fn finish_connect(&self) -> io::Result<bool> {
        self.core.finish_connect()
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
        let drains = self.short_receive_drains;
        Op::new(self, Interest::Readable, move |core: &core::Socket| {
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
        Op::new(self, Interest::Readable, move |core: &core::Socket| {
            core.recv_with_flags(buffer, flags).map(Done::new)
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
        let drains = self.short_receive_drains;
        Op::new(self, Interest::Readable, move |core: &core::Socket| {
            let n = core.recv_vectored(buffers)?;
            Ok(Done { value: n, short: drains && n > 0 && n < total(buffers) })
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
        self.recv_from_with_flags(buffer, MsgFlags::empty())
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
        Op::new(self, Interest::Readable, move |core: &core::Socket| {
            core.recv_from_with_flags(buffer, flags).map(Done::new)
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
        Op::new(self, Interest::Readable, move |core: &core::Socket| {
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
        Op::new(self, Interest::Writable, move |core: &core::Socket| {
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
        Op::new(self, Interest::Writable, SendAll::new(bytes, flags)).with_flags(flags)
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
        Op::new(self, Interest::Writable, move |core: &core::Socket| {
            core.send_vectored(buffers).map(Done::new)
        })
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
        Op::new(self, Interest::Writable, move |core: &core::Socket| {
            core.send_to_with_flags(bytes, flags, address.get()?).map(Done::new)
        })
        .with_flags(flags)
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
        Op::new(self, Interest::Writable, move |core: &core::Socket| {
            core.send_to_vectored(buffers, flags, address.get()?).map(Done::new)
        })
        .with_flags(flags)
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
        Op::new(self, interest, move |core: &core::Socket| {
            if core.wait(interest, Some(Duration::ZERO))? {
                Ok(Done::new(()))
            } else {
                Err(io::ErrorKind::WouldBlock.into())
            }
        })
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
        self.readiness.peer_closed(&self.core).await
    }

    /// Receives if that can be done at once.
    ///
    /// # Errors
    /// As [`recv`](Self::recv); `WouldBlock`.
    pub fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.core.recv(buffer)
    }

    /// Receives a message if that can be done at once.
    ///
    /// # Errors
    /// As [`recv_from`](Self::recv_from); `WouldBlock`.
    pub fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        self.core.recv_from(buffer)
    }

    /// Sends if that can be done at once.
    ///
    /// # Errors
    /// As [`send`](Self::send); `WouldBlock`.
    pub fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        self.core.send(bytes)
    }

    /// Sends a message to `address` if that can be done at once.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to); `WouldBlock`.
    pub fn try_send_to(&self, bytes: &[u8], address: impl ToAddress) -> io::Result<usize> {
        self.core.send_to(bytes, address)
    }

    /// Takes the next connection if there is one.
    ///
    /// # Errors
    /// As [`accept`](Self::accept); `WouldBlock`.
    pub fn try_accept(&self) -> io::Result<(Self, Address)> {
        let (accepted, address) = self.core.accept_with_timeout(Some(Duration::ZERO))?;
        Ok((Self::adopt(accepted, core::default_timeout()), address))
    }

    /// [`recv`](Self::recv) as a poll function. Of several tasks that poll, the last is woken.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn poll_recv(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let drains = self.short_receive_drains;
        poll_once(self, Interest::Readable, cx, |core| {
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
        let drains = self.short_receive_drains;
        poll_once(self, Interest::Readable, cx, |core| {
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
        let drains = self.short_receive_drains;
        poll_once(self, Interest::Readable, cx, |core| {
            let n = core.recv_vectored(buffers)?;
            Ok(Done { value: n, short: drains && n > 0 && n < total(buffers) })
        })
    }

    /// [`send`](Self::send) as a poll function. Of several tasks that poll, the last is woken.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn poll_send(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        poll_once(self, Interest::Writable, cx, |core| {
            let n = core.send(bytes)?;
            Ok(Done { value: n, short: n < bytes.len() && core.kind() == Kind::STREAM })
        })
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
        poll_once(self, Interest::Writable, cx, |core| core.send_vectored(buffers).map(Done::new))
    }

    /// The end of sending, for the closing functions of stream traits: that there is no
    /// connection any more is no failure to end it.
    #[cfg(any(feature = "futures", feature = "tokio"))]
    pub(crate) fn finish_sending(&self) -> io::Result<()> {
        match self.shutdown(Shutdown::Write) {
            Err(e) if e.kind() == io::ErrorKind::NotConnected => Ok(()),
            outcome => outcome,
        }
    }

    #[inline]
    pub(crate) fn core(&self) -> &core::Socket {
        &self.core
    }

    #[inline]
    pub(crate) fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    #[inline]
    pub(crate) fn timeout_nanos(&self) -> u64 {
        self.timeout.nanos()
    }

    #[inline]
    pub(crate) fn room_is_unannounced(&self) -> bool {
        self.room_is_unannounced
    }

    pub(crate) fn poll_deadline(&self, interest: Interest) -> &Timeout {
        match interest {
            Interest::Readable => &self.poll_deadlines[0],
            Interest::Writable => &self.poll_deadlines[1],
        }
    }
}

/// How many bytes the buffers hold.
fn total(buffers: &[IoSliceMut<'_>]) -> usize {
    buffers.iter().map(|buffer| buffer.len()).sum()
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

/// The descriptor may be duplicated from here on, so the reactor will be told when it goes.
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.readiness.outlived();
        self.core.as_fd()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl From<Socket> for OwnedFd {
    fn from(socket: Socket) -> Self {
        socket.into_fd()
    }
}

impl TryFrom<OwnedFd> for Socket {
    type Error = io::Error;

    fn try_from(fd: OwnedFd) -> io::Result<Self> {
        Self::from_fd(fd)
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}

/// Itself, so that what takes anything over a socket takes a socket.
impl AsRef<Self> for Socket {
    fn as_ref(&self) -> &Self {
        self
    }
}
