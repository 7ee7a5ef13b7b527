//! Addresses between sockets, and between sockets and other programs.

use crate::{assert_errno, assert_kind};
use berkeley_core::Interface;
use berkeley_core::address::UnixName;
use berkeley_core::{Address, Family, Inet6Address, Kind, MsgFlags, Protocol, Socket, UnixAddress};
use berkeley_tests::{
    PATIENCE, Process, Scratch, bounded, in_network, ipv6, peer, tcp, tcp_listener, tcp_pair, tcp6,
    tcp6_listener, udp, unique_name, unix, unix_pair,
};
use nix::libc;
use std::io::{ErrorKind, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;

fn listening(address: impl Into<UnixAddress>) -> Socket {
    let listener = unix(Kind::STREAM);
    listener.bind(address.into()).unwrap();
    listener.listen(4).unwrap();
    listener
}

fn abstract_name(address: &Address) -> Vec<u8> {
    match address.as_unix().expect("a Unix address").name() {
        UnixName::Abstract(name) => name.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// That the socket's own name is this, and that another socket reaches it by it.
#[track_caller]
fn assert_reachable(listener: &Socket, address: UnixAddress) {
    assert_eq!(listener.local_addr().unwrap(), Address::Unix(address));
    let client = unix(Kind::STREAM);
    client.connect(address).unwrap();
    assert_eq!(client.peer_addr().unwrap(), Address::Unix(address));
    listener.accept().unwrap();
}

#[test]
fn a_port_of_zero_becomes_a_port() {
    bounded(PATIENCE, || {
        for socket in [tcp(), udp()] {
            if socket.kind() == Kind::STREAM {
                assert_eq!(socket.local_addr().unwrap().to_string(), "0.0.0.0:0");
                socket.bind("127.0.0.1:0").unwrap();
            }
            let address = socket.local_addr().unwrap();
            assert_eq!(address.as_ip().unwrap().ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
            assert_ne!(address.port(), Some(0));
        }
    });
}

#[test]
fn an_address_in_use_is_refused() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        assert_errno(tcp().bind(listener.local_addr().unwrap()), libc::EADDRINUSE);
        assert_kind(tcp().bind("192.0.2.1:0"), ErrorKind::AddrNotAvailable);
        let scratch = Scratch::new();
        let holder = unix(Kind::STREAM);
        holder.bind(scratch.address("taken")).unwrap();
        assert_errno(unix(Kind::STREAM).bind(scratch.address("taken")), libc::EADDRINUSE);
    });
}

#[test]
fn every_type_that_names_an_address_connects() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let address = listener.local_addr().unwrap();
        let ip = address.as_ip().unwrap();
        let std::net::SocketAddr::V4(v4) = ip else { panic!("IPv4") };
        tcp().connect(address).unwrap();
        tcp().connect(ip).unwrap();
        tcp().connect(v4).unwrap();
        tcp().connect((ip.ip(), ip.port())).unwrap();
        tcp().connect(address.to_string()).unwrap();
        tcp().connect(address.to_string().as_str()).unwrap();
        for _ in 0..6 {
            listener.accept().unwrap();
        }
    });
}

#[test]
fn binding_without_a_name_gives_a_free_abstract_one() {
    bounded(PATIENCE, || {
        let sockets = [unix(Kind::STREAM), unix(Kind::STREAM), unix(Kind::DGRAM)];
        let mut names = Vec::new();
        for socket in &sockets {
            assert_eq!(socket.local_addr().unwrap(), Address::Unix(UnixAddress::unnamed()));
            socket.bind(UnixAddress::unnamed()).unwrap();
            let name = abstract_name(&socket.local_addr().unwrap());
            // Five hexadecimal digits: man 7 unix.
            assert!(name.len() == 5 && name.iter().all(u8::is_ascii_hexdigit), "{name:?}");
            names.push(name);
        }
        names.dedup();
        assert_eq!(names.len(), sockets.len());
        sockets[0].listen(1).unwrap();
        assert_reachable(&sockets[0], *sockets[0].local_addr().unwrap().as_unix().unwrap());
    });
}

