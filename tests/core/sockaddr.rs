//! Properties of addresses as the bytes of a `sockaddr`.

use crate::any_address::{any_address, config};
use berkeley_core::{Address, Inet6Address, Protocol};
use proptest::collection::vec;
use proptest::prelude::*;

/// The families that have types: Unix, IPv4, IPv6, netlink, packet, CAN, TIPC, Bluetooth, ALG,
/// vsock, QIPCRTR, XDP.
const TYPED: [u16; 12] = [1, 2, 10, 16, 17, 29, 30, 31, 38, 40, 42, 44];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_address_of_any_family_comes_back_from_its_bytes(
        (address, protocol) in any_address(),
    ) {
        let bytes = address.to_sockaddr();
        prop_assert_eq!(Address::from_sockaddr(&bytes, protocol), Some(address));
        let family = u16::from_ne_bytes(*bytes.first_chunk().unwrap());
        prop_assert_eq!(address.family().raw(), i32::from(family));
    }

    #[test]
    fn a_flow_label_comes_back_from_its_bytes(ip: [u8; 16], flowinfo: u32) {
        let address: Address = Inet6Address { flowinfo, ..Inet6Address::new(ip.into(), 1) }.into();
        let bytes = address.to_sockaddr();
        prop_assert_eq!(Address::from_sockaddr(&bytes, Protocol::DEFAULT), Some(address));
    }

    #[test]
    fn any_bytes_of_any_family_are_an_address_with_a_text(
        family in prop_oneof![4 => proptest::sample::select(&TYPED[..]), 1 => any::<u16>()],
        tail in vec(prop_oneof![2 => Just(0), 1 => 0_u8..8, 1 => any::<u8>()], 0..=126),
        protocol in -1..10,
    ) {
        let bytes = [&family.to_ne_bytes()[..], &tail].concat();
        let protocol = Protocol::from_raw(protocol);
        let address = Address::from_sockaddr(&bytes, protocol).expect("it has a family");
        prop_assert_eq!(address.family().raw(), i32::from(family));
        let again = address.to_sockaddr();
        prop_assert_eq!(Address::from_sockaddr(&again, protocol), Some(address));
        let read: Address = address.to_string().parse().unwrap();
        match (read, address) {
            (Address::Inet6(read), Address::Inet6(address)) => {
                prop_assert_eq!(read, Inet6Address { flowinfo: 0, ..address });
            }
            (read, address) => prop_assert_eq!(read, address),
        }
    }

    #[test]
    fn bytes_of_no_length_that_an_address_has_are_none(
        bytes in prop_oneof![vec(any::<u8>(), 0..2), vec(any::<u8>(), 129..300)],
    ) {
        prop_assert_eq!(Address::from_sockaddr(&bytes, Protocol::DEFAULT), None);
    }
}
