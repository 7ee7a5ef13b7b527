//! The router between a Qualcomm chip's processors: here with one of them, this one.

use crate::common::{another, receive, send_to, waits_by_its_mode};
use crate::opens;
use berkeley_core::address::QipcrtrAddress;
use berkeley_core::{Address, Family, Kind, Protocol, Socket};
use berkeley_tests::{balanced, family};
use nix::libc;

/// `AF_QIPCRTR`, which the libc crate does not have here.
const FAMILY: i32 = 42;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::DGRAM, 0);
}

/// A socket on a free port, and its address.
fn bound() -> Option<(Socket, QipcrtrAddress)> {
    let socket = family(Family::QIPCRTR, Kind::DGRAM, Protocol::DEFAULT)?;
    let Address::Qipcrtr(unbound) = socket.local_addr().unwrap() else { panic!() };
    socket.bind(QipcrtrAddress { port: 0, ..unbound }).expect("bind");
    let Address::Qipcrtr(address) = socket.local_addr().unwrap() else { panic!() };
    assert_eq!(address.node, unbound.node);
    assert_ne!(address.port, 0);
    Some((socket, address))
}

#[test]
fn datagrams_go_both_ways() {
    balanced(|| {
        let Some((one, at_one)) = bound() else { return };
        let (two, at_two) = bound().unwrap();
        assert_ne!(at_one, at_two);
        waits_by_its_mode(&two);
        send_to(&one, b"there", at_two);
        let message = receive(&two);
        assert_eq!((&message.bytes[..], message.from), (&b"there"[..], Some(at_one.into())));
        // By text, to where it came from.
        send_to(&two, b"and back", message.from.unwrap().to_string());
        let mut bytes = [0; 64];
        let (n, from) = one.recv_from(&mut bytes).unwrap();
        assert_eq!((&bytes[..n], from), (&b"and back"[..], Some(at_two.into())));

        one.connect(at_two).unwrap();
        assert_eq!(one.peer_addr().unwrap(), at_two.into());
        for len in [1, 60_000] {
            assert_eq!(one.send(&crate::common::pattern(len)).unwrap(), len);
            assert!(receive(&two).bytes == crate::common::pattern(len));
        }
        let taken = another(&one).bind(at_two).unwrap_err();
        assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse, "{taken}");
    });
}

#[test]
fn a_socket_that_sends_gets_a_port() {
    balanced(|| {
        let Some((receiver, at)) = bound() else { return };
        let sender = another(&receiver);
        send_to(&sender, b"x", at);
        assert_eq!(receive(&receiver).from, Some(sender.local_addr().unwrap()));
    });
}

#[test]
fn a_node_or_port_that_is_not_there_is_an_error() {
    balanced(|| {
        let Some((socket, at)) = bound() else { return };
        // Behind those that the kernel gives: what one test gives up, another is given.
        let nobody = QipcrtrAddress { node: at.node, port: 0x8000 };
        let error = socket.send_to(b"x", nobody).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENODEV), "{error}");
        let far = QipcrtrAddress { node: at.node + 7, port: 1 };
        let error = socket.send_to(b"x", far).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ECONNRESET), "{error}");
        let error = another(&socket).bind(QipcrtrAddress { node: at.node + 7, port: 0 });
        assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EINVAL));
        let error = another(&socket).bind(QipcrtrAddress { node: 0, port: 0 });
        assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EINVAL));
        let error = another(&socket).send(b"x").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOTCONN), "{error}");
    });
}

/// `struct qrtr_ctrl_pkt`: a command and four numbers.
fn control(command: u32, numbers: [u32; 4]) -> Vec<u8> {
    let [a, b, c, d] = numbers;
    [command, a, b, c, d].map(u32::to_le_bytes).concat()
}

const NEW_SERVER: u32 = 4;
const DEL_SERVER: u32 = 5;
const NEW_LOOKUP: u32 = 10;

#[test]
fn the_name_service_tells_of_servers_that_come_and_go() {
    balanced(|| {
        const SERVICE: u32 = 0xBE7C;
        let Some((client, at_client)) = bound() else { return };
        let (server, at_server) = bound().unwrap();
        let names = QipcrtrAddress { port: QipcrtrAddress::PORT_CONTROL, ..at_client };
        send_to(&client, &control(NEW_LOOKUP, [SERVICE, 0, 0, 0]), names);
        let told = receive(&client);
        assert_eq!(told.from, Some(names.into()));
        assert_eq!(told.bytes, control(NEW_SERVER, [0; 4]), "the end of those that there are");

        let entry = [SERVICE, 1, at_server.node, at_server.port];
        send_to(&server, &control(NEW_SERVER, entry), names);
        assert_eq!(receive(&client).bytes, control(NEW_SERVER, entry));
        // The server is found by what the service says of it.
        send_to(&client, b"request", QipcrtrAddress { node: entry[2], port: entry[3] });
        // The service may have told it something before.
        let mut from = std::iter::repeat_with(|| receive(&server).from.unwrap());
        let from = from.find(|from| *from != names.into());
        assert_eq!(from, Some(at_client.into()));
        drop(server);
        assert_eq!(receive(&client).bytes, control(DEL_SERVER, entry));
    });
}
