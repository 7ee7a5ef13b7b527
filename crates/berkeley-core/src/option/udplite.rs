//! Options of UDP-Lite: man 7 udplite, RFC 3828. Linux (before it was removed there) and FreeBSD.

use super::codec::{Decode, Encode, invalid_data, invalid_input};
use super::options;
use std::io;

options! { IPPROTO_UDPLITE;
    /// How much of what is sent the checksum covers: `UDPLITE_SEND_CSCOV`.
    #[doc(alias = "UDPLITE_SEND_CSCOV")]
    SendCoverage: Coverage, ReadWrite = UDPLITE_SEND_CSCOV;
    /// How much of it the checksum must cover for a datagram to be received: `UDPLITE_RECV_CSCOV`.
    #[doc(alias = "UDPLITE_RECV_CSCOV")]
    ReceiveCoverage: Coverage, ReadWrite = UDPLITE_RECV_CSCOV;
}

/// Bytes from the start of the datagram, header and all: 8 to 65,535, or 0 for the whole of it.
#[derive(Debug)]
pub enum Coverage {}

impl Encode<'_> for Coverage {
    type Value = u16;
    type Bytes = [u8; 4];

    fn encode(value: u16) -> io::Result<[u8; 4]> {
        // The kernel would silently take 8 for these.
        if (1..8).contains(&value) {
            let message = format!("{value} is less than the header: cover 8 bytes or more, or 0");
            return Err(invalid_input(message));
        }
        Ok(i32::from(value).to_ne_bytes())
    }
}

impl Decode for Coverage {
    type Value = u16;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<u16> {
        u16::try_from(u32::decode(bytes)?).map_err(|_| invalid_data(bytes, "a coverage"))
    }
}
