//! Bytes in and out: buffers, flags, ends of streams, the traits of `std::io`.

use crate::{assert_errno, assert_kind, assert_timed_out, takes};
use berkeley_core::option::socket::OutOfBandInline;
use berkeley_core::{Address, Kind, MsgFlags, Shutdown, Socket};
use berkeley_tests::{PATIENCE, blocked_in, bounded, fill, join, tcp_pair, udp, unix_pair};
use nix::libc;
use std::io::{BufRead, BufReader, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

/// The pairs of sockets that keep the boundaries of messages, and those that do not.
fn streams() -> [(Socket, Socket); 2] {
    [tcp_pair(), unix_pair(Kind::STREAM)]
}

fn udp_pair() -> (Socket, Socket) {
    let (a, b) = (udp(), udp());
    a.connect(b.local_addr().unwrap()).unwrap();
    b.connect(a.local_addr().unwrap()).unwrap();
    (a, b)
}

fn messages() -> [(Socket, Socket); 3] {
    [udp_pair(), unix_pair(Kind::DGRAM), unix_pair(Kind::SEQPACKET)]
}

#[test]
fn bytes_go_both_ways() {
    bounded(PATIENCE, || {
        for (a, b) in streams().into_iter().chain(messages()) {
            let mut buffer = [0; 16];
            assert_eq!(a.send(b"there").unwrap(), 5);
            assert_eq!(b.recv(&mut buffer).unwrap(), 5);
            assert_eq!(&buffer[..5], b"there");
            assert_eq!(b.send(b"back").unwrap(), 4);
            assert_eq!(a.recv(&mut buffer).unwrap(), 4);
            assert_eq!(&buffer[..4], b"back");
        }
    });
}

#[test]
fn several_buffers_are_one_stretch_both_ways() {
    bounded(PATIENCE, || {
        for (a, b) in streams().into_iter().chain(messages()) {
            let out = [IoSlice::new(b"one"), IoSlice::new(b""), IoSlice::new(b"twothree")];
            assert_eq!(a.send_vectored(&out).unwrap(), 11);
            let (mut x, mut y, mut z) = ([0; 6], [0; 0], [0; 32]);
            let mut buffers =
                [IoSliceMut::new(&mut x), IoSliceMut::new(&mut y), IoSliceMut::new(&mut z)];
            assert_eq!(b.recv_vectored(&mut buffers).unwrap(), 11);
            assert_eq!((&x, &z[..5]), (b"onetwo", &b"three"[..]));
        }
    });
}

#[test]
fn several_buffers_are_one_datagram_to_an_address() {
    bounded(PATIENCE, || {
        let (sender, receiver) = (udp(), udp());
        let out = [IoSlice::new(b"one"), IoSlice::new(b"two")];
        let to = receiver.local_addr().unwrap();
        assert_eq!(sender.send_to_vectored(&out, MsgFlags::empty(), to).unwrap(), 6);
        let (mut x, mut y) = ([0; 2], [0; 8]);
        let received = receiver
            .recv_from_vectored(
                &mut [IoSliceMut::new(&mut x), IoSliceMut::new(&mut y)],
                MsgFlags::empty(),
            )
            .unwrap();
        assert_eq!((received.len, received.flags), (6, MsgFlags::empty()));
        assert_eq!(received.from, Some(sender.local_addr().unwrap()));
        assert_eq!((&x, &y[..4]), (b"on", &b"etwo"[..]));
    });
}

#[test]
fn a_stream_uses_the_first_1024_buffers() {
    bounded(PATIENCE, || {
        for (a, b) in streams() {
            let bytes: Vec<[u8; 1]> = (0..1_500_u32).map(|n| [n.to_le_bytes()[0]]).collect();
            let out: Vec<_> = bytes.iter().map(|byte| IoSlice::new(byte)).collect();
            assert_eq!(a.send_vectored(&out).unwrap(), 1_024);
            a.send_vectored(&out[1_024..]).unwrap();
            assert_eq!(a.send_vectored_with_flags(&out, MsgFlags::empty()).unwrap(), 1_024);
            a.shutdown(Shutdown::Write).unwrap();

            let mut space = vec![[0_u8; 1]; 1_500];
            let mut received: Vec<u8> = Vec::new();
            loop {
                let mut buffers: Vec<_> = space.iter_mut().map(|b| IoSliceMut::new(b)).collect();
                let n = b.recv_vectored(&mut buffers).unwrap();
                assert!(n <= 1_024);
                received.extend(space[..n].iter().flatten());
                if n == 0 {
                    break;
                }
            }
            let all: Vec<u8> = bytes.iter().chain(&bytes[..1_024]).flatten().copied().collect();
            assert!(received == all);
        }
    });
}

#[test]
fn a_message_of_more_than_1024_buffers_is_refused_and_none_is_cut() {
    bounded(PATIENCE, || {
        for (a, b) in messages() {
            let out = vec![IoSlice::new(b"x"); 1_025];
            assert_errno(a.send_vectored(&out), libc::EMSGSIZE);
            assert_eq!(a.send_vectored(&out[..1_024]).unwrap(), 1_024);
            let mut space = vec![[0_u8; 1]; 1_025];
            let mut buffers: Vec<_> = space.iter_mut().map(|b| IoSliceMut::new(b)).collect();
            assert_errno(b.recv_vectored(&mut buffers), libc::EMSGSIZE);
            assert_eq!(b.recv_vectored(&mut buffers[..1_024]).unwrap(), 1_024);
        }
        let (a, b) = (udp(), udp());
        let out = vec![IoSlice::new(b"x"); 1_025];
        let to = b.local_addr().unwrap();
        assert_errno(a.send_to_vectored(&out, MsgFlags::empty(), to), libc::EMSGSIZE);
    });
}

#[test]
fn a_receive_into_no_bytes_of_a_stream_ends_at_once() {
    bounded(PATIENCE, || {
        for (a, _b) in streams() {
            for timeout in [None, Some(PATIENCE), Some(Duration::ZERO)] {
                a.set_timeout(timeout).unwrap();
                assert_eq!(a.recv(&mut []).unwrap(), 0);
                assert_eq!(a.recv_with_flags(&mut [], MsgFlags::PEEK).unwrap(), 0);
                assert_eq!(a.recv_uninit(&mut [], MsgFlags::empty()).unwrap(), 0);
                assert_eq!((&a).read(&mut []).unwrap(), 0);
            }
        }
    });
}

#[test]
fn a_vectored_receive_into_no_bytes_of_a_stream_ends_at_once() {
    bounded(PATIENCE, || {
        for (a, _b) in streams() {
            // Not blocking: one that waits should not hold the test up.
            a.set_timeout(Some(Duration::from_secs(2))).unwrap();
            assert_eq!(a.recv_vectored(&mut []).unwrap(), 0);
            let mut buffers = [IoSliceMut::new(&mut []), IoSliceMut::new(&mut [])];
            assert_eq!(a.recv_vectored(&mut buffers).unwrap(), 0);
            assert_eq!((&a).read_vectored(&mut buffers).unwrap(), 0);
        }
    });
}

#[test]
fn a_receive_with_address_into_no_bytes_of_a_stream_ends_at_once() {
    bounded(PATIENCE, || {
        for (a, _b) in streams() {
            a.set_timeout(Some(Duration::from_secs(2))).unwrap();
            assert_eq!(a.recv_from(&mut []).unwrap().0, 0);
        }
    });
}

#[test]
fn a_receive_into_no_bytes_takes_a_datagram() {
    bounded(PATIENCE, || {
        for (a, b) in messages() {
            a.send(b"lost").unwrap();
            a.send(b"next").unwrap();
            assert_eq!(b.recv(&mut []).unwrap(), 0);
            let mut buffer = [0; 8];
            assert_eq!(b.recv(&mut buffer).unwrap(), 4);
            assert_eq!(&buffer[..4], b"next");
        }
    });
}

#[test]
fn an_empty_datagram_arrives_empty() {
    bounded(PATIENCE, || {
        for (a, b) in messages() {
            a.send(b"").unwrap();
            a.send(b"x").unwrap();
            assert_eq!(b.recv(&mut [0; 8]).unwrap(), 0);
            assert_eq!(b.recv(&mut [0; 8]).unwrap(), 1);
        }
    });
}

#[test]
fn memory_that_is_not_initialised_is_filled_from_its_start() {
    bounded(PATIENCE, || {
        for (a, b) in streams().into_iter().chain(messages()) {
            a.send(b"bytes").unwrap();
            // Initialised, so that it can be looked at: what lies past the count stays.
            let mut space = [MaybeUninit::new(b'-'); 8];
            let n = b.recv_uninit(&mut space, MsgFlags::empty()).unwrap();
            assert_eq!(n, 5);
            let expected = b"bytes---".map(MaybeUninit::new);
            let text = |bytes: &[MaybeUninit<u8>; 8]| format!("{bytes:?}");
            assert_eq!(text(&space), text(&expected));
        }
    });
}

#[test]
fn peek_looks_and_takes_nothing() {
    bounded(PATIENCE, || {
        for (a, b) in streams().into_iter().chain(messages()) {
            a.send(b"bytes").unwrap();
            let mut buffer = [0; 8];
            for flags in [MsgFlags::PEEK, MsgFlags::PEEK, MsgFlags::empty()] {
                buffer = [0; 8];
                assert_eq!(b.recv_with_flags(&mut buffer, flags).unwrap(), 5);
                assert_eq!(&buffer[..5], b"bytes");
            }
            assert_kind(b.recv_with_flags(&mut buffer, MsgFlags::DONTWAIT), ErrorKind::WouldBlock);
        }
    });
}

#[test]
fn trunc_returns_the_length_of_a_datagram_that_does_not_fit() {
    bounded(PATIENCE, || {
        for (a, b) in messages() {
            let mut buffer = [0; 4];
            a.send(b"0123456789").unwrap();
            assert_eq!(b.recv(&mut buffer).unwrap(), 4);
            a.send(b"0123456789").unwrap();
            assert_eq!(b.recv_with_flags(&mut buffer, MsgFlags::TRUNC).unwrap(), 10);
            a.send(b"0123456789").unwrap();
            assert_eq!(b.recv_from_with_flags(&mut buffer, MsgFlags::TRUNC).unwrap().0, 10);
            assert_eq!(&buffer, b"0123");
            // Not where the count says how much is initialised.
            a.send(b"0123456789").unwrap();
            let mut space = [MaybeUninit::uninit(); 4];
            assert_eq!(b.recv_uninit(&mut space, MsgFlags::TRUNC).unwrap(), 4);
        }
    });
}

#[test]
fn a_datagram_that_was_cut_is_flagged() {
    bounded(PATIENCE, || {
        for (a, b) in messages() {
            a.send(b"0123456789").unwrap();
            a.send(b"0123").unwrap();
            let (mut x, mut y) = ([0; 3], [0; 4]);
            let mut buffers = [IoSliceMut::new(&mut x), IoSliceMut::new(&mut y)];
            let received = b.recv_from_vectored(&mut buffers, MsgFlags::empty()).unwrap();
            assert_eq!(received.len, 7);
            assert!(received.flags.contains(MsgFlags::TRUNC));
            let received = b.recv_from_vectored(&mut buffers, MsgFlags::empty()).unwrap();
            assert_eq!(received.len, 4);
            assert!(!received.flags.contains(MsgFlags::TRUNC));
            assert_eq!((&x, &y[..1]), (b"012", &b"3"[..]));
        }
    });
}

#[test]
fn a_vectored_receive_with_trunc_tells_the_real_length() {
    bounded(PATIENCE, || {
        let (a, b) = udp_pair();
        a.send(b"0123456789").unwrap();
        let mut buffer = [0; 4];
        let mut buffers = [IoSliceMut::new(&mut buffer)];
        let received = b.recv_from_vectored(&mut buffers, MsgFlags::TRUNC).unwrap();
        assert!(received.flags.contains(MsgFlags::TRUNC));
        assert_eq!(received.len, 10);
        assert_eq!(&buffer, b"0123");
    });
}

#[test]
fn dontwait_does_not_wait_in_blocking_mode() {
    bounded(PATIENCE, || {
        for (a, b) in [unix_pair(Kind::STREAM), unix_pair(Kind::DGRAM)] {
            dontwait_would_block(&a, &b);
        }
    });
}

#[test]
fn dontwait_does_not_wait_in_timeout_mode() {
    bounded(PATIENCE, || {
        for (a, b) in [unix_pair(Kind::STREAM), unix_pair(Kind::DGRAM)] {
            for socket in [&a, &b] {
                socket.set_timeout(Some(Duration::from_secs(1))).unwrap();
            }
            dontwait_would_block(&a, &b);
        }
    });
}

fn dontwait_would_block(full: &Socket, empty: &Socket) {
    let flags = MsgFlags::DONTWAIT;
    let mut buffer = [0; 8];
    assert_kind(empty.recv_with_flags(&mut buffer, flags), ErrorKind::WouldBlock);
    assert_kind(empty.recv_from_with_flags(&mut buffer, flags), ErrorKind::WouldBlock);
    let mut space = [MaybeUninit::uninit(); 4];
    assert_kind(empty.recv_uninit(&mut space, flags), ErrorKind::WouldBlock);
    let mut buffers = [IoSliceMut::new(&mut buffer)];
    assert_kind(empty.recv_from_vectored(&mut buffers, flags), ErrorKind::WouldBlock);
    fill(full);
    let bytes = [0; 1024];
    assert_kind(full.send_with_flags(&bytes, flags), ErrorKind::WouldBlock);
    let out = [IoSlice::new(&bytes)];
    assert_kind(full.send_vectored_with_flags(&out, flags), ErrorKind::WouldBlock);
    let error = full.send_all_with_flags(&bytes, flags).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn waitall_waits_for_a_full_buffer() {
    bounded(PATIENCE, || {
        for (a, b) in streams() {
            let receiver = blocked_in(&[libc::SYS_recvfrom], move || {
                let mut buffer = [0; 6];
                let n = b.recv_with_flags(&mut buffer, MsgFlags::WAITALL);
                (n.unwrap(), buffer)
            });
            a.send(b"one").unwrap();
            a.send(b"two").unwrap();
            assert_eq!(join(receiver), (6, *b"onetwo"));
        }
    });
}

#[test]
fn urgent_data_is_out_of_band() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_pair();
        let mut buffer = [0; 8];
        assert_eq!(a.send_with_flags(b"ab", MsgFlags::OOB).unwrap(), 2);
        a.send(b"c").unwrap();
        assert_eq!(b.recv(&mut buffer).unwrap(), 1, "a receive stops at the mark");
        assert_eq!(buffer[0], b'a');
        assert_eq!(b.recv_with_flags(&mut buffer, MsgFlags::OOB).unwrap(), 1);
        assert_eq!(buffer[0], b'b');
        assert_eq!(b.recv(&mut buffer).unwrap(), 1);
        assert_eq!(buffer[0], b'c');
        assert_errno(b.recv_with_flags(&mut buffer, MsgFlags::OOB), libc::EINVAL);
    });
}

