//! Receives that get less than they asked for, and what is behind: an end, a descriptor, urgent
//! data.

use crate::drivers::{Driver, tcp_streams};
use berkeley::{MsgFlags, Socket, TcpListener, UnixStream};
use berkeley_tests::{PATIENCE, Process, bounded, peer};
use futures::poll;
use nix::sys::socket::{ControlMessage, sendmsg};
use std::future::poll_fn;
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::AsRawFd;
use std::process::Command;

on_every_driver! {
    the_end_behind_data_is_received
    the_end_behind_data_of_a_unix_stream_is_received
    a_descriptor_in_a_unix_stream_does_not_stop_receives
    a_change_of_credentials_in_a_unix_stream_does_not_stop_receives
    urgent_data_does_not_stop_receives
    urgent_data_that_was_received_by_itself_does_not_stop_receives
    buffers_past_the_limit_of_a_call_are_no_room
}

async fn data_and_end(driver: Driver, receiver: Socket, sender: Socket, big: usize) {
    let receiving = driver
        .spawn_waiting(async move {
            let mut buffer = vec![0; big];
            assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 3);
            assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 0);
        })
        .await;
    sender.send(b"end").await.unwrap();
    drop(sender);
    receiving.await;
}

async fn the_end_behind_data_is_received(driver: Driver) {
    for _ in 0..1_000 {
        let (a, b) = tcp_streams();
        data_and_end(driver, a.into(), b.into(), 64).await;
    }
}

async fn the_end_behind_data_of_a_unix_stream_is_received(driver: Driver) {
    for _ in 0..1_000 {
        let (a, b) = UnixStream::pair().unwrap();
        data_and_end(driver, a.into(), b.into(), 64).await;
    }
}

async fn a_descriptor_in_a_unix_stream_does_not_stop_receives(driver: Driver) {
    for _ in 0..200 {
        let (a, b) = UnixStream::pair().unwrap();
        let receiving = driver
            .spawn_waiting(async move {
                let mut buffer = [0; 64];
                let mut total = 0;
                while total < 9 {
                    total += a.recv(&mut buffer).await.unwrap();
                }
                total
            })
            .await;
        b.send(b"abc").await.unwrap();
        let carried = [b.as_raw_fd()];
        let rights = [ControlMessage::ScmRights(&carried)];
        let middle = [IoSlice::new(b"def")];
        sendmsg::<()>(b.as_raw_fd(), &middle, &rights, nix::sys::socket::MsgFlags::empty(), None)
            .unwrap();
        b.send(b"ghi").await.unwrap();
        assert_eq!(receiving.await, 9);
    }
}

async fn urgent_data_does_not_stop_receives(driver: Driver) {
    for _ in 0..200 {
        let (a, b) = tcp_streams();
        let receiving = driver
            .spawn_waiting(async move {
                let mut buffer = [0; 64];
                let mut received = Vec::new();
                while received.len() < 6 {
                    let n = a.recv(&mut buffer).await.unwrap();
                    received.extend_from_slice(&buffer[..n]);
                }
                received
            })
            .await;
        b.send(b"abc").await.unwrap();
        b.send_with_flags(b"!", MsgFlags::OOB).await.unwrap();
        b.send(b"def").await.unwrap();
        assert_eq!(receiving.await, b"abcdef");
    }
}

/// Receives stop between bytes that have credentials and bytes that have none (man 7 unix).
async fn a_change_of_credentials_in_a_unix_stream_does_not_stop_receives(driver: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    b.send(b"abc").await.unwrap();
    a.set_pass_credentials(true).unwrap();
    b.send(b"def").await.unwrap();
    let receiving = async move {
        let mut buffer = [0; 64];
        for part in [b"abc", b"def", b"ghi"] {
            let n = a.recv(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..n], part, "a receive stops where the credentials change");
        }
    };
    let receiving = driver.spawn_waiting(receiving).await;
    b.send(b"ghi").await.unwrap();
    receiving.await;
}

/// Who has received it leaves no sign of it to the poller, and the mark stays.
async fn urgent_data_that_was_received_by_itself_does_not_stop_receives(_: Driver) {
    let (a, b) = tcp_streams();
    let (mut buffer, mut byte) = ([0; 64], [0]);
    // Registered, and nothing is there.
    assert!(poll!(a.recv(&mut buffer)).is_pending());
    b.send(b"abc").await.unwrap();
    b.send_with_flags(b"!", MsgFlags::OOB).await.unwrap();
    b.send(b"def").await.unwrap();
    assert_eq!(a.recv_with_flags(&mut byte, MsgFlags::OOB).nonblocking().await.unwrap(), 1);
    assert_eq!(a.recv(&mut buffer).await.unwrap(), 3);
    assert_eq!(a.recv(&mut buffer).await.unwrap(), 3);
    assert_eq!((&byte, &buffer[..3]), (b"!", &b"def"[..]));
}

/// As many as one call takes are full, and more is there.
async fn buffers_past_the_limit_of_a_call_are_no_room(_: Driver) {
    const LIMIT: usize = 1_024;
    let (a, b) = tcp_streams();
    let mut bytes = [0; LIMIT + 100];
    let mut buffers: Vec<_> = bytes.chunks_mut(1).map(IoSliceMut::new).collect();
    assert!(poll!(a.recv_vectored(&mut buffers)).is_pending());
    for _ in 0..2 {
        b.send(&[b'.'; LIMIT * 2]).await.unwrap();
        assert_eq!(a.recv_vectored(&mut buffers).await.unwrap(), LIMIT);
        assert_eq!(a.recv_vectored(&mut buffers).await.unwrap(), LIMIT);
        b.send(&[b'.'; LIMIT * 2]).await.unwrap();
        let mut receive = async || poll_fn(|cx| a.poll_recv_vectored(cx, &mut buffers)).await;
        assert_eq!(receive().await.unwrap(), LIMIT);
        assert_eq!(receive().await.unwrap(), LIMIT);
    }
}

/// Urgent data as another program sends it, before and after the reader waits.
#[test]
fn urgent_data_of_python_does_not_stop_receives() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let script = "import socket, sys\n\
            s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n\
            s.sendall(b'abc'); s.send(b'!', socket.MSG_OOB); s.sendall(b'def')\n\
            sys.stdin.readline()\n\
            s.sendall(b'ghi')\n";
        let listener = berkeley::block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let mut child = Process::spawn(Command::new(python).args(["-c", script, &port]));
        berkeley::block_on(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            let mut buffer = [0; 64];
            loop {
                let n = stream.recv(&mut buffer).await.unwrap();
                if n == 0 {
                    break;
                }
                received.extend_from_slice(&buffer[..n]);
                if received == b"abcdef" {
                    child.give(b"\n");
                }
            }
            assert_eq!(received, b"abcdefghi");
        });
    });
}
