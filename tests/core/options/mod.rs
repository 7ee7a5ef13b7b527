//! Options: what a fresh socket says, what is set is read back, typed and raw alike.
//!
//! | file | what |
//! |---|---|
//! | `table.rs` | every option that keeps what it is told |
//! | `socket.rs`, `filter.rs`, `ip.rs`, `multicast.rs`, `udp.rs` | options by what they do |
//! | `tcp.rs`, `tcp_opening.rs`, `tcp_moving.rs` | those of TCP |
//! | `python.rs`, `layouts.rs` | as Python and a C compiler have them |
//! | `decoders.rs` | whatever the kernel writes |

mod decoders;
mod filter;
mod ip;
mod layouts;
mod multicast;
mod python;
mod socket;
mod table;
mod tcp;
mod tcp_moving;
mod tcp_opening;
mod udp;

use crate::{assert_errno, assert_kind};
use berkeley_core::option::{
    Decode, Encode, Readable, SocketOption, Writable, ip as ip_option, ipv6,
    socket as socket_option, tcp as tcp_option,
};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{
    PATIENCE, bounded, in_network, ipv6 as has_ipv6, option_bytes, tcp, tcp_listener, tcp_pair,
    tcp6, udp, unix, unix_pair,
};
use nix::libc;
use std::fmt::Debug;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A fresh socket says `first`, and then what it is told.
#[track_caller]
fn round_trip<O, V>(on: &Socket, option: O, first: V, then: impl IntoIterator<Item = V>)
where
    O: SocketOption<Access: Readable + Writable> + Copy,
    O::Codec: Decode<Value = V> + for<'v> Encode<'v, Value = V>,
    V: Debug + PartialEq + Clone,
{
    assert_eq!(on.get(option).unwrap(), first);
    for value in then {
        on.set(option, value.clone()).unwrap();
        assert_eq!(on.get(option).unwrap(), value);
    }
}

#[test]
fn options_of_every_socket_read_back() {
    bounded(PATIENCE, || {
        for on in [tcp(), udp()] {
            round_trip(&on, socket_option::ReuseAddress, false, [true, false]);
            round_trip(&on, socket_option::ReusePort, false, [true, false]);
            round_trip(&on, socket_option::KeepAlive, false, [true, false]);
            round_trip(&on, socket_option::Broadcast, false, [true, false]);
            round_trip(&on, socket_option::OutOfBandInline, false, [true, false]);
            let times = [Some(5 * SECOND), Some(Duration::ZERO), None];
            round_trip(&on, socket_option::Linger, None, times);
        }
    });
}

#[test]
fn fractions_of_seconds_are_rounded_up() {
    bounded(PATIENCE, || {
        let on = tcp();
        on.set(socket_option::Linger, Some(Duration::from_millis(1_001))).unwrap();
        assert_eq!(on.get(socket_option::Linger).unwrap(), Some(2 * SECOND));
        on.set(tcp_option::KeepAliveIdle, Duration::from_nanos(1)).unwrap();
        assert_eq!(on.get(tcp_option::KeepAliveIdle).unwrap(), SECOND);
    });
}

#[test]
fn buffers_are_doubled_by_linux() {
    bounded(PATIENCE, || {
        let on = udp();
        assert!(on.get(socket_option::ReceiveBuffer).unwrap() > 0);
        on.set(socket_option::ReceiveBuffer, 65_536).unwrap();
        assert_eq!(on.get(socket_option::ReceiveBuffer).unwrap(), 131_072);
        on.set(socket_option::SendBuffer, 32_768).unwrap();
        assert_eq!(on.get(socket_option::SendBuffer).unwrap(), 65_536);
        assert_kind(on.set(socket_option::SendBuffer, u32::MAX), ErrorKind::InvalidInput);
        assert_eq!(on.get(socket_option::SendBuffer).unwrap(), 65_536);
    });
}

#[test]
fn what_a_socket_is_reads_as_it_was_made() {
    bounded(PATIENCE, || {
        for (on, domain, kind, protocol) in [
            (tcp(), Family::INET, Kind::STREAM, Protocol::TCP),
            (udp(), Family::INET, Kind::DGRAM, Protocol::UDP),
            (unix(Kind::STREAM), Family::UNIX, Kind::STREAM, Protocol::DEFAULT),
            (unix(Kind::SEQPACKET), Family::UNIX, Kind::SEQPACKET, Protocol::DEFAULT),
        ] {
            assert_eq!(on.get(socket_option::Domain).unwrap(), domain);
            assert_eq!(on.get(socket_option::Type).unwrap(), kind);
            assert_eq!(on.get(socket_option::Protocol).unwrap(), protocol);
            assert!(!on.get(socket_option::AcceptsConnections).unwrap());
            assert!(on.get(socket_option::Error).unwrap().is_none());
        }
        assert!(tcp_listener().get(socket_option::AcceptsConnections).unwrap());
    });
}

