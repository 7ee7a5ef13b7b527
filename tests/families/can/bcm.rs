//! The broadcast manager.

use super::{on_buses, open, raw};
use crate::common::{receive, waits_by_its_mode};
use berkeley_core::address::CanAddress;
use berkeley_core::can::{
    BcmFlags, BcmFrames, BcmMessage, BcmOpcode, CanFdFlags, CanFdFrame, CanFrame, CanId,
};
use berkeley_core::option::can::FdFrames;
use berkeley_core::{Interface, Protocol, Socket};
use nix::libc;
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_millis(20);

fn manager(bus: Interface) -> Socket {
    let socket = open(Protocol::CAN_BCM);
    socket.connect(CanAddress::bus(bus)).expect("connect");
    socket
}

fn tell(manager: &Socket, message: &BcmMessage) {
    let bytes = message.encode().unwrap();
    assert_eq!(manager.send(&bytes).expect("send"), bytes.len());
}

fn told(manager: &Socket) -> BcmMessage {
    BcmMessage::decode(&receive(manager).bytes).expect("a message")
}

fn id() -> CanId {
    CanId::standard(0x123).unwrap()
}

fn frame(data: &[u8]) -> CanFrame {
    CanFrame::new(id(), data).unwrap()
}

#[test]
fn a_frame_is_sent_again_and_again() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        let (manager, listener) = (manager(bus), raw(bus));
        let start = Instant::now();
        let mut message = BcmMessage {
            flags: BcmFlags::SET_TIMER | BcmFlags::START_TIMER,
            interval2: INTERVAL,
            frames: vec![frame(b"alive")].into(),
            ..BcmMessage::new(BcmOpcode::TX_SETUP, id())
        };
        tell(&manager, &message);
        for _ in 0..5 {
            let came = receive(&listener);
            assert_eq!(CanFrame::decode(&came.bytes).unwrap(), frame(b"alive"));
            assert_eq!(came.from, Some(CanAddress::bus(bus).into()));
        }
        assert!(start.elapsed() >= INTERVAL * 4, "{:?}", start.elapsed());

        // How it stands, as it was set.
        tell(&manager, &BcmMessage::new(BcmOpcode::TX_READ, id()));
        let status = told(&manager);
        assert_eq!((status.opcode, status.id), (BcmOpcode::TX_STATUS, id()));
        assert_eq!((status.interval2, &status.frames), (INTERVAL, &message.frames));

        // Another content, at once.
        message.flags = BcmFlags::ANNOUNCE;
        message.frames = vec![frame(b"changed")].into();
        tell(&manager, &message);
        while CanFrame::decode(&receive(&listener).bytes).unwrap() != frame(b"changed") {}

        tell(&manager, &BcmMessage::new(BcmOpcode::TX_DELETE, id()));
        while listener.wait(berkeley_core::Interest::Readable, Some(INTERVAL * 5)).unwrap() {
            receive(&listener);
        }
        waits_by_its_mode(&listener);
        let error = manager.send(&BcmMessage::new(BcmOpcode::TX_READ, id()).encode().unwrap());
        assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EINVAL), "there is none any more");
    });
}

#[test]
fn counted_frames_end_with_a_message() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        let (manager, listener) = (manager(bus), raw(bus));
        tell(
            &manager,
            &BcmMessage {
                flags: BcmFlags::SET_TIMER | BcmFlags::START_TIMER | BcmFlags::COUNT_EVENT,
                count: 3,
                interval1: INTERVAL,
                frames: vec![frame(b"1"), frame(b"2")].into(),
                ..BcmMessage::new(BcmOpcode::TX_SETUP, id())
            },
        );
        for data in [b"1", b"2", b"1"] {
            assert_eq!(CanFrame::decode(&receive(&listener).bytes).unwrap(), frame(data));
        }
        let end = told(&manager);
        assert_eq!((end.opcode, end.id), (BcmOpcode::TX_EXPIRED, id()));
        waits_by_its_mode(&listener);
        waits_by_its_mode(&manager);
    });
}

