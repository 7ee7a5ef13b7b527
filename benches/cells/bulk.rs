//! A stream of bytes into the server, or out of it, over one connection.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr};

use super::stream::{self, CHUNK, bytes, discard, mebibytes};
use crate::contenders::{berkeley as ours, floor as raw, monoio as by_monoio, smol as by_smol};
use crate::contenders::{threads as by_threads, tokio as by_tokio, uring as by_uring};
use crate::harness::cell::{Cell, Load, Station, Until, Work};
use crate::harness::contender::{
    asyncio, berkeley, floor, monoio, smol, threads, tokio, uring, uring_multishot, uvloop,
};
use crate::harness::process::Start;

pub(super) static IN: Cell = Cell {
    name: "bulk/in",
    title: "A stream of bytes into the server",
    contenders: &[
        floor("recv of 64 KiB", raw::sink),
        berkeley(ours::sink),
        tokio(by_tokio::sink),
        smol(by_smol::sink),
        monoio(by_monoio::sink),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::compio(crate::contenders::compio::sink),
        uring(by_uring::sink),
        uring_multishot(by_uring::sink_multishot),
        threads(by_threads::sink),
        asyncio("sink.py"),
        uvloop("sink.py"),
    ],
    work: Work::Load { unit: "MiB", traced: 256, open: open_in },
};

pub(super) static OUT: Cell = Cell {
    name: "bulk/out",
    title: "A stream of bytes out of the server",
    contenders: &[
        floor("send of 64 KiB", raw::source),
        berkeley(ours::source),
        tokio(by_tokio::source),
        smol(by_smol::source),
        monoio(by_monoio::source),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::compio(crate::contenders::compio::source),
        uring(by_uring::source),
        uring(by_uring::source_uncopied).called("uring-zerocopy", "io_uring by hand, SEND_ZC"),
        threads(by_threads::source),
        asyncio("source.py"),
        uvloop("source.py"),
    ],
    work: Work::Load { unit: "MiB", traced: 0, open: open_out },
};

fn open_in(start: Start<'_>) -> io::Result<Station> {
    let server = start.server("")?;
    let into = Into { address: server.address()?, chunk: vec![0; CHUNK] };
    Station::new(server, into)
}

fn open_out(start: Start<'_>) -> io::Result<Station> {
    let server = start.server("")?;
    let out = Out { address: server.address()?, room: vec![0; CHUNK] };
    Station::new(server, out)
}

/// Sends, says that this was all, and waits for the server's own end: then it has read everything.
struct Into {
    address: SocketAddr,
    chunk: Vec<u8>,
}

impl Load for Into {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let mut stream = stream::connect(self.address)?;
        let limit = bytes(until.limit());
        let mut sent = 0;
        while sent < limit && (sent == 0 || !until.is_over(0)) {
            stream.write_all(&self.chunk)?;
            sent += CHUNK as u64;
        }
        stream.shutdown(Shutdown::Write)?;
        while discard(&stream, &mut self.chunk)? > 0 {}
        Ok(mebibytes(sent))
    }

    fn run_in(&self) -> u64 {
        4
    }
}

/// Receives until there is enough, and closes.
struct Out {
    address: SocketAddr,
    room: Vec<u8>,
}

impl Load for Out {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let stream = stream::connect(self.address)?;
        let limit = bytes(until.limit());
        let mut came = 0;
        while came < limit && (came == 0 || !until.is_over(0)) {
            match discard(&stream, &mut self.room)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => came += more as u64,
            }
        }
        Ok(mebibytes(came))
    }

    fn run_in(&self) -> u64 {
        4
    }
}
