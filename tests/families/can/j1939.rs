//! SAE J1939, the network of trucks and tractors.

use super::{on_buses, open, raw};
use crate::common::{pattern, receive, receive_with, send_to, waits_by_its_mode};
use berkeley_core::address::CanAddress;
use berkeley_core::can::CanFrame;
use berkeley_core::control::{ErrorOrigin, j1939};
use berkeley_core::option::j1939::{ErrorQueue, Filters, J1939Filter, Promiscuous, SendPriority};
use berkeley_core::option::socket::{Broadcast, Timestamping, Timestamps};
use berkeley_core::{Address, Interest, Interface, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, eventually};
use nix::libc;

/// A group for one receiver.
const ADDRESSED: u32 = 0xEF00;
/// A group for all.
const PUBLIC: u32 = 0xFEF1;

const NO_NAME: u64 = CanAddress::J1939_NO_NAME;
const NO_PGN: u32 = CanAddress::J1939_NO_PGN;
const EVERYONE: u8 = CanAddress::J1939_NO_ADDR;

fn address(interface: Interface, name: u64, pgn: u32, addr: u8) -> Address {
    CanAddress::J1939 { interface, name, pgn, addr }.into()
}

/// A control unit at an address.
fn unit(bus: Interface, addr: u8) -> Socket {
    let socket = open(Protocol::CAN_J1939);
    let address = address(bus, NO_NAME, NO_PGN, addr);
    socket.bind(address).expect("bind");
    assert_eq!(socket.local_addr().expect("its address"), address);
    socket
}

#[test]
fn a_message_to_an_address_comes_there_alone() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        let (sender, receiver, other) = (unit(bus, 0x20), unit(bus, 0x30), unit(bus, 0x40));
        send_to(&sender, b"hello", address(bus, NO_NAME, ADDRESSED, 0x30));
        let message = receive(&receiver);
        assert_eq!(message.bytes, b"hello");
        assert_eq!(message.from, Some(address(bus, NO_NAME, ADDRESSED, 0x20)));
        let to = message.control.get::<j1939::DestinationAddress>();
        assert_eq!(to, Some(j1939::DestinationAddress(0x30)));
        assert_eq!(message.control.get::<j1939::Priority>(), Some(j1939::Priority(6)));
        waits_by_its_mode(&other);

        // The answer goes to where it came from, by its text.
        let back = message.from.unwrap().to_string();
        send_to(&receiver, b"answer", back.as_str());
        assert_eq!(receive(&sender).bytes, b"answer");

        // A connected socket has a peer.
        sender.connect(address(bus, NO_NAME, ADDRESSED, 0x40)).unwrap();
        assert_eq!(sender.peer_addr().unwrap(), address(bus, NO_NAME, ADDRESSED, 0x40));
        assert_eq!(sender.send(b"directly").unwrap(), 8);
        assert_eq!(receive(&other).bytes, b"directly");
        waits_by_its_mode(&receiver);
    });
}

#[test]
fn a_broadcast_comes_to_who_asks_for_them() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        let (sender, receiver) = (unit(bus, 0x20), unit(bus, 0x30));
        let everyone = address(bus, NO_NAME, PUBLIC, EVERYONE);
        let error = sender.send_to(b"refused", everyone).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EACCES), "{error}");
        for socket in [&sender, &receiver] {
            socket.set(Broadcast, true).unwrap();
        }
        send_to(&sender, b"to all", everyone);
        let message = receive(&receiver);
        assert_eq!(message.bytes, b"to all");
        assert_eq!(message.from, Some(address(bus, NO_NAME, PUBLIC, 0x20)));
        assert_eq!(message.control.get::<j1939::DestinationAddress>(), None);

        // A long one too, in pieces that nobody has to ask for.
        send_to(&sender, &pattern(100), everyone);
        assert_eq!(receive(&receiver).bytes, pattern(100));
    });
}

#[test]
fn the_priority_is_on_the_bus_and_told() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        let (sender, receiver, wire) = (unit(bus, 0x20), unit(bus, 0x30), raw(bus));
        assert_eq!(sender.get(SendPriority).unwrap(), 6);
        for priority in [7, 3] {
            sender.set(SendPriority, u32::from(priority)).unwrap();
            assert_eq!(sender.get(SendPriority).unwrap(), u32::from(priority));
            send_to(&sender, b"x", address(bus, NO_NAME, ADDRESSED, 0x30));
            let told = receive(&receiver).control.get::<j1939::Priority>();
            assert_eq!(told, Some(j1939::Priority(priority)));
            let frame = CanFrame::decode(&receive(&wire).bytes).unwrap();
            let number = u32::from(priority) << 26 | 0xEF_30_20;
            assert_eq!((frame.id().number(), frame.data()), (number, &b"x"[..]));
        }
        assert_eq!(sender.set(SendPriority, 8).unwrap_err().raw_os_error(), Some(libc::EDOM));
    });
}

#[test]
fn a_promiscuous_socket_receives_what_is_for_others() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        let (sender, receiver, curious) = (unit(bus, 0x20), unit(bus, 0x30), unit(bus, 0x40));
        assert!(!curious.get(Promiscuous).unwrap());
        curious.set(Promiscuous, true).unwrap();
        assert!(curious.get(Promiscuous).unwrap());
        send_to(&sender, b"private", address(bus, NO_NAME, ADDRESSED, 0x30));
        assert_eq!(receive(&receiver).bytes, b"private");
        let message = receive(&curious);
        assert_eq!(message.bytes, b"private");
        let to = message.control.get::<j1939::DestinationAddress>();
        assert_eq!(to, Some(j1939::DestinationAddress(0x30)));
    });
}

