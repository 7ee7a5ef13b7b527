//! Keys of the authentication option (RFC 5925): Linux 6.7, linux/tcp.h.

use crate::interface::Interface;
use crate::layout::Fields;
use crate::option::codec::{Decode, Encode, Text, invalid_data, invalid_input, storage};
use std::io;
use std::net::IpAddr;

/// The longest key, in bytes: `TCP_AO_MAXKEYLEN`.
const MAX_KEY: usize = 80;

/// The room for the name of an algorithm, its NUL included.
const ALGORITHM: usize = 64;

/// Which peers a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AoPeers {
    /// The peer, or the network of the peers. (The port does not count.)
    pub address: IpAddr,
    /// How many bits of the address are the network: 32 or 128 for one peer.
    pub prefix: u8,
    /// The interface (of a VRF) by which the peers come: `TCP_AO_KEYF_IFINDEX`.
    pub interface: Option<Interface>,
}

impl AoPeers {
    /// `TCP_AO_KEYF_IFINDEX`, or nothing.
    const fn flag(self) -> u8 {
        if self.interface.is_some() { 1 } else { 0 }
    }
}

/// A key to add: `struct tcp_ao_add`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AoKey<'v> {
    /// The peers.
    pub peers: AoPeers,
    /// The algorithm: `hmac(sha1)`, `cmac(aes128)`, …
    pub algorithm: &'v str,
    /// The key, 80 bytes at most.
    pub key: &'v [u8],
    /// The number that segments sent with the key carry.
    pub send_id: u8,
    /// The number that segments received with the key carry.
    pub receive_id: u8,
    /// How many bytes of the code go into segments; 0 for the 12 that are usual.
    pub code_len: u8,
    /// Whether segments are sent with this key from now on.
    pub set_current: bool,
    /// Whether the peer is asked to send with this key from now on.
    pub set_next: bool,
    /// Whether other options of TCP stay out of the code: `TCP_AO_KEYF_EXCLUDE_OPT`.
    pub exclude_options: bool,
}

/// A key to take away: `struct tcp_ao_del`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AoKeyRemoval {
    /// The peers, as the key was added.
    pub peers: AoPeers,
    /// The number that segments sent with the key carry.
    pub send_id: u8,
    /// The number that segments received with the key carry.
    pub receive_id: u8,
    /// The number of the key to send with from now on.
    pub current: Option<u8>,
    /// The number of the key to ask the peer for from now on.
    pub next: Option<u8>,
    /// Whether a listener need not wait until the key is not in use.
    pub asynchronous: bool,
}

/// How the option is used: `struct tcp_ao_info_opt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AoState {
    /// The number of the key that segments are sent with; `None` leaves it when it is set.
    pub current: Option<u8>,
    /// The number of the key that the peer is asked for; `None` leaves it when it is set.
    pub next: Option<u8>,
    /// Whether connections without the option are refused.
    pub required: bool,
    /// Whether ICMP errors are believed.
    pub accept_icmp: bool,
    /// What was counted; `None` leaves the counts when it is set.
    pub counts: Option<AoCounts>,
}

/// How many segments came so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AoCounts {
    /// With a code that is right.
    pub good: u64,
    /// With a code that is wrong.
    pub bad: u64,
    /// With a key that is not known.
    pub key_not_found: u64,
    /// Without the option, though it is required.
    pub required: u64,
    /// As ICMP errors that were dropped.
    pub dropped_icmp: u64,
}

/// A [`AoKey`].
#[derive(Debug)]
pub enum Ao {}

/// A bit-field of C: the first bit is the lowest where bytes are little-endian.
fn bits(bits: &[bool]) -> [u8; 4] {
    let bit = |n: usize| if cfg!(target_endian = "little") { 1 << n } else { 1 << (31 - n) };
    let set = bits.iter().enumerate().filter(|(_, set)| **set);
    set.fold(0_u32, |word, (n, _)| word | bit(n)).to_ne_bytes()
}

