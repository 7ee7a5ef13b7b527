//! MPTCP, TCP over several paths.

use crate::common::{carries_a_megabyte, connection, ends_each_way, receive, waits_by_its_mode};
use crate::opens;
use berkeley_core::option::mptcp::Info;
use berkeley_core::option::tcp::NoDelay;
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{balanced, family, ipv6, tcp, tcp_listener};
use nix::libc;

#[test]
fn streams_over_ipv4_open() {
    opens(libc::AF_INET, Kind::STREAM, libc::IPPROTO_MPTCP);
}

#[test]
fn streams_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::STREAM, libc::IPPROTO_MPTCP);
}

fn mptcp(of: Family) -> Option<Socket> {
    family(of, Kind::STREAM, Protocol::MPTCP)
}

/// Whether both ends agreed on several paths; else the connection is plain TCP.
fn is_multipath(socket: &Socket) -> bool {
    match socket.get(Info) {
        Ok(info) => {
            assert!(info.token != 0, "{info:?}");
            true
        }
        Err(e) => {
            let errno = e.raw_os_error();
            assert!(matches!(errno, Some(libc::EOPNOTSUPP | libc::ENOPROTOOPT)), "{e}");
            false
        }
    }
}

#[test]
fn both_ends_carry_bytes_over_several_paths() {
    balanced(|| {
        for (of, address) in [(Family::INET, "127.0.0.1:0"), (Family::INET6, "[::1]:0")] {
            if of == Family::INET6 && !ipv6() {
                return;
            }
            let Some(listener) = mptcp(of) else { return };
            let (client, served) = connection(&listener, address);
            waits_by_its_mode(&client);
            client.set(NoDelay, true).unwrap();
            assert!(client.get(NoDelay).unwrap());
            client.send(b"first").unwrap();
            assert_eq!(receive(&served).bytes, b"first");
            assert!(is_multipath(&client) && is_multipath(&served));
            let before = client.get(Info).unwrap();
            client.send(b"four").unwrap();
            assert_eq!(receive(&served).bytes, b"four");
            let after = client.get(Info).unwrap();
            assert_eq!(after.send_sequence.wrapping_sub(before.send_sequence), 4);
            carries_a_megabyte(&client, &served);
            ends_each_way(&client, &served);
        }
    });
}

#[test]
fn with_a_peer_of_plain_tcp_it_is_plain_tcp() {
    balanced(|| {
        let Some(client) = mptcp(Family::INET) else { return };
        let plain = tcp_listener();
        client.connect(plain.local_addr().unwrap()).unwrap();
        let (served, _) = plain.accept().unwrap();
        assert!(!is_multipath(&client));
        carries_a_megabyte(&client, &served);
        ends_each_way(&client, &served);

        let listener = mptcp(Family::INET).unwrap();
        listener.bind("127.0.0.1:0").unwrap();
        listener.listen(4).unwrap();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let (served, peer) = listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        assert!(!is_multipath(&served));
        carries_a_megabyte(&client, &served);
        ends_each_way(&client, &served);
    });
}
