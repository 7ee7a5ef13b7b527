//! Frames in memory that a network interface shares with the process.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_XDP;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::RAW, 0);
}
