//! A name server of a test's own, in a network of its own: what files cannot answer.

use crate::{assert_errno, assert_kind};
use berkeley_core::constant::{AddrInfoFlags, EaiCode};
use berkeley_core::resolve::{self, HostEntry, HostError, ResolveError};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, in_child, in_network, with_etc};
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io::ErrorKind;
use std::thread;

/// Runs a test body in a process of its own whose only source of names is this server: RFC 1035.
///
/// `host.example` has an IPv4 address, `xn--bcher-kva.example` too, `alias.example` is another
/// name of the first; `empty.example` has no address, `broken.example` makes the server fail,
/// `refused.example` makes it refuse; others are not there.
fn with_name_server(test: &str, body: impl FnOnce() + Send + 'static) {
    in_child(test, || {
        in_network(PATIENCE, |_| {
            let server = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
            server.bind("127.0.0.1:53").unwrap();
            thread::spawn(move || {
                let mut question = [0; 512];
                while let Ok((n, Some(from))) = server.recv_from(&mut question) {
                    server.send_to(&answer(&question[..n]), from).unwrap();
                }
            });
            let resolver = "nameserver 127.0.0.1\noptions attempts:1 timeout:5\n";
            with_etc(&[("resolv.conf", resolver), ("nsswitch.conf", "hosts: dns\n")], body);
        });
    });
}

/// The answer to a message with one question.
fn answer(message: &[u8]) -> Vec<u8> {
    let (mut name, mut at) = (Vec::new(), 12);
    while message[at] > 0 {
        let label = &message[at + 1..][..usize::from(message[at])];
        name.push(String::from_utf8_lossy(label).into_owned());
        at += 1 + label.len();
    }
    let kind = message[at + 2];
    let question = &message[12..at + 5];
    // The name of the question, its type, IN, a minute, and the length of the data.
    let record = |owner: &[u8], kind: u8, data: &[u8]| {
        let len = u8::try_from(data.len()).unwrap();
        [owner, &[0, kind, 0, 1, 0, 0, 0, 60, 0, len], data].concat()
    };
    let asked = [0xC0, 12];
    let host = b"\x04host\x07example\x00";
    let (code, records) = match (&*name.join("."), kind) {
        ("host.example" | "xn--bcher-kva.example", 1) => {
            (0, vec![record(&asked, 1, &[192, 0, 2, 7])])
        }
        ("alias.example", 1) => {
            (0, vec![record(&asked, 5, host), record(host, 1, &[192, 0, 2, 7])])
        }
        ("7.2.0.192.in-addr.arpa", 12) => (0, vec![record(&asked, 12, host)]),
        ("host.example" | "xn--bcher-kva.example" | "alias.example" | "empty.example", _) => {
            (0, Vec::new())
        }
        ("broken.example", _) => (2, Vec::new()),
        ("refused.example", _) => (5, Vec::new()),
        _ => (3, Vec::new()),
    };
    let count = u8::try_from(records.len()).unwrap();
    let header = [message[0], message[1], 0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
    [&header, question, &records.concat()].concat()
}

#[test]
fn a_name_server_answers() {
    with_name_server("resolve::name_server::a_name_server_answers", || {
        for name in ["host.example", "bücher.example"] {
            let found = resolve::first((name, 80), Family::UNSPEC).unwrap();
            assert_eq!(found.to_string(), "192.0.2.7:80");
        }
        let query = resolve::addresses("alias.example", 80).kind(Kind::STREAM);
        let found = query.flags(AddrInfoFlags::CANONNAME).lookup().unwrap();
        assert_eq!(found[0].canonical_name.as_deref(), Some("host.example"));

        let host = HostEntry::from_name("alias.example").unwrap();
        assert_eq!(
            (&*host.name, &*host.aliases),
            ("host.example", &["alias.example".to_owned()][..])
        );
        assert_eq!(HostEntry::from_address([192, 0, 2, 7]).unwrap().name, "host.example");
        assert_eq!(resolve::fqdn("alias.example"), "host.example");
    });
}

#[test]
fn each_failure_of_a_name_server_has_its_code() {
    with_name_server("resolve::name_server::each_failure_of_a_name_server_has_its_code", || {
        for (name, eai, host_error) in [
            ("nowhere.example", EaiCode::NONAME, 1),
            ("broken.example", EaiCode::AGAIN, 2),
            ("empty.example", EaiCode::NODATA, 4),
        ] {
            let error = resolve::addresses(name, 80).lookup().unwrap_err();
            assert_eq!(error.code(), Some(eai), "{name}");
            let error = HostEntry::from_name(name).unwrap_err();
            assert_eq!(error.code(), Some(host_error), "{name}: {error}");
        }
        let error = HostEntry::from_name("empty.example").unwrap_err();
        assert!(matches!(error, HostError::NoData));
        assert_kind::<()>(Err(error.into()), ErrorKind::NotFound);
        let error = resolve::addresses("empty.example", 80).lookup().unwrap_err();
        assert!(matches!(error, ResolveError::Failed(_)));
        assert_kind::<()>(Err(error.into()), ErrorKind::NotFound);
    });
}

#[test]
fn a_failed_system_call_of_a_lookup_has_its_errno() {
    let name = "resolve::name_server::a_failed_system_call_of_a_lookup_has_its_errno";
    with_name_server(name, || {
        let query = resolve::addresses("host.example", 80);
        query.lookup().unwrap();
        // The C library gets no socket then. It does not always say why.
        let (soft, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, 0, most).unwrap();
        let plain = query.lookup();
        let configured = query.flags(AddrInfoFlags::ADDRCONFIG).lookup();
        let host = HostEntry::from_name("host.example");
        setrlimit(Resource::RLIMIT_NOFILE, soft, most).unwrap();

        let error = plain.unwrap_err();
        let without_errno = error.code() == Some(EaiCode::SYSTEM);
        assert!(without_errno || matches!(error, ResolveError::System(_)), "{error:?}");
        let error = configured.unwrap_err();
        assert!(matches!(error, ResolveError::System(_)), "{error:?}");
        assert_errno::<()>(Err(error.into()), libc::EMFILE);
        let error = host.unwrap_err();
        assert!(matches!(error, HostError::System(_)), "{error:?}");
    });
}
