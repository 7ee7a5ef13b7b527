//! The floor: one edge-triggered epoll loop on plain system calls.
//!
//! A request costs one `recv`, one `send` and a share of one `epoll_wait`. It does not read until
//! EAGAIN: a short read has emptied the socket, and whatever arrives later is a new edge
//! (man 7 epoll, question 9). The exception is the end of the stream, which may have come with the
//! last bytes and then has no edge of its own: that is what EPOLLRDHUP tells.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::super::{ADDRESS, BUFFER};
use super::calls::{self, Epoll, Event};
use crate::harness::process::ready;

const READ: u32 = calls::IN | calls::RDHUP | calls::EDGE;
const WRITE: u32 = calls::OUT | calls::EDGE;
const EVENTS: usize = 1_024;

pub(crate) fn echo() -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    listener.set_nonblocking(true)?;
    let epoll = Epoll::new()?;
    // Level-triggered, so that one accept a turn is enough.
    epoll.add(listener.as_raw_fd(), calls::IN)?;
    ready(listener.local_addr()?);
    let mut server = Server { epoll, connections: Vec::new(), buffer: vec![0; BUFFER] };
    let mut events = vec![Event::none(); EVENTS];
    loop {
        for event in server.epoll.wait(&mut events)? {
            if event.fd() == listener.as_raw_fd() {
                server.accept(&listener)?;
            } else if event.is(calls::OUT) {
                server.resume(event.fd());
            } else {
                server.echo(event.fd(), event.is(calls::RDHUP | calls::HUP | calls::ERR));
            }
        }
    }
}

struct Server {
    epoll: Epoll,
    /// By descriptor, which is also what an event carries.
    connections: Vec<Option<Connection>>,
    buffer: Vec<u8>,
}

struct Connection {
    socket: OwnedFd,
    /// Read, and refused by a full send buffer. While there is any, the socket is watched for
    /// writing and nothing more is read from it.
    unsent: Vec<u8>,
}

enum After {
    Keep,
    Close,
}

impl Server {
    fn accept(&mut self, listener: &TcpListener) -> io::Result<()> {
        let socket = match calls::accept(listener.as_raw_fd()) {
            Ok(socket) => TcpStream::from(socket),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => return Ok(()),
            Err(error) => return Err(error),
        };
        socket.set_nodelay(true)?;
        let fd = socket.as_raw_fd();
        let place = place(fd);
        if self.connections.len() <= place {
            self.connections.resize_with(place + 1, || None);
        }
        self.connections[place] =
            Some(Connection { socket: OwnedFd::from(socket), unsent: Vec::new() });
        self.epoll.add(fd, READ)
    }

    /// Something can be read; `ended` says that the end of the stream, or an error, can be too.
    fn echo(&mut self, fd: RawFd, ended: bool) {
        let after = self.connections[place(fd)].as_mut().map(|connection| {
            connection.echo(&self.epoll, &mut self.buffer, ended).unwrap_or(After::Close)
        });
        self.settle(fd, after);
    }

    /// The send buffer has room again.
    fn resume(&mut self, fd: RawFd) {
        let after = self.connections[place(fd)]
            .as_mut()
            .map(|connection| connection.resume(&self.epoll).unwrap_or(After::Close));
        self.settle(fd, after);
    }

    fn settle(&mut self, fd: RawFd, after: Option<After>) {
        if let Some(After::Close) = after {
            // Closing the only descriptor takes it out of the epoll set.
            self.connections[place(fd)] = None;
        }
    }
}

impl Connection {
    fn echo(&mut self, epoll: &Epoll, buffer: &mut [u8], ended: bool) -> io::Result<After> {
        let fd = self.socket.as_raw_fd();
        loop {
            let read = match calls::recv(fd, buffer) {
                Ok(0) => return Ok(After::Close),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(After::Keep),
                Err(error) => return Err(error),
            };
            let sent = send(fd, &buffer[..read])?;
            if sent < read {
                self.unsent.extend_from_slice(&buffer[sent..read]);
                epoll.modify(fd, WRITE)?;
                return Ok(After::Keep);
            }
            if read < buffer.len() && !ended {
                return Ok(After::Keep);
            }
        }
    }

    fn resume(&mut self, epoll: &Epoll) -> io::Result<After> {
        let fd = self.socket.as_raw_fd();
        let sent = send(fd, &self.unsent)?;
        self.unsent.drain(..sent);
        if self.unsent.is_empty() {
            // Looks at the socket anew, so bytes that came meanwhile are an event again.
            epoll.modify(fd, READ)?;
        }
        Ok(After::Keep)
    }
}

/// How much the socket took; nothing, if it is full.
fn send(fd: RawFd, bytes: &[u8]) -> io::Result<usize> {
    match calls::send(fd, bytes) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        other => other,
    }
}

fn place(fd: RawFd) -> usize {
    usize::try_from(fd).expect("an open descriptor is never negative")
}
