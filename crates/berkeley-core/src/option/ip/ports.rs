//! Which ports the kernel may choose from: Linux.

use crate::option::codec::{Decode, Encode};
use std::io;

/// The first and the last port that the kernel may choose, an int to the kernel. Each that is
/// `None` is as the system has it (net.ipv4.ip_local_port_range), which a port outside of it is too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortRange {
    /// The first.
    pub first: Option<u16>,
    /// The last.
    pub last: Option<u16>,
}

impl Encode<'_> for PortRange {
    type Value = Self;
    type Bytes = [u8; 4];

    fn encode(value: Self) -> io::Result<[u8; 4]> {
        let [first, last] = [value.first, value.last].map(|port| u32::from(port.unwrap_or(0)));
        Ok((first | last << 16).to_ne_bytes())
    }
}

impl Decode for PortRange {
    type Value = Self;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let [a, b, c, d] = u32::decode(bytes)?.to_le_bytes();
        let [first, last] = [[a, b], [c, d]].map(u16::from_le_bytes);
        let port = |port| (port != 0).then_some(port);
        Ok(Self { first: port(first), last: port(last) })
    }
}
