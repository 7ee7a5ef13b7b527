//! Messages with descriptors and other control data, by socket pairs: nothing is lost, nothing
//! leaks, truncation shows.

use crate::{assert_errno, assert_kind};
use berkeley_core::control::{
    Control, Credentials, Encode, RecvBuffer, SendBuffer, cmsg_len, cmsg_space,
};
use berkeley_core::{Address, Kind, MsgFlags, Socket};
use berkeley_tests::{
    PATIENCE, Process, Scratch, bounded, in_child, open_descriptors, peer, unix, unix_pair,
};
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use proptest::prelude::*;
use std::fs::File;
use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Seek, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::process::Command;

const NONE: MsgFlags = MsgFlags::empty();

/// A file that says which one it is.
fn file(content: &str) -> File {
    let mut file = File::from(memfd_create("a file", MFdFlags::MFD_CLOEXEC).unwrap());
    file.write_all(content.as_bytes()).unwrap();
    file
}

fn content(fd: OwnedFd) -> String {
    let mut file = File::from(fd);
    let mut content = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut content).unwrap();
    content
}

fn closes_on_exec(fd: impl AsFd) -> bool {
    let flags = nix::fcntl::fcntl(fd, nix::fcntl::FcntlArg::F_GETFD).unwrap();
    flags & libc::FD_CLOEXEC != 0
}

fn recv(socket: &Socket, control: &mut RecvBuffer) -> berkeley_core::Received {
    let mut bytes = [0; 64];
    socket.recv_msg(&mut [IoSliceMut::new(&mut bytes)], control, NONE).unwrap()
}

#[test]
fn descriptors_arrive_in_order_and_close_on_exec() {
    bounded(PATIENCE, || {
        for kind in [Kind::STREAM, Kind::DGRAM, Kind::SEQPACKET] {
            let (a, b) = unix_pair(kind);
            let files = [file("one"), file("two"), file("three")];
            let fds = files.each_ref().map(AsFd::as_fd);
            let sent = a.send_fds(&[IoSlice::new(b"by"), IoSlice::new(b"tes")], &fds, NONE, None);
            assert_eq!(sent.unwrap(), 5);

            let (mut x, mut y) = ([0; 2], [0; 8]);
            let mut buffers = [IoSliceMut::new(&mut x), IoSliceMut::new(&mut y)];
            let got = b.recv_fds(&mut buffers, 3, NONE).unwrap();
            assert_eq!((got.received.len, &x, &y[..3]), (5, b"by", &b"tes"[..]));
            assert!(got.received.flags.is_empty(), "{:?}", got.received.flags);
            assert!(got.fds.iter().all(closes_on_exec));
            assert_eq!(
                got.fds.into_iter().map(content).collect::<Vec<_>>(),
                ["one", "two", "three"]
            );
        }
    });
}

#[test]
fn recv_fds_closes_descriptors_past_the_limit_and_says_so() {
    in_child("messages::recv_fds_closes_descriptors_past_the_limit_and_says_so", || {
        let (a, b) = unix_pair(Kind::SEQPACKET);
        let shared = file("shared");
        let before = open_descriptors();
        for sent in 0..6 {
            for limit in 0..6 {
                let fds = vec![shared.as_fd(); sent];
                a.send_fds(&[IoSlice::new(b"x")], &fds, NONE, None).unwrap();
                let mut byte = [0];
                let got = b.recv_fds(&mut [IoSliceMut::new(&mut byte)], limit, NONE).unwrap();
                assert_eq!(got.fds.len(), sent.min(limit));
                assert_eq!(got.received.is_control_truncated(), sent > limit, "{sent} {limit}");
                drop(got);
                assert_eq!(open_descriptors(), before, "{sent} sent, {limit} asked for");
            }
        }
    });
}

