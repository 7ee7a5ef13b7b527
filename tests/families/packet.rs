//! Frames of a network interface.

use crate::common::{another, receive, send_to, waits_by_its_mode};
use crate::opens;
use berkeley_core::address::{PacketAddress, PacketType};
use berkeley_core::constant::EtherType;
use berkeley_core::control::packet::AuxiliaryData as Auxiliary;
use berkeley_core::option::packet::AuxiliaryData;
use berkeley_core::{Address, Family, Interface, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, balanced, family, in_network, udp};
use nix::libc;
use std::io::IoSliceMut;

const FAMILY: i32 = libc::AF_PACKET;

#[test]
fn raw_sockets_open() {
    opens(FAMILY, Kind::RAW, 0);
}

#[test]
fn datagrams_open() {
    opens(FAMILY, Kind::DGRAM, 0);
}

/// A protocol for experiments, of IEEE.
const EXPERIMENT: u16 = 0x88B5;

/// Runs a test body in a network with a wire between `here` and `nobody`.
fn on_a_wire(kind: Kind, body: impl FnOnce(Socket, [Interface; 2]) + Send + 'static) {
    balanced(move || {
        in_network(PATIENCE / 3, move |network| {
            let Some(socket) = family(Family::PACKET, kind, Protocol::DEFAULT) else { return };
            network.ip("link set nobody address 02:00:00:00:00:02");
            body(socket, ["here", "nobody"].map(|name| Interface::from_name(name).unwrap()));
        });
    });
}

#[test]
fn a_frame_crosses_a_wire() {
    on_a_wire(Kind::RAW, |sender, [here, there]| {
        let receiver = another(&sender);
        receiver.bind(PacketAddress::new(there, EXPERIMENT)).unwrap();
        let Address::Packet(bound) = receiver.local_addr().unwrap() else { panic!() };
        assert_eq!((bound.interface, bound.protocol), (there, EXPERIMENT));
        assert_eq!(bound.hardware(), [2, 0, 0, 0, 0, 2]);
        waits_by_its_mode(&receiver);

        let to_it = [2, 0, 0, 0, 0, 2];
        let frame = [&to_it[..], &[2, 0, 0, 0, 0, 9], &EXPERIMENT.to_be_bytes(), b"payload"];
        send_to(&sender, &frame.concat(), PacketAddress::new(here, EXPERIMENT));
        let message = receive(&receiver);
        assert_eq!(message.bytes, frame.concat());
        let Some(Address::Packet(from)) = message.from else { panic!("{message:?}") };
        assert_eq!((from.interface, from.protocol), (there, EXPERIMENT));
        assert_eq!(from.packet_type, PacketType::HOST);
        assert_eq!((from.hardware_type, from.hardware()), (1, &[2, 0, 0, 0, 0, 9][..]));

        // For another, and for all.
        for (first, kind) in [(0x04, PacketType::OTHERHOST), (0xFF, PacketType::BROADCAST)] {
            let to = [first; 6].map(|byte| if first == 4 { byte & 0xFE } else { byte });
            let frame = [&to[..], &frame[1..].concat()].concat();
            send_to(&sender, &frame, PacketAddress::new(here, EXPERIMENT));
            let Some(Address::Packet(from)) = receive(&receiver).from else { panic!() };
            assert_eq!(from.packet_type, kind);
        }
    });
}

#[test]
fn a_datagram_is_sent_to_a_hardware_address() {
    on_a_wire(Kind::DGRAM, |sender, [here, there]| {
        let receiver = another(&sender);
        receiver.bind(format!("packet:nobody:{EXPERIMENT}")).unwrap();
        let to = PacketAddress::new(here, EXPERIMENT).with_hardware(&[2, 0, 0, 0, 0, 2]).unwrap();
        send_to(&sender, b"without a header", to);
        let message = receive(&receiver);
        assert_eq!(message.bytes, b"without a header");
        let Some(Address::Packet(from)) = message.from else { panic!("{message:?}") };
        assert_eq!((from.interface, from.packet_type), (there, PacketType::HOST));
    });
}

#[test]
fn auxiliary_data_tells_the_length_of_what_was_cut() {
    on_a_wire(Kind::DGRAM, |receiver, _| {
        let lo = Interface::from_name("lo").unwrap();
        receiver.bind(PacketAddress::new(lo, EtherType::IP.raw())).unwrap();
        receiver.set(AuxiliaryData, true).unwrap();
        let (one, two) = (udp(), udp());
        one.send_to(&[7; 100], two.local_addr().unwrap()).unwrap();
        let message = receive(&receiver);
        let data = message.control.get::<Auxiliary>().expect("auxiliary data");
        let len = u32::try_from(message.bytes.len()).unwrap();
        assert_eq!((data.length, data.captured, data.vlan), (len, len, None));
        assert_eq!(len, 20 + 8 + 100);

        one.send_to(&[7; 100], two.local_addr().unwrap()).unwrap();
        let mut control = berkeley_core::control::RecvBuffer::with_capacity(256);
        let mut few = [0; 20];
        let buffers = &mut [IoSliceMut::new(&mut few)];
        let received = receiver.recv_msg(buffers, &mut control, MsgFlags::empty()).unwrap();
        assert!(received.is_truncated());
        assert_eq!(few[0] >> 4, 4, "a header of IPv4");
        assert_eq!(control.get::<Auxiliary>().unwrap().length, 128);
    });
}
