//! Messages with control data: descriptors, credentials, timestamps and the rest of
//! [`control`](crate::control).

use super::mode::Interest;
use super::transfer::Received;
use super::{Socket, invalid};
use crate::address::Address;
use crate::audit::{self, Event};
use crate::constant::{Family, Kind, MsgFlags};
use crate::control::{RecvBuffer, SendBuffer, cmsg_len, cmsg_space};
use crate::sys;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The most descriptors that Linux takes with one message (`SCM_MAX_FD`, man 7 unix); other
/// systems say other numbers.
const MAX_RIGHTS: usize = 253;

impl Socket {
    /// Receives one message into several buffers, one after another, and its control messages
    /// into `control`: recvmsg(2).
    ///
    /// What was in `control` before is gone, with descriptors that nobody took.
    /// [`Received::is_truncated`] tells of bytes that were lost,
    /// [`Received::is_control_truncated`] of control messages; descriptors that were lost with
    /// them are closed by the kernel.
    ///
    /// With [`MsgFlags::ERRQUEUE`] the socket's error queue is read, which never waits: see
    /// [`RecvBuffer::extended_error`].
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    #[doc(alias = "recvmsg")]
    pub fn recv_msg(
        &self,
        buffers: &mut [IoSliceMut<'_>],
        control: &mut RecvBuffer,
        flags: MsgFlags,
    ) -> io::Result<Received> {
        let limit = self.buffer_limit(buffers.len());
        let buffers = &mut buffers[..limit];
        let mut received = sys::Received::nothing();
        self.attempt(Interest::Readable, flags, || {
            let (control, flags) = (Some(control.room()), flags.bits() | self.rights_flags());
            sys::recv_message(self.as_fd(), buffers, control, flags, &mut received)
        })?;
        Ok(Received::new(&received, self.protocol))
    }

    /// Only Unix sockets bring descriptors; packet and CAN sockets refuse flags without a use.
    pub(super) fn rights_flags(&self) -> i32 {
        if self.family == Family::UNIX { sys::RECV_RIGHTS_FLAGS } else { 0 }
    }

    /// Sends several buffers as one message, or one stretch of a stream, with control messages,
    /// to `address` if one is given: sendmsg(2).
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to); `EINVAL` for a control message that the socket does not
    /// know or that is not true, `ENOBUFS` when they are longer than the system allows
    /// (`net.core.optmem_max`).
    #[doc(alias = "sendmsg")]
    pub fn send_msg(
        &self,
        buffers: &[IoSlice<'_>],
        control: &SendBuffer<'_>,
        flags: MsgFlags,
        address: Option<&Address>,
    ) -> io::Result<usize> {
        let buffers = &buffers[..self.buffer_limit(buffers.len())];
        address.map_or(Ok(()), |address| self.check(address))?;
        audit::tell(|| Event::SendMsg { socket: self.as_fd(), address })?;
        let address = address.map(Address::encode);
        self.attempt(Interest::Writable, flags, || {
            let (control, flags) = (control.as_bytes(), self.send_flags(flags));
            sys::send_message(self.as_fd(), buffers, control, flags, address.as_ref())
        })
    }

    /// Sends bytes and descriptors: sendmsg(2) with `SCM_RIGHTS`. The receiver gets descriptors of
    /// its own for the same open files.
    ///
    /// On a stream the descriptors go with the first of the bytes, however few were taken.
    ///
    /// ```
    /// use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket};
    /// use std::fs::File;
    /// use std::io::{IoSlice, IoSliceMut, Read};
    /// use std::os::fd::AsFd;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let (here, there) = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT)?;
    /// let file = File::open("Cargo.toml")?;
    /// here.send_fds(&[IoSlice::new(b"x")], &[file.as_fd()], MsgFlags::empty(), None)?;
    ///
    /// let mut byte = [0];
    /// let buffers = &mut [IoSliceMut::new(&mut byte)];
    /// let mut received = there.recv_fds(buffers, 1, MsgFlags::empty())?;
    /// let mut same_file = File::from(received.fds.pop().expect("one descriptor"));
    /// let mut text = String::new();
    /// same_file.read_to_string(&mut text)?;
    /// assert!(text.contains("berkeley"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`send_msg`](Self::send_msg); `InvalidInput` for more than 253 descriptors, and on a
    /// stream for descriptors without a byte to travel with. `ETOOMANYREFS` when too many are on
    /// their way.
    #[doc(alias = "SCM_RIGHTS")]
    pub fn send_fds(
        &self,
        buffers: &[IoSlice<'_>],
        fds: &[BorrowedFd<'_>],
        flags: MsgFlags,
        address: Option<&Address>,
    ) -> io::Result<usize> {
        if fds.len() > MAX_RIGHTS {
            return Err(invalid(
                "one message takes at most 253 descriptors: send several messages",
            ));
        }
        if self.kind == Kind::STREAM && !fds.is_empty() && buffers.iter().all(|b| b.is_empty()) {
            return Err(invalid("descriptors need a byte of the stream to travel with: send one"));
        }
        let mut control = SendBuffer::new();
        if !fds.is_empty() {
            control.push_rights(fds)?;
        }
        self.send_msg(buffers, &control, flags, address)
    }

    /// Receives bytes and at most `max` descriptors, close-on-exec from birth: recvmsg(2) with
    /// `SCM_RIGHTS`.
    ///
    /// More descriptors than that are closed, and
    /// [`is_control_truncated`](Received::is_control_truncated) says so. Other control messages
    /// are dropped; [`recv_msg`](Self::recv_msg) has them, and a buffer that can be used again.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    #[doc(alias = "SCM_RIGHTS")]
    pub fn recv_fds(
        &self,
        buffers: &mut [IoSliceMut<'_>],
        max: usize,
        flags: MsgFlags,
    ) -> io::Result<ReceivedFds> {
        let mut control = RecvBuffer::with_capacity(room_for_rights(max)?);
        let mut received = self.recv_msg(buffers, &mut control, flags)?;
        let mut fds = control.take_rights();
        if fds.len() > max {
            fds.truncate(max);
            received.flags |= MsgFlags::CTRUNC;
        }
        Ok(ReceivedFds { received, fds })
    }

    /// Sends bytes to a cipher, and what to do with them: sendmsg(2) with `ALG_SET_OP`,
    /// `ALG_SET_IV` and `ALG_SET_AEAD_ASSOCLEN`. With [`MsgFlags::MORE`] the request goes on with
    /// the next send, which needs no [`AlgRequest`] of its own.
    ///
    /// Receive the result into a buffer of its length. In blocking mode the kernel waits until a
    /// longer one is full too.
    ///
    /// # Errors
    /// As [`send_msg`](Self::send_msg); `InvalidInput` when this is not a [`Family::ALG`] socket,
    /// `EINVAL` for an initialisation vector of another length than the cipher's.
    ///
    /// [`Family::ALG`]: crate::Family::ALG
    #[cfg(linux_like)]
    #[doc(alias = "sendmsg_afalg")]
    pub fn send_alg(
        &self,
        buffers: &[IoSlice<'_>],
        request: &AlgRequest<'_>,
        flags: MsgFlags,
    ) -> io::Result<usize> {
        use crate::control::alg::{AssociatedLength, Iv, SetOperation};
        if self.family != Family::ALG {
            return Err(invalid("cipher requests are for sockets of the family ALG"));
        }
        let mut control = SendBuffer::new();
        control.push(SetOperation(request.operation.raw()))?;
        if let Some(iv) = request.iv {
            control.push(Iv(iv))?;
        }
        if let Some(len) = request.associated_len {
            control.push(AssociatedLength(len))?;
        }
        self.send_msg(buffers, &control, flags, None)
    }
}

/// What a cipher shall do with bytes: the control messages of [`Socket::send_alg`].
#[cfg(linux_like)]
#[derive(Clone, Copy, Debug)]
pub struct AlgRequest<'b> {
    operation: crate::control::alg::Operation,
    iv: Option<&'b [u8]>,
    associated_len: Option<u32>,
}

#[cfg(linux_like)]
impl<'b> AlgRequest<'b> {
    /// To do this: `ALG_SET_OP`.
    #[must_use]
    pub const fn new(operation: crate::control::alg::Operation) -> Self {
        Self { operation, iv: None, associated_len: None }
    }

    /// With this initialisation vector: `ALG_SET_IV`.
    #[must_use]
    pub const fn iv(mut self, iv: &'b [u8]) -> Self {
        self.iv = Some(iv);
        self
    }

    /// Where the first `len` bytes are authenticated and not encrypted: `ALG_SET_AEAD_ASSOCLEN`.
    #[must_use]
    pub const fn associated_len(mut self, len: u32) -> Self {
        self.associated_len = Some(len);
        self
    }
}

/// What [`Socket::recv_fds`] brought, apart from the bytes.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReceivedFds {
    /// How many bytes, their flags and where they came from.
    pub received: Received,
    /// The descriptors.
    pub fds: Vec<OwnedFd>,
}

/// Room for `max` descriptors, and for what may come before them unasked: credentials, a
/// descriptor of the sender, its security label. Without that room they would push descriptors
/// out.
fn room_for_rights(max: usize) -> io::Result<usize> {
    const LABEL: usize = 256;
    let rights = cmsg_len(size_of::<i32>() * max.min(MAX_RIGHTS))?;
    Ok(cmsg_space(12)? + cmsg_space(4)? + cmsg_space(LABEL)? + rights)
}