#[test]
fn urgent_data_can_stay_in_the_stream() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_pair();
        b.set(OutOfBandInline, true).unwrap();
        a.send_with_flags(b"ab", MsgFlags::OOB).unwrap();
        a.shutdown(Shutdown::Write).unwrap();
        let mut all = Vec::new();
        (&b).read_to_end(&mut all).unwrap();
        assert_eq!(all, b"ab");
    });
}

#[test]
fn more_holds_a_datagram_back() {
    bounded(PATIENCE, || {
        let (a, b) = udp_pair();
        a.send_with_flags(b"one", MsgFlags::MORE).unwrap();
        assert_kind(b.recv_with_flags(&mut [0; 8], MsgFlags::DONTWAIT), ErrorKind::WouldBlock);
        a.send(b"two").unwrap();
        let mut buffer = [0; 8];
        assert_eq!(b.recv(&mut buffer).unwrap(), 6);
        assert_eq!(&buffer[..6], b"onetwo");
    });
}

#[test]
fn a_datagram_that_is_too_long_is_refused() {
    bounded(PATIENCE, || {
        let (a, b) = (udp(), udp());
        let to = b.local_addr().unwrap();
        assert_errno(a.send_to(&[0; 65_508], to), libc::EMSGSIZE);
        assert_eq!(a.send_to(&[0; 65_507], to).unwrap(), 65_507);
        assert_eq!(b.recv(&mut vec![0; 70_000]).unwrap(), 65_507);
    });
}

