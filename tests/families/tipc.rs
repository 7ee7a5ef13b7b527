//! TIPC, messages between the nodes of a cluster.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_TIPC;

#[test]
fn streams_open() {
    opens(FAMILY, Kind::STREAM, 0);
}

#[test]
fn seqpackets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}

#[test]
fn reliable_datagrams_open() {
    opens(FAMILY, Kind::RDM, 0);
}

#[test]
fn datagrams_open() {
    opens(FAMILY, Kind::DGRAM, 0);
}
