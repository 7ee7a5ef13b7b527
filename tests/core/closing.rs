//! The end of a connection: closing, resetting, and what has not arrived.

use crate::assert_kind;
use berkeley_core::option::socket::Linger;
use berkeley_core::{Kind, Shutdown};
use berkeley_tests::{
    PATIENCE, blocked_in, bounded, drain, eventually, fill, in_child, join, tcp, tcp_pair, unix,
    unix_pair,
};
use nix::libc;
use std::io::ErrorKind;
use std::time::Duration;

/// Why the async crate takes the linger time off: the kernel waits in non-blocking mode too.
#[test]
fn a_close_waits_for_its_linger_time_though_it_does_not_block() {
    // A signal, which the tests beside it have sent, would end the wait.
    in_child("closing::a_close_waits_for_its_linger_time_though_it_does_not_block", || {
        let (socket, peer) = tcp_pair();
        socket.set(Linger, Some(Duration::from_secs(3_600))).unwrap();
        let sent = fill(&socket);
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        let closing = blocked_in(&[libc::SYS_close], move || socket.close());
        assert_eq!(drain(&peer), sent);
        join(closing).unwrap();
    });
}

#[test]
fn the_send_queue_is_what_a_tcp_peer_has_not_acknowledged() {
    bounded(PATIENCE, || {
        let (socket, peer) = tcp_pair();
        assert_eq!(socket.send_queue().unwrap(), 0);
        socket.send_all(b"few").unwrap();
        eventually("they are acknowledged", || socket.send_queue().unwrap() == 0);
        let sent = fill(&socket);
        let queued = socket.send_queue().unwrap();
        assert!(0 < queued && queued < sent, "{queued} of {sent}");
        socket.shutdown(Shutdown::Write).unwrap();
        assert!(socket.send_queue().unwrap() > 0);
        assert_eq!(drain(&peer), 3 + sent);
        eventually("the end is acknowledged", || socket.send_queue().unwrap() == 0);
    });
}

#[test]
fn the_send_queue_is_what_a_unix_peer_has_not_received() {
    bounded(PATIENCE, || {
        for kind in [Kind::STREAM, Kind::SEQPACKET] {
            let (socket, peer) = unix_pair(kind);
            assert_eq!(socket.send_queue().unwrap(), 0);
            socket.send(b"a few").unwrap();
            assert!(socket.send_queue().unwrap() >= 5);
            peer.recv(&mut [0; 8]).unwrap();
            assert_eq!(socket.send_queue().unwrap(), 0);
        }
    });
}

#[test]
fn an_abort_resets_at_once_though_a_duplicate_is_open() {
    bounded(PATIENCE, || {
        let (socket, peer) = tcp_pair();
        let duplicate = socket.dup().unwrap();
        socket.abort().unwrap();
        assert_kind(peer.recv(&mut [0]), ErrorKind::ConnectionReset);
        assert_kind(duplicate.recv(&mut [0]), ErrorKind::ConnectionReset);
        // Nothing of the connection is left.
        assert_kind(socket.peer_addr(), ErrorKind::NotConnected);
    });
}

#[test]
fn an_abort_of_another_family_ends_both_directions() {
    bounded(PATIENCE, || {
        let (socket, peer) = unix_pair(Kind::STREAM);
        socket.abort().unwrap();
        assert_eq!(peer.recv(&mut [0]).unwrap(), 0);
        assert_kind(peer.send(b"x"), ErrorKind::BrokenPipe);
        assert_kind(socket.send(b"x"), ErrorKind::BrokenPipe);
    });
}

#[test]
fn without_a_connection_an_abort_does_nothing() {
    bounded(PATIENCE, || {
        for socket in [tcp(), unix(Kind::STREAM)] {
            socket.abort().unwrap();
        }
    });
}
