//! Many messages in one call, and many datagrams as one: nothing is lost, doubled or run together.

use crate::{SHORT, assert_errno, assert_kind, assert_timed_out, takes};
use berkeley_core::control::{RecvBuffer, SendBuffer, SendTimeToLive, TimeToLive, cmsg_space};
use berkeley_core::{
    Address, Family, Kind, MessageSlot, MsgFlags, Outgoing, Protocol, SendAllError, Socket, option,
};
use berkeley_tests::{
    PATIENCE, Process, Storm, bounded, fill, in_child, in_network, join, open_descriptors, peer,
    skip, tcp_pair, udp, unix_pair,
};
use nix::libc;
use std::io::{self, ErrorKind, IoSlice, Read};
use std::os::fd::AsFd;
use std::process::Command;
use std::time::Duration;

const NONE: MsgFlags = MsgFlags::empty();

/// Bytes that tell datagrams apart.
fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| ((at % 251) ^ (at / 251)).to_le_bytes()[0]).collect()
}

fn slots<const LEN: usize>(count: usize) -> Vec<MessageSlot<[u8; LEN]>> {
    (0..count).map(|_| MessageSlot::new([0; LEN])).collect()
}

/// Two UDP sockets, the first connected to the second.
fn udp_pair() -> (Socket, Socket) {
    let (sender, receiver) = (udp(), udp());
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    receiver.set_timeout(Some(PATIENCE)).unwrap();
    receiver.set(option::socket::ReceiveBuffer, 1 << 20).unwrap();
    (sender, receiver)
}

fn send_all_of(sender: &Socket, messages: &[Outgoing<'_>]) {
    let mut sent = 0;
    while sent < messages.len() {
        let n = sender.send_many(&messages[sent..], NONE).unwrap();
        assert!((1..=1024).contains(&n));
        sent += n;
    }
}

/// All that is there, each message.
fn receive_all(receiver: &Socket) -> Vec<Vec<u8>> {
    receiver.set_timeout(Some(Duration::ZERO)).unwrap();
    let (mut all, mut slots) = (Vec::new(), slots::<4_096>(64));
    loop {
        match receiver.recv_many(&mut slots, NONE) {
            Ok(n) => all.extend(slots[..n].iter().map(|slot| slot.bytes().to_vec())),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::WouldBlock);
                return all;
            }
        }
    }
}

#[test]
fn messages_of_every_size_arrive_once_and_in_order() {
    bounded(PATIENCE, || {
        let (udp_sender, udp_receiver) = udp_pair();
        let from = udp_sender.local_addr().unwrap();
        let (dgram_sender, dgram_receiver) = unix_pair(Kind::DGRAM);
        let (packet_sender, packet_receiver) = unix_pair(Kind::SEQPACKET);
        for (sender, receiver, from) in [
            (udp_sender, udp_receiver, Some(from)),
            (dgram_sender, dgram_receiver, None),
            (packet_sender, packet_receiver, None),
        ] {
            let (head, tail) = ([IoSlice::new(b"one")], [IoSlice::new(b"t"), IoSlice::new(b"wo")]);
            let long = vec![7; 300];
            let long = [IoSlice::new(&long)];
            let sizes = [&head[..], &tail, &long];
            let messages: Vec<_> = sizes.iter().map(|buffers| Outgoing::new(buffers)).collect();
            assert_eq!(sender.send_many(&messages, NONE).unwrap(), 3);

            let mut slots = slots::<100>(5);
            slots[4].received.len = 42;
            assert_eq!(receiver.recv_many(&mut slots, NONE).unwrap(), 3, "{sender:?}");
            assert_eq!((slots[0].bytes(), slots[1].bytes()), (&b"one"[..], &b"two"[..]));
            assert_eq!(slots[2].bytes(), [7; 100]);
            let cut: Vec<_> = slots.iter().map(|slot| slot.received.is_truncated()).collect();
            assert_eq!(cut, [false, false, true, false, false]);
            assert!(slots[..3].iter().all(|slot| slot.received.from == from));
            assert_eq!(slots[4].received.len, 42);

            // The real length, where it is asked for; and messages without bytes.
            let messages = [Outgoing::new(&long), Outgoing::new(&[]), Outgoing::new(&head)];
            let count = if sender.kind() == Kind::SEQPACKET { 1 } else { 3 };
            assert_eq!(sender.send_many(&messages[..count], NONE).unwrap(), count);
            assert_eq!(receiver.recv_many(&mut slots, MsgFlags::TRUNC).unwrap(), count);
            assert_eq!((slots[0].received.len, slots[0].bytes()), (300, &[7; 100][..]));
            if count == 3 {
                assert_eq!((slots[1].bytes(), slots[2].bytes()), (&b""[..], &b"one"[..]));
            }
        }
    });
}

