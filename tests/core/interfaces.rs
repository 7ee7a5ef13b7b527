//! Network interfaces by name and number, as Python has them.

use crate::assert_errno;
use berkeley_core::Interface;
use berkeley_tests::{PATIENCE, Process, bounded, in_network, peer};
use nix::libc;
use std::process::Command;

#[test]
fn the_interfaces_are_those_that_python_lists() {
    in_network(PATIENCE, |_| {
        let Some(python) = peer("python3") else { return };
        let script = "import socket\nfor i, n in socket.if_nameindex(): print(i, n)";
        let theirs = Process::spawn(Command::new(python).args(["-c", script])).to_end();
        let ours = Interface::all().unwrap();
        let ours: String = ours
            .iter()
            .map(|interface| format!("{} {}\n", interface.index(), interface.name().unwrap()))
            .collect();
        assert_eq!(ours, String::from_utf8(theirs).unwrap());
        assert!(ours.lines().count() > 1, "{ours}");
    });
}

#[test]
fn names_and_numbers_lead_to_each_other_as_in_python() {
    in_network(PATIENCE, |_| {
        let Some(python) = peer("python3") else { return };
        let script = "import socket\nprint(socket.if_nametoindex('here'))";
        let index =
            String::from_utf8(Process::spawn(Command::new(python).args(["-c", script])).to_end());
        let index: u32 = index.unwrap().trim().parse().unwrap();
        assert_eq!(Interface::from_name("here").unwrap().index(), index);
        assert_eq!(Interface::from_index(index).name().unwrap(), "here");
    });
}

#[test]
fn what_is_no_interface_has_its_errno() {
    bounded(PATIENCE, || {
        for name in ["", "no such one", "a-name-longer-than-any"] {
            assert_errno(Interface::from_name(name), libc::ENODEV);
        }
        assert_errno(Interface::from_index(u32::MAX).name(), libc::ENXIO);
        assert_errno(Interface::ANY.name(), libc::ENXIO);
    });
}
