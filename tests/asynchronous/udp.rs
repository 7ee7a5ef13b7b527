//! UDP with what comes with a datagram and goes with it, groups, segments, refusals.

use crate::drivers::Driver;
use crate::{assert_kind, assert_timed_out};
use berkeley::control::{Ecn, RecvBuffer};
use berkeley::net::udp::{Datagram, Details, Transmit};
use berkeley::option::{ip, udplite};
use berkeley::{Interface, MessageSlot, MsgFlags, UdpSocket};
use berkeley_tests::{PATIENCE, Process, in_network, ipv6, kernel_lacks, peer, skip};
use futures::poll;
use nix::libc;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, SystemTime};

on_every_driver! {
    everything_about_a_datagram_is_told_over_ipv4
    everything_about_a_datagram_is_told_over_ipv6
    a_socket_of_both_families_tells_it_of_ipv4_and_answers
    nothing_is_told_that_was_not_asked_for
    an_answer_comes_from_the_address_that_was_asked
    a_datagram_that_was_cut_says_so
    segments_go_and_come_with_what_was_said_of_them
    batches_of_segments_are_read_slot_by_slot
    groups_of_ipv4_are_joined_and_left
    only_the_sources_that_were_joined_are_heard
    a_refusal_is_told_once_by_a_later_call_that_does_nothing
    a_drained_error_queue_costs_no_send_to_somebody_else
    a_dropped_receive_of_a_datagram_takes_nothing
    python_reads_what_was_said_and_says_the_same
    a_part_is_left_out_of_the_checksum
}

const ALL: Details = Details::all();

async fn bind(address: &str) -> UdpSocket {
    UdpSocket::bind(address).await.unwrap()
}

fn lo() -> Interface {
    Interface::from_name("lo").unwrap()
}

/// The port of `socket` at another address.
fn at(ip: impl Into<IpAddr>, socket: &UdpSocket) -> SocketAddr {
    (ip, socket.local_addr().unwrap().port()).into()
}

async fn told(sender: &UdpSocket, receiver: &UdpSocket, to: SocketAddr) -> Datagram {
    let before = SystemTime::now() - Duration::from_secs(1);
    let transmit = Transmit { ecn: Some(Ecn::Capable0), ttl: Some(77), ..Transmit::to(to) };
    sender.send_datagram(b"hello", &transmit).await.unwrap();
    let mut buffer = [0; 65_536];
    let came = receiver.recv_datagram(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..came.len], b"hello");
    assert_eq!(came.interface, Some(lo()));
    assert_eq!((came.ecn, came.ttl), (Some(Ecn::Capable0), Some(77)));
    assert!(came.timestamp.unwrap() > before);
    assert_eq!((came.segment_size, came.is_truncated()), (5, false));
    assert_eq!(came.segments(&buffer).collect::<Vec<_>>(), [b"hello"]);
    came
}

async fn everything_about_a_datagram_is_told_over_ipv4(_: Driver) {
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("0.0.0.0:0").await);
    receiver.set_details(ALL).unwrap();
    let other = Ipv4Addr::new(127, 0, 0, 2);
    let came = told(&sender, &receiver, at(other, &receiver)).await;
    assert_eq!(came.from, sender.local_addr().unwrap());
    assert_eq!((came.to, came.local), (Some(other.into()), Some(other.into())));
    // Connected, and by the other methods.
    sender.connect(at(other, &receiver)).await.unwrap();
    sender.send_datagram(b"x", &Transmit { ttl: Some(3), ..Transmit::default() }).await.unwrap();
    receiver.readable().await.unwrap();
    let came = receiver.try_recv_datagram(&mut [0; 8]).unwrap();
    assert_eq!((came.ttl, came.ecn), (Some(3), Some(Ecn::NotCapable)));
    assert_kind(receiver.try_recv_datagram(&mut [0; 8]), ErrorKind::WouldBlock);
}

async fn everything_about_a_datagram_is_told_over_ipv6(_: Driver) {
    if !ipv6() {
        return;
    }
    let (sender, receiver) = (bind("[::1]:0").await, bind("[::]:0").await);
    receiver.set_details(ALL).unwrap();
    let came = told(&sender, &receiver, at(Ipv6Addr::LOCALHOST, &receiver)).await;
    let here = Some(IpAddr::from(Ipv6Addr::LOCALHOST));
    assert_eq!((came.to, came.local), (here, here));
}

