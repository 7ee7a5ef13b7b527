//! Netlink messages and attributes: whatever bytes come.

use berkeley_core::netlink::generic::GenericFamily;
use berkeley_core::netlink::route::Change;
use berkeley_core::netlink::{
    Answer, AttributeBuffer, Attributes, Message, MessageFlags, MessageKind, Messages, Replies,
};
use proptest::prelude::*;

/// Reads attributes and those within, as far as they go.
fn walk(attributes: &Attributes<'_>, depth: usize) {
    for attribute in attributes.clone().map_while(Result::ok) {
        let _ = (attribute.text(), attribute.u8(), attribute.u32(), attribute.u64());
        if depth > 0 {
            walk(&attribute.nested(), depth - 1);
        }
    }
}

/// Kinds of messages that are read here, and others.
fn kinds() -> impl Strategy<Value = MessageKind> {
    prop_oneof![0_u16..30, any::<u16>()].prop_map(MessageKind::from_raw)
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    // Small numbers are lengths and types that lead somewhere.
    let byte = prop_oneof![3 => Just(0), 3 => 0_u8..40, 1 => any::<u8>()];
    prop::collection::vec(byte, 0..most)
}

proptest! {
    #[test]
    fn any_bytes_are_walked_without_panic(bytes in bytes(200)) {
        walk(&Attributes::parse(&bytes), 4);
        let request = Message::new(MessageKind::NOOP, MessageFlags::DUMP, vec![]);
        let _ = Replies::to(&request).add(&bytes);
        for message in Messages::parse(&bytes).map_while(Result::ok) {
            let again = message.encode().unwrap();
            prop_assert_eq!(Messages::parse(&again).next().unwrap().unwrap(), message);
        }
    }

    #[test]
    fn any_payload_is_read_without_panic(
        kind in kinds(),
        flags: u16,
        payload in bytes(200),
    ) {
        let message = Message::new(kind, MessageFlags::from_bits_retain(flags), payload);
        let _ = (Answer::decode(&message), Change::decode(&message));
        let _ = GenericFamily::decode(&message);
    }

    #[test]
    fn attributes_are_read_as_they_were_written(
        fixed in bytes(20),
        values in prop::collection::vec((0_u16..0x4000, bytes(50)), 0..10),
    ) {
        let mut buffer = AttributeBuffer::behind(&fixed);
        for (kind, value) in &values {
            buffer.push(*kind, value).unwrap();
        }
        let read = Attributes::behind(buffer.as_bytes(), fixed.len());
        let read: Vec<_> = read.map(|a| a.map(|a| (a.kind(), a.payload().to_vec())).unwrap()).collect();
        prop_assert_eq!(read, values);
    }
}
