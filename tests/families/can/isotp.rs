//! ISO 15765-2, messages longer than a frame.

use super::{on_buses, open, raw};
use crate::common::{pattern, receive, waits_by_its_mode};
use berkeley_core::address::CanAddress;
use berkeley_core::can::{CanAnyFrame, CanFrame, CanId};
use berkeley_core::option::can::FdFrames;
use berkeley_core::option::isotp::{
    FlowControl, IsotpFlags, IsotpFlowControl, IsotpLinkLayer, IsotpOptions, LinkLayer, Options,
    ReceiveTime, TransmitTime,
};
use berkeley_core::{Interface, Protocol, Socket};
use nix::libc;
use std::time::{Duration, Instant};

const EXTENDED: u32 = 0x8000_0000;

/// A socket that receives one identifier and sends with another, set up before it is bound.
fn channel(interface: Interface, rx: u32, tx: u32, set_up: impl FnOnce(&Socket)) -> Socket {
    let socket = open(Protocol::CAN_ISOTP);
    set_up(&socket);
    let address = CanAddress::IsoTp { interface, rx, tx };
    socket.bind(address).expect("bind");
    assert_eq!(socket.local_addr().expect("its address"), address.into());
    socket
}

fn carries(from: &Socket, to: &Socket, len: usize) {
    let message = pattern(len);
    assert_eq!(from.send(&message).expect("send"), len);
    assert!(receive(to).bytes == message, "{len} bytes");
}

#[test]
fn messages_of_any_length_go_both_ways() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        for flag in [0, EXTENDED] {
            let one = channel(bus, 0x701 | flag, 0x702 | flag, |_| {});
            let two = channel(bus, 0x702 | flag, 0x701 | flag, |_| {});
            for len in [1, 7, 8, 100] {
                carries(&one, &two, len);
                carries(&two, &one, len);
            }
            // The longest whose length has 12 bits, and a longer one.
            carries(&one, &two, 4_095);
            carries(&two, &one, 4_096);
            waits_by_its_mode(&one);
            // By text, too.
            let text = format!("isotp:{bus}:{:#x}:{:#x}", 0x701 | flag, 0x702 | flag);
            assert_eq!(one.local_addr().unwrap(), text.parse().unwrap());
        }
    });
}

#[test]
fn the_bus_of_a_message_is_told() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        let one = channel(bus, 0x10, 0x20, |_| {});
        let two = channel(bus, 0x20, 0x10, |_| {});
        assert_eq!(one.send(b"hello").unwrap(), 5);
        // The kernel says no identifiers: the socket has but one of each.
        let from = CanAddress::IsoTp { interface: bus, rx: 0, tx: 0 };
        assert_eq!(receive(&two).from, Some(from.into()));
    });
}

#[test]
fn what_flow_control_asks_for_is_on_the_bus() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        let asked = IsotpFlowControl { block_size: 4, separation: 0xF1, waits: 0 };
        let one = channel(bus, 0x701, 0x702, |_| {});
        let two = channel(bus, 0x702, 0x701, |socket| {
            assert_eq!(socket.get(FlowControl).unwrap(), IsotpFlowControl::default());
            socket.set(FlowControl, asked).unwrap();
            assert_eq!(socket.get(FlowControl).unwrap(), asked);
        });
        let wire = raw(bus);
        let start = Instant::now();
        // A first frame with 6 bytes, and 14 with 7 and the last 2.
        carries(&one, &two, 6 + 13 * 7 + 2);
        assert!(start.elapsed() >= Duration::from_micros(100) * 10, "{:?}", start.elapsed());
        let mut flow_controls = 0;
        while wire.wait(berkeley_core::Interest::Readable, Some(Duration::ZERO)).unwrap() {
            let frame = CanFrame::decode(&receive(&wire).bytes).unwrap();
            if frame.id().number() == 0x701 {
                assert_eq!(frame.data()[..3], [0x30, 4, 0xF1], "{frame}");
                flow_controls += 1;
            }
        }
        assert_eq!(flow_controls, 4, "after the first frame, and after 4, 8 and 12 of 14");
    });
}

