//! CAN, the bus of cars and machines: raw frames, the broadcast manager, and two transports above.

use crate::opens;
use berkeley_core::Kind;
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
