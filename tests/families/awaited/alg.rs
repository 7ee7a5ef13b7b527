//! The kernel's cryptography, awaited, by vectors that others published.

use super::balanced;
use super::on_two_drivers;
use crate::alg::{
    GCM_ASSOCIATED, GCM_CIPHER, GCM_IV, GCM_KEY, GCM_PLAIN, GCM_TAG, SHA256_OF_ABC,
    SHA256_OF_NOTHING, algorithm, bytes,
};
use berkeley::AlgRequest;
use berkeley::control::alg::Operation;
use berkeley::net::AlgSocket;
use nix::libc;
use std::io::ErrorKind;

#[test]
fn hashes_are_those_of_the_standards() {
    balanced(|| {
        if algorithm("hash", "sha256").is_none() || algorithm("hash", "hmac(sha256)").is_none() {
            return;
        }
        on_two_drivers(|| async {
            let sha256 = AlgSocket::open("hash", "sha256").unwrap();
            let mut operation = sha256.operation().unwrap();
            let mut digest = [0; 64];
            for _ in 0..2 {
                assert_eq!(operation.hash(b"abc", &mut digest).await.unwrap(), 32);
                assert_eq!(digest[..32], bytes(SHA256_OF_ABC));
            }
            assert_eq!(operation.hash(b"", &mut digest).await.unwrap(), 32);
            assert_eq!(digest[..32], bytes(SHA256_OF_NOTHING));
            // FIPS 180-4: a million times the letter a.
            assert_eq!(operation.hash(&vec![b'a'; 1_000_000], &mut digest).await.unwrap(), 32);
            let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
            assert_eq!(digest[..32], bytes(million));

            // RFC 4231, test case 2.
            let hmac = AlgSocket::open("hash", "hmac(sha256)").unwrap();
            let keyless = hmac.operation().unwrap().hash(b"x", &mut digest).await.unwrap_err();
            assert_eq!(keyless.raw_os_error(), Some(libc::ENOKEY), "{keyless}");
            hmac.set_key(b"Jefe").unwrap();
            let text = b"what do ya want for nothing?";
            hmac.operation().unwrap().hash(text, &mut digest).await.unwrap();
            let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
            assert_eq!(digest[..32], bytes(expected));
        });
    });
}

#[test]
fn an_authenticated_cipher_is_that_of_the_standard() {
    balanced(|| {
        if algorithm("aead", "gcm(aes)").is_none() {
            return;
        }
        on_two_drivers(|| async {
            let gcm = AlgSocket::open("aead", "gcm(aes)").unwrap();
            gcm.set_key(&bytes(GCM_KEY)).unwrap();
            gcm.set_tag_len(16).unwrap();
            let mut operation = gcm.operation().unwrap();
            let (iv, associated) = (bytes(GCM_IV), bytes(GCM_ASSOCIATED));
            let len = u32::try_from(associated.len()).unwrap();
            let encrypt = AlgRequest::new(Operation::Encrypt).iv(&iv).associated_len(len);
            let decrypt = AlgRequest::new(Operation::Decrypt).iv(&iv).associated_len(len);
            let plain = [&associated[..], &bytes(GCM_PLAIN)].concat();
            let cipher = [&associated[..], &bytes(GCM_CIPHER), &bytes(GCM_TAG)].concat();
            let mut output = [0; 256];
            let n = operation.request(&encrypt, &plain, &mut output).await.unwrap();
            assert_eq!(output[..n], cipher);
            let n = operation.request(&decrypt, &cipher, &mut output).await.unwrap();
            assert_eq!(output[..n], plain);

            let mut forged = cipher.clone();
            forged[associated.len()] ^= 1;
            let error = operation.request(&decrypt, &forged, &mut output).await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EBADMSG), "{error}");
            let n = operation.request(&decrypt, &cipher, &mut output).await.unwrap();
            assert_eq!(output[..n], plain);
        });
    });
}

#[test]
fn a_cipher_undoes_what_it_did_and_tells_what_is_too_much() {
    balanced(|| {
        if algorithm("skcipher", "cbc(aes)").is_none() {
            return;
        }
        on_two_drivers(|| async {
            let cbc = AlgSocket::open("skcipher", "cbc(aes)").unwrap();
            let iv = [9; 16];
            cbc.set_key(&[7; 32]).unwrap();
            let encrypt = AlgRequest::new(Operation::Encrypt).iv(&iv);
            let decrypt = AlgRequest::new(Operation::Decrypt).iv(&iv);
            let plain = vec![5; 32_768];
            let (mut cipher, mut back) = (vec![0; plain.len()], vec![0; plain.len()]);
            let mut operation = cbc.operation().unwrap();
            assert_eq!(operation.request(&encrypt, &plain, &mut cipher).await.unwrap(), 32_768);
            assert_eq!(operation.request(&decrypt, &cipher, &mut back).await.unwrap(), 32_768);
            assert!(back == plain && cipher != plain);
            let much = operation.request(&encrypt, &vec![0; 1 << 24], &mut cipher).await;
            assert_eq!(much.unwrap_err().kind(), ErrorKind::OutOfMemory);
            drop(operation);
            let error = cbc.set_key(&[0; 15]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        });
    });
}

#[test]
fn generators_fill_what_is_to_be_filled() {
    balanced(|| {
        if algorithm("rng", "stdrng").is_none() {
            return;
        }
        on_two_drivers(|| async {
            let random = AlgSocket::open("rng", "stdrng").unwrap();
            random.set_key(&[1; 32]).unwrap();
            let mut operation = random.operation().unwrap();
            let (mut one, mut two) = ([0; 1_000], [0; 1_000]);
            operation.random(&mut one).await.unwrap();
            operation.random(&mut two).await.unwrap();
            assert_ne!(one, two);
            assert!(one[900..].iter().any(|byte| *byte != 0));
        });
    });
}

#[test]
fn names_that_nobody_has_are_told() {
    balanced(|| {
        if algorithm("hash", "sha256").is_none() {
            return;
        }
        let error = AlgSocket::open("hash", "nosuch").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        let error = AlgSocket::open("hash", &"x".repeat(64)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    });
}
