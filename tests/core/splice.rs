//! Bytes through a pipe within the kernel: who blocks is told, nothing spins, nothing is lost.

use crate::{SHORT, assert_kind, assert_timed_out, takes};
use berkeley_core::{Kind, Pipe, Shutdown, Socket, option};
use berkeley_tests::{
    PATIENCE, POLL, PipeSignals, Storm, blocked_in, bounded, drain, eventually, fill, in_child,
    join, open_descriptors, processor_time, tcp_pair, udp, unix_pair,
};
use nix::fcntl::{SpliceFFlags, splice};
use std::io::{ErrorKind, Read};
use std::thread;
use std::time::Duration;

fn both_streams() -> [(Socket, Socket); 2] {
    [tcp_pair(), unix_pair(Kind::STREAM)]
}

fn relay(from: &Socket, to: &Socket) -> usize {
    let mut pipe = Pipe::new().unwrap();
    let mut total = 0;
    while from.splice_in(&mut pipe, usize::MAX).unwrap() > 0 {
        while !pipe.is_empty() {
            total += to.splice_out(&mut pipe, usize::MAX).unwrap();
        }
    }
    to.shutdown(Shutdown::Write).unwrap();
    total
}

#[test]
fn a_relay_passes_every_byte_in_every_mode() {
    bounded(PATIENCE, || {
        let bytes: Vec<u8> = (0..=250).cycle().take(4 << 20).collect();
        for timeout in [None, Some(PATIENCE)] {
            for ((source, from), (to, sink)) in both_streams().into_iter().zip(both_streams()) {
                to.set(option::socket::SendBuffer, 4_096).unwrap();
                from.set_timeout(timeout).unwrap();
                to.set_timeout(timeout).unwrap();
                let sent = bytes.clone();
                let sending = thread::spawn(move || {
                    source.send_all(&sent).unwrap();
                    source.shutdown(Shutdown::Write).unwrap();
                });
                let relaying = thread::spawn(move || relay(&from, &to));
                let mut received = Vec::new();
                (&sink).read_to_end(&mut received).unwrap();
                assert!(received == bytes);
                join(sending);
                assert_eq!(join(relaying), bytes.len());
            }
        }
    });
}

#[test]
fn a_nonblocking_relay_is_told_which_side_blocks() {
    bounded(PATIENCE, || {
        for (source, from) in both_streams() {
            let (to, sink) = unix_pair(Kind::STREAM);
            let mut pipe = Pipe::new().unwrap();
            from.set_timeout(Some(Duration::ZERO)).unwrap();
            to.set_timeout(Some(Duration::ZERO)).unwrap();

            // The source has nothing: the pipe empty, and then not.
            assert_kind(from.splice_in(&mut pipe, 1_000), ErrorKind::WouldBlock);
            source.send_all(b"some").unwrap();
            assert!(from.wait(berkeley_core::Interest::Readable, None).unwrap());
            assert_eq!(from.splice_in(&mut pipe, 1_000).unwrap(), 4);
            assert_kind(from.splice_in(&mut pipe, 1_000), ErrorKind::WouldBlock);
            assert_eq!(pipe.len(), 4);

            // The pipe has no room.
            let sending = thread::spawn(move || {
                source.send_all(&[7; 1 << 20]).unwrap();
                source
            });
            let full = loop {
                match from.splice_in(&mut pipe, 1 << 20) {
                    Ok(n) => assert!(n > 0),
                    Err(e) if e.kind() == ErrorKind::WouldBlock => {
                        assert!(from.wait(berkeley_core::Interest::Readable, None).unwrap());
                    }
                    Err(e) => break e,
                }
            };
            assert_eq!(full.kind(), ErrorKind::StorageFull);

            // The sink has no room; the pipe keeps what did not go.
            let before = fill(&to);
            let len = pipe.len();
            assert_kind(to.splice_out(&mut pipe, usize::MAX), ErrorKind::WouldBlock);
            assert_eq!(pipe.len(), len);
            let mut buffer = vec![0; before];
            assert!(sink.recv(&mut buffer).unwrap() > 0);
            drop(from);
            to.set_timeout(None).unwrap();
            let receiving = thread::spawn(move || drain(&sink));
            while to.splice_out(&mut pipe, usize::MAX).unwrap() > 0 {}
            assert_eq!((pipe.len(), pipe.is_empty()), (0, true));
            drop(to);
            assert!(join(receiving) >= len);
            let _ = sending;
        }
    });
}