#[test]
fn every_truncation_of_the_control_buffer_keeps_or_closes_each_descriptor() {
    in_child(
        "messages::every_truncation_of_the_control_buffer_keeps_or_closes_each_descriptor",
        || {
            let (a, b) = unix_pair(Kind::DGRAM);
            let shared = file("shared");
            let before = open_descriptors();
            for room in 0..=cmsg_space(4 * 4).unwrap() {
                a.send_fds(&[IoSlice::new(b"x")], &[shared.as_fd(); 4], NONE, None).unwrap();
                let mut control = RecvBuffer::with_capacity(room);
                let received = recv(&b, &mut control);
                let whole = room.saturating_sub(cmsg_len(0).unwrap()) / 4;
                assert_eq!(control.rights().len(), whole.min(4), "room for {room} bytes");
                assert_eq!(received.is_control_truncated(), whole < 4);
                assert_eq!(control.is_truncated(), whole < 4);
                assert_eq!(open_descriptors(), before + whole.min(4));
                drop(control);
                assert_eq!(open_descriptors(), before);
            }
        },
    );
}

#[test]
fn descriptors_that_nobody_took_close_with_the_next_receive_and_with_drop() {
    in_child(
        "messages::descriptors_that_nobody_took_close_with_the_next_receive_and_with_drop",
        || {
            let (a, b) = unix_pair(Kind::DGRAM);
            let shared = file("shared");
            let before = open_descriptors();
            let mut control = RecvBuffer::with_capacity(cmsg_space(8).unwrap());

            a.send_fds(&[IoSlice::new(b"x")], &[shared.as_fd(); 2], NONE, None).unwrap();
            recv(&b, &mut control);
            assert_eq!(open_descriptors(), before + 2);
            a.send(b"no descriptors").unwrap();
            recv(&b, &mut control);
            assert_eq!((control.rights().len(), open_descriptors()), (0, before));

            a.send_fds(&[IoSlice::new(b"x")], &[shared.as_fd(); 2], NONE, None).unwrap();
            recv(&b, &mut control);
            // A receive that fails has closed them too.
            let failed = b.recv_msg(&mut [], &mut control, MsgFlags::DONTWAIT);
            assert_kind(failed, ErrorKind::WouldBlock);
            assert_eq!(open_descriptors(), before);

            a.send_fds(&[IoSlice::new(b"x")], &[shared.as_fd(); 2], NONE, None).unwrap();
            recv(&b, &mut control);
            let taken = control.take_rights();
            drop(control);
            assert_eq!((taken.len(), open_descriptors()), (2, before + 2));
            drop(taken);
            assert_eq!(open_descriptors(), before);
        },
    );
}

