//! Constants: their numbers are those that a C compiler and Python read, their names are told, and
//! what is unknown survives.

use crate::assert_errno;
use berkeley_core::constant::{self, AddrInfoFlags, EaiCode, EtherType, NameInfoFlags, Value};
use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, Process, Scratch, bounded, in_network, peer, skip};
use nix::libc;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Where the names are declared.
const HEADERS: &[&str] = &[
    "sys/ioctl.h",
    "sys/socket.h",
    "netinet/in.h",
    "netinet/tcp.h",
    "netdb.h",
    "net/ethernet.h",
    "netatalk/at.h",
    "netax25/ax25.h",
    "netipx/ipx.h",
    "netrom/netrom.h",
    "netrose/rose.h",
    "linux/can.h",
    "linux/can/bcm.h",
    "linux/can/j1939.h",
    "linux/can/raw.h",
    "linux/if_alg.h",
    "linux/if_packet.h",
    "linux/netfilter_ipv4.h",
    "linux/netlink.h",
    "linux/rds.h",
    "linux/sctp.h",
    "linux/tipc.h",
    "linux/vm_sockets.h",
    "bluetooth/bluetooth.h",
    "bluetooth/hci.h",
    "bluetooth/l2cap.h",
    "bluetooth/rfcomm.h",
    "bluetooth/sco.h",
];

/// What no header need declare, and where it is from.
const NOT_IN_HEADERS: &[(&str, &str)] = &[
    ("ALG_OP_SIGN", "proposed to the kernel and never taken; Python has it"),
    ("ALG_OP_VERIFY", "the same"),
    ("ALG_SET_PUBKEY", "the same"),
    ("BT_VOICE_TRANSPARENT_16BIT", "the kernel's own net/bluetooth/bluetooth.h"),
    ("SOL_UDP", "the kernel's own linux/socket.h; the number of IPPROTO_UDP"),
    ("UDPLITE_RECV_CSCOV", "the kernel's own net/udplite.h"),
    ("UDPLITE_SEND_CSCOV", "the same"),
];

/// How a name is spelled in C.
fn in_c(name: &str) -> &str {
    // The header of the broadcast manager has no prefix; Python gave it this one.
    name.strip_prefix("CAN_BCM_").unwrap_or(name)
}

/// A program that prints a line `NAME VALUE` for each of `names`.
fn program<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut source = "#define _GNU_SOURCE\n#include <stdio.h>\n".to_owned();
    source.extend(HEADERS.iter().map(|header| format!("#include <{header}>\n")));
    source += "int main(void) {\n";
    source.extend(names.map(|name| {
        let value = in_c(name);
        format!("printf(\"{name} %lld\\n\", (long long)({value}));\n")
    }));
    source + "return 0;\n}\n"
}

/// Compiles a program; what the compiler complains of if it does.
fn compile(compiler: &Path, source: &str, to: &Path) -> Result<(), String> {
    let mut command = Command::new(compiler);
    command.args(["-x", "c", "-w", "-fmax-errors=0", "-", "-o"]).arg(to).env("LC_ALL", "C");
    let mut compiler = Process::spawn(&mut command);
    compiler.give(source.as_bytes());
    let status = compiler.finish();
    if status.success() { Ok(()) } else { Err(compiler.errors_to_end()) }
}

/// The names that the compiler does not know: `error: 'NAME' undeclared`.
fn undeclared(complaints: &str) -> BTreeSet<&str> {
    complaints
        .lines()
        .filter(|line| line.contains("undeclared"))
        .filter_map(|line| line.split('\'').nth(1))
        .collect()
}

/// What a C compiler reads for those of `names` that the headers have; `None` after a printed skip.
fn numbers_in_c(names: &BTreeSet<&str>) -> Option<BTreeMap<String, i64>> {
    let compiler = peer("cc")?;
    if !Path::new("/usr/include/bluetooth/bluetooth.h").exists() {
        skip("there are no headers of Bluetooth (tests/setup installs them)");
        return None;
    }
    let scratch = Scratch::new();
    let binary = scratch.path("constants");
    // The first attempt tells what the headers lack.
    let complaints = compile(&compiler, &program(names.iter().copied()), &binary).err();
    if let Some(complaints) = complaints {
        let unknown = undeclared(&complaints);
        let known = names.iter().copied().filter(|name| !unknown.contains(in_c(name)));
        compile(&compiler, &program(known), &binary).unwrap();
    }
    let output = String::from_utf8(Process::spawn(&mut Command::new(&binary)).to_end()).unwrap();
    let lines = output.lines().map(|line| line.split_once(' ').unwrap());
    Some(lines.map(|(name, number)| (name.to_owned(), number.parse().unwrap())).collect())
}

/// The numbers of the table.
fn numbers() -> impl Iterator<Item = (&'static str, i64)> {
    constant::table().filter_map(|constant| match constant.value {
        Value::Integer(number) => Some((constant.name, number)),
        Value::Text(_) => None,
    })
}

