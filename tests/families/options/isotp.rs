//! Level `SOL_CAN_ISOTP`.

use super::can::bus;
use super::{assert_errno, next, round_trip};
use berkeley_core::address::CanAddress;
use berkeley_core::can::{CanAnyFrame, CanFdFrame, CanId};
use berkeley_core::option::can::{CanFilter, FdFrames, Filters};
use berkeley_core::option::isotp::{
    self, IsotpFlags, IsotpFlowControl, IsotpLinkLayer, IsotpOptions,
};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family};
use nix::libc;
use std::time::Duration;

fn socket() -> Option<Socket> {
    family(Family::CAN, Kind::DGRAM, Protocol::CAN_ISOTP)
}

/// The address that receives `rx` and sends `tx`.
fn address(rx: u32, tx: u32) -> Option<CanAddress> {
    Some(CanAddress::IsoTp { interface: bus()?, rx, tx })
}

#[test]
fn options_read_back_until_the_socket_is_bound() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        let Some(address) = address(0x501, 0x502) else { return };
        let options = IsotpOptions {
            flags: IsotpFlags::TRANSMIT_PADDING | IsotpFlags::EXTENDED_ADDRESS,
            frame_time: 7_000,
            address: 0x11,
            transmit_padding: 0x22,
            receive_padding: 0x33,
            receive_address: 0x44,
        };
        // The kernel fills in the address for what comes when it is not told another.
        let told = IsotpOptions { receive_address: 0x11, ..options };
        assert_eq!(on.get(isotp::Options).unwrap(), IsotpOptions::default());
        on.set(isotp::Options, options).unwrap();
        assert_eq!(on.get(isotp::Options).unwrap(), told);
        let flow = IsotpFlowControl { block_size: 8, separation: 0xF1, waits: 2 };
        round_trip(&on, isotp::FlowControl, IsotpFlowControl::default(), [flow]);
        let nanoseconds = Duration::from_nanos(u64::from(u32::MAX));
        round_trip(&on, isotp::TransmitTime, Duration::ZERO, [nanoseconds]);
        round_trip(&on, isotp::ReceiveTime, Duration::ZERO, [Duration::from_micros(300)]);
        let fd = IsotpLinkLayer { mtu: 72, transmit_length: 64, transmit_flags: 1 };
        round_trip(&on, isotp::LinkLayer, IsotpLinkLayer::default(), [fd]);
        let bad = IsotpLinkLayer { transmit_length: 9, ..fd };
        assert_errno(on.set(isotp::LinkLayer, bad), libc::EINVAL);

        on.bind(address).unwrap();
        assert_errno(on.set(isotp::Options, options), libc::EISCONN);
    });
}

#[test]
fn messages_are_cut_and_filled_up_as_set() {
    bounded(PATIENCE, || {
        let Some(raw) = family(Family::CAN, Kind::RAW, Protocol::CAN_RAW) else { return };
        let (Some(on), Some(peer)) = (socket(), socket()) else { return };
        let Some(bus) = bus() else { return };
        raw.set(FdFrames, true).unwrap();
        raw.set(Filters, &[CanFilter::exactly(CanId::standard(0x512).unwrap())]).unwrap();
        raw.bind(CanAddress::bus(bus)).unwrap();

        let padding = IsotpOptions {
            flags: IsotpFlags::TRANSMIT_PADDING,
            transmit_padding: 0xAA,
            ..IsotpOptions::default()
        };
        let fd = IsotpLinkLayer { mtu: 72, transmit_length: 16, transmit_flags: 0 };
        for end in [&on, &peer] {
            end.set(isotp::Options, padding).unwrap();
            end.set(isotp::LinkLayer, fd).unwrap();
        }
        on.bind(address(0x511, 0x512).unwrap()).unwrap();
        peer.bind(address(0x512, 0x511).unwrap()).unwrap();

        on.send(b"short").unwrap();
        let bytes = next(&raw);
        assert_eq!(bytes.len(), CanFdFrame::SIZE);
        // The length, and what fills up 8 bytes.
        let frame = CanAnyFrame::decode(&bytes).unwrap();
        assert_eq!(frame.data(), b"\x05short\xAA\xAA");
        assert_eq!(next(&peer), b"short");

        let long: Vec<u8> = (0..100).collect();
        on.send(&long).unwrap();
        let first = CanAnyFrame::decode(&next(&raw)).unwrap();
        assert_eq!((first.data().len(), &first.data()[..2]), (16, &[0x10, 100][..]));
        assert_eq!(next(&peer), long);
    });
}
