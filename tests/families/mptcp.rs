//! MPTCP, TCP over several paths.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

#[test]
fn streams_over_ipv4_open() {
    opens(libc::AF_INET, Kind::STREAM, libc::IPPROTO_MPTCP);
}

#[test]
fn streams_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::STREAM, libc::IPPROTO_MPTCP);
}
