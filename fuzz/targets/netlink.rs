//! Netlink: any bytes are walked and read without a panic, and what is a message and is put
//! together again is the same.
#![no_main]

use berkeley_core::netlink::generic::GenericFamily;
use berkeley_core::netlink::route::Change;
use berkeley_core::netlink::{Answer, Attributes, Messages};
use libfuzzer_sys::fuzz_target;

fn walk(attributes: Attributes<'_>, depth: usize) {
    for attribute in attributes.map_while(Result::ok) {
        let _ = (attribute.text(), attribute.u32());
        if depth > 0 {
            walk(attribute.nested(), depth - 1);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    walk(Attributes::parse(bytes), 4);
    for message in Messages::parse(bytes).map_while(Result::ok) {
        let _ = (Answer::decode(&message), Change::decode(&message));
        let _ = GenericFamily::decode(&message);
        let again = message.encode().expect("it came in a datagram");
        assert_eq!(Messages::parse(&again).next().expect("a message").expect("whole"), message);
    }
});
