//! Bytes in and out.

use super::Socket;
use super::mode::Interest;
use crate::address::{Address, ToAddress};
use crate::audit::{self, Event};
use crate::constant::{Family, MsgFlags, Protocol};
use crate::interrupt;
use crate::sys;
use std::fmt;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;

impl Socket {
    /// Receives into `buffer` and returns how many bytes came: recv(2).
    ///
    /// Of a stream, 0 is its end (or an empty buffer, for which nothing is asked of the kernel).
    /// Of a datagram, what does not fit is lost; 0 is an empty datagram.
    ///
    /// # Errors
    /// `WouldBlock` or `TimedOut` by the mode, `ConnectionReset` when the peer gave up,
    /// `ConnectionRefused` when a datagram sent earlier was refused, `NotConnected`.
    #[inline]
    pub fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.recv_with_flags(buffer, MsgFlags::empty())
    }

    /// Receives with flags. With [`MsgFlags::TRUNC`] a datagram's real length is returned, which
    /// may be more than the buffer holds.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    #[inline]
    pub fn recv_with_flags(&self, buffer: &mut [u8], flags: MsgFlags) -> io::Result<usize> {
        if buffer.is_empty() && self.is_stream() {
            return Ok(0);
        }
        self.attempt(Interest::Readable, flags, || sys::recv(self.as_fd(), buffer, flags.bits()))
    }

    /// Receives into memory that need not be initialised, and returns how many bytes at its start
    /// are initialised now. [`MsgFlags::TRUNC`] is ignored: it would make that a lie.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    #[inline]
    pub fn recv_uninit(
        &self,
        buffer: &mut [MaybeUninit<u8>],
        flags: MsgFlags,
    ) -> io::Result<usize> {
        if buffer.is_empty() && self.is_stream() {
            return Ok(0);
        }
        self.attempt(Interest::Readable, flags, || {
            sys::recv_uninit(self.as_fd(), buffer, flags.bits())
        })
    }

    /// Receives into several buffers, one after another: recvmsg(2). More than 1,024 buffers are
    /// used only as far as that on a stream, and refused otherwise.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn recv_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.recv_from_vectored(buffers, MsgFlags::empty()).map(|received| received.len)
    }

    /// Receives one message, and where it came from: recvfrom(2).
    ///
    /// The address is `None` when the sender has none (an unbound Unix datagram socket), and for
    /// streams whose family does not repeat it (TCP does not, Unix does).
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        self.recv_from_with_flags(buffer, MsgFlags::empty())
    }

    /// Receives one message with flags, and where it came from.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn recv_from_with_flags(
        &self,
        buffer: &mut [u8],
        flags: MsgFlags,
    ) -> io::Result<(usize, Option<Address>)> {
        if buffer.is_empty() && self.is_stream() {
            return Ok((0, None));
        }
        let (n, address) = self.attempt(Interest::Readable, flags, || {
            sys::recv_from(self.as_fd(), buffer, flags.bits())
        })?;
        Ok((n, Address::decode(&address, self.protocol)))
    }

    /// Receives one message into several buffers, and tells where it came from and whether it
    /// was cut ([`MsgFlags::TRUNC`]): recvmsg(2).
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn recv_from_vectored(
        &self,
        buffers: &mut [IoSliceMut<'_>],
        flags: MsgFlags,
    ) -> io::Result<Received> {
        let limit = self.buffer_limit(buffers.len());
        let buffers = &mut buffers[..limit];
        if self.is_stream() && buffers.iter().all(|buffer| buffer.is_empty()) {
            return Ok(Received { len: 0, flags: MsgFlags::empty(), from: None });
        }
        let received = self.attempt(Interest::Readable, flags, || {
            sys::recv_message(self.as_fd(), buffers, None, flags.bits())
        })?;
        Ok(Received::new(&received, self.protocol))
    }

    /// Sends and returns how many bytes the kernel took, which on a stream may be fewer than
    /// given: send(2).
    ///
    /// # Errors
    /// `WouldBlock` or `TimedOut` by the mode, `BrokenPipe` when this end was shut down or the
    /// peer is gone, `ConnectionReset`, `NotConnected`, `EMSGSIZE` for a datagram that is too
    /// long, `ConnectionRefused` when an earlier datagram was refused.
    #[inline]
    pub fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        self.send_with_flags(bytes, MsgFlags::empty())
    }

    /// Sends with flags.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    #[inline]
    pub fn send_with_flags(&self, bytes: &[u8], flags: MsgFlags) -> io::Result<usize> {
        let raw = self.send_flags(flags);
        self.attempt(Interest::Writable, flags, || sys::send(self.as_fd(), bytes, raw))
    }

    /// Sends all of `bytes`, within one timeout for the whole.
    ///
    /// No bytes at all are still one send, which on a datagram socket is an empty datagram.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`SendAllError::sent`] tells how many bytes went before. A
    /// non-blocking socket fails with `WouldBlock` when the kernel's buffer is full; any fails with
    /// `WriteZero` when the kernel does not say that it took a byte.
    pub fn send_all(&self, bytes: &[u8]) -> Result<(), SendAllError> {
        self.send_all_with_flags(bytes, MsgFlags::empty())
    }

    /// Sends all of `bytes` with flags.
    ///
    /// # Errors
    /// As [`send_all`](Self::send_all).
    pub fn send_all_with_flags(&self, bytes: &[u8], flags: MsgFlags) -> Result<(), SendAllError> {
        let mut deadline = self.deadline();
        let mut sent = 0;
        let raw = self.send_flags(flags);
        loop {
            let step = self.attempt_until(Interest::Writable, flags, &mut deadline, || {
                sys::send(self.as_fd(), &bytes[sent..], raw)
            });
            match step {
                // So the management of Bluetooth refuses commands: to go on would not end.
                Ok(0) if !bytes.is_empty() => {
                    return Err(SendAllError { sent, error: io::ErrorKind::WriteZero.into() });
                }
                Ok(n) => sent += n,
                Err(error) => return Err(SendAllError { sent, error }),
            }
            if sent >= bytes.len() {
                return Ok(());
            }
            // A signal that comes when some have gone ends the system call, and not with EINTR.
            interrupt::go_on().map_err(|error| SendAllError { sent, error })?;
        }
    }

    /// Sends several buffers as one message, or one stretch of a stream: sendmsg(2). On a stream
    /// no more than 1,024 of them are looked at.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.send_vectored_with_flags(buffers, MsgFlags::empty())
    }

    /// Sends several buffers with flags.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_vectored_with_flags(
        &self,
        buffers: &[IoSlice<'_>],
        flags: MsgFlags,
    ) -> io::Result<usize> {
        let buffers = &buffers[..self.buffer_limit(buffers.len())];
        self.attempt(Interest::Writable, flags, || {
            sys::send_message(self.as_fd(), buffers, &[], self.send_flags(flags), None)
        })
    }

    /// Sends one message to `address`: sendto(2).
    ///
    /// # Errors
    /// As [`send`](Self::send); `EISCONN` on a connected stream (some families ignore the address
    /// there), `InvalidInput` for text that is no address or for an address of another family.
    pub fn send_to(&self, bytes: &[u8], address: impl ToAddress) -> io::Result<usize> {
        self.send_to_with_flags(bytes, MsgFlags::empty(), address)
    }

    /// Sends one message to `address` with flags.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to).
    pub fn send_to_with_flags(
        &self,
        bytes: &[u8],
        flags: MsgFlags,
        address: impl ToAddress,
    ) -> io::Result<usize> {
        let address = self.checked(address.to_address()?)?;
        audit::tell(|| Event::SendTo { socket: self.as_fd(), address: &address })?;
        let address = address.encode();
        self.attempt(Interest::Writable, flags, || {
            sys::send_to(self.as_fd(), bytes, self.send_flags(flags), &address)
        })
    }

    /// Sends several buffers as one message to `address`: sendmsg(2).
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to).
    pub fn send_to_vectored(
        &self,
        buffers: &[IoSlice<'_>],
        flags: MsgFlags,
        address: impl ToAddress,
    ) -> io::Result<usize> {
        let address = self.checked(address.to_address()?)?;
        audit::tell(|| Event::SendTo { socket: self.as_fd(), address: &address })?;
        let address = address.encode();
        self.attempt(Interest::Writable, flags, || {
            let raw = self.send_flags(flags);
            sys::send_message(self.as_fd(), buffers, &[], raw, Some(&address))
        })
    }

    /// The flags of a send for the kernel, and among them what keeps it from raising SIGPIPE. Some
    /// old families refuse any flag that they do not know (`EINVAL`, `EOPNOTSUPP`); of those, the
    /// ones with connections raise SIGPIPE whatever they are told.
    #[inline]
    pub(in crate::socket) fn send_flags(&self, flags: MsgFlags) -> i32 {
        let quiet = if takes_send_flags(self.family) { sys::SEND_FLAGS } else { 0 };
        flags.bits() | quiet
    }

    /// How many of `count` buffers one call takes. A stream can take fewer than given; a message
    /// cannot, and the kernel says so (`EMSGSIZE`).
    #[doc(hidden)]
    #[must_use]
    pub fn buffer_limit(&self, count: usize) -> usize {
        if self.is_stream() { count.min(sys::MAX_BUFFERS) } else { count }
    }
}