#[test]
fn each_message_has_its_own_address() {
    bounded(PATIENCE, || {
        let (sender, one, two) = (udp(), udp(), udp());
        let addresses = [&one, &two, &one].map(|socket| socket.local_addr().unwrap());
        let texts = [[IoSlice::new(b"a")], [IoSlice::new(b"b")], [IoSlice::new(b"c")]];
        let messages: Vec<_> =
            texts.iter().zip(addresses).map(|(text, to)| Outgoing::new(text).to(to)).collect();
        assert_eq!(sender.send_many(&messages, NONE).unwrap(), 3);
        assert_eq!(receive_all(&one), [b"a", b"c"]);
        assert_eq!(receive_all(&two), [b"b"]);

        // A bad one is refused before any is sent, wherever it is.
        let unix: Address = "unix:@nobody".parse().unwrap();
        let messages = [messages[0], Outgoing::new(&texts[1]).to(unix)];
        assert_kind(sender.send_many(&messages, NONE), ErrorKind::InvalidInput);
        assert_eq!(receive_all(&one).len(), 0);
    });
}

#[test]
fn each_message_has_its_own_control_messages() {
    in_child("batches::each_message_has_its_own_control_messages", || {
        let before = open_descriptors();
        let (sender, receiver) = unix_pair(Kind::DGRAM);
        let (reader, writer) = io::pipe().unwrap();
        let controls: Vec<_> = [&[reader.as_fd()][..], &[], &[writer.as_fd(), reader.as_fd()]]
            .into_iter()
            .map(|fds| {
                let mut control = SendBuffer::new();
                if !fds.is_empty() {
                    control.push_rights(fds).unwrap();
                }
                control
            })
            .collect();
        let text = [IoSlice::new(b"x")];
        let messages: Vec<_> =
            controls.iter().map(|control| Outgoing::new(&text).with(control)).collect();
        let mut slots: Vec<_> = (0..4)
            .map(|_| {
                let control = RecvBuffer::with_capacity(cmsg_space(8).unwrap());
                MessageSlot::with_control([0; 8], control)
            })
            .collect();
        // The second time, what nobody took of the first is closed.
        for _ in 0..2 {
            assert_eq!(sender.send_many(&messages, NONE).unwrap(), 3);
            assert_eq!(receiver.recv_many(&mut slots, NONE).unwrap(), 3);
            let counts: Vec<_> = slots.iter().map(|slot| slot.control.rights().len()).collect();
            assert_eq!(counts, [1, 0, 2, 0]);
            assert_eq!(open_descriptors(), before + 4 + 3);
            let fds: Vec<_> = slots.iter().flat_map(|slot| slot.control.rights()).collect();
            for fd in fds {
                let flags = nix::fcntl::fcntl(fd, nix::fcntl::FcntlArg::F_GETFD).unwrap();
                assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
            }
        }
        let mut last = slots[2].control.take_rights();
        drop(messages);
        drop(controls);
        drop((slots, reader, writer));
        // Ours alone is the writer that came.
        let mut reader = io::PipeReader::from(last.pop().unwrap());
        drop(last);
        assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        drop((sender, receiver, reader));
        assert_eq!(open_descriptors(), before);

        let (sender, receiver) = udp_pair();
        receiver.set(option::ip::ReceiveTimeToLive, true).unwrap();
        let mut controls = [SendBuffer::new(), SendBuffer::new()];
        controls[0].push(SendTimeToLive(7)).unwrap();
        controls[1].push(SendTimeToLive(9)).unwrap();
        let messages: Vec<_> =
            controls.iter().map(|control| Outgoing::new(&text).with(control)).collect();
        assert_eq!(sender.send_many(&messages, NONE).unwrap(), 2);
        let mut slots: Vec<_> = (0..2)
            .map(|_| MessageSlot::with_control(vec![0; 8], RecvBuffer::with_capacity(64)))
            .collect();
        assert_eq!(receiver.recv_many(&mut slots, NONE).unwrap(), 2);
        let hops: Vec<_> =
            slots.iter().map(|slot| slot.control.get::<TimeToLive>().unwrap().0).collect();
        assert_eq!(hops, [7, 9]);
    });
}