/// The numbers of the table whose names start with `prefix`, under what is left of their names.
fn numbers_of(prefix: &str) -> impl Iterator<Item = (&'static str, i32)> {
    numbers()
        .filter_map(move |(name, number)| Some((name.strip_prefix(prefix)?, number)))
        .map(|(name, number)| (name, i32::try_from(number).unwrap()))
}

#[test]
fn every_number_is_the_one_that_a_c_compiler_reads() {
    bounded(PATIENCE, || {
        let Some(theirs) = numbers_in_c(&numbers().map(|(name, _)| name).collect()) else { return };
        for (name, number) in numbers() {
            match theirs.get(name) {
                Some(theirs) => assert_eq!(number, *theirs, "{name}"),
                None => {
                    let excused = NOT_IN_HEADERS.iter().any(|(excused, _)| *excused == name);
                    assert!(excused, "no header has {name}");
                }
            }
        }
    });
}

#[test]
fn ethernet_types_are_those_that_a_c_compiler_reads() {
    let ours = BTreeMap::from([
        ("ETH_P_1588", EtherType::PTP),
        ("ETH_P_8021AD", EtherType::SERVICE_VLAN),
        ("ETH_P_8021Q", EtherType::VLAN),
        ("ETH_P_802_2", EtherType::LLC),
        ("ETH_P_ALL", EtherType::ALL),
        ("ETH_P_ARP", EtherType::ARP),
        ("ETH_P_CAN", EtherType::CAN),
        ("ETH_P_CANFD", EtherType::CAN_FD),
        ("ETH_P_IP", EtherType::IP),
        ("ETH_P_IPV6", EtherType::IPV6),
        ("ETH_P_LLDP", EtherType::LLDP),
        ("ETH_P_MACSEC", EtherType::MACSEC),
        ("ETH_P_MPLS_UC", EtherType::MPLS),
        ("ETH_P_PAE", EtherType::PAE),
        ("ETH_P_PAUSE", EtherType::PAUSE),
        ("ETH_P_PPP_DISC", EtherType::PPP_DISCOVERY),
        ("ETH_P_PPP_SES", EtherType::PPP_SESSION),
        ("ETH_P_RARP", EtherType::RARP),
        ("ETH_P_TIPC", EtherType::TIPC),
    ]);
    bounded(PATIENCE, move || {
        let Some(theirs) = numbers_in_c(&ours.keys().copied().collect()) else { return };
        for (name, ours) in ours {
            assert_eq!(i64::from(ours.raw()), theirs[name], "{name}");
        }
    });
}

#[test]
fn a_packet_socket_takes_an_ethernet_type() {
    in_network(PATIENCE, |_| {
        let _socket =
            Socket::new(Family::PACKET, Kind::RAW, EtherType::ARP.into()).expect("a packet socket");
        let sockets = std::fs::read_to_string("/proc/thread-self/net/packet").unwrap();
        // sk, references, kind, protocol, …
        let socket = sockets.lines().nth(1).expect("the socket");
        let columns: Vec<_> = socket.split_whitespace().collect();
        assert_eq!(columns[2..4], ["3", "0806"], "{sockets}");
    });
}

/// Prints `NAME KIND VALUE` for each constant of Python's module, whose names are in capitals; not
/// for the errno that it imports.
const LIST: &str = r#"
import errno, socket
for name, value in vars(socket).items():
    capitals = name.replace("DECnet", "DECNET").isupper()
    if capitals and not name.startswith("_") and not hasattr(errno, name):
        if isinstance(value, int):
            print(name, "integer", int(value))
        elif isinstance(value, str):
            print(name, "text", value)
"#;

#[test]
fn every_constant_of_python_is_here_and_the_same() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let output = Process::spawn(Command::new(python).args(["-c", LIST])).to_end();
        let output = String::from_utf8(output).unwrap();
        let mut compared = 0;
        for line in output.lines() {
            let [name, kind, value] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let ours = constant::lookup(name);
            match kind {
                "integer" => {
                    assert_eq!(ours, Some(Value::Integer(value.parse().unwrap())), "{name}")
                }
                _ => assert!(matches!(ours, Some(Value::Text(text)) if text == value), "{line}"),
            }
            compared += 1;
        }
        assert!(compared > 300, "Python has only {compared}");
    });
}

#[test]
fn names_of_nothing_have_no_value() {
    for name in [
        "",
        " ",
        "AF_NOWHERE",
        "so_mark",
        "SO_MARK ",
        "SO_MAR",
        "SO_MARK\0",
        "SIO_RCVALL",
        "MSG_BTAG",
    ] {
        assert_eq!(constant::lookup(name), None, "{name:?}");
    }
    assert_eq!(constant::platforms("AF_NOWHERE"), None);
    assert_eq!(constant::platforms("SO_MARK "), None);
}

