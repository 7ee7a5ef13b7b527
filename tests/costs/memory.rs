//! What a connection costs that waits for its peer, in memory of the process: its task, and in it a
//! buffer of 64 bytes, its socket, its registration and its deadline.

use crate::counting::live;
use crate::tokio_runtime;
use berkeley::{Family, Kind, Protocol, Socket};
use berkeley_tests::{in_child, tcp_pair};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::future::pending;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Duration;

const CONNECTIONS: usize = 1_000;
const DEADLINE: Duration = Duration::from_secs(30);

/// What the task of a connection does.
#[derive(Clone, Copy, PartialEq)]
enum Idle {
    /// It has the connection.
    Holds,
    /// It waits to receive.
    Waits,
    /// It waits to receive, for no longer than a time.
    WaitsUntil,
}

const STEPS: [Idle; 3] = [Idle::Holds, Idle::Waits, Idle::WaitsUntil];

async fn ours(connection: OwnedFd, idle: Idle) {
    let socket = Socket::from_fd_as(connection, Family::INET, Kind::STREAM, Protocol::TCP);
    let stream = socket.and_then(berkeley::TcpStream::try_from).expect("a stream");
    let mut buffer = [0; 64];
    match idle {
        Idle::Holds => pending().await,
        Idle::Waits => drop(stream.recv(&mut buffer).await),
        Idle::WaitsUntil => drop(stream.recv(&mut buffer).timeout(DEADLINE).await),
    }
}

async fn tokios(connection: OwnedFd, idle: Idle) {
    use tokio::io::AsyncReadExt;
    let stream = TcpStream::from(connection);
    stream.set_nonblocking(true).expect("a mode");
    let mut stream = tokio::net::TcpStream::from_std(stream).expect("a stream");
    let mut buffer = [0; 64];
    match idle {
        Idle::Holds => pending().await,
        Idle::Waits => drop(stream.read(&mut buffer).await),
        Idle::WaitsUntil => drop(tokio::time::timeout(DEADLINE, stream.read(&mut buffer)).await),
    }
}

/// Bytes of each of many connections whose tasks `spawn` starts on this thread.
async fn bytes_each(spawn: impl Fn(OwnedFd)) -> usize {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    let mut peers = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let (connection, peer) = tcp_pair();
        connections.push(connection.into_fd());
        peers.push(peer);
    }
    // What the thread, the reactor and the runtime do once.
    let before = live();
    connections.drain(..).for_each(spawn);
    for _ in 0..CONNECTIONS {
        berkeley::yield_now().await;
    }
    (live() - before) / CONNECTIONS
}

#[test]
fn an_idle_connection_with_a_deadline_costs_less_than_a_kibibyte() {
    in_child("memory::an_idle_connection_with_a_deadline_costs_less_than_a_kibibyte", || {
        let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
        setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("the most that is allowed");
        let on_our_runtime = STEPS.map(|idle| {
            berkeley::block_on(bytes_each(|connection| {
                drop(berkeley::spawn(ours(connection, idle)));
            }))
        });
        let inside_tokio = STEPS.map(|idle| {
            tokio_runtime().block_on(bytes_each(|connection| {
                drop(tokio::spawn(ours(connection, idle)));
            }))
        });
        let tokio_alone = STEPS.map(|idle| {
            tokio_runtime().block_on(bytes_each(|connection| {
                drop(tokio::spawn(tokios(connection, idle)));
            }))
        });
        eprintln!("bytes of a task that holds a connection, that waits, that has a deadline too:");
        eprintln!("on our runtime {on_our_runtime:?}");
        eprintln!("inside tokio   {inside_tokio:?}");
        eprintln!("tokio's own    {tokio_alone:?}");
        assert!(on_our_runtime[2] < 1_024);
    });
}
