//! Connections that serve one request, each in one chain: receive, send, close. The only completion
//! of a connection that goes well is that of its close.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, IntoRawFd};

use slab::Slab;

use super::super::{ADDRESS, CHURNED};
use super::operation::{Room, Rooms, close, recv_exactly, send_all};
use super::ring::{Event, Ring, Token};
use crate::harness::process::ready;

const SERVE: u8 = 0;
const CLOSE: u8 = 1;

pub(crate) fn churn() -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    let mut ring = Ring::new()?;
    ring.accept_all(listener.as_raw_fd())?;
    ready(format!("{} {}", listener.local_addr()?, ring.note()));
    let mut rooms = Rooms::of(CHURNED);
    let mut connections: Slab<(TcpStream, Room)> = Slab::new();
    loop {
        ring.wait()?;
        while let Some(event) = ring.next()? {
            match event {
                Event::Accepted(socket) => {
                    let (fd, room) = (socket.as_raw_fd(), rooms.take());
                    let index = connections.insert((socket, room));
                    let token = Token::new(SERVE, index);
                    ring.chain([
                        (recv_exactly(fd, room).quiet(), token),
                        (send_all(fd, room).quiet(), token),
                        (close(fd), Token::new(CLOSE, index)),
                    ])?;
                }
                Event::Done(done) => {
                    let (socket, room) = connections.remove(done.index);
                    if done.kind == CLOSE {
                        // Closed already. What failed before that closes here.
                        let _ = socket.into_raw_fd();
                    }
                    rooms.give(room);
                }
            }
        }
    }
}
