//! TIPC, messages between the nodes of a cluster: here within one node, each test with service
//! types of its own.

use crate::common::{
    accepts_by_its_mode, another, carries_a_megabyte, connection, pattern, receive, receive_with,
    send_to, waits_by_its_mode,
};
use crate::opens;
use berkeley_core::address::{TipcAddress, TipcScope};
use berkeley_core::control::tipc::{DestinationName, Rejected, ReturnedData};
use berkeley_core::option::tipc::{
    ConnectTimeout, DestinationDroppable, Importance, ReceiveQueue, TipcImportance,
};
use berkeley_core::{Address, Family, Kind, MsgFlags, Protocol, Shutdown, Socket};
use berkeley_tests::{PATIENCE, balanced, family, join};
use nix::libc;
use std::io::ErrorKind;
use std::thread;
use std::time::Duration;

const FAMILY: i32 = libc::AF_TIPC;

#[test]
fn streams_open() {
    opens(FAMILY, Kind::STREAM, 0);
}

#[test]
fn seqpackets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}

#[test]
fn reliable_datagrams_open() {
    opens(FAMILY, Kind::RDM, 0);
}

#[test]
fn datagrams_open() {
    opens(FAMILY, Kind::DGRAM, 0);
}

pub(crate) fn tipc(kind: Kind) -> Option<Socket> {
    family(Family::TIPC, kind, Protocol::DEFAULT)
}

/// The address of one socket.
fn id(socket: &Socket) -> Address {
    let address = socket.local_addr().expect("its address");
    assert!(matches!(address, Address::Tipc(TipcAddress::Id { .. })), "{address}");
    assert_eq!(address.to_string().parse(), Ok(address));
    address
}

#[test]
fn streams_connect_by_the_name_of_a_service() {
    balanced(|| {
        let Some(listener) = tipc(Kind::STREAM) else { return };
        const SERVICE: u32 = 7_001;
        listener.bind(TipcAddress::name_seq(SERVICE, 10, 20)).unwrap();
        listener.listen(4).unwrap();
        accepts_by_its_mode(&listener);
        let client = another(&listener);
        client.set_timeout(Some(PATIENCE / 4)).unwrap();
        let connecting =
            thread::spawn(move || client.connect(TipcAddress::name(SERVICE, 15)).map(|()| client));
        let (served, peer) = listener.accept().unwrap();
        let client = join(connecting).expect("connect");
        client.set_timeout(None).unwrap();
        assert_eq!(peer, id(&client));
        assert_eq!(served.peer_addr().unwrap(), id(&client));
        assert_eq!(client.peer_addr().unwrap(), id(&served));
        waits_by_its_mode(&served);
        carries_a_megabyte(&client, &served);
    });
}

#[test]
fn streams_connect_to_a_socket() {
    balanced(|| {
        let Some(listener) = tipc(Kind::STREAM) else { return };
        let (client, served) = connection(&listener, "tipc:name:7002:1");
        carries_a_megabyte(&client, &served);
    });
}

#[test]
fn seqpackets_keep_their_bounds() {
    balanced(|| {
        let Some(listener) = tipc(Kind::SEQPACKET) else { return };
        let (client, served) = connection(&listener, "tipc:nameseq:7003:0:9:node");
        for len in [1, 1_000, 60_000, 66_000] {
            let message = pattern(len);
            assert_eq!(client.send(&message).unwrap(), len);
            assert_eq!(served.send(&message).unwrap(), len);
        }
        for socket in [&client, &served] {
            for len in [1, 1_000, 60_000, 66_000] {
                assert!(receive(socket).bytes == pattern(len), "{len}");
            }
            waits_by_its_mode(socket);
        }
        // What does not fit is lost, and said so.
        client.send(b"a long message").unwrap();
        let mut few = [0; 6];
        let buffers = &mut [std::io::IoSliceMut::new(&mut few)];
        let received = served.recv_from_vectored(buffers, MsgFlags::empty()).unwrap();
        assert!(received.is_truncated());
        assert_eq!((received.len, &few), (6, b"a long"));
        waits_by_its_mode(&served);

        client.shutdown(Shutdown::Both).unwrap();
        assert_eq!(served.recv(&mut few).unwrap(), 0, "an orderly end");
    });
}

#[test]
fn datagrams_go_to_names_and_to_sockets() {
    balanced(|| {
        go_to_names_and_to_sockets(Kind::RDM, 7_004);
        go_to_names_and_to_sockets(Kind::DGRAM, 7_005);
    });
}

