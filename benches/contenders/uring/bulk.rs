//! Bytes in bulk: one connection at a time, as the load has it.

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, RawFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;

use super::super::{ADDRESS, CHUNK};
use super::operation::{recv, recv_all, room, send_all, send_uncopied, splice};
use super::pool::Pool;
use super::ring::{Ring, Token};
use crate::harness::process::{argument, ready};

/// Operations in a chain, which are submitted together.
const CHAIN: usize = 16;

const ONE: Token = Token::new(0, 0);

pub(crate) fn sink() -> io::Result<()> {
    let room = room(CHUNK);
    serve(Ring::new()?, |ring, socket| {
        let mut expects = true;
        loop {
            ring.push(recv(socket, room, expects), ONE)?;
            let done = ring.completion()?;
            expects = done.is_there_more();
            if done.result? == 0 {
                return Ok(());
            }
        }
    })
}

pub(crate) fn sink_multishot() -> io::Result<()> {
    let ring = Ring::new()?;
    let mut pool = Pool::new(&ring, 16, CHUNK)?;
    serve(ring, |ring, socket| {
        loop {
            ring.push(recv_all(socket, Pool::GROUP), ONE)?;
            loop {
                let done = ring.completion()?;
                if let Some(id) = done.picked() {
                    pool.is_taken();
                    pool.give(id);
                }
                let is_last = done.is_last();
                match done.result {
                    Ok(0) => return Ok(()),
                    Ok(_) => {}
                    Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {}
                    Err(error) => return Err(error),
                }
                if is_last {
                    break;
                }
            }
        }
    })
}

pub(crate) fn source() -> io::Result<()> {
    let room = room(CHUNK);
    serve(Ring::new()?, |ring, socket| {
        loop {
            ring.chain(std::array::from_fn::<_, CHAIN, _>(|index| {
                let send = send_all(socket, room);
                (if index + 1 < CHAIN { send.quiet() } else { send }, ONE)
            }))?;
            ring.completion()?.result?;
        }
    })
}

/// One send after another, each out of its room until the kernel has told that it has no use for it
/// any more. Not in chains: what such a chain leaves undone says that it was the last completion of
/// its operation, and is then followed by a notice.
pub(crate) fn source_uncopied() -> io::Result<()> {
    let rooms = [(); CHAIN].map(|()| room(CHUNK));
    serve(Ring::new()?, |ring, socket| {
        let mut free: Vec<usize> = (0..CHAIN).collect();
        let mut is_sending = false;
        let mut outcome = Ok(0);
        while outcome.is_ok() || free.len() < CHAIN {
            if outcome.is_ok()
                && !is_sending
                && let Some(index) = free.pop()
            {
                ring.push(send_uncopied(socket, rooms[index]), Token::new(0, index))?;
                is_sending = true;
            }
            let done = ring.completion()?;
            if done.is_last() {
                free.push(done.index);
            }
            if !done.is_notice() {
                is_sending = false;
                outcome = done.result;
            }
        }
        outcome.map(drop)
    })
}

/// File to pipe to socket, in chains of two.
pub(crate) fn file() -> io::Result<()> {
    serve(Ring::new()?, |ring, socket| {
        let file = File::open(argument())?;
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC)?;
        // Where it is refused, the pipe has what it was born with.
        let _ = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(MOST));
        let room = u32::try_from(fcntl(&writer, FcntlArg::F_GETPIPE_SZ)?);
        let room = room.map_err(io::Error::other)?;
        let out = |most| splice(reader.as_raw_fd(), None, socket, most);
        let mut offset = 0;
        loop {
            let into = splice(file.as_raw_fd(), Some(offset), writer.as_raw_fd(), room);
            ring.chain([(into, ONE), (out(room), ONE)])?;
            let (came, went) = (ring.completion()?.result, ring.completion()?.result);
            let mut in_pipe = u32::try_from(came?).map_err(io::Error::other)?;
            if in_pipe == 0 {
                return Ok(());
            }
            offset += i64::from(in_pipe);
            match went {
                Ok(went) => in_pipe -= u32::try_from(went).map_err(io::Error::other)?,
                // Less came than was asked for, which ends the chain.
                Err(error) if error.raw_os_error() == Some(libc::ECANCELED) => {}
                Err(error) => return Err(error),
            }
            while in_pipe > 0 {
                ring.push(out(in_pipe), ONE)?;
                in_pipe -= u32::try_from(ring.completion()?.result?).map_err(io::Error::other)?;
            }
        }
    })
}

/// The pipe's room: as much as an unprivileged user may have, and a MiB on most systems.
const MOST: i32 = 1 << 20;

fn serve(
    mut ring: Ring,
    mut handle: impl FnMut(&mut Ring, RawFd) -> io::Result<()>,
) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    ready(format!("{} {}", listener.local_addr()?, ring.note()));
    loop {
        let (stream, _peer) = listener.accept()?;
        stream.set_nodelay(true)?;
        // A connection that fails ends alone.
        let _ = handle(&mut ring, stream.as_raw_fd());
    }
}
