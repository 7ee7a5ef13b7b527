//! Between virtual machines and their host: here a machine with itself.

use crate::common::{
    accepts_by_its_mode, another, carries_a_megabyte, connection, ends_each_way, pattern, receive,
    waits_by_its_mode,
};
use crate::opens;
use berkeley_core::address::{VsockAddress, vsock};
use berkeley_core::option::vsock::{BufferMaxSize, BufferSize, ConnectTimeout};
use berkeley_core::{Address, Family, Kind, MsgFlags, Protocol, Shutdown, Socket};
use berkeley_tests::{PATIENCE, balanced, family, kernel_lacks};
use nix::libc;
use std::io::{ErrorKind, IoSliceMut};
use std::thread;
use std::time::Duration;

const FAMILY: i32 = libc::AF_VSOCK;

#[test]
fn streams_open() {
    opens(FAMILY, Kind::STREAM, 0);
}

#[test]
fn seqpackets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}

/// Any port of this machine, of the loopback.
pub(crate) const LOCAL: VsockAddress =
    VsockAddress::new(VsockAddress::CID_LOCAL, VsockAddress::PORT_ANY);

/// A socket that can talk to this machine itself; `None` after a printed skip.
pub(crate) fn vsock(kind: Kind) -> Option<Socket> {
    let socket = family(Family::VSOCK, kind, Protocol::DEFAULT)?;
    if let Err(e) = another(&socket).bind(LOCAL) {
        kernel_lacks(&format!("no loopback of vsock: {e}"));
        return None;
    }
    Some(socket)
}

#[test]
fn streams_carry_bytes() {
    balanced(|| {
        let Some(listener) = vsock(Kind::STREAM) else { return };
        let (client, served) = connection(&listener, LOCAL);
        let Address::Vsock(at) = listener.local_addr().unwrap() else { panic!() };
        assert_eq!(at.cid, VsockAddress::CID_LOCAL);
        assert_ne!(at.port, VsockAddress::PORT_ANY);
        waits_by_its_mode(&served);
        carries_a_megabyte(&client, &served);
        ends_each_way(&client, &served);
    });
}

#[test]
fn seqpackets_keep_their_bounds() {
    balanced(|| {
        let Some(listener) = vsock(Kind::SEQPACKET) else { return };
        let (client, served) = connection(&listener, LOCAL);
        waits_by_its_mode(&served);
        // A megabyte, in messages.
        let lengths = [1, 100, 65_536, 64_000];
        let mut total = 0;
        while total < 1 << 20 {
            for len in lengths {
                let message = pattern(len);
                assert_eq!(client.send(&message).unwrap(), len);
                assert!(receive(&served).bytes == message, "{len} bytes");
                assert_eq!(served.send(&message[..len / 2]).unwrap(), len / 2);
                if len > 1 {
                    assert!(receive(&client).bytes == message[..len / 2], "{len} bytes");
                }
                total += len;
            }
        }
        // What does not fit is lost, and said so.
        client.send(b"a long message").unwrap();
        client.send(b"next").unwrap();
        let mut few = [0; 6];
        let received =
            served.recv_from_vectored(&mut [IoSliceMut::new(&mut few)], MsgFlags::empty()).unwrap();
        assert!(received.is_truncated(), "{received:?}");
        assert_eq!((received.len, &few), (6, b"a long"));
        assert_eq!(receive(&served).bytes, b"next");

        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(served.recv(&mut few).unwrap(), 0, "the end");
        served.send(b"still").unwrap();
        assert_eq!(receive(&client).bytes, b"still");
    });
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    balanced(|| {
        let Some(socket) = vsock(Kind::STREAM) else { return };
        let bound = another(&socket);
        bound.bind(LOCAL).unwrap();
        let at = bound.local_addr().unwrap();
        for timeout in [None, Some(PATIENCE / 4)] {
            let socket = another(&socket);
            socket.set_timeout(timeout).unwrap();
            let error = socket.connect(at).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{timeout:?}: {error}");
        }
        let taken = another(&socket).bind(at).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse, "{taken}");
    });
}

#[test]
fn shutdown_ends_one_direction() {
    balanced(|| {
        let Some(listener) = vsock(Kind::STREAM) else { return };
        let (client, served) = connection(&listener, LOCAL);
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(served.recv(&mut [0; 8]).unwrap(), 0);
        assert_eq!(client.send(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert_eq!(served.send(b"back").unwrap(), 4);
        assert_eq!(receive(&client).bytes, b"back");
        drop(served);
        assert_eq!(client.recv(&mut [0; 8]).unwrap(), 0);
    });
}

#[test]
fn a_buffer_holds_what_its_option_says() {
    balanced(|| {
        let Some(listener) = vsock(Kind::STREAM) else { return };
        listener.set(BufferMaxSize, 1 << 20).unwrap();
        listener.set(BufferSize, 8_192).unwrap();
        let (client, served) = connection(&listener, LOCAL);
        assert_eq!(served.get(BufferSize).unwrap(), 8_192, "accepted sockets are as the listener");
        client.set_timeout(Some(Duration::ZERO)).unwrap();
        let mut sent = 0;
        let full = loop {
            match client.send(&[1; 1_024]) {
                Ok(n) => sent += n,
                Err(e) => break e,
            }
        };
        assert_eq!(full.kind(), ErrorKind::WouldBlock);
        assert_eq!(sent, 8_192, "as much as the receiver has room for");
        // Room at the receiver ends a wait.
        client.set_timeout(Some(PATIENCE / 4)).unwrap();
        thread::scope(|scope| {
            let more = scope.spawn(|| client.send_all(&[2; 8_192]));
            let mut came = 0;
            while came < 16_384 {
                came += served.recv(&mut [0; 4_096]).unwrap();
            }
            more.join().unwrap().unwrap();
        });
    });
}

#[test]
fn the_local_context_can_be_bound_to() {
    balanced(|| {
        let Some(socket) = vsock(Kind::STREAM) else { return };
        let local = vsock::local_cid().unwrap();
        socket.bind(VsockAddress::new(local, VsockAddress::PORT_ANY)).unwrap();
        let Address::Vsock(at) = socket.local_addr().unwrap() else { panic!() };
        assert_eq!(at.cid, local);
        let elsewhere = VsockAddress::new(0x7777_7777, VsockAddress::PORT_ANY);
        let error = another(&socket).bind(elsewhere).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable, "{error}");
        socket.set(ConnectTimeout, Some(Duration::from_secs(1))).unwrap();
        assert_eq!(socket.get(ConnectTimeout).unwrap(), Some(Duration::from_secs(1)));
        socket.listen(1).unwrap();
        accepts_by_its_mode(&socket);
    });
}
