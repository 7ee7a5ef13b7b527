//! Many messages in one system call.

use super::mode::Interest;
use super::transfer::Received;
use super::{Socket, invalid};
use crate::address::Address;
use crate::audit::{self, Event};
use crate::constant::MsgFlags;
use crate::control::{RecvBuffer, SendBuffer};
use crate::sys;
use std::io::{self, IoSlice};
use std::os::fd::AsFd;

/// The most messages of one call (`UIO_MAXIOV`).
const MAX_MESSAGES: usize = 1024;

/// A message for [`Socket::send_many`].
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'m> {
    /// Its bytes, one buffer after another.
    pub buffers: &'m [IoSlice<'m>],
    /// What goes with it.
    pub control: Option<&'m SendBuffer<'m>>,
    /// Where it goes, if not where the socket is connected to.
    pub address: Option<Address>,
}

impl<'m> Outgoing<'m> {
    /// A message to where the socket is connected to, without control messages.
    #[must_use]
    pub const fn new(buffers: &'m [IoSlice<'m>]) -> Self {
        Self { buffers, control: None, address: None }
    }

    /// The same message to this address.
    #[must_use]
    pub const fn to(mut self, address: Address) -> Self {
        self.address = Some(address);
        self
    }

    /// The same message with these control messages.
    #[must_use]
    pub const fn with(mut self, control: &'m SendBuffer<'m>) -> Self {
        self.control = Some(control);
        self
    }
}

/// A slot for [`Socket::recv_many`]: room for a message, and what came into it.
#[derive(Debug)]
#[non_exhaustive]
pub struct MessageSlot<B> {
    /// Room for the bytes.
    pub buffer: B,
    /// Room for control messages, and those that came.
    pub control: RecvBuffer,
    /// What came, apart from its bytes.
    pub received: Received,
}

impl<B> MessageSlot<B> {
    /// A slot without room for control messages.
    #[must_use]
    pub fn new(buffer: B) -> Self {
        Self::with_control(buffer, RecvBuffer::with_capacity(0))
    }

    /// A slot with room for control messages.
    #[must_use]
    pub fn with_control(buffer: B, control: RecvBuffer) -> Self {
        let received = Received { len: 0, flags: MsgFlags::empty(), from: None };
        Self { buffer, control, received }
    }
}

impl<B: AsRef<[u8]>> MessageSlot<B> {
    /// The bytes that came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let room = self.buffer.as_ref();
        &room[..self.received.len.min(room.len())]
    }
}

impl Socket {
    /// Sends messages, each whole, and returns how many of them went: sendmmsg(2).
    ///
    /// It waits as the mode says until the first has gone; in blocking mode, until all have. When
    /// an error ends it after some, it returns their number, and the next call has the error. So
    /// what comes next is always `&messages[n..]`. No more than 1,024 are looked at.
    ///
    /// ```
    /// # use berkeley_core::{Family, Kind, MsgFlags, Outgoing, Protocol, Socket};
    /// # use std::io::IoSlice;
    /// # let (socket, peer) = Socket::pair(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT)?;
    /// let texts = [[IoSlice::new(b"one")], [IoSlice::new(b"two")]];
    /// let messages = texts.each_ref().map(|text| Outgoing::new(text));
    /// let sent = socket.send_many(&messages, MsgFlags::empty())?;
    /// assert_eq!(sent, 2);
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`send_msg`](Self::send_msg), of the first message: none has gone then. `InvalidInput`
    /// for a stream, which has no messages, and for an address of another family, wherever it is.
    ///
    /// # Platforms
    /// sendmmsg(2) on Linux and NetBSD, a sendmsg(2) for each message elsewhere.
    #[doc(alias = "sendmmsg")]
    pub fn send_many(&self, messages: &[Outgoing<'_>], flags: MsgFlags) -> io::Result<usize> {
        self.require_messages()?;
        let messages = &messages[..messages.len().min(MAX_MESSAGES)];
        if messages.is_empty() {
            return Ok(0);
        }
        let messages = messages.iter().map(|message| {
            let Outgoing { buffers, control, address } = message;
            let control = control.map_or(&[][..], SendBuffer::as_bytes);
            let address = address.as_ref();
            address.map_or(Ok(()), |address| self.check(address))?;
            audit::tell(|| Event::SendMsg { socket: self.as_fd(), address })?;
            let address = address.map(Address::encode);
            Ok(sys::MessageOut { buffers, control, address })
        });
        let messages = messages.collect::<io::Result<Vec<_>>>()?;
        self.attempt(Interest::Writable, flags, || {
            sys::send_messages(self.as_fd(), &messages, self.send_flags(flags))
        })
    }

    /// Receives messages into slots, one into each from the first on, and returns how many came:
    /// recvmmsg(2).
    ///
    /// It waits as the mode says for the first, and takes with it what else is there. Each slot
    /// says what was cut, where it came from and its control messages; the slots behind the last
    /// are empty or as they were. When an error ends it after some, the next call has the error.
    /// No more than 1,024 slots are used.
    ///
    /// ```
    /// # use berkeley_core::{Family, MessageSlot, Kind, MsgFlags, Protocol, Socket};
    /// # let (peer, socket) = Socket::pair(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT)?;
    /// # peer.send(b"one")?;
    /// # peer.send(b"two")?;
    /// let mut slots: Vec<_> = (0..32).map(|_| MessageSlot::new([0; 2048])).collect();
    /// let n = socket.recv_many(&mut slots, MsgFlags::empty())?;
    /// for slot in &slots[..n] {
    ///     println!("{:?} from {:?}", slot.bytes(), slot.received.from);
    /// }
    /// # assert_eq!((n, slots[1].bytes()), (2, &b"two"[..]));
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`recv`](Self::recv); `InvalidInput` for a stream, which has no messages.
    ///
    /// # Platforms
    /// recvmmsg(2) on Linux and NetBSD, a recvmsg(2) for each message elsewhere, where an error
    /// that ends it after some may be lost.
    #[doc(alias = "recvmmsg")]
    pub fn recv_many<B: AsMut<[u8]>>(
        &self,
        slots: &mut [MessageSlot<B>],
        flags: MsgFlags,
    ) -> io::Result<usize> {
        self.require_messages()?;
        let limit = slots.len().min(MAX_MESSAGES);
        let slots = &mut slots[..limit];
        if slots.is_empty() {
            return Ok(0);
        }
        let room = slots.iter_mut().map(|MessageSlot { buffer, control, received }| {
            sys::MessageIn::new(buffer.as_mut(), control.room(), received)
        });
        let mut room: Vec<_> = room.collect();
        let came = self.attempt(Interest::Readable, flags, || {
            sys::recv_messages(self.as_fd(), &mut room, flags.bits() | self.rights_flags())
        })?;
        for slot in room.iter_mut().take(came) {
            *slot.kept = Received::new(&slot.received, self.protocol);
        }
        Ok(came)
    }

    fn require_messages(&self) -> io::Result<()> {
        if self.is_stream() {
            return Err(invalid("a stream has no messages: use send_vectored or recv_vectored"));
        }
        Ok(())
    }
}