#[test]
fn options_are_read_as_they_were_set_and_only_before_bind() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        let options = IsotpOptions {
            flags: IsotpFlags::EXTENDED_ADDRESS
                | IsotpFlags::TRANSMIT_PADDING
                | IsotpFlags::FORCE_TRANSMIT_TIME,
            address: 0x55,
            receive_address: 0x55,
            transmit_padding: 0xAA,
            ..IsotpOptions::default()
        };
        let one = channel(bus, 0x701, 0x702, |socket| {
            assert_eq!(socket.get(Options).unwrap(), IsotpOptions::default());
            assert_eq!(socket.get(LinkLayer).unwrap(), IsotpLinkLayer::default());
            socket.set(Options, options).unwrap();
            assert_eq!(socket.get(Options).unwrap(), options);
            let time = Duration::from_micros(200);
            socket.set(TransmitTime, time).unwrap();
            assert_eq!(socket.get(TransmitTime).unwrap(), time);
            socket.set(ReceiveTime, time).unwrap();
            assert_eq!(socket.get(ReceiveTime).unwrap(), time);
        });
        let two = channel(bus, 0x702, 0x701, |socket| {
            let flags = IsotpFlags::EXTENDED_ADDRESS;
            socket.set(Options, IsotpOptions { flags, address: 0x55, ..options }).unwrap();
        });
        let wire = raw(bus);
        carries(&one, &two, 4);
        // The extended address, the length, the data, and what fills the frame.
        let frame = CanFrame::decode(&receive(&wire).bytes).unwrap();
        assert_eq!(frame.data(), [0x55, 4, 0, 1, 2, 3, 0xAA, 0xAA]);
        carries(&one, &two, 1_000);
        carries(&two, &one, 1_000);
        let error = one.set(Options, options).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EISCONN), "{error}");
    });
}

#[test]
fn messages_go_in_frames_of_can_fd() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        let layer = IsotpLinkLayer { mtu: 72, transmit_length: 64, transmit_flags: 0 };
        let set_up = |socket: &Socket| {
            socket.set(LinkLayer, layer).unwrap();
            assert_eq!(socket.get(LinkLayer).unwrap(), layer);
        };
        let one = channel(bus, 0x701, 0x702, set_up);
        let two = channel(bus, 0x702, 0x701, set_up);
        let wire = raw(bus);
        wire.set(FdFrames, true).unwrap();
        carries(&one, &two, 4_095);
        let first = CanAnyFrame::decode(&receive(&wire).bytes).unwrap();
        assert!(matches!(first, CanAnyFrame::Fd(frame) if frame.data().len() == 64), "{first:?}");
    });
}

#[test]
fn a_message_that_nobody_takes_is_an_error() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        // The send waits until the message is out, or given up after a second.
        let flags = IsotpFlags::WAIT_DONE;
        let alone = channel(bus, 0x701, 0x702, |socket| {
            socket.set(Options, IsotpOptions { flags, ..IsotpOptions::default() }).unwrap();
        });
        let error = alone.send(&pattern(100)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ECOMM), "{error}");
    });
}

#[test]
fn identifiers_that_are_none_are_refused() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        let bind = |rx, tx| {
            let socket = open(Protocol::CAN_ISOTP);
            socket.bind(CanAddress::IsoTp { interface: bus, rx, tx })
        };
        assert!(bind(1, 2).is_ok());
        let same = bind(1, 1).unwrap_err();
        assert_eq!(same.raw_os_error(), Some(libc::EADDRNOTAVAIL), "{same}");
        let remote = CanId::standard(1).unwrap().remote().raw();
        match bind(remote, 2) {
            // Newer kernels take off the flags.
            Ok(()) => {}
            Err(e) => {
                let errno = e.raw_os_error();
                assert!(matches!(errno, Some(libc::EADDRNOTAVAIL | libc::EINVAL)), "{e}");
            }
        }
        let error = open(Protocol::CAN_ISOTP).send(b"x").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EADDRNOTAVAIL), "{error}");
    });
}
