//! The three modes: what each does with an operation that cannot be done at once.

use crate::{SHORT, assert_kind, assert_timed_out, takes};
use berkeley_core::{
    Family, Interest, Kind, MsgFlags, Protocol, Socket, default_timeout, set_default_timeout,
};
use berkeley_tests::{
    PATIENCE, blocked_in, bounded, fill, flag_is_nonblocking, in_child, join, option_bytes, tcp,
    tcp_listener, tcp_pair, udp, unix_pair,
};
use nix::libc;
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::time::Duration;

const LARGEST: Duration = Duration::from_nanos(u64::MAX - 1);
const TOO_LARGE: [Duration; 2] = [Duration::from_nanos(u64::MAX), Duration::MAX];

#[test]
fn every_receive_with_a_timeout_ends_with_timed_out_and_not_before() {
    bounded(PATIENCE, || {
        let (stream, _peer) = tcp_pair();
        let datagrams = udp();
        for socket in [&stream, &datagrams] {
            socket.set_timeout(Some(SHORT)).unwrap();
            let mut buffer = [0; 8];
            assert_timed_out(takes(SHORT, || socket.recv(&mut buffer)));
            assert_timed_out(takes(SHORT, || socket.recv_with_flags(&mut buffer, MsgFlags::PEEK)));
            let mut spare = [MaybeUninit::uninit(); 8];
            assert_timed_out(takes(SHORT, || socket.recv_uninit(&mut spare, MsgFlags::empty())));
            assert_timed_out(takes(SHORT, || socket.recv_from(&mut buffer)));
            assert_timed_out(takes(SHORT, || {
                socket.recv_vectored(&mut [IoSliceMut::new(&mut buffer)])
            }));
        }
    });
}

#[test]
fn accept_with_a_timeout_ends_with_timed_out_and_not_before() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        listener.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || listener.accept()));
    });
}

#[test]
fn every_send_with_a_timeout_ends_with_timed_out_and_not_before() {
    bounded(PATIENCE, || {
        let (sender, _peer) = unix_pair(Kind::STREAM);
        fill(&sender);
        sender.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || sender.send(b"x")));
        assert_timed_out(takes(SHORT, || sender.send_vectored(&[IoSlice::new(b"x")])));
        let error = takes(SHORT, || sender.send_all(b"x")).unwrap_err();
        assert_eq!(error.sent, 0);
        assert_timed_out::<()>(Err(error.into()));
    });
}

#[test]
fn a_timeout_of_one_nanosecond_is_a_timeout() {
    bounded(PATIENCE, || {
        let socket = udp();
        socket.set_timeout(Some(Duration::from_nanos(1))).unwrap();
        assert_timed_out(socket.recv(&mut [0]));
        socket.send_to(b"x", socket.local_addr().unwrap()).unwrap();
        socket.wait(Interest::Readable, None).unwrap();
        assert_eq!(socket.recv(&mut [0]).unwrap(), 1);
    });
}

#[test]
fn a_timeout_of_zero_is_would_block_at_once() {
    bounded(PATIENCE, || {
        let zero = Some(Duration::ZERO);
        let listener = tcp_listener();
        listener.set_timeout(zero).unwrap();
        assert_kind(listener.accept(), ErrorKind::WouldBlock);

        let (stream, _peer) = tcp_pair();
        let datagrams = udp();
        for socket in [&stream, &datagrams] {
            socket.set_timeout(zero).unwrap();
            assert!(flag_is_nonblocking(socket));
            assert_kind(socket.recv(&mut [0]), ErrorKind::WouldBlock);
            assert_kind(socket.recv_from(&mut [0]), ErrorKind::WouldBlock);
            let mut byte = [0];
            let mut buffers = [IoSliceMut::new(&mut byte)];
            assert_kind(socket.recv_vectored(&mut buffers), ErrorKind::WouldBlock);
        }

        let (sender, _peer) = unix_pair(Kind::STREAM);
        fill(&sender);
        sender.set_timeout(zero).unwrap();
        assert_kind(sender.send(b"x"), ErrorKind::WouldBlock);
        assert_kind(sender.send_vectored(&[IoSlice::new(b"x")]), ErrorKind::WouldBlock);
    });
}