#[test]
fn the_end_of_a_stream_is_no_bytes_again_and_again() {
    bounded(PATIENCE, || {
        for (a, b) in streams() {
            a.send(b"last").unwrap();
            drop(a);
            let mut buffer = [0; 8];
            assert_eq!(b.recv(&mut buffer).unwrap(), 4);
            for _ in 0..3 {
                assert_eq!(b.recv(&mut buffer).unwrap(), 0);
            }
        }
    });
}

#[test]
fn a_shutdown_of_writing_leaves_reading() {
    bounded(PATIENCE, || {
        for (a, b) in streams() {
            a.shutdown(Shutdown::Write).unwrap();
            assert_eq!(b.recv(&mut [0; 8]).unwrap(), 0);
            assert_errno(a.send(b"x"), libc::EPIPE);
            b.send(b"still").unwrap();
            assert_eq!(a.recv(&mut [0; 8]).unwrap(), 5);
        }
    });
}

#[test]
fn a_shutdown_of_reading_leaves_writing() {
    bounded(PATIENCE, || {
        for (a, b) in streams() {
            a.shutdown(Shutdown::Read).unwrap();
            assert_eq!(a.recv(&mut [0; 8]).unwrap(), 0);
            a.send(b"still").unwrap();
            assert_eq!(b.recv(&mut [0; 8]).unwrap(), 5);
        }
    });
}

