//! The kernel's cryptography.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_ALG;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}
