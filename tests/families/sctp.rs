//! SCTP, messages in many streams over an association.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

#[test]
fn streams_over_ipv4_open() {
    opens(libc::AF_INET, Kind::STREAM, libc::IPPROTO_SCTP);
}

#[test]
fn streams_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::STREAM, libc::IPPROTO_SCTP);
}

#[test]
fn seqpackets_over_ipv4_open() {
    opens(libc::AF_INET, Kind::SEQPACKET, libc::IPPROTO_SCTP);
}

#[test]
fn seqpackets_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::SEQPACKET, libc::IPPROTO_SCTP);
}
