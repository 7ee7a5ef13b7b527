//! CAN, awaited: frames, the broadcast manager, ISO-TP and J1939.

use super::on_two_drivers;
use crate::can::on_buses;
use crate::common::pattern;
use berkeley::can::{
    BcmFrames, BcmOpcode, CanAnyFrame, CanErrors, CanFdFlags, CanFdFrame, CanFrame, CanId,
};
use berkeley::net::{CanBcm, CanIsoTp, CanJ1939, CanSocket};
use berkeley::option::can::{CanFilter, ErrorFilter, FdFrames, Filters, ReceiveOwn};
use berkeley::option::isotp::{IsotpFlags, IsotpOptions, Options};
use berkeley::option::socket::{Broadcast, ReceiveDrops, TimestampNanoseconds};
use berkeley::{Family, Interface, Kind, Protocol, Socket};
use berkeley_core::address::CanAddress;
use berkeley_tests::{Process, peer};
use nix::libc;
use std::io::ErrorKind;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

const INTERVAL: Duration = Duration::from_millis(20);

fn id(number: u32) -> CanId {
    CanId::standard(number).unwrap()
}

fn frame(number: u32, data: &[u8]) -> CanFrame {
    CanFrame::new(id(number), data).unwrap()
}

fn raw(bus: Interface) -> CanSocket {
    CanSocket::open(bus).expect("a socket")
}

#[test]
fn frames_come_with_what_the_kernel_says_of_them() {
    on_buses(Protocol::CAN_RAW, |[bus, other_bus]| {
        on_two_drivers(|| async {
            let (sender, receiver, every) = (raw(bus), raw(bus), raw(Interface::ANY));
            assert_eq!(sender.local_addr().unwrap(), CanAddress::bus(bus));
            sender.set(ReceiveOwn, true).unwrap();
            receiver.set(TimestampNanoseconds, true).unwrap();
            receiver.set(ReceiveDrops, true).unwrap();
            let sent = frame(0x123, &[1, 2, 3]);
            sender.send_frame(sent).await.unwrap();

            let came = receiver.recv_can().await.unwrap();
            assert_eq!((came.frame, came.bus), (CanAnyFrame::Classic(sent), bus));
            assert!(came.is_local && !came.is_own, "{came:?}");
            let age = SystemTime::now().duration_since(came.time.expect("its time"));
            assert!(age.unwrap() < Duration::from_secs(20), "{came:?}");
            let own = sender.recv_can().await.unwrap();
            assert!(own.is_own && own.time.is_none() && own.lost.is_none(), "{own:?}");

            // One socket for all buses.
            assert_eq!(every.recv_can().await.unwrap().bus, bus);
            every.send_frame_to(frame(2, b"there"), other_bus).await.unwrap();
            let nowhere = every.send_frame(sent).await.unwrap_err();
            assert_eq!(nowhere.raw_os_error(), Some(libc::ENXIO), "{nowhere}");
            assert_eq!(receiver.try_recv_frame().unwrap_err().kind(), ErrorKind::WouldBlock);
            receiver.try_send_frame(sent).unwrap();
            assert_eq!(every.recv_frame().await.unwrap(), sent.into());
        });
    });
}

#[test]
fn a_receive_waits_for_the_frame_and_no_longer_than_it_may() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        on_two_drivers(|| async {
            let (sender, receiver) = (raw(bus), raw(bus));
            let late = receiver.recv_frame().timeout(INTERVAL).await.unwrap_err();
            assert_eq!((late.kind(), late.raw_os_error()), (ErrorKind::TimedOut, None));
            let send = async {
                berkeley::time::sleep(INTERVAL).await;
                sender.send_frame(frame(1, b"late")).await.unwrap();
            };
            let (came, ()) = futures::join!(receiver.recv_frame(), send);
            assert_eq!(came.unwrap(), frame(1, b"late").into());
        });
    });
}

