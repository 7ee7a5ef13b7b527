//! Echo with one operation under way for each connection, in a room of its own.
//!
//! A send and the receive after it are one chain, whose only completion is that of the receive: a
//! request costs two operations, one completion and a share of one io_uring_enter.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use slab::Slab;

use super::super::{ADDRESS, BUFFER, SMALL};
use super::operation::{Operation, Room, Rooms, recv, send_all};
use super::ring::{Done, Event, Ring, Token};
use crate::harness::process::ready;

const RECV: u8 = 0;
const SEND: u8 = 1;

pub(crate) fn echo() -> io::Result<()> {
    serve(BUFFER)
}

pub(crate) fn idle() -> io::Result<()> {
    serve(SMALL)
}

fn serve(size: usize) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    let mut ring = Ring::new()?;
    ring.accept_all(listener.as_raw_fd())?;
    ready(format!("{} {}", listener.local_addr()?, ring.note()));
    let mut rooms = Rooms::of(size);
    let mut connections = Slab::new();
    loop {
        ring.wait()?;
        while let Some(event) = ring.next()? {
            match event {
                Event::Accepted(socket) => {
                    let entry = connections.vacant_entry();
                    let (index, room) = (entry.key(), rooms.take());
                    let connection = Connection { socket, index, room, from: 0, to: 0 };
                    ring.chain([entry.insert(connection).receive(true)])?;
                }
                Event::Done(done) => {
                    let connection: &mut Connection = &mut connections[done.index];
                    if !connection.go_on(&mut ring, &done)? {
                        rooms.give(connections.remove(done.index).room);
                    }
                }
            }
        }
    }
}

struct Connection {
    socket: TcpStream,
    index: usize,
    room: Room,
    /// What of the room is being sent.
    from: usize,
    to: usize,
}

impl Connection {
    /// Whether there is anything left to do.
    fn go_on(&mut self, ring: &mut Ring, done: &Done) -> io::Result<bool> {
        match (done.kind, &done.result) {
            (RECV, Ok(came @ 1..)) => (self.from, self.to) = (0, *came),
            // A part of it went, and then something else was wrong.
            (SEND, Ok(sent)) => self.from += sent,
            _ => return Ok(false),
        }
        let send = send_all(self.socket.as_raw_fd(), &self.room[self.from..self.to]);
        let send = (send.quiet(), Token::new(SEND, self.index));
        ring.chain([send, self.receive(done.is_there_more())])?;
        Ok(true)
    }

    fn receive(&self, expects: bool) -> (Operation, Token) {
        let recv = recv(self.socket.as_raw_fd(), self.room, expects);
        (recv, Token::new(RECV, self.index))
    }
}
