//! Signals: an interruption neither fails an operation nor extends its deadline.

use crate::{assert_kind, assert_timed_out, takes};
use berkeley_core::{Interest, Kind, Shutdown, interruptible};
use berkeley_tests::{
    Network, PATIENCE, POLL, Scratch, Storm, bounded, eventually, fill, in_child, in_network, join,
    tcp, tcp_listener, tcp_pair, udp, unix, unix_pair,
};
use nix::libc;
use std::cell::Cell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

/// Long enough for many interruptions.
const STORMY: Duration = Duration::from_millis(200);

/// Waits in an operation while signals arrive; again where a busy machine sent too few.
fn in_storm(operation: impl Fn()) {
    let storm = Storm::on_this_thread();
    eventually("signals arrive", || {
        operation();
        storm.signals() > 5
    });
}

#[test]
fn signals_do_not_extend_the_deadline_of_a_receive() {
    bounded(PATIENCE, || {
        let (socket, _peer) = tcp_pair();
        socket.set_timeout(Some(STORMY)).unwrap();
        in_storm(|| assert_timed_out(takes(STORMY, || socket.recv(&mut [0]))));
        in_storm(|| assert_timed_out(takes(STORMY, || socket.recv_from(&mut [0]))));
        let listener = tcp_listener();
        listener.set_timeout(Some(STORMY)).unwrap();
        in_storm(|| assert_timed_out(takes(STORMY, || listener.accept())));
    });
}

#[test]
fn signals_do_not_extend_the_deadline_of_a_send() {
    bounded(PATIENCE, || {
        let (sender, _peer) = unix_pair(Kind::STREAM);
        fill(&sender);
        sender.set_timeout(Some(STORMY)).unwrap();
        in_storm(|| assert_timed_out(takes(STORMY, || sender.send(b"x"))));
        in_storm(|| {
            let result = takes(STORMY, || sender.send_all(b"x"));
            assert_timed_out(result.map_err(Into::into));
        });
    });
}

#[test]
fn signals_do_not_extend_the_deadline_of_a_wait() {
    bounded(PATIENCE, || {
        let socket = udp();
        in_storm(|| {
            let ready = takes(STORMY, || socket.wait(Interest::Readable, Some(STORMY)));
            assert!(!ready.unwrap());
        });
    });
}

#[test]
fn signals_do_not_extend_the_deadline_of_a_connect() {
    in_network(PATIENCE, |_| {
        let silent = format!("{}:9", Network::SILENT);
        in_storm(|| {
            let socket = tcp();
            socket.set_timeout(Some(STORMY)).unwrap();
            assert_timed_out(takes(STORMY, || socket.connect(&*silent)));
        });
    });
}

#[test]
fn signals_do_not_extend_the_deadline_of_a_connect_to_a_full_unix_listener() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let (_listener, _waiting) = full_unix_listener(&scratch);
        let socket = unix(Kind::STREAM);
        socket.set_timeout(Some(STORMY)).unwrap();
        let address = scratch.address("full");
        in_storm(|| assert_timed_out(takes(STORMY, || socket.connect(&*address))));
    });
}

#[test]
fn signals_do_not_fail_a_blocking_receive() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        let receiver = Storm::on_blocked(&[libc::SYS_recvfrom], move || b.recv(&mut [0; 8]));
        a.send(b"later").unwrap();
        assert_eq!(join(receiver).unwrap(), 5);
    });
}

#[test]
fn signals_do_not_fail_a_blocking_accept() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let address = listener.local_addr().unwrap();
        let accepting = Storm::on_blocked(&[libc::SYS_accept4], move || listener.accept());
        let client = tcp();
        client.connect(address).unwrap();
        assert_eq!(join(accepting).unwrap().1, client.local_addr().unwrap());
    });
}

#[test]
fn signals_do_not_fail_a_blocking_send_all() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        let bytes: Vec<u8> = (0..=255).cycle().take(4 << 20).collect();
        let expected = bytes.clone();
        let sending = Storm::on_blocked(&[libc::SYS_sendto], move || {
            a.send_all(&bytes)?;
            a.shutdown(Shutdown::Write)
        });
        let mut received = Vec::new();
        std::io::Read::read_to_end(&mut &b, &mut received).unwrap();
        join(sending).unwrap();
        assert!(received == expected, "every byte once and in order");
    });
}

/// A connect that is interrupted goes on; to call connect(2) again would be EALREADY or, later,
/// EISCONN.
#[test]
fn signals_do_not_fail_a_blocking_tcp_connect() {
    bounded(PATIENCE, || {
        // Of two connections to a backlog of 0 one is not answered until the other is accepted.
        let listener = tcp();
        listener.bind("127.0.0.1:0").unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let first = tcp();
        first.connect(address).unwrap();
        for timeout in [None, Some(PATIENCE)] {
            let connecting = Storm::on_blocked(&POLL, move || {
                let second = tcp();
                second.set_timeout(timeout).unwrap();
                second.connect(address).map(|()| second)
            });
            let (_served, _) = listener.accept().unwrap();
            assert_eq!(join(connecting).unwrap().peer_addr().unwrap(), address);
        }
    });
}

