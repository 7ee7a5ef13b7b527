//! Interfaces by name and index: what Python finds.

use crate::assert_errno;
use crate::resolve::assert_python;
use berkeley_core::Interface;
use berkeley_tests::{PATIENCE, in_network};
use nix::libc;
use std::fmt::Write;

#[test]
fn interfaces_are_those_that_python_finds() {
    in_network(PATIENCE, |network| {
        network.ip("link add fifteen-letters type veth peer name other");
        let all = Interface::all().unwrap();
        assert_eq!(all.len(), 5, "lo, here, nobody and the two: {all:?}");
        let (mut ours, mut script) = (Vec::new(), String::new());
        let list: Vec<_> =
            all.iter().map(|one| format!("({}, '{}')", one.index(), one.name().unwrap())).collect();
        ours.push(format!("[{}]", list.join(", ")));
        script += "tell(s.if_nameindex)\n";
        for interface in all {
            let (index, name) = (interface.index(), interface.name().unwrap());
            assert_eq!(Interface::from_name(&name).unwrap(), interface);
            ours.extend([index.to_string(), Interface::from_index(index).name().unwrap()]);
            writeln!(script, "tell(s.if_nametoindex, {name:?})").unwrap();
            writeln!(script, "tell(s.if_indextoname, {index})").unwrap();
        }
        assert_python(&script, &ours);
        for name in ["nope", "", "sixteen-letters-"] {
            assert_errno(Interface::from_name(name), libc::ENODEV);
        }
        for index in [0, 4711, u32::MAX] {
            assert_errno(Interface::from_index(index).name(), libc::ENXIO);
        }
    });
}
