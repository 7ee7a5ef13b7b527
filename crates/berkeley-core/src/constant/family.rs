//! Address families.

use super::open_constants;
use crate::sys::c;

open_constants! {
    /// An address family: the first argument of socket(2).
    ///
    /// # Platforms
    /// Each constant says where it exists; a number from elsewhere can be made with
    /// [`from_raw`](Self::from_raw), and the system answers what it makes of it.
    pub struct Family;

    /// No family in particular: `AF_UNSPEC`.
    UNSPEC = c::AF_UNSPEC;
    /// Sockets of this host alone, named by paths: `AF_UNIX`, man 7 unix.
    UNIX = c::AF_UNIX;
    /// IPv4: `AF_INET`, man 7 ip.
    INET = c::AF_INET;
    /// IPv6: `AF_INET6`, man 7 ipv6.
    INET6 = c::AF_INET6;
}
