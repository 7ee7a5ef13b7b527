//! The addresses that a type of socket speaks of.

#[cfg(linux_like)]
use berkeley_core::address::{
    AlgAddress, BluetoothAddress, CanAddress, NetlinkAddress, PacketAddress, TipcAddress,
    VsockAddress,
};
use berkeley_core::{Address, UnixAddress};
use std::io;
use std::net::SocketAddr;

/// An address as a type of socket tells it: that of its family, or any.
pub(crate) trait Spoken: Sized {
    /// What the kernel said, or nothing, where it named nobody.
    fn read(address: Option<Address>) -> io::Result<Self>;
}

impl Spoken for Option<Address> {
    fn read(address: Option<Address>) -> io::Result<Self> {
        Ok(address)
    }
}

impl Spoken for Address {
    fn read(address: Option<Address>) -> io::Result<Self> {
        address.ok_or_else(|| unexpected(None, "an address"))
    }
}

impl Spoken for SocketAddr {
    // Of all the bytes that an address may have, few are moved then.
    #[inline]
    fn read(address: Option<Address>) -> io::Result<Self> {
        let ip = address.and_then(|address| address.as_ip());
        ip.ok_or_else(|| unexpected(address, "an internet address"))
    }
}

/// Nobody is a socket without a name.
impl Spoken for UnixAddress {
    fn read(address: Option<Address>) -> io::Result<Self> {
        match address {
            None => Ok(Self::unnamed()),
            Some(Address::Unix(address)) => Ok(address),
            Some(_) => Err(unexpected(address, "a Unix address")),
        }
    }
}

/// Families whose addresses are of one type.
#[cfg(linux_like)]
macro_rules! spoken {
    ($($family:ident: $address:ty, $what:literal;)*) => { $(
        impl Spoken for $address {
            fn read(address: Option<Address>) -> io::Result<Self> {
                match address {
                    Some(Address::$family(address)) => Ok(address),
                    _ => Err(unexpected(address, $what)),
                }
            }
        }
    )* };
}
#[cfg(linux_like)]
spoken! {
    Alg: AlgAddress, "an algorithm";
    Bluetooth: BluetoothAddress, "a Bluetooth address";
    Can: CanAddress, "a CAN address";
    Netlink: NetlinkAddress, "a netlink address";
    Packet: PacketAddress, "an address of a link";
    Tipc: TipcAddress, "a TIPC address";
    Vsock: VsockAddress, "a vsock address";
}

#[cold]
fn unexpected(address: Option<Address>, wanted: &str) -> io::Error {
    let said = match address {
        Some(address) => address.to_string(),
        None => "none".to_owned(),
    };
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the system should have told {wanted}, and told {said}"),
    )
}
