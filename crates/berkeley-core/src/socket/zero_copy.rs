//! Sends without a copy into the kernel: `MSG_ZEROCOPY`, the kernel's msg_zerocopy.rst.

use super::mode::{Deadline, Interest, Pause, poll};
use super::{Socket, invalid};
use crate::constant::{Family, MsgFlags};
use crate::control::{RecvBuffer, ZeroCopied};
use crate::interrupt;
use crate::option;
use crate::sys::{self, c};
use std::borrow::Borrow;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::mem;
use std::ops::Range;
use std::os::fd::AsFd;

/// Sends buffers over a TCP connection without copying them into the kernel, and gives each back
/// when the kernel has done with it: `MSG_ZEROCOPY`, Linux 4.14.
///
/// The kernel sends the pages of a buffer as they are, and again if packets are lost, long after
/// the send has returned. So a buffer belongs to this sender from [`push`](Self::push) until it
/// comes back as a [`Completion`], which is when the peer has acknowledged it. It pays for buffers
/// of more than about 10 KB; over the loopback the kernel copies all the same, and says so.
///
/// ```
/// # use berkeley_core::{Family, Kind, Protocol, Socket, ZeroCopy};
/// # fn main() -> std::io::Result<()> {
/// # let listener = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP)?;
/// # listener.bind("127.0.0.1:0")?;
/// # listener.listen(1)?;
/// # let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP)?;
/// # socket.connect(listener.local_addr()?)?;
/// let mut sender = ZeroCopy::new(&socket)?;
/// let ticket = sender.push(vec![7; 100_000]);
/// sender.finish()?;
/// let done = sender.completions()?.next().expect("it is done");
/// assert_eq!((done.ticket, done.sent, done.buffer.len()), (ticket, 100_000, 100_000));
/// # Ok(())
/// # }
/// ```
///
/// `S` is the socket or a reference to it, `B` a buffer of any kind: `Vec<u8>`, `Arc<[u8]>`.
/// Nothing else may send with `MSG_ZEROCOPY` there, before or beside this: the kernel numbers the
/// sends of a socket, and this counts them. Completions come by the socket's error queue, and
/// other entries of that are lost: do not ask for timestamps there.
///
/// # Drop
/// A buffer that the kernel still reads when this is dropped is leaked, because its memory, used
/// again, would be sent. [`finish`](Self::finish) first, also after an error.
///
/// # Platforms
/// Linux.
#[doc(alias = "MSG_ZEROCOPY")]
pub struct ZeroCopy<S: Borrow<Socket>, B: AsRef<[u8]> + 'static> {
    socket: S,
    /// In the order of the stream: sent whole, one that is partly sent, waiting.
    buffers: VecDeque<Flight<B>>,
    done: VecDeque<Completion<B>>,
    tickets: u64,
    /// How many sends the kernel has numbered. Its numbers are the lower 32 bits.
    sends: u64,
    control: RecvBuffer,
}

/// Which buffer: the one that a [`ZeroCopy::push`] took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// A buffer that the kernel has done with.
#[derive(Debug)]
#[non_exhaustive]
pub struct Completion<B> {
    /// What [`ZeroCopy::push`] returned for it.
    pub ticket: Ticket,
    /// The buffer.
    pub buffer: B,
    /// How many of its bytes were sent: all, unless it was [cancelled](ZeroCopy::cancel).
    pub sent: usize,
    /// Whether the kernel copied any of them after all. It tells of several sends at once, and so
    /// may mean a neighbour.
    pub copied: bool,
}

/// A buffer that was not given back.
struct Flight<B> {
    ticket: Ticket,
    /// Boxed, so that its bytes stay where they are also if it has them in itself.
    buffer: Box<B>,
    sent: usize,
    is_over: bool,
    /// The numbers of its sends.
    sends: Range<u64>,
    /// How many of those the kernel has not done with.
    outstanding: u64,
    copied: bool,
}

