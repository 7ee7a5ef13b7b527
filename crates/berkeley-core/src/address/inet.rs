//! IPv4 addresses: man 7 ip.

use super::layout::{Layout, field};
use crate::constant::{Family, Protocol};
use crate::sys::RawAddress;
use std::net::SocketAddrV4;

impl Layout for SocketAddrV4 {
    const FAMILY: Family = Family::INET;

    /// `sockaddr_in` after its family: port, address, eight zeros.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 14];
        tail[..2].copy_from_slice(&self.port().to_be_bytes());
        tail[2..6].copy_from_slice(&self.ip().octets());
        Self::raw(&tail)
    }

    #[inline]
    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let port = u16::from_be_bytes(field(tail, 0)?);
        Some(Self::new(field::<4>(tail, 2)?.into(), port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let address: SocketAddrV4 = "192.0.2.7:8080".parse().unwrap();
        let raw = address.encode();
        assert_eq!(SocketAddrV4::decode(raw.tail(), Protocol::DEFAULT), Some(address));
    }
}
