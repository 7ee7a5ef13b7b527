//! Unix sockets: credentials, security labels. man 7 unix.
//!
//! Descriptors are no type: they have an owner, on the way out
//! ([`SendBuffer::push_rights`](super::SendBuffer::push_rights)) and on the way in
//! ([`RecvBuffer::take_rights`](super::RecvBuffer::take_rights)).

use super::{Decode, Encode, bytes, message, numbers};
pub use crate::credentials::Credentials;
use crate::layout::Fields;

message!(Credentials = SOL_SOCKET, SCM_CREDENTIALS);

impl Encode for Credentials {
    fn encode(&self, payload: &mut super::Payload<'_>) {
        for field in [self.pid, self.uid, self.gid] {
            payload.extend_from_slice(&field.to_ne_bytes());
        }
    }
}

impl Decode for Credentials {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        Some(Self { pid: fields.u32()?, uid: fields.u32()?, gid: fields.u32()? })
    }
}

bytes! { SOL_SOCKET;
    /// The security label of the sender, as the kernel's security module writes it, a NUL at its
    /// end maybe: `SCM_SECURITY`, asked for by [`PassSecurity`](crate::option::unix::PassSecurity).
    #[doc(alias = "SCM_SECURITY")]
    SecurityLabel: received = SCM_SECURITY;
}

numbers! { SOL_SOCKET;
    /// How many bytes of a Unix stream are left to be read: `SCM_INQ`, Linux 6.17, asked for by
    /// [`ReceiveUnreadBytes`](crate::option::unix::ReceiveUnreadBytes).
    #[doc(alias = "SCM_INQ")]
    UnreadBytes(u32 as i32): received = SCM_INQ;
}
