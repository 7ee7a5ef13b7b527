//! getaddrinfo, and what takes the first of its answers.

use super::{HOSTS, assert_python, python, quickly, with_dead_name_server, with_hosts};
use crate::assert_kind;
use berkeley_core::constant::{AddrInfoFlags, EaiCode};
use berkeley_core::resolve::{self, Query, ResolveError};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, Process, bounded, in_child, ipv6, peer, skip};
use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::Command;
use std::thread;

/// Answers as Python's script below prints them.
fn told(query: &Query) -> String {
    match query.lookup() {
        Ok(found) => {
            let answers: Vec<_> = found
                .iter()
                .map(|entry| {
                    let numbers = (entry.family.raw(), entry.kind.raw(), entry.protocol.raw());
                    let canonical = entry.canonical_name.as_deref().unwrap_or_default();
                    format!("{numbers:?} {canonical} {}", entry.address)
                })
                .collect();
            answers.join(" ")
        }
        Err(error) => format!("error {}", error.code().expect("a code").raw()),
    }
}

const TELL: &str = "
def answers(*arguments):
    found = s.getaddrinfo(*arguments)
    return ' '.join(f'{(int(f), int(k), p)} {c} {show(a)}' for f, k, p, c, a in found)
";

#[test]
fn queries_find_what_python_finds() {
    with_hosts("resolve::queries::queries_find_what_python_finds", HOSTS, || {
        let (mut ours, mut script) = (Vec::new(), TELL.to_owned());
        let mut both = |host: Option<&str>, port: Option<&str>, hints: [i32; 4]| {
            let [family, kind, protocol, flags] = hints;
            let query = resolve::addresses(host, port)
                .family(Family::from_raw(family))
                .kind(Kind::from_raw(kind))
                .protocol(Protocol::from_raw(protocol))
                .flags(AddrInfoFlags::from_bits_retain(flags));
            ours.push(told(&query));
            let text = |text: Option<&str>| text.map_or("None".to_owned(), |t| format!("{t:?}"));
            let (host, port) = (text(host), text(port));
            script +=
                &format!("tell(answers, {host}, {port}, {family}, {kind}, {protocol}, {flags})\n");
        };

        let hosts = [
            None,
            Some(""),
            Some("localhost"),
            Some("server.example.org"),
            Some("www.example.org"),
            Some("only6.example.org"),
            Some("bücher.example.org"),
            Some("nowhere.example.org"),
            Some("127.0.0.1"),
            Some("127.1"),
            Some("0x7f.1"),
            Some("::1"),
            Some("::ffff:192.0.2.1"),
            Some("fe80::1%lo"),
            Some("fe80::1%nope"),
            Some("<broadcast>"),
            Some("255.255.255.255"),
        ];
        let ports =
            [None, Some(""), Some("0"), Some("80"), Some("65535"), Some("http"), Some("nope")];
        let families = [Family::UNSPEC, Family::INET, Family::INET6].map(Family::raw);
        for host in hosts {
            for port in ports {
                for family in families {
                    both(host, port, [family, Kind::STREAM.raw(), 0, 0]);
                }
                both(host, port, [0, 0, 0, 0]);
                both(host, port, [0, 0, Protocol::UDP.raw(), 0]);
            }
            let flags = [
                AddrInfoFlags::PASSIVE,
                AddrInfoFlags::CANONNAME,
                AddrInfoFlags::NUMERICHOST,
                AddrInfoFlags::NUMERICSERV,
                AddrInfoFlags::ADDRCONFIG,
                AddrInfoFlags::V4MAPPED,
                AddrInfoFlags::V4MAPPED | AddrInfoFlags::ALL,
            ];
            for flags in flags {
                both(host, Some("80"), [0, Kind::STREAM.raw(), 0, flags.bits()]);
                both(host, Some("http"), [Family::INET6.raw(), 0, 0, flags.bits()]);
            }
        }
        // Hints that no system has an answer for.
        both(Some("localhost"), Some("80"), [4711, 0, 0, 0]);
        both(Some("localhost"), Some("80"), [0, 4711, 0, 0]);
        both(Some("localhost"), Some("80"), [0, Kind::STREAM.raw(), Protocol::UDP.raw(), 0]);
        both(Some("localhost"), Some("80"), [0, 0, 0, 1 << 20]);
        both(Some("localhost"), Some("http"), [0, Kind::RAW.raw(), 0, 0]);

        let (found, failed): (Vec<_>, Vec<_>) =
            ours.iter().partition(|line| !line.starts_with("error"));
        assert!(found.len() > 200 && failed.len() > 100, "{} {}", found.len(), failed.len());
        assert!(found.iter().any(|line| line.contains("192.0.2.8:80")));
        assert!(found.iter().any(|line| line.contains("192.0.2.9:80")), "the encoded name");
        assert!(found.iter().any(|line| line.contains("server.example.org ")), "canonical names");
        assert_python(&script, &ours);
    });
}

