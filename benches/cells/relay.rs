//! A relay between two connections: bytes go in at one end and come out at the other.

use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::stream::{self, CHUNK, bytes, discard, mebibytes, short};
use crate::contenders::{berkeley as ours, floor as raw, monoio as by_monoio, smol as by_smol};
use crate::contenders::{threads as by_threads, tokio as by_tokio, uring as by_uring};
use crate::harness::cell::{Cell, Load, Station, Until, Work};
use crate::harness::contender::{
    berkeley, berkeley_in_tokio, floor, monoio, smol, threads, tokio, uring_multishot,
};
use crate::harness::process::Start;

const STALL: u16 = 5_000;

pub(super) static CELL: Cell = Cell {
    name: "relay",
    title: "A relay between two connections",
    contenders: &[
        floor("splice by hand, a pipe each way", raw::relay),
        berkeley(ours::relay),
        berkeley_in_tokio(ours::relay_in_tokio),
        tokio(by_tokio::relay).called("tokio", "current_thread, copy_bidirectional"),
        smol(by_smol::relay).called("smol", "smol::io::copy each way"),
        monoio(by_monoio::relay).called("monoio", "monoio::io::zero_copy, which is splice"),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::compio(crate::contenders::compio::relay),
        uring_multishot(by_uring::relay),
        threads(by_threads::relay).called("threads", "two blocking threads, std::io::copy"),
    ],
    work: Work::Load { unit: "MiB", traced: 256, open },
};

fn open(start: Start<'_>) -> io::Result<Station> {
    let upstream = TcpListener::bind("127.0.0.1:0")?;
    let server = start.server(&upstream.local_addr()?.to_string())?;
    let address = server.address()?;
    let through = Through { address, upstream, chunk: vec![0; CHUNK], room: vec![0; CHUNK] };
    Station::new(server, through)
}

struct Through {
    address: SocketAddr,
    upstream: TcpListener,
    chunk: Vec<u8>,
    room: Vec<u8>,
}

impl Load for Through {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let mut client = stream::connect(self.address)?;
        let (upstream, _peer) = self.upstream.accept()?;
        client.set_nonblocking(true)?;
        upstream.set_nonblocking(true)?;
        let limit = bytes(until.limit());
        let (mut sent, mut came) = (0, 0);
        let mut is_sending = true;
        loop {
            wait(&client, is_sending, &upstream)?;
            if is_sending {
                match client.write(&self.chunk) {
                    Ok(more) => sent += more as u64,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
                if sent >= limit || until.is_over(0) {
                    is_sending = false;
                    client.shutdown(Shutdown::Write)?;
                }
            }
            match discard(&upstream, &mut self.room) {
                Ok(0) if !is_sending && came == sent => break,
                Ok(0) => return Err(short(sent, came)),
                Ok(more) => came += more as u64,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        // The other way round: the relay passes the end on, and its own connections go.
        drop(upstream);
        client.set_nonblocking(false)?;
        match discard(&client, &mut self.room)? {
            0 => Ok(mebibytes(came)),
            _ => Err(io::Error::other("bytes that nobody sent")),
        }
    }

    fn run_in(&self) -> u64 {
        4
    }
}

fn wait(client: &TcpStream, is_sending: bool, upstream: &TcpStream) -> io::Result<()> {
    let mut both = [
        PollFd::new(upstream.as_fd(), PollFlags::POLLIN),
        PollFd::new(client.as_fd(), PollFlags::POLLOUT),
    ];
    let polled = if is_sending { &mut both[..] } else { &mut both[..1] };
    match poll(polled, PollTimeout::from(STALL))? {
        0 => Err(io::Error::new(ErrorKind::TimedOut, "the relay stands still")),
        _ => Ok(()),
    }
}
