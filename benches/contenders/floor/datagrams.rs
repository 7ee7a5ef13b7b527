//! Datagrams in and out: one by one, many in a call, and as segments.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::UdpSocket;
use std::os::fd::{AsRawFd, RawFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvfrom, recvmmsg,
    recvmsg, sendmmsg, sendmsg, sendto,
};

use super::super::{
    BATCH, Counter, DATAGRAM, SEGMENTED, SMALL, WINDOW, receive_segmented, segments, udp,
};
use super::calls;
use super::edge::Edge;
use crate::harness::process::ready;

const NONE: MsgFlags = MsgFlags::empty();

/// As much as the kernel takes in a call.
const MOST: usize = 65_507 / DATAGRAM * DATAGRAM;

struct Socket {
    socket: UdpSocket,
    edge: Edge,
}

impl Socket {
    fn open() -> io::Result<Self> {
        let socket = udp()?;
        socket.set_nonblocking(true)?;
        let edge = Edge::new(socket.as_raw_fd(), calls::IN | calls::OUT)?;
        ready(socket.local_addr()?);
        Ok(Self { socket, edge })
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<SockaddrIn> {
        let fd = self.socket.as_raw_fd();
        let (_, from) = self.edge.until_ready(|| Ok(recvfrom::<SockaddrIn>(fd, buffer)?))?;
        known(from)
    }

    fn send(&mut self, bytes: &[u8], to: &SockaddrIn) -> io::Result<()> {
        let fd = self.socket.as_raw_fd();
        self.edge.until_ready(|| Ok(sendto(fd, bytes, to, NONE)?))?;
        Ok(())
    }
}

fn known(from: Option<SockaddrIn>) -> io::Result<SockaddrIn> {
    from.ok_or_else(|| io::Error::other("a datagram from nobody"))
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    let mut socket = Socket::open()?;
    let mut buffer = [0; DATAGRAM];
    let mut counter = Counter::default();
    loop {
        let from = socket.receive(&mut buffer)?;
        for _ in 0..counter.add(1) {
            socket.send(b"ack", &from)?;
        }
    }
}

pub(crate) fn datagrams_in_batched() -> io::Result<()> {
    let mut socket = Socket::open()?;
    let fd = socket.socket.as_raw_fd();
    let mut rooms = [[0; DATAGRAM]; BATCH];
    let mut headers = MultiHeaders::<SockaddrIn>::preallocate(BATCH, None);
    let mut counter = Counter::default();
    loop {
        let (came, from) = match receive_many(fd, &mut headers, &mut rooms) {
            Ok(came) => came,
            Err(Errno::EAGAIN) => {
                socket.edge.wait()?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        for _ in 0..counter.add(came) {
            socket.send(b"ack", &known(from)?)?;
        }
    }
}

/// How many came, and from whom the first.
fn receive_many(
    fd: RawFd,
    headers: &mut MultiHeaders<SockaddrIn>,
    rooms: &mut [[u8; DATAGRAM]; BATCH],
) -> nix::Result<(usize, Option<SockaddrIn>)> {
    let mut slices = rooms.each_mut().map(|room| [IoSliceMut::new(room)]);
    let mut came = recvmmsg(fd, headers, slices.iter_mut(), MsgFlags::MSG_DONTWAIT, None)?;
    let first = came.next().and_then(|message| message.address);
    Ok((1 + came.count(), first))
}

pub(crate) fn datagrams_in_segmented() -> io::Result<()> {
    let mut socket = Socket::open()?;
    receive_segmented(&socket.socket)?;
    let fd = socket.socket.as_raw_fd();
    let mut room = vec![0; SEGMENTED];
    let mut control = cmsg_space!(i32);
    let mut counter = Counter::default();
    loop {
        let (came, from) = socket.edge.until_ready(|| {
            let mut buffers = [IoSliceMut::new(&mut room)];
            let came = recvmsg::<SockaddrIn>(fd, &mut buffers, Some(&mut control), NONE)?;
            let size = came.cmsgs()?.find_map(|message| match message {
                ControlMessageOwned::UdpGroSegments(size) => usize::try_from(size).ok(),
                _ => None,
            });
            Ok((segments(came.bytes, size.unwrap_or(came.bytes)), came.address))
        })?;
        for _ in 0..counter.add(came) {
            socket.send(b"ack", &known(from)?)?;
        }
    }
}

pub(crate) fn datagrams_out() -> io::Result<()> {
    let mut socket = Socket::open()?;
    let datagram = [0; DATAGRAM];
    loop {
        let to = socket.receive(&mut [0; SMALL])?;
        for _ in 0..WINDOW {
            socket.send(&datagram, &to)?;
        }
    }
}

pub(crate) fn datagrams_out_batched() -> io::Result<()> {
    let mut socket = Socket::open()?;
    let fd = socket.socket.as_raw_fd();
    let datagram = [0; DATAGRAM];
    let buffers = vec![[IoSlice::new(&datagram)]; BATCH];
    let mut headers = MultiHeaders::preallocate(BATCH, None);
    let nothing: [ControlMessage<'_>; 0] = [];
    loop {
        let to = socket.receive(&mut [0; SMALL])?;
        let mut sent = 0;
        while sent < WINDOW {
            let next = BATCH.min(WINDOW - sent);
            let to = vec![Some(to); next];
            sent += socket.edge.until_ready(|| {
                Ok(sendmmsg(fd, &mut headers, &buffers[..next], &to, nothing, NONE)?.count())
            })?;
        }
    }
}

pub(crate) fn datagrams_out_segmented() -> io::Result<()> {
    let mut socket = Socket::open()?;
    let fd = socket.socket.as_raw_fd();
    let datagrams = vec![0; WINDOW * DATAGRAM];
    let size = u16::try_from(DATAGRAM).map_err(io::Error::other)?;
    loop {
        let to = socket.receive(&mut [0; SMALL])?;
        for bytes in datagrams.chunks(MOST) {
            let segmented = [ControlMessage::UdpGsoSegments(&size)];
            socket.edge.until_ready(|| {
                Ok(sendmsg(fd, &[IoSlice::new(bytes)], &segmented, NONE, Some(&to))?)
            })?;
        }
    }
}
