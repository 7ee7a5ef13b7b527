//! Flags of name lookups, and the codes of their errors.

use super::open_constants;
use crate::sys::{c, names};

bitflags::bitflags! {
    /// What a lookup of names asks for: `AI_*`, man 3 getaddrinfo. Bits without a name here are
    /// kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct AddrInfoFlags: i32 {
        /// Addresses to bind, the unspecified one where no host is given: `AI_PASSIVE`.
        const PASSIVE = c::AI_PASSIVE;
        /// Also the canonical name of the host: `AI_CANONNAME`.
        const CANONNAME = c::AI_CANONNAME;
        /// The host is a numeric address; no name server is asked: `AI_NUMERICHOST`.
        const NUMERICHOST = c::AI_NUMERICHOST;
        /// The service is a port number; no name is looked up: `AI_NUMERICSERV`.
        const NUMERICSERV = c::AI_NUMERICSERV;
        /// With [`V4MAPPED`](Self::V4MAPPED), IPv4 addresses though there are ones of IPv6:
        /// `AI_ALL`.
        #[cfg(not(any(netbsd, openbsd)))]
        const ALL = c::AI_ALL;
        /// Only families of which this host has an address: `AI_ADDRCONFIG`.
        const ADDRCONFIG = c::AI_ADDRCONFIG;
        /// IPv4 addresses as mapped ones of IPv6 where there are none of IPv6: `AI_V4MAPPED`.
        #[cfg(not(any(netbsd, openbsd)))]
        const V4MAPPED = c::AI_V4MAPPED;
        /// [`V4MAPPED`](Self::V4MAPPED) where the kernel takes mapped addresses:
        /// `AI_V4MAPPED_CFG`.
        #[cfg(any(android, apple, freebsd, dragonfly))]
        const V4MAPPED_CFG = c::AI_V4MAPPED_CFG;
        /// What is asked without hints: `AI_DEFAULT`.
        #[cfg(any(android, apple, freebsd, dragonfly))]
        const DEFAULT = c::AI_DEFAULT;
        /// All that the system knows: `AI_MASK`.
        #[cfg(any(android, apple, bsd))]
        const MASK = c::AI_MASK;

        const _ = !0;
    }
}

bitflags::bitflags! {
    /// How an address becomes names: `NI_*`, man 3 getnameinfo. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct NameInfoFlags: i32 {
        /// Only the first part of the name of a local host: `NI_NOFQDN`.
        const NOFQDN = c::NI_NOFQDN;
        /// The address as numbers; no name server is asked: `NI_NUMERICHOST`.
        const NUMERICHOST = c::NI_NUMERICHOST;
        /// A host without a name is an error: `NI_NAMEREQD`.
        const NAMEREQD = c::NI_NAMEREQD;
        /// The port as a number: `NI_NUMERICSERV`.
        const NUMERICSERV = c::NI_NUMERICSERV;
        /// The service is one of datagrams: `NI_DGRAM`.
        const DGRAM = c::NI_DGRAM;
        /// Names out of their encoding for name servers, into that of the locale: `NI_IDN`.
        #[cfg(linux)]
        const IDN = c::NI_IDN;

        const _ = !0;
    }
}

impl EaiCode {
    /// What the C library calls it, in the words of its language: gai_strerror(3).
    #[must_use]
    pub fn text(self) -> String {
        names::eai_text(self.raw())
    }
}

open_constants! {
    /// Why a lookup failed: `EAI_*`, man 3 getaddrinfo and man 3 gai_strerror.
    pub struct EaiCode(i32);

    /// The host has no address of the family asked: `EAI_ADDRFAMILY`.
    #[cfg(not(windows))]
    ADDRFAMILY = c::EAI_ADDRFAMILY;
    /// The name server failed for now; try again later: `EAI_AGAIN`.
    AGAIN = c::EAI_AGAIN;
    /// A flag is wrong: `EAI_BADFLAGS`.
    BADFLAGS = c::EAI_BADFLAGS;
    /// The name server failed for good: `EAI_FAIL`.
    FAIL = c::EAI_FAIL;
    /// The family is not supported: `EAI_FAMILY`.
    FAMILY = c::EAI_FAMILY;
    /// There is no memory: `EAI_MEMORY`.
    MEMORY = c::EAI_MEMORY;
    /// There is no such host, or no such service: `EAI_NONAME`.
    NONAME = c::EAI_NONAME;
    /// The host exists and has no address: `EAI_NODATA`.
    #[cfg(not(windows))]
    NODATA = c::EAI_NODATA;
    /// A buffer is too small: `EAI_OVERFLOW`.
    #[cfg(not(windows))]
    OVERFLOW = c::EAI_OVERFLOW;
    /// The kind of socket does not have the service: `EAI_SERVICE`.
    SERVICE = c::EAI_SERVICE;
    /// The kind of socket is not supported: `EAI_SOCKTYPE`.
    SOCKTYPE = c::EAI_SOCKTYPE;
    /// The system call failed that errno tells of: `EAI_SYSTEM`.
    #[cfg(not(windows))]
    SYSTEM = c::EAI_SYSTEM;
    /// The hints are wrong: `EAI_BADHINTS`.
    #[cfg(any(android, apple, bsd))]
    BADHINTS = c::EAI_BADHINTS;
    /// The protocol is not known: `EAI_PROTOCOL`.
    #[cfg(any(android, apple, bsd))]
    PROTOCOL = c::EAI_PROTOCOL;
}