async fn a_socket_of_both_families_tells_it_of_ipv4_and_answers(_: Driver) {
    if !ipv6() {
        return;
    }
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("[::]:0").await);
    receiver.set_details(ALL).unwrap();
    let came = told(&sender, &receiver, at(Ipv4Addr::new(127, 0, 0, 3), &receiver)).await;
    let mapped = Some(IpAddr::from(Ipv4Addr::new(127, 0, 0, 3).to_ipv6_mapped()));
    assert_eq!((came.to, came.local), (mapped, mapped));
    // And says it to IPv4, by control messages of IPv4.
    sender.set_details(ALL).unwrap();
    let answer = Transmit {
        from: came.local,
        ecn: Some(Ecn::Congestion),
        ttl: Some(9),
        ..Transmit::to(came.from)
    };
    receiver.send_datagram(b"answer", &answer).await.unwrap();
    let came = sender.recv_datagram(&mut [0; 8]).await.unwrap();
    assert_eq!(came.from, at(Ipv4Addr::new(127, 0, 0, 3), &receiver));
    assert_eq!((came.ecn, came.ttl), (Some(Ecn::Congestion), Some(9)));
    // So does a connected one, whose peer is known to be of IPv4.
    receiver
        .connect(SocketAddr::from((
            Ipv4Addr::LOCALHOST.to_ipv6_mapped(),
            sender.local_addr().unwrap().port(),
        )))
        .await
        .unwrap();
    let said = Transmit { ttl: Some(8), ..Transmit::default() };
    receiver.send_datagram(b"answer", &said).await.unwrap();
    assert_eq!(sender.recv_datagram(&mut [0; 8]).await.unwrap().ttl, Some(8));
}

async fn nothing_is_told_that_was_not_asked_for(_: Driver) {
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("127.0.0.1:0").await);
    let to = receiver.local_addr().unwrap();
    for details in [Details::empty(), ALL, Details::TTL, Details::empty()] {
        receiver.set_details(details).unwrap();
        sender.send_to(b"", to).await.unwrap();
        let came = receiver.recv_datagram(&mut [0; 8]).await.unwrap();
        assert_eq!(came.to.is_some(), details.contains(Details::DESTINATION));
        assert_eq!(came.ecn.is_some(), details.contains(Details::ECN));
        assert_eq!(came.ttl.is_some(), details.contains(Details::TTL));
        assert_eq!(came.timestamp.is_some(), details.contains(Details::TIMESTAMP));
        // An empty datagram is a datagram.
        assert_eq!((came.len, came.segments(&[]).count()), (0, 0));
    }
}

async fn an_answer_comes_from_the_address_that_was_asked(_: Driver) {
    let (client, server) = (bind("127.0.0.1:0").await, bind("0.0.0.0:0").await);
    server.set_details(Details::DESTINATION).unwrap();
    // A connected client hears nobody else.
    client.connect(at(Ipv4Addr::new(127, 0, 0, 9), &server)).await.unwrap();
    client.send(b"who?").await.unwrap();
    let asked = server.recv_datagram(&mut [0; 8]).await.unwrap();
    server.send_to(b"unheard", asked.from).await.unwrap();
    let answer =
        Transmit { from: asked.local, interface: asked.interface, ..Transmit::to(asked.from) };
    server.send_datagram(b"me", &answer).await.unwrap();
    assert_eq!(client.recv(&mut [0; 8]).await.unwrap(), 2);

    let wrong = Transmit { from: Some(Ipv6Addr::LOCALHOST.into()), ..answer };
    assert_kind(server.send_datagram(b"me", &wrong).await, ErrorKind::InvalidInput);
    let foreign = Transmit { from: Some(Ipv4Addr::new(192, 0, 2, 1).into()), ..answer };
    server.send_datagram(b"me", &foreign).await.unwrap_err();
}

async fn a_datagram_that_was_cut_says_so(_: Driver) {
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("127.0.0.1:0").await);
    receiver.set_details(ALL).unwrap();
    sender.send_to(b"too long", receiver.local_addr().unwrap()).await.unwrap();
    let came = receiver.recv_datagram(&mut [0; 3]).await.unwrap();
    assert_eq!((came.len, came.is_truncated()), (3, true));
}

