//! TLS in the kernel: keys are given to a connection, and it carries records.

use crate::common::{Message, carries_a_megabyte, receive, send, waits_by_its_mode};
use berkeley_core::address::AlgAddress;
use berkeley_core::control::SendBuffer;
use berkeley_core::control::alg::Operation;
use berkeley_core::control::tls::{ReceivedRecordType, RecordType};
use berkeley_core::option::alg::{AeadAuthSize, Key};
use berkeley_core::option::tcp::UpperProtocol;
use berkeley_core::option::tls::{Cipher, Keys, Receive, Transmit, Version};
use berkeley_core::{AlgRequest, Family, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{balanced, family, kernel_lacks, tcp_pair};
use nix::libc;
use std::io::IoSlice;

pub(crate) const DATA: u8 = 23;
pub(crate) const ALERT: u8 = 21;

fn keys(version: Version, key: u8) -> Keys {
    let cipher = Cipher::AesGcm128 { key: [key; 16], salt: [2; 4], iv: [3; 8] };
    Keys { version, cipher, sequence: [0; 8] }
}

/// Two connected sockets under TLS, without keys; `None` after a printed skip.
fn pair() -> Option<[Socket; 2]> {
    let (one, two) = tcp_pair();
    for socket in [&one, &two] {
        if let Err(e) = socket.set(UpperProtocol, "tls") {
            assert_eq!(e.raw_os_error(), Some(libc::ENOENT), "{e}");
            kernel_lacks(&format!("no TLS: {e}"));
            return None;
        }
        assert_eq!(socket.get(UpperProtocol).unwrap(), "tls");
    }
    Some([one, two])
}

/// Two that have each other's keys, one for each direction.
pub(crate) fn keyed(version: Version) -> Option<[Socket; 2]> {
    let [one, two] = pair()?;
    one.set(Transmit, keys(version, 1)).unwrap();
    one.set(Receive, keys(version, 7)).unwrap();
    two.set(Transmit, keys(version, 7)).unwrap();
    two.set(Receive, keys(version, 1)).unwrap();
    Some([one, two])
}

pub(crate) fn record(kind: u8) -> SendBuffer<'static> {
    let mut control = SendBuffer::new();
    control.push(RecordType(kind)).unwrap();
    control
}

fn kind(message: &Message) -> Option<u8> {
    message.control.get::<ReceivedRecordType>().map(|kind| kind.0)
}

#[test]
pub(crate) fn records_carry_bytes_both_ways() {
    balanced(|| {
        for version in [Version::TLS_1_2, Version::TLS_1_3] {
            let Some([one, two]) = keyed(version) else { return };
            waits_by_its_mode(&two);
            one.send(b"secret").unwrap();
            let message = receive(&two);
            assert_eq!((&message.bytes[..], kind(&message)), (&b"secret"[..], Some(DATA)));
            let mut bytes = [0; 16];
            two.send(b"answer").unwrap();
            assert_eq!(one.recv(&mut bytes).unwrap(), 6);
            assert_eq!(&bytes[..6], b"answer");
            carries_a_megabyte(&one, &two);
        }
    });
}

#[test]
fn a_record_has_its_type() {
    balanced(|| {
        for version in [Version::TLS_1_2, Version::TLS_1_3] {
            let Some([one, two]) = keyed(version) else { return };
            for (from, to) in [(&one, &two), (&two, &one)] {
                // A warning: the connection is about to close.
                send(from, &[1, 0], &record(ALERT), None);
                send(from, b"data", &record(DATA), None);
                let message = receive(to);
                assert_eq!((&message.bytes[..], kind(&message)), (&[1, 0][..], Some(ALERT)));
                let message = receive(to);
                assert_eq!((&message.bytes[..], kind(&message)), (&b"data"[..], Some(DATA)));
                // Who does not ask for the type is not given a record without one.
                send(from, &[1, 0], &record(ALERT), None);
                let error = to.recv(&mut [0; 16]).unwrap_err();
                assert_eq!(error.raw_os_error(), Some(libc::EIO), "{error}");
                assert_eq!(kind(&receive(to)), Some(ALERT));
            }
        }
    });
}

#[test]
fn what_is_on_the_wire_is_decrypted_by_the_kernels_cipher() {
    balanced(|| {
        let Some([one, two]) = pair() else { return };
        let Some(algorithm) = family(Family::ALG, Kind::SEQPACKET, Protocol::DEFAULT) else {
            return;
        };
        one.set(Transmit, keys(Version::TLS_1_2, 1)).unwrap();
        one.send(b"a secret").unwrap();
        // Without a key of its own, this end receives what is on the wire: RFC 5288.
        let mut wire = [0; 128];
        let n = two.recv_with_flags(&mut wire[..5 + 8 + 8 + 16], MsgFlags::WAITALL).unwrap();
        let (header, record) = wire[..n].split_at(5);
        assert_eq!(header, [DATA, 3, 3, 0, 32]);
        let (nonce, sealed) = record.split_at(8);
        assert!(!sealed.windows(8).any(|bytes| bytes == b"a secret"));

        let associated = [&[0; 8][..], &[DATA, 3, 3, 0, 8]].concat();
        let iv = [&[2; 4][..], nonce].concat();
        algorithm.bind(AlgAddress::new("aead", "gcm(aes)").unwrap()).unwrap();
        algorithm.set(Key, &[1; 16]).unwrap();
        algorithm.set(AeadAuthSize, 16).unwrap();
        let (cipher, _) = algorithm.accept().unwrap();
        let request = AlgRequest::new(Operation::Decrypt)
            .iv(&iv)
            .associated_len(associated.len().try_into().unwrap());
        let parts = [IoSlice::new(&associated), IoSlice::new(sealed)];
        cipher.send_alg(&parts, &request, MsgFlags::empty()).unwrap();
        let mut plain = [0; 13 + 8];
        let n = cipher.recv(&mut plain).unwrap();
        assert_eq!(&plain[associated.len()..n], b"a secret");
    });
}

#[test]
fn another_key_does_not_decrypt() {
    balanced(|| {
        let Some([one, two]) = pair() else { return };
        one.set(Transmit, keys(Version::TLS_1_2, 1)).unwrap();
        two.set(Receive, keys(Version::TLS_1_2, 2)).unwrap();
        one.send(b"secret").unwrap();
        let error = two.recv(&mut [0; 16]).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EBADMSG), "{error}");
        let again = one.set(Transmit, keys(Version::TLS_1_2, 1)).unwrap_err();
        assert_eq!(again.raw_os_error(), Some(libc::EBUSY), "{again}");
    });
}

#[test]
fn keys_need_a_connection_under_tls() {
    balanced(|| {
        if pair().is_none() {
            return;
        }
        let (one, _two) = tcp_pair();
        let error = one.set(Transmit, keys(Version::TLS_1_2, 1)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOPROTOOPT), "{error}");
        let error = berkeley_tests::tcp().set(UpperProtocol, "tls").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOTCONN), "{error}");
    });
}
