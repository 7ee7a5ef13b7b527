//! Packet addresses, between two ends of a cable of a network of the test's own.

use super::python_says;
use berkeley_core::address::{PacketAddress, PacketType};
use berkeley_core::{Address, Family, Interface, Kind, Protocol, Socket};
use berkeley_tests::{Network, PATIENCE, Process, in_network, peer};
use nix::libc;
use std::process::Command;

/// For local experiments: IEEE 802.
const ETHER_TYPE: u16 = 0x88B5;
const OURS: [u8; 6] = [2, 0, 0, 0, 0, 0x0A];
const THEIRS: [u8; 6] = [2, 0, 0, 0, 0, 0x0B];

/// Gives both ends of the cable their addresses, and returns ours.
fn cable(network: &Network) -> Interface {
    network.ip("link set here address 02:00:00:00:00:0a");
    network.ip("link set nobody address 02:00:00:00:00:0b");
    Interface::from_name("here").unwrap()
}

/// A socket that the kernel adds and takes headers for.
fn bound(address: &str) -> Socket {
    let family = Family::from_raw(libc::AF_PACKET);
    let socket = Socket::new(family, Kind::DGRAM, Protocol::DEFAULT).unwrap();
    socket.bind(address).unwrap();
    socket
}

fn packet(address: Address) -> PacketAddress {
    match address {
        Address::Packet(address) => address,
        other => panic!("{other}"),
    }
}

#[test]
fn a_bound_packet_socket_says_its_interface_and_hardware_as_python_reads_it() {
    in_network(PATIENCE, |network| {
        let here = cable(network);
        let socket = bound("packet:here:0x88b5");
        let address = packet(socket.local_addr().unwrap());
        assert_eq!((address.protocol, address.interface), (ETHER_TYPE, here));
        assert_eq!(address.interface.name().unwrap(), "here");
        assert_eq!((address.hardware_type, address.hardware()), (1, &OURS[..]));
        if let Some(line) = python_says(&socket, "s.getsockname()") {
            assert_eq!(line, r"('here', 34997, 0, 1, b'\x02\x00\x00\x00\x00\n')");
        }

        // Every interface: the protocol alone.
        let everywhere = packet(bound("packet::0x88b5").local_addr().unwrap());
        assert_eq!(everywhere, PacketAddress::new(Interface::ANY, ETHER_TYPE));
    });
}

#[test]
fn received_frames_say_who_sent_them_and_who_they_are_for() {
    in_network(PATIENCE, |network| {
        let here = cable(network);
        let Some(python) = peer("python3") else { return };
        network.ip("link set here promisc on");
        let socket = bound("packet:here:0x88b5");
        let script = "import socket, sys\n\
             s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n\
             s.bind(('nobody', 0))\n\
             for to in sys.argv[1:]:\n    \
                 s.send(bytes.fromhex(to + '02000000000b' + '88b5') + b'frame' * 12)";
        let cases = [
            ("02000000000a", PacketType::HOST),
            ("ffffffffffff", PacketType::BROADCAST),
            ("01005e000001", PacketType::MULTICAST),
            ("02000000000c", PacketType::OTHERHOST),
        ];
        let receivers = cases.map(|(to, _)| to);
        Process::spawn(Command::new(python).args(["-c", script]).args(receivers)).succeed();
        for (to, packet_type) in cases {
            let (n, from) = socket.recv_from(&mut [0; 100]).unwrap();
            let mut expected = PacketAddress::new(here, ETHER_TYPE).with_hardware(&THEIRS).unwrap();
            expected.hardware_type = 1;
            expected.packet_type = packet_type;
            assert_eq!((n, from), (60, Some(expected.into())), "{to}");
        }
    });
}

#[test]
fn a_frame_goes_to_the_hardware_address_that_is_named() {
    in_network(PATIENCE, |network| {
        let here = cable(network);
        let Some(python) = peer("python3") else { return };
        let script = "import socket\n\
             s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n\
             s.bind(('nobody', 0x88b5))\n\
             print('bound', flush=True)\n\
             for i in range(2):\n    \
                 frame, who = s.recvfrom(100)\n    \
                 print(frame.hex(), who[:4], who[4].hex(), flush=True)";
        let mut child = Process::spawn(Command::new(python).args(["-c", script]));
        assert_eq!(child.line(), "bound");

        // What is sent is also seen by sockets that look at every protocol.
        let watcher = bound("packet:here:3");
        let to = PacketAddress::new(here, ETHER_TYPE).with_hardware(&THEIRS).unwrap();
        let socket = bound("packet::0");
        assert_eq!(socket.send_to(b"hi", to).unwrap(), 2);
        let expected = "02000000000b02000000000a88b56869 ('nobody', 34997, 0, 1) 02000000000a";
        assert_eq!(child.line(), expected);
        let seen = loop {
            let (_, from) = watcher.recv_from(&mut [0; 100]).unwrap();
            match packet(from.unwrap()) {
                address if address.protocol == ETHER_TYPE => break address,
                _ => {}
            }
        };
        assert_eq!((seen.packet_type, seen.hardware()), (PacketType::OUTGOING, &OURS[..]));

        // As text.
        socket.send_to(b"ho", "packet:here:0x88b5:0:0:ff:ff:ff:ff:ff:ff").unwrap();
        let expected = "ffffffffffff02000000000a88b5686f ('nobody', 34997, 1, 1) 02000000000a";
        assert_eq!(child.line(), expected);
        child.succeed();
    });
}