#[test]
fn a_batch_waits_for_its_first_message_alone() {
    bounded(PATIENCE, || {
        let (sender, receiver) = udp_pair();
        let mut slots = slots::<100>(32);
        let text = [IoSlice::new(b"x")];
        receiver.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_kind(receiver.recv_many(&mut slots, NONE), ErrorKind::WouldBlock);
        receiver.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || receiver.recv_many(&mut slots, NONE)));
        for timeout in [None, Some(PATIENCE), Some(Duration::ZERO)] {
            receiver.set_timeout(timeout).unwrap();
            assert_eq!(sender.send_many(&[Outgoing::new(&text); 3], NONE).unwrap(), 3);
            assert_eq!(receiver.recv_many(&mut slots, NONE).unwrap(), 3);
        }
        receiver.set_timeout(None).unwrap();
        assert_kind(receiver.recv_many(&mut slots, MsgFlags::DONTWAIT), ErrorKind::WouldBlock);
        let receiving = Storm::on_blocked(&[libc::SYS_recvmmsg], move || {
            receiver.recv_many(&mut slots, NONE).map(|n| (n, slots[0].bytes().to_vec()))
        });
        sender.send(b"later").unwrap();
        assert_eq!(join(receiving).unwrap(), (1, b"later".to_vec()));
    });
}

#[test]
fn a_batch_that_fails_after_some_tells_how_many_went() {
    bounded(PATIENCE, || {
        let (sender, receiver) = udp_pair();
        let (good, bad) = ([IoSlice::new(b"good")], vec![0; 70_000]);
        let bad = [IoSlice::new(&bad)];
        let messages = [&good, &good, &bad, &good].map(|buffers| Outgoing::new(&buffers[..]));
        assert_eq!(sender.send_many(&messages, NONE).unwrap(), 2);
        assert_errno(sender.send_many(&messages[2..], NONE), libc::EMSGSIZE);
        assert_eq!(sender.send_many(&messages[3..], NONE).unwrap(), 1);
        assert_eq!(receive_all(&receiver), [b"good", b"good", b"good"]);
    });
}

#[test]
fn a_receiver_that_is_full_gets_each_message_once() {
    bounded(PATIENCE, || {
        let (sender, receiver) = unix_pair(Kind::DGRAM);
        let texts: Vec<_> = (0..3_000_u32).map(u32::to_be_bytes).collect();
        let texts: Vec<_> = texts.iter().map(|text| [IoSlice::new(text)]).collect();
        let messages: Vec<_> = texts.iter().map(|text| Outgoing::new(text)).collect();
        for timeout in [None, Some(PATIENCE)] {
            sender.set_timeout(timeout).unwrap();
            receiver.set_timeout(Some(PATIENCE)).unwrap();
            std::thread::scope(|scope| {
                scope.spawn(|| send_all_of(&sender, &messages));
                let (mut next, mut slots) = (0_u32, slots::<8>(50));
                while next < 3_000 {
                    let n = receiver.recv_many(&mut slots, NONE).unwrap();
                    for slot in &slots[..n] {
                        assert_eq!(slot.bytes(), next.to_be_bytes());
                        next += 1;
                    }
                }
            });
        }
        assert_eq!(receive_all(&receiver).len(), 0);

        fill(&sender);
        sender.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_kind(sender.send_many(&messages, NONE), ErrorKind::WouldBlock);
        sender.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || sender.send_many(&messages, NONE)));
    });
}

