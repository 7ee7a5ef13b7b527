//! Keys of TLS that the kernel encrypts with: level `SOL_TLS`, Linux,
//! Documentation/networking/tls.rst.
//!
//! The handshake is the program's. Then `tls` is put over the connection
//! ([`tcp::UpperProtocol`](super::tcp::UpperProtocol)), and the keys are set here: sends and receives
//! are records from then on.

use super::codec::Encode;
use super::options;
use crate::constant::open_constants;
use std::fmt;
use std::io;

options! { SOL_TLS;
    /// The key of what is sent: `TLS_TX`. `EBUSY` when there is one (Linux 6.14 takes a new one for
    /// TLS 1.3).
    #[doc(alias = "TLS_TX")]
    Transmit: Keys, WriteOnly = TLS_TX;
    /// The key of what is received: `TLS_RX`, Linux 4.17.
    #[doc(alias = "TLS_RX")]
    Receive: Keys, WriteOnly = TLS_RX;
    /// Whether a file that is sent is not copied first, which its writers must not change then:
    /// `TLS_TX_ZEROCOPY_RO`, Linux 5.19, for interfaces that encrypt.
    #[doc(alias = "TLS_TX_ZEROCOPY_RO")]
    TransmitZeroCopy: bool, ReadWrite = TLS_TX_ZEROCOPY_RO;
    /// Whether records of TLS 1.3 are expected to come without padding, which makes receives
    /// faster: `TLS_RX_EXPECT_NO_PAD`, Linux 6.0.
    #[doc(alias = "TLS_RX_EXPECT_NO_PAD")]
    ExpectNoPadding: bool, ReadWrite = TLS_RX_EXPECT_NO_PAD;
}

open_constants! {
    /// The version of TLS: `TLS_*_VERSION`.
    pub struct Version(i32);

    /// TLS 1.2: `TLS_1_2_VERSION`.
    TLS_1_2 = 0x0303;
    /// TLS 1.3: `TLS_1_3_VERSION`.
    TLS_1_3 = 0x0304;
}

/// The keys of one direction: `struct tls12_crypto_info_*`. Printing it does not show them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// The version.
    pub version: Version,
    /// The cipher and its key.
    pub cipher: Cipher,
    /// The number of the next record.
    pub sequence: [u8; 8],
}

/// A cipher and its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    /// AES in GCM with keys of 128 bits: `TLS_CIPHER_AES_GCM_128`.
    AesGcm128 {
        /// The key.
        key: [u8; 16],
        /// The part of the nonce that stays.
        salt: [u8; 4],
        /// The part of the nonce that is sent with TLS 1.2.
        iv: [u8; 8],
    },
    /// AES in GCM with keys of 256 bits: `TLS_CIPHER_AES_GCM_256`.
    AesGcm256 {
        /// The key.
        key: [u8; 32],
        /// The part of the nonce that stays.
        salt: [u8; 4],
        /// The part of the nonce that is sent with TLS 1.2.
        iv: [u8; 8],
    },
    /// ChaCha20 and Poly1305: `TLS_CIPHER_CHACHA20_POLY1305`, Linux 5.11.
    ChaCha20Poly1305 {
        /// The key.
        key: [u8; 32],
        /// The nonce.
        iv: [u8; 12],
    },
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("version", &self.version)
            .field("cipher", &self.cipher)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::AesGcm128 { .. } => "AesGcm128",
            Self::AesGcm256 { .. } => "AesGcm256",
            Self::ChaCha20Poly1305 { .. } => "ChaCha20Poly1305",
        };
        f.debug_struct(name).finish_non_exhaustive()
    }
}

impl Encode<'_> for Keys {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        let [low, high, ..] = value.version.raw().to_le_bytes();
        let version = u16::from_le_bytes([low, high]).to_ne_bytes();
        // The numbers are those of linux/tls.h.
        let (number, parts): (u16, [&[u8]; 3]) = match &value.cipher {
            Cipher::AesGcm128 { key, salt, iv } => (51, [iv, key, salt]),
            Cipher::AesGcm256 { key, salt, iv } => (52, [iv, key, salt]),
            Cipher::ChaCha20Poly1305 { key, iv } => (54, [iv, key, &[]]),
        };
        let mut bytes = [version, number.to_ne_bytes()].concat();
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        bytes.extend_from_slice(&value.sequence);
        Ok(bytes)
    }
}
