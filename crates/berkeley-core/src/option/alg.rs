//! Options of sockets of the kernel's cryptography: level `SOL_ALG`,
//! Documentation/crypto/userspace-if.rst of the kernel.
//!
//! They are set on the socket that is bound to an algorithm, and hold for those that it accepts
//! after. None can be read.
//!
//! # Platforms
//! Linux.

use super::codec::{Length, List};
use super::options;

options! { SOL_ALG;
    /// The key: `ALG_SET_KEY`. `EINVAL` for a length that the algorithm does not have, `EBUSY`
    /// while accepted sockets are open.
    #[doc(alias = "ALG_SET_KEY")]
    Key: List<u8>, WriteOnly = ALG_SET_KEY;
    /// The key, by the number of one in the kernel's key store (man 2 add_key):
    /// `ALG_SET_KEY_BY_KEY_SERIAL`, from Linux 6.2.
    #[doc(alias = "ALG_SET_KEY_BY_KEY_SERIAL")]
    KeySerial: i32, WriteOnly = ALG_SET_KEY_BY_KEY_SERIAL;
    /// Bytes of the tag that authenticates, of algorithms of type `aead`:
    /// `ALG_SET_AEAD_AUTHSIZE`.
    #[doc(alias = "ALG_SET_AEAD_AUTHSIZE")]
    AeadAuthSize: Length, WriteOnly = ALG_SET_AEAD_AUTHSIZE;
    /// The entropy of a generator of type `rng`, for tests of it: `ALG_SET_DRBG_ENTROPY`, from
    /// Linux 5.10, for who may administer the system.
    #[doc(alias = "ALG_SET_DRBG_ENTROPY")]
    DrbgEntropy: List<u8>, WriteOnly = ALG_SET_DRBG_ENTROPY;
}
