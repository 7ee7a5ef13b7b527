//! Raw packets, echoes and frames, in a network of the test's own.

use crate::drivers::Driver;
use crate::{SHORT, assert_kind, assert_timed_out};
use berkeley::address::{PacketAddress, PacketType};
use berkeley::constant::EtherType;
use berkeley::option::icmp::TypeSet;
use berkeley::option::ip;
use berkeley::option::socket::Instruction;
use berkeley::{Family, IcmpSocket, Interface, PacketSocket, Protocol, RawSocket};
use berkeley_tests::{Network, PATIENCE, in_network, ipv6, skip};
use futures::poll;
use nix::libc;
use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime};

/// The drivers that run a test on one thread, to which its network belongs.
const DRIVERS: [Driver; 4] = [Driver::Own, Driver::TokioCurrent, Driver::Futures, Driver::Smol];

/// A protocol for experiments: RFC 3692.
const EXPERIMENT: Protocol = Protocol::from_raw(253);

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const HERE6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn on_each_driver<F: Future<Output = ()> + Send + 'static>(
    test: impl Fn(&Network) -> F + Send + 'static,
) {
    in_network(PATIENCE, move |network| {
        for driver in DRIVERS {
            driver.block_on(test(network));
        }
    });
}

/// Lets everybody in this network have ping sockets; `false` after a printed skip.
fn allow_pings() -> bool {
    let written = fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
    if let Err(e) = &written {
        skip(&format!("ping sockets cannot be allowed here: {e}"));
    }
    written.is_ok()
}

#[test]
fn a_ping_is_answered_and_timed() {
    on_each_driver(|_| async {
        if !allow_pings() {
            return;
        }
        for (family, host) in [(Family::INET, HERE), (Family::INET6, HERE6)] {
            if family == Family::INET6 && !ipv6() {
                return;
            }
            let mut socket = IcmpSocket::new(family).unwrap();
            for _ in 0..10 {
                let time = socket.ping(host).await.unwrap();
                assert!(!time.is_zero() && time < PATIENCE);
            }
        }
    });
}

#[test]
fn a_ping_that_nobody_answers_ends_in_time_and_hurts_no_other() {
    on_each_driver(|_| async {
        if !allow_pings() {
            return;
        }
        let mut socket = IcmpSocket::new(Family::INET).unwrap();
        let silent = Network::SILENT.parse().unwrap();
        socket.set_timeout(Some(SHORT));
        assert_timed_out(crate::takes(SHORT, socket.ping(silent)).await);
        socket.set_timeout(None);
        socket.ping(HERE).await.unwrap();
        assert!(poll!(Box::pin(socket.ping(silent))).is_pending());
        // The reply to another echo is not taken for one's own.
        socket.send_echo(HERE, 0xBEEF, b"mine").await.unwrap();
        socket.ping(HERE).await.unwrap();
        assert_timed_out(socket.recv_echo(&mut [0; 64]).timeout(SHORT).await);
    });
}

