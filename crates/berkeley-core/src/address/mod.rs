//! Socket addresses, one family a file, and [`Address`], the sum of them.
//!
//! | text | address |
//! |---|---|
//! | `127.0.0.1:80` | IPv4 |
//! | `[2001:db8::1]:80` | IPv6 |
//! | `[fe80::1%eth0]:80`, `[fe80::1%2]:80` | IPv6 with its scope, by name or number |
//! | `:80`, `[]:80` | any interface, of IPv4 (`0.0.0.0:80`) and of IPv6 (`[::]:80`) |
//! | `<broadcast>:80` | the IPv4 broadcast address |
//! | `unix:/run/app.sock` | a Unix path |
//! | `unix:@name` | a Unix abstract name (Linux) |
//! | `unix:` | a Unix socket without a name |
//! | `netlink:PID:GROUPS` | netlink |
//! | `packet:eth0:0x0800`, `packet:eth0:0x0800:TYPE:HARDWARETYPE:02:00:00:00:00:01` | frames of an interface |
//! | `vsock:2:1024`, `vsock:2:1024:FLAGS` | a port of a virtual machine or its host |
//! | `can:can0`, `can:` | a CAN bus, every CAN bus |
//! | `isotp:can0:0x123:0x321` | an ISO-TP channel, what it receives and what it sends |
//! | `j1939:can0:NAME:PGN:ADDR` | a control unit by SAE J1939 |
//! | `tipc:name:SERVICE:INSTANCE`, `tipc:name:SERVICE:INSTANCE:DOMAIN:node` | an instance of a TIPC service |
//! | `tipc:nameseq:SERVICE:LOWER:UPPER`, `tipc:nameseq:SERVICE:LOWER:UPPER:node` | a range of them |
//! | `tipc:id:NODE:REFERENCE` | a TIPC socket |
//! | `alg:skcipher:cbc(aes)`, `alg:skcipher:cbc(aes):FEAT:MASK` | an algorithm of the kernel |
//! | `qipcrtr:NODE:PORT` | a Qualcomm processor |
//! | `xdp:eth0:QUEUE`, `xdp:eth0:QUEUE:FLAGS:FD` | a queue of an interface |
//! | `l2cap:01:23:45:67:89:AB:PSM`, `l2cap:01:23:45:67:89:AB:PSM:CID:TYPE` | a Bluetooth link |
//! | `rfcomm:01:23:45:67:89:AB:CHANNEL` | a Bluetooth serial line |
//! | `hci:0`, `hci:0:CHANNEL` | a Bluetooth controller |
//! | `sco:01:23:45:67:89:AB` | a Bluetooth device for voice |
//! | `system:ID:UNIT` | a kernel control (macOS) |
//! | `hyperv:VM:SERVICE` | a service of a virtual machine, two UUIDs (Windows) |
//! | `other:FAMILY:00FF` | anything else: the number of the family, and bytes in hexadecimal |
//!
//! Numbers are decimal, or hexadecimal after `0x`. An interface is a name or an index. A host,
//! interface, context or device that is empty is any. Fields at the end that are left out are 0, or
//! what means none.
//!
//! Parsing never asks a name server; [`resolve::first`](crate::resolve::first) does. Text that
//! begins with one of these names and a colon is read so, whatever hosts there are.
//! [`Display`](std::fmt::Display) prints what [`FromStr`](std::str::FromStr) reads, but for the flow
//! label of IPv6, which has no text.

mod error;
mod inet;
mod inet6;
mod layout;
mod other;
mod parse;
mod text;
mod to_unix;
mod unix;

#[cfg(linux_like)]
mod alg;
#[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
mod bluetooth;
#[cfg(any(linux_like, netbsd))]
mod can;
#[cfg(any(windows, test))]
mod hyperv;
#[cfg(linux_like)]
mod netlink;
#[cfg(linux_like)]
mod packet;
#[cfg(linux_like)]
mod qipcrtr;
#[cfg(any(apple, test))]
mod sys_control;
#[cfg(linux_like)]
mod tipc;
#[cfg(any(linux_like, apple))]
pub mod vsock;
#[cfg(linux_like)]
mod xdp;

#[cfg(linux_like)]
pub use alg::AlgAddress;
#[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
pub use bluetooth::{BdAddr, BdAddrType, BluetoothAddress, HciAddress};
#[cfg(any(linux_like, netbsd))]
pub use can::CanAddress;
pub use error::{AddressError, AddressParseError};
#[cfg(any(windows, test))]
pub use hyperv::{HypervAddress, Uuid};
pub use inet6::Inet6Address;
#[cfg(linux_like)]
pub use netlink::NetlinkAddress;
pub use other::OtherAddress;
#[cfg(linux_like)]
pub use packet::{PacketAddress, PacketType};
#[cfg(linux_like)]
pub use qipcrtr::QipcrtrAddress;
#[cfg(any(apple, test))]
pub use sys_control::SysControlAddress;
#[cfg(linux_like)]
pub use tipc::{TipcAddress, TipcScope};
pub use to_unix::ToUnixAddress;
pub use unix::{UnixAddress, UnixAddressError, UnixName};
#[cfg(any(linux_like, apple))]
pub use vsock::VsockAddress;
#[cfg(linux_like)]
pub use xdp::{XdpAddress, XdpFlags};