/// A Unix listener whose backlog has no room, and who fills it.
fn full_unix_listener(scratch: &Scratch) -> (berkeley_core::Socket, Vec<berkeley_core::Socket>) {
    let listener = unix(Kind::STREAM);
    listener.bind(scratch.address("full")).unwrap();
    listener.listen(0).unwrap();
    let mut waiting = Vec::new();
    loop {
        let client = unix(Kind::STREAM);
        client.set_timeout(Some(Duration::ZERO)).unwrap();
        match client.connect(scratch.address("full")) {
            Ok(()) => waiting.push(client),
            Err(e) if e.kind() == ErrorKind::WouldBlock => return (listener, waiting),
            Err(e) => panic!("{e}"),
        }
    }
}

/// Unlike TCP's, an interrupted connect to a Unix listener has begun nothing: it has to be called
/// again.
#[test]
fn signals_do_not_fail_a_blocking_connect_to_a_full_unix_listener() {
    // In a process of its own: one that spins would disturb the other tests.
    let name = "signals::signals_do_not_fail_a_blocking_connect_to_a_full_unix_listener";
    in_child(name, || {
        let scratch = Scratch::new();
        let (listener, waiting) = full_unix_listener(&scratch);
        let address = scratch.address("full");
        // In whatever call it waits for room.
        let mut calls = vec![libc::SYS_connect, libc::SYS_clock_nanosleep, libc::SYS_nanosleep];
        calls.extend(POLL);
        let connecting = Storm::on_blocked(&calls, move || {
            let client = unix(Kind::STREAM);
            client.connect(&*address).map(|()| client)
        });
        for _ in &waiting {
            listener.accept().unwrap();
        }
        let limit = Duration::from_secs(10);
        listener.set_timeout(Some(limit)).unwrap();
        let (served, _) = listener.accept().expect("the interrupted connect goes on");
        let client = join(connecting).unwrap();
        client.send(b"x").unwrap();
        assert_eq!(served.recv(&mut [0; 8]).unwrap(), 1);
    });
}

/// What asks whether to go on, and says no.
fn end() -> std::io::Result<()> {
    Err(ErrorKind::Interrupted.into())
}

#[test]
fn a_signal_ends_what_its_caller_lets_it_end() {
    in_network(PATIENCE, |_| {
        let (socket, _peer) = tcp_pair();
        let (full, _other) = unix_pair(Kind::STREAM);
        fill(&full);
        let listener = tcp_listener();
        let (silent, scratch) = (format!("{}:9", Network::SILENT), Scratch::new());
        let (_unix_listener, _waiting) = full_unix_listener(&scratch);
        let crowded = scratch.address("full");
        let _storm = Storm::on_this_thread();
        for timeout in [None, Some(PATIENCE)] {
            for socket in [&socket, &full, &listener] {
                socket.set_timeout(timeout).unwrap();
            }
            let (tcp, unix) = (tcp(), unix(Kind::STREAM));
            tcp.set_timeout(timeout).unwrap();
            unix.set_timeout(timeout).unwrap();
            let ends = |what: &dyn Fn() -> std::io::Result<()>| {
                assert_kind(interruptible(end, what), ErrorKind::Interrupted);
            };
            ends(&|| socket.recv(&mut [0]).map(drop));
            ends(&|| socket.recv_from(&mut [0]).map(drop));
            ends(&|| socket.wait(Interest::Readable, timeout).map(drop));
            ends(&|| listener.accept().map(drop));
            ends(&|| full.send(b"x").map(drop));
            ends(&|| Ok(full.send_all(b"x")?));
            ends(&|| tcp.connect(&*silent));
            ends(&|| unix.connect(&*crowded));
        }
    });
}

/// When some bytes have gone, the system call succeeds, and no errno tells of the signal.
#[test]
fn a_signal_ends_a_send_all_that_has_sent_a_part() {
    bounded(PATIENCE, || {
        let (a, _b) = unix_pair(Kind::STREAM);
        let _storm = Storm::on_this_thread();
        let error = interruptible(end, || a.send_all(&vec![0; 4 << 20])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert!(error.sent > 0, "{error}");
    });
}

#[test]
fn an_operation_goes_on_as_long_as_its_caller_says_so() {
    bounded(PATIENCE, || {
        let (socket, _peer) = tcp_pair();
        socket.set_timeout(Some(STORMY)).unwrap();
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        let decide = move || {
            count.set(count.get() + 1);
            Ok(())
        };
        let _storm = Storm::on_this_thread();
        assert_timed_out(takes(STORMY, || interruptible(decide, || socket.recv(&mut [0]))));
        assert!(asked.get() > 0, "it was asked");
        let before = asked.get();
        assert_timed_out(socket.recv(&mut [0]));
        assert_eq!(asked.get(), before, "outside, nobody is asked");
    });
}

#[test]
fn within_another_the_inner_one_decides_and_then_the_outer_again() {
    bounded(PATIENCE, || {
        let (socket, _peer) = tcp_pair();
        socket.set_timeout(Some(STORMY)).unwrap();
        let _storm = Storm::on_this_thread();
        interruptible(end, || {
            assert_timed_out(interruptible(|| Ok(()), || socket.recv(&mut [0])));
            assert_kind(socket.recv(&mut [0]), ErrorKind::Interrupted);
        });
    });
}

/// What the others rest on: a handler with SA_RESTART would make this read wait for ever.
#[test]
fn a_storm_ends_what_it_interrupts() {
    bounded(PATIENCE, || {
        let socket = udp();
        let _storm = Storm::on_this_thread();
        assert_eq!(nix::unistd::read(&socket, &mut [0]), Err(nix::errno::Errno::EINTR));
    });
}
