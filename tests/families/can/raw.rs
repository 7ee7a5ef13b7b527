//! Frames as they are on the bus.

use super::{on_buses, open, raw};
use crate::common::{another, receive, send_to, waits_by_its_mode};
use berkeley_core::address::CanAddress;
use berkeley_core::can::{CanAnyFrame, CanErrors, CanFdFlags, CanFdFrame, CanFrame, CanId};
use berkeley_core::option::can::{
    CanFilter, ErrorFilter, FdFrames, Filters, JoinFilters, Loopback, ReceiveOwn, XlFrames,
};
use berkeley_core::{Address, Interface, MsgFlags, Protocol, Socket};
use nix::libc;
use std::io::ErrorKind;
use std::process::Command;

fn id(number: u32) -> CanId {
    CanId::standard(number).unwrap()
}

fn frame(number: u32, data: &[u8]) -> CanFrame {
    CanFrame::new(id(number), data).unwrap()
}

fn give(socket: &Socket, frame: CanFrame) {
    assert_eq!(socket.send(&frame.encode()).expect("send"), CanFrame::SIZE);
}

/// The next frame.
fn take(socket: &Socket) -> CanFrame {
    CanFrame::decode(&receive(socket).bytes).expect("a frame")
}

#[test]
fn a_frame_reaches_every_other_socket_of_its_bus() {
    on_buses(Protocol::CAN_RAW, |[bus, other_bus]| {
        let (sender, one, two) = (raw(bus), raw(bus), raw(bus));
        let elsewhere = raw(other_bus);
        assert_eq!(one.local_addr().unwrap(), CanAddress::bus(bus).into());
        for sent in [
            frame(0x123, &[1, 2, 3]),
            frame(0x7FF, &[]),
            CanFrame::new(CanId::extended(0x1FFF_FFFF).unwrap(), &[0xFF; 8]).unwrap(),
            CanFrame::remote(id(0x42), 4).unwrap(),
        ] {
            give(&sender, sent);
            for socket in [&one, &two] {
                let message = receive(socket);
                assert_eq!(CanFrame::decode(&message.bytes).unwrap(), sent);
                assert_eq!(message.from, Some(CanAddress::bus(bus).into()));
                // A frame of this host, though not of this socket.
                assert!(message.flags.contains(MsgFlags::DONTROUTE), "{:?}", message.flags);
                assert!(!message.flags.contains(MsgFlags::CONFIRM), "{:?}", message.flags);
            }
        }
        for socket in [&sender, &one, &elsewhere] {
            waits_by_its_mode(socket);
        }
    });
}

#[test]
fn a_socket_receives_its_own_frames_if_it_wants_to() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let (socket, other) = (raw(bus), raw(bus));
        assert!(!socket.get(ReceiveOwn).unwrap());
        socket.set(ReceiveOwn, true).unwrap();
        assert!(socket.get(ReceiveOwn).unwrap());
        give(&socket, frame(1, b"own"));
        let message = receive(&socket);
        assert_eq!(CanFrame::decode(&message.bytes).unwrap(), frame(1, b"own"));
        assert!(message.flags.contains(MsgFlags::CONFIRM), "{:?}", message.flags);
        assert_eq!(take(&other), frame(1, b"own"));

        assert!(socket.get(Loopback).unwrap());
        socket.set(Loopback, false).unwrap();
        give(&socket, frame(2, b"alone"));
        socket.set(Loopback, true).unwrap();
        give(&socket, frame(3, b"heard"));
        assert_eq!(take(&other), frame(3, b"heard"), "without a loopback nobody here hears it");
    });
}