#[test]
fn a_query_tells_why_it_failed() {
    with_hosts("resolve::queries::a_query_tells_why_it_failed", HOSTS, || {
        let stream = |host: &str, port: &str| resolve::addresses(host, port).kind(Kind::STREAM);
        let numeric = AddrInfoFlags::NUMERICHOST;
        for (query, code, kind) in [
            (stream("nowhere.example.org", "80"), EaiCode::NONAME, ErrorKind::NotFound),
            (stream("127.0.0.1", "nope"), EaiCode::SERVICE, ErrorKind::NotFound),
            (stream("localhost", "80").flags(numeric), EaiCode::NONAME, ErrorKind::NotFound),
            (
                stream("only6.example.org", "80").family(Family::INET),
                EaiCode::NONAME,
                ErrorKind::NotFound,
            ),
            (stream("::1", "80").family(Family::INET), EaiCode::ADDRFAMILY, ErrorKind::NotFound),
            (
                stream("::1", "80").family(Family::from_raw(4711)),
                EaiCode::FAMILY,
                ErrorKind::Unsupported,
            ),
            (
                stream("::1", "80").kind(Kind::from_raw(4711)),
                EaiCode::SOCKTYPE,
                ErrorKind::Unsupported,
            ),
            (
                stream("::1", "80").flags(AddrInfoFlags::from_bits_retain(1 << 20)),
                EaiCode::BADFLAGS,
                ErrorKind::InvalidInput,
            ),
        ] {
            let error = query.lookup().unwrap_err();
            assert_eq!(error.code(), Some(code), "{query:?}");
            let text = error.to_string();
            assert!(text.ends_with(&format!("({code:?})")) && text.len() > 15, "{text}");
            let error = io::Error::from(error);
            assert_eq!(error.kind(), kind, "{query:?}");
            // Whole, with its code.
            let inner = error.downcast::<ResolveError>().unwrap();
            assert_eq!(inner.code(), Some(code));
        }
        let words = python(
            "print(s.getaddrinfo.__module__)\ntry: s.getaddrinfo('x.invalid', 1)\nexcept s.gaierror as e: print(e.strerror)\n",
        );
        if let Some(words) = words {
            let ours = stream("x.invalid", "1").lookup().unwrap_err().to_string();
            let theirs = words.lines().nth(1).unwrap();
            assert_eq!(ours, format!("{theirs} (NONAME)"));
        }
    });
}

#[test]
fn a_dead_name_server_means_again() {
    with_dead_name_server("resolve::queries::a_dead_name_server_means_again", || {
        let error = resolve::addresses("www.example.org", 80).lookup().unwrap_err();
        assert_eq!(error.code(), Some(EaiCode::AGAIN), "{error}");
        assert_eq!(io::Error::from(error).kind(), ErrorKind::Other);
    });
}

#[test]
fn what_cannot_be_asked_is_refused_by_its_words() {
    quickly(|| {
        let refused = |query: Query, words: &str| {
            let error = query.lookup().unwrap_err();
            assert!(matches!(error, ResolveError::Invalid(_)), "{error:?}");
            assert_eq!(error.code(), None);
            assert!(error.to_string().contains(words), "{error}");
            assert_kind::<()>(Err(error.into()), ErrorKind::InvalidInput);
        };
        // The C library would take these for another port, or for another name.
        for port in ["65536", "-1", "+80", " 80", "4294967376", "18446744073709551696"] {
            refused(resolve::addresses("127.0.0.1", port), "0 to 65535");
        }
        refused(resolve::addresses("127.0.0.1\0.example.org", 80), "NUL");
        refused(resolve::addresses(&b"127.0.0.1\0"[..], 80), "NUL");
        refused(resolve::addresses("127.0.0.1", "80\0"), "NUL");
        refused(resolve::addresses("a\u{2260}\u{ad}\u{fffd}", 80), "internationalised");
        let missing = resolve::addresses(None, None).lookup().unwrap_err();
        assert_eq!(missing.code(), Some(EaiCode::NONAME));
    });
}