#[test]
fn long_frames_and_filters_and_errors_are_options() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        on_two_drivers(|| async {
            let (sender, receiver) = (raw(bus), raw(bus));
            let long = CanFdFrame::new(id(0x64), CanFdFlags::RATE_SWITCH, &[7; 64]).unwrap();
            let error = sender.send_frame(long).await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}");
            for socket in [&sender, &receiver] {
                socket.set(FdFrames, true).unwrap();
            }
            sender.send_frame(long).await.unwrap();
            sender.send_frame(frame(0x64, b"short")).await.unwrap();
            let came = receiver.recv_frame().await.unwrap();
            assert_eq!((came.id(), came.data()), (id(0x64), &[7; 64][..]));
            assert!(matches!(came, CanAnyFrame::Fd(_)), "{came:?}");
            assert_eq!(receiver.recv_frame().await.unwrap(), frame(0x64, b"short").into());

            receiver.set(Filters, &[CanFilter::exactly(id(0x7E8))]).unwrap();
            receiver.set(ErrorFilter, CanErrors::BUS_OFF).unwrap();
            sender.send_frame(frame(1, b"no")).await.unwrap();
            let off = CanId::from_raw(0x2000_0000 | CanErrors::BUS_OFF.bits());
            sender.send_frame(CanFrame::new(off, &[0; 8]).unwrap()).await.unwrap();
            sender.send_frame(frame(0x7E8, b"yes")).await.unwrap();
            let told = receiver.recv_frame().await.unwrap().id();
            assert_eq!(told.errors(), Some(CanErrors::BUS_OFF));
            assert_eq!(receiver.recv_frame().await.unwrap(), frame(0x7E8, b"yes").into());
        });
    });
}

fn ip(change: &str) {
    let ip = Command::new("ip").args(["link", "set", "bus0"]).args(change.split(' ')).status();
    assert!(ip.expect("ip runs").success());
}

#[test]
fn who_waits_is_told_that_the_bus_went_down() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        on_two_drivers(|| async {
            let (sender, receiver) = (raw(bus), raw(bus));
            let down = async {
                berkeley::time::sleep(INTERVAL).await;
                ip("down");
            };
            let (error, ()) = futures::join!(receiver.recv_frame(), down);
            assert_eq!(error.unwrap_err().kind(), ErrorKind::NetworkDown);
            ip("up");
            assert_eq!(sender.take_error().unwrap().unwrap().kind(), ErrorKind::NetworkDown);
            sender.send_frame(frame(1, b"again")).await.unwrap();
            assert_eq!(receiver.recv_frame().await.unwrap(), frame(1, b"again").into());
        });
    });
}

#[test]
fn cansend_sends_and_candump_shows() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let (Some(cansend), Some(candump)) = (peer("cansend"), peer("candump")) else { return };
        on_two_drivers(|| async {
            let socket = raw(bus);
            Process::spawn(Command::new(&cansend).args(["bus0", "123#DEADBEEF"])).succeed();
            let came = socket.recv_frame().await.unwrap();
            assert_eq!(came, frame(0x123, &[0xDE, 0xAD, 0xBE, 0xEF]).into());

            let mut dump = Process::spawn(Command::new(&candump).args(["-L", "bus0"]));
            // It is asked again until it listens.
            let send = async {
                loop {
                    socket.send_frame(frame(0x42, b"\x01")).await.unwrap();
                    berkeley::time::sleep(INTERVAL).await;
                }
            };
            let _ = berkeley::time::timeout(INTERVAL * 25, send).await;
            assert!(dump.line().ends_with("042#01"));
        });
    });
}

#[test]
fn the_broadcast_manager_repeats_and_stops() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        on_two_drivers(|| async {
            let (manager, listener) = (CanBcm::open(bus).unwrap(), raw(bus));
            let start = Instant::now();
            let frames = vec![frame(0x123, b"one"), frame(0x123, b"two")];
            manager.repeat(INTERVAL, frames).await.unwrap();
            for n in 0..6 {
                let data = if n % 2 == 0 { b"one" } else { b"two" };
                assert_eq!(listener.recv_frame().await.unwrap(), frame(0x123, data).into());
            }
            assert!(start.elapsed() >= INTERVAL * 5, "{:?}", start.elapsed());
            manager.stop(id(0x123)).await.unwrap();
            while listener.recv_frame().timeout(INTERVAL * 5).await.is_ok() {}
            let again = manager.stop(id(0x123)).await.unwrap_err();
            assert_eq!(again.kind(), ErrorKind::InvalidInput, "{again}");
            let none = manager.repeat(INTERVAL, Vec::<CanFrame>::new()).await.unwrap_err();
            assert_eq!(none.kind(), ErrorKind::InvalidInput, "{none}");
        });
    });
}