#[test]
fn batches_have_limits() {
    bounded(PATIENCE, || {
        let (sender, receiver) = udp_pair();
        assert_eq!(sender.send_many(&[], NONE).unwrap(), 0);
        assert_eq!(receiver.recv_many(&mut slots::<8>(0), NONE).unwrap(), 0);
        let messages = vec![Outgoing::new(&[]); 2_000];
        assert!(sender.send_many(&messages, NONE).unwrap() <= 1_024);
        assert!(receiver.recv_many(&mut slots::<1>(2_000), NONE).unwrap() <= 1_024);

        let (stream, _peer) = tcp_pair();
        assert_kind(stream.send_many(&messages[..1], NONE), ErrorKind::InvalidInput);
        assert_kind(stream.recv_many(&mut slots::<8>(1), NONE), ErrorKind::InvalidInput);
        assert_kind(stream.recv_many(&mut slots::<8>(0), NONE), ErrorKind::InvalidInput);
    });
}

/// A queue that is full announces nothing, so nothing may wait for it.
#[test]
fn a_full_queue_is_an_error_and_no_reason_to_wait() {
    in_network(PATIENCE, |_| {
        let Some(tc) = peer("tc") else { return };
        let arguments = "qdisc add dev here root pfifo limit 0";
        let output = Command::new(tc).args(arguments.split(' ')).output().unwrap();
        if !output.status.success() {
            return skip(&String::from_utf8_lossy(&output.stderr));
        }
        let socket = udp_to("192.0.2.2:9");
        // Without this, the kernel says nothing of it.
        socket.set(option::ip::ReceiveErrors, true).unwrap();
        socket.set_timeout(Some(PATIENCE)).unwrap();
        let text = [IoSlice::new(b"x")];
        let sent = takes(Duration::ZERO, || socket.send_many(&[Outgoing::new(&text)], NONE));
        assert_errno(sent, libc::ENOBUFS);
        let error = takes(Duration::ZERO, || {
            socket.send_segmented(&[7; 3_000], 1_000, &SendBuffer::new(), None)
        });
        assert_errno(error.map_err(|e: SendAllError| e.error), libc::ENOBUFS);
    });
}

fn udp_to(address: &str) -> Socket {
    let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
    socket.connect(address).unwrap();
    socket
}

/// Asks for datagrams put together.
fn put_together(socket: &Socket) {
    socket.set(option::udp::ReceiveOffload, true).unwrap();
}

/// That these bytes arrive in datagrams of this size, and whether the kernel passed several at
/// once, which it does where it did not cut them either.
fn arrive(receiver: &Socket, bytes: &[u8], size: usize) -> bool {
    receiver.set_timeout(Some(PATIENCE)).unwrap();
    let (mut at, mut together) = (0, false);
    let mut buffer = vec![0; 65_536];
    while at < bytes.len() {
        let got = receiver.recv_segmented(&mut buffer).unwrap();
        for datagram in buffer[..got.received.len].chunks(got.segment_size) {
            let expected = &bytes[at..bytes.len().min(at + size)];
            assert!(datagram == expected, "{} bytes at {at}", datagram.len());
            at += datagram.len();
        }
        together |= got.received.len > got.segment_size;
    }
    assert_eq!(receive_all(receiver).len(), 0, "some came twice");
    together
}

