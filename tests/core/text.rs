//! Properties of addresses as text: what is printed reads back as the same address.

use crate::any_address::{any_address, awkward_bytes, config};
use berkeley_core::Interface;
use berkeley_core::address::{BdAddr, UnixAddressError, UnixName};
use berkeley_core::{Address, Family, Inet6Address, UnixAddress};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ffi::OsStr;
use std::net::SocketAddrV4;
use std::os::unix::ffi::OsStrExt;

#[track_caller]
fn assert_reads_back(address: Address) {
    let text = address.to_string();
    let read: Address = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(read, address, "{text}");
    assert_eq!(read.to_string(), text);
}

/// What the texts of families begin with.
const PREFIXES: &[&str] = &[
    "unix", "netlink", "packet", "vsock", "can", "isotp", "j1939", "tipc", "alg", "qipcrtr", "xdp",
    "l2cap", "rfcomm", "hci", "sco", "other",
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn ipv4_reads_back(ip: [u8; 4], port: u16) {
        assert_reads_back(SocketAddrV4::new(ip.into(), port).into());
    }

    #[test]
    fn ipv6_reads_back(ip: [u8; 16], port: u16, scope: u32) {
        let address = Inet6Address::new(ip.into(), port).with_scope(Interface::from_index(scope));
        assert_reads_back(address.into());
    }

    #[test]
    fn ipv6_with_long_runs_of_zeros_reads_back(
        ip in vec(prop_oneof![3 => Just(0), 1 => any::<u16>()], 8), port: u16,
    ) {
        let ip: [u16; 8] = ip.try_into().unwrap();
        assert_reads_back(Inet6Address::new(ip.into(), port).into());
    }

    #[test]
    fn any_abstract_name_reads_back(name in awkward_bytes(UnixAddress::MAX_ABSTRACT)) {
        let address = UnixAddress::abstract_name(&name).unwrap();
        prop_assert_eq!(address.name(), UnixName::Abstract(&name));
        assert_reads_back(address.into());
    }

    #[test]
    fn any_path_reads_back(path in awkward_bytes(UnixAddress::MAX_PATH + 2)) {
        match UnixAddress::path(OsStr::from_bytes(&path)) {
            Ok(address) => {
                prop_assert_eq!(address.as_pathname().unwrap().as_os_str().as_bytes(), &path);
                assert_reads_back(address.into());
            }
            Err(UnixAddressError::EmptyPath) => prop_assert!(path.is_empty()),
            Err(UnixAddressError::NulInPath) => prop_assert!(path.contains(&0)),
            Err(UnixAddressError::PathTooLong(len)) => {
                prop_assert!(len == path.len() && len > UnixAddress::MAX_PATH);
            }
            Err(e) => prop_assert!(false, "{}", e),
        }
    }

    #[test]
    fn an_address_of_any_family_reads_back((address, _) in any_address()) {
        assert_reads_back(address);
    }

    #[test]
    fn a_bluetooth_address_reads_back_in_any_case(bytes: [u8; 6]) {
        let text = BdAddr::new(bytes).to_string();
        for text in [text.to_uppercase(), text.to_lowercase()] {
            prop_assert_eq!(text.parse::<BdAddr>().unwrap().bytes(), bytes);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        let _ = text.parse::<Address>();
        let _ = text.parse::<BdAddr>();
        let _ = format!("[{text}]:1").parse::<Address>();
        for prefix in PREFIXES {
            let _ = format!("{prefix}:{text}").parse::<Address>();
        }
    }

    #[test]
    fn no_fields_make_the_parser_panic(
        prefix in proptest::sample::select(PREFIXES),
        fields in vec("(lo|name|id|0x[0-9a-f]{0,17}|-?[0-9]{0,21}|[0-9A-F]{2}|é)", 0..12),
    ) {
        if let Ok(address) = format!("{prefix}:{}", fields.join(":")).parse::<Address>() {
            assert_reads_back(address);
        }
    }

    #[test]
    fn text_that_reads_prints_what_reads_as_the_same(
        text in "(unix:@?)?[a-z0-9@:.\\[\\]%/\\\\]{0,24}(:[0-9]{1,5})?",
    ) {
        if let Ok(address) = text.parse::<Address>() {
            assert_reads_back(address);
        }
    }
}

#[test]
fn a_path_that_begins_with_an_at_sign_reads_back_as_a_path() {
    for path in ["@", "@relative", "@/file", "./@", "\\@", "\\x40"] {
        let address = UnixAddress::path(path).unwrap();
        assert_reads_back(address.into());
    }
    let longest = format!("@{}", "p".repeat(UnixAddress::MAX_PATH - 1));
    assert_reads_back(UnixAddress::path(longest).unwrap().into());
}

#[test]
fn a_name_that_begins_with_an_escape_is_what_it_says() {
    let address: Address = "unix:@\\x40".parse().unwrap();
    assert_eq!(address.as_unix().unwrap().name(), UnixName::Abstract(b"@"));
    assert_eq!(address.family(), Family::UNIX);
}

#[test]
fn a_scope_is_digits_or_a_name() {
    for text in ["[fe80::1%+3]:80", "[fe80::1%]:80", "[fe80::1%-1]:80", "[fe80::1%4294967296]:80"] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
}
