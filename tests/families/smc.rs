//! SMC, TCP that moves to shared memory where both ends can.

use crate::opens;
use berkeley_core::Kind;

/// `AF_SMC`, which the libc crate does not have.
const FAMILY: i32 = 43;

#[test]
fn streams_over_ipv4_open() {
    opens(FAMILY, Kind::STREAM, 0);
}

#[test]
fn streams_over_ipv6_open() {
    opens(FAMILY, Kind::STREAM, 1);
}
