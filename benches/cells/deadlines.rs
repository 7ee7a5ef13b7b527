//! Many tasks that wait, each with a deadline: what one costs in memory, what one more costs in
//! time, and what it costs to receive and wait again.
//!
//! UDP sockets on loopback, 100,000 or as many as the limit on descriptors allows, each with a task
//! that receives with a timeout of 30 s, or with none; and as many tasks that sleep for 30 s,
//! without sockets. Memory is the growth of the resident set after the sockets themselves exist,
//! divided by their number. Kernel memory is the same for all and not in it.

use std::cell::Cell as Shared;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process;
use std::rc::Rc;
use std::time::{Duration, Instant};

use berkeley::{Family, Kind, Protocol};

use crate::contenders::tokio::current_thread;
use crate::harness::cell::{Cell, Effort, Figure, Work};
use crate::harness::contender::{berkeley, tokio};
use crate::harness::machine::{raise_descriptor_limit, resident};
use crate::harness::process::{Start, argument, figures};

const DEADLINE: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(60);

/// How many are added, and renewed, to measure one.
const SAMPLE: usize = 1_000;

pub(super) static CELL: Cell = Cell {
    name: "deadlines",
    title: "Deadlines at scale",
    contenders: &[
        berkeley(|| in_berkeley(receives_by_deadline)),
        berkeley(|| in_berkeley(receives)).called("berkeley-no-deadline", "no timeout"),
        tokio(|| in_tokio(tokio_receives_by_deadline)),
        tokio(|| in_tokio(tokio_receives)).called("tokio-no-deadline", "no timeout"),
        berkeley(|| {
            told(berkeley::block_on(measure_sleeps(|| {
                berkeley::spawn_local(berkeley::time::sleep(DEADLINE));
            })))
        })
        .called("berkeley-sleep", "tasks that sleep, no sockets"),
        tokio(|| {
            told(with_tokio(measure_sleeps(|| {
                tokio::task::spawn_local(tokio::time::sleep(DEADLINE));
            })))
        })
        .called("tokio-sleep", "tasks that sleep, no sockets"),
    ],
    work: Work::Once {
        figures: &[
            Figure { name: "bytes each", digits: 0 },
            Figure { name: "ns for one more", digits: 0 },
            Figure { name: "ns to receive and wait again", digits: 0 },
            Figure { name: "waiting", digits: 0 },
        ],
        placed: false,
        measure: |start: Start<'_>, effort: Effort| {
            let count = if effort == Effort::Quick { 5_000 } else { 100_000 };
            start.figures(&count.to_string(), PATIENCE)
        },
    },
};

fn told(measured: io::Result<[f64; 4]>) -> io::Result<()> {
    figures(&measured?);
    Ok(())
}

fn in_berkeley<F>(task: fn(UdpSocket, Received) -> F) -> io::Result<()>
where
    F: Future<Output = ()> + 'static,
{
    told(berkeley::block_on(measure(|socket, received| {
        berkeley::spawn_local(task(socket, received));
    })))
}

fn in_tokio<F>(task: fn(UdpSocket, Received) -> F) -> io::Result<()>
where
    F: Future<Output = ()> + 'static,
{
    told(with_tokio(measure(|socket, received| {
        tokio::task::spawn_local(task(socket, received));
    })))
}

fn with_tokio<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::task::LocalSet::new().block_on(&current_thread()?, future)
}

/// How many tasks there shall be.
fn wanted() -> io::Result<usize> {
    argument().parse().map_err(io::Error::other)
}

/// How many sockets the limit on descriptors allows.
fn allowed(wanted: usize) -> io::Result<usize> {
    const OTHERS: u64 = 200;
    let limit = raise_descriptor_limit()?.saturating_sub(OTHERS);
    Ok(usize::try_from(limit).map_err(io::Error::other)?.min(wanted))
}

/// Sockets on many loopback addresses: one has too few ports.
fn sockets(count: usize) -> io::Result<Vec<UdpSocket>> {
    let bind = |n: usize| {
        let host = u8::try_from(n % 200 + 1).map_err(io::Error::other)?;
        UdpSocket::bind(SocketAddrV4::new(Ipv4Addr::new(127, 0, 1, host), 0))
    };
    let sockets = (0..count).map(bind).collect::<io::Result<Vec<_>>>()?;
    sockets.iter().try_for_each(|socket| socket.set_nonblocking(true))?;
    Ok(sockets)
}

