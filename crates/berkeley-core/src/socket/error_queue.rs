//! The error queue: what routers, the peer or the kernel say of packets sent earlier. man 7 ip
//! (`IP_RECVERR`), the kernel's timestamping.rst and msg_zerocopy.rst.

use super::mode::Interest;
use super::{Received, Socket};
use crate::address::Address;
use crate::constant::MsgFlags;
use crate::control::{ExtendedError, RecvBuffer, Timestamps, ZeroCopied};
use crate::sys::{self, c};
use std::io::{self, IoSliceMut};
use std::os::fd::AsFd;
use std::slice;

/// Room for the longest entry that is made: the extended error, timestamps, and the way of the
/// packet.
const ROOM: usize = 256;

impl Socket {
    /// Takes the next entry of the error queue, and the bytes of the packet that it is about, as
    /// far as they fit: recvmsg(2) with `MSG_ERRQUEUE`.
    ///
    /// It waits as the mode says for an entry, in blocking mode too, whatever else there is to
    /// receive. There are entries of
    ///
    /// | what | asked for by |
    /// |---|---|
    /// | ICMP and local errors | [`ip::ReceiveErrors`], [`ipv6::ReceiveErrors`] |
    /// | timestamps of packets sent | [`socket::Timestamping`] |
    /// | zero-copy sends that are done | [`socket::ZeroCopy`] |
    ///
    /// [`ip::ReceiveErrors`]: crate::option::ip::ReceiveErrors
    /// [`ipv6::ReceiveErrors`]: crate::option::ipv6::ReceiveErrors
    /// [`socket::Timestamping`]: crate::option::socket::Timestamping
    /// [`socket::ZeroCopy`]: crate::option::socket::ZeroCopy
    ///
    /// ```
    /// use berkeley_core::control::ErrorOrigin;
    /// use berkeley_core::{Family, Kind, Protocol, Socket, option};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP)?;
    /// socket.set(option::ip::ReceiveErrors, true)?;
    /// # let closed = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP)?;
    /// # closed.bind("127.0.0.1:0")?;
    /// # let nobody = closed.local_addr()?;
    /// # closed.close()?;
    /// socket.send_to(b"anyone?", nobody)?;
    ///
    /// let mut bytes = [0; 64];
    /// let entry = socket.recv_error(&mut bytes)?;
    /// assert_eq!(&bytes[..entry.len], b"anyone?");
    /// assert_eq!(entry.to, Some(nobody)); // whom it did not reach
    /// let report = entry.report.expect("why");
    /// assert_eq!(report.origin, ErrorOrigin::ICMP);
    /// println!("{:?} says: {:?}", report.offender, entry.error());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `WouldBlock` or `TimedOut` by the mode. What an entry reports is no error of this call.
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "MSG_ERRQUEUE")]
    pub fn recv_error(&self, buffer: &mut [u8]) -> io::Result<QueuedError> {
        let mut buffer = IoSliceMut::new(buffer);
        let mut control = RecvBuffer::with_capacity(ROOM);
        // The system call itself waits for no entry, in no mode.
        let mut deadline = self.deadline().even_if_blocking();
        let none = MsgFlags::empty();
        let mut received = sys::Received::nothing();
        self.attempt_until(Interest::Error, none, &mut deadline, || {
            let (buffers, control) = (slice::from_mut(&mut buffer), Some(control.room()));
            sys::recv_message(self.as_fd(), buffers, control, c::MSG_ERRQUEUE, &mut received)
        })?;
        let Received { len, flags, from } = Received::new(&received, self.protocol);
        Ok(QueuedError {
            len,
            flags,
            to: from,
            report: control.extended_error(),
            timestamps: control.get(),
        })
    }
}

/// One entry of a socket's error queue: [`Socket::recv_error`].
#[doc(alias = "sock_extended_err")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueuedError {
    /// How many bytes of the packet there are in the buffer: for errors what was sent, for
    /// timestamps the packet with its headers, unless they were asked for without it.
    pub len: usize,
    /// [`MsgFlags::TRUNC`] when the packet was longer than the buffer.
    pub flags: MsgFlags,
    /// Where the packet was going.
    pub to: Option<Address>,
    /// What is said of it, and by whom. `None` of a protocol whose entries are not known here:
    /// [`Socket::recv_msg`] with [`MsgFlags::ERRQUEUE`] has those raw.
    pub report: Option<ExtendedError>,
    /// When it left, if timestamps were asked for.
    pub timestamps: Option<Timestamps>,
}

impl QueuedError {
    /// What happened to the packet, as an error; `None` when the entry is no error.
    #[must_use]
    pub fn error(&self) -> Option<io::Error> {
        self.report.and_then(|report| report.error())
    }

    /// The zero-copy sends that are done, if the entry says so.
    #[must_use]
    pub fn zero_copied(&self) -> Option<ZeroCopied> {
        self.report.and_then(|report| report.zero_copied())
    }

    /// Whether the packet was longer than the buffer.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.flags.contains(MsgFlags::TRUNC)
    }
}
