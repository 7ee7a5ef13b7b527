//! Control messages: any bytes are listed, and what is listed and put together again is the same.
#![no_main]

use berkeley_core::control::{Control, Messages, SendBuffer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut again = SendBuffer::new();
    for message in Messages::parse(bytes) {
        let _ = format!("{message:?}");
        if let Control::Unknown(raw) = message {
            again.push_raw(raw.level, raw.kind, raw.payload).expect("it came in a buffer");
        }
    }
    let unknown = |bytes| {
        Messages::parse(bytes).filter_map(|message| match message {
            Control::Unknown(raw) => Some((raw.level, raw.kind, raw.payload.to_vec())),
            _ => None,
        })
    };
    assert!(unknown(bytes).eq(unknown(again.as_bytes())));
});
