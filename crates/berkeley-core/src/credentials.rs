//! Who a process is.

use crate::layout::c_structs;

c_structs! {
    /// Who a process is to the kernel: `struct ucred`, man 7 unix. It comes from
    /// [`PeerCredentials`](crate::option::unix::PeerCredentials).
    ///
    /// # Platforms
    /// Linux.
    pub struct Credentials {
        /// The process; 0 when it is in a process namespace that is not seen from here.
        pub pid: i32,
        /// Its user, 65534 when that has no number here.
        pub uid: u32,
        /// Its group.
        pub gid: u32,
    }
}
