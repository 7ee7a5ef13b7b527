//! Level `SOL_CAN_RAW`, and what goes over a bus.

use super::{assert_errno, is_empty, known, next, round_trip, switch};
use berkeley_core::address::CanAddress;
use berkeley_core::can::{
    BcmFlags, BcmMessage, BcmOpcode, CanAnyFrame, CanErrors, CanFdFlags, CanFdFrame, CanFrame,
    CanId,
};
use berkeley_core::option::can::{self, CanFilter, CanXlVirtualNetwork};
use berkeley_core::{Family, Interface, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family, kernel_lacks};
use nix::libc;
use std::io::IoSliceMut;
use std::time::Duration;

/// The bus of these tests, which no other test uses; `None` after a printed skip.
pub(super) fn bus() -> Option<Interface> {
    let bus = Interface::from_name("vcan1");
    if let Err(e) = &bus {
        kernel_lacks(&format!("no vcan1: {e}"));
    }
    bus.ok()
}

fn fresh() -> Option<Socket> {
    family(Family::CAN, Kind::RAW, Protocol::CAN_RAW)
}

/// A raw socket on the bus, for frames of these identifiers alone: other tests use it too.
fn raw(own: &[u32]) -> Option<Socket> {
    let on = fresh()?;
    let filters: Vec<_> = own.iter().map(|number| CanFilter::exactly(id(*number))).collect();
    on.set(can::Filters, &filters).unwrap();
    on.bind(CanAddress::bus(bus()?)).unwrap();
    Some(on)
}

fn id(number: u32) -> CanId {
    CanId::standard(number).unwrap()
}

fn frame(number: u32) -> CanFrame {
    CanFrame::new(id(number), &number.to_le_bytes()).unwrap()
}

/// The identifiers of the frames that wait.
fn numbers(on: &Socket) -> Vec<u32> {
    let frames = std::iter::from_fn(|| (!is_empty(on)).then(|| next(on)));
    frames.map(|bytes| CanAnyFrame::decode(&bytes).unwrap().id().number()).collect()
}

#[test]
fn options_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = fresh() else { return };
        round_trip(&on, can::Loopback, true, [false, true]);
        switch(&on, can::ReceiveOwn);
        switch(&on, can::FdFrames);
        switch(&on, can::JoinFilters);
        let some = CanErrors::BUS_OFF | CanErrors::ACKNOWLEDGEMENT;
        round_trip(&on, can::ErrorFilter, CanErrors::empty(), [some, CanErrors::EVERY]);
        if known(&on.set(can::XlFrames, true), "CAN_RAW_XL_FRAMES") {
            assert!(on.get(can::XlFrames).unwrap());
            let network = CanXlVirtualNetwork { flags: 1, transmit: 7, ..Default::default() };
            match on.set(can::XlVirtualNetwork, network) {
                Ok(()) => assert_eq!(on.get(can::XlVirtualNetwork).unwrap(), network),
                // Before Linux 6.9.
                Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT), "{e}"),
            }
        }
    });
}

#[test]
fn filters_read_back_however_many() {
    bounded(PATIENCE, || {
        let Some(on) = fresh() else { return };
        assert_eq!(on.get(can::Filters).unwrap(), [CanFilter::EVERY]);
        let many: Vec<_> = (0..512).map(|number| CanFilter::exactly(id(number))).collect();
        for filters in [&many[..0], &many[..1], &many[..32], &many] {
            on.set(can::Filters, filters).unwrap();
            assert_eq!(on.get(can::Filters).unwrap(), filters);
        }
        let too_many = [&many[..], &many[..1]].concat();
        assert_errno(on.set(can::Filters, &too_many), libc::EINVAL);
    });
}

#[test]
fn a_socket_receives_what_its_filters_let_through() {
    bounded(PATIENCE, || {
        let (Some(sender), Some(on)) = (raw(&[]), raw(&[])) else { return };
        let received = |filters: &[CanFilter], joined: bool| {
            on.set(can::Filters, filters).unwrap();
            on.set(can::JoinFilters, joined).unwrap();
            for number in 0x100..0x104 {
                sender.send(&frame(number).encode()).unwrap();
            }
            // An extended identifier is another one.
            let extended = CanFrame::new(CanId::extended(0x101).unwrap(), &[]).unwrap();
            sender.send(&extended.encode()).unwrap();
            let mut received = numbers(&on);
            received.retain(|number| (0x100..0x104).contains(number));
            received
        };
        let [one, two] = [0x101, 0x102].map(|number| CanFilter::exactly(id(number)));
        let upper = CanFilter { id: id(0x102), mask: 0x7FE };
        assert_eq!(received(&[CanFilter::EVERY], false), [0x100, 0x101, 0x102, 0x103, 0x101]);
        assert!(received(&[], false).is_empty());
        assert_eq!(received(&[one], false), [0x101]);
        assert_eq!(received(&[one, two], false), [0x101, 0x102]);
        assert_eq!(received(&[upper], false), [0x102, 0x103]);
        assert_eq!(received(&[upper, two.inverted()], true), [0x103]);
    });
}

#[test]
fn what_a_socket_sends_reaches_others_and_itself_as_it_is_told() {
    bounded(PATIENCE, || {
        let (Some(on), Some(other)) = (raw(&[0x200]), raw(&[0x200])) else { return };
        on.send(&frame(0x200).encode()).unwrap();
        assert_eq!((numbers(&on).len(), numbers(&other).len()), (0, 1));

        on.set(can::ReceiveOwn, true).unwrap();
        on.send(&frame(0x200).encode()).unwrap();
        let mut bytes = [0; CanFrame::SIZE];
        let buffers = &mut [IoSliceMut::new(&mut bytes)];
        let received = on.recv_from_vectored(buffers, MsgFlags::empty()).unwrap();
        assert!(received.flags.contains(MsgFlags::CONFIRM), "{received:?}");
        assert_eq!(CanFrame::decode(&bytes).unwrap(), frame(0x200));
        assert_eq!(numbers(&other).len(), 1);

        on.set(can::Loopback, false).unwrap();
        on.send(&frame(0x200).encode()).unwrap();
        assert_eq!((numbers(&on).len(), numbers(&other).len()), (0, 0));
    });
}