#[test]
fn abstract_names_keep_their_nuls_and_their_length_through_the_kernel() {
    bounded(PATIENCE, || {
        let unique = unique_name().into_bytes();
        let mut full = unique.clone();
        full.resize(UnixAddress::MAX_ABSTRACT, b'f');
        let mut full_of_nuls = unique.clone();
        full_of_nuls.resize(UnixAddress::MAX_ABSTRACT, 0);
        let names = [
            unique.clone(),
            [&unique[..], b"\0inner"].concat(),
            [&unique[..], b"\0"].concat(),
            [&unique[..], b"\0\0"].concat(),
            [b"\0", &unique[..]].concat(),
            full,
            full_of_nuls,
        ];
        // All at once: names that differ in NULs alone are different names.
        let listeners: Vec<_> = names
            .iter()
            .map(|name| {
                let address = UnixAddress::abstract_name(name).unwrap();
                (listening(address), address, name)
            })
            .collect();
        for (listener, address, name) in &listeners {
            assert_eq!(abstract_name(&listener.local_addr().unwrap()), **name);
            assert_reachable(listener, *address);
        }
    });
}

#[test]
fn abstract_names_are_the_same_to_python_both_ways() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let unique = unique_name().into_bytes();
        let mut full = unique.clone();
        full.resize(UnixAddress::MAX_ABSTRACT, b'f');
        for name in [[&unique[..], b"\0in\0"].concat(), full] {
            let hex: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
            let listener = listening(UnixAddress::abstract_name(&name).unwrap());
            // It connects from the name with "c" for its last byte, and prints both names.
            let script = "import socket, sys\n\
                          name = b'\\0' + bytes.fromhex(sys.argv[1])\n\
                          s = socket.socket(socket.AF_UNIX)\n\
                          s.bind(name[:-1] + b'c')\n\
                          s.connect(name)\n\
                          print(s.getpeername() == name, flush=True)\n\
                          s.recv(1)";
            let mut child = Process::spawn(Command::new(&python).args(["-c", script, &hex]));
            let (served, from) = listener.accept().unwrap();
            let mut expected = name.clone();
            *expected.last_mut().unwrap() = b'c';
            assert_eq!(abstract_name(&from), expected);
            assert_eq!(child.line(), "True");
            drop(served);
            child.succeed();

            drop(listener);
            let script = "import socket, sys\n\
                          s = socket.socket(socket.AF_UNIX)\n\
                          s.bind(b'\\0' + bytes.fromhex(sys.argv[1]))\n\
                          s.listen()\n\
                          print('bound', flush=True)\n\
                          s.accept()[0].sendall(b'hi')";
            let mut child = Process::spawn(Command::new(&python).args(["-c", script, &hex]));
            assert_eq!(child.line(), "bound");
            let client = unix(Kind::STREAM);
            client.connect(UnixAddress::abstract_name(&name).unwrap()).unwrap();
            assert_eq!(abstract_name(&client.peer_addr().unwrap()), name);
            assert_eq!(client.recv(&mut [0; 8]).unwrap(), 2);
            child.succeed();
        }
    });
}

#[test]
fn abstract_names_are_the_same_to_socat_both_ways() {
    bounded(PATIENCE, || {
        let Some(socat) = peer("socat") else { return };
        let name = unique_name();
        let address = UnixAddress::abstract_name(&name).unwrap();
        let listener = listening(address);
        let connect = format!("ABSTRACT-CONNECT:{name}");
        let mut child = Process::spawn(Command::new(&socat).args(["STDIO", &connect]));
        let (served, _) = listener.accept().unwrap();
        served.send(b"hi").unwrap();
        assert_eq!(child.bytes(2), b"hi");
        drop((served, listener, child));

        let listen = format!("ABSTRACT-LISTEN:{name}");
        let mut child = Process::spawn(Command::new(&socat).args(["-d", "-d", "STDIO", &listen]));
        // The first address is open before the second is looked at.
        child.error_line_with("listening on");
        let client = unix(Kind::STREAM);
        client.connect(address).unwrap();
        client.send(b"ho").unwrap();
        assert_eq!(child.bytes(2), b"ho");
    });
}

#[test]
fn a_path_of_the_longest_length_works_both_ways() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let path = scratch.path_of_len(UnixAddress::MAX_PATH);
        assert_eq!(path.as_os_str().len(), 107);
        let address = UnixAddress::path(&path).unwrap();
        let listener = listening(address);
        assert!(path.exists());
        assert_eq!(listener.local_addr().unwrap().as_unix().unwrap().as_pathname(), Some(&*path));
        assert_reachable(&listener, address);
        // As text too.
        let client = unix(Kind::STREAM);
        client.connect(format!("unix:{}", path.display())).unwrap();
    });
}

