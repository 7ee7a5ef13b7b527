//! Hosts with their aliases, names of addresses, and the name of this host.

use super::{HOSTS, assert_python, quickly, with_dead_name_server, with_hosts};
use crate::{assert_errno, assert_kind};
use berkeley_core::address::OtherAddress;
use berkeley_core::constant::{EaiCode, NameInfoFlags};
use berkeley_core::resolve::{self, HostEntry, HostError, ResolveError};
use berkeley_core::{Address, Family, Inet6Address, Interface};
use berkeley_tests::{in_child, peer, with_etc};
use nix::libc;
use nix::sched::{CloneFlags, unshare};
use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv6Addr};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

/// A host as Python prints it, or the number of the error.
fn told(found: Result<HostEntry, HostError>) -> String {
    let list = |texts: Vec<String>| {
        let quoted: Vec<_> = texts.iter().map(|text| format!("'{text}'")).collect();
        format!("[{}]", quoted.join(", "))
    };
    match found {
        Ok(host) => {
            let addresses = host.addresses.iter().map(IpAddr::to_string).collect();
            format!("('{}', {}, {})", host.name, list(host.aliases), list(addresses))
        }
        Err(error) => format!("error {}", error.code().expect("a code")),
    }
}

#[test]
fn hosts_have_the_names_aliases_and_addresses_that_python_finds() {
    let name = "resolve::hosts::hosts_have_the_names_aliases_and_addresses_that_python_finds";
    with_hosts(name, HOSTS, || {
        let (mut ours, mut script) = (Vec::new(), String::new());
        for name in [
            "localhost",
            "server.example.org",
            "www.example.org",
            "server",
            "bare2",
            "bücher.example.org",
            "127.0.0.1",
            "127.1",
        ] {
            ours.push(told(HostEntry::from_name(name)));
            writeln!(script, "tell(s.gethostbyname_ex, {name:?})").unwrap();
        }
        for ip in ["127.0.0.1", "192.0.2.7", "192.0.2.8", "192.0.2.11", "198.51.100.1", "::1"] {
            ours.push(told(HostEntry::from_address(ip.parse::<IpAddr>().unwrap())));
            writeln!(script, "tell(s.gethostbyaddr, {ip:?})").unwrap();
        }
        for ip in ["2001:db8::7", "2001:db8::6", "2001:db8::8"] {
            ours.push(told(HostEntry::from_address(ip.parse::<IpAddr>().unwrap())));
            writeln!(script, "tell(s.gethostbyaddr, {ip:?})").unwrap();
        }
        assert!(ours[1].starts_with("('server.example.org', ['server', 'www.example.org'"));
        assert!(ours.contains(&"error 1".to_owned()));
        assert_python(&script, &ours);
    });
}

#[test]
fn a_host_with_hundreds_of_aliases_is_told_whole() {
    in_child("resolve::hosts::a_host_with_hundreds_of_aliases_is_told_whole", || {
        let mut hosts = "192.0.2.7 server".to_owned();
        (0..700).for_each(|nth| write!(hosts, " alias-{nth}.example.org").unwrap());
        hosts += "\n";
        with_etc(&[("hosts", &hosts), ("nsswitch.conf", super::FILES_ONLY)], || {
            let by_name = HostEntry::from_name("alias-699.example.org").unwrap();
            assert_eq!(by_name.name, "server");
            assert_eq!(by_name.aliases.len(), 700);
            assert_eq!(by_name.aliases[699], "alias-699.example.org");
            let by_address = HostEntry::from_address([192, 0, 2, 7]).unwrap();
            assert_eq!(by_address, by_name);
        });
    });
}

