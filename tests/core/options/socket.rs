//! Options of every socket, by what they do.

use super::{PATIENCE, assert_errno, assert_kind};
use crate::{SHORT, takes};
use berkeley_core::option::{ipv6, socket, tcp as tcp_option};
use berkeley_core::{Family, Interface, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{
    bounded, in_network, kernel_lacks, peer, tcp, tcp_listener, tcp_pair, udp, unix_pair,
};
use nix::libc;
use std::io::ErrorKind;
use std::process::Command;
use std::time::Duration;

#[test]
fn buffers_go_past_the_limit_by_force() {
    bounded(PATIENCE, || {
        let on = udp();
        for bytes in [300_000_000, 100_000] {
            match on.set(socket::ReceiveBufferForce, bytes) {
                Err(e) if e.raw_os_error() == Some(libc::EPERM) => {
                    return kernel_lacks("no right to force buffers");
                }
                set => set.unwrap(),
            }
            on.set(socket::SendBufferForce, bytes).unwrap();
            assert_eq!(on.get(socket::ReceiveBuffer).unwrap(), 2 * bytes);
            assert_eq!(on.get(socket::SendBuffer).unwrap(), 2 * bytes);
        }
        on.set(socket::ReceiveBuffer, 300_000_000).unwrap();
        assert!(on.get(socket::ReceiveBuffer).unwrap() < 600_000_000, "there is a limit");
        assert_eq!(on.get(socket::SendLowWater).unwrap(), 1);
    });
}

#[test]
fn a_socket_is_bound_to_a_device_by_its_name_and_by_its_index() {
    in_network(PATIENCE, |_| {
        let on = udp();
        assert_eq!(on.get(socket::BindToDevice).unwrap(), "");
        on.set(socket::BindToDevice, "here").unwrap();
        assert_eq!(on.get(socket::BindToDevice).unwrap(), "here");
        let here = Interface::from_name("here").unwrap();
        assert_eq!(on.get(socket::BindToInterface).unwrap(), here);
        // Its own host is not to be reached by that interface, however that shows.
        let other = udp();
        let _ = on.send_to(b"lost", other.local_addr().unwrap());
        on.set(socket::BindToDevice, "").unwrap();
        assert_eq!(on.get(socket::BindToInterface).unwrap(), Interface::ANY);
        on.send_to(b"found", other.local_addr().unwrap()).unwrap();
        let mut buffer = [0; 8];
        let n = other.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"found");

        assert_errno(on.set(socket::BindToDevice, "nowhere"), libc::ENODEV);
        assert_kind(on.set(socket::BindToDevice, "a name of 16 byt"), ErrorKind::InvalidInput);
        assert_kind(on.set(socket::BindToDevice, "here\0"), ErrorKind::InvalidInput);
        let past = Interface::from_index(u32::MAX);
        assert_kind(on.set(socket::BindToInterface, past), ErrorKind::InvalidInput);
    });
}