#[test]
fn a_path_of_the_longest_length_is_reached_by_python_and_reaches_it() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let scratch = Scratch::new();
        let (theirs, ours) =
            (scratch.path_of_len(UnixAddress::MAX_PATH), scratch.path("second-name"));
        let script = "import socket, sys\n\
                      s = socket.socket(socket.AF_UNIX)\n\
                      s.bind(sys.argv[1])\n\
                      s.listen()\n\
                      print('bound', flush=True)\n\
                      c = s.accept()[0]\n\
                      print(c.getpeername(), flush=True)";
        let mut child = Process::spawn(Command::new(&python).args(["-c", script]).arg(&theirs));
        assert_eq!(child.line(), "bound");
        let client = unix(Kind::STREAM);
        client.bind(UnixAddress::path(&ours).unwrap()).unwrap();
        client.connect(UnixAddress::path(&theirs).unwrap()).unwrap();
        assert_eq!(client.peer_addr().unwrap().as_unix().unwrap().as_pathname(), Some(&*theirs));
        // Neither padded nor with its NUL.
        assert_eq!(child.line(), ours.to_str().unwrap());
        child.succeed();

        std::fs::remove_file(&theirs).unwrap();
        let listener = listening(UnixAddress::path(&theirs).unwrap());
        let script = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])";
        let mut child = Process::spawn(Command::new(&python).args(["-c", script]).arg(&theirs));
        listener.accept().unwrap();
        child.succeed();
    });
}

/// Binds as programs do that give `sun_path` whole, without a NUL: 108 bytes of path.
const BINDS_WITHOUT_A_NUL: &str = "import ctypes, socket, struct, sys\n\
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n\
    name = struct.pack('H', socket.AF_UNIX) + sys.argv[1].encode()\n\
    assert len(name) == 110\n\
    libc = ctypes.CDLL(None, use_errno=True)\n\
    assert libc.bind(s.fileno(), name, len(name)) == 0, ctypes.get_errno()\n\
    print('bound', flush=True)\n\
    if len(sys.argv) > 2: s.sendto(b'hi', sys.argv[2])\n\
    print(s.recv(8), flush=True)";

#[test]
fn a_path_of_108_bytes_that_another_program_bound_is_told_whole() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let scratch = Scratch::new();
        let theirs = scratch.path_of_len(108);
        let receiver = unix(Kind::DGRAM);
        receiver.bind(scratch.address("ours")).unwrap();
        let mut command = Command::new(&python);
        command.args(["-c", BINDS_WITHOUT_A_NUL]).arg(&theirs).arg(scratch.path("ours"));
        let _child = Process::spawn(&mut command);
        let (n, from) = receiver.recv_from(&mut [0; 8]).unwrap();
        assert_eq!(n, 2);
        assert_eq!(from.unwrap().as_unix().unwrap().as_pathname(), Some(&*theirs));
    });
}

#[test]
fn a_path_of_108_bytes_that_another_program_bound_can_be_answered() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let scratch = Scratch::new();
        let receiver = unix(Kind::DGRAM);
        receiver.bind(scratch.address("ours")).unwrap();
        let mut command = Command::new(&python);
        command.args(["-c", BINDS_WITHOUT_A_NUL]).arg(scratch.path_of_len(108));
        let mut child = Process::spawn(command.arg(scratch.path("ours")));
        assert_eq!(child.line(), "bound");
        let (_, from) = receiver.recv_from(&mut [0; 8]).unwrap();
        receiver.send_to(b"ho", from.unwrap()).unwrap();
        assert_eq!(child.line(), "b'ho'");
        child.succeed();
    });
}

#[test]
fn paths_that_are_not_text_work_and_relative_ones_stay_relative() {
    bounded(PATIENCE, || {
        use std::os::unix::ffi::OsStrExt;
        let scratch = Scratch::new();
        let odd = scratch.path("x").with_file_name(std::ffi::OsStr::from_bytes(b"\xff\n\\ \x80"));
        let address = UnixAddress::path(&odd).unwrap();
        let listener = listening(address);
        assert_reachable(&listener, address);
        let text = listener.local_addr().unwrap().to_string();
        unix(Kind::STREAM).connect(&*text).unwrap();
        assert_eq!(
            UnixAddress::path("relative").unwrap().as_pathname(),
            Some(Path::new("relative"))
        );
    });
}

