//! Datagrams in and out: many in a submission, by themselves into shared rooms, and as segments.

use std::io::{self, ErrorKind};
use std::net::{SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;

use super::super::{
    BATCH, Counter, DATAGRAM, SEGMENTED, SMALL, WINDOW, receive_segmented, segments, udp,
};
use super::message::{CONTROL, Message, Picked, segments_of};
use super::operation::{
    recv_all_messages, recv_message, recv_message_at_once, room, send_message, send_to,
};
use super::pool::{MANY, Pool};
use super::ring::{Ring, Token};
use crate::harness::process::ready;

/// There is one kind of completion at a time.
const ONE: Token = Token::new(0, 0);

/// As much as the kernel takes in a call.
const MOST: usize = 65_507 / DATAGRAM * DATAGRAM;

fn open() -> io::Result<(Ring, UdpSocket)> {
    let (ring, socket) = (Ring::new()?, udp()?);
    ready(format!("{} {}", socket.local_addr()?, ring.note()));
    Ok((ring, socket))
}

fn acknowledge(
    socket: &UdpSocket,
    counter: &mut Counter,
    came: usize,
    to: SocketAddrV4,
) -> io::Result<()> {
    for _ in 0..counter.add(came) {
        socket.send_to(b"ack", to)?;
    }
    Ok(())
}

/// Waits for one, and then takes what is there, so many in a submission.
pub(crate) fn datagrams_in() -> io::Result<()> {
    let (mut ring, socket) = open()?;
    let fd = socket.as_raw_fd();
    let messages = [(); BATCH].map(|()| Message::new(room(DATAGRAM), room(0)));
    let mut counter = Counter::default();
    loop {
        ring.push(recv_message(fd, messages[0]), ONE)?;
        ring.completion()?.result?;
        let mut came = 1;
        while came > 0 {
            acknowledge(&socket, &mut counter, came, messages[0].from())?;
            for message in messages {
                ring.push(recv_message_at_once(fd, message), ONE)?;
            }
            came = 0;
            for _ in 0..BATCH {
                match ring.completion()?.result {
                    Ok(_) => came += 1,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// A receive that goes on by itself.
pub(crate) fn datagrams_in_multishot() -> io::Result<()> {
    let (ring, socket) = open()?;
    let pool = Pool::new(&ring, MANY, Picked::HEAD + DATAGRAM)?;
    receive(ring, pool, &socket, 0)
}

/// And has the kernel put datagrams together.
pub(crate) fn datagrams_in_segmented() -> io::Result<()> {
    let (ring, socket) = open()?;
    receive_segmented(&socket)?;
    let pool = Pool::new(&ring, 16, Picked::HEAD + CONTROL + SEGMENTED)?;
    receive(ring, pool, &socket, CONTROL)
}

fn receive(mut ring: Ring, mut pool: Pool, socket: &UdpSocket, control: usize) -> io::Result<()> {
    let layout = Message::new(room(0), room(control));
    let mut counter = Counter::default();
    loop {
        ring.push(recv_all_messages(socket.as_raw_fd(), layout, Pool::GROUP), ONE)?;
        loop {
            let done = ring.completion()?;
            if let Some(id) = done.picked() {
                let picked = Picked::of(pool.room(id));
                let came = segments(picked.length(), picked.segment().unwrap_or(picked.length()));
                pool.is_taken();
                acknowledge(socket, &mut counter, came, picked.from())?;
                pool.give(id);
            }
            let is_last = done.is_last();
            match done.result {
                Ok(_) => {}
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => pool.grow(),
                Err(error) => return Err(error),
            }
            if is_last {
                break;
            }
        }
    }
}

/// A window in one submission, with the wait for the next request.
pub(crate) fn datagrams_out() -> io::Result<()> {
    let datagram = room(DATAGRAM);
    answer(|ring, socket, request| {
        for _ in 0..WINDOW {
            ring.push(send_to(socket, datagram, request.address).quiet(), ONE)?;
        }
        Ok(())
    })
}

/// And has the kernel cut them.
pub(crate) fn datagrams_out_segmented() -> io::Result<()> {
    let size = u16::try_from(DATAGRAM).map_err(io::Error::other)?;
    let control = segments_of(size);
    let chunks = room(WINDOW * DATAGRAM).chunks(MOST);
    let messages: Vec<_> = chunks.map(|bytes| Message::new(bytes, control)).collect();
    answer(|ring, socket, request| {
        for message in &messages {
            message.to(request.address);
            ring.push(send_message(socket, message).quiet(), ONE)?;
        }
        Ok(())
    })
}

/// Has each request answered. What is pushed waits for room where there is none, and is quiet: so a
/// completion is the next request, or a failure.
fn answer(
    mut push: impl FnMut(&mut Ring, i32, &'static Message) -> io::Result<()>,
) -> io::Result<()> {
    let (mut ring, socket) = open()?;
    let request = Message::new(room(SMALL), room(0));
    loop {
        ring.push(recv_message(socket.as_raw_fd(), request), ONE)?;
        ring.completion()?.result?;
        push(&mut ring, socket.as_raw_fd(), request)?;
    }
}