#[test]
fn the_error_of_a_socket_is_taken_once() {
    bounded(PATIENCE, || {
        let (holder, on) = (udp(), udp());
        on.connect(holder.local_addr().unwrap()).unwrap();
        drop(holder);
        on.send(b"x").unwrap();
        assert!(on.wait(berkeley_core::Interest::Readable, Some(PATIENCE)).unwrap());
        let error = on.get(socket_option::Error).unwrap().expect("it was refused");
        assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
        assert!(on.get(socket_option::Error).unwrap().is_none());
    });
}

#[test]
fn options_of_tcp_read_back() {
    bounded(PATIENCE, || {
        let on = tcp();
        round_trip(&on, tcp_option::NoDelay, false, [true, false]);
        let fresh = on.get(tcp_option::KeepAliveIdle).unwrap();
        round_trip(&on, tcp_option::KeepAliveIdle, fresh, [SECOND, 600 * SECOND]);
        let fresh = on.get(tcp_option::KeepAliveInterval).unwrap();
        round_trip(&on, tcp_option::KeepAliveInterval, fresh, [SECOND, 75 * SECOND]);
        let fresh = on.get(tcp_option::KeepAliveCount).unwrap();
        round_trip(&on, tcp_option::KeepAliveCount, fresh, [1, 9]);
        on.set(tcp_option::MaxSegment, 1_000).unwrap();
        assert_eq!(on.get(tcp_option::MaxSegment).unwrap(), 1_000);
        assert_errno(on.set(tcp_option::KeepAliveIdle, Duration::ZERO), libc::EINVAL);
        let age = Duration::from_secs(u64::from(u32::MAX));
        assert_kind(on.set(tcp_option::KeepAliveIdle, age), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_connection_uses_the_largest_segment_that_was_set() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let client = tcp();
        client.set(tcp_option::MaxSegment, 1_000).unwrap();
        client.connect(listener.local_addr().unwrap()).unwrap();
        assert!(client.get(tcp_option::MaxSegment).unwrap() <= 1_000);
    });
}

#[test]
fn hop_limits_read_back() {
    bounded(PATIENCE, || {
        round_trip(&udp(), ip_option::TimeToLive, default_hops(), [1, 255]);
        assert_errno(udp().set(ip_option::TimeToLive, 256), libc::EINVAL);
        if has_ipv6() {
            let on = Socket::new(Family::INET6, Kind::DGRAM, Protocol::DEFAULT).unwrap();
            let fresh = on.get(ipv6::UnicastHops).unwrap();
            round_trip(&on, ipv6::UnicastHops, fresh, [0, 1, 255]);
            assert_errno(on.set(ipv6::UnicastHops, 256), libc::EINVAL);
        }
    });
}

fn default_hops() -> u32 {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_default_ttl").unwrap();
    text.trim().parse().unwrap()
}

#[test]
fn typed_and_raw_agree() {
    bounded(PATIENCE, || {
        let on = tcp();
        let one = 1_i32.to_ne_bytes();
        on.set(tcp_option::NoDelay, true).unwrap();
        assert_eq!(option_bytes(&on, libc::IPPROTO_TCP, libc::TCP_NODELAY), one);
        on.set_raw(libc::SOL_SOCKET, libc::SO_KEEPALIVE, &one).unwrap();
        assert!(on.get(socket_option::KeepAlive).unwrap());
        on.set(socket_option::Linger, Some(3 * SECOND)).unwrap();
        let linger = option_bytes(&on, libc::SOL_SOCKET, libc::SO_LINGER);
        assert_eq!(linger, [1_i32.to_ne_bytes(), 3_i32.to_ne_bytes()].concat());
        on.set(tcp_option::KeepAliveCount, 5).unwrap();
        let count = option_bytes(&on, libc::IPPROTO_TCP, libc::TCP_KEEPCNT);
        assert_eq!(count, 5_i32.to_ne_bytes());

        // A buffer shorter than the value is filled, and no more.
        let mut short = [0xFF; 2];
        assert_eq!(on.get_raw(libc::IPPROTO_TCP, libc::TCP_KEEPCNT, &mut short).unwrap().len(), 2);
        assert_eq!(on.get_raw(libc::IPPROTO_TCP, libc::TCP_KEEPCNT, &mut []).unwrap().len(), 0);
    });
}

/// The kernel reads as many bytes as the length says, and there are none.
#[test]
fn an_option_without_a_value_has_a_length_alone() {
    bounded(PATIENCE, || {
        let on = tcp();
        let set = |len| on.set_null(libc::SOL_SOCKET, libc::SO_REUSEADDR, len);
        assert_errno(set(0), libc::EINVAL);
        assert_errno(set(3), libc::EINVAL);
        assert_errno(set(4), libc::EFAULT);
        assert!(!on.get(socket_option::ReuseAddress).unwrap());
        // Of this one, no value is one too: the socket is bound to no device.
        let device = |name| on.set_raw(libc::SOL_SOCKET, libc::SO_BINDTODEVICE, name);
        if device(b"lo").is_ok() {
            assert_eq!(on.get(socket_option::BindToDevice).unwrap(), "lo");
            on.set_null(libc::SOL_SOCKET, libc::SO_BINDTODEVICE, 0).unwrap();
            assert_eq!(on.get(socket_option::BindToDevice).unwrap(), "");
        }
    });
}

#[test]
fn an_option_that_is_none_is_an_error() {
    bounded(PATIENCE, || {
        let on = tcp();
        assert_errno(on.get_raw(libc::SOL_SOCKET, 9_999, &mut [0; 4]), libc::ENOPROTOOPT);
        assert_errno(on.set_raw(libc::SOL_SOCKET, 9_999, &[0; 4]), libc::ENOPROTOOPT);
        assert_errno(on.set_raw(libc::SOL_SOCKET, libc::SO_KEEPALIVE, &[0; 2]), libc::EINVAL);
        let refused = unix(Kind::STREAM).set(tcp_option::NoDelay, true);
        assert_errno(refused, libc::EOPNOTSUPP);
    });
}

#[test]
fn an_ipv6_socket_takes_ipv4_unless_it_is_told_not_to() {
    in_network(PATIENCE, |_| {
        let listening = |only: bool| {
            let listener = tcp6();
            round_trip(&listener, ipv6::V6Only, false, [only]);
            listener.bind("[::]:0").unwrap();
            listener.listen(4).unwrap();
            let port = listener.local_addr().unwrap().port().unwrap();
            (listener, (Ipv4Addr::LOCALHOST.into(), port))
        };
        let (both, address) = listening(false);
        tcp().connect(address).unwrap();
        let (_, peer) = both.accept().unwrap();
        assert!(peer.to_string().starts_with("[::ffff:127.0.0.1]:"), "{peer}");
        let (_alone, address) = listening(true);
        assert_errno(tcp().connect(address), libc::ECONNREFUSED);
    });
}

#[test]
fn a_linger_of_zero_resets_the_connection() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_pair();
        a.send(b"lost").unwrap();
        a.set(socket_option::Linger, Some(Duration::ZERO)).unwrap();
        drop(a);
        // What had arrived may still be read; after it comes no end but the reset.
        let error = loop {
            match b.recv(&mut [0; 8]) {
                Ok(0) => panic!("an orderly end"),
                Ok(_) => {}
                Err(e) => break e,
            }
        };
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    });
}

