//! Control messages on their way out, and room for those that come in.

use super::known::Messages;
use super::{ControlLengthError, Decode, Encode, cmsg_len};
use crate::sys::{self, ControlIn, ControlOut, Walk, c};
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

/// Control messages to be sent with one message, or with one after another.
///
/// `'fd` is how long the descriptors in it are borrowed.
#[derive(Clone, Default)]
pub struct SendBuffer<'fd> {
    out: ControlOut,
    descriptors: PhantomData<&'fd OwnedFd>,
}

impl<'fd> SendBuffer<'fd> {
    /// A buffer without messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message.
    ///
    /// # Errors
    /// As [`push_raw`](Self::push_raw).
    pub fn push<M: Encode>(&mut self, message: M) -> io::Result<()> {
        is_pushed(M::LEVEL, M::KIND)?;
        let pushed = self.out.push_with(M::LEVEL, M::KIND, |payload| message.encode(payload));
        Ok(pushed.ok_or(ControlLengthError::TOO_LONG)?)
    }

    /// Adds descriptors: `SCM_RIGHTS`, man 7 unix. The receiver gets its own for the same open
    /// files.
    ///
    /// # Errors
    /// `InvalidInput` when the payload is longer than [`cmsg_len`] says. The kernel sets a limit
    /// too: 253 descriptors with one message on Linux (`EINVAL`).
    #[doc(alias = "SCM_RIGHTS")]
    pub fn push_rights(&mut self, fds: &[BorrowedFd<'fd>]) -> io::Result<()> {
        let numbers = fds.iter().flat_map(|fd| fd.as_raw_fd().to_ne_bytes());
        self.push_bytes(c::SOL_SOCKET, c::SCM_RIGHTS, &numbers.collect::<Vec<_>>())
    }

    /// Adds a message as a level, a number and the bytes of its payload.
    ///
    /// # Errors
    /// `InvalidInput` when the payload is longer than [`cmsg_len`] says; for descriptors, which
    /// [`push_rights`](Self::push_rights) borrows; and for the messages of RDS that name memory,
    /// which the kernel or a peer would write to behind the back of its owner.
    pub fn push_raw(&mut self, level: i32, kind: i32, payload: &[u8]) -> io::Result<()> {
        is_pushed(level, kind)?;
        self.push_bytes(level, kind, payload)
    }

    fn push_bytes(&mut self, level: i32, kind: i32, payload: &[u8]) -> io::Result<()> {
        cmsg_len(payload.len())?;
        Ok(self.out.push(level, kind, payload).ok_or(ControlLengthError::TOO_LONG)?)
    }

    /// Forgets the messages and keeps the memory.
    pub fn clear(&mut self) {
        self.out.clear();
    }

    /// The messages as the kernel takes them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.out.bytes()
    }
}

/// Whether messages of this level and number are sent as bytes.
fn is_pushed(level: i32, kind: i32) -> io::Result<()> {
    if (level, kind) == (c::SOL_SOCKET, c::SCM_RIGHTS) {
        return Err(invalid("descriptors are no plain bytes: use push_rights"));
    }
    if sys::control_names_memory(level, kind) {
        return Err(invalid("the message names memory that others write to: it is not sent"));
    }
    Ok(())
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// The messages in it.
impl fmt::Debug for SendBuffer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(Messages::parse(self.as_bytes())).finish()
    }
}

/// Room for the control messages of one receive, and those of the last one.
///
/// Descriptors that came are close-on-exec, and belong to the buffer from the moment of the
/// system call: what nobody [takes](Self::take_rights) is closed by the next receive, and by drop.
pub struct RecvBuffer(ControlIn);

impl RecvBuffer {
    /// Room for `bytes`; [`cmsg_space`](super::cmsg_space) says what a message takes. Messages for
    /// which there is no room are lost, and the receive
    /// [says so](crate::Received::is_control_truncated). Up to 256 bytes are within the buffer and
    /// allocate nothing.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(ControlIn::with_capacity(bytes))
    }

    /// How many bytes of messages fit.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// The messages that came, in order.
    #[must_use]
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self.0.bytes(), self.0.rights(), self.0.process())
    }

    /// The first message of one type, if it came.
    #[must_use]
    pub fn get<M: Decode>(&self) -> Option<M> {
        Walk::new(self.0.bytes())
            .filter(|entry| (entry.level, entry.kind) == (M::LEVEL, M::KIND))
            .find_map(|entry| M::decode(entry.payload))
    }

    /// The descriptors that came and were not taken yet.
    #[must_use]
    pub fn rights(&self) -> &[OwnedFd] {
        self.0.rights()
    }

    /// Takes the descriptors that came: `SCM_RIGHTS`, man 7 unix.
    #[doc(alias = "SCM_RIGHTS")]
    #[must_use]
    pub fn take_rights(&mut self) -> Vec<OwnedFd> {
        self.0.take_rights()
    }

    /// Takes the descriptor of the sending process: `SCM_PIDFD`, Linux 6.5, asked for by
    /// `option::unix::PassPidFd`.
    #[doc(alias = "SCM_PIDFD")]
    #[must_use]
    pub fn take_pidfd(&mut self) -> Option<OwnedFd> {
        self.0.take_process()
    }

    /// Whether messages were lost or cut for want of room, the last of them maybe: `MSG_CTRUNC`.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.0.is_truncated()
    }

    /// The messages as the kernel wrote them. The numbers of descriptors among them are those of
    /// [`rights`](Self::rights), if they were not taken.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Forgets the messages, closes the descriptors and keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn room(&mut self) -> &mut ControlIn {
        &mut self.0
    }
}

/// The messages in it.
impl fmt::Debug for RecvBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.messages()).finish()
    }
}