#[test]
fn a_receive_that_fails_leaves_an_empty_buffer() {
    in_child("messages::a_receive_that_fails_leaves_an_empty_buffer", || {
        let (a, b) = unix_pair(Kind::DGRAM);
        let shared = file("shared");
        let before = open_descriptors();
        let mut control = RecvBuffer::with_capacity(cmsg_space(8).unwrap());
        a.send_fds(&[IoSlice::new(b"x")], &[shared.as_fd(); 2], NONE, None).unwrap();
        recv(&b, &mut control);
        assert_eq!(control.rights().len(), 2);
        b.set_blocking(false).unwrap();
        assert_kind(b.recv_msg(&mut [], &mut control, NONE), ErrorKind::WouldBlock);
        assert_eq!((control.rights().len(), control.messages().count()), (0, 0));
        assert!(!control.is_truncated());
        assert_eq!(open_descriptors(), before);
        drop(control);
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn a_peek_brings_descriptors_of_its_own() {
    in_child("messages::a_peek_brings_descriptors_of_its_own", || {
        let (a, b) = unix_pair(Kind::DGRAM);
        let shared = file("shared");
        let before = open_descriptors();
        a.send_fds(&[IoSlice::new(b"x")], &[shared.as_fd()], NONE, None).unwrap();
        for flags in [MsgFlags::PEEK, NONE] {
            let mut byte = [0];
            let got = b.recv_fds(&mut [IoSliceMut::new(&mut byte)], 1, flags).unwrap();
            assert_eq!(got.fds.len(), 1);
        }
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn send_fds_honours_flags_and_address() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let path = Address::from(berkeley_core::UnixAddress::path(scratch.path("to")).unwrap());
        let (sender, receiver) = (unix(Kind::DGRAM), unix(Kind::DGRAM));
        receiver.bind(path).unwrap();
        let one = file("one");
        sender.send_fds(&[IoSlice::new(b"x")], &[one.as_fd()], NONE, Some(&path)).unwrap();
        let mut byte = [0];
        let got = receiver.recv_fds(&mut [IoSliceMut::new(&mut byte)], 1, NONE).unwrap();
        assert_eq!(got.fds.into_iter().map(content).collect::<Vec<_>>(), ["one"]);
        let waiting = receiver.recv_fds(&mut [], 1, MsgFlags::DONTWAIT);
        assert_kind(waiting.map(|got| got.received), ErrorKind::WouldBlock);

        let (a, b) = unix_pair(Kind::SEQPACKET);
        berkeley_tests::fill(&a);
        let full = a.send_fds(&[IoSlice::new(b"x")], &[one.as_fd()], MsgFlags::DONTWAIT, None);
        assert_kind(full, ErrorKind::WouldBlock);
        drop(b);
    });
}

#[test]
fn bad_requests_say_what_to_do() {
    bounded(PATIENCE, || {
        let (a, _b) = unix_pair(Kind::STREAM);
        let one = file("one");
        let nothing = a.send_fds(&[IoSlice::new(b"")], &[one.as_fd()], NONE, None);
        assert!(nothing.unwrap_err().to_string().contains("a byte"), "a stream needs a byte");
        let many = a.send_fds(&[IoSlice::new(b"x")], &vec![one.as_fd(); 254], NONE, None);
        assert!(many.unwrap_err().to_string().contains("253"));
        assert_eq!(
            a.send_fds(&[IoSlice::new(b"x")], &vec![one.as_fd(); 253], NONE, None).unwrap(),
            1
        );

        let mut unknown = SendBuffer::new();
        unknown.push_raw(libc::SOL_SOCKET, 4711, b"?").unwrap();
        assert_errno(a.send_msg(&[IoSlice::new(b"x")], &unknown, NONE, None), libc::EINVAL);
        let request =
            berkeley_core::AlgRequest::new(berkeley_core::control::alg::Operation::Encrypt);
        assert_kind(a.send_alg(&[], &request, NONE), ErrorKind::InvalidInput);
    });
}

#[test]
fn credentials_come_with_every_message_and_must_be_true() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::DGRAM);
        b.set_raw(libc::SOL_SOCKET, libc::SO_PASSCRED, &1_i32.to_ne_bytes()).unwrap();
        let me = Credentials {
            pid: std::process::id(),
            uid: nix::unistd::getuid().as_raw(),
            gid: nix::unistd::getgid().as_raw(),
        };
        let mut stated = SendBuffer::new();
        stated.push(me).unwrap();
        a.send(b"unasked").unwrap();
        a.send_msg(&[IoSlice::new(b"stated")], &stated, NONE, None).unwrap();
        let mut control = RecvBuffer::with_capacity(cmsg_space(12).unwrap());
        for _ in 0..2 {
            recv(&b, &mut control);
            assert_eq!(control.get::<Credentials>(), Some(me));
            assert!(
                matches!(control.messages().next(), Some(Control::Credentials(them)) if them == me)
            );
        }

        let mut lie = SendBuffer::new();
        lie.push(Credentials { pid: u32::MAX / 4, ..me }).unwrap();
        assert!(a.send_msg(&[IoSlice::new(b"lie")], &lie, NONE, None).is_err());
    });
}

#[test]
fn credentials_do_not_push_descriptors_out() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        b.set_raw(libc::SOL_SOCKET, libc::SO_PASSCRED, &1_i32.to_ne_bytes()).unwrap();
        let one = file("one");
        a.send_fds(&[IoSlice::new(b"x")], &[one.as_fd(); 2], NONE, None).unwrap();
        let mut byte = [0];
        let got = b.recv_fds(&mut [IoSliceMut::new(&mut byte)], 2, NONE).unwrap();
        assert_eq!((got.fds.len(), got.received.is_control_truncated()), (2, false));
    });
}