impl<S: Borrow<Socket>, B: AsRef<[u8]> + 'static> ZeroCopy<S, B> {
    /// Prepares a TCP socket: `SO_ZEROCOPY`.
    ///
    /// # Errors
    /// `InvalidInput` when it is no stream of IPv4 or IPv6, `EOPNOTSUPP` or `ENOPROTOOPT` when the
    /// protocol or the kernel has no such sends: use [`Socket::send_all`].
    #[doc(alias = "SO_ZEROCOPY")]
    pub fn new(socket: S) -> io::Result<Self> {
        let it: &Socket = socket.borrow();
        if !it.is_stream() || !matches!(it.family(), Family::INET | Family::INET6) {
            return Err(invalid("zero-copy sends are for TCP sockets: use send_all"));
        }
        it.set(option::socket::ZeroCopy, true)?;
        Ok(Self {
            socket,
            buffers: VecDeque::new(),
            done: VecDeque::new(),
            tickets: 0,
            sends: 0,
            control: RecvBuffer::with_capacity(256),
        })
    }

    /// The socket.
    pub fn socket(&self) -> &Socket {
        self.socket.borrow()
    }

    /// Takes a buffer, to be sent behind those that were taken before. Nothing is asked of the
    /// kernel until [`flush`](Self::flush).
    pub fn push(&mut self, buffer: B) -> Ticket {
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        self.buffers.push_back(Flight {
            ticket,
            buffer: Box::new(buffer),
            sent: 0,
            is_over: false,
            sends: 0..0,
            outstanding: 0,
            copied: false,
        });
        ticket
    }

    /// Sends what was pushed, within one timeout for the whole: send(2) with `MSG_ZEROCOPY`.
    ///
    /// Where the kernel has no room to remember one more send without a copy, it is made with one.
    ///
    /// # Errors
    /// As [`Socket::send`]. What was not sent waits: the next flush goes on where this one ended.
    /// [`cancel`](Self::cancel) gives it up.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut deadline = self.socket().deadline();
        self.flush_until(&mut deadline)
    }

    fn flush_until(&mut self, deadline: &mut Deadline) -> io::Result<()> {
        for at in 0..self.buffers.len() {
            while !self.buffers[at].is_over {
                match self.send_part(at, c::MSG_ZEROCOPY, deadline) {
                    // Sends that are done take room too, until somebody reads of them.
                    Err(e) if e.raw_os_error() == Some(c::ENOBUFS) => {
                        if self.collect()? == 0 {
                            self.send_part(at, 0, deadline)?;
                        }
                    }
                    outcome => outcome?,
                }
            }
        }
        Ok(())
    }

    fn send_part(&mut self, at: usize, flags: i32, deadline: &mut Deadline) -> io::Result<()> {
        let (socket, flight): (&Socket, _) = (self.socket.borrow(), &mut self.buffers[at]);
        if !flight.rest().is_empty() {
            let raw = socket.send_flags(MsgFlags::from_bits_retain(flags));
            let send = || sys::send(socket.as_fd(), flight.rest(), raw);
            let interest = Interest::Writable;
            let n = socket.attempt_until(interest, MsgFlags::empty(), deadline, send)?;
            flight.sent += n;
            if flags == c::MSG_ZEROCOPY {
                flight.number(self.sends);
                self.sends += 1;
            } else {
                flight.copied = true;
            }
        }
        flight.is_over = flight.rest().is_empty();
        Ok(())
    }

    /// Gives up what is not sent. The buffers come back as [`completions`](Self::completions),
    /// each when the kernel has done with what was sent of it.
    pub fn cancel(&mut self) {
        self.buffers.iter_mut().for_each(|flight| flight.is_over = true);
    }

    /// Takes the buffers that the kernel has done with since the last time. Waits for nothing.
    ///
    /// # Errors
    /// What the error queue cannot be read with.
    pub fn completions(&mut self) -> io::Result<impl Iterator<Item = Completion<B>> + '_> {
        self.collect()?;
        self.release();
        Ok(self.done.drain(..))
    }

    /// Waits, as the mode says, until [`completions`](Self::completions) has a buffer to give
    /// back, or none is in the kernel's hands.
    ///
    /// # Errors
    /// `WouldBlock` or `TimedOut` by the mode. In non-blocking mode, the socket reports an error
    /// to its poller when it is worth to try again.
    pub fn wait(&mut self) -> io::Result<()> {
        let mut deadline = self.socket().deadline();
        self.wait_until(&mut deadline, |sender| !sender.done.is_empty() || sender.in_flight() == 0)
    }

    /// Sends what was pushed, and waits until the kernel has done with all of it, within one
    /// timeout for the whole: then the peer has acknowledged every byte.
    /// [`completions`](Self::completions) has the buffers.
    ///
    /// # Errors
    /// As [`flush`](Self::flush), and as [`wait`](Self::wait).
    pub fn finish(&mut self) -> io::Result<()> {
        let mut deadline = self.socket().deadline();
        self.flush_until(&mut deadline)?;
        self.wait_until(&mut deadline, |sender| sender.in_flight() == 0)
    }

    /// How many buffers the kernel still reads.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.buffers.iter().filter(|flight| flight.outstanding > 0).count()
    }

    fn wait_until(
        &mut self,
        deadline: &mut Deadline,
        is_enough: impl Fn(&Self) -> bool,
    ) -> io::Result<()> {
        let mut pause = Pause::new();
        let mut is_ready = false;
        loop {
            let read = self.collect()?;
            self.release();
            if is_enough(self) {
                return Ok(());
            }
            if deadline.is_zero() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            // It was the end of the connection, which stays, and not the error queue.
            if is_ready && read == 0 {
                pause.sleep(deadline)?;
            }
            deadline.check()?;
            is_ready = match poll(self.socket().as_fd(), Interest::Error, deadline.remaining()) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {
                    interrupt::go_on()?;
                    false
                }
                outcome => outcome?,
            };
        }
    }

    /// Reads the error queue until it is empty, and returns how many entries there were.
    fn collect(&mut self) -> io::Result<usize> {
        let mut read = 0;
        loop {
            let socket: &Socket = self.socket.borrow();
            match socket.recv_msg(&mut [], &mut self.control, MsgFlags::ERRQUEUE) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(read),
                outcome => outcome?,
            };
            let entry = self.control.extended_error();
            if let Some(done) = entry.and_then(|entry| entry.zero_copied()) {
                self.settle(&done);
            }
            read += 1;
        }
    }

    /// Counts sends that the kernel has done with.
    fn settle(&mut self, done: &ZeroCopied) {
        let (first, last) = (*done.sends.start(), *done.sends.end());
        let Some(last_send) = widen(last, self.sends) else { return };
        let Some(first_send) = last_send.checked_sub(last.wrapping_sub(first).into()) else {
            return;
        };
        for flight in &mut self.buffers {
            let end = flight.sends.end.min(last_send + 1);
            let count = end.saturating_sub(flight.sends.start.max(first_send));
            flight.outstanding = flight.outstanding.saturating_sub(count);
            flight.copied |= count > 0 && done.copied;
        }
    }

    /// Moves the buffers that nobody needs any more to those that are done.
    fn release(&mut self) {
        let mut at = 0;
        while let Some(flight) = self.buffers.get(at) {
            if !flight.is_over || flight.outstanding > 0 {
                at += 1;
            } else if let Some(Flight { ticket, buffer, sent, copied, .. }) =
                self.buffers.remove(at)
            {
                self.done.push_back(Completion { ticket, buffer: *buffer, sent, copied });
            }
        }
    }
}

