//! Control messages of the internet protocols, of time and of the error queue, as this kernel
//! writes and reads them.

use berkeley_core::address::OtherAddress;
use berkeley_core::control::{
    Control, Decode, DontFragment, Drops, Ecn, ErrorOrigin, HopLimit, Mark, Messages,
    OriginalDestination, OriginalDestination6, PacketInfo, PacketInfo6, RecvBuffer, SendBuffer,
    SendTimeToLive, SendTypeOfService, TimeToLive, Timestamp, TimestampNs, TimestampRequest,
    Timestamps, TrafficClass, TransmitTime, TypeOfService, UnreadBytes, cmsg_len, netlink, packet,
    tcp, udp,
};
use berkeley_core::interface::Interface;
use berkeley_core::{Address, Family, Kind, MsgFlags, Protocol, Received, Socket};
use berkeley_tests::{
    PATIENCE, bounded, eventually, in_network, ipv6, skip, tcp_pair, udp as udp_socket, unix_pair,
};
use nix::libc;
use proptest::prelude::*;
use std::fmt::Debug;
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime};

const NONE: MsgFlags = MsgFlags::empty();

/// Asks for something by an option of one int.
fn ask(socket: &Socket, level: i32, name: i32) {
    socket.set_raw(level, name, &1_i32.to_ne_bytes()).unwrap();
}

/// The same, where a kernel may be too old for it.
fn ask_if_known(socket: &Socket, level: i32, name: i32, what: &str) -> bool {
    let asked = socket.set_raw(level, name, &1_i32.to_ne_bytes());
    if let Err(e) = &asked {
        skip(&format!("no {what}: {e}"));
    }
    asked.is_ok()
}

/// A bound receiver and a sender connected to it.
fn datagrams(family: Family) -> (Socket, Socket) {
    let new = || Socket::with_timeout(family, Kind::DGRAM, Protocol::UDP, Some(PATIENCE)).unwrap();
    let (receiver, sender) = (new(), new());
    receiver.bind(if family == Family::INET { "127.0.0.1:0" } else { "[::1]:0" }).unwrap();
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    (receiver, sender)
}

fn recv(socket: &Socket, flags: MsgFlags) -> (Received, RecvBuffer, Vec<u8>) {
    let mut control = RecvBuffer::with_capacity(1024);
    let mut bytes = vec![0; 70_000];
    let received = socket.recv_msg(&mut [IoSliceMut::new(&mut bytes)], &mut control, flags);
    let received = received.unwrap();
    assert!(!received.is_control_truncated());
    bytes.truncate(received.len);
    (received, control, bytes)
}

fn send(socket: &Socket, bytes: &[u8], control: &SendBuffer<'_>) {
    assert_eq!(socket.send_msg(&[IoSlice::new(bytes)], control, NONE, None).unwrap(), bytes.len());
}