#[test]
fn segments_are_datagrams_of_their_size() {
    bounded(PATIENCE, || {
        let (sender, receiver) = udp_pair();
        put_together(&receiver);
        let none = SendBuffer::new();
        // bytes, size
        for (len, size) in
            [(1, 1), (1_200, 1_200), (1_201, 1_200), (100_000, 1_200), (60, 1), (130_000, 40_000)]
        {
            let bytes = content(len);
            sender.send_segmented(&bytes, size, &none, None).unwrap();
            let size = usize::from(size);
            assert_eq!(arrive(&receiver, &bytes, size), size < len && 2 * size < 65_507, "{size}");
        }
        sender.send_segmented(b"", 7, &none, None).unwrap();
        let empty = receiver.recv_segmented(&mut [0; 8]).unwrap();
        assert_eq!((empty.received.len, empty.segment_size), (0, 1));

        // To an address, and with control messages for each.
        receiver.set(option::ip::ReceiveTimeToLive, true).unwrap();
        let mut control = SendBuffer::new();
        control.push(SendTimeToLive(7)).unwrap();
        let to = receiver.local_addr().unwrap();
        udp().send_segmented(&content(10_000), 1_000, &control, Some(&to)).unwrap();
        let mut datagrams = Vec::new();
        while datagrams.len() < 10 {
            let room = RecvBuffer::with_capacity(128);
            let mut slots = [MessageSlot::with_control(vec![0; 65_536], room)];
            assert_eq!(receiver.recv_many(&mut slots, NONE).unwrap(), 1);
            assert_eq!(slots[0].control.get::<TimeToLive>(), Some(TimeToLive(7)));
            datagrams.extend(slots[0].segments().map(<[u8]>::to_vec));
        }
        assert!(datagrams.concat() == content(10_000));
    });
}

#[test]
fn without_the_option_each_datagram_comes_by_itself() {
    bounded(PATIENCE, || {
        let (sender, receiver) = udp_pair();
        let bytes = content(100_000);
        sender.send_segmented(&bytes, 1_111, &SendBuffer::new(), None).unwrap();
        let got = receiver.recv_segmented(&mut [0; 65_536]).unwrap();
        assert_eq!((got.received.len, got.segment_size), (1_111, 1_111));
        let rest = receive_all(&receiver);
        assert_eq!(rest.len(), 90);
        assert!(rest.concat() == bytes[1_111..]);
    });
}

