//! What an operation does whose system call fails midway: it goes on by another way and sends
//! nothing twice, or tells what went.
//!
//! `RUSTFLAGS="--cfg berkeley_faults" cargo test -p berkeley-core --test faults`
#![cfg(berkeley_faults)]

use berkeley_core::control::SendBuffer;
use berkeley_core::{
    Family, Kind, Pipe, Protocol, Socket, UnixListenOptions, ZeroCopy, fault, option,
};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek};
use std::time::Duration;

const EINTR: i32 = 4;
const EIO: i32 = 5;
const EINVAL: i32 = 22;
const ENOSYS: i32 = 38;
const EMSGSIZE: i32 = 90;
const ENOPROTOOPT: i32 = 92;
const ENOBUFS: i32 = 105;

fn stream_pair() -> (Socket, Socket) {
    Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap()
}

fn udp() -> Socket {
    let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
    socket.bind("127.0.0.1:0").unwrap();
    socket
}

fn udp_pair() -> (Socket, Socket) {
    let (sender, receiver) = (udp(), udp());
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    receiver.set_timeout(Some(Duration::ZERO)).unwrap();
    receiver.set(option::socket::ReceiveBuffer, 1 << 20).unwrap();
    (sender, receiver)
}

fn received(receiver: &Socket) -> Vec<Vec<u8>> {
    let mut buffer = [0; 2_000];
    let mut all = Vec::new();
    loop {
        match receiver.recv(&mut buffer) {
            Ok(n) => all.push(buffer[..n].to_vec()),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::WouldBlock);
                return all;
            }
        }
    }
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251).to_le_bytes()[0]).collect()
}

#[test]
fn where_there_is_no_sendfile_a_file_is_read_and_sent() {
    let mut file = File::open("src/lib.rs").unwrap();
    let mut expected = Vec::new();
    file.read_to_end(&mut expected).unwrap();
    for errno in [ENOSYS, EINVAL, EINTR] {
        let (sender, receiver) = stream_pair();
        fault::fail(Some("sendfile"), 0, errno);
        let sent = sender.send_file(&file, 0, None).unwrap();
        assert!(!fault::clear());
        assert_eq!(sent, u64::try_from(expected.len()).unwrap());
        assert_eq!(file.stream_position().unwrap(), sent);
        drop(sender);
        let mut got = Vec::new();
        (&receiver).read_to_end(&mut got).unwrap();
        assert_eq!(got, expected);
    }
}

#[test]
fn a_file_that_cannot_be_read_midway_tells_what_went_by_its_position() {
    let mut file = File::open("src/lib.rs").unwrap();
    // The second call would find the end.
    let (sender, receiver) = stream_pair();
    fault::fail(Some("sendfile"), 1, EIO);
    let error = sender.send_file(&file, 5, None).unwrap_err();
    assert_eq!(error.error.raw_os_error(), Some(EIO));
    assert!(error.sent > 0);
    assert_eq!(file.stream_position().unwrap(), 5 + error.sent);
    drop(sender);
    let mut got = Vec::new();
    (&receiver).read_to_end(&mut got).unwrap();
    assert_eq!(u64::try_from(got.len()).unwrap(), error.sent);
}

#[test]
fn a_splice_that_fails_leaves_the_bytes_in_the_pipe() {
    let (a, b) = stream_pair();
    let mut pipe = Pipe::new().unwrap();
    a.send_all(b"bytes").unwrap();
    fault::fail(Some("splice"), 0, EIO);
    assert_eq!(b.splice_in(&mut pipe, 100).unwrap_err().raw_os_error(), Some(EIO));
    assert_eq!(b.splice_in(&mut pipe, 100).unwrap(), 5);
    fault::fail(Some("splice"), 0, EIO);
    assert_eq!(a.splice_out(&mut pipe, 100).unwrap_err().raw_os_error(), Some(EIO));
    assert_eq!(pipe.len(), 5);
    assert_eq!(a.splice_out(&mut pipe, 100).unwrap(), 5);
}

