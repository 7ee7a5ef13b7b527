//! Echo: on every connection one request is under way, always.

mod load;
mod probe;

use std::io;

use crate::contenders::{berkeley as ours, floor as raw, mio as by_mio, monoio as by_monoio};
use crate::contenders::{
    smol as by_smol, threads as by_threads, tokio as by_tokio, uring as by_uring,
};
use crate::harness::cell::{Cell, Load, Station, Until, Work};
use crate::harness::contender::{
    Contender, asyncio, berkeley, berkeley_in_tokio, floor, mio, monoio, smol, threads, tokio,
    tokio_multi, uring, uring_multishot, uvloop,
};
use crate::harness::process::Start;

pub(super) static AT_64: Cell =
    cell("echo/64x64", "64 connections × 64 bytes", 10_000, |start| open(start, 64, 64));
pub(super) static AT_1: Cell =
    cell("echo/1x64", "1 connection × 64 bytes", 2_000, |start| open(start, 1, 64));
pub(super) static AT_1_000: Cell =
    cell("echo/1000x64", "1,000 connections × 64 bytes", 0, |start| open(start, 1_000, 64));
pub(super) static LARGE: Cell =
    cell("echo/64x4096", "64 connections × 4,096 bytes", 0, |start| open(start, 64, 4_096));

const fn cell(
    name: &'static str,
    title: &'static str,
    traced: u32,
    open: fn(Start<'_>) -> io::Result<Station>,
) -> Cell {
    Cell { name, title, contenders: CONTENDERS, work: Work::Load { unit: "request", traced, open } }
}

/// With a deadline of 30 s on every receive, where it is called so.
static CONTENDERS: &[Contender] = &[
    floor("edge-triggered epoll by hand", raw::echo),
    berkeley(ours::echo),
    berkeley(ours::echo_with_deadline).called("berkeley-deadline", "a timeout on each recv"),
    berkeley_in_tokio(ours::echo_in_tokio),
    berkeley_in_tokio(ours::echo_in_tokio_with_deadline)
        .called("berkeley-in-tokio-deadline", "in tokio, a timeout on each recv"),
    tokio(by_tokio::echo),
    tokio(by_tokio::echo_with_deadline)
        .called("tokio-deadline", "tokio::time::timeout on each read"),
    tokio_multi(by_tokio::echo_multi),
    smol(by_smol::echo),
    smol(by_smol::echo_with_deadline).called("smol-deadline", "a race with a Timer on each read"),
    monoio(by_monoio::echo),
    monoio(by_monoio::echo_with_deadline)
        .called("monoio-deadline", "monoio::time::timeout on each read"),
    #[cfg(feature = "all-peers")]
    crate::harness::contender::compio(crate::contenders::compio::echo),
    #[cfg(feature = "all-peers")]
    crate::harness::contender::compio(crate::contenders::compio::echo_with_deadline)
        .called("compio-deadline", "compio::time::timeout on each read"),
    #[cfg(feature = "all-peers")]
    crate::harness::contender::glommio(crate::contenders::glommio::echo),
    mio(by_mio::echo),
    uring(by_uring::echo),
    uring_multishot(by_uring::echo_multishot),
    threads(by_threads::echo),
    threads(by_threads::echo_with_deadline).called("threads-deadline", "SO_RCVTIMEO"),
    asyncio("echo.py"),
    uvloop("echo.py"),
];

fn open(start: Start<'_>, connections: usize, bytes: usize) -> io::Result<Station> {
    let server = start.server("")?;
    let address = server.address()?;
    let mut echoes = load::Echoes::connect(address, connections, bytes)?;
    echoes.check_contents(true);
    echoes.run(Until::Units(echoes.run_in()))?;
    echoes.check_contents(false);
    Station::new(server, echoes)
}
