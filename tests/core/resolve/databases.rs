//! Services and protocols.

use super::{assert_python, quickly};
use crate::assert_kind;
use berkeley_core::Protocol;
use berkeley_core::resolve::{ProtocolEntry, ServiceEntry};
use berkeley_tests::{in_child, with_etc};
use std::fmt::Write;
use std::io::{self, ErrorKind};

const SOME: [Option<&str>; 4] = [None, Some("tcp"), Some("udp"), Some("nope")];

fn arguments(what: &str, protocol: Option<&str>) -> String {
    protocol.map_or(what.to_owned(), |protocol| format!("{what}, {protocol:?}"))
}

fn told(found: io::Result<String>) -> String {
    found.unwrap_or_else(|error| {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        "error unknown".to_owned()
    })
}

#[test]
fn services_are_those_that_python_finds() {
    quickly(|| {
        let (mut ours, mut script) = (Vec::new(), String::new());
        for protocol in SOME {
            for port in (0..1100).chain([3306, 5432, 6000, 65535]) {
                let found = ServiceEntry::from_port(port, protocol);
                ours.push(told(found.map(|entry| entry.name)));
                let arguments = arguments(&port.to_string(), protocol);
                writeln!(script, "tell(s.getservbyport, {arguments})").unwrap();
            }
            for name in ["http", "www", "domain", "ssh", "tftp", "nope", "", "HTTP"] {
                let found = ServiceEntry::from_name(name, protocol);
                ours.push(told(found.map(|entry| entry.port.to_string())));
                let arguments = arguments(&format!("{name:?}"), protocol);
                writeln!(script, "tell(s.getservbyname, {arguments})").unwrap();
            }
        }
        assert!(ours.contains(&"http".to_owned()) && ours.contains(&"53".to_owned()));
        assert_python(&script, &ours);
    });
}

#[test]
fn protocols_are_those_that_python_finds() {
    quickly(|| {
        let (mut ours, mut script) = (Vec::new(), String::new());
        let names = (0..256).filter_map(|number| {
            let entry = ProtocolEntry::from_number(Protocol::from_raw(number)).ok()?;
            assert_eq!(entry.protocol.raw(), number);
            Some([vec![entry.name], entry.aliases].concat())
        });
        for name in names.flatten().chain(["nope".to_owned(), String::new()]) {
            let found = ProtocolEntry::from_name(&name);
            ours.push(told(found.map(|entry| entry.protocol.raw().to_string())));
            writeln!(script, "tell(s.getprotobyname, {name:?})").unwrap();
        }
        assert!(ours.len() > 20, "{ours:?}");
        assert_python(&script, &ours);
        assert_eq!(ProtocolEntry::from_name("icmp").unwrap().protocol, Protocol::ICMP);
    });
}

#[test]
fn entries_are_told_whole() {
    in_child("resolve::databases::entries_are_told_whole", || {
        let mut services = "ours 4711/udp first second\n".to_owned();
        services += "many 4712/tcp";
        (0..700).for_each(|nth| write!(services, " alias-{nth}").unwrap());
        let protocols = "ours 253 OURS mine\n";
        let files = [
            ("services", &*services),
            ("protocols", protocols),
            ("nsswitch.conf", super::FILES_ONLY),
        ];
        with_etc(&files, || {
            let service = ServiceEntry::from_name("second", None).unwrap();
            assert_eq!(service.name, "ours");
            assert_eq!(service.aliases, ["first", "second"]);
            assert_eq!((service.port, &*service.protocol), (4711, "udp"));
            assert_eq!(ServiceEntry::from_port(4711, Some("udp")).unwrap(), service);
            // More than any first guess of a buffer's length.
            let many = ServiceEntry::from_port(4712, None).unwrap();
            assert_eq!((many.aliases.len(), &*many.aliases[699]), (700, "alias-699"));

            let protocol = ProtocolEntry::from_name("mine").unwrap();
            assert_eq!(protocol.name, "ours");
            assert_eq!(protocol.aliases, ["OURS", "mine"]);
            assert_eq!(protocol.protocol, Protocol::from_raw(253));
            assert_eq!(ProtocolEntry::from_number(Protocol::from_raw(253)).unwrap(), protocol);
        });
    });
}

#[test]
fn what_is_not_there_is_named() {
    quickly(|| {
        for (outcome, words) in [
            (ServiceEntry::from_name("no\0", None).map(drop), "service no\0 in"),
            (ServiceEntry::from_name("nope", Some("tcp")).map(drop), "service nope of \"tcp\""),
            (ServiceEntry::from_port(80, Some("t\0")).map(drop), "service at port 80 of"),
            (ProtocolEntry::from_name("no\0").map(drop), "protocol no\0 in"),
            (ProtocolEntry::from_number(Protocol::from_raw(-1)).map(drop), "protocol of number -1"),
        ] {
            let error = outcome.as_ref().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
            assert_kind(outcome, ErrorKind::NotFound);
        }
    });
}
