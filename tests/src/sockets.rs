//! Sockets in the states that tests begin with. Every port is one that the kernel chose.

use berkeley_core::{Family, Kind, Protocol, Socket};
use std::io::ErrorKind;
use std::time::Duration;

fn new(family: Family, kind: Kind) -> Socket {
    Socket::new(family, kind, Protocol::DEFAULT).expect("a socket")
}

fn listening(family: Family, address: &str) -> Socket {
    let socket = new(family, Kind::STREAM);
    socket.bind(address).expect("bind");
    socket.listen(16).expect("listen");
    socket
}

/// A fresh TCP socket of IPv4.
///
/// # Panics
/// When there is none, as all functions here.
#[must_use]
pub fn tcp() -> Socket {
    new(Family::INET, Kind::STREAM)
}

/// A fresh TCP socket of IPv6.
#[must_use]
pub fn tcp6() -> Socket {
    new(Family::INET6, Kind::STREAM)
}

/// A fresh Unix socket.
#[must_use]
pub fn unix(kind: Kind) -> Socket {
    new(Family::UNIX, kind)
}

/// A UDP socket bound to a free port of 127.0.0.1.
#[must_use]
pub fn udp() -> Socket {
    let socket = new(Family::INET, Kind::DGRAM);
    socket.bind("127.0.0.1:0").expect("bind");
    socket
}

/// A TCP listener on a free port of 127.0.0.1.
#[must_use]
pub fn tcp_listener() -> Socket {
    listening(Family::INET, "127.0.0.1:0")
}

/// A TCP listener on a free port of ::1.
#[must_use]
pub fn tcp6_listener() -> Socket {
    listening(Family::INET6, "[::1]:0")
}

/// Two connected TCP sockets: who connected, who accepted.
#[must_use]
pub fn tcp_pair() -> (Socket, Socket) {
    let listener = tcp_listener();
    let client = tcp();
    client.connect(listener.local_addr().expect("its address")).expect("connect");
    let (served, _) = listener.accept().expect("accept");
    (client, served)
}

/// Two connected Unix sockets.
#[must_use]
pub fn unix_pair(kind: Kind) -> (Socket, Socket) {
    Socket::pair(Family::UNIX, kind, Protocol::DEFAULT).expect("a pair")
}

/// Sends until nothing more fits, and returns how many bytes that were. The mode is as before
/// afterwards. For Unix sockets: TCP moves bytes on by itself and has room again.
pub fn fill(socket: &Socket) -> usize {
    let timeout = socket.timeout();
    socket.set_timeout(Some(Duration::ZERO)).expect("a mode");
    let mut total = 0;
    let full = loop {
        match socket.send(&[b'.'; 1024]) {
            Ok(n) => total += n,
            Err(e) => break e,
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    socket.set_timeout(timeout).expect("a mode");
    total
}

/// Receives all that a stream brings until its end, and returns how many bytes that were.
pub fn drain(socket: &Socket) -> usize {
    let mut buffer = vec![0; 65_536];
    let mut total = 0;
    loop {
        match socket.recv(&mut buffer).expect("recv") {
            0 => return total,
            n => total += n,
        }
    }
}
