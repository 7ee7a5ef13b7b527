//! Bluetooth: its host controllers, and the protocols above them.

mod hci;
mod l2cap;
mod radio;
mod rfcomm;
mod sco;

use crate::common::{another, receive};
use crate::opens;
use berkeley_core::address::HciAddress;
use berkeley_core::{Address, Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, balanced, eventually, family};
use nix::libc;
use radio::{Identity, Radio};
use std::thread;

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

// Commands of the kernel's management: `MGMT_OP_*` of its mgmt.h.
const SET_POWERED: u16 = 5;
const SET_CONNECTABLE: u16 = 7;

/// Runs a test body with so many controllers, which are switched on, if the kernel has Bluetooth.
pub(crate) fn with_controllers(count: usize, body: impl FnOnce(&[Identity]) + Send + 'static) {
    with_radio(count, |radio| body(&radio.controllers));
}

/// The same, for a body that has something to say to the air.
fn with_radio(count: usize, body: impl FnOnce(&Radio) + Send + 'static) {
    balanced(move || {
        let Some(control) = family(Family::BLUETOOTH, Kind::RAW, Protocol::BTPROTO_HCI) else {
            return;
        };
        control
            .bind(HciAddress {
                device: HciAddress::NO_DEVICE,
                channel: HciAddress::CHANNEL_CONTROL,
            })
            .expect("bind");
        let Some(radio) = Radio::new(count) else { return };
        for controller in &radio.controllers {
            switch_on(&control, *controller);
        }
        body(&radio);
        // Links begin and end in an orderly way before the controllers are pulled out: kernels
        // survive that more surely.
        radio.settle();
        for controller in &radio.controllers {
            manage(&control, controller.index, SET_POWERED, &[0]);
        }
    });
}

/// Switches a controller on, and makes it one that can be connected to.
fn switch_on(control: &Socket, controller: Identity) {
    // The kernel sets it up first, and does not know it until then.
    eventually("the controller is there", || {
        match manage(control, controller.index, SET_POWERED, &[1]) {
            0 => true,
            status => {
                assert!(matches!(status, 0x0A | 0x11), "busy or not there, but not {status:#x}");
                false
            }
        }
    });
    assert_eq!(manage(control, controller.index, SET_CONNECTABLE, &[1]), 0);
}

/// Gives a command to the kernel's management of Bluetooth, and returns its status.
fn manage(control: &Socket, controller: u16, command: u16, parameters: &[u8]) -> u8 {
    let len = u16::try_from(parameters.len()).unwrap();
    let mut bytes = [command, controller, len].map(u16::to_le_bytes).concat();
    bytes.extend(parameters);
    // The kernel says 0 of what it refuses, and tells why in its answer.
    control.send(&bytes).expect("send");
    loop {
        let event = receive(control).bytes;
        let word = |at: usize| u16::from_le_bytes([event[at], event[at + 1]]);
        // Of the command, complete (1) or not (2).
        if matches!(word(0), 1 | 2) && word(2) == controller && word(6) == command {
            return event[8];
        }
    }
}

fn open(kind: Kind, protocol: Protocol) -> Socket {
    Socket::new(Family::BLUETOOTH, kind, protocol).expect("a socket")
}

/// Two connected sockets: one bound to `from` that connected, one that `listener` accepted at
/// `address`.
fn connection(listener: &Socket, from: Address, address: Address) -> (Socket, Socket) {
    let client = another(listener);
    client.bind(from).expect("bind");
    client.set_timeout(Some(PATIENCE / 4)).expect("a mode");
    let connecting = thread::spawn(move || client.connect(address).map(|()| client));
    listener.set_timeout(Some(PATIENCE / 4)).expect("a mode");
    let accepted = listener.accept();
    let client = berkeley_tests::join(connecting).expect("connect");
    let (served, _) = accepted.expect("accept");
    client.set_timeout(None).expect("a mode");
    (client, served)
}