#[test]
fn sockets_that_reuse_a_port_share_it() {
    bounded(PATIENCE, || {
        let sharing = || {
            let on = tcp();
            on.set(socket_option::ReusePort, true).unwrap();
            on
        };
        let (first, second) = (sharing(), sharing());
        first.bind("127.0.0.1:0").unwrap();
        let address = first.local_addr().unwrap();
        assert_errno(tcp().bind(address), libc::EADDRINUSE);
        second.bind(address).unwrap();
        first.listen(4).unwrap();
        second.listen(4).unwrap();
        // Connections go to both: some to each, or by now it is a chance of one in 2^40.
        first.set_timeout(Some(Duration::ZERO)).unwrap();
        second.set_timeout(Some(Duration::ZERO)).unwrap();
        let (mut to_first, mut to_second) = (0, 0);
        for _ in 0..40 {
            tcp().connect(address).unwrap();
            berkeley_tests::eventually("one of them accepts", || {
                let accepted = (first.accept().is_ok(), second.accept().is_ok());
                to_first += usize::from(accepted.0);
                to_second += usize::from(accepted.1);
                accepted.0 || accepted.1
            });
        }
        assert_eq!(to_first + to_second, 40);
        assert!(to_first > 0 && to_second > 0, "{to_first} and {to_second}");
    });
}

#[test]
fn a_listener_binds_again_while_its_connections_linger() {
    bounded(PATIENCE, || {
        let listener = tcp();
        listener.set(socket_option::ReuseAddress, true).unwrap();
        listener.bind("127.0.0.1:0").unwrap();
        listener.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let client = tcp();
        client.connect(address).unwrap();
        let (served, _) = listener.accept().unwrap();
        // Who closes first keeps the address for a while (TIME_WAIT).
        drop((served, listener));
        assert_eq!(client.recv(&mut [0]).unwrap(), 0);
        drop(client);
        assert_errno(tcp().bind(address), libc::EADDRINUSE);
        let again = tcp();
        again.set(socket_option::ReuseAddress, true).unwrap();
        again.bind(address).unwrap();
        again.listen(1).unwrap();
    });
}

#[test]
fn an_option_set_by_one_descriptor_is_read_by_another() {
    bounded(PATIENCE, || {
        let (a, _b) = unix_pair(Kind::STREAM);
        let duplicate = a.dup().unwrap();
        a.set(socket_option::SendBuffer, 20_000).unwrap();
        assert_eq!(duplicate.get(socket_option::SendBuffer).unwrap(), 40_000);
    });
}
