//! What only the BSDs have. man 4 unix and man 4 ip of FreeBSD. Written by these manuals;
//! compiled, and not run there.

#[cfg(freebsd)]
use super::Encode;
use super::{Decode, message};
use crate::layout::Fields;
use std::net::Ipv4Addr;

/// The address that an IPv4 packet was sent to: `IP_RECVDSTADDR`.
#[doc(alias = "IP_RECVDSTADDR")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Destination(pub Ipv4Addr);

message!(Destination = IPPROTO_IP, IP_RECVDSTADDR);

impl Decode for Destination {
    fn decode(payload: &[u8]) -> Option<Self> {
        Fields::new(payload).bytes().map(|octets: [u8; 4]| Self(octets.into()))
    }
}

/// A request to send one's credentials with a message: `SCM_CREDS`, filled in by the kernel.
#[doc(alias = "SCM_CREDS")]
#[cfg(freebsd)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SendCredentials;

#[cfg(freebsd)]
message!(SendCredentials = SOL_SOCKET, SCM_CREDS);

#[cfg(freebsd)]
impl Encode for SendCredentials {
    /// `struct cmsgcred`: 84 bytes, which the kernel overwrites.
    fn encode(&self, payload: &mut super::Payload<'_>) {
        payload.extend_from_slice(&[0; 84]);
    }
}

/// Who sent a message: `SCM_CREDS2`, asked for by `LOCAL_CREDS_PERSISTENT`, for each. FreeBSD 13.
/// (What `LOCAL_CREDS` asks for, `SCM_CREDS` with the first message, has two layouts of one number,
/// and comes as [`Control::Unknown`](super::Control::Unknown).)
#[doc(alias = "SCM_CREDS2")]
#[cfg(freebsd)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// The process.
    pub pid: i32,
    /// Its user and effective user.
    pub users: (u32, u32),
    /// Its group and effective group.
    pub groups: (u32, u32),
    /// Its other groups.
    pub supplementary: Vec<u32>,
}

#[cfg(freebsd)]
message!(Credentials = SOL_SOCKET, SCM_CREDS2);

#[cfg(freebsd)]
impl Decode for Credentials {
    /// `struct sockcred2`: version, pid, uid, euid, gid, egid, count, groups.
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        let (_version, pid) = (fields.i32()?, fields.i32()?);
        let users = (fields.u32()?, fields.u32()?);
        let groups = (fields.u32()?, fields.u32()?);
        let count = fields.i32()?;
        let supplementary = (0..count).map_while(|_| fields.u32()).collect();
        Some(Self { pid, users, groups, supplementary })
    }
}
