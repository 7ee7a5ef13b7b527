//! Descriptors: close-on-exec, adopting and giving up, closing, and that none is lost.

use crate::{assert_errno, assert_kind};
use berkeley_core::option::socket::Linger;
use berkeley_core::{Address, Family, Kind, Protocol, Socket};
use berkeley_tests::{
    PATIENCE, Process, Scratch, bounded, in_child, ipv6, open_descriptors, peer, tcp, tcp_listener,
    tcp_pair, udp, unix, unix_pair,
};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::Command;
use std::time::Duration;

fn closes_on_exec(fd: impl AsFd) -> bool {
    let flags = fcntl(fd, FcntlArg::F_GETFD).unwrap();
    FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC)
}

#[test]
fn every_socket_is_born_close_on_exec() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let (a, b) = unix_pair(Kind::STREAM);
        let duplicate = a.dup().unwrap();
        let inheritable = tcp();
        inheritable.set_inheritable(true).unwrap();
        let of_inheritable = inheritable.dup().unwrap();
        let (new, with_timeout) = (
            tcp(),
            Socket::with_timeout(Family::INET, Kind::DGRAM, Protocol::UDP, Some(PATIENCE)).unwrap(),
        );
        for socket in
            [listener, client, accepted, a, b, duplicate, of_inheritable, new, with_timeout]
        {
            assert!(closes_on_exec(&socket), "{socket:?}");
            assert!(!socket.is_inheritable().unwrap());
        }
    });
}

/// What an executed program has for the descriptor: `socket:[inode]` if it is the socket.
fn seen_by_a_program(program: &std::path::Path, socket: &Socket) -> String {
    let script = "import os, sys\n\
                  try: print(os.readlink('/proc/self/fd/' + sys.argv[1]))\n\
                  except OSError: print('nothing')";
    let fd = socket.as_raw_fd().to_string();
    let mut child = Process::spawn(Command::new(program).args(["-c", script, &fd]));
    child.line()
}

#[test]
fn an_executed_program_has_what_is_inheritable_and_nothing_else() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let socket = tcp();
        let link = format!("/proc/self/fd/{}", socket.as_raw_fd());
        let ours = std::fs::read_link(link).unwrap().to_string_lossy().into_owned();
        assert!(ours.starts_with("socket:["));
        assert_ne!(seen_by_a_program(&python, &socket), ours);
        socket.set_inheritable(true).unwrap();
        assert!(socket.is_inheritable().unwrap());
        assert_eq!(seen_by_a_program(&python, &socket), ours);
        socket.set_inheritable(false).unwrap();
        assert!(!socket.is_inheritable().unwrap());
        assert_ne!(seen_by_a_program(&python, &socket), ours);
    });
}

#[test]
fn an_executed_program_can_use_an_inherited_socket() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let (ours, theirs) = unix_pair(Kind::STREAM);
        theirs.set_inheritable(true).unwrap();
        let script = "import socket, sys; socket.socket(fileno=int(sys.argv[1])).sendall(b'here')";
        let fd = theirs.as_raw_fd().to_string();
        let mut child = Process::spawn(Command::new(python).args(["-c", script, &fd]));
        drop(theirs);
        let mut received = String::new();
        (&ours).read_to_string(&mut received).unwrap();
        assert_eq!(received, "here");
        child.succeed();
    });
}

#[test]
fn close_succeeds_though_the_peer_is_gone() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_pair();
        b.set(Linger, Some(Duration::ZERO)).unwrap();
        b.close().unwrap();
        assert_kind(a.recv(&mut [0]), ErrorKind::ConnectionReset);
        a.close().unwrap();

        let (a, b) = tcp_pair();
        a.send(b"unread").unwrap();
        b.close().unwrap();
        a.close().unwrap();
    });
}

#[test]
fn close_delivers_what_was_sent() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_pair();
        a.send_all(&[7; 100_000]).unwrap();
        a.close().unwrap();
        assert_eq!(berkeley_tests::drain(&b), 100_000);
    });
}

