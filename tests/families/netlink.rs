//! The kernel's own services, such as routes and interfaces.

use crate::common::{another, receive, send_to, waits_by_its_mode};
use crate::opens;
use berkeley_core::address::NetlinkAddress;
use berkeley_core::control::netlink::Group;
use berkeley_core::option::netlink::{AddMembership, PacketInfo};
use berkeley_core::{Address, Family, Interface, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, balanced, family, in_network};
use nix::libc;

const FAMILY: i32 = libc::AF_NETLINK;

#[test]
fn route_sockets_open() {
    opens(FAMILY, Kind::RAW, libc::NETLINK_ROUTE);
}

#[test]
fn datagrams_open() {
    opens(FAMILY, Kind::DGRAM, libc::NETLINK_ROUTE);
}

#[test]
fn generic_sockets_open() {
    opens(FAMILY, Kind::RAW, libc::NETLINK_GENERIC);
}

fn bound(protocol: Protocol) -> Option<(Socket, NetlinkAddress)> {
    let socket = family(Family::NETLINK, Kind::RAW, protocol)?;
    socket.bind(NetlinkAddress::KERNEL).unwrap();
    let Address::Netlink(address) = socket.local_addr().unwrap() else { panic!() };
    assert_ne!(address.pid, 0, "the kernel has chosen one");
    Some((socket, address))
}

/// A message: `struct nlmsghdr`, and what is behind it.
fn message(kind: u16, flags: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(16 + body.len()).unwrap();
    let mut bytes = len.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend((flags | 1).to_ne_bytes()); // NLM_F_REQUEST
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

/// The messages in one datagram: their types, their numbers and their bodies.
fn messages(mut bytes: &[u8]) -> Vec<(u16, u32, Vec<u8>)> {
    let mut found = Vec::new();
    while bytes.len() >= 16 {
        let number = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
        let len = usize::try_from(number(0)).unwrap();
        let kind = u16::from_ne_bytes([bytes[4], bytes[5]]);
        found.push((kind, number(8), bytes[16..len].to_vec()));
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

const DONE: u16 = 3;
const ERROR: u16 = 2;

#[test]
fn the_kernel_lists_its_interfaces() {
    balanced(|| {
        const NEW_LINK: u16 = 16;
        const GET_LINK: u16 = 18;
        const DUMP: u16 = 0x300;
        let Some((socket, _)) = bound(Protocol::NETLINK_ROUTE) else { return };
        waits_by_its_mode(&socket);
        send_to(&socket, &message(GET_LINK, DUMP, 77, &[0; 16]), NetlinkAddress::KERNEL);
        let mut indexes = Vec::new();
        'all: loop {
            let datagram = receive(&socket);
            assert_eq!(datagram.from, Some(NetlinkAddress::KERNEL.into()));
            for (kind, sequence, body) in messages(&datagram.bytes) {
                assert_eq!(sequence, 77);
                match kind {
                    // `struct ifinfomsg`
                    NEW_LINK => indexes.push(u32::from_ne_bytes(body[4..8].try_into().unwrap())),
                    DONE => break 'all,
                    _ => panic!("{kind}"),
                }
            }
        }
        indexes.sort_unstable();
        let mut expected: Vec<u32> = Interface::all().unwrap().iter().map(|i| i.index()).collect();
        expected.sort_unstable();
        assert_eq!(indexes, expected);
    });
}

#[test]
fn the_generic_service_knows_itself() {
    balanced(|| {
        const CONTROL: u16 = 16; // GENL_ID_CTRL
        let Some((socket, _)) = bound(Protocol::NETLINK_GENERIC) else { return };
        // CTRL_CMD_GETFAMILY, version 1, and CTRL_ATTR_FAMILY_NAME.
        let ask = |name: &[u8; 8]| {
            let body = [&[3, 1, 0, 0][..], &[12, 0, 2, 0], name].concat();
            socket.connect(NetlinkAddress::KERNEL).unwrap();
            let request = message(CONTROL, 0, 5, &body);
            assert_eq!(socket.send(&request).unwrap(), request.len());
            messages(&receive(&socket).bytes).remove(0)
        };
        let (kind, _, body) = ask(b"nlctrl\0\0");
        assert_eq!(kind, CONTROL);
        // CTRL_ATTR_FAMILY_ID
        let id = [[6, 0], [1, 0], CONTROL.to_ne_bytes()].concat();
        assert!(body.windows(6).any(|bytes| bytes == id), "{body:?}");
        let (kind, _, body) = ask(b"nobody\0\0");
        let error = i32::from_ne_bytes(body[..4].try_into().unwrap());
        assert_eq!((kind, error), (ERROR, -libc::ENOENT));
    });
}

#[test]
fn members_of_a_group_are_told_of_changes_with_its_number() {
    balanced(|| {
        const LINKS: u32 = 1; // RTNLGRP_LINK
        const NEW_LINK: u16 = 16;
        in_network(PATIENCE / 3, |network| {
            let Some((by_option, at)) = bound(Protocol::NETLINK_ROUTE) else { return };
            let by_address = another(&by_option);
            by_address.bind(NetlinkAddress { pid: 0, groups: 1 << (LINKS - 1) }).unwrap();
            let Address::Netlink(other) = by_address.local_addr().unwrap() else { panic!() };
            assert_eq!(other.groups, 1);
            assert_ne!(other.pid, at.pid);
            by_option.set(AddMembership, LINKS).unwrap();
            by_option.set(PacketInfo, true).unwrap();
            waits_by_its_mode(&by_option);
            network.ip("link set here mtu 1400");
            for socket in [&by_option, &by_address] {
                let datagram = receive(socket);
                let from = NetlinkAddress { pid: 0, groups: 1 << (LINKS - 1) };
                assert_eq!(datagram.from, Some(from.into()));
                assert_eq!(messages(&datagram.bytes)[0].0, NEW_LINK);
            }
            network.ip("link set here mtu 1500");
            assert_eq!(receive(&by_option).control.get::<Group>(), Some(Group(LINKS)));
        });
    });
}

#[test]
fn processes_talk_to_each_other() {
    balanced(|| {
        let Some((one, at_one)) = bound(Protocol::NETLINK_USERSOCK) else { return };
        let (two, at_two) = bound(Protocol::NETLINK_USERSOCK).unwrap();
        let sent = message(100, 0, 1, b"between us");
        send_to(&one, &sent, at_two);
        let datagram = receive(&two);
        assert_eq!((datagram.bytes, datagram.from), (sent, Some(at_one.into())));
        drop(two);
        let error = one.send_to(&message(100, 0, 1, b""), at_two).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{error}");
        let taken = another(&one).bind(at_one).unwrap_err();
        assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse, "{taken}");
    });
}
