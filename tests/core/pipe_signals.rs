//! SIGPIPE: no way of sending raises it. Rust's runtime ignores the signal, so it is counted here,
//! in a process of its own.

use crate::assert_kind;
use berkeley_core::control::SendBuffer;
use berkeley_core::{Kind, MsgFlags, Outgoing, Shutdown, Socket};
use berkeley_tests::{PipeSignals, in_child, tcp_pair, unix_pair};
use std::io::{ErrorKind, IoSlice, Write};
use std::os::fd::AsFd;

#[test]
fn no_way_of_sending_raises_a_signal_when_the_peer_is_gone() {
    let name = "pipe_signals::no_way_of_sending_raises_a_signal_when_the_peer_is_gone";
    in_child(name, || {
        let signals = PipeSignals::count();
        let (shut, _served) = tcp_pair();
        shut.shutdown(Shutdown::Write).unwrap();
        let (left, gone) = unix_pair(Kind::STREAM);
        drop(gone);
        let (packets, gone) = unix_pair(Kind::SEQPACKET);
        drop(gone);

        for socket in [&shut, &left, &packets] {
            // The count works: write(2) raises the signal (but of Linux's packets).
            assert_eq!(nix::unistd::write(socket, b"x"), Err(nix::errno::Errno::EPIPE));
            assert_eq!(signals.take(), usize::from(socket.kind() == Kind::STREAM), "{socket:?}");

            every_way_of_sending(socket);
            assert_eq!(signals.take(), 0, "{socket:?}");
            socket.set_timeout(Some(berkeley_tests::PATIENCE)).unwrap();
            every_way_of_sending(socket);
            assert_eq!(signals.take(), 0, "{socket:?} with a timeout");
        }

        // To an address: of a TCP connection, which ignores it.
        let to = shut.peer_addr().unwrap();
        assert_kind(shut.send_to(b"x", to), ErrorKind::BrokenPipe);
        let out = [IoSlice::new(b"x")];
        let flags = MsgFlags::empty();
        assert_kind(shut.send_to_with_flags(b"x", flags, to), ErrorKind::BrokenPipe);
        assert_kind(shut.send_to_vectored(&out, flags, to), ErrorKind::BrokenPipe);
        assert_eq!(signals.take(), 0);
    });
}

fn every_way_of_sending(mut socket: &Socket) {
    let (broken, flags) = (ErrorKind::BrokenPipe, MsgFlags::empty());
    let out = [IoSlice::new(b"x"), IoSlice::new(b"y")];
    assert_kind(socket.send(b"x"), broken);
    assert_kind(socket.send_with_flags(b"x", flags), broken);
    assert_eq!(socket.send_all(b"x").unwrap_err().kind(), broken);
    assert_eq!(socket.send_all_with_flags(b"x", flags).unwrap_err().kind(), broken);
    assert_kind(socket.send_vectored(&out), broken);
    assert_kind(socket.send_vectored_with_flags(&out, flags), broken);
    assert_kind(socket.send_msg(&out, &SendBuffer::new(), flags, None), broken);
    assert_kind(socket.send_fds(&out, &[], flags, None), broken);
    assert_kind(socket.send_fds(&out, &[socket.as_fd()], flags, None), broken);
    if socket.kind() == Kind::SEQPACKET {
        assert_kind(socket.send_many(&[Outgoing::new(&out); 2], flags), broken);
    }
    assert_kind(socket.write(b"x"), broken);
    assert_kind(socket.write_all(b"x"), broken);
    assert_kind(socket.write_vectored(&out), broken);
}
