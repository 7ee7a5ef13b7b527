//! Frames of a network interface.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_PACKET;

#[test]
fn raw_sockets_open() {
    opens(FAMILY, Kind::RAW, 0);
}

#[test]
fn datagrams_open() {
    opens(FAMILY, Kind::DGRAM, 0);
}
