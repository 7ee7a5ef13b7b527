//! SCTP, messages in many streams over an association.

use crate::common::{
    Message, NO_FLAGS, another, connection, pattern, receive, send, send_to, waits_by_its_mode,
};
use crate::opens;
use berkeley_core::control::SendBuffer;
use berkeley_core::control::sctp::{ReceiveInfo, SendInfo};
use berkeley_core::option::sctp::{self, Events, Init, NoDelay, SctpEvents, SctpInit};
use berkeley_core::{Address, Family, Kind, MsgFlags, Protocol, Shutdown, Socket};
use berkeley_tests::{PATIENCE, balanced, family, ipv6};
use nix::libc;
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::time::Duration;

#[test]
fn streams_over_ipv4_open() {
    opens(libc::AF_INET, Kind::STREAM, libc::IPPROTO_SCTP);
}

#[test]
fn streams_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::STREAM, libc::IPPROTO_SCTP);
}

#[test]
fn seqpackets_over_ipv4_open() {
    opens(libc::AF_INET, Kind::SEQPACKET, libc::IPPROTO_SCTP);
}

#[test]
fn seqpackets_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::SEQPACKET, libc::IPPROTO_SCTP);
}

const LOOPBACKS: [(Family, &str); 2] = [(Family::INET, "127.0.0.1:0"), (Family::INET6, "[::1]:0")];

/// Runs a test body over IPv4, and over IPv6 where there is one.
fn over_both(kind: Kind, body: fn(Socket, &'static str)) {
    balanced(move || {
        for (protocol, address) in LOOPBACKS {
            let Some(socket) = family(protocol, kind, Protocol::SCTP) else { return };
            if protocol == Family::INET || ipv6() {
                body(socket, address);
            }
        }
    });
}

fn with(info: SendInfo) -> SendBuffer<'static> {
    let mut control = SendBuffer::new();
    control.push(info).unwrap();
    control
}

fn is_whole(message: &Message) -> bool {
    message.flags.contains(MsgFlags::EOR)
}

#[test]
fn one_to_one_associations_carry_messages_both_ways() {
    over_both(Kind::STREAM, |listener, address| {
        let (client, served) = connection(&listener, address);
        waits_by_its_mode(&served);
        for len in [1, 1_000, 50_000] {
            assert_eq!(client.send(&pattern(len)).unwrap(), len);
            assert_eq!(served.send(&pattern(len)).unwrap(), len);
        }
        for socket in [&client, &served] {
            for len in [1, 1_000, 50_000] {
                let message = receive(socket);
                assert!(message.bytes == pattern(len) && is_whole(&message), "{len}");
            }
            waits_by_its_mode(socket);
        }

        // A message in two receives: the second ends it.
        client.send(b"in two parts").unwrap();
        let mut few = [0; 6];
        let mut part = || {
            let buffers = &mut [IoSliceMut::new(&mut few)];
            let part = served.recv_from_vectored(buffers, NO_FLAGS).unwrap();
            (part.flags.contains(MsgFlags::EOR), few)
        };
        assert_eq!(part(), (false, *b"in two"));
        assert_eq!(part(), (true, *b" parts"));

        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(served.recv(&mut few).unwrap(), 0, "the end");
    });
}

#[test]
fn a_stream_and_a_protocol_come_with_a_message() {
    over_both(Kind::STREAM, |listener, address| {
        listener.set(Init, SctpInit { streams: 8, max_streams: 8, ..SctpInit::default() }).unwrap();
        listener.set(sctp::ReceiveInfo, true).unwrap();
        let (client, served) = connection(&listener, address);
        assert!(served.get(sctp::ReceiveInfo).unwrap(), "accepted sockets are as the listener");
        for (stream, sequence) in [(0, 0), (5, 0), (5, 1)] {
            let protocol = 0xDEAD_BEEF_u32;
            send(&client, b"x", &with(SendInfo { stream, protocol, ..SendInfo::default() }), None);
            let info = receive(&served).control.get::<ReceiveInfo>().expect("where it came");
            assert_eq!((info.stream, info.sequence, info.protocol), (stream, sequence, protocol));
        }
        // Out of order: SCTP_UNORDERED.
        send(&client, b"x", &with(SendInfo { flags: 1, ..SendInfo::default() }), None);
        let info = receive(&served).control.get::<ReceiveInfo>().unwrap();
        assert_eq!(info.flags & 1, 1);
        // A stream that was not agreed on.
        let info = SendInfo { stream: 60_000, ..SendInfo::default() };
        let sent = client.send_msg(&[IoSlice::new(b"x")], &with(info), NO_FLAGS, None);
        assert_eq!(sent.unwrap_err().raw_os_error(), Some(libc::EINVAL));

        assert!(!client.get(NoDelay).unwrap());
        client.set(NoDelay, true).unwrap();
        assert!(client.get(NoDelay).unwrap());
    });
}