#[test]
fn hosts_and_ports_are_given_in_every_way() {
    quickly(|| {
        let told = |query: Query| query.kind(Kind::STREAM).lookup().unwrap()[0].address.to_string();
        assert_eq!(told(resolve::addresses("127.0.0.1", 80)), "127.0.0.1:80");
        assert_eq!(told(resolve::addresses(String::from("127.0.0.1"), "80")), "127.0.0.1:80");
        assert_eq!(told(resolve::addresses(b"127.0.0.1", b"80")), "127.0.0.1:80");
        assert_eq!(told(resolve::addresses(Some("127.0.0.1"), None)), "127.0.0.1:0");
        assert_eq!(told(resolve::addresses(Ipv4Addr::LOCALHOST, 80)), "127.0.0.1:80");
        assert_eq!(told(resolve::addresses(Ipv6Addr::LOCALHOST, 80)), "[::1]:80");
    });
}

#[test]
fn a_name_in_other_letters_is_asked_in_ascii() {
    with_hosts("resolve::queries::a_name_in_other_letters_is_asked_in_ascii", HOSTS, || {
        let found = |name: &str| {
            let found = resolve::addresses(name, 80).kind(Kind::STREAM).lookup();
            found.map(|found| found[0].address.to_string())
        };
        for name in ["bücher.example.org", "BÜCHER.example.org", "bu\u{308}cher。example.org"] {
            assert_eq!(found(name).unwrap(), "192.0.2.9:80", "{name}");
        }
        assert_eq!(found("１２７.０.０.１").unwrap(), "127.0.0.1:80");
        // Bytes are asked as they are.
        let bytes = resolve::addresses("bücher.example.org".as_bytes(), 80).lookup();
        assert_eq!(bytes.unwrap_err().code(), Some(EaiCode::NONAME));
    });
}

#[test]
fn the_first_address_of_a_name_or_a_number() {
    with_hosts("resolve::queries::the_first_address_of_a_name_or_a_number", HOSTS, || {
        for (target, family, expected) in [
            (("127.0.0.1", "80"), Family::INET, "127.0.0.1:80"),
            (("127.0.0.1", "80"), Family::UNSPEC, "127.0.0.1:80"),
            (("127.1", "80"), Family::INET, "127.0.0.1:80"),
            (("127.0.0.1", "http"), Family::INET, "127.0.0.1:80"),
            (("::1", "80"), Family::INET6, "[::1]:80"),
            (("fe80::1%1", "80"), Family::INET6, "[fe80::1%1]:80"),
            (("fe80::1%lo", "80"), Family::INET6, "[fe80::1%lo]:80"),
            (("", "80"), Family::INET, "0.0.0.0:80"),
            (("", "80"), Family::INET6, "[::]:80"),
            (("", "http"), Family::INET6, "[::]:80"),
            (("<broadcast>", "80"), Family::INET, "255.255.255.255:80"),
            (("<broadcast>", "80"), Family::UNSPEC, "255.255.255.255:80"),
            (("localhost", "80"), Family::INET, "127.0.0.1:80"),
            (("localhost", "80"), Family::INET6, "[::1]:80"),
            (("only6.example.org", "80"), Family::UNSPEC, "[2001:db8::6]:80"),
            (("bücher.example.org", "http"), Family::INET, "192.0.2.9:80"),
        ] {
            let found = resolve::first(target, family).unwrap();
            assert_eq!(found.to_string(), expected, "{target:?}");
            // And as one text.
            let text = match target.0.contains(':') {
                true => format!("[{}]:{}", target.0, target.1),
                false => format!("{}:{}", target.0, target.1),
            };
            assert_eq!(resolve::first(text, family).unwrap(), found);
        }
        assert_eq!(resolve::first((None, 80), Family::INET).unwrap().to_string(), "0.0.0.0:80");

        for (target, family, words) in [
            ("<broadcast>:80", Family::INET6, "no broadcast"),
            ("127.0.0.1:80", Family::INET6, "another family"),
            ("[::1]:80", Family::INET, "another family"),
            ("127.0.0.1", Family::INET, "write example.org:80"),
            ("127.0.0.1:", Family::INET, "write example.org:80"),
            ("::1:80", Family::INET6, "write example.org:80"),
            ("[::1:80", Family::INET6, "write example.org:80"),
            ("localhost:65536", Family::INET, "0 to 65535"),
        ] {
            let error = resolve::first(target, family).unwrap_err();
            assert!(matches!(error, ResolveError::Invalid(_)), "{target}: {error:?}");
            assert!(error.to_string().contains(words), "{target}: {error}");
        }
        let missing = resolve::first("nowhere.example.org:80", Family::INET).unwrap_err();
        assert_eq!(missing.code(), Some(EaiCode::NONAME));
    });
}