#[test]
fn an_unknown_host_has_its_number_and_words() {
    with_hosts("resolve::hosts::an_unknown_host_has_its_number_and_words", HOSTS, || {
        let missing = HostEntry::from_name("nowhere.example.org").unwrap_err();
        assert!(matches!(missing, HostError::HostNotFound), "{missing:?}");
        assert_eq!((missing.code(), &*missing.to_string()), (Some(1), "Unknown host"));
        let unnamed = HostEntry::from_address([198, 51, 100, 1]).unwrap_err();
        assert_eq!(unnamed.code(), Some(1));
        let error = io::Error::from(unnamed);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.downcast::<HostError>().unwrap().code(), Some(1));
        // It has an address of another family alone.
        let without = HostEntry::from_name("only6.example.org").unwrap_err();
        assert_kind::<()>(Err(without.into()), ErrorKind::NotFound);

        for name in ["a\0b", "a\u{2260}\u{ad}\u{fffd}"] {
            let error = HostEntry::from_name(name).unwrap_err();
            assert!(matches!(error, HostError::Invalid(_)), "{error:?}");
            assert_kind::<()>(Err(error.into()), ErrorKind::InvalidInput);
        }
        assert!(matches!(HostEntry::from_name(None), Err(HostError::Invalid(_))));
    });
}

#[test]
fn a_dead_name_server_means_try_again() {
    with_dead_name_server("resolve::hosts::a_dead_name_server_means_try_again", || {
        let by_name = HostEntry::from_name("www.example.org").unwrap_err();
        assert!(matches!(by_name, HostError::TryAgain), "{by_name:?}");
        let by_address = HostEntry::from_address([192, 0, 2, 77]).unwrap_err();
        assert_eq!(by_address.code(), Some(2), "{by_address:?}");
        assert_eq!(by_address.to_string(), "Host name lookup failure");
    });
}

#[test]
fn a_host_by_name_is_one_address_of_ipv4() {
    with_hosts("resolve::hosts::a_host_by_name_is_one_address_of_ipv4", HOSTS, || {
        let (mut ours, mut script) = (Vec::new(), String::new());
        for name in
            ["", "<broadcast>", "127.0.0.1", "127.1", "localhost", "server", "bücher.example.org"]
        {
            ours.push(resolve::host_by_name(name).unwrap().to_string());
            writeln!(script, "tell(s.gethostbyname, {name:?})").unwrap();
        }
        ours.push(format!(
            "error {}",
            resolve::host_by_name("nowhere").unwrap_err().code().unwrap().raw()
        ));
        script += "tell(s.gethostbyname, 'nowhere')\n";
        assert_python(&script, &ours);
        let other = resolve::host_by_name("::1").unwrap_err();
        assert!(matches!(other, ResolveError::Invalid(_)), "{other:?}");
    });
}

#[test]
fn the_names_of_an_address_are_those_that_python_finds() {
    let name = "resolve::hosts::the_names_of_an_address_are_those_that_python_finds";
    with_hosts(name, HOSTS, || {
        let (mut ours, mut script) = (Vec::new(), String::new());
        let mut both = |address: Address, tuple: String, flags: NameInfoFlags| {
            ours.push(match resolve::name_info(address, flags) {
                Ok(names) => format!("('{}', '{}')", names.host, names.service),
                Err(error) => format!("error {}", error.code().expect("a code").raw()),
            });
            writeln!(script, "tell(s.getnameinfo, {tuple}, {})", flags.bits()).unwrap();
        };
        let all_flags = [
            NameInfoFlags::empty(),
            NameInfoFlags::NUMERICHOST,
            NameInfoFlags::NUMERICSERV,
            NameInfoFlags::NUMERICHOST | NameInfoFlags::NUMERICSERV,
            NameInfoFlags::NAMEREQD,
            NameInfoFlags::NOFQDN,
            NameInfoFlags::DGRAM,
            NameInfoFlags::from_bits_retain(1 << 20),
        ];
        for flags in all_flags {
            for (ip, port) in
                [("127.0.0.1", 80), ("192.0.2.7", 512), ("192.0.2.9", 0), ("198.51.100.1", 65535)]
            {
                let address = format!("{ip}:{port}").parse().unwrap();
                both(address, format!("({ip:?}, {port})"), flags);
            }
            for (ip, scope) in [("::1", 0), ("::1", 1), ("fe80::1", 1), ("ff02::1", 1)] {
                let address = Inet6Address::new(ip.parse::<Ipv6Addr>().unwrap(), 22)
                    .with_scope(Interface::from_index(scope));
                both(address.into(), format!("({ip:?}, 22, 0, {scope})"), flags);
            }
        }
        assert!(ours.iter().any(|line| line.contains("fe80::1%lo")), "{ours:?}");
        assert!(ours.iter().any(|line| line.contains("server.example.org")), "{ours:?}");
        assert!(ours.iter().any(|line| line.contains("'ssh'")), "{ours:?}");
        assert_python(&script, &ours);
    });
}

