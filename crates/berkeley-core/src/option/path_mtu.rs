//! How large packets may be on their way: path MTU discovery, the same for IPv4 and IPv6. Linux.

use crate::constant::open_constants;
use crate::sys::c;

open_constants! {
    /// Whether packets may be fragmented, and who finds out what fits: `IP_PMTUDISC_*`, man 7 ip.
    pub struct PathMtuDiscovery(i32);

    /// Never ask that a packet is not fragmented: `IP_PMTUDISC_DONT`.
    DONT = c::IP_PMTUDISC_DONT;
    /// As the route says: `IP_PMTUDISC_WANT`.
    WANT = c::IP_PMTUDISC_WANT;
    /// Always ask that a packet is not fragmented; too large a datagram fails with `EMSGSIZE`:
    /// `IP_PMTUDISC_DO`.
    DO = c::IP_PMTUDISC_DO;
    /// As `DO`, and believe no report of what fits: `IP_PMTUDISC_PROBE`.
    PROBE = c::IP_PMTUDISC_PROBE;
    /// What fits the interface, and believe no report: `IP_PMTUDISC_INTERFACE`.
    INTERFACE = c::IP_PMTUDISC_INTERFACE;
    /// As `INTERFACE`, and fragment what does not fit: `IP_PMTUDISC_OMIT`.
    OMIT = c::IP_PMTUDISC_OMIT;
}

super::codec::constants!(PathMtuDiscovery);
