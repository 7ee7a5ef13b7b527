//! Many datagrams as one stretch of bytes that the kernel cuts, or has put together: UDP
//! segmentation offload, the kernel's segmentation-offloads.rst.

use super::batch::MessageSlot;
use super::mode::{Deadline, Interest};
use super::transfer::{Received, SendAllError};
use super::{Socket, invalid};
use crate::address::Address;
use crate::audit::{self, Event};
use crate::constant::{Kind, MsgFlags};
use crate::control::udp::{ReceivedSegmentSize, SegmentSize};
use crate::control::{RecvBuffer, SendBuffer, cmsg_space};
use crate::option;
use crate::sys::{self, RawAddress, c};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::AsFd;
use std::slice::{self, Chunks};
use std::sync::atomic::{AtomicU32, Ordering};

/// The most segments of one send: `UDP_MAX_SEGMENTS` of the kernels that have the fewest.
const MAX_SEGMENTS: usize = 64;

/// The most bytes of one send: what a datagram of IPv4 holds.
const MAX_BYTES: usize = 65_507;

/// The largest segment that it is worth to ask the kernel to cut, by what it said before.
#[derive(Debug)]
pub(super) struct Segmentation(AtomicU32);

const UNKNOWN: u32 = u32::MAX;

// Relaxed: the number orders nothing else, and to be late costs a system call.
impl Segmentation {
    pub(super) const fn new() -> Self {
        Self(AtomicU32::new(UNKNOWN))
    }

    fn limit_to(&self, size: u32) {
        self.0.fetch_min(size, Ordering::Relaxed);
    }

    /// Learns from an error, and says whether the same bytes may go as single datagrams.
    fn learn(&self, error: &io::Error, size: u16) -> bool {
        match error.raw_os_error() {
            // Of this path, which has no checksums by the device, or transforms packets.
            Some(c::EIO | c::EOPNOTSUPP | c::ENOPROTOOPT) => self.limit_to(0),
            // Segments must fit the path, single datagrams need not.
            Some(c::EINVAL | c::EMSGSIZE) => self.limit_to(u32::from(size) - 1),
            _ => return false,
        }
        true
    }
}

impl Socket {
    /// Sends `bytes` as datagrams of `segment_size` bytes each, the last maybe shorter, to
    /// `address` if one is given, within one timeout for the whole.
    ///
    /// The kernel cuts them: sendmsg(2) with `UDP_SEGMENT`, at most 64 datagrams or 64 KiB a call.
    /// Where it cannot, each is sent by itself ([`send_many`](Self::send_many)), and the socket
    /// remembers not to ask again. `control` goes with every datagram.
    ///
    /// # Errors
    /// As [`send_msg`](Self::send_msg): [`SendAllError::sent`] tells how many bytes went before, all
    /// of them in whole datagrams, which are never sent again. `ENOBUFS` when a queue of the
    /// system is full, for which nothing can be waited. `InvalidInput` for a size of 0, and for a
    /// socket that has no datagrams.
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "UDP_SEGMENT")]
    #[doc(alias = "GSO")]
    pub fn send_segmented(
        &self,
        bytes: &[u8],
        segment_size: u16,
        control: &SendBuffer<'_>,
        address: Option<&Address>,
    ) -> Result<(), SendAllError> {
        let mut sending = match Sending::new(self, bytes, segment_size, control, address) {
            Ok(sending) => sending,
            Err(error) => return Err(SendAllError { sent: 0, error }),
        };
        let sent = sending.all();
        sent.map_err(|error| SendAllError { sent: bytes.len() - sending.rest.len(), error })
    }

    /// Receives datagrams of one sender and one size that the kernel has put together, the last
    /// maybe shorter: recvmsg(2) with `UDP_GRO`.
    ///
    /// The socket must have asked for it by [`ReceiveOffload`](crate::option::udp::ReceiveOffload),
    /// and the buffer should hold 64 KiB, or datagrams are cut off. Without the option, and where
    /// the kernel puts nothing together, it is one datagram. [`recv_many`](Self::recv_many)
    /// receives such too, and has room for other control messages: see
    /// [`MessageSlot::segments`].
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "UDP_GRO")]
    #[doc(alias = "GRO")]
    pub fn recv_segmented(&self, buffer: &mut [u8]) -> io::Result<ReceivedSegments> {
        let mut control = RecvBuffer::with_capacity(cmsg_space(size_of::<i32>())?);
        let buffers = &mut [IoSliceMut::new(buffer)];
        let received = self.recv_msg(buffers, &mut control, MsgFlags::empty())?;
        Ok(ReceivedSegments { received, segment_size: segment_size(&control, received.len) })
    }
}

/// What one [`Socket::recv_segmented`] brought, apart from the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedSegments {
    /// How many bytes in all, their flags and where they came from.
    pub received: Received,
    /// The bytes of each datagram but the last, never 0: `buffer[..received.len].chunks(size)`
    /// are the datagrams. (An empty datagram has none.)
    pub segment_size: usize,
}