/// Counts datagrams received by all tasks.
type Received = Rc<Shared<usize>>;

async fn receives_by_deadline(socket: UdpSocket, received: Received) {
    receive_on(socket, received, Some(DEADLINE)).await;
}

async fn receives(socket: UdpSocket, received: Received) {
    receive_on(socket, received, None).await;
}

async fn receive_on(socket: UdpSocket, received: Received, timeout: Option<Duration>) {
    // Told what it is, as tokio is by its type.
    let (family, kind, protocol) = (Family::INET, Kind::DGRAM, Protocol::UDP);
    let socket = berkeley_core::Socket::from_fd_as(socket.into(), family, kind, protocol)
        .and_then(berkeley::Socket::from_core)
        .expect("a socket");
    socket.set_timeout(timeout);
    let mut buffer = [0; 64];
    while socket.recv(&mut buffer).await.is_ok() {
        received.set(received.get() + 1);
    }
}

async fn tokio_receives(socket: UdpSocket, received: Received) {
    let socket = tokio::net::UdpSocket::from_std(socket).expect("a socket");
    let mut buffer = [0; 64];
    while socket.recv(&mut buffer).await.is_ok() {
        received.set(received.get() + 1);
    }
}

async fn tokio_receives_by_deadline(socket: UdpSocket, received: Received) {
    let socket = tokio::net::UdpSocket::from_std(socket).expect("a socket");
    let mut buffer = [0; 64];
    while let Ok(Ok(_)) = tokio::time::timeout(DEADLINE, socket.recv(&mut buffer)).await {
        received.set(received.get() + 1);
    }
}

/// Memory each, time for one more, time to receive and wait again, how many.
async fn measure(start: impl Fn(UdpSocket, Received)) -> io::Result<[f64; 4]> {
    let count = allowed(wanted()? + SAMPLE)? - SAMPLE;
    let mut sockets = sockets(count + SAMPLE)?;
    let received = Received::default();
    let sample = sockets.split_off(count);
    let addresses = sample.iter().map(UdpSocket::local_addr).collect::<io::Result<Vec<_>>>()?;
    settle().await;
    let before = resident(process::id())?;
    for socket in sockets {
        start(socket, received.clone());
    }
    settle().await;
    let memory = growth(before, count)?;

    let began = Instant::now();
    for socket in sample {
        start(socket, received.clone());
    }
    settle_for(SAMPLE).await;
    let more = each(began);

    let sender = UdpSocket::bind("127.0.0.1:0")?;
    let began = Instant::now();
    for address in addresses {
        let seen = received.get();
        sender.send_to(b"x", address)?;
        while received.get() == seen {
            berkeley::yield_now().await;
        }
    }
    Ok([memory, more, each(began), number(count)])
}

/// The same of tasks that sleep.
async fn measure_sleeps(start: impl Fn()) -> io::Result<[f64; 4]> {
    let count = wanted()?;
    settle().await;
    let before = resident(process::id())?;
    (0..count).for_each(|_| start());
    settle().await;
    let memory = growth(before, count)?;
    let began = Instant::now();
    (0..SAMPLE).for_each(|_| start());
    settle_for(SAMPLE).await;
    Ok([memory, each(began), f64::NAN, number(count)])
}

fn growth(before: u64, count: usize) -> io::Result<f64> {
    let grown = resident(process::id())?.saturating_sub(before);
    Ok(f64::from(u32::try_from(grown).map_err(io::Error::other)?) / number(count))
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::NAN, f64::from)
}

fn each(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e9 / number(SAMPLE)
}

/// Lets every task that was started run until it waits.
async fn settle() {
    settle_for(100_000).await;
}

/// The same for so many tasks, of which a runtime runs 60 or more between two looks elsewhere.
async fn settle_for(tasks: usize) {
    for _ in 0..tasks / 50 + 2 {
        berkeley::yield_now().await;
    }
}
