//! [`Socket`]: the core's methods as futures.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | making, adopting and giving up sockets; what never waits |
//! | `closing.rs` | the end of a connection: close, finish, abort |
//! | `operations.rs` | what is awaited |
//! | `messages.rs` | messages with control data and descriptors, awaited |
//! | `transfers.rs` | batches, segments, files and pipes, awaited |
//! | `zero_copy.rs` | sends without a copy, awaited |
//! | `peek.rs` | what is received and stays |
//! | `at_once.rs` | what does not wait: the `try_` and `poll_` functions |
//! | `spoken.rs` | the addresses that a type of socket speaks of |

mod at_once;
mod closing;
mod messages;
mod operations;
mod peek;
mod spoken;
mod transfers;
#[cfg(linux_like)]
mod zero_copy;

pub(crate) use spoken::Spoken;
pub use transfers::SendFile;
#[cfg(linux_like)]
pub use transfers::SendSegmented;
#[cfg(linux_like)]
pub use zero_copy::ZeroCopy;

use crate::connections::Admission;
use crate::op::{Attempt, Op};
use crate::trace::Trace;
use crate::waitable::Waitable;
use berkeley_core::option::{Decode, Encode, Query, Readable, SocketOption, Writable};
use berkeley_core::{
    self as core, Address, Family, Interest, Kind, MsgFlags, Protocol, Shutdown, ToAddress,
};
use closing::LINGER;
use std::fmt;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

/// A socket of any family and kind whose operations are awaited.
///
/// The same methods as [`berkeley_core::Socket`], with an [`Op`](crate::Op) for a result wherever one can
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
/// `tokio`), or from one thread in the background. There it stays while that lives, and somebody
/// must drive it: a socket that waited in a tokio runtime which nobody runs any more, and nobody
/// drops, is not woken. When it has ended, the socket finds the next by itself.
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
pub struct Socket(Waitable);

impl Socket {
    /// Makes a socket: socket(2).
    ///
    /// # Errors
    /// As [`core::Socket::new`].
    pub fn new(family: Family, kind: Kind, protocol: Protocol) -> io::Result<Self> {
        let core = core::Socket::with_timeout(family, kind, protocol, Some(Duration::ZERO))?;
        Ok(Self::adopt(core, timeout_of(kind)))
    }

    /// Makes two sockets connected to each other: socketpair(2).
    ///
    /// # Errors
    /// As [`core::Socket::pair`].
    pub fn pair(family: Family, kind: Kind, protocol: Protocol) -> io::Result<(Self, Self)> {
        let timeout = timeout_of(kind);
        let (a, b) = core::Socket::pair_with_timeout(family, kind, protocol, Some(Duration::ZERO))?;
        Ok((Self::adopt(a, timeout), Self::adopt(b, timeout)))
    }

    /// Makes two TCP sockets connected to each other over the loopback, where socketpair(2) has
    /// none.
    ///
    /// # Errors
    /// As [`core::Socket::pair_over_loopback`].
    pub fn pair_over_loopback(family: Family) -> io::Result<(Self, Self)> {
        let (a, b) = core::Socket::pair_over_loopback(family)?;
        Ok((Self::from_core(a)?, Self::from_core(b)?))
    }

    /// Adopts a socket of the core. It becomes non-blocking, as does every other descriptor for
    /// it; its timeout becomes that of the operations here, where it was none or more than zero.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be set.
    pub fn from_core(core: core::Socket) -> io::Result<Self> {
        let timeout = core.timeout().filter(|timeout| !timeout.is_zero());
        core.set_timeout(Some(Duration::ZERO))?;
        let adopted = Self::adopt(core, timeout);
        // Who knows what other descriptors there are for it.
        adopted.0.readiness().outlived();
        Ok(adopted)
    }

