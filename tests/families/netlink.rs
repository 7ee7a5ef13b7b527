//! The kernel's own services, such as routes and interfaces.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_NETLINK;

#[test]
fn route_sockets_open() {
    opens(FAMILY, Kind::RAW, libc::NETLINK_ROUTE);
}

#[test]
fn datagrams_open() {
    opens(FAMILY, Kind::DGRAM, libc::NETLINK_ROUTE);
}

#[test]
fn generic_sockets_open() {
    opens(FAMILY, Kind::RAW, libc::NETLINK_GENERIC);
}
