//! The way without any of it: a blocking thread for each connection, std alone.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixListener;
use std::thread;

use super::floor::{receive_descriptor as receive, send_descriptor as send};
use super::{ADDRESS, BUFFER, CHUNK, CHURNED, Counter, DATAGRAM, DEADLINE, SMALL, WINDOW};
use crate::harness::process::{argument, ready};

pub(crate) fn echo() -> io::Result<()> {
    serve(echo_on)
}

pub(crate) fn echo_with_deadline() -> io::Result<()> {
    serve(|stream| {
        stream.set_read_timeout(Some(DEADLINE))?;
        echo_on(stream)
    })
}

pub(crate) fn churn() -> io::Result<()> {
    serve(|mut stream| {
        let mut buffer = [0; CHURNED];
        stream.read_exact(&mut buffer)?;
        stream.write_all(&buffer)
    })
}

pub(crate) fn sink() -> io::Result<()> {
    serve(|mut stream| {
        let mut buffer = vec![0; CHUNK];
        while stream.read(&mut buffer)? > 0 {}
        Ok(())
    })
}

pub(crate) fn source() -> io::Result<()> {
    serve(|mut stream| {
        let chunk = vec![0; CHUNK];
        loop {
            stream.write_all(&chunk)?;
        }
    })
}

pub(crate) fn file() -> io::Result<()> {
    serve(|mut stream| {
        io::copy(&mut File::open(argument())?, &mut stream)?;
        Ok(())
    })
}

pub(crate) fn relay() -> io::Result<()> {
    serve(|client| {
        let upstream = TcpStream::connect(argument())?;
        thread::scope(|scope| {
            let there = scope.spawn(|| copy_one_way(&client, &upstream));
            copy_one_way(&upstream, &client)?;
            there.join().map_err(|_| io::Error::other("a relay panicked"))?
        })
    })
}

fn copy_one_way(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    let socket = super::udp()?;
    ready(socket.local_addr()?);
    let mut buffer = [0; DATAGRAM];
    let mut counter = Counter::default();
    loop {
        let (_, from) = socket.recv_from(&mut buffer)?;
        for _ in 0..counter.add(1) {
            socket.send_to(b"ack", from)?;
        }
    }
}

pub(crate) fn datagrams_out() -> io::Result<()> {
    let socket = super::udp()?;
    ready(socket.local_addr()?);
    let datagram = [0; DATAGRAM];
    loop {
        let (_, to) = socket.recv_from(&mut [0; SMALL])?;
        for _ in 0..WINDOW {
            socket.send_to(&datagram, to)?;
        }
    }
}

pub(crate) fn descriptors() -> io::Result<()> {
    let listener = UnixListener::bind(argument())?;
    ready(argument());
    loop {
        let (stream, _peer) = listener.accept()?;
        while let Some(fd) = receive(stream.as_raw_fd())? {
            send(stream.as_raw_fd(), fd.as_fd())?;
        }
    }
}

fn serve(handle: impl Fn(TcpStream) -> io::Result<()> + Send + Copy + 'static) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS)?;
    ready(listener.local_addr()?);
    loop {
        let (stream, _peer) = listener.accept()?;
        stream.set_nodelay(true)?;
        thread::Builder::new().stack_size(64 << 10).spawn(move || handle(stream))?;
    }
}

fn echo_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read])?;
    }
}
