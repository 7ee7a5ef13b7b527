//! Messages with control data, to be awaited.

use super::{Socket, receives};
use crate::driver::Done;
use crate::op::{Attempt, Op, SendTo};
#[cfg(linux_like)]
use berkeley_core::QueuedError;
use berkeley_core::control::{RecvBuffer, SendBuffer};
use berkeley_core::{self as core, Address, Interest, MsgFlags, Received, ReceivedFds};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::BorrowedFd;

impl Socket {
    /// Receives one message into several buffers, and its control messages into `control`:
    /// recvmsg(2).
    ///
    /// With [`MsgFlags::ERRQUEUE`](core::MsgFlags) the error queue is read, and waited for as
    /// [`recv_error`](Self::recv_error) does.
    ///
    /// # Errors
    /// As [`core::Socket::recv_msg`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing. Descriptors that came belong to `control`.
    pub fn recv_msg<'a, 'b>(
        &'a self,
        buffers: &'a mut [IoSliceMut<'b>],
        control: &'a mut RecvBuffer,
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = Received, Error = io::Error> + Unpin + use<'a, 'b>> {
        self.op(receives(flags), move |core: &core::Socket| {
            core.recv_msg(buffers, control, flags).map(Done::new)
        })
        .with_flags(flags)
    }

    /// Takes the next entry of the error queue, and the bytes of the packet that it is about, as
    /// far as they fit: recvmsg(2) with `MSG_ERRQUEUE`. Waits for an entry alone, whatever else
    /// there is to receive.
    ///
    /// # Errors
    /// As [`core::Socket::recv_error`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    ///
    /// # Platforms
    /// Linux.
    #[cfg(linux_like)]
    pub fn recv_error<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = QueuedError, Error = io::Error> + Unpin + use<'a>> {
        self.op(Interest::Error, move |core: &core::Socket| core.recv_error(buffer).map(Done::new))
    }

    /// Sends several buffers as one message, or one stretch of a stream, with control messages,
    /// to `address` if one is given: sendmsg(2).
    ///
    /// # Errors
    /// As [`core::Socket::send_msg`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_msg<'a, 'b, 'fd>(
        &'a self,
        buffers: &'a [IoSlice<'b>],
        control: &'a SendBuffer<'fd>,
        flags: MsgFlags,
        address: Option<&'a Address>,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, 'b, 'fd>> {
        let attempt = SendTo::new(address.is_some(), move |core: &core::Socket| {
            core.send_msg(buffers, control, flags, address).map(Done::new)
        });
        self.op(Interest::Writable, attempt).with_flags(flags)
    }

    /// Receives bytes and at most `max` descriptors, close-on-exec from birth: recvmsg(2) with
    /// `SCM_RIGHTS`.
    ///
    /// # Errors
    /// As [`core::Socket::recv_fds`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing, neither bytes nor descriptors.
    pub fn recv_fds<'a, 'b>(
        &'a self,
        buffers: &'a mut [IoSliceMut<'b>],
        max: usize,
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = ReceivedFds, Error = io::Error> + Unpin + use<'a, 'b>> {
        self.op(Interest::Readable, move |core: &core::Socket| {
            core.recv_fds(buffers, max, flags).map(Done::new)
        })
        .with_flags(flags)
    }

    /// Sends bytes and descriptors: sendmsg(2) with `SCM_RIGHTS`. On a stream the descriptors go
    /// with the first of the bytes, however few were taken.
    ///
    /// # Errors
    /// As [`core::Socket::send_fds`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_fds<'a, 'b, 'fd>(
        &'a self,
        buffers: &'a [IoSlice<'b>],
        fds: &'a [BorrowedFd<'fd>],
        flags: MsgFlags,
        address: Option<&'a Address>,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, 'b, 'fd>> {
        let attempt = SendTo::new(address.is_some(), move |core: &core::Socket| {
            core.send_fds(buffers, fds, flags, address).map(Done::new)
        });
        self.op(Interest::Writable, attempt).with_flags(flags)
    }

    /// Sends bytes to a cipher, and what to do with them: sendmsg(2) with `ALG_SET_OP` and its
    /// kin.
    ///
    /// # Errors
    /// As [`core::Socket::send_alg`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    ///
    /// # Platforms
    /// Linux.
    #[cfg(linux_like)]
    pub fn send_alg<'a, 'b>(
        &'a self,
        buffers: &'a [IoSlice<'b>],
        request: &'a core::AlgRequest<'b>,
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, 'b>> {
        self.op(Interest::Writable, move |core: &core::Socket| {
            core.send_alg(buffers, request, flags).map(Done::new)
        })
        .with_flags(flags)
    }
}
