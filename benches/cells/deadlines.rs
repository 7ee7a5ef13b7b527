//! Many tasks that wait, each with a deadline: what one costs in memory, what one more costs in
//! time, and what it costs to receive and wait again.
//!
//! `cargo bench --bench deadlines [-- --quick]`: 100,000 UDP sockets on loopback (5,000 with
//! `--quick`), or as many as the limit on descriptors allows, each with a task that receives with
//! a timeout of 30 s, or with none; and as many tasks that sleep for 30 s, without sockets. Each
//! contender is this program started again, so that its memory is its own; memory is the growth of
//! the resident set after the sockets themselves exist, divided by their number. Kernel memory is
//! the same for all and not in it.

use berkeley::{Family, Kind, Protocol};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::cell::Cell;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{env, fs, io};

const DEADLINE: Duration = Duration::from_secs(30);
const CONTENDERS: [&str; 6] = [
    "berkeley",
    "berkeley-no-deadline",
    "berkeley-sleep",
    "tokio",
    "tokio-no-deadline",
    "tokio-sleep",
];
/// How many are added, and renewed, to measure one.
const SAMPLE: usize = 1_000;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    if !flag("--bench") {
        println!("deadlines: run by `cargo bench`");
        return ExitCode::SUCCESS;
    }
    let count = if flag("--quick") { 5_000 } else { 100_000 };
    if let Some(at) = arguments.iter().position(|argument| argument == "--contender") {
        return match contend(&arguments[at + 1], count) {
            Ok(row) => {
                println!("{row}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    println!("| contender | waiting | memory each (bytes) | one more (ns) | and again (ns) |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for contender in CONTENDERS {
        let mut child = Command::new(env::current_exe().expect("this program has a path"));
        child.args(&arguments).args(["--contender", contender]);
        match child.output() {
            Ok(output) if output.status.success() => {
                print!("{}", String::from_utf8_lossy(&output.stdout));
            }
            Ok(output) => {
                println!("| {contender} | skipped: {} |", String::from_utf8_lossy(&output.stderr));
            }
            Err(error) => println!("| {contender} | skipped: {error} |"),
        }
    }
    println!("\n\"One more\" is to spawn the task, register its socket and arm its deadline, all");
    println!("others waiting; \"again\" is a datagram sent, received, and the next wait.");
    ExitCode::SUCCESS
}

/// Raises the limit on descriptors as far as may be, and returns how many sockets that allows.
fn allowed(wanted: usize) -> io::Result<usize> {
    const OTHERS: u64 = 200;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let wanted = u64::try_from(wanted).map_err(io::Error::other)? + OTHERS;
    // Only the privileged may raise the hard limit.
    if setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted)).is_ok() {
        return usize::try_from(wanted - OTHERS).map_err(io::Error::other);
    }
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    usize::try_from(hard.saturating_sub(OTHERS)).map_err(io::Error::other)
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

fn contend(name: &str, wanted: usize) -> io::Result<String> {
    use berkeley::spawn_local;
    use tokio::task::spawn_local as spawn;
    let sleeps = name.ends_with("-sleep");
    let count = if sleeps { wanted } else { allowed(wanted + SAMPLE)? - SAMPLE };
    let sockets = if sleeps { Vec::new() } else { sockets(count + SAMPLE)? };
    let figures = match name {
        "berkeley" => berkeley::block_on(measure(sockets, count, |socket, received| {
            spawn_local(berkeley_receives(socket, received, Some(DEADLINE)));
        })),
        "berkeley-no-deadline" => {
            berkeley::block_on(measure(sockets, count, |socket, received| {
                spawn_local(berkeley_receives(socket, received, None));
            }))
        }
        "berkeley-sleep" => berkeley::block_on(measure_sleeps(count, || {
            spawn_local(berkeley::time::sleep(DEADLINE));
        })),
        "tokio" => in_tokio(measure(sockets, count, |socket, received| {
            spawn(tokio_receives_until(socket, received));
        })),
        "tokio-no-deadline" => in_tokio(measure(sockets, count, |socket, received| {
            spawn(tokio_receives(socket, received));
        })),
        "tokio-sleep" => in_tokio(measure_sleeps(count, || {
            spawn(tokio::time::sleep(DEADLINE));
        })),
        _ => return Err(io::Error::other(format!("no contender {name}"))),
    }?;
    let [memory, more, again] = figures;
    let again = if sleeps { "–".to_owned() } else { again.to_string() };
    Ok(format!("| {name} | {count} | {memory} | {more} | {again} |"))
}

fn in_tokio<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

/// Counts datagrams received by all tasks.
type Received = Rc<Cell<usize>>;

async fn berkeley_receives(socket: UdpSocket, received: Received, timeout: Option<Duration>) {
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

async fn tokio_receives_until(socket: UdpSocket, received: Received) {
    let socket = tokio::net::UdpSocket::from_std(socket).expect("a socket");
    let mut buffer = [0; 64];
    while let Ok(Ok(_)) = tokio::time::timeout(DEADLINE, socket.recv(&mut buffer)).await {
        received.set(received.get() + 1);
    }
}

/// Memory each, time for one more, time to receive and wait again.
async fn measure(
    mut sockets: Vec<UdpSocket>,
    count: usize,
    start: impl Fn(UdpSocket, Received),
) -> io::Result<[u64; 3]> {
    let received = Received::default();
    let sample = sockets.split_off(count);
    let addresses = sample.iter().map(UdpSocket::local_addr).collect::<io::Result<Vec<_>>>()?;
    settle().await;
    let before = resident()?;
    for socket in sockets {
        start(socket, received.clone());
    }
    settle().await;
    let memory = (resident()? - before) / u64::try_from(count).map_err(io::Error::other)?;

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
    Ok([memory, more, each(began)])
}

/// The same of tasks that sleep.
async fn measure_sleeps(count: usize, start: impl Fn()) -> io::Result<[u64; 3]> {
    settle().await;
    let before = resident()?;
    (0..count).for_each(|_| start());
    settle().await;
    let memory = (resident()? - before) / u64::try_from(count).map_err(io::Error::other)?;
    let began = Instant::now();
    (0..SAMPLE).for_each(|_| start());
    settle_for(SAMPLE).await;
    Ok([memory, each(began), 0])
}

fn each(began: Instant) -> u64 {
    let nanos = began.elapsed().as_nanos() / u128::try_from(SAMPLE).unwrap_or(1);
    u64::try_from(nanos).unwrap_or(u64::MAX)
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

/// Bytes of this process in memory: /proc/self/statm, pages.
fn resident() -> io::Result<u64> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.map(|pages| pages * 4096).ok_or_else(|| io::Error::other("/proc/self/statm"))
}
