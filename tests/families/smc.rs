//! SMC, TCP that moves to shared memory where both ends can: here it stays TCP.

use crate::common::{another, carries_a_megabyte, connection, ends_each_way, waits_by_its_mode};
use crate::opens;
use berkeley_core::{Family, Kind, Protocol};
use berkeley_tests::{balanced, family, ipv6, tcp};
use std::io::ErrorKind;

/// `AF_SMC`, which the libc crate does not have.
const FAMILY: i32 = 43;

#[test]
fn streams_over_ipv4_open() {
    opens(FAMILY, Kind::STREAM, 0);
}

#[test]
fn streams_over_ipv6_open() {
    opens(FAMILY, Kind::STREAM, 1);
}

#[test]
fn streams_carry_bytes() {
    balanced(|| {
        for (protocol, address) in [(0, "127.0.0.1:0"), (1, "[::1]:0")] {
            let of = (Family::from_raw(FAMILY), Protocol::from_raw(protocol));
            let Some(listener) = family(of.0, Kind::STREAM, of.1) else { return };
            if protocol == 1 && !ipv6() {
                return;
            }
            let (client, served) = connection(&listener, address);
            waits_by_its_mode(&served);
            carries_a_megabyte(&client, &served);
            ends_each_way(&client, &served);

            let at = listener.local_addr().unwrap();
            drop(listener);
            let error = another(&client).connect(at).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
        }
    });
}

#[test]
fn a_peer_of_plain_tcp_is_served() {
    balanced(|| {
        let Some(listener) = family(Family::from_raw(FAMILY), Kind::STREAM, Protocol::DEFAULT)
        else {
            return;
        };
        listener.bind("127.0.0.1:0").unwrap();
        listener.listen(4).unwrap();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let (served, peer) = listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        carries_a_megabyte(&client, &served);
        ends_each_way(&client, &served);
    });
}