#[test]
fn a_descriptor_closed_behind_its_socket_is_a_bad_descriptor() {
    // Numbers are used again: this needs a process without other tests.
    in_child("descriptors::a_descriptor_closed_behind_its_socket_is_a_bad_descriptor", || {
        for timeout in [None, Some(Duration::from_secs(1)), Some(Duration::ZERO)] {
            let socket = udp();
            socket.set_timeout(timeout).unwrap();
            nix::unistd::close(socket.as_raw_fd()).unwrap();
            assert_errno(socket.recv(&mut [0]), libc::EBADF);
            assert_errno(socket.send(b"x"), libc::EBADF);
            assert_errno(socket.local_addr(), libc::EBADF);
            assert_errno(socket.set_timeout(None), libc::EBADF);
            let readable = berkeley_core::Interest::Readable;
            assert_errno(socket.wait(readable, Some(PATIENCE)), libc::EBADF);
            assert_errno(socket.dup(), libc::EBADF);
            // Close must consume it: to drop it would close the number again.
            assert_errno(socket.close(), libc::EBADF);
        }
    });
}

#[test]
fn adopting_what_is_no_socket_fails_and_closes_it() {
    bounded(PATIENCE, || {
        let (reader, writer) = nix::unistd::pipe().unwrap();
        assert_errno(Socket::detect(&writer), libc::ENOTSOCK);
        nix::unistd::write(&writer, b"still open").unwrap();
        assert_eq!(nix::unistd::read(&reader, &mut [0; 16]), Ok(10));
        assert_errno(Socket::from_fd(writer), libc::ENOTSOCK);
        // The pipe has no writer any more, so this ends.
        assert_eq!(std::fs::File::from(reader).read(&mut [0]).unwrap(), 0);

        let (reader, writer) = nix::unistd::pipe().unwrap();
        assert_errno(Socket::try_from(writer), libc::ENOTSOCK);
        assert_eq!(std::fs::File::from(reader).read(&mut [0]).unwrap(), 0);
    });
}

#[test]
fn an_adopted_descriptor_says_what_it_is() {
    bounded(PATIENCE, || {
        let rows = [
            (Family::INET, Kind::STREAM, Protocol::DEFAULT, Protocol::TCP),
            (Family::INET, Kind::DGRAM, Protocol::DEFAULT, Protocol::UDP),
            (Family::INET6, Kind::STREAM, Protocol::DEFAULT, Protocol::TCP),
            (Family::INET6, Kind::DGRAM, Protocol::DEFAULT, Protocol::UDP),
            (Family::UNIX, Kind::STREAM, Protocol::DEFAULT, Protocol::DEFAULT),
            (Family::UNIX, Kind::DGRAM, Protocol::DEFAULT, Protocol::DEFAULT),
            (Family::UNIX, Kind::SEQPACKET, Protocol::DEFAULT, Protocol::DEFAULT),
            (Family::INET, Kind::RAW, Protocol::ICMP, Protocol::ICMP),
            (Family::INET6, Kind::RAW, Protocol::ICMPV6, Protocol::ICMPV6),
        ];
        for (family, kind, asked, told) in rows {
            if family == Family::INET6 && !ipv6() {
                continue;
            }
            let socket = match Socket::new(family, kind, asked) {
                Err(e) if kind == Kind::RAW && e.kind() == ErrorKind::PermissionDenied => {
                    berkeley_tests::skip("no right to raw sockets");
                    continue;
                }
                socket => socket.unwrap(),
            };
            assert_eq!((socket.family(), socket.kind(), socket.protocol()), (family, kind, asked));
            let adopted = Socket::from_fd(socket.into_fd()).unwrap();
            assert_eq!(
                (adopted.family(), adopted.kind(), adopted.protocol()),
                (family, kind, told)
            );
        }
    });
}