#[test]
fn a_descriptor_of_the_sender_comes_once_asked_for() {
    in_child("messages::a_descriptor_of_the_sender_comes_once_asked_for", || {
        const SO_PASSPIDFD: i32 = 76; // asm-generic/socket.h
        let (a, b) = unix_pair(Kind::DGRAM);
        if let Err(e) = b.set_raw(libc::SOL_SOCKET, SO_PASSPIDFD, &1_i32.to_ne_bytes()) {
            return berkeley_tests::skip(&format!("no SO_PASSPIDFD (Linux 6.5): {e}"));
        }
        let before = open_descriptors();
        let mut control = RecvBuffer::with_capacity(cmsg_space(4).unwrap());
        a.send(b"x").unwrap();
        recv(&b, &mut control);
        assert!(matches!(control.messages().next(), Some(Control::PidFd(_))));
        let process = control.take_pidfd().expect("it was asked for");
        assert!(closes_on_exec(&process));
        assert_eq!(open_descriptors(), before + 1);
        a.send(b"x").unwrap();
        recv(&b, &mut control);
        drop((control, process));
        assert_eq!(open_descriptors(), before, "what was not taken is closed");
    });
}

#[test]
fn what_has_no_type_is_kept_as_it_came() {
    bounded(PATIENCE, || {
        struct Timestamp32;
        impl berkeley_core::control::ControlMessage for Timestamp32 {
            const LEVEL: i32 = libc::SOL_SOCKET;
            const KIND: i32 = 63; // SO_TIMESTAMP_NEW, whose message carries two 64-bit numbers
        }
        impl berkeley_core::control::Decode for Timestamp32 {
            fn decode(payload: &[u8]) -> Option<Self> {
                (payload.len() == 16).then_some(Self)
            }
        }
        let (a, b) = unix_pair(Kind::DGRAM);
        b.set_raw(libc::SOL_SOCKET, 63, &1_i32.to_ne_bytes()).unwrap();
        a.send(b"x").unwrap();
        let mut control = RecvBuffer::with_capacity(cmsg_space(16).unwrap());
        recv(&b, &mut control);
        match control.messages().next() {
            Some(Control::Unknown(raw)) => {
                assert_eq!((raw.level, raw.kind, raw.payload.len()), (libc::SOL_SOCKET, 63, 16));
            }
            other => panic!("{other:?}"),
        }
        assert!(control.get::<Timestamp32>().is_some(), "a type of one's own reads it");
    });
}

#[test]
fn python_sends_and_receives_descriptors() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let (ours, theirs) = unix_pair(Kind::STREAM);
        theirs.set_inheritable(true).unwrap();
        let script = "import os, socket, sys\n\
                      s = socket.socket(fileno=int(sys.argv[1]))\n\
                      message, fds, flags, _ = socket.recv_fds(s, 64, 2)\n\
                      socket.send_fds(s, [message.upper()], list(reversed(fds)))\n";
        let fd = std::os::fd::AsRawFd::as_raw_fd(&theirs).to_string();
        let mut child = Process::spawn(Command::new(python).args(["-c", script, &fd]));
        let files = [file("one"), file("two")];
        let fds = files.each_ref().map(AsFd::as_fd);
        ours.send_fds(&[IoSlice::new(b"hello")], &fds, NONE, None).unwrap();
        let mut bytes = [0; 16];
        let got = ours.recv_fds(&mut [IoSliceMut::new(&mut bytes)], 2, NONE).unwrap();
        assert_eq!(&bytes[..got.received.len], b"HELLO");
        assert_eq!(got.fds.into_iter().map(content).collect::<Vec<_>>(), ["two", "one"]);
        child.succeed();
    });
}

