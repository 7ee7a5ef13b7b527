//! Receives that go on by themselves, into rooms that all connections share: echo, and a relay.
//!
//! A request costs one operation (the send), one completion (of the receive) and a share of one
//! io_uring_enter. A send that does not wait needs no completion: once it has been submitted, silence
//! says that all of it went. A peer that does not read must not take all the rooms: past a few, its
//! receive is cancelled until what it has is sent.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::rc::Rc;

use slab::Slab;

use super::super::{ADDRESS, BUFFER, CHUNK, SMALL};
use super::operation::{cancel, recv_all, send_all, send_at_once};
use super::pool::{MANY, Pool};
use super::ring::{Done, Event, Ring, Token};
use crate::harness::process::{argument, ready};

const RECV: u8 = 0;
const SEND: u8 = 1;
const CANCEL: u8 = 2;

/// Free rooms of a relay, each for much.
const RELAYED: u16 = 32;

/// Rooms that a connection may hold before its receive is cancelled.
const MOST: usize = 8;

pub(crate) fn echo() -> io::Result<()> {
    serve(MANY, BUFFER, to_itself)
}

pub(crate) fn idle() -> io::Result<()> {
    serve(MANY, SMALL, to_itself)
}

pub(crate) fn relay() -> io::Result<()> {
    serve(RELAYED, CHUNK, |client| {
        let upstream = Rc::new(TcpStream::connect(argument())?);
        Ok(vec![Way::new(client.clone(), upstream.clone()), Way::new(upstream, client)])
    })
}

fn to_itself(socket: Rc<TcpStream>) -> io::Result<Vec<Way>> {
    Ok(vec![Way::new(socket.clone(), socket)])
}

fn serve(
    rooms: u16,
    size: usize,
    begin: impl Fn(Rc<TcpStream>) -> io::Result<Vec<Way>>,
) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    let mut ring = Ring::new()?;
    let pool = Pool::new(&ring, rooms, size)?;
    ring.accept_all(listener.as_raw_fd())?;
    ready(format!("{} {}", listener.local_addr()?, ring.note()));
    let mut ways: Slab<Way> = Slab::new();
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
                Event::Accepted(socket) => {
                    begin(Rc::new(socket))?
                        .into_iter()
                        .for_each(|way| touched.push(ways.insert(way)));
                }
                Event::Done(done) if done.kind == CANCEL => {}
                Event::Done(done) => {
                    ways[done.index].note(&mut shared, &done);
                    touched.push(done.index);
                }
            }
        }
        if shared.ring.has_told_all() {
            for (index, turn) in submitted.drain(..) {
                // It may have failed and gone, and its place may be another's.
                if let Some(way) = ways.get_mut(index)
                    && way.sending == Sending::AtOnce(turn)
                {
                    way.has_sent(&mut shared);
                    touched.push(index);
                }
            }
        }
        for _ in 0..shared.pool.free() {
            let Some(index) = shared.starved.pop_front() else { break };
            if let Some(way) = ways.get_mut(index) {
                way.is_starved = false;
                touched.push(index);
            }
        }
        // Not before all is known of each, lest one be quiet about what somebody waits for.
        for index in touched.drain(..) {
            if let Some(way) = ways.get_mut(index) {
                way.go_on(&mut shared, index)?;
                if way.is_over() {
                    // Nobody is left to be told if it fails.
                    let _ = ways.remove(index).to.shutdown(Shutdown::Write);
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

/// Bytes from one socket to another, which in an echo is the same.
struct Way {
    from: Rc<TcpStream>,
    to: Rc<TcpStream>,
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

impl Way {
    fn new(from: Rc<TcpStream>, to: Rc<TcpStream>) -> Self {
        Self {
            from,
            to,
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
                shared.pool.grow();
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
        let token = Token::new(RECV, index);
        let is_to_receive = !self.has_ended && self.pieces.len() < MOST;
        match self.receiving {
            Receiving::Not if is_to_receive && !self.is_starved => {
                shared.ring.push(recv_all(self.from.as_raw_fd(), Pool::GROUP), token)?;
                self.receiving = Receiving::Goes;
            }
            Receiving::Goes if !is_to_receive => {
                shared.ring.push(cancel(token.value()), Token::new(CANCEL, index))?;
                self.receiving = Receiving::Ends;
            }
            _ => {}
        }
        if self.sending == Sending::Not
            && let Some(piece) = self.pieces.front()
        {
            let bytes = &shared.pool.room(piece.id)[piece.from..piece.to];
            let (to, token) = (self.to.as_raw_fd(), Token::new(SEND, index));
            // Nothing is to be done when it has gone, so that nobody need be woken.
            let is_alone = self.pieces.len() == 1 && self.receiving == Receiving::Goes;
            if is_alone && !self.is_full && shared.starved.is_empty() {
                shared.ring.push(send_at_once(to, bytes).quiet(), token)?;
                shared.pushed.push((index, shared.turn));
                self.sending = Sending::AtOnce(shared.turn);
            } else {
                shared.ring.push(send_all(to, bytes), token)?;
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