#[test]
fn a_socket_of_every_bus_says_which_one_a_frame_came_by() {
    on_buses(Protocol::CAN_RAW, |[first, second]| {
        let every = raw(Interface::ANY);
        let local = every.local_addr().unwrap();
        assert_eq!(local, CanAddress::bus(Interface::ANY).into());
        assert_eq!(local.to_string(), "can:");
        for bus in [first, second] {
            give(&raw(bus), frame(5, b"here"));
            let message = receive(&every);
            assert_eq!(message.from, Some(CanAddress::bus(bus).into()));
            let mut bytes = [0; 16];
            give(&raw(bus), frame(6, b""));
            let (n, from) = every.recv_from(&mut bytes).unwrap();
            assert_eq!((n, from), (16, Some(CanAddress::bus(bus).into())));

            // It sends to one bus, by an address or its text.
            let listener = raw(bus);
            send_to(&every, &frame(7, b"to").encode(), CanAddress::bus(bus));
            assert_eq!(take(&listener), frame(7, b"to"));
            send_to(&every, &frame(8, b"name").encode(), format!("can:{bus}"));
            assert_eq!(take(&listener), frame(8, b"name"));
        }
        let error = every.send(&frame(9, b"").encode()).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENXIO), "to no bus: {error}");
        let nowhere = CanAddress::bus(Interface::from_index(9_999));
        let error = every.send_to(&frame(9, b"").encode(), nowhere).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENXIO), "{error}");
        let error = another(&every).bind(nowhere).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENODEV), "{error}");
        let error = another(&every).bind("can:no-such-bus").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    });
}

#[test]
fn filters_choose_the_frames_that_come() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let (sender, receiver) = (raw(bus), raw(bus));
        assert_eq!(receiver.get(Filters).unwrap(), [CanFilter::EVERY]);
        let send_some = || (0x100..0x104).for_each(|number| give(&sender, frame(number, &[])));
        let came = |expected: &[u32]| {
            send_some();
            for number in expected {
                assert_eq!(take(&receiver).id(), id(*number));
            }
            waits_by_its_mode(&receiver);
        };
        let high = CanFilter { id: id(0x102), mask: 0x7FE };

        receiver.set(Filters, &[CanFilter::exactly(id(0x101))]).unwrap();
        came(&[0x101]);
        receiver.set(Filters, &[CanFilter::exactly(id(0x101)), high]).unwrap();
        assert_eq!(receiver.get(Filters).unwrap(), [CanFilter::exactly(id(0x101)), high]);
        came(&[0x101, 0x102, 0x103]);
        receiver.set(Filters, &[high.inverted()]).unwrap();
        came(&[0x100, 0x101]);

        // Inverted ones are of use where a frame has to fit them all.
        let but = |number| CanFilter { id: id(number), mask: 0x7FF }.inverted();
        receiver.set(Filters, &[but(0x100), but(0x103)]).unwrap();
        receiver.set(JoinFilters, true).unwrap();
        assert!(receiver.get(JoinFilters).unwrap());
        came(&[0x101, 0x102]);
        receiver.set(JoinFilters, false).unwrap();

        receiver.set(Filters, &[]).unwrap();
        assert_eq!(receiver.get(Filters).unwrap(), []);
        came(&[]);
    });
}

#[test]
fn more_filters_than_a_guess_has_room_for_are_read_back_whole() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let socket = raw(bus);
        let filters: Vec<_> = (0..512).map(|n| CanFilter { id: id(n), mask: 0x7FF }).collect();
        socket.set(Filters, &filters).unwrap();
        assert_eq!(socket.get(Filters).unwrap(), filters);
        let more = [&filters[..], &filters[..1]].concat();
        assert_eq!(socket.set(Filters, &more).unwrap_err().raw_os_error(), Some(libc::EINVAL));
    });
}

#[test]
fn errors_come_as_frames_to_who_asks_for_them() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let (sender, receiver, deaf) = (raw(bus), raw(bus), raw(bus));
        assert_eq!(receiver.get(ErrorFilter).unwrap(), CanErrors::empty());
        receiver.set(ErrorFilter, CanErrors::BUS_OFF | CanErrors::CONTROLLER).unwrap();
        let wanted = CanErrors::BUS_OFF | CanErrors::CONTROLLER;
        assert_eq!(receiver.get(ErrorFilter).unwrap(), wanted);
        let error = |errors: CanErrors| {
            let id = CanId::from_raw(0x2000_0000 | errors.bits());
            CanFrame::new(id, &[0; 8]).unwrap()
        };
        give(&sender, error(CanErrors::ACKNOWLEDGEMENT));
        give(&sender, error(CanErrors::BUS_OFF));
        let came = take(&receiver).id();
        assert_eq!((came.is_error(), came.errors()), (true, Some(CanErrors::BUS_OFF)));
        give(&sender, frame(1, &[]));
        assert_eq!(take(&deaf), frame(1, &[]), "errors do not come unasked");
        receiver.set(ErrorFilter, CanErrors::EVERY).unwrap();
        assert_eq!(receiver.get(ErrorFilter).unwrap(), CanErrors::EVERY);
    });
}

