//! A name looked up without keeping the task's thread: one after another, and many at once.

use std::io;
use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};

use crate::contenders::tokio::current_thread;
use crate::harness::cell::{Cell, Effort, Figure, Work};
use crate::harness::contender::{berkeley, floor, smol, tokio};
use crate::harness::machine::CpuClock;
use crate::harness::process::{Start, argument, figures};

const PATIENCE: Duration = Duration::from_secs(60);

/// In /etc/hosts everywhere: what is measured is the way to a thread and back.
const NAME: (&str, u16) = ("localhost", 80);

pub(super) static CELL: Cell = Cell {
    name: "resolver",
    title: "Lookups of a name on a pool of threads",
    contenders: &[
        floor("getaddrinfo, blocking, in place", || {
            measured(async || look_up().map(drop), |future| futures_block_on(future))
        }),
        berkeley(|| measured(by_berkeley, |future| berkeley::block_on(future))).on_several(),
        tokio(|| measured(by_tokio, |future| current_thread()?.block_on(future))).on_several(),
        smol(|| measured(by_smol, |future| smol::block_on(future))).on_several(),
    ],
    work: Work::Once {
        figures: &[
            Figure { name: "ns for each, one after another", digits: 0 },
            Figure { name: "CPU ns for each", digits: 0 },
        ],
        placed: true,
        measure: |start: Start<'_>, effort: Effort| {
            let count = if effort == Effort::Quick { 500 } else { 5_000 };
            start.figures(&count.to_string(), PATIENCE)
        },
    },
};

fn measured<F>(
    one: impl Fn() -> F,
    run: impl FnOnce(std::pin::Pin<Box<dyn Future<Output = io::Result<()>> + '_>>) -> io::Result<()>,
) -> io::Result<()>
where
    F: Future<Output = io::Result<()>>,
{
    let count: u32 = argument().parse().map_err(io::Error::other)?;
    let clock = CpuClock::own();
    run(Box::pin(async {
        // Threads are made for the first.
        one().await?;
        let (began, cpu) = (Instant::now(), clock.read()?);
        for _ in 0..count {
            one().await?;
        }
        let each = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(count);
        figures(&[each(began.elapsed()), each(clock.read()? - cpu)]);
        Ok(())
    }))
}

fn look_up() -> io::Result<usize> {
    Ok(NAME.to_socket_addrs()?.count())
}

async fn by_berkeley() -> io::Result<()> {
    berkeley::resolve::addresses(NAME.0, NAME.1).lookup().await.map_err(io::Error::other)?;
    Ok(())
}

async fn by_tokio() -> io::Result<()> {
    tokio::net::lookup_host(NAME).await?.count();
    Ok(())
}

async fn by_smol() -> io::Result<()> {
    smol::net::resolve(NAME).await?;
    Ok(())
}

/// The floor has nothing to wait for.
fn futures_block_on(future: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    smol::future::block_on(future)
}
