//! Numeric addresses as C reads and writes them, and byte orders.

use super::{assert_python, quickly};
use crate::assert_errno;
use berkeley_core::Family;
use berkeley_core::byte_order::{htonl, htons, ntohl, ntohs};
use berkeley_core::resolve::{InetError, inet_aton, inet_ntoa, inet_ntop, inet_pton};
use nix::libc;
use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::net::IpAddr;

const TEXTS: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "1",
    "0",
    "4294967295",
    "4294967296",
    "0x7f.1",
    "0X7F000001",
    "0177.0.0.1",
    "08.0.0.1",
    "0x",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.65536",
    "1.16777215",
    "1.16777216",
    "01.02.03.04",
    "",
    " ",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4 localhost",
    "1.2.3.4\\tx",
    "1.2.3.4x",
    "1..2",
    ".1",
    "1.",
    "-1",
    "+1",
    "localhost",
    "::",
    "::1",
    "1::",
    ":::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8:9",
    "::ffff:1.2.3.4",
    "::1.2.3.4",
    "::1.2.3",
    "::1.2.3.256",
    "1.2.3.4::",
    "12345::",
    "::g",
    "[::1]",
    "fe80::1%lo",
    "::00001",
    "0:0:0:0:0:0:0:0",
    "ABCD:ef01::",
    "::1/64",
];

fn told<T: ToString>(found: Result<T, InetError>) -> String {
    found.map_or_else(|_| "error unknown".to_owned(), |found| found.to_string())
}

#[test]
fn texts_are_the_addresses_that_python_takes_them_for() {
    quickly(|| {
        let (mut ours, mut script) = (Vec::new(), String::new());
        for text in TEXTS {
            let text = text.replace("\\t", "\t");
            ours.push(told(inet_aton(&text)));
            writeln!(script, "tell(lambda t: s.inet_ntoa(s.inet_aton(t)), {text:?})").unwrap();
            for family in [Family::INET, Family::INET6] {
                let packed = inet_pton(family, &text).map(|ip| match ip {
                    IpAddr::V4(v4) => format!("{:?}", v4.octets()),
                    IpAddr::V6(v6) => format!("{:?}", v6.octets()),
                });
                ours.push(told(packed));
                let python = format!("list(s.inet_pton({}, t))", family.raw());
                writeln!(script, "tell(lambda t: {python}, {text:?})").unwrap();
            }
        }
        let failed = ours.iter().filter(|line| line.starts_with("error")).count();
        assert!(failed > 50 && ours.len() - failed > 20, "{failed} of {}", ours.len());
        assert_python(&script, &ours);
    });
}

#[test]
fn bytes_are_the_texts_that_python_writes() {
    quickly(|| {
        let (mut ours, mut script) = (Vec::new(), String::new());
        // Many patterns of zero groups, which is what the ways of writing differ in.
        for pattern in 0..=255_u8 {
            for group in [1, 0xabcd_u16] {
                let groups = (0..8).map(|nth| if pattern >> nth & 1 == 1 { group } else { 0 });
                let bytes: Vec<u8> = groups.flat_map(u16::to_be_bytes).collect();
                ours.push(inet_ntop(Family::INET6, &bytes).unwrap());
                writeln!(script, "tell(s.inet_ntop, s.AF_INET6, bytes({bytes:?}))").unwrap();
                let bytes = &bytes[..4];
                ours.push(inet_ntop(Family::INET, bytes).unwrap());
                assert_eq!(inet_ntoa(bytes).as_ref(), Ok(&ours[ours.len() - 1]));
                writeln!(script, "tell(s.inet_ntoa, bytes({bytes:?}))").unwrap();
            }
        }
        assert_python(&script, &ours);
    });
}

#[test]
fn what_is_no_address_is_refused_with_its_reason() {
    quickly(|| {
        assert_eq!(inet_aton("1.2.3.4\0"), Err(InetError::NoAddress("1.2.3.4\0".to_owned())));
        assert_eq!(inet_pton(Family::INET, "127.1"), Err(InetError::NoAddress("127.1".to_owned())));
        for (family, len) in [(Family::INET, 3), (Family::INET, 16), (Family::INET6, 4)] {
            assert_eq!(inet_ntop(family, &vec![0; len]), Err(InetError::Length { family, len }));
        }
        assert_eq!(
            inet_ntoa(&[0; 5]).unwrap_err().to_string(),
            "an address of INET has 4 bytes, not 5"
        );
        for outcome in [
            inet_ntop(Family::UNIX, &[0; 4]).map(drop),
            inet_pton(Family::UNIX, "1.2.3.4").map(drop),
        ] {
            let error = outcome.unwrap_err();
            assert!(error.to_string().contains("UNIX"), "{error}");
            assert_errno::<()>(Err(error.into()), libc::EAFNOSUPPORT);
        }
        let error = io::Error::from(inet_aton("nope").unwrap_err());
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("\"nope\""));
    });
}

#[test]
fn addresses_go_through_their_text_unchanged() {
    quickly(|| {
        for ip in ["0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1:0:0:1"] {
            let ip: IpAddr = ip.parse().unwrap();
            let (family, bytes) = match ip {
                IpAddr::V4(v4) => (Family::INET, v4.octets().to_vec()),
                IpAddr::V6(v6) => (Family::INET6, v6.octets().to_vec()),
            };
            assert_eq!(inet_pton(family, &inet_ntop(family, &bytes).unwrap()), Ok(ip));
        }
    });
}

#[test]
fn byte_orders_are_those_of_python() {
    quickly(|| {
        let (mut ours, mut script) = (Vec::new(), String::new());
        for number in [0, 1, 80, 0x1234, u16::MAX] {
            ours.push(format!("{} {}", htons(number), ntohs(number)));
            writeln!(script, "print(s.htons({number}), s.ntohs({number}))").unwrap();
        }
        for number in [0, 1, 80, 0x1234_5678, u32::MAX] {
            ours.push(format!("{} {}", htonl(number), ntohl(number)));
            writeln!(script, "print(s.htonl({number}), s.ntohl({number}))").unwrap();
        }
        assert_python(&script, &ours);
    });
}