#[test]
fn a_path_that_is_too_long_is_refused_before_the_kernel_sees_it() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        for len in [108, 109, 200] {
            let path = scratch.path_of_len(len);
            let error = unix(Kind::STREAM).bind(format!("unix:{}", path.display())).unwrap_err();
            assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::InvalidInput, None));
            assert!(error.to_string().contains("use a shorter path"), "{error}");
            assert!(!path.exists());
        }
    });
}

#[test]
fn abstract_names_and_paths_talk_to_each_other() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let named = UnixAddress::abstract_name(unique_name()).unwrap();
        let (a, b) = (unix(Kind::DGRAM), unix(Kind::DGRAM));
        a.bind(named).unwrap();
        b.bind(path(&scratch, "b")).unwrap();
        a.send_to(b"x", path(&scratch, "b")).unwrap();
        assert_eq!(b.recv_from(&mut [0; 8]).unwrap(), (1, Some(named.into())));
        b.send_to(b"x", named).unwrap();
        assert_eq!(a.recv_from(&mut [0; 8]).unwrap(), (1, Some(path(&scratch, "b").into())));
    });
}

#[test]
fn a_datagram_sender_without_a_name_has_no_address() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let (receiver, sender) = (unix(Kind::DGRAM), unix(Kind::DGRAM));
        receiver.bind(scratch.address("receiver")).unwrap();
        let mut buffer = [0; 8];
        sender.send_to(b"one", scratch.address("receiver")).unwrap();
        assert_eq!(receiver.recv_from(&mut buffer).unwrap(), (3, None));
        sender.send_to(b"two", scratch.address("receiver")).unwrap();
        let received = receiver
            .recv_from_vectored(&mut [IoSliceMut::new(&mut buffer)], MsgFlags::empty())
            .unwrap();
        assert_eq!((received.len, received.from), (3, None));

        sender.bind(scratch.address("sender")).unwrap();
        sender.send_to(b"three", scratch.address("receiver")).unwrap();
        let (_, from) = receiver.recv_from(&mut buffer).unwrap();
        assert_eq!(from.unwrap().to_string(), scratch.address("sender"));
        receiver.send_to(b"answer", from.unwrap()).unwrap();
        assert_eq!(sender.recv(&mut buffer).unwrap(), 6);
    });
}

#[test]
fn a_pair_without_names_says_so() {
    bounded(PATIENCE, || {
        for kind in [Kind::STREAM, Kind::DGRAM, Kind::SEQPACKET] {
            let (a, b) = unix_pair(kind);
            let unnamed = Address::Unix(UnixAddress::unnamed());
            assert_eq!((a.local_addr().unwrap(), a.peer_addr().unwrap()), (unnamed, unnamed));
            b.send(b"x").unwrap();
            assert_eq!(a.recv_from(&mut [0; 8]).unwrap(), (1, None));
        }
    });
}

#[test]
fn a_connected_stream_receives_from_no_address() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_pair();
        b.send(b"x").unwrap();
        assert_eq!(a.recv_from(&mut [0; 8]).unwrap(), (1, None));
        b.send(b"x").unwrap();
        let mut buffer = [0; 8];
        let received =
            a.recv_from_vectored(&mut [IoSliceMut::new(&mut buffer)], MsgFlags::empty()).unwrap();
        assert_eq!((received.len, received.from), (1, None));
    });
}

#[test]
fn a_connected_unix_stream_receives_from_its_peer() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let (listener, client) = (listening(path(&scratch, "server")), unix(Kind::STREAM));
        client.bind(path(&scratch, "client")).unwrap();
        client.connect(path(&scratch, "server")).unwrap();
        let (served, _) = listener.accept().unwrap();
        client.send(b"x").unwrap();
        let from = Some(path(&scratch, "client").into());
        assert_eq!(served.recv_from(&mut [0; 8]).unwrap(), (1, from));
    });
}

fn path(scratch: &Scratch, name: &str) -> UnixAddress {
    UnixAddress::path(scratch.path(name)).unwrap()
}

#[test]
fn udp_tells_every_sender() {
    bounded(PATIENCE, || {
        let receiver = udp();
        let senders = [udp(), udp(), udp()];
        for sender in &senders {
            sender.send_to(b"x", receiver.local_addr().unwrap()).unwrap();
        }
        for sender in &senders {
            let (_, from) = receiver.recv_from(&mut [0; 8]).unwrap();
            assert_eq!(from, Some(sender.local_addr().unwrap()));
        }
    });
}

