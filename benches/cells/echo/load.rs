//! The load generator: on every connection one request is under way, always.
//!
//! It has to be leaner than any server it measures: one thread, one edge-triggered epoll, one
//! `send` and one `recv` a request, nothing allocated once it runs.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::cell::Cell;

/// No server takes this long over a request unless it has stopped.
const STALL: Duration = Duration::from_secs(5);
const STALL_EPOLL: u16 = 5_000;

const EVENTS: usize = 1_024;

pub(crate) struct Load {
    epoll: Epoll,
    connections: Vec<Connection>,
    buffer: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    /// The message, a different one on each connection.
    message: Vec<u8>,
    /// How much of its echo has come back.
    echoed: usize,
}

/// When to stop sending requests.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Elapsed(Duration),
    Requests(u64),
}

/// What is looked at in an echo, beside its length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Length,
    Contents,
}

pub(crate) struct Ran {
    pub(crate) requests: u64,
    pub(crate) elapsed: Duration,
}

impl Load {
    pub(crate) fn connect(address: SocketAddr, cell: Cell) -> io::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let mut connections = Vec::with_capacity(cell.connections);
        for index in 0..cell.connections {
            let stream = TcpStream::connect_timeout(&address, STALL)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let token = u64::try_from(index).map_err(io::Error::other)?;
            let interest = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
            epoll.add(&stream, EpollEvent::new(interest, token))?;
            connections.push(Connection { stream, message: message(index, cell.bytes), echoed: 0 });
        }
        // One byte more than an echo, so that every echo is a short read and one too long is seen.
        Ok(Self { epoll, connections, buffer: vec![0; cell.bytes + 1] })
    }

    /// Sends and receives until told to stop, then collects the echoes still under way.
    pub(crate) fn run(&mut self, until: Until, check: Check) -> io::Result<Ran> {
        let limit = match until {
            Until::Elapsed(_) => u64::MAX,
            Until::Requests(limit) => limit,
        };
        let mut sent = 0;
        let mut echoed = 0;
        let mut open = true;
        let mut events = [EpollEvent::empty(); EVENTS];
        let start = Instant::now();
        for connection in &mut self.connections {
            if sent < limit {
                connection.request()?;
                sent += 1;
            }
        }
        while echoed < sent {
            let got = match self.epoll.wait(&mut events, EpollTimeout::from(STALL_EPOLL)) {
                Ok(0) => return Err(io::Error::new(ErrorKind::TimedOut, "an echo never came")),
                Ok(got) => got,
                Err(Errno::EINTR) => continue,
                Err(error) => return Err(error.into()),
            };
            for event in &events[..got] {
                let index = usize::try_from(event.data()).map_err(io::Error::other)?;
                let connection = &mut self.connections[index];
                if connection.collect(&mut self.buffer, check)? {
                    echoed += 1;
                    if open && sent < limit {
                        connection.request()?;
                        sent += 1;
                    }
                }
            }
            if let Until::Elapsed(time) = until {
                open = start.elapsed() < time;
            }
        }
        Ok(Ran { requests: echoed, elapsed: start.elapsed() })
    }
}

impl Connection {
    fn request(&mut self) -> io::Result<()> {
        // The send buffer is empty: nothing else is under way.
        let sent = (&self.stream).write(&self.message)?;
        if sent == self.message.len() {
            Ok(())
        } else {
            Err(io::Error::other("a message did not fit into an empty send buffer"))
        }
    }

    /// Reads once; true if that was the rest of the echo.
    fn collect(&mut self, buffer: &mut [u8], check: Check) -> io::Result<bool> {
        let got = match (&self.stream).read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(got) => got,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        let end = self.echoed + got;
        if end > self.message.len() {
            return Err(io::Error::other("more came back than was sent"));
        }
        if check == Check::Contents && buffer[..got] != self.message[self.echoed..end] {
            return Err(io::Error::other("what came back is not what was sent"));
        }
        let whole = end == self.message.len();
        self.echoed = if whole { 0 } else { end };
        Ok(whole)
    }
}

fn message(connection: usize, bytes: usize) -> Vec<u8> {
    (0..=250).cycle().skip(connection % 251).take(bytes).collect()
}