impl<B: AsRef<[u8]>> Flight<B> {
    /// What is not sent.
    fn rest(&self) -> &[u8] {
        (*self.buffer).as_ref().get(self.sent..).unwrap_or_default()
    }

    /// Counts a send.
    fn number(&mut self, send: u64) {
        if self.sends.is_empty() {
            self.sends.start = send;
        }
        self.sends.end = send + 1;
        self.outstanding += 1;
    }
}

/// The latest of `sends` sends whose number ends in these 32 bits.
fn widen(low: u32, sends: u64) -> Option<u64> {
    let latest = sends.checked_sub(1)?;
    latest.checked_sub(latest.wrapping_sub(low.into()) & u64::from(u32::MAX))
}

impl<S: Borrow<Socket>, B: AsRef<[u8]> + 'static> fmt::Debug for ZeroCopy<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZeroCopy")
            .field("socket", self.socket())
            .field("buffers", &self.buffers.len())
            .field("in_flight", &self.in_flight())
            .finish()
    }
}

impl<S: Borrow<Socket>, B: AsRef<[u8]> + 'static> Drop for ZeroCopy<S, B> {
    fn drop(&mut self) {
        if self.in_flight() > 0 {
            // What the queue tells until it fails is as good.
            let _ = self.collect();
        }
        for flight in self.buffers.drain(..) {
            if flight.outstanding > 0 {
                mem::forget(flight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constant::{Kind, Protocol};

    /// A sender of a socket that has made `before` sends, with a buffer for each of `parts`, sent
    /// in so many.
    fn sender(before: u64, parts: &[u64]) -> ZeroCopy<Socket, [u8; 1]> {
        let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
        let mut sender = ZeroCopy::new(socket).unwrap();
        sender.sends = before;
        for parts in parts {
            sender.push([0]);
            let flight = sender.buffers.back_mut().unwrap();
            for _ in 0..*parts {
                flight.number(sender.sends);
                sender.sends += 1;
            }
            flight.is_over = true;
        }
        sender
    }

    /// Says that the sends from the `first` to the `last` behind `before` are done, and returns
    /// which buffers come back.
    fn settle(sender: &mut ZeroCopy<Socket, [u8; 1]>, before: u32, sends: [u32; 2]) -> Vec<u64> {
        let [first, last] = sends.map(|send| before.wrapping_add(send));
        sender.settle(&ZeroCopied { sends: first..=last, copied: false });
        sender.release();
        sender.done.drain(..).map(|done| done.ticket.0).collect()
    }

    #[test]
    fn buffers_come_back_when_all_their_sends_are_done_in_any_order() {
        // The kernel's numbers begin again in the middle of it all, or do not.
        for before in [0, 1_000, u32::MAX - 3, u32::MAX] {
            let mut sender = sender(u64::from(before), &[1, 3, 0, 2]);
            assert_eq!(settle(&mut sender, before, [4, 4]), [2]);
            assert_eq!(settle(&mut sender, before, [1, 2]), []);
            assert_eq!(settle(&mut sender, before, [0, 0]), [0]);
            assert_eq!(sender.in_flight(), 2);
            assert_eq!(settle(&mut sender, before, [3, 3]), [1]);
            assert_eq!(settle(&mut sender, before, [5, 5]), [3]);
            assert_eq!(sender.in_flight(), 0);
        }
    }

    #[test]
    fn one_entry_may_tell_of_many_buffers() {
        for before in [0, u32::MAX - 2] {
            let mut sender = sender(u64::from(before), &[2, 2, 2]);
            assert_eq!(settle(&mut sender, before, [1, 4]), [1]);
            assert_eq!(settle(&mut sender, before, [0, 0]), [0]);
            assert_eq!(settle(&mut sender, before, [5, 5]), [2]);
        }
    }

    #[test]
    fn numbers_of_sends_that_were_not_made_are_nothing() {
        let mut sender = sender(0, &[1, 1]);
        assert_eq!(settle(&mut sender, 0, [2, 2]), []);
        assert_eq!(settle(&mut sender, 0, [1, 0]), []);
        assert_eq!(settle(&mut sender, 0, [5, 9]), []);
        assert_eq!(sender.in_flight(), 2);
        assert_eq!(settle(&mut sender, 0, [0, 1]), [0, 1]);
    }
}