#[test]
fn frames_of_can_fd_reach_the_sockets_that_take_them() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let (sender, receiver, classic) = (raw(bus), raw(bus), raw(bus));
        let data: Vec<u8> = (0..64).collect();
        let long = CanFdFrame::new(id(0x64), CanFdFlags::RATE_SWITCH, &data).unwrap();
        // The kernel does not take one for a frame.
        let error = sender.send(&long.encode()).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}");
        for socket in [&sender, &receiver] {
            assert!(!socket.get(FdFrames).unwrap());
            socket.set(FdFrames, true).unwrap();
            assert!(socket.get(FdFrames).unwrap());
        }
        assert_eq!(sender.send(&long.encode()).unwrap(), CanFdFrame::SIZE);
        let came = receive(&receiver).bytes;
        assert_eq!(came.len(), CanFdFrame::SIZE);
        let CanAnyFrame::Fd(came) = CanAnyFrame::decode(&came).unwrap() else { panic!("{came:?}") };
        assert_eq!((came.id(), came.data()), (id(0x64), &data[..]));
        assert!(came.flags().contains(CanFdFlags::RATE_SWITCH));

        // Both kinds, in order; a socket that did not ask for long ones has the short one alone.
        give(&sender, frame(0x65, b"short"));
        let short = receive(&receiver).bytes;
        assert_eq!(
            CanAnyFrame::decode(&short).unwrap(),
            CanAnyFrame::Classic(frame(0x65, b"short"))
        );
        assert_eq!(take(&classic), frame(0x65, b"short"));
    });
}

#[test]
fn a_bus_for_short_frames_refuses_long_ones() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let sender = raw(bus);
        sender.set(FdFrames, true).unwrap();
        for change in ["down", "mtu 16", "up"] {
            let ip =
                Command::new("ip").args(["link", "set", "bus0"]).args(change.split(' ')).status();
            assert!(ip.expect("ip runs").success());
        }
        let error = sender.send(&frame(1, &[]).encode()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NetworkDown, "that it went down is told once: {error}");
        let long = CanFdFrame::new(id(1), CanFdFlags::empty(), &[0; 64]).unwrap();
        let error = sender.send_to(&long.encode(), CanAddress::bus(bus)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}");
    });
}

#[test]
fn a_frame_that_is_cut_says_so() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let (sender, receiver) = (raw(bus), raw(bus));
        give(&sender, frame(1, &[7; 8]));
        let mut few = [0; 8];
        let buffers = &mut [std::io::IoSliceMut::new(&mut few)];
        let received = receiver.recv_from_vectored(buffers, MsgFlags::empty()).unwrap();
        assert!(received.is_truncated());
        assert_eq!((received.len, received.from), (8, Some(CanAddress::bus(bus).into())));
        for len in [0, 15, 17] {
            let error = sender.send(&vec![0; len]).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{len} bytes: {error}");
        }
    });
}

#[test]
fn every_option_of_raw_sockets_is_read_as_it_was_set() {
    on_buses(Protocol::CAN_RAW, |_| {
        let socket = open(Protocol::CAN_RAW);
        for on in [true, false] {
            socket.set(Loopback, on).unwrap();
            assert_eq!(socket.get(Loopback).unwrap(), on);
        }
        match socket.set(XlFrames, true) {
            Ok(()) => assert!(socket.get(XlFrames).unwrap()),
            // Linux 6.2.
            Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT), "{e}"),
        }
        let unbound = socket.local_addr().unwrap();
        assert_eq!(unbound, Address::from(CanAddress::bus(Interface::ANY)));
        let error = socket.peer_addr().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EOPNOTSUPP), "{error}");
    });
}
