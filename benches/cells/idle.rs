//! Many connections that were served once and wait for more, each with a deadline where its
//! library has them: memory for each, and what it takes to get there.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use berkeley_core::{Family, Kind, Protocol, Socket, option};

use super::stream::STALL;
use crate::contenders::{berkeley as ours, floor as raw, monoio as by_monoio, smol as by_smol};
use crate::contenders::{tokio as by_tokio, uring as by_uring};
use crate::harness::cell::{Cell, Effort, Figure, Work};
use crate::harness::contender::{
    berkeley, berkeley_in_tokio, floor, monoio, smol, tokio, uring, uring_multishot,
};
use crate::harness::machine::{raise_descriptor_limit, resident};
use crate::harness::process::Start;

/// Of the ports of one local address, few enough that a free one is found at once.
const PORTS: usize = 2_000;
const AT_ONCE: usize = 64;
const MESSAGE: [u8; 64] = [b'x'; 64];
const SETTLE: Duration = Duration::from_millis(20);

pub(super) static CELL: Cell = Cell {
    name: "idle",
    title: "Idle connections, each with a deadline of 30 s",
    contenders: &[
        floor("epoll by hand, no deadlines", raw::echo),
        berkeley(ours::idle),
        berkeley_in_tokio(ours::idle_in_tokio),
        tokio(by_tokio::idle),
        smol(by_smol::idle),
        monoio(by_monoio::idle),
        uring(by_uring::idle),
        uring_multishot(by_uring::idle_multishot),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::compio(crate::contenders::compio::idle),
    ],
    work: Work::Once {
        figures: &[
            Figure { name: "bytes each", digits: 0 },
            Figure { name: "CPU ns to accept and serve each", digits: 0 },
            Figure { name: "connections", digits: 0 },
        ],
        placed: false,
        measure,
    },
};

fn measure(start: Start<'_>, effort: Effort) -> io::Result<Vec<f64>> {
    const OTHERS: u64 = 200;
    let wanted = if effort == Effort::Quick { 2_000 } else { 100_000 };
    let allowed = raise_descriptor_limit()?.saturating_sub(OTHERS);
    let count = usize::try_from(allowed).map_err(io::Error::other)?.min(wanted);
    let server = start.server("")?;
    let address = server.address()?;
    let clock = server.cpu_clock()?;
    // What the first ones cost once is not counted.
    let first = open(address, 0, AT_ONCE)?;
    thread::sleep(SETTLE);
    let (memory, cpu) = (resident(server.id())?, clock.read()?);
    let mut connections = Vec::with_capacity(count);
    let until = Instant::now() + 20 * STALL;
    while connections.len() + AT_ONCE <= count - first.len() {
        connections.extend(open(address, connections.len() / PORTS, AT_ONCE)?);
        if Instant::now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
    thread::sleep(SETTLE);
    let opened = f64::from(u32::try_from(connections.len()).map_err(io::Error::other)?);
    let grown = resident(server.id())?.saturating_sub(memory);
    let grown = f64::from(u32::try_from(grown).map_err(io::Error::other)?);
    let cpu = (clock.read()? - cpu).as_secs_f64() * 1e9;
    Ok(vec![grown / opened, cpu / opened, opened])
}

/// Connections that have had their first answer.
fn open(address: SocketAddr, source: usize, count: usize) -> io::Result<Vec<TcpStream>> {
    let host = u8::try_from(source % 200 + 1).map_err(io::Error::other)?;
    let source = SocketAddrV4::new(Ipv4Addr::new(127, 0, 2, host), 0);
    let connect = |_| {
        let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP)?;
        socket.bind(SocketAddr::from(source))?;
        // They end by a reset: thousands in TIME_WAIT would leave no ports for the next contender.
        socket.set(option::socket::Linger, Some(Duration::ZERO))?;
        socket.connect(address)?;
        let mut stream = TcpStream::from(OwnedFd::from(socket));
        stream.set_read_timeout(Some(STALL))?;
        stream.write_all(&MESSAGE)?;
        Ok(stream)
    };
    let mut streams: Vec<TcpStream> = (0..count).map(connect).collect::<io::Result<_>>()?;
    for stream in &mut streams {
        let mut answer = MESSAGE;
        stream.read_exact(&mut answer)?;
    }
    Ok(streams)
}