#[test]
fn echoes_have_numbers_and_payloads_of_ones_own() {
    on_each_driver(|_| async {
        if !allow_pings() {
            return;
        }
        let socket = IcmpSocket::new(Family::INET).unwrap();
        let mut buffer = [0; 64];
        for sequence in [0, 7, u16::MAX] {
            socket.send_echo(HERE, sequence, b"payload").await.unwrap();
            let echo = socket.recv_echo(&mut buffer).timeout(PATIENCE).await.unwrap();
            assert_eq!((echo.from.ip(), echo.sequence), (HERE, sequence));
            assert_eq!(&buffer[..echo.len], b"payload");
        }
        let error = socket.recv_echo(&mut [0; 7]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_router_that_knows_no_way_ends_the_ping_that_is_meant() {
    in_network(PATIENCE, |network| {
        if !allow_pings() {
            return;
        }
        // A neighbour that forwards, and has no way on. It is there as long as its socket.
        let router = network.neighbour(|network| {
            network.ip("route add unreachable 198.51.100.0/24
                 route add 203.0.113.0/24 via 192.0.2.1");
            let forwards = fs::write("/proc/sys/net/ipv4/ip_forward", "1");
            (forwards, std::net::UdpSocket::bind("192.0.2.2:0").unwrap())
        });
        if let (Err(e), _) = &router {
            return skip(&format!("no forwarding here: {e}"));
        }
        network.ip("route add 198.51.100.0/24 via 192.0.2.2
             route add 203.0.113.0/24 via 192.0.2.2");
        // On one driver: a router says so only now and then.
        Driver::Own.block_on(async {
            let mut socket = IcmpSocket::new(Family::INET).unwrap();
            let nowhere = "198.51.100.7".parse().unwrap();
            assert_kind(socket.ping(nowhere).await, ErrorKind::HostUnreachable);
            // The queue is empty: the next ping is not told of it.
            socket.ping(HERE).await.unwrap();
            // What is told of an echo before is not taken for this one's.
            socket.send_echo(nowhere, 0xBEEF, b"").await.unwrap();
            socket.ping("192.0.2.2".parse().unwrap()).await.unwrap();
            // A hop too few.
            socket.set(ip::TimeToLive, 1).unwrap();
            let far = "203.0.113.1".parse().unwrap();
            assert_kind(socket.ping(far).await, ErrorKind::HostUnreachable);
        });
        drop(router);
    });
}

#[test]
fn raw_packets_of_ipv4_come_with_their_header() {
    on_each_driver(|_| async {
        let socket = RawSocket::new(Family::INET, EXPERIMENT).unwrap();
        let mut buffer = [0; 64];
        socket.send_to(b"hello", "127.0.0.1:0").await.unwrap();
        let (n, from) = socket.recv_from(&mut buffer).await.unwrap();
        assert_eq!(from, (Ipv4Addr::LOCALHOST, 0).into());
        assert_eq!(RawSocket::ipv4_payload(&buffer[..n]), Some(&b"hello"[..]));

        // The same with a header of one's own; the length and the checksum are filled in.
        socket.set_header_included(true).unwrap();
        let mut packet = [0; 25];
        (packet[0], packet[8], packet[9]) = (0x45, 99, 253);
        packet[12..16].copy_from_slice(&[127, 0, 0, 5]);
        packet[16..20].copy_from_slice(&[127, 0, 0, 1]);
        packet[20..].copy_from_slice(b"world");
        socket.send_to(&packet, "127.0.0.1:0").await.unwrap();
        let (n, from) = socket.recv_from(&mut buffer).await.unwrap();
        assert_eq!(from.ip(), Ipv4Addr::new(127, 0, 0, 5));
        assert_eq!((buffer[8], RawSocket::ipv4_payload(&buffer[..n])), (99, Some(&b"world"[..])));
        for bad in [&b""[..], &[0x45; 19], &[0x65; 40], &[0x44; 40], &[0x4F; 40]] {
            assert_eq!(RawSocket::ipv4_payload(bad), None);
        }
    });
}

#[test]
fn raw_packets_of_ipv6_come_without_and_with_a_checksum() {
    on_each_driver(|_| async {
        if !ipv6() {
            return;
        }
        let socket = RawSocket::new(Family::INET6, EXPERIMENT).unwrap();
        let mut buffer = [0; 64];
        socket.send_to(b"hello", "[::1]:0").await.unwrap();
        let (n, from) = socket.recv_from(&mut buffer).await.unwrap();
        assert_eq!((&buffer[..n], from.ip()), (&b"hello"[..], HERE6));
        // The kernel puts a checksum there, and lets no wrong one in.
        socket.set_checksum_at(Some(2)).unwrap();
        socket.send_to(&[1, 2, 0, 0, 5, 6], "[::1]:0").await.unwrap();
        let (n, _) = socket.recv_from(&mut buffer).await.unwrap();
        assert_eq!((n, [buffer[0], buffer[1], buffer[4]]), (6, [1, 2, 5]));
        assert_ne!(buffer[2..4], [0, 0]);
        socket.set_checksum_at(None).unwrap();
        socket.set_checksum_at(Some(3)).unwrap_err();
    });
}

#[test]
fn messages_of_icmp_are_filtered_by_their_type() {
    on_each_driver(|_| async {
        let socket = RawSocket::new(Family::INET, Protocol::ICMP).unwrap();
        // Not the request, which comes by the loopback too.
        socket.set_icmp_filter(TypeSet::<1>::NONE.with(8)).unwrap();
        let mut buffer = [0; 128];
        // With its checksum: f7ff and 0800 add up.
        socket.send_to(&[8, 0, 0xF7, 0xFF, 0, 0, 0, 0], "127.0.0.1:0").await.unwrap();
        let (n, _) = socket.recv_from(&mut buffer).timeout(PATIENCE).await.unwrap();
        assert_eq!(RawSocket::ipv4_payload(&buffer[..n]).unwrap()[0], 0);
        if !ipv6() {
            return;
        }
        let socket = RawSocket::new(Family::INET6, Protocol::ICMPV6).unwrap();
        socket.set_icmp6_filter(TypeSet::<8>::ALL.without(129)).unwrap();
        // The checksum is the kernel's.
        socket.send_to(&[128, 0, 0, 0, 0, 0, 0, 0], "[::1]:0").await.unwrap();
        let (n, _) = socket.recv_from(&mut buffer).timeout(PATIENCE).await.unwrap();
        assert_eq!((n, buffer[0]), (8, 129));
    });
}

/// An Ethernet frame from `here` to `nobody`.
fn frame(protocol: &[u8], payload: &[u8]) -> Vec<u8> {
    let to_nobody = [2, 0, 0, 0, 0, 2];
    [&to_nobody[..], &[2, 0, 0, 0, 0, 9], protocol, payload].concat()
}

#[test]
fn frames_come_with_their_tag_their_length_and_their_time() {
    on_each_driver(|network| {
        network.ip("link set nobody address 02:00:00:00:00:02");
        let before = SystemTime::now() - Duration::from_secs(1);
        async move {
            let [here, there] = ["here", "nobody"].map(|name| Interface::from_name(name).unwrap());
            let protocol = EtherType::from_raw(0x88B5);
            let sender = PacketSocket::bind(here, EtherType::from_raw(0x88B6)).unwrap();
            let receiver = PacketSocket::bind(there, protocol).unwrap();
            let to = PacketAddress::new(here, protocol.raw());
            let mut buffer = [0; 256];

            let plain = frame(&[0x88, 0xB5], b"payload");
            sender.send_to(&plain, to).await.unwrap();
            let came = receiver.recv_frame(&mut buffer).await.unwrap();
            assert_eq!((&buffer[..came.len], came.is_truncated()), (&plain[..], false));
            assert_eq!((came.vlan, came.timestamp), (None, None));
            assert_eq!(came.from.packet_type, PacketType::HOST);
            assert_eq!(
                (came.from.interface, came.from.hardware()),
                (there, &[2, 0, 0, 0, 0, 9][..])
            );

            // The tag of a virtual LAN is told, and no longer among the bytes.
            let all = PacketSocket::bind(there, EtherType::ALL).unwrap();
            all.set_details(true).unwrap();
            let tagged = frame(&[0x81, 0x00, 0x20, 0x05, 0x88, 0xB5], b"payload");
            sender.send_to(&tagged, PacketAddress::new(here, 0x8100)).await.unwrap();
            let came = loop {
                // The kernel sends frames of its own there.
                let came = all.recv_frame(&mut buffer).await.unwrap();
                if came.from.protocol == protocol.raw() {
                    break came;
                }
            };
            assert_eq!((&buffer[..came.len], came.vlan), (&plain[..], Some((0x2005, 0x8100))));
            assert!(came.timestamp.unwrap() > before);
            receiver.recv_frame(&mut buffer).await.unwrap();
            receiver.set_details(true).unwrap();

            // Cut by the buffer, and by a filter.
            sender.send_to(&plain, to).await.unwrap();
            let came = receiver.recv_frame(&mut buffer[..9]).await.unwrap();
            assert_eq!((came.len, came.whole_len), (9, plain.len()));
            receiver.set_filter(&[Instruction::ret(14)]).unwrap();
            sender.send_to(&plain, to).await.unwrap();
            let came = receiver.recv_frame(&mut buffer).await.unwrap();
            assert_eq!((came.len, came.whole_len, came.is_truncated()), (14, plain.len(), true));
            assert_eq!(receiver.statistics().unwrap().packets, 4);
            receiver.set_filter(&[Instruction::ret(0)]).unwrap();
            sender.send_to(&plain, to).await.unwrap();
            assert_timed_out(receiver.recv_frame(&mut buffer).timeout(SHORT).await);
        }
    });
}

#[test]
fn frames_without_headers_have_them_in_their_address() {
    on_each_driver(|network| {
        network.ip("link set nobody address 02:00:00:00:00:02");
        async {
            let [here, there] = ["here", "nobody"].map(|name| Interface::from_name(name).unwrap());
            let protocol = EtherType::from_raw(0x88B5);
            let sender = PacketSocket::bind_without_headers(here, protocol).unwrap();
            let receiver = PacketSocket::bind_without_headers(there, protocol).unwrap();
            let to = PacketAddress::new(here, protocol.raw());
            let mut buffer = [0; 64];
            let mut waiting = Box::pin(receiver.recv_frame(&mut buffer));
            assert!(poll!(&mut waiting).is_pending());
            for address in [[2, 0, 0, 0, 0, 2], [0xFF; 6]] {
                sender.send_to(b"payload", to.with_hardware(&address).unwrap()).await.unwrap();
            }
            // A dropped receive has taken nothing.
            drop(waiting);
            for kind in [PacketType::HOST, PacketType::BROADCAST] {
                let (n, from) = receiver.recv_from(&mut buffer).await.unwrap();
                assert_eq!((&buffer[..n], from.packet_type), (&b"payload"[..], kind));
                assert_eq!(from.hardware().len(), 6);
            }
            receiver.set_promiscuous(there, true).unwrap();
            receiver.set_promiscuous(there, false).unwrap();
            let nowhere = Interface::from_index(9_999);
            let error = receiver.set_promiscuous(nowhere, true).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::ENODEV));
        }
    });
}