#[test]
fn a_shutdown_wakes_a_receiver() {
    bounded(PATIENCE, || {
        for how in [Shutdown::Read, Shutdown::Both] {
            for timeout in [None, Some(PATIENCE)] {
                for (a, _b) in streams() {
                    a.set_timeout(timeout).unwrap();
                    let other = a.dup().unwrap();
                    let receiver = blocked_in(&receive_calls(), move || a.recv(&mut [0; 8]));
                    other.shutdown(how).unwrap();
                    assert_eq!(join(receiver).unwrap(), 0, "{how:?}");
                }
            }
        }
    });
}

#[test]
fn a_shutdown_by_the_peer_wakes_a_receiver() {
    bounded(PATIENCE, || {
        for how in [Shutdown::Write, Shutdown::Both] {
            for timeout in [None, Some(PATIENCE)] {
                for (a, b) in streams() {
                    a.set_timeout(timeout).unwrap();
                    let receiver = blocked_in(&receive_calls(), move || a.recv(&mut [0; 8]));
                    b.shutdown(how).unwrap();
                    assert_eq!(join(receiver).unwrap(), 0, "{how:?}");
                }
            }
        }
    });
}

#[test]
fn a_shutdown_wakes_a_sender() {
    bounded(PATIENCE, || {
        for timeout in [None, Some(PATIENCE)] {
            let (a, _b) = unix_pair(Kind::STREAM);
            fill(&a);
            a.set_timeout(timeout).unwrap();
            let other = a.dup().unwrap();
            let calls: Vec<_> =
                [libc::SYS_sendto].into_iter().chain(berkeley_tests::POLL).collect();
            let sender = blocked_in(&calls, move || a.send(b"x"));
            other.shutdown(Shutdown::Both).unwrap();
            assert_errno(join(sender), libc::EPIPE);
        }
    });
}

