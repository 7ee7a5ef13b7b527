//! Protocols.

use super::open_constants;
use crate::sys::c;

open_constants! {
    /// A protocol within a family: the third argument of socket(2).
    pub struct Protocol;

    /// The family's usual protocol for the kind asked: 0.
    DEFAULT = 0;
    /// Internet control messages of IPv4: `IPPROTO_ICMP`, man 7 icmp.
    ICMP = c::IPPROTO_ICMP;
    /// TCP: `IPPROTO_TCP`, man 7 tcp.
    TCP = c::IPPROTO_TCP;
    /// UDP: `IPPROTO_UDP`, man 7 udp.
    UDP = c::IPPROTO_UDP;
    /// Internet control messages of IPv6: `IPPROTO_ICMPV6`, RFC 4443.
    ICMPV6 = c::IPPROTO_ICMPV6;
    /// TCP over several paths: `IPPROTO_MPTCP`, RFC 8684.
    #[cfg(linux_like)]
    MPTCP = 262;
    /// UDP with a partial checksum: `IPPROTO_UDPLITE`, man 7 udplite.
    #[cfg(linux_like)]
    UDPLITE = 136;
    /// Raw IP packets: `IPPROTO_RAW`, man 7 raw.
    RAW = c::IPPROTO_RAW;
}
