//! Socket addresses, one family a file, and [`Address`], the sum of them.
//!
//! | text | address |
//! |---|---|
//! | `127.0.0.1:80` | IPv4 |
//! | `[2001:db8::1]:80` | IPv6 |
//! | `[fe80::1%eth0]:80`, `[fe80::1%2]:80` | IPv6 with its scope, by name or number |
//! | `:80` | any IPv4 interface (`0.0.0.0:80`) |
//! | `<broadcast>:80` | the IPv4 broadcast address |
//! | `unix:/run/app.sock` | a Unix path |
//! | `unix:@name` | a Unix abstract name (Linux) |
//! | `unix:` | a Unix socket without a name |
//!
//! Text is numeric: parsing never asks a name server. [`Display`](std::fmt::Display) prints what
//! [`FromStr`](std::str::FromStr) reads, but for the flow label of IPv6, which has no text, and
//! for [`Address::Other`].

mod inet;
mod inet6;
mod parse;
mod unix;

pub use inet6::Inet6Address;
pub use parse::AddressParseError;
pub use unix::{UnixAddress, UnixAddressError, UnixName};

use crate::constant::{Family, Protocol};
use crate::sys::RawAddress;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The address of a socket, of any family.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Address {
    /// IPv4: an address and a port.
    Inet(SocketAddrV4),
    /// IPv6: an address, a port, a flow label and a scope.
    Inet6(Inet6Address),
    /// A Unix path, an abstract name, or none.
    Unix(UnixAddress),
    /// A family that has no type here, its bytes kept as they came.
    Other(OtherAddress),
}

/// The address of a family that has no type of its own here: its bytes after the family field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherAddress {
    family: u16,
    len: u8,
    bytes: [u8; OtherAddress::CAPACITY],
}

impl OtherAddress {
    const CAPACITY: usize = 126;

    /// The address of `family` whose bytes after the family field are `bytes`; `None` when they
    /// are more than the 126 that a `sockaddr_storage` holds.
    #[must_use]
    pub fn new(family: Family, bytes: &[u8]) -> Option<Self> {
        let family = u16::try_from(family.raw()).ok()?;
        let mut other = Self { family, len: 0, bytes: [0; Self::CAPACITY] };
        other.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        other.len = u8::try_from(bytes.len()).ok()?;
        Some(other)
    }

    /// The bytes after the family field.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl Address {
    /// The family that sockets using this address have.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Inet(_) => Family::INET,
            Self::Inet6(_) => Family::INET6,
            Self::Unix(_) => Family::UNIX,
            Self::Other(other) => Family::from_raw(i32::from(other.family)),
        }
    }

    /// The IP address and port, for the two internet families.
    #[must_use]
    pub fn as_ip(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(address) => Some(SocketAddr::V4(*address)),
            Self::Inet6(address) => Some(SocketAddr::V6(SocketAddrV6::from(*address))),
            _ => None,
        }
    }

    /// The Unix address, for that family.
    #[must_use]
    pub fn as_unix(&self) -> Option<&UnixAddress> {
        match self {
            Self::Unix(address) => Some(address),
            _ => None,
        }
    }

    /// The port, for the families that have one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.as_ip().map(|address| address.port())
    }

    /// As the kernel takes it.
    pub(crate) fn encode(&self) -> RawAddress {
        match self {
            Self::Inet(address) => inet::encode(*address),
            Self::Inet6(address) => address.encode(),
            Self::Unix(address) => address.encode(),
            Self::Other(other) => RawAddress::new(other.family, other.bytes()),
        }
    }

    /// As the kernel gave it. `None` when it gave none: the peer of a datagram may have no
    /// address at all. What is too short for its family is kept as [`Address::Other`].
    ///
    /// The socket's `protocol` decides where one family has several layouts.
    pub(crate) fn decode(raw: &RawAddress, _protocol: Protocol) -> Option<Self> {
        let family = Family::from_raw(i32::from(raw.family()?));
        let known = match family {
            Family::INET => inet::decode(raw.tail()).map(Self::Inet),
            Family::INET6 => Inet6Address::decode(raw.tail()).map(Self::Inet6),
            Family::UNIX => Some(Self::Unix(UnixAddress::decode(raw.tail()))),
            _ => None,
        };
        known.or_else(|| OtherAddress::new(family, raw.tail()).map(Self::Other))
    }
}

/// The family's number as an address holds it.
const fn family_field(family: Family) -> u16 {
    let [low, high, ..] = family.raw().to_le_bytes();
    u16::from_le_bytes([low, high])
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(address) => address.fmt(f),
            Self::Inet6(address) => address.fmt(f),
            Self::Unix(address) => address.fmt(f),
            Self::Other(other) => {
                write!(f, "{:?}:", self.family())?;
                other.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for OtherAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Address::Other(*self), f)
    }
}

impl From<SocketAddrV4> for Address {
    fn from(address: SocketAddrV4) -> Self {
        Self::Inet(address)
    }
}

impl From<SocketAddrV6> for Address {
    fn from(address: SocketAddrV6) -> Self {
        Self::Inet6(address.into())
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(v4) => v4.into(),
            SocketAddr::V6(v6) => v6.into(),
        }
    }
}

impl From<(IpAddr, u16)> for Address {
    fn from(address: (IpAddr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<Inet6Address> for Address {
    fn from(address: Inet6Address) -> Self {
        Self::Inet6(address)
    }
}

impl From<UnixAddress> for Address {
    fn from(address: UnixAddress) -> Self {
        Self::Unix(address)
    }
}

/// What can be used as an address: an [`Address`], a type of one family, or its text.
///
/// Text that does not parse is an `InvalidInput` error that says what would.
pub trait ToAddress {
    /// The address.
    ///
    /// # Errors
    /// `InvalidInput` when this is text and no address.
    fn to_address(&self) -> io::Result<Address>;
}

impl<A: ToAddress + ?Sized> ToAddress for &A {
    fn to_address(&self) -> io::Result<Address> {
        (**self).to_address()
    }
}

/// What is an address already.
macro_rules! is_address {
    ($($type:ty),* $(,)?) => { $(
        impl ToAddress for $type {
            fn to_address(&self) -> io::Result<Address> {
                Ok((*self).into())
            }
        }
    )* };
}

is_address!(
    Address,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    Inet6Address,
    UnixAddress,
);

impl ToAddress for str {
    fn to_address(&self) -> io::Result<Address> {
        Ok(self.parse::<Address>()?)
    }
}

impl ToAddress for String {
    fn to_address(&self) -> io::Result<Address> {
        self.as_str().to_address()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_never_trusts_a_length() {
        for family in [Family::INET, Family::INET6, Family::UNIX, Family::from_raw(99)] {
            for len in 0..=OtherAddress::CAPACITY {
                let raw = RawAddress::new(family_field(family), &vec![0xAB; len]);
                let address = Address::decode(&raw, Protocol::DEFAULT).expect("it has a family");
                assert_eq!(address.family(), family);
            }
        }
    }

    #[test]
    fn an_unknown_family_keeps_its_bytes_both_ways() {
        let raw = RawAddress::new(99, &[1, 2, 3]);
        let address = Address::decode(&raw, Protocol::DEFAULT).unwrap();
        assert_eq!(address.to_string(), "Family(99):010203");
        assert_eq!(address.encode().tail(), &[1, 2, 3]);
        assert_eq!(OtherAddress::new(Family::INET, &[0; 127]), None);
    }
}