fn receive_calls() -> Vec<libc::c_long> {
    [libc::SYS_recvfrom].into_iter().chain(berkeley_tests::POLL).collect()
}

#[test]
fn shutdown_needs_a_connection() {
    bounded(PATIENCE, || {
        for how in [Shutdown::Read, Shutdown::Write, Shutdown::Both] {
            assert_kind(berkeley_tests::tcp().shutdown(how), ErrorKind::NotConnected);
        }
        assert_kind(berkeley_tests::tcp().recv(&mut [0]), ErrorKind::NotConnected);
    });
}

#[test]
fn send_to_without_room_in_the_peer_keeps_the_messages_order() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::SEQPACKET);
        a.set_timeout(Some(PATIENCE)).unwrap();
        let sending = std::thread::spawn(move || {
            for n in 0..2_000_u32 {
                assert_eq!(a.send(&n.to_le_bytes()).unwrap(), 4);
            }
        });
        for n in 0..2_000_u32 {
            let mut buffer = [0; 8];
            assert_eq!(b.recv(&mut buffer).unwrap(), 4);
            assert_eq!(&buffer[..4], n.to_le_bytes());
        }
        join(sending);
    });
}

#[test]
fn the_traits_of_std_read_and_write_owned_and_shared() {
    bounded(PATIENCE, || {
        for (mut a, mut b) in streams() {
            (&a).write_all(b"one line\n").unwrap();
            a.write_all(b"two lines\n").unwrap();
            let out = [IoSlice::new(b"three "), IoSlice::new(b"lines\n")];
            assert_eq!((&a).write_vectored(&out).unwrap(), 12);
            assert_eq!(a.write_vectored(&[IoSlice::new(b"end")]).unwrap(), 3);
            (&a).flush().unwrap();
            a.flush().unwrap();
            a.shutdown(Shutdown::Write).unwrap();

            let mut first = [0; 4];
            (&b).read_exact(&mut first).unwrap();
            assert_eq!(&first, b"one ");
            let mut line = String::new();
            let mut reader = BufReader::new(&b);
            reader.read_line(&mut line).unwrap();
            assert_eq!(line, "line\n");
            line.clear();
            reader.read_to_string(&mut line).unwrap();
            assert_eq!(line, "two lines\nthree lines\nend");
            assert_eq!(b.read(&mut first).unwrap(), 0);
            assert_eq!(b.read_vectored(&mut [IoSliceMut::new(&mut first)]).unwrap(), 0);
        }
    });
}