#[test]
fn the_broadcast_manager_tells_changes_and_silence() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        on_two_drivers(|| async {
            let (manager, sender) = (CanBcm::open(bus).unwrap(), raw(bus));
            // The first byte counts, the second does not.
            let mask = vec![frame(0x200, &[0xFF, 0])];
            manager.watch(INTERVAL * 10, mask).await.unwrap();
            for data in [[1, 1], [1, 2], [2, 3]] {
                sender.send_frame(frame(0x200, &data)).await.unwrap();
            }
            for data in [[1, 1], [2, 3]] {
                let told = manager.recv_message().await.unwrap();
                assert_eq!((told.opcode, told.id), (BcmOpcode::RX_CHANGED, id(0x200)));
                assert_eq!(told.frames, BcmFrames::Classic(vec![frame(0x200, &data)]));
            }
            let silence = manager.recv_message().await.unwrap();
            assert_eq!(silence.opcode, BcmOpcode::RX_TIMEOUT);
            manager.forget(id(0x200)).await.unwrap();
            sender.send_frame(frame(0x200, &[9, 9])).await.unwrap();
            let nothing = manager.recv_message().timeout(INTERVAL).await.unwrap_err();
            assert_eq!(nothing.kind(), ErrorKind::TimedOut);
        });
    });
}

#[test]
fn messages_of_isotp_come_whole_whatever_the_buffer() {
    on_buses(Protocol::CAN_ISOTP, |[bus, _]| {
        on_two_drivers(|| async {
            let one = CanIsoTp::open(bus, id(0x701), id(0x702)).unwrap();
            let two = CanIsoTp::open_with(bus, id(0x702), id(0x701), |socket| {
                let flags = IsotpFlags::TRANSMIT_PADDING;
                socket.set(Options, IsotpOptions { flags, ..IsotpOptions::default() })
            });
            let two = two.unwrap();
            let mut buffer = Vec::new();
            for len in [1, 7, 8, 100, 4_095, 5_000] {
                let message = pattern(len);
                assert_eq!(one.send(&message).await.unwrap(), len);
                let n = two.recv_message(&mut buffer).await.unwrap();
                assert!(buffer[..n] == message, "{len} bytes");
            }
            assert_eq!(two.send(b"back").await.unwrap(), 4);
            let n = one.recv_message(&mut buffer).await.unwrap();
            assert_eq!(&buffer[..n], b"back");
        });
    });
}

#[test]
fn messages_of_j1939_say_whom_they_are_for() {
    on_buses(Protocol::CAN_J1939, |[bus, _]| {
        on_two_drivers(|| async {
            const NO_NAME: u64 = CanAddress::J1939_NO_NAME;
            let unit = |addr| CanJ1939::open(bus, NO_NAME, addr).unwrap();
            let at = |pgn, addr| CanAddress::J1939 { interface: bus, name: NO_NAME, pgn, addr };
            let (sender, receiver) = (unit(0x20), unit(0x30));
            let message = pattern(1_000);
            assert_eq!(sender.send_to(&message, at(0xEF00, 0x30)).await.unwrap(), 1_000);
            let mut buffer = [0; 1_785];
            let came = receiver.recv_message(&mut buffer).await.unwrap();
            assert!(buffer[..came.len] == message, "{came:?}");
            assert_eq!((came.to, came.priority, came.is_truncated), (Some(0x30), Some(6), false));
            let CanAddress::J1939 { pgn, addr, .. } = came.from else { panic!("{came:?}") };
            assert_eq!((pgn, addr), (0xEF00, 0x20));

            for socket in [&sender, &receiver] {
                socket.set(Broadcast, true).unwrap();
            }
            let everyone = at(0xFEF1, CanAddress::J1939_NO_ADDR);
            sender.send_to(b"to all", everyone).await.unwrap();
            let mut few = [0; 2];
            let came = receiver.recv_message(&mut few).await.unwrap();
            assert_eq!((came.to, came.is_truncated, &few), (None, true, b"to"));
        });
    });
}

#[test]
fn a_socket_of_another_protocol_of_can_is_refused() {
    on_buses(Protocol::CAN_BCM, |_| {
        let manager = Socket::new(Family::CAN, Kind::DGRAM, Protocol::CAN_BCM).unwrap();
        let error = CanIsoTp::try_from(manager).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        let manager = Socket::new(Family::CAN, Kind::DGRAM, Protocol::CAN_BCM).unwrap();
        assert!(CanBcm::try_from(manager).is_ok());
    });
}