fn go_to_names_and_to_sockets(kind: Kind, service: u32) {
    let Some(receiver) = tipc(kind) else { return };
    let sender = another(&receiver);
    receiver.bind(TipcAddress::name(service, 5)).unwrap();
    receiver.bind(TipcAddress::name_seq(service, 100, 200)).unwrap();
    waits_by_its_mode(&receiver);
    send_to(&sender, b"by name", TipcAddress::name(service, 150));
    let message = receive(&receiver);
    assert_eq!((&message.bytes[..], message.from), (&b"by name"[..], Some(id(&sender))));
    let to = message.control.get::<DestinationName>();
    assert_eq!(to, Some(DestinationName { kind: service, lower: 150, upper: 150 }));

    send_to(&receiver, b"to a socket", id(&sender));
    let message = receive(&sender);
    assert_eq!((&message.bytes[..], message.from), (&b"to a socket"[..], Some(id(&receiver))));
    assert_eq!(message.control.get::<DestinationName>(), None);

    // Connected, there is no need to name it again.
    sender.connect(TipcAddress::name(service, 5)).unwrap();
    assert_eq!(sender.send(b"again").unwrap(), 5);
    assert_eq!(receive(&receiver).bytes, b"again");
    let none = sender.send_to(b"x", TipcAddress::name(service, 6)).unwrap_err();
    assert_eq!(none.raw_os_error(), Some(libc::EHOSTUNREACH), "{none}");

    // A negative scope takes the name back.
    let withdrawn = TipcAddress::NameSeq {
        service,
        lower: 100,
        upper: 200,
        scope: TipcScope::from_raw(-TipcScope::CLUSTER.raw()),
    };
    receiver.bind(withdrawn).unwrap();
    let gone = sender.send_to(b"x", TipcAddress::name(service, 150)).unwrap_err();
    assert_eq!(gone.raw_os_error(), Some(libc::EHOSTUNREACH), "{gone}");
}

#[test]
fn a_multicast_reaches_every_socket_of_its_range() {
    balanced(|| {
        let Some(sender) = tipc(Kind::RDM) else { return };
        const SERVICE: u32 = 7_006;
        let bound = |lower, upper| {
            let socket = another(&sender);
            socket.bind(TipcAddress::name_seq(SERVICE, lower, upper)).unwrap();
            socket
        };
        let (first, second, outside) = (bound(0, 9), bound(5, 19), bound(100, 100));
        send_to(&sender, b"to all", TipcAddress::name_seq(SERVICE, 0, 19));
        for socket in [&first, &second] {
            let message = receive(socket);
            assert_eq!((&message.bytes[..], message.from), (&b"to all"[..], Some(id(&sender))));
            let to = message.control.get::<DestinationName>();
            assert_eq!(to, Some(DestinationName { kind: SERVICE, lower: 0, upper: 19 }));
        }
        send_to(&sender, b"to one", TipcAddress::name_seq(SERVICE, 0, 4));
        assert_eq!(receive(&first).bytes, b"to one");
        for socket in [&first, &second, &outside] {
            waits_by_its_mode(socket);
        }
    });
}

#[test]
fn a_message_that_nobody_took_comes_back() {
    balanced(|| {
        let Some(sender) = tipc(Kind::RDM) else { return };
        const SERVICE: u32 = 7_007;
        assert!(sender.get(DestinationDroppable).unwrap());
        sender.set(DestinationDroppable, false).unwrap();
        let receiver = another(&sender);
        receiver.bind(TipcAddress::name(SERVICE, 1)).unwrap();
        let gone = id(&receiver);
        send_to(&sender, b"for a name", TipcAddress::name(SERVICE, 1));
        receive_with(&receiver, MsgFlags::PEEK);
        drop(receiver);
        let message = receive(&sender);
        assert_eq!(message.bytes, b"");
        let rejected = message.control.get::<Rejected>().expect("why it came back");
        assert_eq!((rejected.code, rejected.length), (2, 10), "TIPC_ERR_NO_PORT: {message:?}");
        let to = message.control.get::<DestinationName>();
        assert_eq!(to, Some(DestinationName { kind: SERVICE, lower: 1, upper: 1 }));
        let returned = message.control.get::<ReturnedData>();
        assert_eq!(returned, Some(ReturnedData(b"for a name".to_vec())));

        // To a socket that is gone.
        send_to(&sender, b"for a socket", gone);
        let message = receive(&sender);
        let rejected = message.control.get::<Rejected>().expect("why it came back");
        assert_eq!((rejected.code, rejected.length), (2, 12), "TIPC_ERR_NO_PORT: {message:?}");
        let returned = message.control.get::<ReturnedData>();
        assert_eq!(returned, Some(ReturnedData(b"for a socket".to_vec())));
    });
}

