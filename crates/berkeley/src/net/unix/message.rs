//! What comes with a message over a Unix socket: descriptors, and who sent it.

use super::{UnixDatagram, UnixSeqpacket, UnixStream};
use crate::driver::Done;
use crate::op::{Attempt, Op};
use crate::socket::Spoken;
use berkeley_core::control::{RecvBuffer, cmsg_len, cmsg_space};
use berkeley_core::option::unix;
use berkeley_core::{self as core, Credentials, Interest, MsgFlags, UnixAddress};
use std::io::{self, IoSliceMut};
use std::os::fd::OwnedFd;
use std::slice;

/// The most descriptors of one message (`SCM_MAX_FD`, man 7 unix).
const MOST_DESCRIPTORS: usize = 253;

/// A message over a Unix socket, apart from its bytes.
#[derive(Debug)]
#[non_exhaustive]
pub struct UnixMessage {
    /// How many bytes came. Of a stream or a connection of records 0 is the end; an empty record
    /// looks the same, unless it comes with credentials.
    pub len: usize,
    /// [`MsgFlags::TRUNC`] when a record or datagram was longer than the buffer,
    /// [`MsgFlags::CTRUNC`] when there were more descriptors than asked for, which are closed.
    pub flags: MsgFlags,
    /// The sender's name; unnamed if it has none.
    pub from: UnixAddress,
    /// The descriptors that came with it, close-on-exec.
    pub fds: Vec<OwnedFd>,
    /// Who sent it, by the kernel's word, if [asked for](UnixStream::set_pass_credentials).
    pub credentials: Option<Credentials>,
    /// A descriptor of the sending process (man 2 pidfd_open), if
    /// [asked for](UnixStream::set_pass_pidfd).
    pub pidfd: Option<OwnedFd>,
}

impl UnixMessage {
    /// Whether a record or datagram was longer than the buffer, and its end is lost.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.flags.contains(MsgFlags::TRUNC)
    }

    /// Whether descriptors were lost, for there were more than asked for.
    #[must_use]
    pub const fn is_control_truncated(&self) -> bool {
        self.flags.contains(MsgFlags::CTRUNC)
    }
}

fn recv_message(
    core: &core::Socket,
    buffer: &mut [u8],
    most_fds: usize,
) -> io::Result<UnixMessage> {
    // Credentials and the process come first, and shall not push descriptors out.
    let descriptors = cmsg_len(size_of::<i32>() * most_fds.min(MOST_DESCRIPTORS))?;
    let room = cmsg_space(size_of::<Credentials>())? + cmsg_space(size_of::<i32>())? + descriptors;
    let mut control = RecvBuffer::with_capacity(room);
    let mut buffer = IoSliceMut::new(buffer);
    let received = core.recv_msg(slice::from_mut(&mut buffer), &mut control, MsgFlags::empty())?;
    let (mut fds, mut flags) = (control.take_rights(), received.flags);
    if fds.len() > most_fds {
        fds.truncate(most_fds);
        flags |= MsgFlags::CTRUNC;
    }
    Ok(UnixMessage {
        len: received.len,
        flags,
        from: UnixAddress::read(received.from)?,
        fds,
        credentials: control.get(),
        pidfd: control.take_pidfd(),
    })
}

macro_rules! messages {
    ($($name:ident)*) => { $(
        impl $name {
            /// Whether each message comes with the credentials of its sender: `SO_PASSCRED`. A
            /// socket without a name gets one when it then connects.
            ///
            /// # Errors
            /// What the kernel reports.
            ///
            /// # Platforms
            /// Linux.
            #[doc(alias = "SO_PASSCRED")]
            pub fn set_pass_credentials(&self, pass: bool) -> io::Result<()> {
                self.set(unix::PassCredentials, pass)
            }

            /// Whether each message comes with a descriptor of its sender's process:
            /// `SO_PASSPIDFD`, Linux 6.5.
            ///
            /// # Errors
            /// `ENOPROTOOPT` on an older kernel.
            ///
            /// # Platforms
            /// Linux.
            #[doc(alias = "SO_PASSPIDFD")]
            pub fn set_pass_pidfd(&self, pass: bool) -> io::Result<()> {
                self.set(unix::PassPidFd, pass)
            }

            /// Receives one message, or a stretch of a stream that one sender sent, with at most
            /// `most_fds` descriptors, and who sent it if that was asked for: recvmsg(2).
            ///
            /// # Errors
            /// As [`Socket::recv_msg`](crate::Socket::recv_msg).
            ///
            /// # Cancel safety
            /// A dropped receive has taken nothing, neither bytes nor descriptors.
            ///
            /// # Platforms
            /// Linux.
            pub fn recv_message<'a>(
                &'a self,
                buffer: &'a mut [u8],
                most_fds: usize,
            ) -> Op<'a, impl Attempt<Output = UnixMessage, Error = io::Error> + Unpin + use<'a>>
            {
                self.0.op(Interest::Readable, move |core: &core::Socket| {
                    recv_message(core, buffer, most_fds).map(Done::new)
                })
            }
        }
    )* };
}

messages!(UnixStream UnixDatagram UnixSeqpacket);
