//! The programs of can-utils, which others wrote: what they send and show is the same here.

use super::{on_buses, raw};
use crate::common::receive;
use berkeley_core::Protocol;
use berkeley_core::can::{CanFdFlags, CanFdFrame, CanFrame, CanId};
use berkeley_core::option::can::FdFrames;
use berkeley_tests::{Process, eventually, peer};
use std::process::Command;

#[test]
fn cansend_sends_what_comes_here() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let Some(cansend) = peer("cansend") else { return };
        let receiver = raw(bus);
        receiver.set(FdFrames, true).unwrap();
        for text in ["123#DEADBEEF", "01234567#0102030405060708", "7FF#R4", "000#", "123##3AABBCC"]
        {
            Process::spawn(Command::new(&cansend).args(["bus0", text])).succeed();
            let bytes = receive(&receiver).bytes;
            let shown = match bytes.len() {
                CanFrame::SIZE => CanFrame::decode(&bytes).unwrap().to_string(),
                // Kernels may add that it is an FD frame.
                _ => CanFdFrame::decode(&bytes).unwrap().to_string().replace("##7", "##3"),
            };
            assert_eq!(shown, text);
        }
    });
}

#[test]
fn candump_shows_what_is_sent_here() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        let Some(candump) = peer("candump") else { return };
        let mut dump = Process::spawn(Command::new(candump).args(["-L", "bus0"]));
        // It is listed once it listens: device, identifier, mask, and who it is.
        eventually("candump listens", || {
            let list = std::fs::read_to_string("/proc/thread-self/net/can/rcvlist_all");
            list.is_ok_and(|list| {
                list.lines().any(|line| line.contains("bus0") && line.contains("raw"))
            })
        });
        let sender = raw(bus);
        sender.set(FdFrames, true).unwrap();
        let id = CanId::standard(0x123).unwrap();
        let long = CanId::extended(0x0123_4567).unwrap();
        let frames = [
            CanFrame::new(id, &[1, 2, 3]).unwrap(),
            CanFrame::new(long, &[0xFF; 8]).unwrap(),
            CanFrame::remote(id, 2).unwrap(),
        ];
        for frame in frames {
            assert_eq!(sender.send(&frame.encode()).unwrap(), CanFrame::SIZE);
            let line = dump.line();
            let shown = line.rsplit(' ').next().unwrap();
            assert_eq!(shown, frame.to_string(), "{line}");
        }
        let fd = CanFdFrame::new(id, CanFdFlags::RATE_SWITCH, &[7; 12]).unwrap();
        assert_eq!(sender.send(&fd.encode()).unwrap(), CanFdFrame::SIZE);
        let line = dump.line();
        let shown = line.rsplit(' ').next().unwrap().replace("##5", "##1");
        assert_eq!(shown, fd.to_string(), "{line}");
    });
}
