//! Level `SOL_ALG`.

use super::assert_errno;
use berkeley_core::address::AlgAddress;
use berkeley_core::option::alg;
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family, kernel_lacks};
use nix::libc;

/// A socket bound to an algorithm; `None` after a printed skip.
fn algorithm(kind: &str, name: &str) -> Option<Socket> {
    let on = family(Family::ALG, Kind::SEQPACKET, Protocol::DEFAULT)?;
    match on.bind(AlgAddress::new(kind, name).unwrap()) {
        Err(e) if e.raw_os_error() == Some(libc::ENOENT) => {
            kernel_lacks(&format!("no {kind} {name}"));
            None
        }
        result => {
            result.unwrap();
            Some(on)
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_keyed_hash_is_that_of_its_key() {
    bounded(PATIENCE, || {
        let Some(on) = algorithm("hash", "hmac(sha256)") else { return };
        on.set(alg::Key, b"Jefe").unwrap();
        let (operation, _) = on.accept().unwrap();
        operation.send(b"what do ya want for nothing?").unwrap();
        // These sockets have no readiness to wait for.
        let mut hash = [0; 32];
        assert_eq!(operation.recv(&mut hash).unwrap(), 32);
        // RFC 4231, test case 2.
        assert_eq!(hex(&hash), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    });
}

#[test]
fn a_key_of_a_length_that_the_algorithm_does_not_have_is_refused() {
    bounded(PATIENCE, || {
        let Some(on) = algorithm("skcipher", "cbc(aes)") else { return };
        assert_errno(on.set(alg::Key, &[0; 15]), libc::EINVAL);
        on.set(alg::Key, &[0; 16]).unwrap();
        on.set(alg::Key, &[0; 32]).unwrap();
        assert_errno(on.set(alg::KeySerial, 0x7FFF_FFFF), {
            // From Linux 6.2, and only where the kernel was built with keys.
            match on.set(alg::KeySerial, 0x7FFF_FFFF).unwrap_err().raw_os_error() {
                Some(libc::ENOPROTOOPT) => libc::ENOPROTOOPT,
                _ => libc::ENOKEY,
            }
        });
    });
}

#[test]
fn the_size_of_a_tag_is_a_length_alone() {
    bounded(PATIENCE, || {
        let Some(on) = algorithm("aead", "gcm(aes)") else { return };
        on.set(alg::AeadAuthSize, 12).unwrap();
        on.set(alg::AeadAuthSize, 16).unwrap();
        // Sizes that GCM does not have.
        assert_errno(on.set(alg::AeadAuthSize, 3), libc::EINVAL);
        assert_errno(on.set(alg::AeadAuthSize, 17), libc::EINVAL);
    });
}

#[test]
fn entropy_is_taken_by_who_tests_a_generator() {
    bounded(PATIENCE, || {
        let Some(on) = algorithm("rng", "drbg_nopr_sha256") else { return };
        match on.set(alg::DrbgEntropy, &[7; 48]) {
            Ok(()) => {}
            // Kernels are rarely built for it.
            Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT), "{e}"),
        }
    });
}
