//! What is refused before the kernel sees it, and what is left to the kernel.

use crate::assert_errno;
use berkeley_core::address::{AlgAddress, OtherAddress};
use berkeley_core::{Address, Family, Inet6Address, Kind, Protocol, Socket, ToAddress};
use berkeley_tests::{PATIENCE, bounded, ipv6, tcp, tcp_listener, tcp6, udp, unix};
use nix::libc;
use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::net::Ipv6Addr;

fn udp6() -> Socket {
    Socket::new(Family::INET6, Kind::DGRAM, Protocol::DEFAULT).unwrap()
}

/// That `result` was refused here, for a reason that says this.
#[track_caller]
fn assert_refused<T: Debug>(result: io::Result<T>, reason: &str) {
    let error = result.expect_err("it should be refused");
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::InvalidInput, None), "{error}");
    assert!(error.to_string().contains(reason), "{error}");
}

#[test]
fn an_address_of_another_family_is_refused_with_both_named() {
    bounded(PATIENCE, || {
        let netlink = Socket::new(
            Family::from_raw(libc::AF_NETLINK),
            Kind::RAW,
            Protocol::from_raw(libc::NETLINK_ROUTE),
        )
        .unwrap();
        assert_refused(netlink.bind("127.0.0.1:0"), "127.0.0.1:0 is an address of INET");
        for text in ["netlink:0:0", "vsock:2:1", "can:", "hci:0", "packet::3", "tipc:id:1:2"] {
            assert_refused(tcp().connect(text), "the socket is of INET");
            assert_refused(udp().send_to(b"x", text), "the socket is of INET");
            assert_refused(unix(Kind::STREAM).bind(text), "the socket is of UNIX");
        }
    });
}

#[test]
fn a_family_without_a_type_is_left_to_the_kernel() {
    bounded(PATIENCE, || {
        let unspecified = OtherAddress::new(Family::UNSPEC, &[0; 14]).unwrap();
        let socket = udp();
        socket.connect(udp().local_addr().unwrap()).unwrap();
        // Dissolves the association: man 2 connect.
        socket.connect(unspecified).unwrap();
        assert_errno(socket.peer_addr(), libc::ENOTCONN);
        let unknown = OtherAddress::new(Family::from_raw(99), &[0; 14]).unwrap();
        assert_errno(tcp().connect(unknown), libc::EAFNOSUPPORT);
    });
}

#[test]
fn sockets_of_rds_take_addresses_of_ip() {
    bounded(PATIENCE, || {
        // A socket that says it is of RDS, and is of UDP: what matters is that it is asked.
        let rds = Family::from_raw(libc::AF_RDS);
        let as_rds = |socket: Socket| {
            Socket::from_fd_as(socket.into_fd(), rds, Kind::SEQPACKET, Protocol::DEFAULT).unwrap()
        };
        let (sender, receiver) = (as_rds(udp()), as_rds(udp()));
        let to = receiver.local_addr().unwrap();
        assert!(matches!(to, Address::Inet(_)), "{to}");
        sender.send_to(b"x", to).unwrap();
        let from = sender.local_addr().unwrap();
        assert_eq!(receiver.recv_from(&mut [0; 8]).unwrap(), (1, Some(from)));
        if ipv6() {
            let sender = as_rds(udp6());
            sender.bind("[::1]:0").unwrap();
            assert!(matches!(sender.local_addr().unwrap(), Address::Inet6(_)));
        }
    });
}

#[test]
fn an_ipv6_socket_refuses_the_broadcast_address() {
    bounded(PATIENCE, || {
        for socket in [udp6(), tcp6()] {
            assert_refused(socket.connect("<broadcast>:9"), "a group such as");
            assert_refused(socket.send_to(b"x", "255.255.255.255:9"), "a group such as");
            assert_refused(socket.bind("<broadcast>:9"), "a group such as");
        }
    });
}

#[test]
fn an_empty_host_in_brackets_is_every_interface() {
    bounded(PATIENCE, || {
        if !ipv6() {
            return;
        }
        let socket = tcp6();
        socket.bind("[]:0").unwrap();
        let address = socket.local_addr().unwrap().as_ip().unwrap();
        assert_eq!(address.ip(), Ipv6Addr::UNSPECIFIED);
        assert_ne!(address.port(), 0);
    });
}

#[test]
fn a_flow_of_28_bits_reaches_the_kernel_and_more_is_refused() {
    bounded(PATIENCE, || {
        if !ipv6() {
            return;
        }
        let socket = udp6();
        let address =
            |flowinfo| Inet6Address { flowinfo, ..Inet6Address::new(Ipv6Addr::LOCALHOST, 9) };
        for flowinfo in [Inet6Address::MAX_FLOWINFO + 1, u32::MAX] {
            assert_refused(socket.connect(address(flowinfo)), "more than 28 bits");
        }
        // A traffic class without a flow label, which would have to be leased first.
        socket.set_raw(libc::IPPROTO_IPV6, libc::IPV6_FLOWINFO_SEND, &1_i32.to_ne_bytes()).unwrap();
        socket.connect(address(0x0AB0_0000)).unwrap();
        assert_eq!(socket.peer_addr().unwrap(), address(0x0AB0_0000).to_address().unwrap());
    });
}

#[test]
fn an_algorithm_is_refused_before_the_kernel_sees_it() {
    let error = io::Error::from(AlgAddress::new("fourteen-bytes", "sha256").unwrap_err());
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("14 bytes"), "{error}");
    assert_refused(tcp().bind(format!("alg:hash:{}", "n".repeat(64))), "64 bytes");
}

#[test]
fn a_connection_of_the_kernels_cryptography_is_accepted_without_an_address() {
    bounded(PATIENCE, || {
        // A listener that says it is of AF_ALG, and is of TCP: had accept asked for the address, it
        // would have got one of IPv4.
        let listener = tcp_listener();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let family = Family::from_raw(libc::AF_ALG);
        let kind = Kind::SEQPACKET;
        let listener =
            Socket::from_fd_as(listener.into_fd(), family, kind, Protocol::DEFAULT).unwrap();
        let (served, peer) = listener.accept().unwrap();
        assert_eq!(peer, OtherAddress::new(family, &[]).unwrap().into());
        client.send(b"hi").unwrap();
        assert_eq!(served.recv(&mut [0; 8]).unwrap(), 2);
    });
}