#[test]
fn two_threads_use_one_socket() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_pair();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                a.send_all(&[7; 1 << 20]).unwrap();
                a.shutdown(Shutdown::Write).unwrap();
            });
            scope.spawn(|| {
                let mut bytes = Vec::new();
                (&a).read_to_end(&mut bytes).unwrap();
                assert_eq!(bytes.len(), 1 << 20);
            });
            // An echo.
            let mut buffer = vec![0; 65_536];
            while let n @ 1.. = b.recv(&mut buffer).unwrap() {
                b.send_all(&buffer[..n]).unwrap();
            }
            b.shutdown(Shutdown::Write).unwrap();
        });
    });
}

#[test]
fn sending_to_an_address_over_a_connection_is_the_kernels_answer() {
    bounded(PATIENCE, || {
        let (a, _b) = unix_pair(Kind::STREAM);
        let nowhere: Address = "unix:/nowhere".parse().unwrap();
        assert_errno(a.send_to(b"x", nowhere), libc::EISCONN);
        assert_errno(berkeley_tests::unix(Kind::STREAM).send_to(b"x", nowhere), libc::EOPNOTSUPP);
    });
}

#[test]
fn data_that_is_there_needs_no_time() {
    bounded(PATIENCE, || {
        let (a, b) = udp_pair();
        b.set_timeout(Some(Duration::from_nanos(1))).unwrap();
        for _ in 0..100 {
            a.send(b"x").unwrap();
            assert!(b.wait(berkeley_core::Interest::Readable, Some(PATIENCE)).unwrap());
            assert_eq!(b.recv(&mut [0; 8]).unwrap(), 1);
        }
        let short = Duration::from_millis(20);
        b.set_timeout(Some(short)).unwrap();
        let start = Instant::now();
        assert_timed_out(takes(short, || b.recv(&mut [0; 8])));
        assert!(start.elapsed() >= short);
    });
}
