//! Bytes in bulk: one connection at a time, as the load has it.

use std::fs::File;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use nix::sys::sendfile::sendfile;

use super::super::{ADDRESS, CHUNK};
use super::calls;
use super::edge::Edge;
use crate::harness::process::{argument, ready};

pub(crate) fn sink() -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    serve(|stream| {
        let fd = stream.as_raw_fd();
        let mut edge = Edge::new(fd, calls::IN)?;
        loop {
            match edge.until_ready(|| calls::recv(fd, &mut buffer))? {
                0 => return Ok(()),
                // A short read has emptied the socket: man 7 epoll, question 9.
                read if read < buffer.len() && !edge.has_ended => edge.wait()?,
                _ => {}
            }
        }
    })
}

pub(crate) fn source() -> io::Result<()> {
    let chunk = vec![0; CHUNK];
    serve(|stream| {
        let fd = stream.as_raw_fd();
        let mut edge = Edge::new(fd, calls::OUT)?;
        loop {
            let mut sent = 0;
            while sent < chunk.len() {
                sent += edge.until_ready(|| calls::send(fd, &chunk[sent..]))?;
            }
        }
    })
}

pub(crate) fn file() -> io::Result<()> {
    serve(|stream| {
        let file = File::open(argument())?;
        let mut edge = Edge::new(stream.as_raw_fd(), calls::OUT)?;
        let mut offset = 0;
        while edge.until_ready(|| Ok(sendfile(stream, &file, Some(&mut offset), MOST)?))? > 0 {}
        Ok(())
    })
}

const MOST: usize = 1 << 20;

fn serve(mut handle: impl FnMut(&TcpStream) -> io::Result<()>) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    ready(listener.local_addr()?);
    loop {
        let (stream, _peer) = listener.accept()?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        // A connection that fails ends alone.
        let _ = handle(&stream);
    }
}
