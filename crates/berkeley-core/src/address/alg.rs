//! Addresses of the kernel's cryptography: the kernel's documentation of its user space interface,
//! linux/if_alg.h.

use super::error::{AddressError, Reason};
use super::layout::{Layout, field, padded, unpadded};
use super::text::{Fields, escape, unescape};
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, c};
use std::fmt;

/// An algorithm of the kernel: `sockaddr_alg`, linux/if_alg.h.
///
/// A socket is bound to it; to accept from that socket gives one that operates. Neither tells an
/// address.
///
/// ```
/// use berkeley_core::address::{Address, AlgAddress};
///
/// let address = AlgAddress::new("skcipher", "cbc(aes)").unwrap();
/// assert_eq!("alg:skcipher:cbc(aes)".parse(), Ok(Address::from(address)));
/// ```
///
/// # Platforms
/// Linux.
#[doc(alias = "sockaddr_alg")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlgAddress {
    kind: [u8; 14],
    name: [u8; 64],
    /// Features that are asked for (`CRYPTO_ALG_*`).
    pub feat: u32,
    /// Which of the features count.
    pub mask: u32,
}

impl AlgAddress {
    /// The longest type in bytes: 13.
    pub const MAX_KIND: usize = 13;

    /// The longest name in bytes: 63. (Kernels from 4.12 take longer ones.)
    pub const MAX_NAME: usize = 63;

    /// The algorithm of a type (`hash`, `skcipher`, `aead`, `rng`, …) and a name, such as
    /// `sha256` or `cbc(aes)`: /proc/crypto lists them.
    ///
    /// # Errors
    /// The type is longer than [`MAX_KIND`](Self::MAX_KIND), the name longer than
    /// [`MAX_NAME`](Self::MAX_NAME), or one of them holds a NUL.
    pub fn new(kind: &str, name: &str) -> Result<Self, AddressError> {
        if kind.len() > Self::MAX_KIND {
            return Err(AddressError::AlgorithmTypeTooLong(kind.len()));
        }
        if name.len() > Self::MAX_NAME {
            return Err(AddressError::AlgorithmNameTooLong(name.len()));
        }
        let kind = padded(kind).ok_or(AddressError::Nul)?;
        let name = padded(name).ok_or(AddressError::Nul)?;
        Ok(Self { kind, name, feat: 0, mask: 0 })
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> &str {
        unpadded(&self.kind).unwrap_or_default()
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        unpadded(&self.name).unwrap_or_default()
    }

    /// Reads what follows `alg:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let mut text = || {
            let bytes = unescape(fields.take()).ok_or(fields.wrong())?;
            String::from_utf8(bytes).map_err(|_| fields.wrong())
        };
        let mut address = Self::new(&text()?, &text()?)?;
        address.feat = fields.number_or(0)?;
        address.mask = fields.number_or(0)?;
        fields.end().map(|()| address)
    }
}

impl Layout for AlgAddress {
    const FAMILY: Family = Family::from_raw(c::AF_ALG);

    /// `sockaddr_alg` after its family: type, features, mask, name.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 86];
        tail[..14].copy_from_slice(&self.kind);
        tail[14..18].copy_from_slice(&self.feat.to_ne_bytes());
        tail[18..22].copy_from_slice(&self.mask.to_ne_bytes());
        tail[22..].copy_from_slice(&self.name);
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let mut address = Self::new(unpadded(tail.get(..14)?)?, unpadded(tail.get(22..)?)?).ok()?;
        address.feat = u32::from_ne_bytes(field(tail, 14)?);
        address.mask = u32::from_ne_bytes(field(tail, 18)?);
        Some(address)
    }
}

/// `alg:TYPE:NAME`, and `:FEAT:MASK` where there are some. Colons in names are written `\x3a`.
impl fmt::Display for AlgAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("alg:")?;
        escape(self.kind().as_bytes(), &[':'], f)?;
        f.write_str(":")?;
        escape(self.name().as_bytes(), &[':'], f)?;
        if (self.feat, self.mask) == (0, 0) {
            return Ok(());
        }
        write!(f, ":{:#x}:{:#x}", self.feat, self.mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_do_not_fit_are_refused_with_their_length() {
        let new = AlgAddress::new;
        assert!(new(&"t".repeat(13), &"n".repeat(63)).is_ok());
        assert_eq!(new(&"t".repeat(14), "n"), Err(AddressError::AlgorithmTypeTooLong(14)));
        assert_eq!(new("t", &"n".repeat(64)), Err(AddressError::AlgorithmNameTooLong(64)));
        assert_eq!(new("t\0", "n"), Err(AddressError::Nul));
        assert_eq!(new("t", "\0"), Err(AddressError::Nul));
    }

    #[test]
    fn names_without_their_nul_or_that_are_no_text_are_not_cut() {
        let address = AlgAddress::new("hash", "sha256").unwrap();
        let mut tail = [0; 86];
        tail.copy_from_slice(address.encode().tail());
        assert_eq!(AlgAddress::decode(&tail, Protocol::DEFAULT), Some(address));
        tail[4] = 0xFF;
        assert_eq!(AlgAddress::decode(&tail, Protocol::DEFAULT), None);
        tail[..14].fill(b'k');
        assert_eq!(AlgAddress::decode(&tail, Protocol::DEFAULT), None);
    }
}