#[test]
fn a_send_begins_the_association_of_a_one_to_many_socket() {
    over_both(Kind::SEQPACKET, |server, address| {
        server.bind(address).unwrap();
        server.listen(4).unwrap();
        server.set(sctp::ReceiveInfo, true).unwrap();
        waits_by_its_mode(&server);
        let at = server.local_addr().unwrap();
        let clients = [another(&server), another(&server)];
        for (n, client) in clients.iter().enumerate() {
            client.bind(address).unwrap();
            send_to(client, &pattern(n + 1), at);
        }
        let mut associations = Vec::new();
        for _ in &clients {
            let message = receive(&server);
            assert!(is_whole(&message));
            let client = &clients[message.bytes.len() - 1];
            let from: Address = message.from.expect("its sender");
            assert_eq!(from.port(), client.local_addr().unwrap().port());
            let info = message.control.get::<ReceiveInfo>().unwrap();
            associations.push(info.association);

            // The answer by address, and by association alone.
            send_to(&server, b"by address", from);
            assert_eq!(receive(client).bytes, b"by address");
            let association = SendInfo { association: info.association, ..SendInfo::default() };
            send(&server, b"by association", &with(association), None);
            let answer = receive(client);
            assert_eq!(answer.bytes, b"by association");
            assert_eq!(answer.from, Some(at));
        }
        associations.dedup();
        assert_eq!(associations.len(), 2);
        assert_eq!(server.get(sctp::Associations).unwrap(), 2);
        let error = server.send(b"to whom?").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EPIPE), "{error}");
    });
}

#[test]
fn events_come_as_messages_with_a_mark() {
    over_both(Kind::SEQPACKET, |server, address| {
        const ASSOCIATION_CHANGED: u16 = 0x8001;
        const SHUTDOWN: u16 = 0x8005;
        server.bind(address).unwrap();
        server.listen(4).unwrap();
        let events = SctpEvents { association: true, shutdown: true, ..SctpEvents::default() };
        server.set(Events, events).unwrap();
        assert_eq!(server.get(Events).unwrap(), events);
        let client = another(&server);
        send_to(&client, b"hello", server.local_addr().unwrap());
        let event = |kind: u16, state: Option<u16>| {
            let message = receive(&server);
            assert!(message.flags.contains(MsgFlags::NOTIFICATION), "{message:?}");
            // `sn_type`, `sn_flags`, `sn_length`, and of an association its state.
            assert_eq!(message.bytes[..2], kind.to_ne_bytes(), "{message:?}");
            if let Some(state) = state {
                assert_eq!(message.bytes[8..10], state.to_ne_bytes(), "{message:?}");
            }
        };
        event(ASSOCIATION_CHANGED, Some(0)); // SCTP_COMM_UP
        let message = receive(&server);
        assert!(!message.flags.contains(MsgFlags::NOTIFICATION));
        assert_eq!(message.bytes, b"hello");
        drop(client);
        event(SHUTDOWN, None);
        event(ASSOCIATION_CHANGED, Some(3)); // SCTP_SHUTDOWN_COMP
    });
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    over_both(Kind::STREAM, |socket, address| {
        let bound = another(&socket);
        bound.bind(address).unwrap();
        for timeout in [None, Some(PATIENCE / 4)] {
            let socket = another(&socket);
            socket.set_timeout(timeout).unwrap();
            let error = socket.connect(bound.local_addr().unwrap()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{timeout:?}: {error}");
        }
        let waits = another(&socket);
        waits.set_timeout(Some(Duration::ZERO)).unwrap();
        let error = waits.connect(bound.local_addr().unwrap()).unwrap_err();
        assert!(berkeley_core::is_connecting(&error), "{error}");
    });
}
