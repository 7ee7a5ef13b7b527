//! The load generator: on every connection one request is under way, always.
//!
//! It has to be leaner than any server it measures: one thread, one edge-triggered epoll, one
//! `send` and one `recv` a request, nothing allocated once it runs.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::probe;
use crate::harness::cell::{Load, Until};

/// No server takes this long over a request unless it has stopped.
const STALL: Duration = Duration::from_secs(5);
const STALL_EPOLL: u16 = 5_000;

const EVENTS: usize = 1_024;

/// After so many the server has to have accepted them: were its backlog to overflow, the next
/// would wait a second for its second SYN.
const ACCEPTED: usize = 64;

pub(crate) struct Echoes {
    address: SocketAddr,
    epoll: Epoll,
    connections: Vec<Connection>,
    buffer: Vec<u8>,
    check: Check,
}

struct Connection {
    stream: TcpStream,
    /// The message, a different one on each connection.
    message: Vec<u8>,
    /// How much of its echo has come back.
    echoed: usize,
}

/// What is looked at in an echo, beside its length.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    Length,
    Contents,
}

impl Echoes {
    pub(crate) fn connect(
        address: SocketAddr,
        connections: usize,
        bytes: usize,
    ) -> io::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let connect = |index| {
            let mut stream = TcpStream::connect_timeout(&address, STALL)?;
            stream.set_nodelay(true)?;
            let message = message(index, bytes);
            if index % ACCEPTED == ACCEPTED - 1 {
                exchange(&mut stream, &message)?;
            }
            stream.set_nonblocking(true)?;
            let token = u64::try_from(index).map_err(io::Error::other)?;
            let interest = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
            epoll.add(&stream, EpollEvent::new(interest, token))?;
            Ok(Connection { stream, message, echoed: 0 })
        };
        let connections = (0..connections).map(connect).collect::<io::Result<_>>()?;
        // One byte more than an echo, so that every echo is a short read and one too long is seen.
        let buffer = vec![0; bytes + 1];
        Ok(Self { address, epoll, connections, buffer, check: Check::Length })
    }

    pub(crate) fn check_contents(&mut self, check: bool) {
        self.check = if check { Check::Contents } else { Check::Length };
    }
}

impl Load for Echoes {
    /// Sends and receives until told to stop, then collects the echoes still under way.
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let limit = until.limit();
        let mut sent = 0;
        let mut echoed = 0;
        let mut is_open = true;
        let mut events = [EpollEvent::empty(); EVENTS];
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
                if connection.collect(&mut self.buffer, self.check)? {
                    echoed += 1;
                    if is_open && sent < limit {
                        connection.request()?;
                        sent += 1;
                    }
                }
            }
            is_open = !until.is_over(sent);
        }
        Ok(echoed)
    }

    fn prove(&mut self) -> io::Result<()> {
        probe::check(self.address)
    }

    fn run_in(&self) -> u64 {
        u64::try_from(self.connections.len()).unwrap_or(1_000).max(100)
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

/// One echo on a connection that is still blocking.
fn exchange(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    stream.set_read_timeout(Some(STALL))?;
    stream.write_all(message)?;
    stream.read_exact(&mut vec![0; message.len()])
}
