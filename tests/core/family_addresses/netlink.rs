//! Netlink addresses, on `NETLINK_USERSOCK`, over which processes talk to each other. Ports and
//! groups that are chosen here are those of a network of the test's own.

use super::python_says;
use berkeley_core::address::NetlinkAddress;
use berkeley_core::{Address, Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, Process, bounded, in_network, peer};
use nix::libc;
use std::process::Command;

fn bound(address: NetlinkAddress) -> Socket {
    let family = Family::from_raw(libc::AF_NETLINK);
    let socket =
        Socket::new(family, Kind::DGRAM, Protocol::from_raw(libc::NETLINK_USERSOCK)).unwrap();
    socket.bind(address).unwrap();
    socket
}

fn local(socket: &Socket) -> NetlinkAddress {
    match socket.local_addr().unwrap() {
        Address::Netlink(address) => address,
        other => panic!("{other}"),
    }
}

/// A Python that has bound a socket to (0, 0), and the port that it became.
fn python_peer(then: &str) -> Option<(Process, u32)> {
    let python = peer("python3")?;
    let script = format!(
        "import socket\n\
         s = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, socket.NETLINK_USERSOCK)\n\
         s.bind((0, 0))\n\
         print(s.getsockname()[0], flush=True)\n\
         {then}"
    );
    let mut child = Process::spawn(Command::new(python).args(["-c", &script]));
    let port = child.line().parse().unwrap();
    Some((child, port))
}

#[test]
fn binding_to_nothing_gives_a_free_port_of_its_own() {
    bounded(PATIENCE, || {
        let sockets = [bound(NetlinkAddress::KERNEL), bound(NetlinkAddress::KERNEL)];
        let [first, second] = sockets.each_ref().map(local);
        assert_eq!((first.groups, second.groups), (0, 0));
        assert!(first.pid != 0 && second.pid != 0 && first.pid != second.pid);
        assert_eq!(sockets[0].peer_addr().unwrap(), NetlinkAddress::KERNEL.into());
        if let Some(line) = python_says(&sockets[1], "s.getsockname()") {
            assert_eq!(line, format!("({}, 0)", second.pid));
        }
    });
}

#[test]
fn a_port_and_groups_are_what_python_reads() {
    in_network(PATIENCE, |_| {
        let address = NetlinkAddress { pid: 0x1234_5678, groups: 0b101 };
        let socket = bound(address);
        assert_eq!(local(&socket), address);
        if let Some(line) = python_says(&socket, "s.getsockname()") {
            assert_eq!(line, "(305419896, 5)");
        }
    });
}

#[test]
fn messages_between_ports_say_who_sent_them_both_ways() {
    bounded(PATIENCE, || {
        let then = "print(s.recvfrom(8)[1], flush=True)\n\
                    s.sendto(b'pong', eval(input()))";
        let Some((mut child, port)) = python_peer(then) else { return };
        let socket = bound(NetlinkAddress::KERNEL);
        let ours = local(&socket).pid;
        let theirs = NetlinkAddress { pid: port, groups: 0 };
        assert_eq!(socket.send_to(b"ping", theirs).unwrap(), 4);
        assert_eq!(child.line(), format!("({ours}, 0)"));
        child.give(format!("({ours}, 0)\n").as_bytes());
        assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (4, Some(theirs.into())));
        child.succeed();

        // Connected, as text.
        socket.connect(format!("netlink:{port}:0")).unwrap();
        assert_eq!(socket.peer_addr().unwrap(), theirs.into());
    });
}

#[test]
fn a_message_to_a_group_says_which() {
    in_network(PATIENCE, |_| {
        let socket = bound(NetlinkAddress { pid: 0, groups: 0b100 });
        // To the group, and then to the kernel, which takes nothing of this protocol.
        let then = "try: s.sendto(b'all', (0, 4))\n\
                    except ConnectionRefusedError: pass";
        let Some((mut child, port)) = python_peer(then) else { return };
        let from = NetlinkAddress { pid: port, groups: 4 };
        assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (3, Some(from.into())));
        child.succeed();
    });
}