use crate::constant::{Family, Protocol};
use crate::sys::RawAddress;
use layout::Layout;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The families: a variant of [`Address`] each, for a type that says the rest of it.
macro_rules! families {
    ($( $(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])? $variant:ident($type:ty); )*) => {
        /// The address of a socket, of any family.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Address {
            $( $(#[doc = $doc])* $(#[cfg($cfg)])? $variant($type), )*
            /// A family that has no type here, or an address that its type cannot hold: its bytes
            /// as they came.
            Other(OtherAddress),
        }

        impl Address {
            /// The families that have types here.
            const TYPED: &[Family] = &[ $( $(#[cfg($cfg)])? <$type>::FAMILY, )* ];

            /// The family that this is an address of.
            #[must_use]
            pub fn family(&self) -> Family {
                match self {
                    $( $(#[cfg($cfg)])? Self::$variant(_) => <$type>::FAMILY, )*
                    Self::Other(address) => address.family(),
                }
            }

            /// As the kernel takes it.
            pub(crate) fn encode(&self) -> RawAddress {
                match self {
                    $( $(#[cfg($cfg)])? Self::$variant(address) => address.encode(), )*
                    Self::Other(address) => address.encode(),
                }
            }

            /// As the kernel gave it. `None` when it gave none: the peer of a datagram may have no
            /// address at all. What its type cannot hold is kept as [`Address::Other`].
            ///
            /// The socket's `protocol` decides where one family has several layouts.
            #[inline]
            pub(crate) fn decode(raw: &RawAddress, protocol: Protocol) -> Option<Self> {
                let family = Family::from_raw(i32::from(raw.family()?));
                let ip = match family {
                    Family::INET => Layout::decode(raw.tail(), protocol).map(Self::Inet),
                    Family::INET6 => Layout::decode(raw.tail(), protocol).map(Self::Inet6),
                    _ => None,
                };
                // By far the most frequent do without a move of all the bytes of the largest.
                ip.or_else(|| Self::decode_any(family, raw, protocol))
            }

            #[inline(never)]
            fn decode_any(family: Family, raw: &RawAddress, protocol: Protocol) -> Option<Self> {
                let typed = match family {
                    $( $(#[cfg($cfg)])?
                    <$type>::FAMILY => Layout::decode(raw.tail(), protocol).map(Self::$variant), )*
                    _ => None,
                };
                typed.or_else(|| OtherAddress::new(family, raw.tail()).map(Self::Other))
            }
        }

        impl fmt::Display for Address {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $( $(#[cfg($cfg)])? Self::$variant(address) => address.fmt(f), )*
                    Self::Other(address) => address.fmt(f),
                }
            }
        }

        $( $(#[cfg($cfg)])?
        impl From<$type> for Address {
            fn from(address: $type) -> Self {
                Self::$variant(address)
            }
        }

        $(#[cfg($cfg)])?
        impl ToAddress for $type {
            fn to_address(&self) -> io::Result<Address> {
                Ok(Address::$variant(*self))
            }
        } )*
    };
}

families! {
    /// IPv4: an address and a port.
    Inet(SocketAddrV4);
    /// IPv6: an address, a port, a flow label and a scope.
    Inet6(Inet6Address);
    /// A Unix path, an abstract name, or none.
    Unix(UnixAddress);
    /// A netlink port and groups.
    #[cfg(linux_like)]
    Netlink(NetlinkAddress);
    /// An interface and a protocol, for frames.
    #[cfg(linux_like)]
    Packet(PacketAddress);
    /// A port of a virtual machine or its host.
    #[cfg(any(linux_like, apple))]
    Vsock(VsockAddress);
    /// A CAN bus, or a channel or a control unit on it.
    #[cfg(any(linux_like, netbsd))]
    Can(CanAddress);
    /// A service or a socket in a TIPC cluster.
    #[cfg(linux_like)]
    Tipc(TipcAddress);
    /// An algorithm of the kernel.
    #[cfg(linux_like)]
    Alg(AlgAddress);
    /// A port of a Qualcomm processor.
    #[cfg(linux_like)]
    Qipcrtr(QipcrtrAddress);
    /// A queue of an interface.
    #[cfg(linux_like)]
    Xdp(XdpAddress);
    /// A Bluetooth device or controller, and a service of it.
    #[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
    Bluetooth(BluetoothAddress);
    /// A control of the kernel.
    #[cfg(apple)]
    SysControl(SysControlAddress);
    /// A service of a virtual machine of Hyper-V or of its host.
    #[cfg(windows)]
    Hyperv(HypervAddress);
}

impl Address {
    /// The address in a `sockaddr` of `bytes.len()` bytes, for code that talks to C.
    ///
    /// `protocol` is that of the socket: it decides where one family has several layouts (CAN and
    /// Bluetooth). What is too short for its family, or cannot be held by its type, is kept as
    /// [`Address::Other`]. `None` when the bytes are fewer than the two of the family, or more than
    /// the 128 of a `sockaddr_storage`.
    #[doc(alias = "sockaddr")]
    #[must_use]
    pub fn from_sockaddr(bytes: &[u8], protocol: Protocol) -> Option<Self> {
        Self::decode(&RawAddress::from_bytes(bytes)?, protocol)
    }

    /// The bytes of this address as a `sockaddr` of the platform, for code that talks to C.
    ///
    /// ```
    /// use berkeley_core::{Address, Protocol};
    ///
    /// let address: Address = "[::1]:80".parse().unwrap();
    /// let bytes = address.to_sockaddr();
    /// assert_eq!(bytes.len(), 28); // sizeof(struct sockaddr_in6)
    /// assert_eq!(Address::from_sockaddr(&bytes, Protocol::DEFAULT), Some(address));
    /// ```
    #[doc(alias = "sockaddr")]
    #[must_use]
    pub fn to_sockaddr(&self) -> Vec<u8> {
        self.encode().as_bytes().to_vec()
    }

    /// The IP address and port, for the two internet families.
    #[must_use]
    #[inline]
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

    /// The port, for the two internet families.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.as_ip().map(|address| address.port())
    }

    /// Whether a socket of `family` can do something with this address, as far as is known here:
    /// the kernel knows more of families that have no types, and of those that use the addresses
    /// of others (RDS, divert).
    pub(crate) fn suits(&self, family: Family) -> bool {
        let own = self.family();
        own == family || !Self::TYPED.contains(&family) || !Self::TYPED.contains(&own)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<OtherAddress> for Address {
    fn from(address: OtherAddress) -> Self {
        Self::Other(address)
    }
}

#[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
impl From<HciAddress> for Address {
    fn from(address: HciAddress) -> Self {
        Self::Bluetooth(address.into())
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

/// What is an address already, beside the types of the families.
macro_rules! is_address {
    ($($type:ty),* $(,)?) => { $(
        impl ToAddress for $type {
            fn to_address(&self) -> io::Result<Address> {
                Ok((*self).into())
            }
        }
    )* };
}

is_address!(Address, OtherAddress, SocketAddr, SocketAddrV6, (IpAddr, u16));
#[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
is_address!(HciAddress);

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

/// A number of the kernel's as a newtype that takes every value, with a constant for each that has
/// a name.
#[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
macro_rules! open_number {
    (
        $(#[doc = $type_doc:literal])*
        pub struct $type:ident($raw:ty);
        $( $(#[doc = $doc:literal])* $name:ident = $value:expr; )*
    ) => {
        $(#[doc = $type_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($raw);

        impl $type {
            $( $(#[doc = $doc])* pub const $name: Self = Self($value); )*

            /// The value with this number, known here or not.
            #[must_use]
            pub const fn from_raw(raw: $raw) -> Self {
                Self(raw)
            }

            /// The number.
            #[must_use]
            pub const fn raw(self) -> $raw {
                self.0
            }
        }
    };
}
#[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
use open_number;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_never_trusts_a_length() {
        let unknown = [Family::UNSPEC, Family::from_raw(99), Family::from_raw(255)];
        for family in Address::TYPED.iter().chain(&unknown) {
            // The protocols and the bytes that decide between layouts, and some more.
            for (protocol, byte) in (0..10).flat_map(|p| [0, 1, 2, 3, 0xAB].map(|byte| (p, byte))) {
                let protocol = Protocol::from_raw(protocol);
                for len in 0..=OtherAddress::CAPACITY {
                    let raw = RawAddress::new(layout::family_field(*family), &vec![byte; len]);
                    let address = Address::decode(&raw, protocol).expect("it has a family");
                    assert_eq!(address.family(), *family);
                    assert_eq!(Address::decode(&address.encode(), protocol), Some(address));
                }
            }
        }
    }

    #[test]
    fn an_unknown_family_keeps_its_bytes_both_ways() {
        let raw = RawAddress::new(99, &[1, 2, 3]);
        let address = Address::decode(&raw, Protocol::DEFAULT).unwrap();
        assert_eq!(address.to_string(), "other:99:010203");
        assert_eq!(address.encode().tail(), &[1, 2, 3]);
    }

    #[test]
    fn addresses_stay_small() {
        assert!(size_of::<Address>() <= 136, "{}", size_of::<Address>());
    }
}