#[test]
fn filters_choose_senders_and_groups() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        let (one, two, receiver) = (unit(bus, 0x20), unit(bus, 0x21), unit(bus, 0x30));
        let filter = J1939Filter { address: 0x21, address_mask: 0xFF, ..J1939Filter::default() };
        receiver.set(Filters, &[filter]).unwrap();
        let to = address(bus, NO_NAME, ADDRESSED, 0x30);
        send_to(&one, b"one", to);
        send_to(&two, b"two", to);
        assert_eq!(receive(&receiver).bytes, b"two");
        receiver.set(Filters, &[]).unwrap();
        send_to(&one, b"one", to);
        assert_eq!(receive(&receiver).bytes, b"one");
    });
}

#[test]
fn names_are_claimed_and_found() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        const CLAIM: u32 = 0xEE00;
        let (ours, theirs) = (0x8000_0000_0000_0001_u64, 0x8000_0000_0000_0002_u64);
        // A name claims its address by a broadcast of itself.
        let named = |name: u64, addr: u8| {
            let socket = open(Protocol::CAN_J1939);
            socket.bind(address(bus, name, NO_PGN, addr)).expect("bind");
            socket.set(Broadcast, true).unwrap();
            let claim = address(bus, NO_NAME, CLAIM, EVERYONE);
            send_to(&socket, &name.to_le_bytes(), claim);
            socket
        };
        let (one, two) = (named(ours, 0x50), named(theirs, 0x51));
        assert_eq!(one.local_addr().unwrap(), address(bus, ours, NO_PGN, 0x50));
        // The kernel waits a quarter of a second for somebody to object.
        eventually("the claim holds", || {
            let to = address(bus, theirs, ADDRESSED, EVERYONE);
            match one.send_to(b"by name", to) {
                Ok(n) => n == 7,
                Err(e) => {
                    assert_eq!(e.raw_os_error(), Some(libc::EADDRNOTAVAIL), "{e}");
                    false
                }
            }
        });
        let message = loop {
            // Claims are broadcasts, and come too.
            let message = receive(&two);
            if message.bytes == b"by name" {
                break message;
            }
        };
        assert_eq!(message.from, Some(address(bus, ours, ADDRESSED, 0x50)));
        let name = message.control.get::<j1939::DestinationName>();
        assert_eq!(name, Some(j1939::DestinationName(theirs)));
        let to = message.control.get::<j1939::DestinationAddress>();
        assert_eq!(to, Some(j1939::DestinationAddress(0x51)));
    });
}

#[test]
fn a_long_message_tells_its_progress_on_the_error_queue() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        let (sender, receiver) = (unit(bus, 0x20), unit(bus, 0x30));
        assert!(!sender.get(ErrorQueue).unwrap());
        sender.set(ErrorQueue, true).unwrap();
        assert!(sender.get(ErrorQueue).unwrap());
        let wanted = Timestamps::TX_SCHED
            | Timestamps::TX_ACK
            | Timestamps::SOFTWARE
            | Timestamps::OPT_ID
            | Timestamps::OPT_CMSG
            | Timestamps::OPT_STATS
            | Timestamps::OPT_TSONLY;
        sender.set(Timestamping, wanted).unwrap();
        let bytes = pattern(1_000);
        send_to(&sender, &bytes, address(bus, NO_NAME, ADDRESSED, 0x30));
        let message = receive(&receiver);
        assert!(message.bytes == bytes);
        // Of a message in pieces the kernel does not say the bus.
        let from = |bus| Some(address(bus, NO_NAME, ADDRESSED, 0x20));
        assert!([from(bus), from(Interface::ANY)].contains(&message.from), "{message:?}");

        // Entries of progress, until all is acknowledged.
        let entry = || {
            assert!(sender.wait(Interest::Readable, Some(PATIENCE / 4)).unwrap());
            receive_with(&sender, MsgFlags::ERRQUEUE).control
        };
        loop {
            let entry = entry();
            let error = entry.extended_error().expect("an entry");
            assert_eq!(error.origin, ErrorOrigin::TIMESTAMPING, "{entry:?}");
            assert!(error.error().is_none(), "{entry:?}");
            let progress = entry.get::<j1939::Progress>().expect("its progress");
            if progress.acknowledged == Some(1_000) {
                break;
            }
        }
        // Nothing is announced after the last one.
        waits_by_its_mode(&sender);

        // To nobody, it is given up.
        send_to(&sender, &bytes, address(bus, NO_NAME, ADDRESSED, 0x77));
        let failed = loop {
            let failed = entry().extended_error().expect("an entry");
            if failed.error().is_some() {
                break failed;
            }
        };
        assert_eq!((failed.errno, failed.origin), (libc::EHOSTUNREACH, ErrorOrigin::LOCAL));
    });
}

#[test]
fn addresses_and_groups_that_are_none_are_refused() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        let bind = |address| open(Protocol::CAN_J1939).bind(address);
        let error = bind(address(Interface::ANY, NO_NAME, NO_PGN, 0x20)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENODEV), "{error}");
        // A group for one receiver has no low byte.
        let error = unit(bus, 0x20).send_to(b"x", address(bus, NO_NAME, 0xEF01, 0x30));
        assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EINVAL));
        let error = open(Protocol::CAN_J1939).send_to(b"x", address(bus, NO_NAME, ADDRESSED, 0x30));
        assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EBADFD));
    });
}
