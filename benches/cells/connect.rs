//! A connection by name whose first address is dead: time to the first byte from the second.
//!
//! In a network namespace of the contender's own there is an interface that swallows what is sent
//! to 192.0.2.2, so that a connection to it hears nothing at all.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use berkeley::ConnectOptions;
use berkeley::resolve::Answers;
use nix::sched::{CloneFlags, unshare};
use smol::future::FutureExt;
use smol::io::AsyncReadExt as _;
use tokio::io::AsyncReadExt as _;

use crate::contenders::tokio::current_thread;
use crate::harness::cell::{Cell, Effort, Figure, Work};
use crate::harness::contender::{berkeley, floor, smol, tokio};
use crate::harness::process::{Start, argument, figures};

const PATIENCE: Duration = Duration::from_secs(30);

/// After which nobody would wait any more.
const LIMIT: Duration = Duration::from_secs(2);

pub(super) static CELL: Cell = Cell {
    name: "connect",
    title: "Connecting by name, the first address dead",
    contenders: &[
        floor("the living address alone", || {
            measured(|[_, living]| {
                let mut stream = std::net::TcpStream::connect(living)?;
                io::Read::read_exact(&mut stream, &mut [0])
            })
        }),
        berkeley(|| measured(|both| berkeley::block_on(by_berkeley(both)))),
        tokio(|| measured(|both| current_thread()?.block_on(by_tokio(both)))),
        smol(|| measured(|both| smol::block_on(by_smol(both)))),
    ],
    work: Work::Once {
        figures: &[Figure { name: "ms to the first byte", digits: 1 }],
        placed: false,
        measure: |start: Start<'_>, effort: Effort| {
            let count = if effort == Effort::Quick { 1 } else { 3 };
            start.figures(&count.to_string(), PATIENCE)
        },
    },
};

/// What the name stands for, in the order of the answer.
type Both = [SocketAddr; 2];

fn measured(connect: impl Fn(Both) -> io::Result<()>) -> io::Result<()> {
    let count: u32 = argument().parse().map_err(io::Error::other)?;
    enter_namespace()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let living = listener.local_addr()?;
    let dead = SocketAddr::from(([192, 0, 2, 2], living.port()));
    thread::spawn(move || {
        for stream in listener.incoming() {
            // Who has gone already wants no byte.
            let _ = stream.and_then(|mut stream| stream.write_all(b"x"));
        }
    });
    let began = Instant::now();
    for _ in 0..count {
        connect([dead, living])?;
    }
    figures(&[began.elapsed().as_secs_f64() * 1e3 / f64::from(count)]);
    Ok(())
}

/// With the privilege, or else as the root of a user namespace. The process has one thread so far,
/// as unshare(2) asks of it.
fn enter_namespace() -> io::Result<()> {
    let refused = |error| io::Error::other(format!("no network namespace here: {error}"));
    if unshare(CloneFlags::CLONE_NEWNET).is_err() {
        let user = nix::unistd::getuid();
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET).map_err(refused)?;
        fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
    }
    for line in [
        "link set lo up",
        "link add dead0 type veth peer name dead1",
        "addr add 192.0.2.1/24 dev dead0",
        "link set dead0 up",
        "link set dead1 up",
        // A neighbour that nobody is: the other end of the pair drops what is meant for it.
        "neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev dead0",
    ] {
        let mut ip = Command::new("ip");
        ip.args(line.split(' ')).stdin(Stdio::null()).stderr(Stdio::null());
        if !ip.status()?.success() {
            return Err(io::Error::other(format!("no interface to nowhere here: ip {line}")));
        }
    }
    Ok(())
}

fn nothing_came() -> io::Error {
    let text = "no byte within 2 s: it waits until the kernel gives the dead address up";
    io::Error::new(io::ErrorKind::TimedOut, text)
}

async fn by_berkeley([dead, living]: Both) -> io::Result<()> {
    let resolver = move |_: &str, _: u16| Answers::known([dead, living]);
    let options = ConnectOptions::new().total_timeout(LIMIT).resolver(Arc::new(resolver));
    let stream = options.connect(("two-addresses.example", living.port())).await?;
    stream.recv(&mut [0]).await?;
    Ok(())
}

async fn by_tokio(both: Both) -> io::Result<()> {
    let first_byte = async {
        let mut stream = tokio::net::TcpStream::connect(&both[..]).await?;
        stream.read_exact(&mut [0]).await.map(drop)
    };
    tokio::time::timeout(LIMIT, first_byte).await.map_err(|_| nothing_came())?
}

async fn by_smol(both: Both) -> io::Result<()> {
    let first_byte = async {
        let mut stream = smol::net::TcpStream::connect(&both[..]).await?;
        stream.read_exact(&mut [0]).await
    };
    let expired = async {
        smol::Timer::after(LIMIT).await;
        Err(nothing_came())
    };
    first_byte.or(expired).await
}
