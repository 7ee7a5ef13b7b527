//! A descriptor received with a byte, and sent back.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixListener;

use nix::cmsg_space;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};

use super::calls;
use super::edge::Edge;
use crate::harness::process::{argument, ready};

pub(crate) fn descriptors() -> io::Result<()> {
    let listener = UnixListener::bind(argument())?;
    ready(argument());
    loop {
        let (stream, _peer) = listener.accept()?;
        stream.set_nonblocking(true)?;
        let fd = stream.as_raw_fd();
        let mut edge = Edge::new(fd, calls::IN | calls::OUT)?;
        // An end of the connection is the end of the round, not of the server.
        while let Ok(Some(came)) = edge.until_ready(|| receive(fd)) {
            if edge.until_ready(|| send(fd, came.as_fd())).is_err() {
                break;
            }
        }
    }
}

/// None at the end of the stream.
pub(crate) fn receive(socket: RawFd) -> io::Result<Option<OwnedFd>> {
    let mut byte = [0];
    let mut buffers = [IoSliceMut::new(&mut byte)];
    let mut control = cmsg_space!(RawFd);
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let came = recvmsg::<()>(socket, &mut buffers, Some(&mut control), flags)?;
    let rights = came.cmsgs()?.find_map(|message| match message {
        ControlMessageOwned::ScmRights(fds) => fds.first().copied(),
        _ => None,
    });
    Ok(rights.map(own))
}

#[allow(unsafe_code)]
fn own(fd: RawFd) -> OwnedFd {
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows of it.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

pub(crate) fn send(socket: RawFd, fd: BorrowedFd<'_>) -> io::Result<()> {
    let fds = [fd.as_raw_fd()];
    let rights = [ControlMessage::ScmRights(&fds)];
    sendmsg::<()>(socket, &[IoSlice::new(b"x")], &rights, MsgFlags::MSG_NOSIGNAL, None)?;
    Ok(())
}
