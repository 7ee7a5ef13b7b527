//! Echo with a receive that goes on by itself, into rooms that all connections share.
//!
//! A request costs one operation (the send), one completion (of the receive) and a share of one
//! io_uring_enter. A send that does not wait needs no completion: once it has been submitted, silence
//! says that all of it went. A peer that does not read must not take all the rooms: past a few, its
//! receive is cancelled until what it has is sent.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use slab::Slab;

use super::super::{ADDRESS, BUFFER, SMALL};
use super::pool::Pool;
use super::ring::{Done, Event, Ring, Token, cancel, recv_all, send_all, send_at_once};
use crate::harness::process::ready;

const RECV: u8 = 0;
const SEND: u8 = 1;
const CANCEL: u8 = 2;

/// Rooms that a connection may hold before its receive is cancelled.
const MOST: usize = 16;

pub(crate) fn echo() -> io::Result<()> {
    serve(BUFFER)
}

pub(crate) fn idle() -> io::Result<()> {
    serve(SMALL)
}

fn serve(size: usize) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    let mut ring = Ring::new()?;
    let pool = Pool::new(&ring, size)?;
    ring.accept_all(listener.as_raw_fd())?;
    ready(format!("{} {}", listener.local_addr()?, ring.note()));
    let mut connections: Slab<Connection> = Slab::new();
    let mut shared = Shared { ring, pool, starved: VecDeque::new(), pushed: Vec::new(), turn: 0 };
    // Sends that have been submitted without waiting, and connections of which something has come.
    let mut submitted = Vec::new();
    let mut touched = Vec::new();
    loop {
        shared.ring.wait()?;
        submitted.append(&mut shared.pushed);
        shared.turn += 1;
        while let Some(event) = shared.ring.next()? {
            match event {
                Event::Accepted(socket) => touched.push(connections.insert(Connection::of(socket))),
                Event::Done(done) if done.kind == CANCEL => {}
                Event::Done(done) => {
                    connections[done.index].note(&mut shared, &done);
                    touched.push(done.index);
                }
            }
        }
        if shared.ring.has_told_all() {
            for (index, turn) in submitted.drain(..) {
                // It may have failed and gone, and its place may be another's.
                if let Some(connection) = connections.get_mut(index)
                    && connection.sending == Sending::AtOnce(turn)
                {
                    connection.has_sent(&mut shared);
                    touched.push(index);
                }
            }
        }
        for _ in 0..shared.pool.free() {
            let Some(index) = shared.starved.pop_front() else { break };
            if let Some(connection) = connections.get_mut(index) {
                connection.is_starved = false;
                touched.push(index);
            }
        }
        // Not before all is known of each, lest one be quiet about what somebody waits for.
        for index in touched.drain(..) {
            if let Some(connection) = connections.get_mut(index) {
                connection.go_on(&mut shared, index)?;
                if connection.is_over() {
                    connections.remove(index);
                }
            }
        }
    }
}

/// What all connections have in common.
struct Shared {
    ring: Ring,
    pool: Pool,
    /// Connections for which there was no room.
    starved: VecDeque<usize>,
    /// Sends that do not wait, and in which turn each was pushed.
    pushed: Vec<(usize, u64)>,
    turn: u64,
}

struct Connection {
    socket: TcpStream,
    /// Received and not yet sent, in order.
    pieces: VecDeque<Piece>,
    receiving: Receiving,
    is_starved: bool,
    /// The oldest piece.
    sending: Sending,
    /// The send buffer was full the last time: the next send is to wait.
    is_full: bool,
    has_ended: bool,
}

/// A room, and what of it is to be sent.
struct Piece {
    id: u16,
    from: usize,
    to: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiving {
    Not,
    Goes,
    /// And is cancelled, but there may still come something.
    Ends,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    Not,
    /// Without waiting, pushed in this turn.
    AtOnce(u64),
    Waits,
}

impl Connection {
    fn of(socket: TcpStream) -> Self {
        Self {
            socket,
            pieces: VecDeque::new(),
            receiving: Receiving::Not,
            is_starved: false,
            sending: Sending::Not,
            is_full: false,
            has_ended: false,
        }
    }

    /// Takes in what has come of an operation.
    fn note(&mut self, shared: &mut Shared, done: &Done) {
        match done.kind {
            RECV => self.received(shared, done),
            _ => self.sent(shared, done),
        }
    }

    fn received(&mut self, shared: &mut Shared, done: &Done) {
        if done.is_last() {
            self.receiving = Receiving::Not;
        }
        if let Some(id) = done.picked() {
            shared.pool.is_taken();
            match done.result {
                Ok(to @ 1..) if !self.has_ended => {
                    self.pieces.push_back(Piece { id, from: 0, to });
                }
                _ => shared.pool.give(id),
            }
        }
        match &done.result {
            Ok(1..) => {}
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {
                self.is_starved = true;
                shared.starved.push_back(done.index);
            }
            Err(error) if error.raw_os_error() == Some(libc::ECANCELED) => {}
            Ok(0) | Err(_) => self.has_ended = true,
        }
    }

    /// It went, if it waited; otherwise not all of it did.
    fn sent(&mut self, shared: &mut Shared, done: &Done) {
        self.sending = Sending::Not;
        let sent = match &done.result {
            Ok(sent) => *sent,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(_) => {
                // Nothing more goes, so that nothing more need come.
                self.has_ended = true;
                self.pieces.drain(..).for_each(|piece| shared.pool.give(piece.id));
                return;
            }
        };
        let Some(piece) = self.pieces.front_mut() else { return };
        piece.from += sent;
        self.is_full = piece.from < piece.to;
        if !self.is_full {
            self.has_sent(shared);
        }
    }

    /// The oldest piece has gone.
    fn has_sent(&mut self, shared: &mut Shared) {
        self.sending = Sending::Not;
        if let Some(piece) = self.pieces.pop_front() {
            shared.pool.give(piece.id);
        }
    }

    /// Has sent and received what can be.
    fn go_on(&mut self, shared: &mut Shared, index: usize) -> io::Result<()> {
        let socket = self.socket.as_raw_fd();
        let token = Token::new(RECV, index);
        let is_to_receive = !self.has_ended && self.pieces.len() < MOST;
        match self.receiving {
            Receiving::Not if is_to_receive && !self.is_starved => {
                shared.ring.push(recv_all(socket, Pool::GROUP), token)?;
                self.receiving = Receiving::Goes;
            }
            Receiving::Goes if !is_to_receive => {
                shared.ring.push(cancel(token), Token::new(CANCEL, index))?;
                self.receiving = Receiving::Ends;
            }
            _ => {}
        }
        if self.sending == Sending::Not
            && let Some(piece) = self.pieces.front()
        {
            let bytes = &shared.pool.room(piece.id)[piece.from..piece.to];
            let token = Token::new(SEND, index);
            // Nothing is to be done when it has gone, so that nobody need be woken.
            let is_alone = self.pieces.len() == 1 && self.receiving == Receiving::Goes;
            if is_alone && !self.is_full && shared.starved.is_empty() {
                shared.ring.push(send_at_once(socket, bytes).quiet(), token)?;
                shared.pushed.push((index, shared.turn));
                self.sending = Sending::AtOnce(shared.turn);
            } else {
                shared.ring.push(send_all(socket, bytes), token)?;
                self.sending = Sending::Waits;
            }
        }
        Ok(())
    }

    /// No operation of it is left.
    fn is_over(&self) -> bool {
        self.has_ended && self.sending == Sending::Not && self.receiving == Receiving::Not
    }
}
