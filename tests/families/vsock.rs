//! Between virtual machines and their host.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_VSOCK;

#[test]
fn streams_open() {
    opens(FAMILY, Kind::STREAM, 0);
}

#[test]
fn seqpackets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}
