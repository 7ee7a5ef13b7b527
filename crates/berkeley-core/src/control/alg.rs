//! The kernel's cryptography: what to do with the bytes that are sent. The kernel's
//! userspace-if.rst.

use super::{Encode, message, numbers};

numbers! { SOL_ALG;
    /// What to do: `ALG_SET_OP`, one of [`Operation`]'s numbers.
    #[doc(alias = "ALG_SET_OP")]
    SetOperation(u32 as u32): sent = ALG_SET_OP;
    /// How many bytes at the front are authenticated and not encrypted: `ALG_SET_AEAD_ASSOCLEN`.
    #[doc(alias = "ALG_SET_AEAD_ASSOCLEN")]
    AssociatedLength(u32 as u32): sent = ALG_SET_AEAD_ASSOCLEN;
}

/// What the kernel does with bytes sent to a cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `ALG_OP_DECRYPT`.
    Decrypt,
    /// `ALG_OP_ENCRYPT`.
    Encrypt,
    /// `ALG_OP_SIGN`, of out-of-tree kernels.
    Sign,
    /// `ALG_OP_VERIFY`, of out-of-tree kernels.
    Verify,
}

impl Operation {
    /// The operation that has this number to the kernel.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Option<Self> {
        Some(match raw {
            0 => Self::Decrypt,
            1 => Self::Encrypt,
            2 => Self::Sign,
            3 => Self::Verify,
            _ => return None,
        })
    }

    /// The kernel's number.
    #[must_use]
    pub const fn raw(self) -> u32 {
        match self {
            Self::Decrypt => 0,
            Self::Encrypt => 1,
            Self::Sign => 2,
            Self::Verify => 3,
        }
    }
}

/// The initialisation vector: `ALG_SET_IV`.
#[doc(alias = "ALG_SET_IV")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Iv<'b>(pub &'b [u8]);

message!(Iv<'b> = SOL_ALG, ALG_SET_IV);

impl Encode for Iv<'_> {
    /// `struct af_alg_iv`: the length, and the bytes.
    fn encode(&self, payload: &mut super::Payload<'_>) {
        // A vector of 4 GiB is none; the kernel refuses the length, as it does any wrong one.
        let len = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        payload.extend_from_slice(&len.to_ne_bytes());
        payload.extend_from_slice(self.0);
    }
}
