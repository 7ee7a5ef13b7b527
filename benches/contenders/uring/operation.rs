//! What the kernel is asked, as safe functions.
//!
//! Memory that an operation names belongs to the kernel until its completion has come, whatever
//! happens to those who asked. So a [`Room`] is never freed, only used again; and it is made of
//! cells, because the kernel writes to it while others hold it.

use std::cell::Cell;
use std::os::fd::RawFd;

use io_uring::opcode;
use io_uring::squeue::{Entry, Flags};
use io_uring::types::Fd;

use super::message::Message;

/// Do not try first, but wait until there is something: `ioprio` of a receive.
const POLL_FIRST: u16 = 1;

/// Where the bytes of a pipe go, or come from.
const NO_OFFSET: i64 = -1;

pub(super) type Room = &'static [Cell<u8>];

pub(super) fn room(size: usize) -> Room {
    Cell::from_mut(vec![0; size].leak()).as_slice_of_cells()
}

/// Rooms of one size that nobody uses, and more if there are none.
pub(super) struct Rooms {
    size: usize,
    free: Vec<Room>,
}

impl Rooms {
    pub(super) fn of(size: usize) -> Self {
        Self { size, free: Vec::new() }
    }

    pub(super) fn take(&mut self) -> Room {
        self.free.pop().unwrap_or_else(|| room(self.size))
    }

    /// Only once no operation names it any more.
    pub(super) fn give(&mut self, room: Room) {
        self.free.push(room);
    }
}

/// What the kernel is asked to do. The functions of this file alone make one, and the only memory
/// they name is that of rooms and messages: cells that stay for ever.
pub(super) struct Operation(Entry);

impl Operation {
    /// The next begins when this one has done all of its work, and not otherwise.
    pub(super) fn linked(self) -> Self {
        Self(self.0.flags(Flags::IO_LINK))
    }

    /// Completes only if it fails, and then also for those that were to begin after it.
    pub(super) fn quiet(self) -> Self {
        Self(self.0.flags(Flags::SKIP_SUCCESS))
    }

    pub(super) fn with(self, token: u64) -> Entry {
        self.0.user_data(token)
    }
}

/// Accepts until it fails: a completion for each connection.
pub(super) fn accept_all(listener: RawFd) -> Operation {
    let accept = opcode::AcceptMulti::new(Fd(listener));
    Operation(accept.flags(libc::SOCK_CLOEXEC).build())
}

/// Receives once. A receive that `expects` nothing yet is not tried before something comes.
pub(super) fn recv(socket: RawFd, room: Room, expects: bool) -> Operation {
    let recv = opcode::Recv::new(Fd(socket), start(room), length(room));
    Operation(recv.ioprio(if expects { 0 } else { POLL_FIRST }).build())
}

/// Fills the room, or fails with what did come.
pub(super) fn recv_exactly(socket: RawFd, room: Room) -> Operation {
    let recv = opcode::Recv::new(Fd(socket), start(room), length(room));
    Operation(recv.flags(libc::MSG_WAITALL).build())
}

/// Receives until it is cancelled, fails, or finds no free room in the pool.
pub(super) fn recv_all(socket: RawFd, pool: u16) -> Operation {
    Operation(opcode::RecvMulti::new(Fd(socket), pool).build())
}

/// Sends all of it, waiting as often as it must.
pub(super) fn send_all(socket: RawFd, bytes: Room) -> Operation {
    send(socket, bytes, libc::MSG_NOSIGNAL | libc::MSG_WAITALL)
}

/// Sends all of it without waiting, or fails with what did go: quiet, it has succeeded if there is
/// no completion once the ring [has told all](super::ring::Ring::has_told_all).
pub(super) fn send_at_once(socket: RawFd, bytes: Room) -> Operation {
    send(socket, bytes, libc::MSG_NOSIGNAL | libc::MSG_WAITALL | libc::MSG_DONTWAIT)
}

fn send(socket: RawFd, bytes: Room, flags: libc::c_int) -> Operation {
    let send = opcode::Send::new(Fd(socket), start(bytes), length(bytes));
    Operation(send.flags(flags).build())
}

/// Sends all of it out of the room itself: a second completion says that it may be used again.
pub(super) fn send_uncopied(socket: RawFd, bytes: Room) -> Operation {
    let send = opcode::SendZc::new(Fd(socket), start(bytes), length(bytes));
    Operation(send.flags(libc::MSG_NOSIGNAL | libc::MSG_WAITALL).build())
}

pub(super) fn recv_message(socket: RawFd, message: &'static Message) -> Operation {
    let recv = opcode::RecvMsg::new(Fd(socket), message.for_receiving());
    Operation(recv.ioprio(POLL_FIRST).build())
}

/// Receives what is there already.
pub(super) fn recv_message_at_once(socket: RawFd, message: &'static Message) -> Operation {
    let recv = opcode::RecvMsg::new(Fd(socket), message.for_receiving());
    Operation(recv.flags(libc::MSG_DONTWAIT.cast_unsigned()).build())
}

/// As [`recv_all`], with room for what `layout` asks for before the bytes.
pub(super) fn recv_all_messages(socket: RawFd, layout: &'static Message, pool: u16) -> Operation {
    Operation(opcode::RecvMsgMulti::new(Fd(socket), layout.for_receiving(), pool).build())
}

pub(super) fn send_to(socket: RawFd, bytes: Room, address: Room) -> Operation {
    let send = opcode::Send::new(Fd(socket), start(bytes), length(bytes));
    Operation(send.dest_addr(start(address).cast()).dest_addr_len(length(address)).build())
}

pub(super) fn send_message(socket: RawFd, message: &'static Message) -> Operation {
    Operation(opcode::SendMsg::new(Fd(socket), message.for_sending()).build())
}

/// Moves bytes through a pipe; to or from a file at an offset.
pub(super) fn splice(from: RawFd, offset: Option<i64>, to: RawFd, most: u32) -> Operation {
    let offset = offset.unwrap_or(NO_OFFSET);
    Operation(opcode::Splice::new(Fd(from), offset, Fd(to), NO_OFFSET, most).build())
}

/// Closes a descriptor, which is the kernel's from then on.
pub(super) fn close(fd: RawFd) -> Operation {
    Operation(opcode::Close::new(Fd(fd)).build())
}

/// Ends the first operation that has this token.
pub(super) fn cancel(token: u64) -> Operation {
    Operation(opcode::AsyncCancel::new(token).build())
}

fn start(room: Room) -> *mut u8 {
    room.as_ptr().cast_mut().cast()
}

fn length(room: Room) -> u32 {
    u32::try_from(room.len()).expect("a room of less than 4 GiB")
}