#[test]
fn frames_of_both_kinds_come_and_go() {
    bounded(PATIENCE, || {
        let (Some(sender), Some(on)) = (raw(&[]), raw(&[0x300])) else { return };
        let fd = CanFdFrame::new(id(0x300), CanFdFlags::RATE_SWITCH, &[7; 64]).unwrap();
        assert!(sender.send(&fd.encode()).is_err(), "not without the option");
        sender.set(can::FdFrames, true).unwrap();
        on.set(can::FdFrames, true).unwrap();
        sender.send(&fd.encode()).unwrap();
        sender.send(&frame(0x300).encode()).unwrap();
        let CanAnyFrame::Fd(received) = CanAnyFrame::decode(&next(&on)).unwrap() else {
            panic!("it was an FD frame")
        };
        assert_eq!((received.id(), received.data()), (fd.id(), fd.data()));
        assert!(received.flags().contains(CanFdFlags::RATE_SWITCH));
        let second = CanAnyFrame::decode(&next(&on)).unwrap();
        assert_eq!(second, CanAnyFrame::Classic(frame(0x300)));

        let asks = CanFrame::remote(id(0x300), 3).unwrap();
        on.set(can::Filters, &[CanFilter::exactly(id(0x300).remote())]).unwrap();
        sender.send(&asks.encode()).unwrap();
        assert_eq!(CanFrame::decode(&next(&on)).unwrap(), asks);
    });
}

/// A socket of the broadcast manager on the bus.
fn manager() -> Option<Socket> {
    let on = family(Family::CAN, Kind::DGRAM, Protocol::CAN_BCM)?;
    on.connect(CanAddress::bus(bus()?)).unwrap();
    Some(on)
}

#[test]
fn the_broadcast_manager_sends_a_series_and_tells_its_end() {
    bounded(PATIENCE, || {
        let (Some(manager), Some(on)) = (manager(), raw(&[0x400, 0x401])) else { return };
        let message = BcmMessage {
            flags: BcmFlags::SET_TIMER | BcmFlags::START_TIMER | BcmFlags::COUNT_EVENT,
            count: 3,
            interval1: Duration::from_millis(5),
            frames: vec![frame(0x400), frame(0x401)].into(),
            ..BcmMessage::new(BcmOpcode::TX_SETUP, id(0x400))
        };
        manager.send(&message.encode().unwrap()).unwrap();
        for number in [0x400, 0x401, 0x400] {
            assert_eq!(CanFrame::decode(&next(&on)).unwrap(), frame(number));
        }
        let ended = BcmMessage::decode(&next(&manager)).unwrap();
        assert_eq!((ended.opcode, ended.id), (BcmOpcode::TX_EXPIRED, id(0x400)));

        let ask = BcmMessage::new(BcmOpcode::TX_READ, id(0x400));
        manager.send(&ask.encode().unwrap()).unwrap();
        let state = BcmMessage::decode(&next(&manager)).unwrap();
        assert_eq!(state.opcode, BcmOpcode::TX_STATUS);
        assert_eq!(state.interval1, Duration::from_millis(5));
        assert_eq!(state.frames, message.frames);
    });
}

#[test]
fn the_broadcast_manager_tells_changes_and_silence() {
    bounded(PATIENCE, || {
        let (Some(manager), Some(sender)) = (manager(), raw(&[])) else { return };
        let mask = CanFrame::new(id(0x410), &[0xFF; 8]).unwrap();
        let message = BcmMessage {
            flags: BcmFlags::SET_TIMER,
            interval1: Duration::from_millis(20),
            frames: vec![mask].into(),
            ..BcmMessage::new(BcmOpcode::RX_SETUP, id(0x410))
        };
        manager.send(&message.encode().unwrap()).unwrap();
        let told = || BcmMessage::decode(&next(&manager)).unwrap();
        for content in [1, 2] {
            let changed = CanFrame::new(id(0x410), &[content; 8]).unwrap();
            sender.send(&changed.encode()).unwrap();
            // The one before may have been too long ago.
            let change = std::iter::repeat_with(told)
                .find(|message| message.opcode != BcmOpcode::RX_TIMEOUT)
                .unwrap();
            assert_eq!(change.opcode, BcmOpcode::RX_CHANGED);
            assert_eq!(change.frames, vec![changed].into());
        }
        let silence = told();
        assert_eq!((silence.opcode, silence.id), (BcmOpcode::RX_TIMEOUT, id(0x410)));
        assert!(silence.frames.is_empty());
    });
}

#[test]
fn the_broadcast_manager_takes_fd_frames() {
    bounded(PATIENCE, || {
        let (Some(manager), Some(on)) = (manager(), raw(&[0x420])) else { return };
        on.set(can::FdFrames, true).unwrap();
        let fd = CanFdFrame::new(id(0x420), CanFdFlags::empty(), &[3; 32]).unwrap();
        let message = BcmMessage {
            frames: vec![fd].into(),
            ..BcmMessage::new(BcmOpcode::TX_SEND, id(0x420))
        };
        manager.send(&message.encode().unwrap()).unwrap();
        assert_eq!(CanAnyFrame::decode(&next(&on)).unwrap().data(), fd.data());
    });
}