#[test]
fn a_buffer_is_used_again_without_what_was_in_it() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::DGRAM);
        let (one, two) = (file("one"), file("two"));
        let mut out = SendBuffer::new();
        for file in [&one, &two] {
            out.clear();
            out.push_rights(&[file.as_fd()]).unwrap();
            a.send_msg(&[IoSlice::new(b"x")], &out, NONE, None).unwrap();
        }
        let mut control = RecvBuffer::with_capacity(cmsg_space(4).unwrap());
        for expected in ["one", "two"] {
            recv(&b, &mut control);
            let mut fds = control.take_rights();
            assert_eq!(content(fds.remove(0)), expected);
            assert!(fds.is_empty());
        }
    });
}

fn borrow(fds: &[OwnedFd]) -> Vec<BorrowedFd<'_>> {
    fds.iter().map(AsFd::as_fd).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// What is pushed is what a peer of the same kernel receives, whatever the sizes.
    #[test]
    fn several_messages_arrive_together(count in 1_usize..20, bytes in 1_usize..100) {
        let (a, b) = unix_pair(Kind::SEQPACKET);
        b.set_raw(libc::SOL_SOCKET, libc::SO_PASSCRED, &1_i32.to_ne_bytes()).unwrap();
        let files: Vec<OwnedFd> = (0..count).map(|n| file(&n.to_string()).into()).collect();
        let mut out = SendBuffer::new();
        out.push_rights(&borrow(&files)).unwrap();
        a.send_msg(&[IoSlice::new(&vec![7; bytes])], &out, NONE, None).unwrap();
        let room = cmsg_space(12).unwrap() + cmsg_space(4 * count).unwrap();
        let mut control = RecvBuffer::with_capacity(room);
        let mut into = vec![0; bytes];
        let received = b.recv_msg(&mut [IoSliceMut::new(&mut into)], &mut control, NONE).unwrap();
        prop_assert_eq!((received.len, received.is_control_truncated()), (bytes, false));
        prop_assert!(control.get::<Credentials>().is_some());
        let raw: Vec<_> = control.messages().raw().collect();
        let sizes: Vec<_> = raw.iter().map(|raw| (raw.level, raw.kind, raw.payload.len())).collect();
        let both = [(libc::SCM_CREDENTIALS, 12), (libc::SCM_RIGHTS, 4 * count)];
        prop_assert_eq!(sizes, both.map(|(kind, len)| (libc::SOL_SOCKET, kind, len)));
        let numbers = control.rights().iter().flat_map(|fd| fd.as_raw_fd().to_ne_bytes());
        prop_assert_eq!(raw[1].payload, numbers.collect::<Vec<_>>());
        let names: Vec<_> = control.take_rights().into_iter().map(content).collect();
        prop_assert_eq!(names, (0..count).map(|n| n.to_string()).collect::<Vec<_>>());
    }

    /// A payload is laid out as it is read, header by header.
    #[test]
    fn what_is_pushed_is_listed(messages in prop::collection::vec((any::<i32>(), any::<i32>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8)) {
        let mut out = SendBuffer::new();
        for (level, kind, payload) in &messages {
            out.push_raw(*level, *kind, payload).unwrap();
        }
        let space: usize = messages.iter().map(|m| cmsg_space(m.2.len()).unwrap()).sum();
        prop_assert_eq!(out.as_bytes().len(), space);
        let debug = format!("{out:?}");
        prop_assert!(debug.starts_with('['));
    }
}

#[test]
fn payloads_are_the_bytes_of_the_c_structures() {
    fn payload(message: impl Encode) -> Vec<u8> {
        let mut out = SendBuffer::new();
        out.push(message).unwrap();
        let len = usize::from_ne_bytes(*out.as_bytes().first_chunk().unwrap());
        out.as_bytes()[cmsg_len(0).unwrap()..len].to_vec()
    }
    let me = Credentials { pid: 1, uid: 2, gid: 3 };
    assert_eq!(payload(me), [1_u32, 2, 3].map(u32::to_ne_bytes).concat());
    let iv = berkeley_core::control::alg::Iv(b"abc");
    assert_eq!(payload(iv), [&3_u32.to_ne_bytes()[..], b"abc"].concat());
}