    /// Adopts a descriptor, and asks the kernel what it is. It becomes non-blocking, as does
    /// every other descriptor for the same socket.
    ///
    /// # Errors
    /// `ENOTSOCK` when the descriptor is no socket. The descriptor is closed then.
    pub fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        Self::from_core(core::Socket::from_fd(fd)?)
    }

    /// Adopts a descriptor whose family, kind and protocol the caller knows better than the kernel
    /// tells. It becomes non-blocking, as does every other descriptor for the same socket.
    ///
    /// # Errors
    /// As [`core::Socket::from_fd_as`].
    pub fn from_fd_as(
        fd: OwnedFd,
        family: Family,
        kind: Kind,
        protocol: Protocol,
    ) -> io::Result<Self> {
        Self::from_core(core::Socket::from_fd_as(fd, family, kind, protocol)?)
    }

    /// Adopts a socket of the core that nobody else has a descriptor for.
    pub(crate) fn from_new(core: core::Socket) -> io::Result<Self> {
        core.set_timeout(Some(Duration::ZERO))?;
        Ok(Self::adopt(core, core::default_timeout()))
    }

    /// What kind of socket a descriptor is, without taking it.
    ///
    /// # Errors
    /// `ENOTSOCK` when the descriptor is no socket.
    ///
    /// # Platforms
    /// As [`core::Socket::detect`].
    pub fn detect(fd: impl AsFd) -> io::Result<(Family, Kind, Protocol)> {
        core::Socket::detect(fd)
    }

    /// Takes a socket that is non-blocking already.
    fn adopt(core: core::Socket, timeout: Option<Duration>) -> Self {
        Self(Waitable::new(core, timeout))
    }

    pub(crate) fn waitable(&self) -> &Waitable {
        &self.0
    }

    /// Takes a place among the connections of a service until it is closed or given up.
    pub(crate) fn admit(&self, admission: Admission) {
        self.0.admit(admission);
    }

    /// Who is told of the socket.
    pub(crate) fn trace(&self) -> &Trace {
        self.0.trace()
    }

    #[inline]
    pub(crate) fn core(&self) -> &core::Socket {
        self.0.core()
    }

    /// An operation of this socket.
    #[inline]
    pub(crate) fn op<A: Attempt>(&self, interest: Interest, attempt: A) -> Op<'_, A> {
        Op::new(&self.0, interest, attempt)
    }

    /// Gives the socket up to the core, non-blocking.
    #[must_use]
    pub fn into_core(self) -> core::Socket {
        self.0.readiness().outlived();
        self.0.into_core()
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
        self.0.readiness().outlived();
        let dup = Self::adopt(self.core().dup()?, self.timeout());
        dup.0.readiness().outlived();
        Ok(dup)
    }

    /// The family of the socket.
    #[must_use]
    #[inline]
    pub fn family(&self) -> Family {
        self.core().family()
    }

    /// The kind of the socket.
    #[must_use]
    #[inline]
    pub fn kind(&self) -> Kind {
        self.core().kind()
    }

    /// The protocol that the socket was made with.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.core().protocol()
    }

    /// How long each operation may wait; `None` is without limit.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.0.timeout.get()
    }

    /// Sets how long each later operation may wait, for which
    /// [`Op::timeout`](crate::Op::timeout) and [`Op::deadline`](crate::Op::deadline) say nothing else: `None` is without limit, zero is not at all. More than
    /// 584 years is without limit.
    pub fn set_timeout(&self, timeout: Option<Duration>) {
        self.0.set_timeout(timeout);
    }

    /// Reads an option: getsockopt(2).
    ///
    /// # Errors
    /// As [`core::Socket::get`].
    pub fn get<O>(&self, option: O) -> io::Result<<O::Codec as Decode>::Value>
    where
        O: SocketOption<Codec: Decode, Access: Readable>,
    {
        self.core().get(option)
    }

    /// Writes an option: setsockopt(2).
    ///
    /// # Errors
    /// As [`core::Socket::set`].
    pub fn set<'v, O>(&self, option: O, value: <O::Codec as Encode<'v>>::Value) -> io::Result<()>
    where
        O: SocketOption<Codec: Encode<'v>, Access: Writable>,
    {
        if (O::LEVEL, O::NAME) == LINGER {
            self.0.set_lingers();
        }
        self.core().set(option, value)
    }

    /// Asks an option a question: getsockopt(2).
    ///
    /// # Errors
    /// As [`core::Socket::query`].
    pub fn query<'v, O>(
        &self,
        option: O,
        question: <O::Codec as Query<'v>>::Question,
    ) -> io::Result<<O::Codec as Query<'v>>::Answer>
    where
        O: SocketOption<Codec: Query<'v>>,
    {
        self.core().query(option, question)
    }

    /// Reads any option that is an int to the kernel.
    ///
    /// # Errors
    /// As [`core::Socket::get_int`].
    pub fn get_int(&self, level: i32, name: i32) -> io::Result<i32> {
        self.core().get_int(level, name)
    }

    /// Writes any option that is an int to the kernel.
    ///
    /// # Errors
    /// As [`core::Socket::set_int`].
    pub fn set_int(&self, level: i32, name: i32, value: i32) -> io::Result<()> {
        self.core().set_int(level, name, value)
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
        self.core().get_raw(level, name, value)
    }

    /// Writes any option from bytes.
    ///
    /// # Errors
    /// As [`core::Socket::set_raw`].
    pub fn set_raw(&self, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        if (level, name) == LINGER {
            self.0.set_lingers();
        }
        self.core().set_raw(level, name, value)
    }

    /// Writes an option that takes no value but a length: setsockopt(2) with a null pointer.
    ///
    /// # Errors
    /// As [`core::Socket::set_null`].
    pub fn set_null(&self, level: i32, name: i32, len: usize) -> io::Result<()> {
        self.core().set_null(level, name, len)
    }

    /// The socket's own address: getsockname(2).
    ///
    /// # Errors
    /// As [`core::Socket::local_addr`].
    pub fn local_addr(&self) -> io::Result<Address> {
        self.core().local_addr()
    }

    /// The address of the socket's peer: getpeername(2).
    ///
    /// # Errors
    /// `NotConnected` when there is none.
    pub fn peer_addr(&self) -> io::Result<Address> {
        self.core().peer_addr()
    }

    /// Takes the error that the socket has to tell, of a connect or a datagram that failed:
    /// `SO_ERROR`. It is told once.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.core().take_error()
    }

    /// Whether a program that this process executes keeps the descriptor.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be read.
    pub fn is_inheritable(&self) -> io::Result<bool> {
        self.core().is_inheritable()
    }

    /// Sets whether a program that this process executes keeps the descriptor.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be set.
    pub fn set_inheritable(&self, inheritable: bool) -> io::Result<()> {
        self.0.readiness().outlived();
        self.core().set_inheritable(inheritable)
    }

    /// Gives the socket its address: bind(2). Never waits.
    ///
    /// # Errors
    /// As [`core::Socket::bind`].
    pub fn bind(&self, address: impl ToAddress) -> io::Result<()> {
        self.core().bind(address)
    }

    /// Accepts connections from now on, of which `backlog` may wait, or the default of `None`:
    /// listen(2).
    ///
    /// # Errors
    /// As [`core::Socket::listen`].
    pub fn listen(&self, backlog: impl Into<Option<i32>>) -> io::Result<()> {
        self.core().listen(backlog)
    }

    /// Ends one half of the connection, or both: shutdown(2). Operations that wait on that half
    /// end. Never waits.
    ///
    /// # Errors
    /// `NotConnected` when there is no connection.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.core().shutdown(how)
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
}