#[test]
fn the_timeouts_of_the_kernel_end_a_blocking_receive_as_would_block() {
    bounded(PATIENCE, || {
        let on = udp();
        on.set(socket::ReceiveTimeout, Some(SHORT)).unwrap();
        let error = takes(SHORT / 2, || on.recv(&mut [0])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert_kind(on.set(socket::ReceiveTimeout, Some(Duration::ZERO)), ErrorKind::InvalidInput);
        assert_kind(on.set(socket::SendTimeout, Some(Duration::MAX)), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_cookie_is_the_number_that_ss_shows() {
    bounded(PATIENCE, || {
        let (on, other) = (udp(), udp());
        let cookie = on.get(socket::Cookie).unwrap();
        assert_eq!(on.dup().unwrap().get(socket::Cookie).unwrap(), cookie);
        assert_ne!(other.get(socket::Cookie).unwrap(), cookie);
        let Some(ss) = peer("ss") else { return };
        let shown = Command::new(ss).args(["--udp", "--all", "--extended", "--numeric"]).output();
        let shown = String::from_utf8(shown.unwrap().stdout).unwrap();
        let address = format!(" {} ", on.local_addr().unwrap());
        let line = shown.lines().find(|line| line.contains(&address)).expect("our socket");
        assert!(line.contains(&format!(" sk:{cookie:x} ")), "{cookie:x}: {line}");
    });
}

#[test]
fn a_namespace_has_a_cookie_of_its_own() {
    let outside = udp().get(socket::NamespaceCookie);
    let outside = match outside {
        Err(e) if e.raw_os_error() == Some(libc::ENOPROTOOPT) => {
            return kernel_lacks("before Linux 5.14");
        }
        cookie => cookie.unwrap(),
    };
    in_network(PATIENCE, move |_| {
        assert_ne!(udp().get(socket::NamespaceCookie).unwrap(), outside);
    });
}

#[test]
fn memory_is_what_waits_to_be_received() {
    bounded(PATIENCE, || {
        let (from, to) = (udp(), udp());
        let before = to.get(socket::Memory).unwrap();
        assert_eq!(before.received, 0);
        assert_eq!(before.receive_buffer, to.get(socket::ReceiveBuffer).unwrap());
        assert_eq!(before.send_buffer, to.get(socket::SendBuffer).unwrap());
        from.send_to(&[0; 1_000], to.local_addr().unwrap()).unwrap();
        assert!(to.get(socket::Memory).unwrap().received >= 1_000);
        // More than fits is dropped and counted.
        to.set(socket::ReceiveBuffer, 4_096).unwrap();
        for _ in 0..100 {
            from.send_to(&[0; 1_000], to.local_addr().unwrap()).unwrap();
        }
        assert!(to.get(socket::Memory).unwrap().drops > 0);
    });
}

#[test]
fn each_peek_goes_on_where_the_last_one_ended() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        a.send_all(b"abcdef").unwrap();
        let peek = |n: usize| {
            let mut buffer = vec![0; n];
            let n = b.recv_with_flags(&mut buffer, MsgFlags::PEEK).unwrap();
            String::from_utf8(buffer[..n].to_vec()).unwrap()
        };
        b.set(socket::PeekOffset, Some(1)).unwrap();
        assert_eq!((peek(2), peek(2)), ("bc".into(), "de".into()));
        assert_eq!(b.get(socket::PeekOffset).unwrap(), Some(5));
        b.set(socket::PeekOffset, None).unwrap();
        assert_eq!(peek(2), "ab");
    });
}

#[test]
fn a_pacing_rate_is_that_of_the_connection() {
    bounded(PATIENCE, || {
        let (client, _served) = tcp_pair();
        assert_eq!(client.get(socket::MaxPacingRate).unwrap(), None);
        client.set(socket::MaxPacingRate, Some(123_456_789)).unwrap();
        let info = client.get(tcp_option::Info).unwrap();
        assert_eq!(info.max_pacing_rate, Some(123_456_789));
    });
}

#[test]
fn what_only_acts_is_accepted() {
    bounded(PATIENCE, || {
        let (client, _served) = tcp_pair();
        client.set(socket::ConnectionAdvice, true).unwrap();
        let on = udp();
        match on.set(socket::BusyPollBudget, 8) {
            Err(e) if e.raw_os_error() == Some(libc::EPERM) => kernel_lacks("no right to poll"),
            set => {
                set.unwrap();
                assert_errno(on.set(socket::BusyPollBudget, 65_536), libc::EINVAL);
            }
        }
        assert!(on.get(socket::FilterExtensions).unwrap() >= 60);
        // The loopback has no receive queues.
        assert_eq!(client.get(socket::IncomingQueue).unwrap(), 0);
        match client.set(socket::ReserveMemory, 4_096) {
            Err(e) if e.raw_os_error() == Some(libc::EOPNOTSUPP) => {
                kernel_lacks("no memory cgroup")
            }
            set => {
                set.unwrap();
                assert!(client.get(socket::ReserveMemory).unwrap() >= 4_096);
            }
        }
        match tcp().set(socket::RehashOnTimeout, None) {
            Err(e) if e.raw_os_error() == Some(libc::ENOPROTOOPT) => {
                kernel_lacks("before Linux 5.18")
            }
            set => set.unwrap(),
        }
    });
}

#[test]
fn an_int_is_read_and_written_without_a_type() {
    bounded(PATIENCE, || {
        let on = tcp();
        on.set_int(libc::IPPROTO_TCP, libc::TCP_KEEPCNT, 5).unwrap();
        assert_eq!(on.get(tcp_option::KeepAliveCount).unwrap(), 5);
        assert_eq!(on.get_int(libc::IPPROTO_TCP, libc::TCP_KEEPCNT).unwrap(), 5);
        assert_errno(on.set_int(libc::IPPROTO_TCP, libc::TCP_KEEPCNT, -1), libc::EINVAL);
        assert_errno(on.get_int(libc::SOL_SOCKET, 9_999), libc::ENOPROTOOPT);
    });
}

#[test]
fn an_option_of_which_the_kernel_writes_more_than_was_given_is_refused_as_bytes() {
    bounded(PATIENCE, || {
        let on = udp();
        // As long a filter as instructions, not bytes, would fit.
        on.set(socket::Filter, &[socket::Instruction::ret(1); 32]).unwrap();
        let mut value = [0xAB; 64];
        let (ip, ip6) = (libc::IPPROTO_IP, libc::IPPROTO_IPV6);
        for (level, name) in [
            (libc::SOL_SOCKET, libc::SO_GET_FILTER),
            (ip, libc::IP_MSFILTER),
            (ip, libc::MCAST_MSFILTER),
            (ip6, libc::MCAST_MSFILTER),
        ] {
            assert_kind(on.get_raw(level, name, &mut value[..33]), ErrorKind::InvalidInput);
        }
        assert_eq!(value, [0xAB; 64]);
        let on = Socket::new(Family::INET6, Kind::DGRAM, Protocol::DEFAULT);
        let Ok(on) = on else { return kernel_lacks("no IPv6") };
        let refused = on.set_raw(ip6, libc::IPV6_FLOWLABEL_MGR, &[0; 32]);
        assert_kind(refused, ErrorKind::InvalidInput);
        on.set(ipv6::V6Only, true).unwrap();
    });
}

#[test]
fn options_tell_a_listener_from_a_connection() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        assert_errno(listener.set(tcp_option::Repair, tcp_option::RepairMode::ON), libc::EPERM);
        assert!(listener.get(socket::AcceptsConnections).unwrap());
    });
}
