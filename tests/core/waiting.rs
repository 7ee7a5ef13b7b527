//! `wait`, and that waiting costs no processor time. What would spin for ever does so in a process
//! of its own.

use crate::{SHORT, assert_kind, assert_timed_out, takes};
use berkeley_core::option::ip;
use berkeley_core::{Interest, Kind, MsgFlags, Shutdown, Socket};
use berkeley_tests::{
    PATIENCE, Scratch, blocked_in, bounded, eventually, fill, in_child, join, processor_time,
    tcp_listener, tcp_pair, udp, unix, unix_pair,
};
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// A wait that uses more processor time than a tenth of this is no wait.
const LONG: Duration = Duration::from_millis(500);

/// That `operation` waits for [`LONG`], and idly.
fn assert_idle<T>(operation: impl FnOnce() -> T) -> T {
    let before = processor_time();
    let result = takes(LONG, operation);
    let used = processor_time().saturating_sub(before);
    assert!(used < LONG / 10, "waiting {LONG:?} took {used:?} of processor time");
    result
}

#[test]
fn wait_tells_whether_the_socket_became_ready_in_time() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        // The mode of the socket does not matter.
        for mode in [None, Some(Duration::ZERO), Some(PATIENCE)] {
            b.set_timeout(mode).unwrap();
            assert!(!takes(SHORT, || b.wait(Interest::Readable, Some(SHORT))).unwrap());
            assert!(
                !takes(Duration::ZERO, || b.wait(Interest::Readable, Some(Duration::ZERO)))
                    .unwrap()
            );
            a.send(b"x").unwrap();
            assert!(b.wait(Interest::Readable, Some(PATIENCE)).unwrap());
            assert!(b.wait(Interest::Readable, Some(Duration::ZERO)).unwrap());
            assert_eq!(b.recv(&mut [0; 8]).unwrap(), 1, "looking takes nothing");
        }
    });
}

#[test]
fn wait_for_room_ends_when_the_peer_reads() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        assert!(a.wait(Interest::Writable, Some(Duration::ZERO)).unwrap());
        let sent = fill(&a);
        assert!(!a.wait(Interest::Writable, Some(SHORT)).unwrap());
        let waiter =
            blocked_in(&berkeley_tests::POLL, move || a.wait(Interest::Writable, None).unwrap());
        let mut read = 0;
        while read < sent {
            read += b.recv(&mut [0; 65_536]).unwrap();
        }
        assert!(join(waiter));
    });
}

#[test]
fn wait_ends_for_a_connection_and_for_the_end_of_the_stream() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let address = listener.local_addr().unwrap();
        let waiter = blocked_in(&berkeley_tests::POLL, move || {
            listener.wait(Interest::Readable, None).map(|ready| (ready, listener))
        });
        let client = berkeley_tests::tcp();
        client.connect(address).unwrap();
        let (ready, listener) = join(waiter).unwrap();
        assert!(ready);
        let (served, _) = listener.accept().unwrap();
        let waiter =
            blocked_in(&berkeley_tests::POLL, move || served.wait(Interest::Readable, None));
        drop(client);
        assert!(join(waiter).unwrap());
    });
}

#[test]
fn waiting_with_a_timeout_takes_no_processor_time() {
    bounded(PATIENCE, || {
        let (stream, _peer) = tcp_pair();
        stream.set_timeout(Some(LONG)).unwrap();
        assert_timed_out(assert_idle(|| stream.recv(&mut [0])));

        let (sender, _peer) = unix_pair(Kind::STREAM);
        fill(&sender);
        sender.set_timeout(Some(LONG)).unwrap();
        assert_timed_out(assert_idle(|| sender.send(b"x")));
    });
}

/// An unconnected Unix datagram socket is always writable to poll(2), whoever it sends to.
fn sender_to_a_full_receiver(scratch: &Scratch) -> (Socket, Socket, String) {
    let (receiver, sender) = (unix(Kind::DGRAM), unix(Kind::DGRAM));
    let address = scratch.address("full");
    receiver.bind(&*address).unwrap();
    sender.set_timeout(Some(Duration::ZERO)).unwrap();
    while sender.send_to(b"x", &*address).is_ok() {}
    (receiver, sender, address)
}

#[test]
fn send_to_a_full_unix_datagram_receiver_times_out() {
    in_child("waiting::send_to_a_full_unix_datagram_receiver_times_out", || {
        let scratch = Scratch::new();
        let (_receiver, sender, address) = sender_to_a_full_receiver(&scratch);
        sender.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || sender.send_to(b"x", &*address)));
    });
}

#[test]
fn send_to_a_full_unix_datagram_receiver_waits_without_spinning() {
    in_child("waiting::send_to_a_full_unix_datagram_receiver_waits_without_spinning", || {
        let scratch = Scratch::new();
        let (_receiver, sender, address) = sender_to_a_full_receiver(&scratch);
        sender.set_timeout(Some(LONG)).unwrap();
        assert_timed_out(assert_idle(|| sender.send_to(b"x", &*address)));
    });
}

