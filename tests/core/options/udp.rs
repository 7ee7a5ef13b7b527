//! Options of UDP and UDP-Lite, by what they do.

use super::{PATIENCE, assert_kind};
use berkeley_core::option::{udp as option, udplite};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{bounded, kernel_lacks, udp};
use std::io::ErrorKind;

fn lens(on: &Socket, n: usize) -> Vec<usize> {
    let mut buffer = vec![0; 65_536];
    (0..n).map(|_| on.recv(&mut buffer).unwrap()).collect()
}

#[test]
fn a_send_is_cut_into_datagrams_and_put_together_again() {
    bounded(PATIENCE, || {
        let (from, to) = (udp(), udp());
        from.connect(to.local_addr().unwrap()).unwrap();
        from.set(option::Segment, 1_000).unwrap();
        from.send(&[7; 2_500]).unwrap();
        assert_eq!(lens(&to, 3), [1_000, 1_000, 500]);
        to.set(option::ReceiveOffload, true).unwrap();
        from.send(&[7; 2_500]).unwrap();
        assert_eq!(lens(&to, 1), [2_500]);
        assert!(from.set(option::Segment, 65_536).is_err());
    });
}

#[test]
fn what_is_held_back_goes_as_one_datagram() {
    bounded(PATIENCE, || {
        let (from, to) = (udp(), udp());
        from.connect(to.local_addr().unwrap()).unwrap();
        from.set(option::Cork, true).unwrap();
        from.send(b"ab").unwrap();
        from.send(b"cde").unwrap();
        from.set(option::Cork, false).unwrap();
        from.send(b"f").unwrap();
        assert_eq!(lens(&to, 2), [5, 1]);
    });
}

#[test]
fn a_coverage_is_the_header_at_least() {
    bounded(PATIENCE, || {
        let on = udp();
        for len in 1..8 {
            assert_kind(on.set(udplite::SendCoverage, len), ErrorKind::InvalidInput);
            assert_kind(on.set(udplite::ReceiveCoverage, len), ErrorKind::InvalidInput);
        }
        let lite = || Socket::new(Family::INET, Kind::DGRAM, Protocol::UDPLITE);
        let (from, to) = match (lite(), lite()) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(e), _) | (_, Err(e)) => return kernel_lacks(&format!("no UDP-Lite: {e}")),
        };
        to.bind("127.0.0.1:0").unwrap();
        to.set(udplite::ReceiveCoverage, 20).unwrap();
        from.connect(to.local_addr().unwrap()).unwrap();
        // What covers less than the receiver wants is dropped.
        for (coverage, text) in [(8, "lost"), (20, "twenty: enough"), (0, "all of it")] {
            from.set(udplite::SendCoverage, coverage).unwrap();
            from.send(text.as_bytes()).unwrap();
        }
        assert_eq!(lens(&to, 2), [14, 9]);
    });
}
