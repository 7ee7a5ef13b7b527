//! IPv4 addresses: man 7 ip.

use super::{Family, RawAddress, family_field};
use std::net::{Ipv4Addr, SocketAddrV4};

/// `sockaddr_in` after its family: port, address, eight zeros.
pub(super) fn encode(address: SocketAddrV4) -> RawAddress {
    let mut tail = [0; 14];
    tail[..2].copy_from_slice(&address.port().to_be_bytes());
    tail[2..6].copy_from_slice(&address.ip().octets());
    RawAddress::new(family_field(Family::INET), &tail)
}

pub(super) fn decode(tail: &[u8]) -> Option<SocketAddrV4> {
    let (port, rest) = tail.split_first_chunk::<2>()?;
    let (ip, _) = rest.split_first_chunk::<4>()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(*ip), u16::from_be_bytes(*port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let address = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 7), 8080);
        assert_eq!(decode(encode(address).tail()), Some(address));
    }
}