#[test]
fn a_constant_says_where_it_exists() {
    assert_eq!(constant::platforms("SIO_RCVALL"), Some(["windows"].as_slice()));
    assert_eq!(constant::platforms("SO_REUSEADDR"), Some(["unix", "windows"].as_slice()));
    assert_eq!(constant::platforms("AI_MASK"), Some(["android", "apple", "bsd"].as_slice()));
    assert_eq!(constant::platforms("MSG_BTAG"), Some([].as_slice()));
    for constant in constant::table() {
        let platforms = constant::platforms(constant.name).unwrap();
        let here = ["unix", "linux_like", "linux"];
        assert!(platforms.iter().any(|platform| here.contains(platform)), "{constant:?}");
    }
}

#[test]
fn every_name_of_the_table_is_a_constant_of_its_type() {
    for (name, number) in numbers_of("AF_") {
        let family = Family::from_raw(number);
        // Two names of one number.
        let expected = if name == "ROUTE" { "NETLINK".into() } else { name.to_uppercase() };
        assert_eq!(family.name(), Some(expected.as_str()));
        assert_eq!(format!("{family:?}"), expected);
    }
    for (name, number) in numbers_of("SOCK_") {
        if !matches!(name, "CLOEXEC" | "NONBLOCK") {
            assert_eq!(Kind::from_raw(number).name(), Some(name));
        }
    }
    for (name, number) in numbers_of("IPPROTO_") {
        let expected = match name {
            "IP" | "HOPOPTS" => Some("DEFAULT"),
            // How many there are.
            "MAX" => None,
            name => Some(name),
        };
        assert_eq!(Protocol::from_raw(number).name_in(Family::INET), expected);
        assert_eq!(Protocol::from_raw(number).name_in(Family::INET6), expected);
    }
    for (prefix, family) in [("NETLINK_", Family::NETLINK), ("BTPROTO_", Family::BLUETOOTH)] {
        for (name, number) in numbers_of(prefix) {
            let expected = format!("{prefix}{name}");
            assert_eq!(Protocol::from_raw(number).name_in(family), Some(expected.as_str()));
        }
    }
    for (name, number) in numbers_of("MSG_") {
        assert_eq!(MsgFlags::from_name(name).unwrap().bits(), number, "{name}");
    }
    for (name, number) in numbers_of("AI_") {
        assert_eq!(AddrInfoFlags::from_name(name).unwrap().bits(), number, "{name}");
    }
    for (name, number) in numbers_of("NI_") {
        if !name.starts_with("MAX") {
            assert_eq!(NameInfoFlags::from_name(name).unwrap().bits(), number, "{name}");
        }
    }
    for (name, number) in numbers_of("EAI_") {
        assert_eq!(EaiCode::from_raw(number).name(), Some(name));
    }
    for (name, number) in numbers_of("ETHERTYPE_") {
        assert_eq!(EtherType::from_raw(number.try_into().unwrap()).name(), Some(name));
    }
}

#[test]
fn a_socket_says_its_family_kind_and_protocol_by_name() {
    bounded(PATIENCE, || {
        for (family, kind, protocol, expected) in [
            (Family::INET, Kind::STREAM, Protocol::TCP, "INET, kind: STREAM, protocol: TCP"),
            (Family::INET, Kind::DGRAM, Protocol::UDP, "INET, kind: DGRAM, protocol: UDP"),
            (Family::UNIX, Kind::SEQPACKET, Protocol::DEFAULT, "SEQPACKET, protocol: DEFAULT"),
            (Family::NETLINK, Kind::RAW, Protocol::NETLINK_XFRM, "protocol: NETLINK_XFRM"),
        ] {
            let text = format!("{:?}", Socket::new(family, kind, protocol).unwrap());
            assert!(text.contains(expected), "{text}");
        }
    });
}

#[test]
fn a_family_that_nobody_knows_reaches_the_kernel() {
    bounded(PATIENCE, || {
        let family = Family::from_raw(4711);
        let made = Socket::new(family, Kind::STREAM, Protocol::DEFAULT);
        assert_errno(made, libc::EAFNOSUPPORT);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_survives(number: i32, small: u16) {
        prop_assert_eq!(Family::from_raw(number).raw(), number);
        prop_assert_eq!(Kind::from_raw(number).raw(), number);
        prop_assert_eq!(Protocol::from_raw(number).raw(), number);
        prop_assert_eq!(EaiCode::from_raw(number).raw(), number);
        prop_assert_eq!(EtherType::from_raw(small).raw(), small);
        prop_assert_eq!(MsgFlags::from_bits(number).unwrap().bits(), number);
        prop_assert_eq!(AddrInfoFlags::from_bits(number).unwrap().bits(), number);
        prop_assert_eq!(NameInfoFlags::from_bits(number).unwrap().bits(), number);
    }

    #[test]
    fn what_has_no_name_shows_its_number(number in 1_000..i32::MAX) {
        prop_assert_eq!(format!("{:?}", Family::from_raw(number)), format!("Family({number})"));
        prop_assert_eq!(format!("{:?}", Protocol::from_raw(number)), format!("Protocol({number})"));
        prop_assert_eq!(format!("{:?}", EaiCode::from_raw(number)), format!("EaiCode({number})"));
    }
}
