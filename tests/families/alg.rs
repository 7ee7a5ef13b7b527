//! The kernel's cryptography, by vectors that others published.

use crate::common::{NO_FLAGS, another, pattern, waits_by_its_mode};
use crate::opens;
use berkeley_core::address::{AddressError, AlgAddress};
use berkeley_core::control::alg::Operation;
use berkeley_core::option::alg::{AeadAuthSize, Key};
use berkeley_core::{AlgRequest, Family, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, balanced, family, kernel_lacks};
use nix::libc;
use std::io::{self, ErrorKind, IoSlice};
use std::time::{Duration, Instant};

const FAMILY: i32 = libc::AF_ALG;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::SEQPACKET, 0);
}

/// A socket bound to an algorithm; `None` after a printed skip.
pub(crate) fn algorithm(kind: &str, name: &str) -> Option<Socket> {
    let socket = family(Family::ALG, Kind::SEQPACKET, Protocol::DEFAULT)?;
    match socket.bind(AlgAddress::new(kind, name).unwrap()) {
        Ok(()) => Some(socket),
        Err(e) if e.raw_os_error() == Some(libc::ENOENT) => {
            kernel_lacks(&format!("no {name}: {e}"));
            None
        }
        Err(e) => panic!("{kind} {name}: {e}"),
    }
}

