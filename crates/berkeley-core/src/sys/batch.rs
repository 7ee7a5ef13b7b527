//! Many messages in one system call: sendmmsg(2) and recvmmsg(2) of Linux and NetBSD. Elsewhere a
//! loop, which is what they are on FreeBSD too.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::{ControlIn, RawAddress, Received};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::BorrowedFd;

#[cfg(any(linux_like, netbsd))]
use super::length::{Length, length};
#[cfg(any(linux_like, netbsd))]
use super::{address_capacity, call::call_again, empty_header, outgoing_header};
#[cfg(any(linux_like, netbsd))]
use std::os::fd::AsRawFd;

/// A message to be sent.
pub(crate) struct MessageOut<'m> {
    pub(crate) buffers: &'m [IoSlice<'m>],
    pub(crate) control: &'m [u8],
    pub(crate) address: Option<RawAddress>,
}

/// Room for a message, what came, and what the caller keeps beside it.
pub(crate) struct MessageIn<'m, K> {
    buffer: IoSliceMut<'m>,
    control: &'m mut ControlIn,
    pub(crate) received: Received,
    pub(crate) kept: K,
}

impl<'m, K> MessageIn<'m, K> {
    pub(crate) fn new(buffer: &'m mut [u8], control: &'m mut ControlIn, kept: K) -> Self {
        Self { buffer: IoSliceMut::new(buffer), control, received: Received::nothing(), kept }
    }
}

/// Flags in the type that these calls take: musl says that they have no sign.
#[cfg(all(any(linux_like, netbsd), not(target_env = "musl")))]
fn flags_of_many(flags: i32) -> i32 {
    flags
}
#[cfg(target_env = "musl")]
fn flags_of_many(flags: i32) -> u32 {
    flags.cast_unsigned()
}

/// Returns how many messages at the start of `messages` were sent; fails if none was.
#[cfg(any(linux_like, netbsd))]
pub(crate) fn send_messages(
    fd: BorrowedFd<'_>,
    messages: &[MessageOut<'_>],
    flags: i32,
) -> io::Result<usize> {
    let headers = messages.iter().map(|message| libc::mmsghdr {
        msg_hdr: outgoing_header(message.buffers, message.control, message.address.as_ref()),
        msg_len: 0,
    });
    let mut headers: Vec<_> = headers.collect();
    let flags = flags_of_many(flags);
    // SAFETY: each header names an address, buffers and control data of `messages`, which the call
    // only reads, by their lengths; it writes lengths into the headers, of which there are as many
    // as it is told.
    let sent = call_again("sendmmsg", || unsafe {
        libc::sendmmsg(fd.as_raw_fd(), headers.as_mut_ptr(), length(headers.len()), flags)
    })?;
    Ok(usize::try_from(sent).unwrap_or(0))
}

/// Fills slots from the first on, and returns how many; waits for the first alone.
#[cfg(any(linux_like, netbsd))]
pub(crate) fn recv_messages<K>(
    fd: BorrowedFd<'_>,
    slots: &mut [MessageIn<'_, K>],
    flags: i32,
) -> io::Result<usize> {
    let header = libc::mmsghdr { msg_hdr: empty_header(), msg_len: 0 };
    let mut headers = vec![header; slots.len()];
    let flags = flags_of_many(flags | libc::MSG_WAITFORONE);
    let came = call_again("recvmmsg", || {
        for (slot, header) in slots.iter_mut().zip(&mut headers) {
            let header = &mut header.msg_hdr;
            header.msg_name = slot.received.address.as_mut_ptr().cast();
            header.msg_namelen = address_capacity();
            // IoSliceMut is laid out as iovec on every Unix (its documentation promises it).
            header.msg_iov = (&raw mut slot.buffer).cast();
            header.msg_iovlen = 1;
            slot.control.clear();
            let room = slot.control.room();
            header.msg_control = room.as_mut_ptr().cast();
            header.msg_controllen = length(room.len());
        }
        // SAFETY: each header names the address, the buffer and the room of one slot, which are
        // valid for writes of the lengths given; there are as many headers as the call is told,
        // and the null says that there is no timeout.
        unsafe {
            libc::recvmmsg(
                fd.as_raw_fd(),
                headers.as_mut_ptr(),
                length(headers.len()),
                flags,
                std::ptr::null_mut(),
            )
        }
    })?;
    let came = usize::try_from(came).unwrap_or(0);
    for (slot, header) in slots.iter_mut().zip(&headers).take(came) {
        slot.received.len = header.msg_len as usize;
        slot.received.flags = header.msg_hdr.msg_flags;
        slot.received.address.set_len(header.msg_hdr.msg_namelen as usize);
        slot.control.arrived(header.msg_hdr.msg_controllen.get(), header.msg_hdr.msg_flags);
    }
    Ok(came)
}

/// Returns how many messages at the start of `messages` were sent; fails if none was.
#[cfg(not(any(linux_like, netbsd)))]
pub(crate) fn send_messages(
    fd: BorrowedFd<'_>,
    messages: &[MessageOut<'_>],
    flags: i32,
) -> io::Result<usize> {
    for (sent, message) in messages.iter().enumerate() {
        let MessageOut { buffers, control, address } = message;
        match super::send_message(fd, buffers, control, flags, address.as_ref()) {
            // The next call tells.
            Err(_) if sent > 0 => return Ok(sent),
            outcome => outcome?,
        };
    }
    Ok(messages.len())
}

/// Fills slots from the first on, and returns how many; waits for the first alone.
#[cfg(not(any(linux_like, netbsd)))]
pub(crate) fn recv_messages<K>(
    fd: BorrowedFd<'_>,
    slots: &mut [MessageIn<'_, K>],
    flags: i32,
) -> io::Result<usize> {
    let mut flags = flags;
    for (came, slot) in slots.iter_mut().enumerate() {
        let buffers = std::slice::from_mut(&mut slot.buffer);
        match super::recv_message(fd, buffers, Some(slot.control), flags, &mut slot.received) {
            Ok(()) => {}
            Err(e) if came == 0 => return Err(e),
            // An error that lasts comes again; the messages would not.
            Err(_) => return Ok(came),
        }
        flags |= libc::MSG_DONTWAIT;
    }
    Ok(slots.len())
}