async fn segments_go_and_come_with_what_was_said_of_them(_: Driver) {
    const SIZE: usize = 1_200;
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("127.0.0.1:0").await);
    receiver.set_details(ALL).unwrap();
    let bytes: Vec<u8> = (0..=250).cycle().take(100 * SIZE + 17).collect();
    let transmit = Transmit {
        segment_size: Some(u16::try_from(SIZE).unwrap()),
        ecn: Some(Ecn::Capable1),
        ..Transmit::to(receiver.local_addr().unwrap())
    };
    sender.send_datagram(&bytes, &transmit).await.unwrap();
    let mut buffer = vec![0; 65_536];
    let (mut at, mut receives) = (0, 0);
    while at < bytes.len() {
        let came = receiver.recv_datagram(&mut buffer).await.unwrap();
        assert_eq!((came.ecn, came.is_truncated()), (Some(Ecn::Capable1), false));
        receives += 1;
        for datagram in came.segments(&buffer) {
            let expected = &bytes[at..bytes.len().min(at + SIZE)];
            assert!(datagram == expected, "{} bytes at {at}", datagram.len());
            at += datagram.len();
        }
    }
    assert!(receives <= 101);
}

async fn batches_of_segments_are_read_slot_by_slot(_: Driver) {
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("127.0.0.1:0").await);
    receiver.set_details(ALL).unwrap();
    let to = receiver.local_addr().unwrap();
    let sizes = [100_u16, 200, 300];
    for size in sizes {
        let transmit = Transmit { segment_size: Some(size), ..Transmit::to(to) };
        sender.send_datagram(&vec![7; 4 * usize::from(size) + 1], &transmit).await.unwrap();
    }
    let room = || MessageSlot::with_control(vec![0; 65_536], RecvBuffer::with_capacity(256));
    let mut slots: Vec<_> = (0..16).map(|_| room()).collect();
    let (mut datagrams, mut total) = (0, 0);
    while datagrams < 5 * sizes.len() {
        let n = receiver.recv_many(&mut slots, MsgFlags::empty()).await.unwrap();
        for slot in &slots[..n] {
            let came = Datagram::read(&slot.received, &slot.control).unwrap();
            assert_eq!((came.from, came.ttl.is_some()), (sender.local_addr().unwrap(), true));
            datagrams += came.segments(&slot.buffer).count();
            total += came.len;
        }
    }
    assert_eq!((datagrams, total), (15, 4 * 600 + 3));
}

/// That `receiver` gets what `sender` sends to this group, or does not.
async fn hears(receiver: &UdpSocket, sender: &UdpSocket, group: SocketAddr, expected: bool) {
    sender.send_to(b"group", group).await.unwrap();
    let mut buffer = [0; 8];
    if expected {
        let came = receiver.recv_datagram(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..came.len], b"group");
        assert_eq!(came.to, Some(group.ip()));
        // Nothing is answered from a group.
        assert_eq!(came.local.is_some(), group.is_ipv4());
        assert_ne!(came.local, came.to);
    }
    // What is looped back comes within the send, or soon after it. Another one marks the end.
    sender.send_to(b"!", at(marker(group.ip()), receiver)).await.unwrap();
    assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 1);
}

fn marker(group: IpAddr) -> IpAddr {
    if group.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() }
}

async fn groups_of_ipv4_are_joined_and_left(_: Driver) {
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("0.0.0.0:0").await);
    // Not what other sockets of this machine have joined: those of tests beside this one.
    receiver.set(ip::MulticastAll, false).unwrap();
    let (group, source) = (Ipv4Addr::new(239, 1, 2, 3), Ipv4Addr::LOCALHOST);
    joined_and_left(&sender, &receiver, group.into(), source.into(), lo()).await;
}

/// The loopback takes no groups of IPv6.
#[test]
fn groups_of_ipv6_are_joined_and_left() {
    in_network(PATIENCE, |_| {
        if !ipv6() {
            return;
        }
        // Those that run it on this thread, to which the network belongs.
        for driver in [Driver::Own, Driver::TokioCurrent, Driver::Smol] {
            driver.block_on(async {
                let (sender, receiver) = (bind("[::]:0").await, bind("[::]:0").await);
                let here = Interface::from_name("here").unwrap();
                let group = "ff02::1:2:3".parse().unwrap();
                let source = "fe80::1".parse().unwrap();
                joined_and_left(&sender, &receiver, group, source, here).await;
            });
        }
    });
}