/// The next entry of the error queue, which comes in its own time.
fn error_queue(socket: &Socket) -> (RecvBuffer, Vec<u8>, Option<Address>) {
    let mut got = None;
    eventually("an entry of the error queue", || {
        let mut control = RecvBuffer::with_capacity(1024);
        let mut bytes = vec![0; 2048];
        let buffers = &mut [IoSliceMut::new(&mut bytes)];
        match socket.recv_msg(buffers, &mut control, MsgFlags::ERRQUEUE) {
            Ok(received) => {
                bytes.truncate(received.len);
                got = Some((control, bytes, received.from));
                true
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => false,
            Err(e) => panic!("{e}"),
        }
    });
    got.expect("it came")
}

#[test]
fn ipv4_datagrams_tell_their_way() {
    bounded(PATIENCE, || {
        let (receiver, sender) = datagrams(Family::INET);
        for name in [libc::IP_PKTINFO, libc::IP_RECVTTL, libc::IP_RECVTOS, libc::IP_RECVORIGDSTADDR]
        {
            ask(&receiver, libc::IPPROTO_IP, name);
        }
        let mut out = SendBuffer::new();
        out.push(SendTimeToLive(7)).unwrap();
        out.push(SendTypeOfService(0b1011_1000 | Ecn::Capable0.bits())).unwrap();
        out.push(PacketInfo::from_source(Ipv4Addr::new(127, 0, 0, 9))).unwrap();
        send(&sender, b"x", &out);

        let (received, control, _) = recv(&receiver, NONE);
        let from = received.from.unwrap().as_ip().unwrap();
        assert_eq!(from.ip(), Ipv4Addr::new(127, 0, 0, 9), "the source that was asked for");
        let info = control.get::<PacketInfo>().unwrap();
        assert_eq!(info.interface, Interface::from_name("lo").unwrap());
        assert_eq!((info.local, info.destination), (Ipv4Addr::LOCALHOST, Ipv4Addr::LOCALHOST));
        assert_eq!(control.get::<TimeToLive>(), Some(TimeToLive(7)));
        assert_eq!(control.get::<TypeOfService>(), Some(TypeOfService(0b1011_1010)));
        assert_eq!(control.get::<TypeOfService>().unwrap().ecn(), Ecn::Capable0);
        let original = control.get::<OriginalDestination>().unwrap();
        assert_eq!(Address::from(original.0), receiver.local_addr().unwrap());
        let unknown = control.messages().filter(|m| matches!(m, Control::Unknown(_))).count();
        assert_eq!((control.messages().count(), unknown), (4, 0), "{control:?}");
    });
}

#[test]
fn ipv6_datagrams_tell_their_way() {
    bounded(PATIENCE, || {
        if !ipv6() {
            return;
        }
        let (receiver, sender) = datagrams(Family::INET6);
        for name in [
            libc::IPV6_RECVPKTINFO,
            libc::IPV6_RECVHOPLIMIT,
            libc::IPV6_RECVTCLASS,
            libc::IPV6_RECVORIGDSTADDR,
        ] {
            ask(&receiver, libc::IPPROTO_IPV6, name);
        }
        let mut out = SendBuffer::new();
        out.push(HopLimit(9)).unwrap();
        out.push(TrafficClass(0x20 | Ecn::Capable1.bits())).unwrap();
        out.push(PacketInfo6::from_source(Ipv6Addr::LOCALHOST)).unwrap();
        out.push(DontFragment(true)).unwrap();
        send(&sender, b"x", &out);

        let (_, control, _) = recv(&receiver, NONE);
        let info = control.get::<PacketInfo6>().unwrap();
        assert_eq!(info.local, Ipv6Addr::LOCALHOST);
        assert_eq!(info.interface, Interface::from_name("lo").unwrap());
        assert_eq!(control.get::<HopLimit>(), Some(HopLimit(9)));
        assert_eq!(control.get::<TrafficClass>().unwrap().ecn(), Ecn::Capable1);
        let original = control.get::<OriginalDestination6>().unwrap();
        assert_eq!(Address::from(original.0), receiver.local_addr().unwrap());
        assert!(!control.messages().any(|message| matches!(message, Control::Unknown(_))));
    });
}

#[test]
fn ipv6_extension_headers_travel() {
    bounded(PATIENCE, || {
        use berkeley_core::control::{DestinationOptions, HopOptions};
        if !ipv6() {
            return;
        }
        let (receiver, sender) = datagrams(Family::INET6);
        ask(&receiver, libc::IPPROTO_IPV6, libc::IPV6_RECVHOPOPTS);
        ask(&receiver, libc::IPPROTO_IPV6, libc::IPV6_RECVDSTOPTS);
        // Next header (filled in by the kernel), length 0, and padding of six bytes: RFC 8200.
        let padding = vec![0, 0, 1, 4, 0, 0, 0, 0];
        let mut out = SendBuffer::new();
        out.push(HopOptions(padding.clone())).unwrap();
        out.push(DestinationOptions(padding.clone())).unwrap();
        send(&sender, b"x", &out);
        let (_, control, _) = recv(&receiver, NONE);
        assert_eq!(control.get::<HopOptions>().unwrap().0[1..], padding[1..]);
        assert_eq!(control.get::<DestinationOptions>().unwrap().0[1..], padding[1..]);
    });
}

#[test]
fn the_time_of_arrival_comes_by_each_clock() {
    bounded(PATIENCE, || {
        let before = SystemTime::now() - Duration::from_millis(1);
        let plausible = |time: SystemTime| before <= time && time <= SystemTime::now();

        let (receiver, sender) = datagrams(Family::INET);
        ask(&receiver, libc::SOL_SOCKET, libc::SO_TIMESTAMP);
        sender.send(b"x").unwrap();
        let (_, control, _) = recv(&receiver, NONE);
        assert!(plausible(control.get::<Timestamp>().unwrap().0), "{control:?}");

        ask(&receiver, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS);
        sender.send(b"x").unwrap();
        let (_, control, _) = recv(&receiver, NONE);
        assert!(plausible(control.get::<TimestampNs>().unwrap().0), "{control:?}");

        let flags = libc::SOF_TIMESTAMPING_RX_SOFTWARE | libc::SOF_TIMESTAMPING_SOFTWARE;
        let (receiver, sender) = datagrams(Family::INET);
        receiver.set_raw(libc::SOL_SOCKET, libc::SO_TIMESTAMPING, &flags.to_ne_bytes()).unwrap();
        // The kernel begins to take them a moment after it was asked.
        let mut times = None;
        eventually("a timestamp", || {
            sender.send(b"x").unwrap();
            times = recv(&receiver, NONE).1.get::<Timestamps>();
            times.is_some()
        });
        let times = times.unwrap();
        assert!(plausible(times.software.unwrap()), "{times:?}");
        assert_eq!((times.transformed, times.hardware), (None, None), "no such card here");
    });
}

#[test]
fn the_time_of_departure_comes_back_by_the_error_queue() {
    bounded(PATIENCE, || {
        let before = SystemTime::now() - Duration::from_millis(1);
        let (_receiver, sender) = datagrams(Family::INET);
        let flags = libc::SOF_TIMESTAMPING_SOFTWARE | libc::SOF_TIMESTAMPING_OPT_ID;
        sender.set_raw(libc::SOL_SOCKET, libc::SO_TIMESTAMPING, &flags.to_ne_bytes()).unwrap();
        let mut out = SendBuffer::new();
        out.push(TimestampRequest(libc::SOF_TIMESTAMPING_TX_SOFTWARE)).unwrap();
        send(&sender, b"when", &out);
        let (control, _, _) = error_queue(&sender);
        let time = control.get::<Timestamps>().unwrap().software.unwrap();
        assert!(before <= time && time <= SystemTime::now());
        let entry = control.extended_error().unwrap();
        assert_eq!(entry.origin, ErrorOrigin::TIMESTAMPING);
        assert!(entry.error().is_none(), "a timestamp is no error: {entry:?}");
        assert_eq!(entry.data, 0, "the key of the first packet");
        assert_eq!(entry.zero_copied(), None);
    });
}

#[test]
fn a_refusal_tells_who_refused_and_what() {
    in_network(PATIENCE, |network| {
        network.ip("addr add 192.0.2.9/24 dev here");
        let sender = udp_socket();
        ask(&sender, libc::IPPROTO_IP, libc::IP_RECVERR);
        let closed = {
            let gone = udp_socket();
            gone.local_addr().unwrap()
        };
        sender.send_to(b"anyone?", closed).unwrap();
        let (control, bytes, from) = error_queue(&sender);
        assert_eq!((&bytes[..], from), (&b"anyone?"[..], Some(closed)));
        let entry = control.extended_error().unwrap();
        assert_eq!(entry.origin, ErrorOrigin::ICMP);
        assert_eq!((entry.kind, entry.code), (3, 3), "port unreachable, RFC 792");
        assert_eq!(entry.error().unwrap().kind(), ErrorKind::ConnectionRefused);
        let offender = entry.offender.unwrap().as_ip().unwrap().ip();
        assert_eq!(offender, closed.as_ip().unwrap().ip());
        let listed = control.messages().find(|message| matches!(message, Control::Error4(_)));
        assert!(listed.is_some(), "{control:?}");
    });
}

#[test]
fn a_refusal_over_ipv6_tells_who_refused() {
    bounded(PATIENCE, || {
        if !ipv6() {
            return;
        }
        let new =
            || Socket::with_timeout(Family::INET6, Kind::DGRAM, Protocol::UDP, Some(PATIENCE));
        let sender = new().unwrap();
        ask(&sender, libc::IPPROTO_IPV6, libc::IPV6_RECVERR);
        let closed = {
            let gone = new().unwrap();
            gone.bind("[::1]:0").unwrap();
            gone.local_addr().unwrap()
        };
        sender.send_to(b"x", closed).unwrap();
        let (control, _, from) = error_queue(&sender);
        assert_eq!(from, Some(closed));
        let entry = control.extended_error().unwrap();
        assert_eq!((entry.origin, entry.kind, entry.code), (ErrorOrigin::ICMP6, 1, 4));
        assert_eq!(entry.offender.unwrap().as_ip().unwrap().ip(), Ipv6Addr::LOCALHOST);
    });
}

#[test]
fn a_packet_too_long_for_the_path_is_a_local_error() {
    in_network(PATIENCE, |network| {
        network.ip("link set here mtu 1400");
        let sender = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
        sender
            .set_raw(libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, &libc::IP_PMTUDISC_DO.to_ne_bytes())
            .unwrap();
        ask(&sender, libc::IPPROTO_IP, libc::IP_RECVERR);
        let to = format!("{}:9", berkeley_tests::Network::SILENT);
        let refused = sender.send_to(&[0; 1500], &*to);
        assert_eq!(refused.unwrap_err().raw_os_error(), Some(libc::EMSGSIZE));
        let (control, _, _) = error_queue(&sender);
        let entry = control.extended_error().unwrap();
        assert_eq!((entry.origin, entry.info), (ErrorOrigin::LOCAL, 1400));
        assert_eq!(entry.offender, None);
    });
}

#[test]
fn an_empty_error_queue_does_not_wait() {
    bounded(PATIENCE, || {
        for timeout in [None, Some(PATIENCE * 10)] {
            let (receiver, _sender) = datagrams(Family::INET);
            receiver.set_timeout(timeout).unwrap();
            let mut control = RecvBuffer::with_capacity(64);
            let nothing = receiver.recv_msg(&mut [], &mut control, MsgFlags::ERRQUEUE);
            assert_eq!(nothing.unwrap_err().kind(), ErrorKind::WouldBlock);
        }
    });
}

#[test]
fn lost_datagrams_are_counted() {
    bounded(PATIENCE, || {
        let (receiver, sender) = datagrams(Family::INET);
        ask(&receiver, libc::SOL_SOCKET, libc::SO_RXQ_OVFL);
        receiver.set_raw(libc::SOL_SOCKET, libc::SO_RCVBUF, &0_i32.to_ne_bytes()).unwrap();
        for _ in 0..64 {
            sender.send(&[0; 1000]).unwrap();
        }
        let mut arrived = 0_u32;
        while receiver.recv_with_flags(&mut [0; 1000], MsgFlags::DONTWAIT).is_ok() {
            arrived += 1;
        }
        assert!(arrived < 64);
        sender.send(b"after").unwrap();
        let (_, control, _) = recv(&receiver, NONE);
        assert_eq!(control.get::<Drops>(), Some(Drops(64 - arrived)));
    });
}

#[test]
fn one_send_is_many_datagrams_and_one_receive_takes_them() {
    bounded(PATIENCE, || {
        let (receiver, sender) = datagrams(Family::INET);
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let mut out = SendBuffer::new();
        out.push(udp::SegmentSize(1200)).unwrap();
        send(&sender, &bytes, &out);
        for chunk in bytes.chunks(1200) {
            assert_eq!(recv(&receiver, NONE).2, chunk);
        }

        ask(&receiver, libc::IPPROTO_UDP, libc::UDP_GRO);
        send(&sender, &bytes, &out);
        let (_, control, together) = recv(&receiver, NONE);
        assert_eq!(control.get::<udp::ReceivedSegmentSize>().unwrap().0, 1200);
        assert_eq!(together, bytes);
    });
}

#[test]
fn a_time_of_departure_and_a_mark_are_taken() {
    bounded(PATIENCE, || {
        let (receiver, sender) = datagrams(Family::INET);
        // struct sock_txtime: the monotonic clock, no flags.
        let clock = [libc::CLOCK_MONOTONIC.to_ne_bytes(), [0; 4]].concat();
        sender.set_raw(libc::SOL_SOCKET, libc::SO_TXTIME, &clock).unwrap();
        let mut out = SendBuffer::new();
        out.push(TransmitTime(0)).unwrap();
        out.push(Mark(7)).unwrap();
        if !ask_if_known(&receiver, libc::SOL_SOCKET, 75, "SO_RCVMARK (Linux 5.19)") {
            return;
        }
        send(&sender, b"x", &out);
        let (_, control, bytes) = recv(&receiver, NONE);
        assert_eq!((&bytes[..], control.get::<Mark>()), (&b"x"[..], Some(Mark(7))));
    });
}

#[test]
fn what_is_left_to_read_is_told() {
    bounded(PATIENCE, || {
        let (client, served) = tcp_pair();
        ask(&served, libc::IPPROTO_TCP, libc::TCP_INQ);
        client.send_all(&[0; 1000]).unwrap();
        eventually("all bytes came", || {
            served.recv_with_flags(&mut [0; 1000], MsgFlags::PEEK).unwrap() == 1000
        });
        let mut control = RecvBuffer::with_capacity(64);
        let mut bytes = [0; 300];
        served.recv_msg(&mut [IoSliceMut::new(&mut bytes)], &mut control, NONE).unwrap();
        assert_eq!(control.get::<tcp::UnreadBytes>(), Some(tcp::UnreadBytes(700)));

        let (a, b) = unix_pair(Kind::STREAM);
        if ask_if_known(&b, libc::SOL_SOCKET, 84, "SO_INQ of Unix streams (Linux 6.17)") {
            a.send_all(&[0; 100]).unwrap();
            b.recv_msg(&mut [IoSliceMut::new(&mut bytes[..30])], &mut control, NONE).unwrap();
            assert_eq!(control.get::<UnreadBytes>(), Some(UnreadBytes(70)));
        }
    });
}

#[test]
fn packets_tell_their_lengths_and_offsets() {
    in_network(PATIENCE, |_| {
        const ETH_P_IP: u16 = 0x0800;
        let raw = Socket::with_timeout(
            Family::PACKET,
            Kind::RAW,
            Protocol::from_raw(i32::from(ETH_P_IP.to_be())),
            Some(PATIENCE),
        );
        let raw = raw.unwrap();
        ask(&raw, libc::SOL_PACKET, libc::PACKET_AUXDATA);
        let sender = udp_socket();
        sender.send_to(&[7; 100], sender.local_addr().unwrap()).unwrap();
        let mut control = RecvBuffer::with_capacity(256);
        let mut bytes = [0; 60];
        raw.recv_msg(&mut [IoSliceMut::new(&mut bytes)], &mut control, NONE).unwrap();
        let data = control.get::<packet::AuxiliaryData>().unwrap();
        // Ethernet 14, IPv4 20, UDP 8.
        assert_eq!((data.length, data.captured, data.vlan), (142, 142, None));
        assert_eq!(data.network_offset - data.link_offset, 14);
    });
}

#[test]
fn netlink_tells_the_group() {
    in_network(PATIENCE, |network| {
        const RTNLGRP_LINK: i32 = 1;
        let route =
            Socket::with_timeout(Family::NETLINK, Kind::RAW, Protocol::DEFAULT, Some(PATIENCE));
        let route = route.unwrap();
        let any = OtherAddress::new(Family::NETLINK, &[0; 10]).unwrap();
        route.bind(Address::Other(any)).unwrap();
        ask(&route, libc::SOL_NETLINK, libc::NETLINK_PKTINFO);
        route
            .set_raw(libc::SOL_NETLINK, libc::NETLINK_ADD_MEMBERSHIP, &RTNLGRP_LINK.to_ne_bytes())
            .unwrap();
        network.ip("link set here mtu 1300");
        let (_, control, _) = recv(&route, NONE);
        assert_eq!(control.get::<netlink::Group>(), Some(netlink::Group(1)));
    });
}

/// Whatever bytes a payload has, decoding ends well, and what is too short is no message.
fn decodes<M: Decode + Debug>(payload: &[u8]) {
    let _ = format!("{:?}", M::decode(payload));
    assert!(M::decode(&[]).is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_listed_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let listed = Messages::parse(&bytes);
        prop_assert!(listed.clone().count() <= bytes.len() / cmsg_len(0).unwrap());
        let _ = format!("{listed:?}");
    }

    /// Bytes of any kind behind the header of each message that has a type.
    #[test]
    fn any_payload_of_any_number_is_listed(
        level in prop::sample::select(vec![0, 1, 6, 17, 41, 132, 263, 270, 271, 274, 276, 279, 282, 287]),
        kind in 0..100_i32,
        payload in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut out = SendBuffer::new();
        prop_assume!(out.push_raw(level, kind, &payload).is_ok());
        prop_assert_eq!(Messages::parse(out.as_bytes()).count(), 1);
        match Messages::parse(out.as_bytes()).next() {
            Some(Control::Unknown(raw)) => {
                prop_assert_eq!((raw.level, raw.kind, raw.payload), (level, kind, &payload[..]));
            }
            known => {
                let shown = format!("{known:?}");
                prop_assert!(!shown.is_empty());
            }
        }
    }

    #[test]
    fn payloads_of_any_bytes_decode_without_panic(payload in prop::collection::vec(any::<u8>(), 0..160)) {
        use berkeley_core::control::*;
        decodes::<Credentials>(&payload);
        decodes::<Timestamp>(&payload);
        decodes::<TimestampNs>(&payload);
        decodes::<Timestamps>(&payload);
        decodes::<TimestampInterface>(&payload);
        decodes::<Drops>(&payload);
        decodes::<Error4>(&payload);
        decodes::<PacketInfo>(&payload);
        decodes::<TimeToLive>(&payload);
        decodes::<TypeOfService>(&payload);
        decodes::<OriginalDestination>(&payload);
        decodes::<PacketInfo6>(&payload);
        decodes::<HopLimit>(&payload);
        decodes::<PathMtu>(&payload);
        decodes::<OriginalDestination6>(&payload);
        decodes::<udp::ReceivedSegmentSize>(&payload);
        decodes::<packet::AuxiliaryData>(&payload);
        decodes::<tipc::Rejected>(&payload);
        decodes::<tipc::DestinationName>(&payload);
        decodes::<rds::RdmaStatus>(&payload);
        decodes::<bluetooth::HciTimestamp>(&payload);
        decodes::<sctp::ReceiveInfo>(&payload);
    }
}
