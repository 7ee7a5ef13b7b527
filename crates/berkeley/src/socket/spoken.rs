//! The addresses that a type of socket speaks of.

#[cfg(linux_like)]
use berkeley_core::address::PacketAddress;
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
    fn read(address: Option<Address>) -> io::Result<Self> {
        let ip = address.and_then(|address| address.as_ip());
        ip.ok_or_else(|| unexpected(address, "an internet address"))
    }
}

#[cfg(linux_like)]
impl Spoken for PacketAddress {
    fn read(address: Option<Address>) -> io::Result<Self> {
        match address {
            Some(Address::Packet(address)) => Ok(address),
            _ => Err(unexpected(address, "an address of a link")),
        }
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
