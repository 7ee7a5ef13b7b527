//! Bluetooth: its host controllers, and the protocols above them.

use crate::opens;
use berkeley_core::Kind;
use nix::libc;

const FAMILY: i32 = libc::AF_BLUETOOTH;

// `BTPROTO_*` of the kernel's net/bluetooth/bluetooth.h.
const L2CAP: i32 = 0;
const HCI: i32 = 1;
const SCO: i32 = 2;
const RFCOMM: i32 = 3;

#[test]
fn l2cap_seqpackets_open() {
    opens(FAMILY, Kind::SEQPACKET, L2CAP);
}

#[test]
fn l2cap_streams_open() {
    opens(FAMILY, Kind::STREAM, L2CAP);
}

#[test]
fn l2cap_datagrams_open() {
    opens(FAMILY, Kind::DGRAM, L2CAP);
}

#[test]
fn hci_sockets_open() {
    opens(FAMILY, Kind::RAW, HCI);
}

#[test]
fn sco_sockets_open() {
    opens(FAMILY, Kind::SEQPACKET, SCO);
}

#[test]
fn rfcomm_streams_open() {
    opens(FAMILY, Kind::STREAM, RFCOMM);
}
