//! Vsock, awaited: this machine with itself.

use super::{balanced, carries_a_megabyte, on_two_drivers};
use crate::common::pattern;
use crate::vsock::{LOCAL, vsock};
use berkeley::net::{VsockListener, VsockSeqpacket, VsockSeqpacketListener, VsockStream};
use berkeley_core::Kind;
use berkeley_core::address::VsockAddress;
use berkeley_tests::{Process, peer};
use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use std::io::ErrorKind;
use std::process::Command;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(20);

#[test]
fn streams_connect_and_carry_bytes() {
    balanced(|| {
        if vsock(Kind::STREAM).is_none() {
            return;
        }
        on_two_drivers(|| async {
            let listener = VsockListener::bind(LOCAL).unwrap();
            let late = listener.accept().timeout(SHORT).await.unwrap_err();
            assert_eq!(late.kind(), ErrorKind::TimedOut);
            let at = listener.local_addr().unwrap();
            let (client, served) = futures::join!(VsockStream::connect(at), listener.accept());
            let (client, (served, from)) = (client.unwrap(), served.unwrap());
            assert_eq!(client.peer_addr().unwrap(), at);
            // A client that is not bound says CID_ANY of itself.
            assert_eq!((from.port, from.cid), (client.local_addr().unwrap().port, at.cid));
            carries_a_megabyte(&client, &served).await;

            // Halves, and the traits of futures.
            let (mut reads, mut writes) = client.into_split();
            writes.write_all(b"hello").await.unwrap();
            writes.close().await.unwrap();
            let mut all = String::new();
            (&served).read_to_string(&mut all).await.unwrap();
            assert_eq!(all, "hello");
            served.send_all(b"back").await.unwrap();
            drop(served);
            let mut all = Vec::new();
            reads.read_to_end(&mut all).await.unwrap();
            assert_eq!(all, b"back");
        });
    });
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    balanced(|| {
        if vsock(Kind::STREAM).is_none() {
            return;
        }
        on_two_drivers(|| async {
            let listener = VsockListener::bind(LOCAL).unwrap();
            let at = listener.local_addr().unwrap();
            drop(listener);
            let error = VsockStream::connect(at).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
        });
    });
}

#[test]
fn seqpackets_keep_their_bounds() {
    balanced(|| {
        if vsock(Kind::SEQPACKET).is_none() {
            return;
        }
        on_two_drivers(|| async {
            let listener = VsockSeqpacketListener::bind(LOCAL).unwrap();
            let at = listener.local_addr().unwrap();
            let (client, served) = futures::join!(VsockSeqpacket::connect(at), listener.accept());
            let (client, (served, _)) = (client.unwrap(), served.unwrap());
            let mut buffer = vec![0; 70_000];
            for len in [1, 100, 60_000] {
                assert_eq!(client.send(&pattern(len)).await.unwrap(), len);
                let n = served.recv(&mut buffer).await.unwrap();
                assert!(buffer[..n] == pattern(len), "{len}");
            }
            drop(client);
            assert_eq!(served.recv(&mut buffer).await.unwrap(), 0);
        });
    });
}

#[test]
fn socat_connects_and_is_connected_to() {
    balanced(|| {
        if vsock(Kind::STREAM).is_none() {
            return;
        }
        let Some(socat) = peer("socat") else { return };
        on_two_drivers(|| async {
            let listener = VsockListener::bind(LOCAL).unwrap();
            let VsockAddress { port, .. } = listener.local_addr().unwrap();
            let to_us = format!("VSOCK-CONNECT:1:{port}");
            let mut client = Process::spawn(Command::new(&socat).args(["-", &to_us]));
            let (served, peer) = listener.accept().await.unwrap();
            assert_eq!(peer.cid, VsockAddress::CID_LOCAL);
            client.give(b"from socat\n");
            let mut buffer = [0; 64];
            let n = served.recv(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..n], b"from socat\n");
            served.send_all(b"to socat\n").await.unwrap();
            assert_eq!(client.line(), "to socat");
            drop(served);
        });
    });
}