#[test]
fn a_socket_is_bound_and_sends_by_name() {
    quickly(|| {
        let socket = || Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        let (receiver, sender) = (socket(), socket());
        receiver.bind(resolve::first(("localhost", 0), Family::INET).unwrap()).unwrap();
        let port = receiver.local_addr().unwrap().port().unwrap();
        let to = resolve::first(("localhost", port), sender.family()).unwrap();
        sender.send_to(b"by name", to).unwrap();
        assert_eq!(receiver.recv(&mut [0; 16]).unwrap(), 7);
    });
}

/// The system calls of this test in a process of its own, where `what` is looked up.
fn traced(what: &str) -> Option<String> {
    let scratch = berkeley_tests::Scratch::new();
    let trace = scratch.path("trace");
    let name = "resolve::queries::numbers_ask_nobody";
    let mut strace = Command::new(peer("strace")?);
    strace.args(["-f", "-e", "trace=openat,socket,connect", "-o"]).arg(&trace);
    strace.arg(env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
    let mut process = Process::spawn(strace.env("BERKELEY_LOOKUP", what));
    process.end_input();
    if !process.finish().success() {
        skip(&format!("strace cannot trace here: {}", process.errors_to_end()));
        return None;
    }
    Some(fs::read_to_string(trace).unwrap())
}

#[test]
fn numbers_ask_nobody() {
    match env::var("BERKELEY_LOOKUP").as_deref() {
        Ok("name") => drop(resolve::first(("localhost", 80), Family::INET).unwrap()),
        Ok(_) => {
            for (host, family) in [
                ("127.0.0.1", Family::INET),
                ("127.1", Family::INET),
                ("0x7f000001", Family::INET),
                ("", Family::INET),
                ("", Family::INET6),
                ("<broadcast>", Family::INET),
                ("::1", Family::INET6),
                ("fe80::1%lo", Family::INET6),
            ] {
                resolve::first((host, 80), family).unwrap();
            }
            resolve::first(("127.0.0.1", 80), Family::INET6).unwrap_err();
            resolve::addresses("127.0.0.1", 80).lookup().unwrap();
            resolve::addresses("::1", 80).lookup().unwrap();
            let error = berkeley_core::ConnectOptions::new().connect(("127.0.0.1", 0)).unwrap_err();
            assert_eq!(error.attempts().len(), 1);
        }
        Err(_) => bounded(PATIENCE, || {
            let asks =
                ["/etc/hosts", "/etc/nsswitch.conf", "nscd", "/etc/resolv.conf", "htons(53)"];
            let Some(trace) = traced("name") else { return };
            assert!(trace.contains("/etc/hosts"), "this would see a lookup:\n{trace}");
            let Some(trace) = traced("numbers") else { return };
            for ask in asks {
                assert!(!trace.contains(ask), "{ask}:\n{trace}");
            }
        }),
    }
}

#[test]
fn threads_look_up_at_the_same_time() {
    with_hosts("resolve::queries::threads_look_up_at_the_same_time", HOSTS, || {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let query = resolve::addresses("server.example.org", "http");
                        assert_eq!(query.kind(Kind::STREAM).lookup().unwrap().len(), 3);
                        let host = resolve::HostEntry::from_name("www.example.org").unwrap();
                        assert_eq!(host.name, "server.example.org");
                        let service = resolve::ServiceEntry::from_port(22, Some("tcp")).unwrap();
                        assert_eq!(service.name, "ssh");
                        let protocol = resolve::ProtocolEntry::from_name("tcp").unwrap();
                        assert_eq!(protocol.protocol, Protocol::TCP);
                    }
                });
            }
        });
    });
}

/// The kilobytes of memory that this process has.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn lists_of_answers_are_given_back() {
    in_child("resolve::queries::lists_of_answers_are_given_back", || {
        let look_up = || {
            for _ in 0..100_000 {
                resolve::addresses("127.0.0.1", 80).lookup().unwrap();
            }
        };
        look_up();
        let before = resident();
        look_up();
        // A list has three entries of some 80 bytes: 24 MB.
        assert!(resident() < before + 4_000, "{before} kB became {} kB", resident());
    });
}

#[test]
fn ipv6_is_there_or_not_by_the_namespace() {
    if !ipv6() {
        return;
    }
    assert!(berkeley_core::has_ipv6());
    berkeley_tests::in_network(PATIENCE, |_| {
        assert!(berkeley_core::has_ipv6());
        fs::write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1").unwrap();
        assert!(!berkeley_core::has_ipv6());
    });
}