#[test]
fn segments_of_other_sockets_are_sent_singly_or_refused() {
    bounded(PATIENCE, || {
        let none = SendBuffer::new();
        let (sender, receiver) = unix_pair(Kind::DGRAM);
        sender.send_segmented(&content(2_500), 1_000, &none, None).unwrap();
        let lens: Vec<_> = receive_all(&receiver).iter().map(Vec::len).collect();
        assert_eq!(lens, [1_000, 1_000, 500]);

        let (stream, _peer) = tcp_pair();
        let (packets, _peer) = unix_pair(Kind::SEQPACKET);
        for socket in [&stream, &packets] {
            let error = socket.send_segmented(b"x", 1, &none, None).unwrap_err();
            assert_eq!((error.kind(), error.sent), (ErrorKind::InvalidInput, 0));
        }
        let error = sender.send_segmented(b"x", 0, &none, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let unix: Address = "unix:@nobody".parse().unwrap();
        let error = udp().send_segmented(b"x", 1, &none, Some(&unix)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let mut untrue = SendBuffer::new();
        untrue.push_raw(libc::IPPROTO_IP, libc::IP_TTL, &[0; 4]).unwrap();
        let (sender, receiver) = udp_pair();
        let error = sender.send_segmented(&[7; 3_000], 1_000, &untrue, None).unwrap_err();
        assert_eq!((error.error.raw_os_error(), error.sent), (Some(libc::EINVAL), 0));
        assert_eq!(receive_all(&receiver).len(), 0);
    });
}

/// Sockets that the kernel cuts nothing for: with EINVAL, and with EIO.
#[test]
fn where_the_kernel_cannot_cut_each_segment_goes_by_itself() {
    bounded(PATIENCE, || {
        let (without_checksums, receiver) = udp_pair();
        without_checksums.set(option::socket::NoChecksum, true).unwrap();
        let mut pairs = vec![(without_checksums, receiver)];
        match Socket::new(Family::INET, Kind::DGRAM, Protocol::UDPLITE) {
            Ok(receiver) => {
                receiver.bind("127.0.0.1:0").unwrap();
                let sender = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDPLITE).unwrap();
                sender.connect(receiver.local_addr().unwrap()).unwrap();
                pairs.push((sender, receiver));
            }
            Err(e) => eprintln!("no UDP-Lite here: {e}"),
        }
        for (sender, receiver) in pairs {
            let bytes = content(50_001);
            for _ in 0..2 {
                sender.send_segmented(&bytes, 1_000, &SendBuffer::new(), None).unwrap();
                let received = receive_all(&receiver);
                assert_eq!(received.len(), 51, "{sender:?}");
                assert!(received[..50].iter().all(|datagram| datagram.len() == 1_000));
                assert!(received.concat() == bytes);
            }
        }
    });
}

#[test]
fn segments_larger_than_the_path_go_by_themselves_and_smaller_ones_are_still_cut() {
    in_network(PATIENCE, |network| {
        let receiver = network.neighbour(|_| {
            let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
            socket.bind("192.0.2.2:0").unwrap();
            put_together(&socket);
            socket
        });
        let to = receiver.local_addr().unwrap();
        let sender = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        // Larger datagrams are cut into packets then, as they are where nobody asks for segments.
        let dont = option::ip::PathMtuDiscovery::DONT;
        sender.set(option::ip::MtuDiscovery, dont).unwrap();
        let bytes = content(20_000);
        for (size, together) in [(1_400_u16, true), (4_000, false), (4_000, false), (1_400, true)] {
            sender.send_segmented(&bytes, size, &SendBuffer::new(), Some(&to)).unwrap();
            assert_eq!(arrive(&receiver, &bytes, size.into()), together, "{size}");
        }
    });
}

#[test]
fn a_segmented_send_ends_in_time_and_tells_what_went() {
    bounded(PATIENCE, || {
        let (sender, receiver) = unix_pair(Kind::DGRAM);
        let before = receive_all(&receiver).len();
        let bytes = content(1_000_000);
        sender.set_timeout(Some(SHORT)).unwrap();
        let none = SendBuffer::new();
        let error = takes(SHORT, || sender.send_segmented(&bytes, 1_000, &none, None)).unwrap_err();
        assert_eq!((before, error.kind()), (0, ErrorKind::TimedOut));
        let received = receive_all(&receiver);
        assert_eq!(error.sent, received.len() * 1_000);
        assert!(error.sent > 0 && received.concat() == bytes[..error.sent]);

        sender.set_timeout(Some(Duration::ZERO)).unwrap();
        let error = sender.send_segmented(&bytes, 1_000, &none, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert_eq!(error.sent, receive_all(&receiver).len() * 1_000);
    });
}

#[test]
fn python_counts_the_segments() {
    bounded(PATIENCE, || {
        let Some(program) = peer("python3") else { return };
        let script = "import socket\n\
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)\n\
            s.bind(('127.0.0.1', 0))\n\
            print(s.getsockname()[1], flush=True)\n\
            sizes = []\n\
            while data := s.recv(65536): sizes.append(len(data))\n\
            print(len(sizes), set(sizes[:-1]), sizes[-1], flush=True)\n";
        let mut python = Process::spawn(Command::new(program).args(["-c", script]));
        let port = python.line();
        let socket = udp_to(&format!("127.0.0.1:{port}"));
        socket.send_segmented(&content(77_777), 777, &SendBuffer::new(), None).unwrap();
        socket.send(b"").unwrap();
        assert_eq!(python.line(), "101 {777} 77");
        python.succeed();
    });
}
