//! RDS, reliable datagrams over many connections: here of the loopback.

use crate::common::{another, pattern, receive, send_to, waits_by_its_mode};
use crate::opens;
use berkeley_core::option::rds::{CongestionMonitor, RdsTransport, ReceiveErrors, Transport};
use berkeley_core::{Address, Family, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, balanced, family, in_network};
use nix::libc;
use std::io::{ErrorKind, IoSliceMut};

const FAMILY: i32 = libc::AF_RDS;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}

/// A socket on a free port of the loopback, and its address.
fn bound() -> Option<(Socket, Address)> {
    let socket = family(Family::RDS, Kind::SEQPACKET, Protocol::DEFAULT)?;
    socket.bind("127.0.0.1:0").expect("bind");
    let address = socket.local_addr().expect("its address");
    assert!(matches!(address, Address::Inet(v4) if v4.port() != 0), "{address}");
    Some((socket, address))
}

#[test]
fn messages_go_both_ways_and_keep_their_bounds() {
    balanced(|| {
        let Some((one, at_one)) = bound() else { return };
        let (two, at_two) = bound().unwrap();
        waits_by_its_mode(&two);
        for len in [1, 5, 3_000, 60_000] {
            send_to(&one, &pattern(len), at_two);
            send_to(&two, &pattern(len + 1), at_one);
        }
        for len in [1, 5, 3_000, 60_000] {
            let message = receive(&two);
            assert!(message.bytes == pattern(len), "{len}");
            assert_eq!(message.from, Some(at_one));
            let message = receive(&one);
            assert!(message.bytes == pattern(len + 1), "{len}");
            assert_eq!(message.from, Some(at_two));
        }
        // What does not fit says so.
        send_to(&one, b"a long message", at_two.to_string());
        let mut few = [0; 6];
        let buffers = &mut [IoSliceMut::new(&mut few)];
        let received = two.recv_from_vectored(buffers, MsgFlags::empty()).unwrap();
        assert!(received.is_truncated());
        assert_eq!((received.from, &few), (Some(at_one), b"a long"));
        waits_by_its_mode(&two);
    });
}

#[test]
fn a_connected_socket_names_nobody() {
    balanced(|| {
        let Some((one, at_one)) = bound() else { return };
        let (two, at_two) = bound().unwrap();
        let error = one.send(b"x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConnected, "{error}");
        one.connect(at_two).unwrap();
        assert_eq!(one.peer_addr().unwrap(), at_two);
        assert_eq!(one.send(b"hello").unwrap(), 5);
        let mut bytes = [0; 16];
        assert_eq!(two.recv_from(&mut bytes).unwrap(), (5, Some(at_one)));
    });
}

#[test]
fn options_are_those_of_the_socket() {
    balanced(|| {
        let Some((one, _)) = bound() else { return };
        assert!(!one.get(ReceiveErrors).unwrap());
        one.set(ReceiveErrors, true).unwrap();
        assert!(one.get(ReceiveErrors).unwrap());
        one.set(CongestionMonitor, true).unwrap();
        // Bound to the loopback, it has the transport of the loopback, which has no number here.
        let unbound = another(&one);
        assert_eq!(unbound.get(Transport).unwrap(), RdsTransport::NONE);
        unbound.set(Transport, RdsTransport::TCP).unwrap();
        assert_eq!(unbound.get(Transport).unwrap(), RdsTransport::TCP);
        let error = unbound.set(Transport, RdsTransport::TCP).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EOPNOTSUPP), "once: {error}");
    });
}

#[test]
fn addresses_that_are_no_peers_are_errors() {
    balanced(|| {
        let Some((socket, at)) = bound() else { return };
        let taken = another(&socket).bind(at).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse, "{taken}");
        let error = another(&socket).bind("192.0.2.1:0").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable, "{error}");
        let error = another(&socket).send_to(b"x", at).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConnected, "without a bind: {error}");
        // Nobody is told of a port that nobody has: the datagram waits for it in the kernel.
        let (gone, at_gone) = bound().unwrap();
        drop(gone);
        send_to(&socket, b"lost", at_gone);
        waits_by_its_mode(&socket);
    });
}

#[test]
fn two_machines_talk_over_tcp() {
    balanced(|| {
        if family(Family::RDS, Kind::SEQPACKET, Protocol::DEFAULT).is_none() {
            return;
        }
        let bound = |address: &str| {
            let socket = Socket::new(Family::RDS, Kind::SEQPACKET, Protocol::DEFAULT).unwrap();
            socket.bind(address).expect("bind");
            socket
        };
        in_network(PATIENCE / 3, move |network| {
            let far = network.neighbour(move |_| bound("192.0.2.2:4000"));
            let near = bound("192.0.2.1:4001");
            assert_eq!(near.get(Transport).unwrap(), RdsTransport::TCP);
            let [at_near, at_far] = [&near, &far].map(|socket| socket.local_addr().unwrap());
            for len in [5, 20_000] {
                send_to(&near, &pattern(len), at_far);
                let message = receive(&far);
                assert!(message.bytes == pattern(len), "{len}");
                assert_eq!(message.from, Some(at_near));
                send_to(&far, &pattern(len), at_near);
                assert!(receive(&near).bytes == pattern(len), "{len}");
            }
        });
    });
}