/// The topology server: `struct tipc_subscr` to it, `struct tipc_event` from it.
#[test]
fn the_topology_server_tells_of_services_that_come_and_go() {
    balanced(|| {
        const TOPOLOGY: TipcAddress = TipcAddress::name(1, 1);
        const SERVICE: u32 = 7_008;
        const FOREVER: u32 = u32::MAX;
        const EACH: u32 = 1; // TIPC_SUB_PORTS
        let Some(topology) = tipc(Kind::SEQPACKET) else { return };
        topology.connect(TOPOLOGY).unwrap();
        let subscription = [SERVICE, 0, 100, FOREVER, EACH].map(u32::to_ne_bytes).concat();
        let subscription = [&subscription[..], b"handle!!"].concat();
        assert_eq!(topology.send(&subscription).unwrap(), 28);
        waits_by_its_mode(&topology);

        let service = another(&topology);
        service.bind(TipcAddress::name_seq(SERVICE, 50, 200)).unwrap();
        let Address::Tipc(TipcAddress::Id { node, reference }) = id(&service) else {
            panic!("it has an id");
        };
        let expect = |kind: u32| {
            let event = receive(&topology).bytes;
            // The event, the range as bound, the socket, and the subscription.
            let head = [kind, 50, 200, reference, node].map(u32::to_ne_bytes).concat();
            assert_eq!(event, [head, subscription.clone()].concat());
        };
        expect(1); // TIPC_PUBLISHED
        drop(service);
        expect(2); // TIPC_WITHDRAWN
    });
}

#[test]
fn importance_and_queue_are_options() {
    balanced(|| {
        let Some(receiver) = tipc(Kind::RDM) else { return };
        receiver.bind(TipcAddress::name(7_009, 1)).unwrap();
        let sender = another(&receiver);
        assert_eq!(sender.get(Importance).unwrap(), TipcImportance::LOW);
        sender.set(Importance, TipcImportance::CRITICAL).unwrap();
        assert_eq!(sender.get(Importance).unwrap(), TipcImportance::CRITICAL);
        send_to(&sender, b"important", TipcAddress::name(7_009, 1));
        assert_eq!(receiver.get(ReceiveQueue).unwrap(), 1);
        assert_eq!(receive(&receiver).bytes, b"important");
        assert_eq!(receiver.get(ReceiveQueue).unwrap(), 0);
    });
}

#[test]
fn a_connect_to_nobody_fails_and_to_who_does_not_answer_ends_in_time() {
    balanced(|| {
        let Some(socket) = tipc(Kind::STREAM) else { return };
        let error = socket.connect(TipcAddress::name(7_010, 1)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EHOSTUNREACH), "{error}");
        // Bound, and not listening.
        let bound = another(&socket);
        bound.bind(TipcAddress::name(7_010, 1)).unwrap();
        for timeout in [None, Some(PATIENCE / 4)] {
            let socket = another(&socket);
            socket.set(ConnectTimeout, Duration::from_secs(10)).unwrap();
            socket.set_timeout(timeout).unwrap();
            let error = socket.connect(TipcAddress::name(7_010, 1)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{timeout:?}: {error}");
        }
        // Types below 64 are the system's.
        let error = another(&socket).bind(TipcAddress::name(63, 1)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EACCES), "{error}");
        let error = another(&socket).bind(TipcAddress::name_seq(7_010, 5, 4)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}");
    });
}

#[test]
fn a_connect_without_waiting_is_finished_later() {
    balanced(|| {
        let Some(listener) = tipc(Kind::STREAM) else { return };
        listener.bind(TipcAddress::name(7_011, 1)).unwrap();
        listener.listen(4).unwrap();
        let client = another(&listener);
        client.set_timeout(Some(Duration::ZERO)).unwrap();
        let error = client.connect(TipcAddress::name(7_011, 1)).unwrap_err();
        assert!(berkeley_core::is_connecting(&error), "{error}");
        let (served, _) = listener.accept().unwrap();
        assert!(client.wait(berkeley_core::Interest::Writable, Some(PATIENCE / 4)).unwrap());
        assert!(client.finish_connect().unwrap());
        assert_eq!(client.send(b"now").unwrap(), 3);
        assert_eq!(receive(&served).bytes, b"now");
    });
}

#[test]
fn sockets_come_in_pairs() {
    balanced(|| {
        for kind in [Kind::STREAM, Kind::SEQPACKET, Kind::RDM] {
            if tipc(kind).is_none() {
                return;
            }
            let (one, two) = Socket::pair(Family::TIPC, kind, Protocol::DEFAULT).unwrap();
            assert_eq!(one.send(b"to you").unwrap(), 6);
            assert_eq!(receive(&two).bytes, b"to you");
            assert_eq!(two.peer_addr().unwrap(), id(&one));
            if kind != Kind::RDM {
                one.shutdown(Shutdown::Both).unwrap();
                assert_eq!(two.recv(&mut [0; 8]).unwrap(), 0);
                // Half of a connection does not end here.
                let error = two.shutdown(Shutdown::Write).unwrap_err();
                assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}");
            }
        }
    });
}
