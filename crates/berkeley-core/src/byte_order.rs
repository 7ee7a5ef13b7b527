//! Byte orders: of this machine (host order) and of the internet (big-endian, network order).
//!
//! The names of C for what [`u16::to_be`] and its kin do; on a big-endian machine all of them
//! change nothing. A number has the range of its type: to convert a larger one, `try_from` comes
//! first and reports what does not fit. Ports in an [`Address`](crate::Address) are in host order.
//!
//! ```
//! use berkeley_core::byte_order::{htons, ntohs};
//!
//! assert_eq!(htons(80).to_ne_bytes(), [0, 80]);
//! assert_eq!(ntohs(htons(80)), 80);
//! assert!(u16::try_from(65_536).is_err());
//! ```

/// 16 bits of host order in network order.
#[must_use]
pub const fn htons(host: u16) -> u16 {
    host.to_be()
}

/// 32 bits of host order in network order.
#[must_use]
pub const fn htonl(host: u32) -> u32 {
    host.to_be()
}

/// 16 bits of network order in host order.
#[must_use]
pub const fn ntohs(network: u16) -> u16 {
    u16::from_be(network)
}

/// 32 bits of network order in host order.
#[must_use]
pub const fn ntohl(network: u32) -> u32 {
    u32::from_be(network)
}
