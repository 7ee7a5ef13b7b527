//! Receives that get less than they asked for, and what is behind: an end, a descriptor, urgent
//! data.

use crate::drivers::{Driver, tcp_streams};
use berkeley::{MsgFlags, Socket, TcpListener, UnixStream};
use berkeley_tests::{PATIENCE, Process, bounded, peer};
use nix::sys::socket::{ControlMessage, sendmsg};
use std::io::IoSlice;
use std::os::fd::AsRawFd;
use std::process::Command;

on_every_driver! {
    the_end_behind_data_is_received
    the_end_behind_data_of_a_unix_stream_is_received
    a_descriptor_in_a_unix_stream_does_not_stop_receives
    urgent_data_does_not_stop_receives
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
