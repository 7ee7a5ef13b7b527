//! Connecting: refusals, connects that go on, full Unix backlogs, addresses that do not fit.

use crate::{SHORT, assert_errno, assert_kind, assert_timed_out, takes};
use berkeley_core::address::OtherAddress;
use berkeley_core::{Address, Family, Interest, Kind, MsgFlags, Protocol, Socket, option};
use berkeley_tests::{
    Network, PATIENCE, POLL, Scratch, blocked_in, bounded, eventually, in_network, ipv6, join, tcp,
    tcp_listener, tcp6, tcp6_listener, udp, unix, unix_pair,
};
use nix::libc;
use std::io::ErrorKind;
use std::time::Duration;

/// A port of 127.0.0.1 where nobody listens, while `_holder` lives: it is bound and does not.
fn refusing() -> (Address, Socket) {
    let holder = tcp();
    holder.bind("127.0.0.1:0").unwrap();
    (holder.local_addr().unwrap(), holder)
}

#[test]
fn a_refused_connect_has_its_errno_in_every_mode() {
    bounded(PATIENCE, || {
        let (address, _holder) = refusing();
        for timeout in [None, Some(PATIENCE)] {
            let socket = tcp();
            socket.set_timeout(timeout).unwrap();
            assert_errno(socket.connect(address), libc::ECONNREFUSED);
        }
        let socket = tcp();
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        let error = socket.connect(address).unwrap_err();
        if error.raw_os_error() == Some(libc::EINPROGRESS) {
            assert!(socket.wait(Interest::Writable, Some(PATIENCE)).unwrap());
            assert_errno(socket.finish_connect(), libc::ECONNREFUSED);
        } else {
            assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
        }
    });
}

#[test]
fn a_refused_datagram_is_told_by_a_later_call_and_then_forgotten() {
    bounded(PATIENCE, || {
        let (holder, socket) = (udp(), udp());
        let address = holder.local_addr().unwrap();
        socket.connect(address).unwrap();
        holder.close().unwrap();
        socket.send(b"x").unwrap();
        socket.set_timeout(Some(PATIENCE)).unwrap();
        assert_errno(socket.recv(&mut [0]), libc::ECONNREFUSED);
        socket.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(socket.recv(&mut [0]));
    });
}

/// With `IP_RECVERR`, a socket that sends to many is told of every refusal.
#[test]
fn a_refused_datagram_costs_the_next_send_to_somebody_else_once() {
    bounded(PATIENCE, || {
        let (holder, healthy, socket) = (udp(), udp(), udp());
        let (refusing, healthy_address) = (holder.local_addr(), healthy.local_addr().unwrap());
        holder.close().unwrap();
        socket.set(option::ip::ReceiveErrors, true).unwrap();
        socket.send_to(b"refused", refusing.unwrap()).unwrap();
        // Poll tells of the error without a wish to read or write.
        assert!(socket.wait(Interest::Readable, Some(PATIENCE)).unwrap());
        assert_errno(socket.send_to(b"first", healthy_address), libc::ECONNREFUSED);
        assert_eq!(socket.send_to(b"second", healthy_address).unwrap(), 6);
        let mut buffer = [0; 8];
        healthy.set_timeout(Some(PATIENCE)).unwrap();
        let n = healthy.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"second");
    });
}

#[test]
fn a_nonblocking_connect_is_begun_and_finished() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let socket = tcp();
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_errno(socket.connect(listener.local_addr().unwrap()), libc::EINPROGRESS);
        assert!(socket.wait(Interest::Writable, Some(PATIENCE)).unwrap());
        assert!(socket.finish_connect().unwrap());
        let (served, peer) = listener.accept().unwrap();
        assert_eq!(peer, socket.local_addr().unwrap());
        served.send(b"x").unwrap();
        assert!(socket.wait(Interest::Readable, Some(PATIENCE)).unwrap());
        assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 1);
    });
}

#[test]
fn a_connect_that_goes_on_is_not_finished() {
    in_network(PATIENCE, |_| {
        let silent = format!("{}:9", Network::SILENT);
        let socket = tcp();
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_errno(socket.connect(&*silent), libc::EINPROGRESS);
        assert!(!socket.finish_connect().unwrap());
        assert_errno(socket.connect(&*silent), libc::EALREADY);
        assert!(!socket.wait(Interest::Writable, Some(SHORT)).unwrap());
        assert_kind(socket.peer_addr(), ErrorKind::NotConnected);
    });
}

#[test]
fn a_connect_that_nobody_answers_ends_in_time() {
    in_network(PATIENCE, |_| {
        let silent = format!("{}:9", Network::SILENT);
        for timeout in [Duration::from_nanos(1), SHORT] {
            let socket = tcp();
            socket.set_timeout(Some(timeout)).unwrap();
            assert_timed_out(takes(timeout, || socket.connect(&*silent)));
        }
    });
}