async fn joined_and_left(
    sender: &UdpSocket,
    receiver: &UdpSocket,
    group: IpAddr,
    source: IpAddr,
    by: Interface,
) {
    receiver.set_details(Details::DESTINATION).unwrap();
    sender.set_multicast_interface(by).unwrap();
    let to = at(group, receiver);
    hears(receiver, sender, to, false).await;
    receiver.join_group(group, by).unwrap();
    hears(receiver, sender, to, true).await;
    let again = receiver.join_group(group, by).unwrap_err();
    assert_eq!(again.raw_os_error(), Some(libc::EADDRINUSE));
    // Block, and hear others.
    receiver.block_source(group, source, by).unwrap();
    hears(receiver, sender, to, false).await;
    receiver.unblock_source(group, source, by).unwrap();
    hears(receiver, sender, to, true).await;
    receiver.leave_group(group, by).unwrap();
    hears(receiver, sender, to, false).await;
    let again = receiver.leave_group(group, by).unwrap_err();
    assert_eq!(again.raw_os_error(), Some(libc::EADDRNOTAVAIL));
}

async fn only_the_sources_that_were_joined_are_heard(_: Driver) {
    let (one, two) = (bind("127.0.0.1:0").await, bind("127.0.0.2:0").await);
    let receiver = bind("0.0.0.0:0").await;
    // Not what other sockets of this machine have joined: those of tests beside this one.
    receiver.set(ip::MulticastAll, false).unwrap();
    receiver.set_details(Details::DESTINATION).unwrap();
    let group = IpAddr::from(Ipv4Addr::new(232, 1, 2, 3));
    let to = at(group, &receiver);
    one.set_multicast_interface(lo()).unwrap();
    two.set_multicast_interface(lo()).unwrap();
    let source = one.local_addr().unwrap().ip();
    receiver.join_source_group(group, source, lo()).unwrap();
    hears(&receiver, &one, to, true).await;
    hears(&receiver, &two, to, false).await;
    receiver.leave_source_group(group, source, lo()).unwrap();
    hears(&receiver, &one, to, false).await;
}

async fn a_refusal_is_told_once_by_a_later_call_that_does_nothing(_: Driver) {
    let socket = bind("127.0.0.1:0").await;
    let nobody = bind("127.0.0.1:0").await.local_addr().unwrap();
    socket.connect(nobody).await.unwrap();
    socket.send(b"anyone?").await.unwrap();
    assert_kind(socket.send(b"not sent").await, ErrorKind::ConnectionRefused);
    // Somebody is there now, and gets what is sent from here on alone.
    let somebody = UdpSocket::bind(nobody).await.unwrap();
    socket.send(b"sent").await.unwrap();
    let mut buffer = [0; 16];
    let n = somebody.recv(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..n], b"sent");
    assert_timed_out(socket.recv(&mut buffer).timeout(Duration::from_millis(1)).await);
}

async fn a_drained_error_queue_costs_no_send_to_somebody_else(_: Driver) {
    let (socket, somebody) = (bind("127.0.0.1:0").await, bind("127.0.0.1:0").await);
    socket.set(ip::ReceiveErrors, true).unwrap();
    // It hears itself alone, and what others send is refused. No test beside this one gets its port.
    let nobody = bind("127.0.0.1:0").await;
    let at_nobody = nobody.local_addr().unwrap();
    nobody.connect(at_nobody).await.unwrap();
    let mut buffer = [0; 16];
    for _ in 0..10 {
        socket.send_to(b"anyone?", at_nobody).await.unwrap();
        let entry = socket.recv_error(&mut buffer).await.unwrap();
        assert_eq!(entry.error().unwrap().kind(), ErrorKind::ConnectionRefused);
        socket.send_to(b"hello", somebody.local_addr().unwrap()).await.unwrap();
        assert_eq!(somebody.recv(&mut buffer).await.unwrap(), 5);
    }
}

#[test]
fn a_full_queue_is_an_error_and_no_reason_to_wait() {
    in_network(PATIENCE, |_| {
        let Some(tc) = peer("tc") else { return };
        let limit = "qdisc add dev here root pfifo limit 0";
        let output = Command::new(tc).args(limit.split(' ')).output().unwrap();
        if !output.status.success() {
            return skip(&String::from_utf8_lossy(&output.stderr));
        }
        for driver in [Driver::Own, Driver::TokioCurrent, Driver::Smol] {
            driver.block_on(async {
                let socket = bind("192.0.2.1:0").await;
                // Without this, the kernel says nothing of it.
                socket.set(ip::ReceiveErrors, true).unwrap();
                let to = "192.0.2.2:9".parse().unwrap();
                for segment_size in [None, Some(1_000)] {
                    let transmit = Transmit { segment_size, ..Transmit::to(to) };
                    let sent = socket.send_datagram(&[7; 3_000], &transmit).timeout(PATIENCE).await;
                    let failed = sent.unwrap_err();
                    assert_eq!(failed.error.raw_os_error(), Some(libc::ENOBUFS), "{failed}");
                    assert_eq!(failed.sent, 0);
                }
            });
        }
    });
}