#[test]
fn a_listener_of_the_standard_library_is_adopted() {
    bounded(PATIENCE, || {
        let theirs = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::from(theirs.local_addr().unwrap());
        let listener = Socket::try_from(OwnedFd::from(theirs)).unwrap();
        assert_eq!(listener.local_addr().unwrap(), address);
        let client = std::net::TcpStream::connect(address.as_ip().unwrap()).unwrap();
        let (_, peer) = listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap().into());
    });
}

#[test]
fn an_adopted_descriptor_is_what_its_owner_says_it_is() {
    bounded(PATIENCE, || {
        let kind = Kind::from_raw(libc::SOCK_DGRAM | libc::SOCK_NONBLOCK);
        let socket =
            Socket::from_fd_as(udp().into_fd(), Family::UNSPEC, kind, Protocol::UDPLITE).unwrap();
        assert_eq!(
            (socket.family(), socket.kind(), socket.protocol()),
            (Family::UNSPEC, Kind::DGRAM, Protocol::UDPLITE)
        );
        assert_eq!(socket.timeout(), None, "the descriptor says how it blocks");
    });
}

#[test]
fn a_descriptor_given_up_stays_open() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        let number = a.as_raw_fd();
        let fd = a.into_fd();
        assert_eq!(fd.as_raw_fd(), number);
        b.send(b"x").unwrap();
        let mut stream = std::os::unix::net::UnixStream::from(fd);
        assert_eq!(stream.read(&mut [0; 8]).unwrap(), 1);
    });
}

#[test]
fn a_duplicate_is_the_same_socket() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        let duplicate = a.dup().unwrap();
        assert_ne!(duplicate.as_raw_fd(), a.as_raw_fd());
        assert_eq!(
            (duplicate.family(), duplicate.kind(), duplicate.protocol()),
            (a.family(), a.kind(), a.protocol())
        );
        a.close().unwrap();
        duplicate.send(b"x").unwrap();
        assert_eq!(b.recv(&mut [0; 8]).unwrap(), 1);
        drop(duplicate);
        assert_eq!(b.recv(&mut [0; 8]).unwrap(), 0, "now it is closed");
    });
}

#[test]
fn no_descriptor_is_lost_in_a_thousand_cycles() {
    in_child("descriptors::no_descriptor_is_lost_in_a_thousand_cycles", || {
        let listener = tcp_listener();
        let address = listener.local_addr().unwrap();
        let nobody = {
            let holder = tcp();
            holder.bind("127.0.0.1:0").unwrap();
            holder
        };
        let scratch = Scratch::new();
        let cycle = || {
            let client = tcp();
            client.connect(address).unwrap();
            let (served, _) = listener.accept().unwrap();
            served.dup().unwrap().close().unwrap();
            served.set_timeout(Some(Duration::from_nanos(1))).unwrap();
            assert_kind(served.recv(&mut [0]), ErrorKind::TimedOut);
            Socket::from_fd(served.into_fd()).unwrap();
            let (a, _b) = unix_pair(Kind::DGRAM);
            let fd: OwnedFd = a.into();
            drop(fd);

            // Failures.
            tcp().connect(nobody.local_addr().unwrap()).unwrap_err();
            unix(Kind::STREAM).connect(scratch.address("nobody")).unwrap_err();
            tcp().connect("unix:wrong").unwrap_err();
            Socket::new(Family::INET, Kind::from_raw(99), Protocol::DEFAULT).unwrap_err();
            Socket::pair(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap_err();
            Socket::from_fd(nix::unistd::pipe().unwrap().0).unwrap_err();
            listener.set_timeout(Some(Duration::ZERO)).unwrap();
            assert_kind(listener.accept(), ErrorKind::WouldBlock);
            listener.accept_with_timeout(Some(Duration::MAX)).unwrap_err();
            listener.set_timeout(None).unwrap();
        };
        cycle();
        let before = open_descriptors();
        for _ in 0..1_000 {
            cycle();
        }
        assert_eq!(open_descriptors(), before);
    });
}
