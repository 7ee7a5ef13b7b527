//! Accepting: who connected, what runs out, what does not end a listener.

use crate::{assert_errno, assert_kind};
use berkeley_core::option::socket::{AcceptsConnections, Linger};
use berkeley_core::{Address, Family, Interest, Kind, Protocol, Socket, UnixAddress};
use berkeley_tests::{
    PATIENCE, Scratch, bounded, in_child, open_descriptors, tcp, tcp_listener, udp, unix,
};
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io::ErrorKind;
use std::time::Duration;

#[test]
fn accept_tells_who_connected() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let (served, peer) = listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        assert_eq!(served.peer_addr().unwrap(), peer);
        assert_eq!(served.local_addr().unwrap(), listener.local_addr().unwrap());
        assert_eq!(
            (served.family(), served.kind(), served.protocol()),
            (Family::INET, Kind::STREAM, Protocol::DEFAULT)
        );
    });
}

#[test]
fn accept_tells_the_name_of_a_unix_client_or_that_it_has_none() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        for kind in [Kind::STREAM, Kind::SEQPACKET] {
            let name = format!("listener{}", kind.raw());
            let listener = unix(kind);
            listener.bind(scratch.address(&name)).unwrap();
            listener.listen(4).unwrap();

            let unnamed = unix(kind);
            unnamed.connect(scratch.address(&name)).unwrap();
            let (served, peer) = listener.accept().unwrap();
            assert_eq!(peer, Address::Unix(UnixAddress::unnamed()));
            assert_eq!(served.peer_addr().unwrap(), peer);
            assert_eq!(served.kind(), kind);

            let named = unix(kind);
            let client = format!("client{}", kind.raw());
            named.bind(scratch.address(&client)).unwrap();
            named.connect(scratch.address(&name)).unwrap();
            let (_, peer) = listener.accept().unwrap();
            assert_eq!(peer.to_string(), scratch.address(&client));
        }
    });
}

#[test]
fn accept_without_descriptors_fails_and_keeps_the_connection() {
    in_child("accept::accept_without_descriptors_fails_and_keeps_the_connection", || {
        let listener = tcp_listener();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        client.send(b"x").unwrap();
        listener.wait(Interest::Readable, None).unwrap();

        let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, u64::try_from(open_descriptors()).unwrap() + 8, most)
            .unwrap();
        let mut spare = Vec::new();
        let error = loop {
            match client.dup() {
                Ok(socket) => spare.push(socket),
                Err(e) => break e,
            }
        };
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        assert!(!spare.is_empty());

        for timeout in [None, Some(Duration::ZERO), Some(PATIENCE)] {
            listener.set_timeout(timeout).unwrap();
            assert_errno(listener.accept(), libc::EMFILE);
        }
        assert_errno(Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT), libc::EMFILE);
        let pair = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT);
        assert_errno(pair, libc::EMFILE);

        spare.pop();
        let (served, peer) = listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        assert_eq!(served.recv(&mut [0; 8]).unwrap(), 1);
    });
}

#[test]
fn a_connection_that_ended_while_it_waited_does_not_end_the_listener() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let address = listener.local_addr().unwrap();
        let reset = tcp();
        reset.connect(address).unwrap();
        reset.set(Linger, Some(Duration::ZERO)).unwrap();
        reset.close().unwrap();
        let client = tcp();
        client.connect(address).unwrap();
        let expected = client.local_addr().unwrap();
        // Linux accepts the dead one too; other systems say ECONNABORTED.
        loop {
            match listener.accept() {
                Ok((_, peer)) if peer == expected => break,
                Ok((dead, _)) => assert_kind(dead.recv(&mut [0]), ErrorKind::ConnectionReset),
                Err(e) => assert_eq!(e.kind(), ErrorKind::ConnectionAborted),
            }
        }
    });
}

#[test]
fn accept_is_for_listeners() {
    bounded(PATIENCE, || {
        assert_errno(tcp().accept(), libc::EINVAL);
        assert_errno(udp().accept(), libc::EOPNOTSUPP);
        assert_errno(udp().listen(1), libc::EOPNOTSUPP);
        assert!(!tcp().get(AcceptsConnections).unwrap());
        assert!(tcp_listener().get(AcceptsConnections).unwrap());
    });
}

#[test]
fn a_negative_backlog_still_listens() {
    bounded(PATIENCE, || {
        for backlog in [-1, i32::MIN, 0, i32::MAX] {
            let listener = tcp();
            listener.bind("127.0.0.1:0").unwrap();
            listener.listen(backlog).unwrap();
            let client = tcp();
            client.connect(listener.local_addr().unwrap()).unwrap();
            listener.accept().unwrap();
        }
    });
}

#[test]
fn connections_are_accepted_in_their_order() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let client = tcp();
                client.connect(listener.local_addr().unwrap()).unwrap();
                client
            })
            .collect();
        for client in &clients {
            assert_eq!(listener.accept().unwrap().1, client.local_addr().unwrap());
        }
    });
}
