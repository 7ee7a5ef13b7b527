//! What files cannot answer, from a name server of a test's own.

use crate::{assert_errno, assert_kind};
use berkeley_core::constant::{AddrInfoFlags, EaiCode};
use berkeley_core::resolve::{self, HostEntry, HostError, ResolveError};
use berkeley_core::{Family, Kind};
use berkeley_tests::with_name_server;
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io::ErrorKind;

#[test]
fn a_name_server_answers() {
    with_name_server("resolve::name_server::a_name_server_answers", |_| {
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
    with_name_server("resolve::name_server::each_failure_of_a_name_server_has_its_code", |_| {
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
    with_name_server(name, |_| {
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
