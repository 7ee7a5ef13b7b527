//! UDP-Lite, UDP with a partial checksum.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

#[test]
fn datagrams_over_ipv4_open() {
    opens(libc::AF_INET, Kind::DGRAM, libc::IPPROTO_UDPLITE);
}

#[test]
fn datagrams_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::DGRAM, libc::IPPROTO_UDPLITE);
}
