//! Which messages raw sockets of ICMP receive: level `SOL_RAW` for IPv4 (man 7 raw), level
//! `SOL_ICMPV6` for IPv6 (RFC 3542, section 3.2). Linux.

use super::codec::{Decode, Encode, invalid_data};
use super::options;
use std::io;

options! { SOL_RAW;
    /// Which messages are not received: `ICMP_FILTER`, Linux. Types over 31 always are.
    #[doc(alias = "ICMP_FILTER")]
    Filter: TypeSet<1>, ReadWrite = ICMP_FILTER;
}

options! { SOL_ICMPV6;
    /// Which messages are not received: `ICMPV6_FILTER`, Linux, elsewhere called `ICMP6_FILTER`.
    #[doc(alias = "ICMPV6_FILTER")]
    #[doc(alias = "ICMP6_FILTER")]
    Filter6: TypeSet<8>, ReadWrite = ICMPV6_FILTER;
}

/// A set of message types, in `N` words of 32: those that are not received.
///
/// ```
/// # use berkeley_core::option::icmp::TypeSet;
/// let echo_replies_alone = TypeSet::<8>::ALL.without(129);
/// assert!(!echo_replies_alone.contains(129) && echo_replies_alone.contains(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeSet<const N: usize>([u32; N]);

impl<const N: usize> TypeSet<N> {
    /// No type: everything is received.
    pub const NONE: Self = Self([0; N]);
    /// Every type: nothing is received.
    pub const ALL: Self = Self([u32::MAX; N]);

    /// The set with this type too. A type that the option has no room for changes nothing.
    #[must_use]
    pub fn with(mut self, message_type: u8) -> Self {
        if let Some((word, bit)) = self.find(message_type) {
            *word |= bit;
        }
        self
    }

    /// The set without this type. A type that the option has no room for changes nothing.
    #[must_use]
    pub fn without(mut self, message_type: u8) -> Self {
        if let Some((word, bit)) = self.find(message_type) {
            *word &= !bit;
        }
        self
    }

    /// Whether this type is in the set.
    #[must_use]
    pub fn contains(mut self, message_type: u8) -> bool {
        self.find(message_type).is_some_and(|(word, bit)| *word & bit != 0)
    }

    fn find(&mut self, message_type: u8) -> Option<(&mut u32, u32)> {
        let word = self.0.get_mut(usize::from(message_type / 32))?;
        Some((word, 1 << (message_type % 32)))
    }
}

impl<const N: usize> Encode<'_> for TypeSet<N> {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        Ok(value.0.iter().flat_map(|word| word.to_ne_bytes()).collect())
    }
}

impl<const N: usize> Decode for TypeSet<N> {
    type Value = Self;
    const ROOM: usize = N * 4;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut set = Self::NONE;
        if bytes.len() != Self::ROOM {
            return Err(invalid_data(bytes, "a filter of ICMP"));
        }
        for (word, bytes) in set.0.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *word = u32::from_ne_bytes(*bytes);
        }
        Ok(set)
    }
}
