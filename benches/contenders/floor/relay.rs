//! A relay by splice(2): each direction has a pipe.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, OFlag, SpliceFFlags, fcntl, splice};
use nix::unistd::pipe2;

use super::super::ADDRESS;
use super::calls::{self, Epoll, Event};
use crate::harness::process::{argument, ready};

/// The pipes' room: as much as an unprivileged user may have, and a MiB on most systems.
const ROOM: i32 = 1 << 20;
const MOST: usize = 1 << 20;
const BOTH: u32 = calls::IN | calls::OUT | calls::RDHUP | calls::EDGE;

pub(crate) fn relay() -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    ready(listener.local_addr()?);
    loop {
        let (client, _peer) = listener.accept()?;
        client.set_nodelay(true)?;
        let upstream = TcpStream::connect(argument())?;
        client.set_nonblocking(true)?;
        upstream.set_nonblocking(true)?;
        // A connection that fails ends alone.
        let _ = between(&client, &upstream);
    }
}

fn between(client: &TcpStream, upstream: &TcpStream) -> io::Result<()> {
    let epoll = Epoll::new()?;
    epoll.add(client.as_raw_fd(), BOTH)?;
    epoll.add(upstream.as_raw_fd(), BOTH)?;
    let mut ways = [Way::new(client, upstream)?, Way::new(upstream, client)?];
    let mut events = [Event::none(); 2];
    while ways.iter().any(|way| !way.is_over) {
        for event in epoll.wait(&mut events)? {
            for way in &mut ways {
                way.note(event);
                way.pump()?;
            }
        }
    }
    Ok(())
}

struct Way<'a> {
    from: &'a TcpStream,
    to: &'a TcpStream,
    reader: OwnedFd,
    writer: OwnedFd,
    in_pipe: usize,
    can_read: bool,
    can_write: bool,
    /// The end of the stream, or an error, has been told: a short read is no reason to stop.
    has_ended: bool,
    is_over: bool,
}

impl<'a> Way<'a> {
    fn new(from: &'a TcpStream, to: &'a TcpStream) -> io::Result<Self> {
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
        // Where it is refused, the pipe has what it was born with.
        let _ = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(ROOM));
        let (can_read, can_write) = (false, false);
        let (has_ended, is_over) = (false, false);
        Ok(Self { from, to, reader, writer, in_pipe: 0, can_read, can_write, has_ended, is_over })
    }

    fn note(&mut self, event: &Event) {
        let is_of = |fd: RawFd| event.fd() == fd;
        if is_of(self.from.as_raw_fd()) {
            self.has_ended |= event.is(calls::RDHUP | calls::HUP | calls::ERR);
            self.can_read |= event.is(calls::IN) || self.has_ended;
        }
        if is_of(self.to.as_raw_fd()) {
            self.can_write |= event.is(calls::OUT | calls::HUP | calls::ERR);
        }
    }

    fn pump(&mut self) -> io::Result<()> {
        while !self.is_over {
            if self.in_pipe > 0 && self.can_write {
                match moved(&self.reader, self.to, self.in_pipe)? {
                    Some(sent) => self.in_pipe -= sent,
                    None => self.can_write = false,
                }
            } else if self.in_pipe == 0 && self.can_read {
                match moved(self.from, &self.writer, MOST)? {
                    Some(0) => {
                        self.is_over = true;
                        self.to.shutdown(Shutdown::Write)?;
                    }
                    Some(came) => self.in_pipe = came,
                    None => self.can_read = false,
                }
            } else {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// None if it has to wait.
fn moved(
    from: impl std::os::fd::AsFd,
    to: impl std::os::fd::AsFd,
    most: usize,
) -> io::Result<Option<usize>> {
    let flags = SpliceFFlags::SPLICE_F_NONBLOCK | SpliceFFlags::SPLICE_F_MOVE;
    match splice(from, None, to, None, most, flags).map_err(io::Error::from) {
        Ok(count) => Ok(Some(count)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
