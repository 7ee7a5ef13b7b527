//! CAN, the bus of cars and machines: raw frames, the broadcast manager, and two transports above.
//!
//! Each test has a bus of its own, in a network namespace.

mod bcm;
mod isotp;
mod j1939;
mod programs;
mod raw;

use crate::opens;
use berkeley_core::address::CanAddress;
use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, balanced, family, in_network, kernel_lacks};
use nix::libc;

const FAMILY: i32 = libc::AF_CAN;

#[test]
fn raw_sockets_open() {
    opens(FAMILY, Kind::RAW, libc::CAN_RAW);
}

#[test]
fn broadcast_manager_sockets_open() {
    opens(FAMILY, Kind::DGRAM, libc::CAN_BCM);
}

#[test]
fn isotp_sockets_open() {
    opens(FAMILY, Kind::DGRAM, libc::CAN_ISOTP);
}

#[test]
fn j1939_sockets_open() {
    opens(FAMILY, Kind::DGRAM, libc::CAN_J1939);
}

/// Runs a test body with two buses of its own, which take frames of CAN FD, if the kernel has CAN
/// and this protocol of it.
pub(crate) fn on_buses(protocol: Protocol, body: impl FnOnce([Interface; 2]) + Send + 'static) {
    balanced(move || {
        if family(Family::CAN, kind(protocol), protocol).is_none() {
            return;
        }
        in_network(PATIENCE / 3, |network| {
            let made = network.try_ip(
                "link add bus0 type vcan
                 link add bus1 type vcan
                 link set bus0 mtu 72 up
                 link set bus1 mtu 72 up",
            );
            if let Err(e) = made {
                return kernel_lacks(&format!("no virtual CAN: {e}"));
            }
            body(["bus0", "bus1"].map(|name| Interface::from_name(name).expect("the bus")));
        });
    });
}

fn kind(protocol: Protocol) -> Kind {
    if protocol == Protocol::CAN_RAW { Kind::RAW } else { Kind::DGRAM }
}

fn open(protocol: Protocol) -> Socket {
    Socket::new(Family::CAN, kind(protocol), protocol).expect("a socket")
}

/// A raw socket, bound.
pub(crate) fn raw(to: Interface) -> Socket {
    let socket = open(Protocol::CAN_RAW);
    socket.bind(CanAddress::bus(to)).expect("bind");
    socket
}