#[test]
fn a_connect_without_a_route_has_its_errno() {
    in_network(PATIENCE, |network| {
        assert_errno(tcp().connect("203.0.113.1:9"), libc::ENETUNREACH);
        network.ip("route add prohibit 203.0.113.1");
        assert_errno(tcp().connect("203.0.113.1:9"), libc::EACCES);
    });
}

#[test]
fn a_second_connect_says_that_there_is_a_connection() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let socket = tcp();
        socket.connect(listener.local_addr().unwrap()).unwrap();
        assert_errno(socket.connect(listener.local_addr().unwrap()), libc::EISCONN);
        assert!(socket.finish_connect().unwrap());
    });
}

#[test]
fn a_connect_waits_for_a_slow_listener() {
    bounded(PATIENCE, || {
        // A backlog of 0 answers one; the next connect waits until that one is accepted.
        let listener = tcp();
        listener.bind("127.0.0.1:0").unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let first = tcp();
        first.connect(address).unwrap();
        let connecting = blocked_in(&[libc::SYS_connect], move || {
            let second = tcp();
            second.connect(address).map(|()| second)
        });
        listener.accept().unwrap();
        assert!(join(connecting).unwrap().finish_connect().unwrap());
    });
}

/// A Unix listener whose backlog has no room, its address, and who fills it.
fn full_unix_listener(scratch: &Scratch) -> (Socket, String, Vec<Socket>) {
    let (listener, address) = (unix(Kind::STREAM), scratch.address("full"));
    listener.bind(&*address).unwrap();
    listener.listen(0).unwrap();
    let mut waiting = Vec::new();
    loop {
        let client = unix(Kind::STREAM);
        client.set_timeout(Some(Duration::ZERO)).unwrap();
        if client.connect(&*address).is_err() {
            return (listener, address, waiting);
        }
        waiting.push(client);
    }
}

#[test]
fn a_nonblocking_connect_to_a_full_unix_listener_would_block_and_begins_nothing() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let (listener, address, waiting) = full_unix_listener(&scratch);
        let client = unix(Kind::STREAM);
        client.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_kind(client.connect(&*address), ErrorKind::WouldBlock);
        // Nothing was begun that could end.
        assert_kind(client.finish_connect(), ErrorKind::NotConnected);
        listener.accept().unwrap();
        assert_kind(client.finish_connect(), ErrorKind::NotConnected);
        client.connect(&*address).unwrap();
        assert!(client.finish_connect().unwrap());
        drop(waiting);
    });
}

#[test]
fn a_connect_with_a_timeout_to_a_full_unix_listener_times_out() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let (_listener, address, _waiting) = full_unix_listener(&scratch);
        for timeout in [Duration::from_nanos(1), SHORT] {
            let client = unix(Kind::STREAM);
            client.set_timeout(Some(timeout)).unwrap();
            assert_timed_out(takes(timeout, || client.connect(&*address)));
        }
    });
}

#[test]
fn a_connect_to_a_full_unix_listener_goes_on_when_there_is_room() {
    bounded(PATIENCE, || {
        // A blocking connect waits in the kernel, one with a timeout in little sleeps.
        for (timeout, calls) in [(None, &[libc::SYS_connect][..]), (Some(PATIENCE), &POLL[..])] {
            let scratch = Scratch::new();
            let (listener, address, waiting) = full_unix_listener(&scratch);
            let connecting = blocked_in(calls, move || {
                let client = unix(Kind::STREAM);
                client.set_timeout(timeout).unwrap();
                client.connect(&*address).map(|()| client)
            });
            for _ in &waiting {
                listener.accept().unwrap();
            }
            let (served, _) = listener.accept().unwrap();
            join(connecting).unwrap().send(b"x").unwrap();
            assert_eq!(served.recv(&mut [0; 8]).unwrap(), 1);
        }
    });
}

#[test]
fn a_connect_to_a_unix_path_without_a_listener_has_its_errno() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let address = scratch.address("gone");
        for timeout in [None, Some(PATIENCE), Some(Duration::ZERO)] {
            let client = unix(Kind::STREAM);
            client.set_timeout(timeout).unwrap();
            assert_errno(client.connect(&*address), libc::ENOENT);
        }
        let holder = unix(Kind::STREAM);
        holder.bind(&*address).unwrap();
        assert_errno(unix(Kind::STREAM).connect(&*address), libc::ECONNREFUSED);
        assert_errno(unix(Kind::SEQPACKET).connect(&*address), libc::EPROTOTYPE);
    });
}

#[test]
fn an_address_of_another_family_is_refused_by_name() {
    bounded(PATIENCE, || {
        let texts = ["127.0.0.1:1", "[::1]:1", "unix:/nowhere"];
        let families = [Family::INET, Family::INET6, Family::UNIX];
        for family in families {
            let socket = Socket::new(family, Kind::STREAM, Protocol::DEFAULT).unwrap();
            let wrong = || texts.iter().zip(families).filter(move |(_, theirs)| *theirs != family);
            for (text, theirs) in wrong() {
                let outcomes = [
                    socket.connect(*text),
                    socket.bind(*text),
                    socket.send_to(b"x", *text).map(drop),
                    socket.send_to_vectored(&[], MsgFlags::empty(), *text).map(drop),
                ];
                for outcome in outcomes {
                    let error = outcome.unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::InvalidInput);
                    let message = error.to_string();
                    assert!(message.contains(text), "{message}");
                    assert!(message.contains(&format!("of {theirs:?}")), "{message}");
                    assert!(message.contains(&format!("of {family:?}")), "{message}");
                }
            }
        }
    });
}