#[test]
fn send_to_a_full_unix_datagram_receiver_goes_on_when_it_reads() {
    bounded(PATIENCE, || {
        for timeout in [None, Some(PATIENCE)] {
            let scratch = Scratch::new();
            let (receiver, sender, address) = sender_to_a_full_receiver(&scratch);
            sender.set_timeout(timeout).unwrap();
            let sending = std::thread::spawn(move || sender.send_to(b"last", &*address));
            receiver.set_timeout(Some(PATIENCE)).unwrap();
            let mut buffer = [0; 8];
            while receiver.recv(&mut buffer).unwrap() != 4 {}
            assert_eq!(&buffer[..4], b"last");
            assert_eq!(join(sending).unwrap(), 4);
        }
    });
}

#[test]
fn an_undrained_error_queue_does_not_make_a_receive_spin() {
    in_child("waiting::an_undrained_error_queue_does_not_make_a_receive_spin", || {
        // A port that was free a moment ago refuses datagrams, and the refusal is queued.
        let refused = udp().local_addr().unwrap();
        let socket = udp();
        socket.set_raw(libc::SOL_IP, libc::IP_RECVERR, &1_i32.to_ne_bytes()).unwrap();
        socket.set_timeout(Some(LONG)).unwrap();
        socket.send_to(b"x", refused).unwrap();
        let mut taken = None;
        eventually("the refusal arrives", || {
            taken = socket.get(berkeley_core::option::socket::Error).unwrap();
            taken.is_some()
        });
        assert_eq!(taken.unwrap().raw_os_error(), Some(libc::ECONNREFUSED));

        assert_timed_out(assert_idle(|| socket.recv(&mut [0])));
        let peek = MsgFlags::ERRQUEUE;
        assert!(socket.recv_with_flags(&mut [0; 8], peek).is_ok(), "the queue was never empty");
        // Nothing would wake who waited for the next entry.
        assert_kind(socket.recv_with_flags(&mut [0; 8], peek), ErrorKind::WouldBlock);
        assert_kind(socket.recv_from_with_flags(&mut [0; 8], peek), ErrorKind::WouldBlock);
    });
}

#[test]
fn a_receive_of_an_error_waits_for_one_in_every_mode() {
    bounded(PATIENCE, || {
        let refused = udp().local_addr().unwrap();
        let (socket, peer) = (udp(), udp());
        socket.set(ip::ReceiveErrors, true).unwrap();
        // Data is no error.
        peer.send_to(b"x", socket.local_addr().unwrap()).unwrap();
        assert!(socket.wait(Interest::Readable, Some(PATIENCE)).unwrap());
        assert!(!socket.wait(Interest::Error, Some(SHORT)).unwrap());
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_kind(socket.recv_error(&mut []), ErrorKind::WouldBlock);
        socket.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || socket.recv_error(&mut [])));
        for mode in [None, Some(PATIENCE)] {
            socket.set_timeout(mode).unwrap();
            let sender = socket.dup().unwrap();
            let receiver = socket.dup().unwrap();
            let waiting = blocked_in(&berkeley_tests::POLL, move || {
                let mut bytes = [0; 8];
                (receiver.recv_error(&mut bytes).unwrap(), bytes)
            });
            sender.send_to(b"anyone?", refused).unwrap();
            let (entry, bytes) = join(waiting);
            assert_eq!((entry.to, entry.len, &bytes), (Some(refused), 7, b"anyone?\0"));
            assert_eq!(entry.error().unwrap().kind(), ErrorKind::ConnectionRefused);
        }
        assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 1);
    });
}

/// A connection that is gone counts as an error to poll(2), again and again.
#[test]
fn a_receive_of_an_error_of_a_connection_that_is_gone_does_not_spin() {
    in_child("waiting::a_receive_of_an_error_of_a_connection_that_is_gone_does_not_spin", || {
        let (a, b) = tcp_pair();
        drop(b);
        a.shutdown(Shutdown::Both).unwrap();
        a.set_timeout(Some(LONG)).unwrap();
        assert_timed_out(assert_idle(|| a.recv_error(&mut [])));
    });
}

/// select(2) has no place for it.
#[test]
fn a_descriptor_past_1023_is_waited_for_like_any_other() {
    in_child("waiting::a_descriptor_past_1023_is_waited_for_like_any_other", || {
        let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, most.min(4_096), most).unwrap();
        let (a, b) = unix_pair(Kind::STREAM);
        let _below: Vec<_> = (0..1_024).map(|_| File::open("/dev/null").unwrap()).collect();
        let b = b.dup().unwrap();
        assert!(b.as_raw_fd() > 1_023);
        assert!(!b.wait(Interest::Readable, Some(SHORT)).unwrap());
        b.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || b.recv(&mut [0])));
        b.set_timeout(Some(PATIENCE)).unwrap();
        let receiving = blocked_in(&berkeley_tests::POLL, move || b.recv(&mut [0; 8]));
        a.send(b"here").unwrap();
        assert_eq!(join(receiving).unwrap(), 4);
    });
}