/// No reader will ever make room: to wait would be for ever.
#[test]
fn a_full_pipe_is_an_error_at_once_in_every_mode() {
    bounded(PATIENCE, || {
        for timeout in [None, Some(PATIENCE), Some(Duration::ZERO)] {
            for (source, from) in both_streams() {
                let mut pipe = Pipe::with_capacity(4_096).unwrap();
                from.set_timeout(timeout).unwrap();
                source.send_all(&[7; 50_000]).unwrap();
                let full = loop {
                    match from.splice_in(&mut pipe, 50_000) {
                        Ok(n) => assert!(n > 0),
                        Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                        Err(e) => break e,
                    }
                };
                assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
            }
        }
    });
}

#[test]
fn a_splice_waits_for_the_socket_as_the_mode_says() {
    bounded(PATIENCE, || {
        for (source, mut from) in both_streams() {
            let mut pipe = Pipe::new().unwrap();
            from.set_timeout(Some(SHORT)).unwrap();
            assert_timed_out(takes(SHORT, || from.splice_in(&mut pipe, 10)));
            source.send_all(b"one").unwrap();
            assert_eq!(from.splice_in(&mut pipe, 10).unwrap(), 3);
            assert_timed_out(takes(SHORT, || from.splice_in(&mut pipe, 10)));

            // Blocking, with something in the pipe and without.
            from.set_timeout(None).unwrap();
            for _ in 0..2 {
                let waiting = thread::spawn(move || {
                    let n = from.splice_in(&mut pipe, 10).unwrap();
                    (n, from, Pipe::new().unwrap())
                });
                source.send_all(b"later").unwrap();
                let n;
                (n, from, pipe) = join(waiting);
                assert_eq!(n, 5);
            }
        }
        let (to, _sink) = unix_pair(Kind::STREAM);
        fill(&to);
        let mut pipe = piped(b"what does not go");
        to.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || to.splice_out(&mut pipe, 100)));
        assert_eq!(pipe.len(), 16);
    });
}

/// A pipe with these bytes in it.
fn piped(bytes: &[u8]) -> Pipe {
    let (a, b) = unix_pair(Kind::STREAM);
    let mut pipe = Pipe::new().unwrap();
    a.send_all(bytes).unwrap();
    assert_eq!(b.splice_in(&mut pipe, bytes.len()).unwrap(), bytes.len());
    pipe
}

#[test]
fn a_splice_that_waits_takes_no_processor_time() {
    bounded(PATIENCE, || {
        let long = Duration::from_millis(500);
        for (_source, from) in both_streams() {
            from.set_timeout(Some(long)).unwrap();
            let mut pipe = piped(b"something");
            let before = processor_time();
            assert_timed_out(takes(long, || from.splice_in(&mut pipe, 10)));
            let (to, _sink) = unix_pair(Kind::STREAM);
            fill(&to);
            to.set_timeout(Some(long)).unwrap();
            assert_timed_out(takes(long, || to.splice_out(&mut pipe, 10)));
            let used = processor_time() - before;
            assert!(used < long / 5, "{used:?}");
        }
    });
}

#[test]
fn the_end_of_the_stream_is_0_and_an_empty_pipe_sends_0() {
    bounded(PATIENCE, || {
        for (source, from) in both_streams() {
            let mut pipe = Pipe::new().unwrap();
            source.send_all(b"end").unwrap();
            drop(source);
            assert_eq!(from.splice_in(&mut pipe, 2).unwrap(), 2);
            assert_eq!(from.splice_in(&mut pipe, 2).unwrap(), 1);
            assert_eq!(from.splice_in(&mut pipe, 2).unwrap(), 0);
            let (to, sink) = unix_pair(Kind::STREAM);
            assert_eq!(to.splice_out(&mut pipe, 2).unwrap(), 2);
            assert_eq!(to.splice_out(&mut pipe, 2).unwrap(), 1);
            assert_eq!(to.splice_out(&mut pipe, 2).unwrap(), 0);
            drop(to);
            assert_eq!(drain(&sink), 3);
        }
    });
}

#[test]
fn a_splice_refuses_sockets_whose_messages_would_run_together() {
    bounded(PATIENCE, || {
        let mut pipe = piped(b"bytes");
        let (packets, _peer) = unix_pair(Kind::SEQPACKET);
        for socket in [&packets, &udp()] {
            assert_kind(socket.splice_in(&mut pipe, 1), ErrorKind::InvalidInput);
            assert_kind(socket.splice_out(&mut pipe, 1), ErrorKind::InvalidInput);
        }
        assert_eq!(pipe.len(), 5);
    });
}

