//! RDS, reliable datagrams over many connections.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_RDS;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}
