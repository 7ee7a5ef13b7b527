//! Connections that serve one request. What has come with the connection is read at once, and only
//! what has not is waited for.

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::net::TcpStream;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::super::{ADDRESS, CHURNED};
use super::calls::{self, Epoll, Event};
use crate::harness::process::ready;

const READ: u32 = calls::IN | calls::RDHUP | calls::EDGE;
const EVENTS: usize = 1_024;

pub(crate) fn churn() -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    listener.set_nonblocking(true)?;
    let epoll = Epoll::new()?;
    epoll.add(listener.as_raw_fd(), calls::IN)?;
    ready(listener.local_addr()?);
    let mut waiting: Vec<Option<Connection>> = Vec::new();
    let mut events = vec![Event::none(); EVENTS];
    loop {
        for event in epoll.wait(&mut events)? {
            let fd = event.fd();
            if fd == listener.as_raw_fd() {
                while let Some(connection) = accept(&listener)? {
                    begin(connection, &epoll, &mut waiting)?;
                }
            } else if let Some(connection) = &mut waiting[place(fd)]
                && connection.serve().is_none_or(|is_served| is_served)
            {
                waiting[place(fd)] = None;
            }
        }
    }
}

struct Connection {
    socket: OwnedFd,
    buffer: [u8; CHURNED],
    read: usize,
}

impl Connection {
    /// Whether it has been served; none if it failed.
    fn serve(&mut self) -> Option<bool> {
        let fd = self.socket.as_raw_fd();
        while self.read < CHURNED {
            match calls::recv(fd, &mut self.buffer[self.read..]) {
                Ok(0) => return None,
                Ok(more) => self.read += more,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(false),
                Err(_) => return None,
            }
        }
        // An empty send buffer takes so little.
        calls::send(fd, &self.buffer).ok().map(|_| true)
    }
}

fn accept(listener: &TcpListener) -> io::Result<Option<Connection>> {
    match calls::accept(listener.as_raw_fd()) {
        Ok(socket) => {
            let stream = TcpStream::from(socket);
            stream.set_nodelay(true)?;
            Ok(Some(Connection { socket: stream.into(), buffer: [0; CHURNED], read: 0 }))
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}

fn begin(
    mut connection: Connection,
    epoll: &Epoll,
    waiting: &mut Vec<Option<Connection>>,
) -> io::Result<()> {
    if let Some(false) = connection.serve() {
        let fd = connection.socket.as_raw_fd();
        if waiting.len() <= place(fd) {
            waiting.resize_with(place(fd) + 1, || None);
        }
        waiting[place(fd)] = Some(connection);
        epoll.add(fd, READ)?;
    }
    Ok(())
}

fn place(fd: RawFd) -> usize {
    usize::try_from(fd).expect("an open descriptor is never negative")
}