/// A socket that operates.
fn operation(algorithm: &Socket) -> Socket {
    let (socket, peer) = algorithm.accept().expect("accept");
    assert_eq!(peer.family(), Family::ALG);
    assert_eq!((socket.family(), socket.kind()), (Family::ALG, Kind::SEQPACKET));
    socket
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn receive(socket: &Socket, len: usize) -> Vec<u8> {
    let mut buffer = vec![0; len];
    let n = socket.recv(&mut buffer).expect("recv");
    buffer.truncate(n);
    buffer
}

/// What the operation makes of `input`.
fn done(socket: &Socket, request: &AlgRequest<'_>, input: &[u8], room: usize) -> Vec<u8> {
    let sent = socket.send_alg(&[IoSlice::new(input)], request, NO_FLAGS);
    assert_eq!(sent.expect("send_alg"), input.len());
    receive(socket, room)
}

fn errno<T: std::fmt::Debug>(result: io::Result<T>) -> i32 {
    result.unwrap_err().raw_os_error().expect("an errno")
}

// FIPS 180-4.
pub(crate) const SHA256_OF_ABC: &str =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
pub(crate) const SHA256_OF_NOTHING: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn a_hash_is_that_of_the_standard() {
    balanced(|| {
        let Some(algorithm) = algorithm("hash", "sha256") else { return };
        let socket = operation(&algorithm);
        assert_eq!(socket.send(b"abc").unwrap(), 3);
        assert_eq!(receive(&socket, 64), bytes(SHA256_OF_ABC));

        // In pieces; the same socket again.
        for piece in [&b"a"[..], b"b"] {
            assert_eq!(socket.send_with_flags(piece, MsgFlags::MORE).unwrap(), 1);
        }
        assert_eq!(socket.send(b"c").unwrap(), 1);
        assert_eq!(receive(&socket, 64), bytes(SHA256_OF_ABC));
        let pieces = [IoSlice::new(b"ab"), IoSlice::new(b"c")];
        assert_eq!(socket.send_vectored(&pieces).unwrap(), 3);
        assert_eq!(receive(&socket, 64), bytes(SHA256_OF_ABC));

        // A receive ends what was begun; a short one is cut.
        assert_eq!(socket.send_with_flags(b"abc", MsgFlags::MORE).unwrap(), 3);
        assert_eq!(receive(&socket, 64), bytes(SHA256_OF_ABC));
        assert_eq!(receive(&operation(&algorithm), 64), bytes(SHA256_OF_NOTHING));
        socket.send(b"abc").unwrap();
        assert_eq!(receive(&socket, 4), bytes(SHA256_OF_ABC)[..4]);
    });
}

#[test]
fn a_hash_that_was_begun_is_gone_on_with_twice() {
    balanced(|| {
        let Some(algorithm) = algorithm("hash", "sha256") else { return };
        let socket = operation(&algorithm);
        socket.send_with_flags(b"ab", MsgFlags::MORE).unwrap();
        // To accept from an operation copies its state.
        let copy = operation(&socket);
        for socket in [socket, copy] {
            socket.send(b"c").unwrap();
            assert_eq!(receive(&socket, 64), bytes(SHA256_OF_ABC));
        }
    });
}

#[test]
fn a_hash_with_a_key_is_that_of_the_standard() {
    balanced(|| {
        let Some(algorithm) = algorithm("hash", "hmac(sha256)") else { return };
        // RFC 4231, test case 2.
        let keyless = operation(&algorithm);
        assert_eq!(errno(keyless.send(b"x")), libc::ENOKEY);
        drop(keyless);
        algorithm.set(Key, b"Jefe").unwrap();
        let socket = operation(&algorithm);
        socket.send(b"what do ya want for nothing?").unwrap();
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(receive(&socket, 64), bytes(expected));
        // The key is not changed under who uses it.
        assert_eq!(errno(algorithm.set(Key, b"other")), libc::EBUSY);
        drop(socket);
        algorithm.set(Key, b"other").unwrap();
    });
}

#[test]
fn a_cipher_encrypts_and_decrypts_as_the_standard_says() {
    balanced(|| {
        let Some(algorithm) = algorithm("skcipher", "cbc(aes)") else { return };
        // RFC 3602, cases 1 and 2.
        for (key, iv, plain, cipher) in [
            (
                "06a9214036b8a15b512e03d534120006",
                "3dafba429d9eb430b422da802c9fac41",
                b"Single block msg".to_vec(),
                "e353779c1079aeb82708942dbe77181a",
            ),
            (
                "c286696d887c9aa0611bbb3e2025a45a",
                "562e17996d093d28ddb3ba695a2e6f58",
                (0..32).collect(),
                "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1",
            ),
        ] {
            algorithm.set(Key, &bytes(key)).unwrap();
            let (iv, cipher) = (bytes(iv), bytes(cipher));
            let encrypt = AlgRequest::new(Operation::Encrypt).iv(&iv);
            let decrypt = AlgRequest::new(Operation::Decrypt).iv(&iv);
            let socket = operation(&algorithm);
            assert_eq!(done(&socket, &encrypt, &plain, plain.len()), cipher);
            assert_eq!(done(&socket, &decrypt, &cipher, cipher.len()), plain);

            // In pieces, the first with the request, the others without.
            let (first, rest) = plain.split_at(5);
            let sent = socket.send_alg(&[IoSlice::new(first)], &encrypt, MsgFlags::MORE);
            assert_eq!(sent.unwrap(), first.len());
            assert_eq!(socket.send(rest).unwrap(), rest.len());
            assert_eq!(receive(&socket, plain.len()), cipher);

            // From several buffers.
            let buffers = [IoSlice::new(first), IoSlice::new(rest)];
            assert_eq!(socket.send_alg(&buffers, &encrypt, NO_FLAGS).unwrap(), plain.len());
            assert_eq!(receive(&socket, plain.len()), cipher);
        }
    });
}

#[test]
fn a_cipher_takes_much_at_once() {
    balanced(|| {
        let Some(algorithm) = algorithm("skcipher", "cbc(aes)") else { return };
        algorithm.set(Key, &[7; 32]).unwrap();
        let socket = operation(&algorithm);
        let plain = pattern(16 * 2_048);
        let iv = [9; 16];
        let encrypt = AlgRequest::new(Operation::Encrypt).iv(&iv);
        let cipher = done(&socket, &encrypt, &plain, plain.len());
        assert_eq!(cipher.len(), plain.len());
        assert!(cipher != plain);
        let decrypt = AlgRequest::new(Operation::Decrypt).iv(&iv);
        let back = done(&socket, &decrypt, &cipher, cipher.len());
        assert!(back == plain);

        // A blocking receive into more room than that would wait for more to be sent.
        socket.set_timeout(Some(PATIENCE / 4)).unwrap();
        assert!(done(&socket, &encrypt, &plain, plain.len() * 2) == cipher);
    });
}

// The test case 4 of the authors of GCM.
pub(crate) const GCM_KEY: &str = "feffe9928665731c6d6a8f9467308308";
pub(crate) const GCM_IV: &str = "cafebabefacedbaddecaf888";
pub(crate) const GCM_ASSOCIATED: &str = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
pub(crate) const GCM_PLAIN: &str =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
    1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
pub(crate) const GCM_CIPHER: &str =
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e
    21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091";
pub(crate) const GCM_TAG: &str = "5bc94fbc3221a5db94fae95ae7121a47";

#[test]
fn an_authenticated_cipher_is_that_of_the_standard() {
    balanced(|| {
        let Some(algorithm) = algorithm("aead", "gcm(aes)") else { return };
        algorithm.set(Key, &bytes(GCM_KEY)).unwrap();
        // The length alone is the value.
        algorithm.set(AeadAuthSize, 16).unwrap();
        let socket = operation(&algorithm);
        let (iv, associated) = (bytes(GCM_IV), bytes(GCM_ASSOCIATED));
        let len = u32::try_from(associated.len()).unwrap();
        let request = |operation| AlgRequest::new(operation).iv(&iv).associated_len(len);

        let plain = [&associated[..], &bytes(GCM_PLAIN)].concat();
        let cipher = [&associated[..], &bytes(GCM_CIPHER), &bytes(GCM_TAG)].concat();
        assert_eq!(done(&socket, &request(Operation::Encrypt), &plain, cipher.len()), cipher);
        assert_eq!(done(&socket, &request(Operation::Decrypt), &cipher, plain.len()), plain);

        // What is not authentic is told so, and the socket goes on.
        let mut forged = cipher.clone();
        forged[associated.len()] ^= 1;
        let decrypt = request(Operation::Decrypt);
        socket.send_alg(&[IoSlice::new(&forged)], &decrypt, NO_FLAGS).unwrap();
        assert_eq!(errno(socket.recv(&mut [0; 128])), libc::EBADMSG);
        assert_eq!(done(&socket, &decrypt, &cipher, plain.len()), plain);
    });
}

#[test]
fn a_short_tag_is_the_beginning_of_a_long_one() {
    balanced(|| {
        let Some(algorithm) = algorithm("aead", "gcm(aes)") else { return };
        algorithm.set(Key, &bytes(GCM_KEY)).unwrap();
        algorithm.set(AeadAuthSize, 12).unwrap();
        let socket = operation(&algorithm);
        let (iv, associated) = (bytes(GCM_IV), bytes(GCM_ASSOCIATED));
        let len = u32::try_from(associated.len()).unwrap();
        let request = AlgRequest::new(Operation::Encrypt).iv(&iv).associated_len(len);
        let plain = [&associated[..], &bytes(GCM_PLAIN)].concat();
        let cipher = done(&socket, &request, &plain, plain.len() + 12);
        assert_eq!(cipher[plain.len()..], bytes(GCM_TAG)[..12]);
        drop(socket);
        assert_eq!(errno(algorithm.set(AeadAuthSize, 17)), libc::EINVAL);
    });
}

#[test]
fn a_generator_gives_what_its_seed_says() {
    balanced(|| {
        let Some(one) = algorithm("rng", "ansi_cprng") else { return };
        let two = another(&one);
        two.bind("alg:rng:ansi_cprng").unwrap();
        // A vector, a key and a date.
        let seed: Vec<u8> = (0..48).collect();
        let [first, second] = [&one, &two].map(|algorithm| {
            algorithm.set(Key, &seed).unwrap();
            receive(&operation(algorithm), 100)
        });
        assert_eq!(first.len(), 100);
        assert_eq!(first, second);
        assert_ne!(receive(&operation(&one), 100), first);
    });
}

#[test]
fn the_systems_generator_gives_something_new_each_time() {
    balanced(|| {
        let Some(algorithm) = algorithm("rng", "stdrng") else { return };
        algorithm.set(Key, &[1; 32]).unwrap();
        let socket = operation(&algorithm);
        let (first, second) = (receive(&socket, 32), receive(&socket, 32));
        assert_eq!((first.len(), second.len()), (32, 32));
        assert_ne!(first, second);
        // It does not say more at once.
        assert_eq!(receive(&socket, 1_000).len(), 128);
    });
}

#[test]
fn neither_socket_tells_an_address() {
    balanced(|| {
        let Some(algorithm) = algorithm("hash", "sha256") else { return };
        let socket = operation(&algorithm);
        for socket in [&algorithm, &socket] {
            assert_eq!(errno(socket.local_addr()), libc::EOPNOTSUPP);
            assert_eq!(errno(socket.peer_addr()), libc::EOPNOTSUPP);
        }
        // They can be printed all the same, and adopted.
        assert!(format!("{socket:?}").contains("ALG"), "{socket:?}");
        let adopted = Socket::from_fd(socket.into_fd()).unwrap();
        assert_eq!((adopted.family(), adopted.kind()), (Family::ALG, Kind::SEQPACKET));
        adopted.send(b"abc").unwrap();
        assert_eq!(receive(&adopted, 32), bytes(SHA256_OF_ABC));
    });
}

#[test]
fn keys_and_vectors_of_a_wrong_length_are_refused() {
    balanced(|| {
        let Some(algorithm) = algorithm("skcipher", "cbc(aes)") else { return };
        for len in [0, 1, 15, 17, 33] {
            assert_eq!(errno(algorithm.set(Key, &vec![0; len])), libc::EINVAL, "{len} bytes");
        }
        let socket = operation(&algorithm);
        let block = [0; 16];
        assert_eq!(errno(socket.send(&block)), libc::ENOKEY);
        drop(socket);
        algorithm.set(Key, &[0; 16]).unwrap();
        let socket = operation(&algorithm);
        for len in [0, 8, 15, 17] {
            let iv = vec![0; len];
            let request = AlgRequest::new(Operation::Encrypt).iv(&iv);
            let sent = socket.send_alg(&[IoSlice::new(&block)], &request, NO_FLAGS);
            assert_eq!(errno(sent), libc::EINVAL, "{len} bytes");
        }
        // Half a block is not encrypted.
        let iv = [0; 16];
        let request = AlgRequest::new(Operation::Encrypt).iv(&iv);
        socket.send_alg(&[IoSlice::new(&block[..8])], &request, NO_FLAGS).unwrap();
        assert_eq!(errno(socket.recv(&mut [0; 16])), libc::EINVAL);
    });
}

#[test]
fn names_that_do_not_fit_are_refused_before_the_system_call() {
    balanced(|| {
        let long = AlgAddress::new("a type that is long", "sha256").unwrap_err();
        assert_eq!(long, AddressError::AlgorithmTypeTooLong(19));
        let long = AlgAddress::new("hash", &"n".repeat(64)).unwrap_err();
        assert_eq!(long, AddressError::AlgorithmNameTooLong(64));
        let Some(socket) = family(Family::ALG, Kind::SEQPACKET, Protocol::DEFAULT) else { return };
        let text = format!("alg:hash:{}", "n".repeat(64));
        let error = socket.bind(text.as_str()).unwrap_err();
        assert_eq!(
            (error.kind(), error.raw_os_error()),
            (ErrorKind::InvalidInput, None),
            "{error}"
        );
        assert!(error.to_string().contains("63"), "{error}");

        // The longest go as far as the kernel, which has no such algorithm.
        let longest = AlgAddress::new(&"t".repeat(13), &"n".repeat(63)).unwrap();
        assert_eq!(errno(socket.bind(longest)), libc::ENOENT);
        let no_hash = AlgAddress::new("hash", "no such hash").unwrap();
        assert_eq!(errno(socket.bind(no_hash)), libc::ENOENT);
        // A cipher is no hash, and features that are none are refused.
        assert_eq!(errno(socket.bind("alg:hash:cbc(aes)")), libc::ENOENT);
        let mut features = AlgAddress::new("hash", "sha256").unwrap();
        (features.feat, features.mask) = (u32::MAX, u32::MAX);
        assert_eq!(errno(socket.bind(features)), libc::EINVAL);
    });
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    balanced(|| {
        let Some(algorithm) = algorithm("skcipher", "cbc(aes)") else { return };
        algorithm.set(Key, &[0; 16]).unwrap();
        let iv = [0; 16];
        let request = AlgRequest::new(Operation::Encrypt).iv(&iv);
        let block = [IoSlice::new(&[0; 16])];
        // What is bound does not operate, and what operates is not bound again.
        assert_eq!(errno(algorithm.send_alg(&block, &request, NO_FLAGS)), libc::EOPNOTSUPP);
        assert_eq!(errno(another(&algorithm).accept()), libc::EINVAL);
        let socket = operation(&algorithm);
        assert_eq!(errno(socket.bind("alg:hash:sha256")), libc::EOPNOTSUPP);
        assert_eq!(errno(socket.set(Key, &[0; 16])), libc::EOPNOTSUPP);
        // Operations that the kernel does not have.
        for operation in [Operation::Sign, Operation::Verify] {
            let request = AlgRequest::new(operation).iv(&iv);
            assert_eq!(errno(socket.send_alg(&block, &request, NO_FLAGS)), libc::EINVAL);
        }
        // Other families have no requests.
        let error = berkeley_tests::udp().send_alg(&block, &request, NO_FLAGS).unwrap_err();
        assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::InvalidInput, None));
    });
}

