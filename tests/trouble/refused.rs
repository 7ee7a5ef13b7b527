//! Somebody refuses: the host, a router, the own table of routes. The errno says who.

use crate::drivers::Driver;
use crate::in_time;
use crate::wire::Wire;
use berkeley::{Family, Kind, Protocol, Socket};
use nix::libc;
use std::io;

in_trouble! {
    a_closed_port_refuses_at_once
    a_refused_datagram_is_told_to_a_receive_that_waits
    a_router_that_refuses_is_told_by_its_own_errno
    a_route_that_refuses_is_told_by_its_own_errno
}

fn stream() -> Socket {
    Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap()
}

fn errno<T: std::fmt::Debug>(outcome: io::Result<T>) -> i32 {
    outcome.unwrap_err().raw_os_error().expect("the kernel's own")
}

async fn a_closed_port_refuses_at_once(_: Driver, wire: Wire) {
    let _listens = wire.address();
    let refused = in_time("connect", stream().connect("192.0.2.2:1")).await;
    assert_eq!(errno(refused), libc::ECONNREFUSED);
}

async fn a_refused_datagram_is_told_to_a_receive_that_waits(driver: Driver, _wire: Wire) {
    let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
    socket.connect("192.0.2.2:1").await.unwrap();
    let sender = socket.dup().unwrap();
    let told = driver.spawn_waiting(async move { socket.recv(&mut [0; 16]).await }).await;
    sender.send(b"nobody is there").await.unwrap();
    assert_eq!(errno(in_time("recv", told).await), libc::ECONNREFUSED);
}

async fn a_router_that_refuses_is_told_by_its_own_errno(_: Driver, wire: Wire) {
    // A rule says what a router's message says: RFC 792.
    for (answer, expected) in [
        ("host-unreachable", libc::EHOSTUNREACH),
        ("net-unreachable", libc::ENETUNREACH),
        ("port-unreachable", libc::ECONNREFUSED),
        ("admin-prohibited", libc::EHOSTUNREACH),
    ] {
        wire.filter(&format!("tcp dport 9 reject with icmp type {answer}"));
        let refused = in_time(answer, stream().connect("192.0.2.2:9")).await;
        assert_eq!(errno(refused), expected, "{answer}");
        wire.let_pass();
    }
}

async fn a_route_that_refuses_is_told_by_its_own_errno(_: Driver, wire: Wire) {
    wire.ip("route add unreachable 198.51.100.1
         route add prohibit 198.51.100.2
         route add blackhole 198.51.100.3");
    for (host, expected) in [
        ("198.51.100.1:9", libc::EHOSTUNREACH),
        ("198.51.100.2:9", libc::EACCES),
        ("198.51.100.3:9", libc::EINVAL),
        // No route at all.
        ("203.0.113.1:9", libc::ENETUNREACH),
    ] {
        let refused = in_time(host, stream().connect(host)).await;
        assert_eq!(errno(refused), expected, "{host}");
    }
}
