//! UDP-Lite, UDP with a partial checksum.

use crate::common::{another, receive, send_to, waits_by_its_mode};
use crate::opens;
use berkeley_core::option::udplite::{ReceiveCoverage, SendCoverage};
use berkeley_core::{Family, Kind, Protocol};
use berkeley_tests::{balanced, family, ipv6};
use nix::libc;

#[test]
fn datagrams_over_ipv4_open() {
    opens(libc::AF_INET, Kind::DGRAM, libc::IPPROTO_UDPLITE);
}

#[test]
fn datagrams_over_ipv6_open() {
    opens(libc::AF_INET6, Kind::DGRAM, libc::IPPROTO_UDPLITE);
}

#[test]
fn datagrams_carry_bytes_and_cover_what_their_option_says() {
    balanced(|| {
        for (of, address) in [(Family::INET, "127.0.0.1:0"), (Family::INET6, "[::1]:0")] {
            if of == Family::INET6 && !ipv6() {
                return;
            }
            let Some(receiver) = family(of, Kind::DGRAM, Protocol::UDPLITE) else { return };
            let sender = another(&receiver);
            for socket in [&receiver, &sender] {
                socket.bind(address).unwrap();
            }
            waits_by_its_mode(&receiver);
            let to = receiver.local_addr().unwrap();
            for (send, needed) in [(0, 0), (8, 0), (20, 20)] {
                sender.set(SendCoverage, send).unwrap();
                receiver.set(ReceiveCoverage, needed).unwrap();
                assert_eq!(sender.get(SendCoverage).unwrap(), send);
                assert_eq!(receiver.get(ReceiveCoverage).unwrap(), needed);
                send_to(&sender, b"a datagram of some bytes", to);
                let message = receive(&receiver);
                assert_eq!(message.bytes, b"a datagram of some bytes");
                assert_eq!(message.from, Some(sender.local_addr().unwrap()));
            }
            // Too little is covered: the kernel drops it.
            sender.set(SendCoverage, 8).unwrap();
            send_to(&sender, b"a datagram that is not covered", to);
            sender.set(SendCoverage, 24).unwrap();
            send_to(&sender, b"a datagram that is covered", to);
            assert_eq!(receive(&receiver).bytes, b"a datagram that is covered");
            waits_by_its_mode(&receiver);
        }
    });
}
