//! Options of Unix sockets: who is at the other end, and what comes with each message. Man 7 unix.
//!
//! On Linux they are of level `SOL_SOCKET`; on macOS and FreeBSD of a level of their own.

#[cfg(any(apple, freebsd))]
use super::codec::{Decode, invalid_data};
#[cfg(linux_like)]
use super::codec::{List, PeerProcess, laid_out};
use super::options;
#[cfg(linux_like)]
use crate::credentials::Credentials;
#[cfg(any(apple, freebsd))]
use crate::sys::c;
#[cfg(any(apple, freebsd))]
use std::io;
#[cfg(any(apple, freebsd))]
use std::mem::offset_of;

#[cfg(linux_like)]
laid_out!(Credentials);

#[cfg(linux_like)]
options! { SOL_SOCKET;
    /// Whether each message comes with the credentials of its sender, as a control message:
    /// `SO_PASSCRED`. Of netlink sockets too. The socket is bound to a free abstract name when it
    /// connects without one.
    #[doc(alias = "SO_PASSCRED")]
    PassCredentials: bool, ReadWrite = SO_PASSCRED;
    /// Who connected, listened or made the pair, as of then: `SO_PEERCRED`. Without a peer,
    /// process 0 and [`u32::MAX`] for the others.
    #[doc(alias = "SO_PEERCRED")]
    PeerCredentials: Credentials, ReadOnly = SO_PEERCRED;
    /// A descriptor of the peer's process (man 2 pidfd_open), which stays that process when its
    /// number is used again: `SO_PEERPIDFD`, from Linux 6.5. It is close-on-exec.
    ///
    /// `ENODATA` without a peer; `ESRCH` when it has ended, before Linux 6.16.
    #[doc(alias = "SO_PEERPIDFD")]
    PeerPidFd: PeerProcess, ReadOnly = SO_PEERPIDFD;
    /// Whether each message comes with a descriptor of its sender's process, as a control
    /// message: `SO_PASSPIDFD`, from Linux 6.5.
    #[doc(alias = "SO_PASSPIDFD")]
    PassPidFd: bool, ReadWrite = SO_PASSPIDFD;
    /// The groups of the peer beside [`Credentials::gid`], as of when it connected:
    /// `SO_PEERGROUPS`. `ENODATA` without a peer.
    #[doc(alias = "SO_PEERGROUPS")]
    PeerGroups: List<u32>, ReadOnly = SO_PEERGROUPS;
    /// The label that the security module has given to the peer, some with a NUL at the end:
    /// `SO_PEERSEC`, of stream and seqpacket sockets. `ENOPROTOOPT` without such a module.
    #[doc(alias = "SO_PEERSEC")]
    PeerSecurity: List<u8>, ReadOnly = SO_PEERSEC;
    /// Whether each message comes with the security label of its sender, as a control message:
    /// `SO_PASSSEC`. Of netlink sockets too.
    #[doc(alias = "SO_PASSSEC")]
    PassSecurity: bool, ReadWrite = SO_PASSSEC;
    /// Whether descriptors may come in control messages: `SO_PASSRIGHTS`, from Linux 6.16. On at
    /// first; when off, a sender of descriptors gets `EPERM`.
    #[doc(alias = "SO_PASSRIGHTS")]
    PassRights: bool, ReadWrite = SO_PASSRIGHTS;
    /// Whether each receive of a stream tells how many bytes are left, as a control message:
    /// `SO_INQ`, from Linux 6.17.
    #[doc(alias = "SO_INQ")]
    #[doc(alias = "SCM_INQ")]
    ReceiveUnreadBytes: bool, WriteOnly = SO_INQ;
}

#[cfg(any(apple, freebsd))]
options! { SOL_LOCAL;
    /// Who connected, or listened, as of then: `LOCAL_PEERCRED`, of stream sockets. Man 4 unix.
    #[doc(alias = "LOCAL_PEERCRED")]
    PeerCredentials: PeerUser, ReadOnly = LOCAL_PEERCRED;
    /// The process of the peer: `LOCAL_PEERPID`.
    #[doc(alias = "LOCAL_PEERPID")]
    #[cfg(apple)]
    PeerPid: i32, ReadOnly = LOCAL_PEERPID;
    /// Whether the first message comes with the credentials of its sender, as a control message
    /// (`SCM_CREDS`): `LOCAL_CREDS`, man 4 unix. Of the socket that receives.
    #[doc(alias = "LOCAL_CREDS")]
    #[cfg(freebsd)]
    PassCredentials: bool, ReadWrite = LOCAL_CREDS;
    /// Whether each message comes with the credentials of its sender, as a control message
    /// (`SCM_CREDS2`): `LOCAL_CREDS_PERSISTENT`, man 4 unix. Not beside
    /// [`PassCredentials`].
    #[doc(alias = "LOCAL_CREDS_PERSISTENT")]
    #[cfg(freebsd)]
    PassCredentialsAlways: bool, ReadWrite = LOCAL_CREDS_PERSISTENT;
}

/// Who a peer is: `struct xucred`.
#[cfg(any(apple, freebsd))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerUser {
    /// Its user.
    pub uid: u32,
    /// Its groups, the effective one first.
    pub groups: Vec<u32>,
    /// Its process, where the system tells (FreeBSD 13).
    pub pid: Option<i32>,
}

#[cfg(any(apple, freebsd))]
impl Decode for PeerUser {
    type Value = Self;
    const ROOM: usize = size_of::<c::xucred>();

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let number = |at| word(bytes, at).ok_or_else(|| invalid_data(bytes, "an xucred"));
        let count = bytes.get(offset_of!(c::xucred, cr_ngroups)..).and_then(<[u8]>::first_chunk);
        let count = count.map_or(0, |count| u16::from_ne_bytes(*count));
        // No more than the struct has, whatever it says.
        let groups = (0..16).take(count.into());
        let groups = groups.map(|group| number(offset_of!(c::xucred, cr_groups) + 4 * group));
        Ok(Self {
            uid: number(offset_of!(c::xucred, cr_uid))?,
            groups: groups.collect::<io::Result<_>>()?,
            pid: peer_pid(bytes),
        })
    }
}

#[cfg(any(apple, freebsd))]
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_ne_bytes(*word))
}

#[cfg(freebsd)]
fn peer_pid(bytes: &[u8]) -> Option<i32> {
    let pid = word(bytes, offset_of!(c::xucred, cr_pid__c_anonymous_union))?.cast_signed();
    // 0 before FreeBSD 13.
    (pid != 0).then_some(pid)
}

#[cfg(apple)]
fn peer_pid(_: &[u8]) -> Option<i32> {
    None
}
