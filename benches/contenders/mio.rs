//! mio: an event loop by hand, edge-triggered, in safe Rust.

use std::io::{self, ErrorKind, Read, Write};

use mio::net::{TcpListener, TcpStream, UdpSocket};
use mio::{Events, Interest, Poll, Token};

use super::{ADDRESS, BUFFER, CHURNED, Counter, DATAGRAM};
use crate::harness::process::ready;

const LISTENER: Token = Token(usize::MAX);
const EVENTS: usize = 1_024;

pub(crate) fn echo() -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    serve(move |connection| connection.echo(&mut buffer))
}

pub(crate) fn churn() -> io::Result<()> {
    let mut buffer = vec![0; CHURNED];
    serve(move |connection| {
        connection.echo(&mut buffer)?;
        if connection.echoed < CHURNED { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    })
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    let socket = super::udp()?;
    socket.set_nonblocking(true)?;
    ready(socket.local_addr()?);
    let mut socket = UdpSocket::from_std(socket);
    let mut poll = Poll::new()?;
    poll.registry().register(&mut socket, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(1);
    let mut buffer = [0; DATAGRAM];
    let mut counter = Counter::default();
    loop {
        match socket.recv_from(&mut buffer) {
            Ok((_, from)) => {
                for _ in 0..counter.add(1) {
                    socket.send_to(b"ack", from)?;
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => poll.poll(&mut events, None)?,
            Err(error) => return Err(error),
        }
    }
}

/// A connection that `handle` fails is closed.
fn serve(mut handle: impl FnMut(&mut Connection) -> io::Result<()>) -> io::Result<()> {
    let mut listener = TcpListener::bind(ADDRESS.parse().map_err(io::Error::other)?)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    ready(listener.local_addr()?);
    let mut connections = slab::Slab::new();
    let mut events = Events::with_capacity(EVENTS);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, &poll, &mut connections)?;
            } else if let Some(connection) = connections.get_mut(event.token().0) {
                let is_last = event.is_read_closed() || event.is_error();
                connection.has_ended |= is_last;
                if handle(connection).is_err() {
                    connections.remove(event.token().0);
                }
            }
        }
    }
}

fn accept(
    listener: &TcpListener,
    poll: &Poll,
    connections: &mut slab::Slab<Connection>,
) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut stream, _peer)) => {
                stream.set_nodelay(true)?;
                let entry = connections.vacant_entry();
                let interest = Interest::READABLE | Interest::WRITABLE;
                poll.registry().register(&mut stream, Token(entry.key()), interest)?;
                let unsent = Vec::new();
                entry.insert(Connection { stream, unsent, echoed: 0, has_ended: false });
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

struct Connection {
    stream: TcpStream,
    /// Read, and refused by a full send buffer: nothing more is read while there is any.
    unsent: Vec<u8>,
    echoed: usize,
    has_ended: bool,
}

impl Connection {
    /// Echoes what there is; fails at the end of the stream.
    fn echo(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let unsent = std::mem::take(&mut self.unsent);
        if !self.send(&unsent)? {
            return Ok(());
        }
        loop {
            let read = match self.stream.read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            self.echoed += read;
            // A short read has emptied the socket, unless its end is to be read as well.
            let is_empty = read < buffer.len() && !self.has_ended;
            if !self.send(&buffer[..read])? || is_empty {
                return Ok(());
            }
        }
    }

    /// Whether all of it went; the rest is kept.
    fn send(&mut self, mut bytes: &[u8]) -> io::Result<bool> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.unsent = bytes.to_vec();
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}