#[test]
fn the_names_of_an_address_of_another_family() {
    quickly(|| {
        let unix: Address = "unix:/run/a-path-that-is-longer-than-32-bytes.sock".parse().unwrap();
        let names = resolve::name_info(unix, NameInfoFlags::NUMERICSERV).unwrap();
        assert_eq!(names.service, "/run/a-path-that-is-longer-than-32-bytes.sock");
        let other = OtherAddress::new(Family::from_raw(200), &[1, 2, 3]).unwrap();
        let error = resolve::name_info(Address::Other(other), NameInfoFlags::empty()).unwrap_err();
        assert_eq!(error.code(), Some(EaiCode::FAMILY), "{error}");
    });
}

#[test]
fn the_full_name_of_a_host_is_the_one_that_python_finds() {
    let name = "resolve::hosts::the_full_name_of_a_host_is_the_one_that_python_finds";
    with_hosts(name, HOSTS, || {
        if let Err(e) = unshare(CloneFlags::CLONE_NEWUTS) {
            return berkeley_tests::skip(&format!("no right to make a UTS namespace: {e}"));
        }
        for own in ["server", "bare", "bare2", "unknown"] {
            resolve::set_host_name(own).unwrap();
            let (mut ours, mut script) = (Vec::new(), String::new());
            for name in [
                "",
                "0.0.0.0",
                "::",
                "  localhost ",
                "localhost",
                "bare",
                "bare2",
                "www.example.org",
                "nowhere",
                "192.0.2.11",
                "2001:db8::6",
            ] {
                ours.push(resolve::fqdn(name));
                writeln!(script, "tell(s.getfqdn, {name:?})").unwrap();
            }
            assert_python(&script, &ours);
            let full = match own {
                "server" => "server.example.org",
                "bare2" => "full.example.org",
                own => own,
            };
            assert_eq!(resolve::fqdn(""), full);
        }
    });
}

#[test]
fn the_name_of_this_host_is_set_and_told() {
    in_child("resolve::hosts::the_name_of_this_host_is_set_and_told", || {
        if let Err(e) = unshare(CloneFlags::CLONE_NEWUTS) {
            return berkeley_tests::skip(&format!("no right to make a UTS namespace: {e}"));
        }
        let longest = "n".repeat(64);
        for name in ["one", "two.example.org", &longest] {
            resolve::set_host_name(name).unwrap();
            assert_eq!(resolve::host_name().unwrap(), name);
            let Some(uname) = peer("uname") else { return };
            let told = Command::new(uname).arg("-n").output().unwrap().stdout;
            assert_eq!(String::from_utf8(told).unwrap().trim_end(), name);
        }
        // Bytes that are no text.
        let bytes = std::ffi::OsStr::from_bytes(b"n\xFFm");
        resolve::set_host_name(bytes).unwrap();
        assert_eq!(resolve::host_name().unwrap(), bytes);

        assert_errno(resolve::set_host_name("n".repeat(65)), libc::EINVAL);
        assert_errno(resolve::set_host_name("n".repeat(70_000)), libc::EINVAL);
        assert_eq!(resolve::host_name().unwrap(), bytes);
    });
}

#[test]
fn the_name_of_this_host_is_not_for_everyone_to_set() {
    in_child("resolve::hosts::the_name_of_this_host_is_not_for_everyone_to_set", || {
        let nobody = nix::unistd::Uid::from_raw(65534);
        if nix::unistd::geteuid().is_root() && nix::unistd::seteuid(nobody).is_err() {
            return berkeley_tests::skip("no right to become nobody");
        }
        let before = resolve::host_name().unwrap();
        assert_errno(resolve::set_host_name("mine"), libc::EPERM);
        assert_eq!(resolve::host_name().unwrap(), before);
    });
}