#[test]
fn one_frame_is_sent_of_either_kind() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        let (manager, listener) = (manager(bus), raw(bus));
        listener.set(FdFrames, true).unwrap();
        tell(
            &manager,
            &BcmMessage {
                frames: vec![frame(b"once")].into(),
                ..BcmMessage::new(BcmOpcode::TX_SEND, id())
            },
        );
        assert_eq!(CanFrame::decode(&receive(&listener).bytes).unwrap(), frame(b"once"));
        let long = CanFdFrame::new(id(), CanFdFlags::empty(), &[9; 64]).unwrap();
        tell(
            &manager,
            &BcmMessage { frames: vec![long].into(), ..BcmMessage::new(BcmOpcode::TX_SEND, id()) },
        );
        let came = CanFdFrame::decode(&receive(&listener).bytes).unwrap();
        assert_eq!((came.id(), came.data()), (id(), &[9; 64][..]));
    });
}

#[test]
fn changes_and_silence_are_told() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        let (manager, sender) = (manager(bus), raw(bus));
        // Of the eight bytes the first is looked at.
        tell(
            &manager,
            &BcmMessage {
                flags: BcmFlags::SET_TIMER,
                interval1: INTERVAL * 10,
                frames: vec![frame(&[0xFF, 0, 0, 0, 0, 0, 0, 0])].into(),
                ..BcmMessage::new(BcmOpcode::RX_SETUP, id())
            },
        );
        let give = |frame: CanFrame| assert_eq!(sender.send(&frame.encode()).unwrap(), 16);
        let (one, same, two) = (frame(&[1; 8]), frame(&[1, 2, 2, 2, 2, 2, 2, 2]), frame(&[2; 8]));
        give(one);
        give(same);
        give(two);
        for expected in [one, two] {
            let message = told(&manager);
            assert_eq!((message.opcode, message.id), (BcmOpcode::RX_CHANGED, id()));
            assert_eq!(message.frames, BcmFrames::from(vec![expected]));
        }
        let silence = told(&manager);
        assert_eq!((silence.opcode, silence.id), (BcmOpcode::RX_TIMEOUT, id()));
        tell(&manager, &BcmMessage::new(BcmOpcode::RX_READ, id()));
        let status = told(&manager);
        assert_eq!((status.opcode, status.interval1), (BcmOpcode::RX_STATUS, INTERVAL * 10));
        tell(&manager, &BcmMessage::new(BcmOpcode::RX_DELETE, id()));
        give(one);
        waits_by_its_mode(&manager);
    });
}

#[test]
fn every_frame_of_an_identifier_is_told_with_its_bus() {
    on_buses(Protocol::CAN_BCM, |[first, second]| {
        let manager = manager(Interface::ANY);
        tell(
            &manager,
            &BcmMessage {
                flags: BcmFlags::FILTER_ID,
                ..BcmMessage::new(BcmOpcode::RX_SETUP, id())
            },
        );
        for bus in [first, second] {
            assert_eq!(raw(bus).send(&frame(b"x").encode()).unwrap(), 16);
            let came = receive(&manager);
            assert_eq!(came.from, Some(CanAddress::bus(bus).into()));
            let message = BcmMessage::decode(&came.bytes).unwrap();
            assert_eq!(message.opcode, BcmOpcode::RX_CHANGED);
            assert_eq!(message.frames, BcmFrames::from(vec![frame(b"x")]));
        }
    });
}

#[test]
fn a_manager_without_a_bus_is_not_connected() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        let socket = open(Protocol::CAN_BCM);
        let message = BcmMessage::new(BcmOpcode::TX_READ, id()).encode().unwrap();
        let error = socket.send(&message).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOTCONN), "{error}");
        socket.connect(CanAddress::bus(bus)).unwrap();
        let error = socket.connect(CanAddress::bus(bus)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EISCONN), "{error}");
    });
}