#[test]
fn a_copy_of_a_pipe_leaves_it_as_it_is() {
    bounded(PATIENCE, || {
        let (mut pipe, mut copy) = (piped(b"twice"), Pipe::with_capacity(1 << 20).unwrap());
        assert_eq!(copy.capacity(), 1 << 20);
        assert_eq!(pipe.copy_to(&mut copy, 100).unwrap(), 5);
        assert_eq!(pipe.copy_to(&mut copy, 3).unwrap(), 3);
        assert_eq!((pipe.len(), copy.len()), (5, 8));
        let mut text = String::new();
        copy.read_to_string(&mut text).unwrap();
        pipe.read_to_string(&mut text).unwrap();
        assert_eq!(text, "twicetwitwice");
        assert_eq!((pipe.len(), copy.len()), (0, 0));
        assert_eq!(pipe.copy_to(&mut copy, 100).unwrap(), 0);

        let mut narrow = Pipe::with_capacity(1).unwrap();
        let pipe = piped(b"x");
        let full = loop {
            match pipe.copy_to(&mut narrow, 1) {
                Ok(n) => assert_eq!(n, 1),
                Err(e) => break e,
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    });
}

#[test]
fn a_peer_that_is_gone_is_an_error_and_what_did_not_go_can_be_had() {
    bounded(PATIENCE, || {
        let (to, sink) = unix_pair(Kind::STREAM);
        drop(sink);
        let mut pipe = piped(b"left over");
        assert_kind(to.splice_out(&mut pipe, 100), ErrorKind::BrokenPipe);
        let mut rest = Vec::new();
        pipe.read_to_end(&mut rest).unwrap();
        assert!(b"left over".ends_with(&rest), "{rest:?}");
    });
}

#[test]
fn signals_do_not_fail_a_splice() {
    bounded(PATIENCE, || {
        for timeout in [None, Some(PATIENCE)] {
            for (source, from) in both_streams() {
                from.set_timeout(timeout).unwrap();
                let (to, sink) = unix_pair(Kind::STREAM);
                let calls = [&POLL[..], &[nix::libc::SYS_splice]].concat();
                let relaying = Storm::on_blocked(&calls, move || relay(&from, &to));
                let sending = thread::spawn(move || source.send_all(&vec![7; 1 << 20]).unwrap());
                assert_eq!(drain(&sink), 1 << 20);
                assert_eq!(join(relaying), 1 << 20);
                join(sending);
            }
        }
    });
}

#[test]
fn a_splice_raises_no_signal_when_the_peer_is_gone() {
    in_child("splice::a_splice_raises_no_signal_when_the_peer_is_gone", || {
        let signals = PipeSignals::count();
        let (shut, _served) = tcp_pair();
        shut.shutdown(Shutdown::Write).unwrap();
        let (left, gone) = unix_pair(Kind::STREAM);
        drop(gone);
        for socket in [&shut, &left] {
            // The count works: splice(2) raises the signal.
            let (reader, writer) = std::io::pipe().unwrap();
            nix::unistd::write(&writer, b"x").unwrap();
            let bare = splice(&reader, None, socket, None, 1, SpliceFFlags::empty());
            assert_eq!((bare, signals.take()), (Err(nix::errno::Errno::EPIPE), 1));
            for timeout in [None, Some(PATIENCE), Some(Duration::ZERO)] {
                socket.set_timeout(timeout).unwrap();
                assert_kind(socket.splice_out(&mut piped(b"x"), 1), ErrorKind::BrokenPipe);
                assert_eq!(signals.take(), 0, "{socket:?} {timeout:?}");
            }
        }

        // The peer has ended its sending, and goes while the call waits: that tells of what went,
        // and signals as well.
        let (to, sink) = tcp_pair();
        sink.shutdown(Shutdown::Write).unwrap();
        eventually("the end arrives", || to.is_peer_closed().unwrap());
        let (source, from) = unix_pair(Kind::STREAM);
        let splicing = blocked_in(&[nix::libc::SYS_splice], move || {
            let mut pipe = Pipe::with_capacity(1 << 20).unwrap();
            loop {
                while pipe.len() < 500_000 {
                    source.send_all(&[7; 50_000]).unwrap();
                    from.splice_in(&mut pipe, 50_000).unwrap();
                }
                to.splice_out(&mut pipe, usize::MAX)?;
            }
        });
        drop(sink);
        assert_kind::<()>(join(splicing), ErrorKind::BrokenPipe);
        assert_eq!(signals.take(), 0);
    });
}

#[test]
fn pipes_are_closed_with_their_owner() {
    in_child("splice::pipes_are_closed_with_their_owner", || {
        let before = open_descriptors();
        for _ in 0..100 {
            drop(piped(b"unread"));
        }
        assert_eq!(open_descriptors(), before);
        assert!(Pipe::with_capacity(usize::MAX).is_err());
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn a_pipe_larger_than_any_is_refused() {
    for bytes in [(1 << 30) + 1, 1 << 31, usize::MAX] {
        assert_kind(Pipe::with_capacity(bytes), ErrorKind::InvalidInput);
    }
}