#[test]
fn an_ipv6_scope_is_kept_by_name_and_by_number() {
    in_network(PATIENCE, |_| {
        let scope = Interface::from_name("here").unwrap();
        assert_errno(Interface::from_name("no-such"), libc::ENODEV);
        let by_name: Address = "[fe80::1%here]:0".parse().unwrap();
        let by_number: Address = format!("[fe80::1%{}]:0", scope.index()).parse().unwrap();
        assert_eq!(by_name, by_number);
        assert_eq!(by_name.to_string(), "[fe80::1%here]:0");

        let without: Address = "[fe80::1]:0".parse().unwrap();
        assert_kind(tcp6().bind(without), ErrorKind::InvalidInput);

        for address in [by_name, by_number] {
            let listener = tcp6();
            listener.bind(address).unwrap();
            listener.listen(1).unwrap();
            let bound = inet6(listener.local_addr().unwrap());
            assert_eq!((bound.ip, bound.scope), ("fe80::1".parse().unwrap(), scope));
            assert_eq!(bound.scope.name().unwrap(), "here");

            for text in [format!("[fe80::1%here]:{}", bound.port), bound.to_string()] {
                let client = tcp6();
                client.connect(&*text).unwrap();
                let (served, peer) = listener.accept().unwrap();
                assert_eq!(inet6(peer).scope, scope);
                assert_eq!(inet6(client.peer_addr().unwrap()), bound);
                assert_eq!(served.peer_addr().unwrap(), client.local_addr().unwrap());
            }
        }
    });
}

#[test]
fn an_ipv6_scope_comes_with_every_datagram() {
    in_network(PATIENCE, |_| {
        let new = || Socket::new(Family::INET6, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        let (receiver, sender) = (new(), new());
        for socket in [&receiver, &sender] {
            socket.bind("[fe80::1%here]:0").unwrap();
        }
        sender.send_to(b"ask", receiver.local_addr().unwrap()).unwrap();
        let (_, from) = receiver.recv_from(&mut [0; 8]).unwrap();
        assert_eq!(from, Some(sender.local_addr().unwrap()));
        assert_eq!(inet6(from.unwrap()).scope, Interface::from_name("here").unwrap());
        receiver.send_to(b"answer", from.unwrap()).unwrap();
        assert_eq!(sender.recv(&mut [0; 8]).unwrap(), 6);
    });
}

fn inet6(address: Address) -> Inet6Address {
    match address {
        Address::Inet6(address) => address,
        other => panic!("{other} is not of IPv6"),
    }
}

#[test]
fn broadcast_and_any_are_addresses() {
    in_network(PATIENCE, |_| {
        let receiver = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        receiver.bind(":0").unwrap();
        let any = receiver.local_addr().unwrap();
        assert_eq!(any.as_ip().unwrap().ip(), IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let sender = udp();
        let everyone = format!("<broadcast>:{}", any.port().unwrap());
        assert_errno(sender.send_to(b"x", &*everyone), libc::EACCES);
        sender.set(berkeley_core::option::socket::Broadcast, true).unwrap();
        // Without a default route, a bound interface says where to.
        let bound = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        bound.bind("192.0.2.1:0").unwrap();
        bound.set(berkeley_core::option::socket::Broadcast, true).unwrap();
        bound.send_to(b"x", format!("192.0.2.255:{}", any.port().unwrap())).unwrap();
        let (_, from) = receiver.recv_from(&mut [0; 8]).unwrap();
        assert_eq!(from, Some(bound.local_addr().unwrap()));
    });
}

#[test]
fn debug_shows_both_addresses() {
    bounded(PATIENCE, || {
        let (client, _served) = tcp_pair();
        let text = format!("{client:?}");
        for part in [
            client.local_addr().unwrap().to_string(),
            client.peer_addr().unwrap().to_string(),
            "INET".to_owned(),
            "STREAM".to_owned(),
        ] {
            assert!(text.contains(&part), "{text} has no {part}");
        }
        let fresh = format!("{:?}", tcp());
        assert!(fresh.contains("local: 0.0.0.0:0") && !fresh.contains("peer"), "{fresh}");
        if ipv6() {
            let listener = tcp6_listener();
            assert!(format!("{listener:?}").contains(&listener.local_addr().unwrap().to_string()));
        }
    });
}
