//! What a connection costs that waits for its peer, in memory of the process: its task, and in it a
//! buffer of 64 bytes, its socket, its registration and its deadline.

use crate::counting::live;
use crate::tokio_runtime;
use berkeley::option::socket::Linger;
use berkeley::{Family, Kind, Protocol, Socket};
use berkeley_tests::{in_child, tcp, tcp_listener};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::future::pending;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Duration;
use tokio::io::AsyncReadExt;

const CONNECTIONS: usize = 1_000;
const DEADLINE: Duration = Duration::from_secs(30);

/// A connection as berkeley has it.
fn ours(connection: OwnedFd) -> berkeley::TcpStream {
    let socket = Socket::from_fd_as(connection, Family::INET, Kind::STREAM, Protocol::TCP);
    socket.and_then(berkeley::TcpStream::try_from).expect("a stream")
}

async fn holds<S>(stream: S) {
    pending::<()>().await;
    drop(stream);
}

async fn waits(stream: berkeley::TcpStream) {
    let _ = stream.recv(&mut [0; 64]).await;
}

async fn waits_until(stream: berkeley::TcpStream) {
    let _ = stream.recv(&mut [0; 64]).timeout(DEADLINE).await;
}

/// A connection as tokio has it.
fn tokios(connection: OwnedFd) -> tokio::net::TcpStream {
    let stream = TcpStream::from(connection);
    stream.set_nonblocking(true).expect("a mode");
    tokio::net::TcpStream::from_std(stream).expect("a stream")
}

async fn waits_in_tokio(mut stream: tokio::net::TcpStream) {
    let _ = stream.read(&mut [0; 64]).await;
}

async fn waits_in_tokio_until(mut stream: tokio::net::TcpStream) {
    let _ = tokio::time::timeout(DEADLINE, stream.read(&mut [0; 64])).await;
}

/// Bytes of each of many connections whose tasks `spawn` starts on this thread.
async fn bytes_each(spawn: impl Fn(OwnedFd)) -> usize {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    let mut peers = Vec::with_capacity(CONNECTIONS);
    let listener = tcp_listener();
    let address = listener.local_addr().expect("its address");
    for _ in 0..CONNECTIONS {
        let peer = tcp();
        peer.connect(address).expect("connect");
        // It ends with a reset, and leaves no port in TIME_WAIT.
        peer.set(Linger, Some(Duration::ZERO)).expect("an option");
        peers.push(peer);
        connections.push(listener.accept().expect("a connection").0.into_fd());
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
        let on_our_runtime = [
            berkeley::block_on(bytes_each(|fd| drop(berkeley::spawn(holds(ours(fd)))))),
            berkeley::block_on(bytes_each(|fd| drop(berkeley::spawn(waits(ours(fd)))))),
            berkeley::block_on(bytes_each(|fd| drop(berkeley::spawn(waits_until(ours(fd)))))),
        ];
        let inside_tokio = [
            tokio_runtime().block_on(bytes_each(|fd| drop(tokio::spawn(holds(ours(fd)))))),
            tokio_runtime().block_on(bytes_each(|fd| drop(tokio::spawn(waits(ours(fd)))))),
            tokio_runtime().block_on(bytes_each(|fd| drop(tokio::spawn(waits_until(ours(fd)))))),
        ];
        let of_tokio = [
            tokio_runtime().block_on(bytes_each(|fd| drop(tokio::spawn(holds(tokios(fd)))))),
            tokio_runtime()
                .block_on(bytes_each(|fd| drop(tokio::spawn(waits_in_tokio(tokios(fd)))))),
            tokio_runtime()
                .block_on(bytes_each(|fd| drop(tokio::spawn(waits_in_tokio_until(tokios(fd)))))),
        ];
        let name =
            "MEASURED bytes of a task that has a connection, that receives, that has a deadline";
        eprintln!(
            "{name}: berkeley {on_our_runtime:?}, inside tokio {inside_tokio:?}, tokio {of_tokio:?}"
        );
        assert!(on_our_runtime[2] < 1_024, "{} bytes", on_our_runtime[2]);
        // Beside the task and the registration, which are tokio's.
        let ours = inside_tokio[2] - of_tokio[0];
        assert!(ours < 1_024, "{ours} bytes");
    });
}