async fn a_dropped_receive_of_a_datagram_takes_nothing(_: Driver) {
    let (sender, receiver) = (bind("127.0.0.1:0").await, bind("127.0.0.1:0").await);
    let mut buffer = [0; 8];
    assert_timed_out(receiver.recv_datagram(&mut buffer).timeout(Duration::from_millis(1)).await);
    for _ in 0..20 {
        let mut waiting = Box::pin(receiver.recv_datagram(&mut buffer));
        assert!(poll!(&mut waiting).is_pending());
        sender.send_to(b"x", receiver.local_addr().unwrap()).await.unwrap();
        drop(waiting);
        assert_eq!(receiver.recv_datagram(&mut buffer).await.unwrap().len, 1);
    }
}

/// Says what it was told of a datagram, and answers with a class and a hop limit of its own.
const PYTHON: &str = r"
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 0))
for option in (13, 12, 8): s.setsockopt(0, option, 1) # IP_RECVTOS, IP_RECVTTL, IP_PKTINFO
print(s.getsockname()[1], flush=True)
data, control, flags, who = s.recvmsg(100, 200)
told = {kind: value for level, kind, value in control}
print(data.decode(), who[0], told[1][0], struct.unpack('i', told[2])[0], flush=True)
s.setsockopt(0, 1, 3); s.setsockopt(0, 2, 21)
s.sendto(b'bye', who)
";

async fn python_reads_what_was_said_and_says_the_same(_: Driver) {
    let Some(program) = peer("python3") else { return };
    let mut python = Process::spawn(Command::new(program).args(["-c", PYTHON]));
    let port: u16 = python.line().parse().unwrap();
    let socket = bind("0.0.0.0:0").await;
    socket.set_details(ALL).unwrap();
    let transmit = Transmit {
        from: Some(Ipv4Addr::new(127, 0, 0, 8).into()),
        ecn: Some(Ecn::Capable0),
        ttl: Some(33),
        ..Transmit::to((Ipv4Addr::LOCALHOST, port).into())
    };
    socket.send_datagram(b"hello", &transmit).await.unwrap();
    assert_eq!(python.line(), "hello 127.0.0.8 2 33");
    let came = socket.recv_datagram(&mut [0; 8]).await.unwrap();
    assert_eq!((came.len, came.ecn, came.ttl), (3, Some(Ecn::Congestion), Some(21)));
    assert_eq!(came.to, Some(Ipv4Addr::new(127, 0, 0, 8).into()));
    assert!(python.finish().success());
}

async fn a_part_is_left_out_of_the_checksum(_: Driver) {
    let lite = || UdpSocket::bind_lite("127.0.0.1:0".parse().unwrap());
    let sockets: io::Result<Vec<_>> = (0..2).map(|_| lite()).collect();
    let sockets = match sockets {
        Err(e) if e.raw_os_error() == Some(libc::EPROTONOSUPPORT) => {
            return kernel_lacks("no UDP-Lite");
        }
        sockets => sockets.unwrap(),
    };
    let [sender, receiver] = &sockets[..] else { unreachable!() };
    sender.set_checksum_coverage(20).unwrap();
    assert_eq!(sender.get(udplite::SendCoverage).unwrap(), 20);
    assert_kind(sender.set_checksum_coverage(3), ErrorKind::InvalidInput);
    let to = receiver.local_addr().unwrap();
    let mut buffer = [0; 64];
    receiver.set_least_checksum_coverage(20).unwrap();
    sender.send_to(b"twelve bytes and more", to).await.unwrap();
    assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 21);
    // Less is dropped by the kernel.
    receiver.set_least_checksum_coverage(21).unwrap();
    sender.send_to(b"twelve bytes and more", to).await.unwrap();
    sender.set_checksum_coverage(0).unwrap();
    sender.send_to(b"all", to).await.unwrap();
    assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 3);
}