#[test]
fn a_path_that_cannot_be_cut_for_gets_every_datagram_once_and_is_remembered() {
    let bytes = content(100_100);
    let none = SendBuffer::new();
    for (errno, smaller_are_asked_for) in [(EIO, false), (EINVAL, true), (EMSGSIZE, true)] {
        // At once, and after 64 datagrams went.
        for skip in [0, 1] {
            let (sender, receiver) = udp_pair();
            fault::fail(Some("sendmsg"), skip, errno);
            sender.send_segmented(&bytes, 1_000, &none, None).unwrap();
            assert!(!fault::clear(), "the kernel was not asked");
            let datagrams = received(&receiver);
            assert_eq!(datagrams.len(), 101);
            assert!(datagrams.concat() == bytes);

            fault::fail(Some("sendmsg"), 0, EIO);
            sender.send_segmented(&bytes[..3_000], 1_000, &none, None).unwrap();
            assert!(fault::clear(), "the kernel was asked again");
            fault::fail(Some("sendmsg"), 0, EIO);
            sender.send_segmented(&bytes[..3_000], 500, &none, None).unwrap();
            assert_eq!(!fault::clear(), smaller_are_asked_for, "{errno}");
            assert_eq!(received(&receiver).len(), 3 + 6);
        }
    }
}

#[test]
fn a_kernel_without_segments_is_never_asked_for_them() {
    let (sender, receiver) = udp_pair();
    fault::fail(Some("getsockopt"), 0, ENOPROTOOPT);
    sender.send_segmented(&content(3_000), 1_000, &SendBuffer::new(), None).unwrap();
    assert!(!fault::clear());
    fault::fail(Some("sendmsg"), 0, EIO);
    sender.send_segmented(&content(3_000), 1_000, &SendBuffer::new(), None).unwrap();
    assert!(fault::clear());
    assert_eq!(received(&receiver).len(), 6);
}

#[test]
fn segments_that_a_full_queue_refuses_are_not_sent_again() {
    let bytes = content(100_000);
    let none = SendBuffer::new();
    // Cut by the kernel, and one by one.
    for (call, whole) in [("sendmsg", 64_000), ("sendmmsg", 64_000)] {
        let (sender, receiver) = udp_pair();
        if call == "sendmmsg" {
            fault::fail(Some("getsockopt"), 0, ENOPROTOOPT);
            sender.send_segmented(&[0; 2], 1, &none, None).unwrap();
            assert_eq!(received(&receiver).len(), 2);
        }
        fault::fail(Some(call), 1, ENOBUFS);
        let error = sender.send_segmented(&bytes, 1_000, &none, None).unwrap_err();
        assert_eq!((error.error.raw_os_error(), error.sent), (Some(ENOBUFS), whole));
        assert!(received(&receiver).concat() == bytes[..whole]);
    }
}

#[test]
fn a_zero_copy_send_without_room_for_its_notice_is_copied() {
    let listener = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    listener.bind("127.0.0.1:0").unwrap();
    listener.listen(1).unwrap();
    let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    socket.connect(listener.local_addr().unwrap()).unwrap();
    let (served, _) = listener.accept().unwrap();

    let mut sender = ZeroCopy::new(&socket).unwrap();
    for _ in 0..3 {
        sender.push(content(5_000));
    }
    fault::fail(Some("send"), 1, ENOBUFS);
    sender.flush().unwrap();
    assert!(!fault::clear());
    let mut got = vec![0; 15_000];
    (&served).read_exact(&mut got).unwrap();
    assert!(got == [content(5_000), content(5_000), content(5_000)].concat());
    sender.finish().unwrap();
    assert_eq!(sender.completions().unwrap().count(), 3);

    // Any other error leaves what was not sent where it was.
    sender.push(content(5_000));
    fault::fail(Some("send"), 0, EIO);
    assert_eq!(sender.flush().unwrap_err().raw_os_error(), Some(EIO));
    sender.finish().unwrap();
    (&served).read_exact(&mut got[..5_000]).unwrap();
    assert!(got[..5_000] == content(5_000));
}

#[test]
fn where_a_connection_cannot_be_reset_by_a_call_its_close_resets_it() {
    let (socket, peer) = Socket::pair_over_loopback(Family::INET).unwrap();
    fault::fail(Some("connect"), 0, ENOSYS);
    socket.abort().unwrap();
    assert!(!fault::clear());
    assert_eq!((&peer).read(&mut [0]).unwrap(), 0, "for now it is the end");
    drop(socket);
    let mut told = (0..5_000).map(|_| {
        std::thread::sleep(Duration::from_millis(1));
        peer.get(option::socket::Error).unwrap()
    });
    assert!(told.any(|error| error.is_some()), "it is reset");
}

#[test]
fn a_unix_listener_that_fails_after_its_bind_leaves_no_file() {
    let path = std::env::temp_dir().join(format!("berkeley-faults-{}", std::process::id()));
    fault::fail(Some("listen"), 0, EIO);
    let error = UnixListenOptions::new().listen(&*path).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(EIO));
    assert!(!path.exists());
}
