//! A peer that is no kernel: a program that answers packets by hand, over a TUN device.

use crate::drivers::Driver;
use crate::operations::{RECEIVES, fill, receives_time_out, sends_time_out};
use crate::wire::Wire;
use crate::{SHORT, assert_timed_out, in_time};
use berkeley::{Family, Kind, Protocol, Socket};
use berkeley_tests::{Process, peer, skip};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

in_trouble! {
    a_peer_that_hears_nothing_ends_a_connect_by_its_deadline
    a_peer_that_refuses_ends_a_connect_at_once
    a_peer_without_a_window_ends_sends_by_their_deadline
    a_peer_that_has_forgotten_the_connection_resets_it
    a_peer_that_takes_a_byte_at_a_time_is_bounded_by_the_deadline
    segments_that_are_not_for_us_or_spoilt_or_twice_change_nothing
}

const ADDRESS: &str = "198.51.100.2:7";

/// A peer that behaves so, and a socket for it. `None` after a printed skip.
fn strange(wire: &Wire, behaviour: &str) -> Option<(Process, Socket)> {
    let python = peer("python3")?;
    if !Path::new("/dev/net/tun").exists() {
        skip("no /dev/net/tun");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("trouble/tun_peer.py");
    let mut host = Process::spawn(Command::new(python).arg(script).arg(behaviour));
    assert_eq!(host.line(), "ready");
    wire.ip("addr add 198.51.100.1/24 dev strange
         link set strange up");
    Some((host, Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap()))
}

async fn a_peer_that_hears_nothing_ends_a_connect_by_its_deadline(_: Driver, wire: Wire) {
    let Some((_host, socket)) = strange(&wire, "deaf") else { return };
    assert_timed_out("connect", in_time("connect", socket.connect(ADDRESS).timeout(SHORT)).await);
}

async fn a_peer_that_refuses_ends_a_connect_at_once(_: Driver, wire: Wire) {
    let Some((_host, socket)) = strange(&wire, "refuses") else { return };
    let refused = in_time("connect", socket.connect(ADDRESS)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

async fn a_peer_without_a_window_ends_sends_by_their_deadline(_: Driver, wire: Wire) {
    let Some((_host, socket)) = strange(&wire, "no window") else { return };
    in_time("connect", socket.connect(ADDRESS)).await.unwrap();
    receives_time_out(RECEIVES, &socket).await;
    fill(&socket).await;
    sends_time_out(&socket).await;
}

async fn a_peer_that_has_forgotten_the_connection_resets_it(_: Driver, wire: Wire) {
    let Some((_host, socket)) = strange(&wire, "forgets") else { return };
    in_time("connect", socket.connect(ADDRESS)).await.unwrap();
    socket.send_all(b"do you remember?").await.unwrap();
    let told = in_time("recv", socket.recv(&mut [0; 16])).await.unwrap_err();
    assert_eq!(told.kind(), ErrorKind::ConnectionReset);
}

async fn a_peer_that_takes_a_byte_at_a_time_is_bounded_by_the_deadline(_: Driver, wire: Wire) {
    let Some((_host, socket)) = strange(&wire, "byte by byte") else { return };
    in_time("connect", socket.connect(ADDRESS)).await.unwrap();
    let bytes = vec![b'.'; 64 << 20];
    let failed = in_time("send_all", socket.send_all(&bytes).timeout(SHORT)).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::TimedOut);
    assert!(failed.sent > 0 && failed.sent < bytes.len());
    let mut buffer = [0; 16];
    let n = in_time("recv", socket.recv(&mut buffer)).await.unwrap();
    assert!(buffer[..n].iter().all(|byte| *byte == b'!'));
}

async fn segments_that_are_not_for_us_or_spoilt_or_twice_change_nothing(_: Driver, wire: Wire) {
    let Some((_host, socket)) = strange(&wire, "unsound") else { return };
    in_time("connect", socket.connect(ADDRESS)).await.unwrap();
    let (mut received, mut buffer) = (Vec::new(), [0; 16]);
    loop {
        match in_time("recv", socket.recv(&mut buffer)).await.unwrap() {
            0 => break,
            n => received.extend_from_slice(&buffer[..n]),
        }
    }
    assert_eq!(received, b"hello!");
}
