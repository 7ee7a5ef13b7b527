//! Who is at the other end of a Unix connection, by the kernel's word, as of when it connected or
//! listened.

use super::{UCred, UnixSeqpacket, UnixStream};
use berkeley_core::option::unix;
use std::io;
use std::os::fd::OwnedFd;

macro_rules! peers {
    ($($name:ident)*) => { $(
        impl $name {
            /// The peer's process, user and group: `SO_PEERCRED`.
            ///
            /// # Errors
            /// What the kernel reports.
            ///
            /// # Platforms
            /// Linux.
            #[doc(alias = "SO_PEERCRED")]
            pub fn peer_cred(&self) -> io::Result<UCred> {
                Ok(UCred(self.get(unix::PeerCredentials)?))
            }

            /// A descriptor of the peer's process, which stays that process when its number is
            /// used again: `SO_PEERPIDFD`, Linux 6.5. Readable when the process has ended.
            ///
            /// # Errors
            /// `ENODATA` without a peer, `ESRCH` when it has ended (before Linux 6.16),
            /// `ENOPROTOOPT` on an older kernel.
            ///
            /// # Platforms
            /// Linux.
            #[doc(alias = "SO_PEERPIDFD")]
            pub fn peer_pidfd(&self) -> io::Result<OwnedFd> {
                self.get(unix::PeerPidFd)
            }

            /// The peer's groups beside that of [`peer_cred`](Self::peer_cred): `SO_PEERGROUPS`.
            ///
            /// # Errors
            /// `ENODATA` without a peer.
            ///
            /// # Platforms
            /// Linux.
            #[doc(alias = "SO_PEERGROUPS")]
            pub fn peer_groups(&self) -> io::Result<Vec<u32>> {
                self.get(unix::PeerGroups)
            }

            /// The label that the security module has given to the peer, some with a NUL at the
            /// end: `SO_PEERSEC`.
            ///
            /// # Errors
            /// `ENOPROTOOPT` without such a module.
            ///
            /// # Platforms
            /// Linux.
            #[doc(alias = "SO_PEERSEC")]
            pub fn peer_security(&self) -> io::Result<Vec<u8>> {
                self.get(unix::PeerSecurity)
            }
        }
    )* };
}

peers!(UnixStream UnixSeqpacket);