/// The timeout of a new socket, which is zero where the kind says so (`SOCK_NONBLOCK`).
fn timeout_of(kind: Kind) -> Option<Duration> {
    if kind.is_nonblocking() { Some(Duration::ZERO) } else { core::default_timeout() }
}

/// What a receive with these flags waits for.
#[cfg(linux_like)]
fn receives(flags: MsgFlags) -> Interest {
    if flags.contains(MsgFlags::ERRQUEUE) { Interest::Error } else { Interest::Readable }
}

/// What a receive waits for.
#[cfg(not(linux_like))]
fn receives(_: MsgFlags) -> Interest {
    Interest::Readable
}

/// How many bytes one receive into these buffers takes: of a stream, it does not use all of very
/// many.
fn room(socket: &core::Socket, buffers: &[IoSliceMut<'_>]) -> usize {
    buffers.iter().take(socket.buffer_limit(buffers.len())).map(|buffer| buffer.len()).sum()
}

/// The descriptor may be duplicated from here on, so the reactor will be told when it goes.
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.readiness().outlived();
        self.core().as_fd()
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
        self.core().fmt(f)
    }
}

/// Itself, so that what takes anything over a socket takes a socket.
impl AsRef<Self> for Socket {
    fn as_ref(&self) -> &Self {
        self
    }
}