#[test]
fn sockets_block_unless_told_otherwise() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        let (client, served) = tcp_pair();
        let fresh = tcp();
        for socket in [&a, &b, &client, &served, &fresh] {
            assert_eq!(socket.timeout(), None);
            assert!(socket.is_blocking());
            assert!(!flag_is_nonblocking(socket));
        }
        let receiver = blocked_in(&[libc::SYS_recvfrom], move || {
            let mut buffer = [0; 8];
            b.recv(&mut buffer).map(|n| buffer[..n].to_vec())
        });
        a.send(b"later").unwrap();
        assert_eq!(join(receiver).unwrap(), b"later");
    });
}

#[test]
fn a_timeout_reads_back_as_it_was_set() {
    bounded(PATIENCE, || {
        let socket = udp();
        let nanosecond = Duration::from_nanos(1);
        for timeout in [Some(SHORT), Some(nanosecond), Some(LARGEST), Some(Duration::ZERO), None] {
            socket.set_timeout(timeout).unwrap();
            assert_eq!(socket.timeout(), timeout);
            assert_eq!(socket.is_blocking(), timeout != Some(Duration::ZERO));
            assert_eq!(flag_is_nonblocking(&socket), timeout.is_some());
        }
        socket.set_blocking(false).unwrap();
        assert_eq!(socket.timeout(), Some(Duration::ZERO));
        socket.set_blocking(true).unwrap();
        assert_eq!(socket.timeout(), None);
    });
}

#[test]
fn the_longest_timeout_waits() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        b.set_timeout(Some(LARGEST)).unwrap();
        let receiver = blocked_in(&berkeley_tests::POLL, move || b.recv(&mut [0; 8]));
        a.send(b"later").unwrap();
        assert_eq!(join(receiver).unwrap(), 5);
    });
}

#[test]
fn a_timeout_too_large_is_refused_and_changes_nothing() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        listener.set_timeout(Some(SHORT)).unwrap();
        for timeout in TOO_LARGE.map(Some) {
            let refused = ErrorKind::InvalidInput;
            let (family, kind, protocol) = (Family::UNIX, Kind::STREAM, Protocol::DEFAULT);
            assert_kind(listener.set_timeout(timeout), refused);
            assert_kind(listener.accept_with_timeout(timeout), refused);
            assert_kind(listener.wait(Interest::Readable, timeout), refused);
            assert_kind(Socket::with_timeout(family, kind, protocol, timeout), refused);
            assert_kind(Socket::pair_with_timeout(family, kind, protocol, timeout), refused);
            assert_kind(set_default_timeout(timeout), refused);
        }
        assert_eq!(listener.timeout(), Some(SHORT));
        assert_eq!(default_timeout(), None);
    });
}

#[test]
fn sockets_are_made_in_the_mode_that_is_asked() {
    bounded(PATIENCE, || {
        for timeout in [None, Some(Duration::ZERO), Some(SHORT)] {
            let (family, kind, protocol) = (Family::UNIX, Kind::DGRAM, Protocol::DEFAULT);
            let one = Socket::with_timeout(family, kind, protocol, timeout).unwrap();
            let (a, b) = Socket::pair_with_timeout(family, kind, protocol, timeout).unwrap();
            for socket in [one, a, b] {
                assert_eq!(socket.timeout(), timeout);
                assert_eq!(flag_is_nonblocking(&socket), timeout.is_some());
            }
        }
    });
}

#[test]
fn the_nonblocking_flag_may_come_with_the_kind() {
    bounded(PATIENCE, || {
        let kind = Kind::from_raw(libc::SOCK_DGRAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC);
        let one = Socket::new(Family::UNIX, kind, Protocol::DEFAULT).unwrap();
        let (a, b) = Socket::pair(Family::UNIX, kind, Protocol::DEFAULT).unwrap();
        for socket in [one, a, b] {
            assert_eq!(socket.kind(), Kind::DGRAM);
            assert_eq!(socket.timeout(), Some(Duration::ZERO));
            assert!(flag_is_nonblocking(&socket));
        }
    });
}

