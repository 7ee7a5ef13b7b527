//! Who a process is.

use crate::c_struct::c_structs;

c_structs! {
    /// Who a process is to the kernel: `struct ucred`, man 7 unix. The peer's, as the option
    /// [`PeerCredentials`](crate::option::unix::PeerCredentials); or the sender's of a message,
    /// as a control message: `SCM_CREDENTIALS`. That one comes with every message once
    /// [`PassCredentials`](crate::option::unix::PassCredentials) is on; sent, the kernel checks
    /// that it is true (the privileged may say others).
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "SCM_CREDENTIALS")]
    #[doc(alias = "ucred")]
    pub struct Credentials {
        /// The process; 0 when it is not of this process's namespace.
        pub pid: u32,
        /// Its user.
        pub uid: u32,
        /// Its group.
        pub gid: u32,
    }
}
