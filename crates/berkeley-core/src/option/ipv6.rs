//! Options of IPv6: level `IPPROTO_IPV6`, man 7 ipv6.

use super::codec::Count;
use super::options;

options! { IPPROTO_IPV6;
    /// Whether the socket speaks IPv6 alone; when off, an unspecified address takes IPv4 too:
    /// `IPV6_V6ONLY`, before bind.
    #[doc(alias = "IPV6_V6ONLY")]
    V6Only: bool, ReadWrite = IPV6_V6ONLY;
    /// How many hops a packet may take: `IPV6_UNICAST_HOPS`, 0 to 255.
    #[doc(alias = "IPV6_UNICAST_HOPS")]
    UnicastHops: Count, ReadWrite = IPV6_UNICAST_HOPS;
}