/// Whether a family takes flags of sends that are of no use to it.
#[cfg(linux_like)]
const fn takes_send_flags(family: Family) -> bool {
    !matches!(
        family,
        Family::RDS
            | Family::QIPCRTR
            | Family::X25
            | Family::AX25
            | Family::NETROM
            | Family::ROSE
            | Family::APPLETALK
    )
}

/// Every family does here.
#[cfg(not(linux_like))]
const fn takes_send_flags(_: Family) -> bool {
    true
}

/// What one receive brought, apart from its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// How many bytes came; of a message received with [`MsgFlags::TRUNC`], its real length, which
    /// may be more than the buffers hold.
    pub len: usize,
    /// What the kernel says of the message: [`MsgFlags::TRUNC`] when it was cut.
    pub flags: MsgFlags,
    /// Where it came from, if the sender has an address.
    pub from: Option<Address>,
}

impl Received {
    pub(super) fn new(received: &sys::Received, protocol: Protocol) -> Self {
        Self {
            len: received.len,
            // Linux repeats the flag that receives of descriptors add of themselves.
            flags: MsgFlags::from_bits_retain(received.flags & !sys::RECV_RIGHTS_FLAGS),
            from: Address::decode(&received.address, protocol),
        }
    }

    /// Whether the message was longer than the buffers, and its end is lost: `MSG_TRUNC`.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.flags.contains(MsgFlags::TRUNC)
    }

    /// Whether control messages were lost or cut, descriptors perhaps among them: `MSG_CTRUNC`. A
    /// larger [`RecvBuffer`](crate::control::RecvBuffer) would have had room.
    #[must_use]
    pub const fn is_control_truncated(&self) -> bool {
        self.flags.contains(MsgFlags::CTRUNC)
    }
}

/// A [`send_all`](Socket::send_all) that did not send all.
#[derive(Debug)]
#[non_exhaustive]
pub struct SendAllError {
    /// How many bytes the kernel took before the error.
    pub sent: usize,
    /// Why it took no more.
    pub error: io::Error,
}

impl SendAllError {
    /// A failure after `sent` bytes.
    #[must_use]
    pub fn new(sent: usize, error: io::Error) -> Self {
        Self { sent, error }
    }

    /// The kind of the error within.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.error.kind()
    }
}

impl fmt::Display for SendAllError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} bytes: {}", self.sent, self.error)
    }
}

impl std::error::Error for SendAllError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// The error within, its errno intact; the count is lost.
impl From<SendAllError> for io::Error {
    fn from(error: SendAllError) -> Self {
        error.error
    }
}

impl Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.recv(buffer)
    }

    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.recv_vectored(buffers)
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(bytes)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.send_vectored(buffers)
    }

    /// Nothing: the kernel has what was written.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }

    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        (&*self).read_vectored(buffers)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        (&*self).write_vectored(buffers)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
