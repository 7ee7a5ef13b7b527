//! The examples of these families, run as a user runs them.

use super::balanced;
use crate::can::on_buses;
use crate::common::{receive, send_to};
use crate::vsock::vsock;
use berkeley_core::address::CanAddress;
use berkeley_core::can::{CanFrame, CanId};
use berkeley_core::{Kind, Protocol};
use berkeley_tests::{PATIENCE, Process, example, in_network};

fn frame(number: u32, data: &[u8]) -> CanFrame {
    CanFrame::new(CanId::standard(number).unwrap(), data).unwrap()
}

#[test]
fn can_raw_shows_frames_and_sends_them_back() {
    on_buses(Protocol::CAN_RAW, |[bus, _]| {
        for name in ["can_raw", "can_raw_sync"] {
            let mut program = Process::spawn(example(name).args(["bus0", "2"]));
            assert_eq!(program.line(), "listening on bus0");
            let socket = crate::can::raw(bus);
            for data in [&[1, 2, 3][..], &[]] {
                send_to(&socket, &frame(0x42, data).encode(), CanAddress::bus(bus));
                assert_eq!(program.line(), format!("received 42: {data:02x?}"));
                for expected in [frame(0x42, data), frame(1, &[1, 2, 3])] {
                    assert_eq!(CanFrame::decode(&receive(&socket).bytes).unwrap(), expected);
                }
            }
            program.succeed();
        }
    });
}

#[test]
fn can_bcm_repeats_and_tells() {
    on_buses(Protocol::CAN_BCM, |[bus, _]| {
        let socket = crate::can::raw(bus);
        let mut program = Process::spawn(example("can_bcm").args(["bus0", "2"]));
        assert_eq!(program.line(), "watching bus0");
        let alive = frame(0x123, b"alive");
        assert_eq!(CanFrame::decode(&receive(&socket).bytes).unwrap(), alive);
        send_to(&socket, &frame(0x200, &[7]).encode(), CanAddress::bus(bus));
        assert_eq!(program.line(), "changed: 200#07");
        assert_eq!(program.line(), "silent for a second");
        program.succeed();
    });
}

#[test]
fn link_monitor_shows_links_that_come_and_go() {
    // Built before time runs.
    let mut program = example("link_monitor");
    balanced(|| {
        in_network(PATIENCE / 3, move |network| {
            let mut program = Process::spawn(&mut program);
            let mut before = Vec::new();
            loop {
                match program.line() {
                    line if line == "watching" => break,
                    line => before.push(line),
                }
            }
            assert!(before.iter().any(|line| line.contains(": here (mtu 1500, up)")), "{before:?}");
            assert!(before.iter().any(|line| line.contains("192.0.2.1/24 on")), "{before:?}");
            network.ip("link add one type veth peer name two");
            while !program.line().contains(": one (mtu 1500, down)") {}
            network.ip("link del one");
            while !program.line().starts_with("gone ") {}
            program.interrupt();
        });
    });
}

#[test]
fn vsock_echo_echoes_lines() {
    balanced(|| {
        if vsock(Kind::STREAM).is_none() {
            return;
        }
        let any = u32::MAX.to_string();
        let mut server = Process::spawn(example("vsock_echo").arg(any));
        let listening = server.line();
        let port = listening.rsplit(':').next().unwrap();
        let mut client = Process::spawn(example("vsock_echo").args(["1", port]));
        for line in ["hello", "zweite Zeile ü"] {
            client.give(format!("{line}\n").as_bytes());
            assert_eq!(client.line(), line);
        }
        client.succeed();
        assert!(server.line().starts_with("connected by vsock:1:"));
        server.interrupt();
    });
}