#[test]
fn text_that_is_no_address_is_refused_by_its_words() {
    bounded(PATIENCE, || {
        for text in ["", "127.0.0.1", "localhost:80", "127.0.0.1:99999"] {
            for outcome in [tcp().connect(text), tcp().bind(text)] {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
            }
        }
    });
}

#[test]
fn a_datagram_socket_of_ipv6_sends_to_ipv4_too() {
    bounded(PATIENCE, || {
        if !ipv6() {
            return;
        }
        let (receiver, sender) = (udp(), udp6());
        let address = receiver.local_addr().unwrap();
        sender.send_to(b"one", address).unwrap();
        sender.connect(address).unwrap();
        sender.send(b"two").unwrap();
        let mut buffer = [0; 8];
        for expected in [b"one", b"two"] {
            assert_eq!(receiver.recv(&mut buffer).unwrap(), 3);
            assert_eq!(&buffer[..3], expected);
        }
        assert_eq!(sender.peer_addr().unwrap().port(), address.port());
    });
}

fn udp6() -> Socket {
    Socket::new(Family::INET6, Kind::DGRAM, Protocol::DEFAULT).unwrap()
}

#[test]
fn ipv6_connects_to_its_loopback() {
    bounded(PATIENCE, || {
        if !ipv6() {
            return;
        }
        let listener = tcp6_listener();
        let client = tcp6();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let (served, peer) = listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        assert_eq!(served.local_addr().unwrap(), client.peer_addr().unwrap());
    });
}

#[test]
fn a_connected_datagram_socket_receives_from_its_peer_alone_until_it_is_disconnected() {
    bounded(PATIENCE, || {
        let (socket, peer, stranger) = (udp(), udp(), udp());
        let address = socket.local_addr().unwrap();
        socket.connect(peer.local_addr().unwrap()).unwrap();
        stranger.send_to(b"no", address).unwrap();
        peer.send_to(b"yes", address).unwrap();
        assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 3);

        // connect(2) to no family: man 2 connect.
        let nobody = OtherAddress::new(Family::UNSPEC, &[0; 14]).unwrap();
        socket.connect(Address::Other(nobody)).unwrap();
        assert_kind(socket.peer_addr(), ErrorKind::NotConnected);
        // Its port was the kernel's choice and is given back; the next send chooses again.
        socket.send_to(b"ask", stranger.local_addr().unwrap()).unwrap();
        let (_, from) = stranger.recv_from(&mut [0; 8]).unwrap();
        stranger.send_to(b"stranger", from.unwrap()).unwrap();
        assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 8);
    });
}

/// EAGAIN from connect(2) means "full backlog" to a Unix socket alone: here it says that there is
/// no free port, and nothing will change that.
#[test]
fn a_datagram_connect_without_a_free_port_fails_at_once() {
    in_network(PATIENCE, |_| {
        std::fs::write("/proc/sys/net/ipv4/ip_local_port_range", "40000 40000").unwrap();
        let holder = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        holder.bind("0.0.0.0:40000").unwrap();
        let limit = Duration::from_secs(5);
        let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        socket.set_timeout(Some(limit)).unwrap();
        let start = std::time::Instant::now();
        let error = socket.connect("127.0.0.1:9").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EAGAIN), "{error}");
        assert!(start.elapsed() < limit);
    });
}

#[test]
fn a_pair_is_connected_and_cannot_be_again() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        assert!(a.finish_connect().unwrap());
        assert!(b.finish_connect().unwrap());
        let scratch = Scratch::new();
        let listener = unix(Kind::STREAM);
        listener.bind(scratch.address("other")).unwrap();
        listener.listen(1).unwrap();
        assert_errno(a.connect(scratch.address("other")), libc::EISCONN);
        let families = Socket::pair(Family::INET, Kind::STREAM, Protocol::DEFAULT);
        assert_errno(families, libc::EOPNOTSUPP);
    });
}

#[test]
fn connect_in_timeout_mode_leaves_the_mode_as_it_was() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        for timeout in [None, Some(PATIENCE)] {
            let socket = tcp();
            socket.set_timeout(timeout).unwrap();
            socket.connect(listener.local_addr().unwrap()).unwrap();
            assert_eq!(socket.timeout(), timeout);
            assert_eq!(berkeley_tests::flag_is_nonblocking(&socket), timeout.is_some());
            eventually("it is connected", || socket.finish_connect().unwrap());
        }
    });
}
