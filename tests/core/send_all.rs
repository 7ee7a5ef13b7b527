//! `send_all`: everything, within one time for the whole, and what went when it is not everything.

use crate::{SHORT, assert_timed_out, takes};
use berkeley_core::{Kind, MsgFlags, Shutdown};
use berkeley_tests::{PATIENCE, bounded, drain, fill, join, tcp_pair, udp, unix_pair};
use nix::libc;
use std::io::{self, ErrorKind};
use std::sync::mpsc;
use std::time::Duration;

/// More than any pair of socket buffers holds here.
const MUCH: usize = 64 << 20;

#[test]
fn send_all_to_a_peer_that_does_not_read_tells_what_went() {
    bounded(PATIENCE, || {
        let bytes = vec![7; MUCH];
        for (sender, receiver) in [tcp_pair(), unix_pair(Kind::STREAM)] {
            sender.set_timeout(Some(SHORT)).unwrap();
            let error = takes(SHORT, || sender.send_all(&bytes)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            assert!(error.sent > 0 && error.sent < MUCH, "{} bytes", error.sent);
            sender.shutdown(Shutdown::Write).unwrap();
            assert_eq!(drain(&receiver), error.sent);
            assert_timed_out::<()>(Err(error.into()));
        }
    });
}

#[test]
fn send_all_of_a_nonblocking_socket_tells_what_went() {
    bounded(PATIENCE, || {
        let (sender, receiver) = unix_pair(Kind::STREAM);
        sender.set_timeout(Some(Duration::ZERO)).unwrap();
        let error = sender.send_all(&vec![7; MUCH]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert!(error.sent > 0);
        sender.shutdown(Shutdown::Write).unwrap();
        assert_eq!(drain(&receiver), error.sent);
    });
}

/// One deadline for the whole: a peer that reads a little each time must not renew it.
#[test]
fn send_all_ends_in_time_though_the_peer_reads_a_little_again_and_again() {
    bounded(PATIENCE, || {
        let (sender, receiver) = unix_pair(Kind::STREAM);
        let timeout = Duration::from_millis(300);
        sender.set_timeout(Some(timeout)).unwrap();
        let (stop, stopped) = mpsc::channel::<()>();
        let reader = std::thread::spawn(move || {
            let mut total = 0;
            // A read every 10 ms is far more often than the timeout, far too slow for MUCH.
            while stopped.recv_timeout(Duration::from_millis(10)).is_err() {
                total += receiver.recv(&mut [0; 16_384]).unwrap();
            }
            total + drain(&receiver)
        });
        let error = takes(timeout, || sender.send_all(&vec![7; MUCH])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        sender.shutdown(Shutdown::Write).unwrap();
        stop.send(()).unwrap();
        assert_eq!(join(reader), error.sent);
    });
}

#[test]
fn send_all_sends_every_byte_in_order_in_every_mode() {
    bounded(PATIENCE, || {
        let bytes: Vec<u8> = (0..=250).cycle().take(8 << 20).collect();
        for timeout in [None, Some(PATIENCE)] {
            for (sender, receiver) in [tcp_pair(), unix_pair(Kind::STREAM)] {
                sender.set_timeout(timeout).unwrap();
                let expected = bytes.clone();
                let reader = std::thread::spawn(move || {
                    let mut received = Vec::new();
                    io::Read::read_to_end(&mut &receiver, &mut received).unwrap();
                    assert!(received == expected);
                });
                sender.send_all(&bytes).unwrap();
                sender.shutdown(Shutdown::Write).unwrap();
                join(reader);
            }
        }
    });
}

#[test]
fn send_all_of_nothing_is_an_empty_datagram() {
    bounded(PATIENCE, || {
        let (sender, receiver) = (udp(), udp());
        sender.connect(receiver.local_addr().unwrap()).unwrap();
        sender.send_all(b"").unwrap();
        let mut buffer = [0; 8];
        let (n, from) = receiver.recv_from(&mut buffer).unwrap();
        assert_eq!((n, from), (0, Some(sender.local_addr().unwrap())));
    });
}

#[test]
fn send_all_of_nothing_to_a_stream_sends_nothing() {
    bounded(PATIENCE, || {
        let (sender, receiver) = tcp_pair();
        sender.send_all(b"").unwrap();
        sender.send_all(b"x").unwrap();
        assert_eq!(receiver.recv(&mut [0; 8]).unwrap(), 1);
    });
}

#[test]
fn send_all_keeps_the_errno_of_its_failure() {
    bounded(PATIENCE, || {
        let (sender, _receiver) = tcp_pair();
        sender.shutdown(Shutdown::Write).unwrap();
        let error = sender.send_all(b"x").unwrap_err();
        assert_eq!((error.sent, error.kind()), (0, ErrorKind::BrokenPipe));
        assert!(error.to_string().starts_with("after 0 bytes: "));
        assert_eq!(io::Error::from(error).raw_os_error(), Some(libc::EPIPE));

        let datagrams = udp();
        datagrams.connect(datagrams.local_addr().unwrap()).unwrap();
        let error = datagrams.send_all_with_flags(&[0; 70_000], MsgFlags::empty()).unwrap_err();
        assert_eq!(io::Error::from(error).raw_os_error(), Some(libc::EMSGSIZE));
    });
}

#[test]
fn send_all_goes_on_when_the_peer_reads_again() {
    bounded(PATIENCE, || {
        let (sender, receiver) = unix_pair(Kind::STREAM);
        let before = fill(&sender);
        sender.set_timeout(Some(PATIENCE)).unwrap();
        let sending = berkeley_tests::blocked_in(&berkeley_tests::POLL, move || {
            sender.send_all(&[7; 100_000])
        });
        let mut read = 0;
        while read < before + 100_000 {
            read += receiver.recv(&mut [0; 65_536]).unwrap();
        }
        join(sending).unwrap();
    });
}
