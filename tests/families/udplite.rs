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
            let sent = b"a datagram of some bytes";
            // At first all is covered and anything will do.
            for coverage in [None, Some(8), Some(20)] {
                if let Some(bytes) = coverage {
                    sender.set(SendCoverage, bytes).unwrap();
                    assert_eq!(sender.get(SendCoverage).unwrap(), bytes);
                }
                send_to(&sender, sent, to);
                let message = receive(&receiver);
                assert_eq!(message.bytes, sent);
                assert_eq!(message.from, Some(sender.local_addr().unwrap()));
            }
            receiver.set(ReceiveCoverage, 20).unwrap();
            assert_eq!(receiver.get(ReceiveCoverage).unwrap(), 20);
            send_to(&sender, sent, to);
            assert_eq!(receive(&receiver).bytes, sent);
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
