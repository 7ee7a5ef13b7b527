//! Addresses: any bytes decode, what decodes encodes, and text of an address is one again.
#![no_main]

use berkeley_core::{Address, Family, Protocol};
use libfuzzer_sys::fuzz_target;

/// The families whose layouts this platform has, so that the first byte finds them soon.
const FAMILIES: [Family; 14] = [
    Family::INET,
    Family::INET6,
    Family::UNIX,
    Family::NETLINK,
    Family::PACKET,
    Family::CAN,
    Family::TIPC,
    Family::VSOCK,
    Family::ALG,
    Family::QIPCRTR,
    Family::RDS,
    Family::BLUETOOTH,
    Family::from_raw(44), // AF_XDP
    Family::from_raw(99),
];

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (family, protocol, tail) = input;
    let family = FAMILIES[usize::from(family) % FAMILIES.len()];
    let number = u16::try_from(family.raw()).expect("families are small");
    let protocol = Protocol::from_raw(i32::from(protocol % 8));
    let bytes = [&number.to_ne_bytes()[..], tail].concat();
    let Some(address) = Address::from_sockaddr(&bytes, protocol) else {
        assert!(bytes.len() > 128);
        return;
    };
    assert_eq!(address.family(), family);
    let again = Address::from_sockaddr(&address.to_sockaddr(), protocol);
    assert_eq!(again, Some(address), "what was encoded decodes to the same");
    let text = address.to_string();
    let _ = format!("{address:?}");
    if let Ok(parsed) = text.parse::<Address>() {
        assert_eq!(parsed.to_string(), text);
    }
});
