//! TLS in the kernel, awaited: records come one after another, whatever a receive stops at.

use super::{balanced, bounded_on_two_drivers, carries_a_megabyte};
use crate::common::send;
use crate::ktls::{ALERT, DATA, keyed, record};
use berkeley::Socket;
use berkeley::option::tls::Version;
use futures::poll;
use nix::libc::EIO;

/// Two connected sockets with keys; `None` after a printed skip.
fn pair(version: Version) -> Option<[Socket; 2]> {
    keyed(version).map(|pair| pair.map(|socket| Socket::from_core(socket).expect("a socket")))
}

#[test]
fn streams_carry_a_megabyte() {
    balanced(|| {
        bounded_on_two_drivers(|| async {
            for version in [Version::TLS_1_2, Version::TLS_1_3] {
                let Some([one, two]) = pair(version) else { return };
                carries_a_megabyte(&one, &two).await;
            }
        });
    });
}

#[test]
fn a_receive_that_stops_at_a_record_does_not_wait_for_it() {
    balanced(|| {
        bounded_on_two_drivers(|| async {
            for version in [Version::TLS_1_2, Version::TLS_1_3] {
                let Some([one, two]) = keyed(version) else { return };
                let two = Socket::from_core(two).expect("a socket");
                let mut buffer = [0; 64];
                // Registered, and nothing is there.
                assert!(poll!(two.recv(&mut buffer)).is_pending());
                for _ in 0..3 {
                    send(&one, b"abc", &record(DATA), None);
                }
                send(&one, &[1, 0], &record(ALERT), None);
                let mut received = Vec::new();
                while received.len() < 9 {
                    let n = two.recv(&mut buffer).await.expect("data");
                    received.extend_from_slice(&buffer[..n]);
                }
                assert_eq!(received, b"abcabcabc");
                // A record that is not data, for one who does not ask for its type.
                let error = two.recv(&mut buffer).await.unwrap_err();
                assert_eq!(error.raw_os_error(), Some(EIO), "{error}");
            }
        });
    });
}