fn bit(word: u32, n: u32) -> bool {
    let n = if cfg!(target_endian = "little") { n } else { 31 - n };
    word >> n & 1 == 1
}

impl<'v> Encode<'v> for Ao {
    type Value = AoKey<'v>;
    type Bytes = Vec<u8>;

    fn encode(value: AoKey<'v>) -> io::Result<Vec<u8>> {
        let len = u8::try_from(value.key.len()).ok().filter(|_| value.key.len() <= MAX_KEY);
        let too_long =
            || invalid_input(format!("{} bytes are more than {MAX_KEY}", value.key.len()));
        let len = len.ok_or_else(too_long)?;
        let mut algorithm = Text::<ALGORITHM>::encode(value.algorithm)?.to_vec();
        algorithm.resize(ALGORITHM, 0);
        let mut key = value.key.to_vec();
        key.resize(MAX_KEY, 0);
        let interface = value.peers.interface.unwrap_or(Interface::ANY);
        let flags = value.peers.flag() | u8::from(value.exclude_options) << 1;
        Ok([
            &storage(value.peers.address)[..],
            &algorithm,
            &Interface::encode(interface)?,
            &bits(&[value.set_current, value.set_next]),
            &[0, 0, value.peers.prefix, value.send_id, value.receive_id, value.code_len],
            &[flags, len],
            &key,
        ]
        .concat())
    }
}

impl Encode<'_> for AoKeyRemoval {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        let interface = value.peers.interface.unwrap_or(Interface::ANY);
        Ok([
            &storage(value.peers.address)[..],
            &Interface::encode(interface)?,
            &bits(&[value.current.is_some(), value.next.is_some(), value.asynchronous]),
            &[0, 0, value.peers.prefix, value.send_id, value.receive_id],
            &[value.current.unwrap_or(0), value.next.unwrap_or(0), value.peers.flag()],
        ]
        .concat())
    }
}

impl Encode<'_> for AoState {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        let counts = value.counts.unwrap_or_default();
        let flags = bits(&[
            value.current.is_some(),
            value.next.is_some(),
            value.required,
            value.counts.is_some(),
            value.accept_icmp,
        ]);
        Ok([
            &flags[..],
            &[0, 0, value.current.unwrap_or(0), value.next.unwrap_or(0)],
            &counts.good.to_ne_bytes(),
            &counts.bad.to_ne_bytes(),
            &counts.key_not_found.to_ne_bytes(),
            &counts.required.to_ne_bytes(),
            &counts.dropped_icmp.to_ne_bytes(),
        ]
        .concat())
    }
}

impl Decode for AoState {
    type Value = Self;
    const ROOM: usize = 48;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(bytes);
        let mut state = || {
            let flags = fields.u32()?;
            let [_, _, current, next] = fields.bytes()?;
            let counts = AoCounts {
                good: fields.u64()?,
                bad: fields.u64()?,
                key_not_found: fields.u64()?,
                required: fields.u64()?,
                dropped_icmp: fields.u64()?,
            };
            Some(Self {
                current: bit(flags, 0).then_some(current),
                next: bit(flags, 1).then_some(next),
                required: bit(flags, 2),
                accept_icmp: bit(flags, 4),
                counts: Some(counts),
            })
        };
        state().ok_or_else(|| invalid_data(bytes, "the state of the authentication option"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_is_written() {
        let counts = AoCounts { good: 1, bad: 2, key_not_found: 3, required: 4, dropped_icmp: 5 };
        let state = AoState {
            current: Some(7),
            next: None,
            required: true,
            accept_icmp: true,
            counts: Some(counts),
        };
        let bytes = AoState::encode(state).unwrap();
        assert_eq!(bytes.len(), AoState::ROOM);
        assert_eq!(AoState::decode(&bytes).unwrap(), state);
        assert!(AoState::decode(&bytes[..47]).is_err());
    }
}