#[test]
fn a_cipher_without_input_waits_as_its_mode_says() {
    balanced(|| {
        let Some(algorithm) = algorithm("skcipher", "cbc(aes)") else { return };
        algorithm.set(Key, &[0; 16]).unwrap();
        let socket = operation(&algorithm);
        // The kernel calls it readable, and yet there is nothing.
        waits_by_its_mode(&socket);
        let iv = [0; 16];
        let request = AlgRequest::new(Operation::Encrypt).iv(&iv);
        socket.send_alg(&[IoSlice::new(&[0; 8])], &request, MsgFlags::MORE).unwrap();
        waits_by_its_mode(&socket);

        // Input from another thread ends a wait.
        socket.set_timeout(Some(PATIENCE / 4)).unwrap();
        let other = socket.dup().unwrap();
        let start = Instant::now();
        let waiting = std::thread::spawn(move || receive(&other, 16));
        std::thread::yield_now();
        assert_eq!(socket.send(&[0; 8]).unwrap(), 8);
        assert_eq!(berkeley_tests::join(waiting).len(), 16);
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        // The default timeout is that of operations too.
        let (served, _) = algorithm.accept_with_timeout(Some(Duration::ZERO)).unwrap();
        assert!(!served.is_blocking());
        assert_eq!(served.recv(&mut [0; 16]).unwrap_err().kind(), ErrorKind::WouldBlock);
    });
}
