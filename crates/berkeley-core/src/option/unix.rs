//! Options of Unix sockets: who is at the other end, and what comes with each message. Man 7 unix.
//!
//! On Linux they are of level `SOL_SOCKET`; on macOS and FreeBSD of a level of their own.

#[cfg(linux_like)]
use super::codec::{List, PeerProcess, laid_out};
use super::options;
#[cfg(linux_like)]
use crate::credentials::Credentials;

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
    Inq: bool, ReadWrite = SO_INQ;
}

#[cfg(any(apple, freebsd))]
options! { SOL_LOCAL;
    /// Who connected, or listened, as of then: `LOCAL_PEERCRED`, of stream sockets. Man 4 unix.
    #[doc(alias = "LOCAL_PEERCRED")]
    PeerCredentials: super::codec::PeerUser, ReadOnly = LOCAL_PEERCRED;
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