impl<B: AsRef<[u8]>> MessageSlot<B> {
    /// The datagrams that came, where the kernel has put several together: it needs the option
    /// [`ReceiveOffload`](crate::option::udp::ReceiveOffload), and room for its control message in
    /// the slot. Else there is one. (Of an empty datagram, none.)
    ///
    /// # Platforms
    /// Linux.
    pub fn segments(&self) -> Chunks<'_, u8> {
        self.bytes().chunks(segment_size(&self.control, self.received.len))
    }
}

fn segment_size(control: &RecvBuffer, len: usize) -> usize {
    let told = control.get::<ReceivedSegmentSize>().map(|size| usize::from(size.0));
    told.unwrap_or(len).max(1)
}

/// One `send_segmented` on its way.
struct Sending<'s> {
    socket: &'s Socket,
    rest: &'s [u8],
    size: u16,
    control: &'s [u8],
    /// The same, and the size of the segments.
    control_to_cut: SendBuffer<'s>,
    address: Option<RawAddress>,
    deadline: Deadline,
}

impl<'s> Sending<'s> {
    fn new(
        socket: &'s Socket,
        bytes: &'s [u8],
        size: u16,
        control: &'s SendBuffer<'s>,
        address: Option<&Address>,
    ) -> io::Result<Self> {
        if socket.kind() != Kind::DGRAM {
            return Err(invalid("only datagrams have segments: use a socket of the kind DGRAM"));
        }
        if size == 0 {
            return Err(invalid("a segment has at least one byte"));
        }
        let address = address.map(|address| socket.checked(*address)).transpose()?;
        audit::tell(|| Event::SendMsg { socket: socket.as_fd(), address: address.as_ref() })?;
        let mut control_to_cut = control.clone();
        control_to_cut.push(SegmentSize(size))?;
        Ok(Self {
            socket,
            rest: bytes,
            size,
            control: control.as_bytes(),
            control_to_cut,
            address: address.map(|address| address.encode()),
            deadline: socket.deadline(),
        })
    }

    fn all(&mut self) -> io::Result<()> {
        loop {
            let n = if self.is_to_be_cut() { self.send_whole()? } else { self.send_singly()? };
            self.rest = &self.rest[n..];
            if self.rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Whether the kernel is to be asked to cut what comes next.
    fn is_to_be_cut(&self) -> bool {
        let size = usize::from(self.size);
        if self.rest.len() <= size || MAX_BYTES < 2 * size {
            return false;
        }
        let known = &self.socket.segmentation;
        if known.0.load(Ordering::Relaxed) == UNKNOWN {
            // A kernel that does not know the message does not refuse it: it would send one large
            // datagram. But it does not know the option either.
            let is_known = self.socket.get(option::udp::Segment).is_ok();
            known.limit_to(if is_known { u16::MAX.into() } else { 0 });
        }
        u32::from(self.size) <= known.0.load(Ordering::Relaxed)
    }

    /// Sends what the kernel cuts in one call. 0 is that it cannot, and nothing was sent.
    fn send_whole(&mut self) -> io::Result<usize> {
        let Self { socket, rest, size, control_to_cut, address, deadline, .. } = self;
        let segments = MAX_SEGMENTS.min(MAX_BYTES / usize::from(*size));
        let buffers = [IoSlice::new(&rest[..rest.len().min(segments * usize::from(*size))])];
        let sent = socket.attempt_until(Interest::Writable, MsgFlags::empty(), deadline, || {
            let (fd, flags) = (socket.as_fd(), socket.send_flags(MsgFlags::empty()));
            sys::send_message(fd, &buffers, control_to_cut.as_bytes(), flags, address.as_ref())
        });
        sent.or_else(|e| if socket.segmentation.learn(&e, *size) { Ok(0) } else { Err(e) })
    }

    /// Sends some segments as datagrams of their own.
    fn send_singly(&mut self) -> io::Result<usize> {
        let Self { socket, rest, size, control, address, deadline, .. } = self;
        let segments = rest.chunks(usize::from(*size)).take(MAX_SEGMENTS);
        // No bytes are one empty datagram.
        let segments = segments.chain(rest.is_empty().then_some(&[][..]));
        let segments: Vec<_> = segments.map(IoSlice::new).collect();
        let messages = segments.iter().map(|segment| sys::MessageOut {
            buffers: slice::from_ref(segment),
            control,
            address: *address,
        });
        let messages: Vec<_> = messages.collect();
        let sent = socket.attempt_until(Interest::Writable, MsgFlags::empty(), deadline, || {
            sys::send_messages(socket.as_fd(), &messages, socket.send_flags(MsgFlags::empty()))
        })?;
        Ok(segments.iter().take(sent).map(|segment| segment.len()).sum())
    }
}
