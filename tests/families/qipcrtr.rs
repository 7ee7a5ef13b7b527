//! The router between a Qualcomm chip's processors.

use crate::opens;
use berkeley_core::Kind;

/// `AF_QIPCRTR`, which the libc crate does not have here.
const FAMILY: i32 = 42;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::DGRAM, 0);
}
