//! IP addresses and interfaces.

use super::{Decode, Encode, invalid_data, invalid_input};
use crate::address::Address;
use crate::constant::Protocol;
use crate::interface::Interface;
use crate::sys::c;
use std::io;
use std::mem::size_of;
#[cfg(any(linux_like, apple, freebsd))]
use std::net::IpAddr;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The bytes of a `sockaddr_storage`.
#[cfg(any(linux_like, apple, freebsd))]
pub(in crate::option) const STORAGE: usize = size_of::<c::sockaddr_storage>();

/// An IP address without a port, as a `sockaddr_storage`.
#[cfg(any(linux_like, apple, freebsd))]
pub(in crate::option) fn storage(ip: IpAddr) -> [u8; STORAGE] {
    let address = Address::from((ip, 0)).encode();
    let mut storage = [0; STORAGE];
    storage[..address.as_bytes().len()].copy_from_slice(address.as_bytes());
    storage
}

/// A `sockaddr_in` or `sockaddr_in6`.
pub(in crate::option) fn decode_ip(bytes: &[u8]) -> Option<SocketAddr> {
    Address::from_sockaddr(bytes, Protocol::DEFAULT)?.as_ip()
}

/// `struct sockaddr_in`.
impl Decode for SocketAddrV4 {
    type Value = Self;
    const ROOM: usize = size_of::<c::sockaddr_in>();

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        match decode_ip(bytes) {
            Some(SocketAddr::V4(address)) => Ok(address),
            _ => Err(invalid_data(bytes, "an address of IPv4")),
        }
    }
}

/// `struct sockaddr_in6`.
impl Decode for SocketAddrV6 {
    type Value = Self;
    const ROOM: usize = size_of::<c::sockaddr_in6>();

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        match decode_ip(bytes) {
            Some(SocketAddr::V6(address)) => Ok(address),
            _ => Err(invalid_data(bytes, "an address of IPv6")),
        }
    }
}

/// `struct in_addr`.
impl Decode for Ipv4Addr {
    type Value = Self;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let octets = bytes.first_chunk::<4>();
        octets.map(|octets| Self::from(*octets)).ok_or_else(|| invalid_data(bytes, "an address"))
    }
}

/// The index of an interface, an int to the kernel; 0 is none.
impl Encode<'_> for Interface {
    type Value = Self;
    type Bytes = [u8; 4];

    fn encode(value: Self) -> io::Result<[u8; 4]> {
        let index = i32::try_from(value.index());
        let index = index.map_err(|_| invalid_input(format!("{value:?} is past every index")))?;
        Ok(index.to_ne_bytes())
    }
}

/// The index of an interface, an int to the kernel; 0 is none.
impl Decode for Interface {
    type Value = Self;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        Ok(Self::from_index(u32::decode(bytes)?))
    }
}

/// The index of an interface as an int in network byte order; 0 is none.
#[derive(Debug)]
pub enum InterfaceBigEndian {}

impl Encode<'_> for InterfaceBigEndian {
    type Value = Interface;
    type Bytes = [u8; 4];

    fn encode(value: Interface) -> io::Result<[u8; 4]> {
        Ok(u32::from_ne_bytes(Interface::encode(value)?).to_be_bytes())
    }
}

impl Decode for InterfaceBigEndian {
    type Value = Interface;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<Interface> {
        Ok(Interface::from_index(u32::from_be(u32::decode(bytes)?)))
    }
}
