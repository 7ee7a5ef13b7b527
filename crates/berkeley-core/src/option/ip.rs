//! Options of IPv4: level `IPPROTO_IP`, man 7 ip.

use super::codec::Count;
use super::options;

options! { IPPROTO_IP;
    /// How many hops a packet may take: `IP_TTL`, 1 to 255.
    #[doc(alias = "IP_TTL")]
    TimeToLive: Count, ReadWrite = IP_TTL;
}