#[test]
fn the_default_timeout_reaches_new_paired_accepted_and_adopted_sockets() {
    in_child("modes::the_default_timeout_reaches_new_paired_accepted_and_adopted_sockets", || {
        assert_eq!(default_timeout(), None);
        let before = tcp();
        let listener = tcp_listener();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();

        for timeout in [Some(Duration::from_secs(7)), Some(Duration::ZERO)] {
            set_default_timeout(timeout).unwrap();
            assert_eq!(default_timeout(), timeout);
            let (a, b) = unix_pair(Kind::STREAM);
            let client = tcp();
            // Connect in the listener's mode: with the default of zero it would not wait.
            client.set_timeout(None).unwrap();
            client.connect(listener.local_addr().unwrap()).unwrap();
            let (accepted, _) = listener.accept().unwrap();
            before.set_timeout(None).unwrap();
            let adopted = Socket::from_fd(before.dup().unwrap().into_fd()).unwrap();
            for socket in [tcp(), a, b, accepted, adopted] {
                assert_eq!(socket.timeout(), timeout, "{socket:?}");
                assert!(flag_is_nonblocking(&socket), "{socket:?}");
            }
        }
        assert_eq!(before.timeout(), None, "sockets that exist keep their mode");
        set_default_timeout(None).unwrap();
        assert_eq!(tcp().timeout(), None);
    });
}

#[test]
fn an_accepted_socket_blocks_whatever_its_listener_does() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        for timeout in [None, Some(Duration::ZERO), Some(PATIENCE)] {
            let client = tcp();
            client.connect(listener.local_addr().unwrap()).unwrap();
            listener.wait(Interest::Readable, None).unwrap();
            listener.set_timeout(timeout).unwrap();
            let (served, _) = listener.accept().unwrap();
            assert_eq!(served.timeout(), None);
            assert!(!flag_is_nonblocking(&served));
        }
    });
}

#[test]
fn an_accepted_socket_is_in_the_mode_that_is_asked() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        for timeout in [None, Some(Duration::ZERO), Some(SHORT)] {
            let client = tcp();
            client.connect(listener.local_addr().unwrap()).unwrap();
            let (served, _) = listener.accept_with_timeout(timeout).unwrap();
            assert_eq!(served.timeout(), timeout);
            assert_eq!(flag_is_nonblocking(&served), timeout.is_some());
        }
    });
}

#[test]
fn an_adopted_socket_is_in_the_mode_of_its_descriptor() {
    bounded(PATIENCE, || {
        for (set, adopted) in [
            (None, None),
            (Some(SHORT), Some(Duration::ZERO)),
            (Some(Duration::ZERO), Some(Duration::ZERO)),
        ] {
            let socket = udp();
            socket.set_timeout(set).unwrap();
            assert_eq!(Socket::from_fd(socket.into_fd()).unwrap().timeout(), adopted);
        }
    });
}

#[test]
fn each_operation_has_the_whole_timeout() {
    bounded(PATIENCE, || {
        let socket = udp();
        socket.set_timeout(Some(SHORT)).unwrap();
        for _ in 0..3 {
            assert_timed_out(takes(SHORT, || socket.recv(&mut [0])));
        }
    });
}

#[test]
fn a_duplicate_shares_the_timeout() {
    bounded(PATIENCE, || {
        let socket = udp();
        socket.set_timeout(Some(SHORT)).unwrap();
        let duplicate = socket.dup().unwrap();
        assert_eq!(duplicate.timeout(), Some(SHORT));
        assert_timed_out(takes(SHORT, || duplicate.recv(&mut [0])));
        // What the kernel keeps is shared, as documented.
        socket.set_timeout(None).unwrap();
        assert!(!flag_is_nonblocking(&duplicate));
    });
}

#[test]
fn the_kernel_is_never_given_a_timeout() {
    bounded(PATIENCE, || {
        let (socket, _peer) = tcp_pair();
        let fresh = tcp();
        for name in [libc::SO_RCVTIMEO, libc::SO_SNDTIMEO] {
            let unset = option_bytes(&fresh, libc::SOL_SOCKET, name);
            assert!(unset.iter().all(|byte| *byte == 0));
            for timeout in [Some(SHORT), Some(Duration::ZERO), None] {
                socket.set_timeout(timeout).unwrap();
                if timeout.is_some() {
                    socket.recv(&mut [0]).unwrap_err();
                }
                assert_eq!(option_bytes(&socket, libc::SOL_SOCKET, name), unset);
            }
        }
    });
}
