//! Keys that segments are signed with by MD5 (RFC 2385): Linux, linux/tcp.h.

use crate::interface::Interface;
use crate::option::codec::{Encode, invalid_input, storage};
use crate::sys::c;
use std::io;
use std::net::IpAddr;

/// The longest key, in bytes.
const MAX_KEY: usize = c::TCP_MD5SIG_MAXKEYLEN;

/// The key for a peer: `struct tcp_md5sig`. Both ends need it; segments with another signature, or
/// without one, are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Md5Key<'v> {
    /// The peer. (The port does not count.)
    pub peer: IpAddr,
    /// The key, 80 bytes at most; none takes the peer's key away.
    pub key: &'v [u8],
}

/// The key for many peers, or at one interface: `struct tcp_md5sig` with its flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Md5NetworkKey<'v> {
    /// The peer, or the network of the peers.
    pub key: Md5Key<'v>,
    /// How many bits of the address are the network: `TCP_MD5SIG_FLAG_PREFIX`.
    pub prefix: Option<u8>,
    /// The interface (of a VRF) by which the peers come: `TCP_MD5SIG_FLAG_IFINDEX`, Linux 5.6.
    pub interface: Option<Interface>,
}

/// A [`Md5Key`].
#[derive(Debug)]
pub enum Md5 {}

/// A [`Md5NetworkKey`].
#[derive(Debug)]
pub enum Md5Network {}

impl<'v> Encode<'v> for Md5 {
    type Value = Md5Key<'v>;
    type Bytes = Vec<u8>;

    fn encode(key: Md5Key<'v>) -> io::Result<Vec<u8>> {
        Md5Network::encode(Md5NetworkKey { key, prefix: None, interface: None })
    }
}

impl<'v> Encode<'v> for Md5Network {
    type Value = Md5NetworkKey<'v>;
    type Bytes = Vec<u8>;

    fn encode(value: Md5NetworkKey<'v>) -> io::Result<Vec<u8>> {
        let key = value.key.key;
        let len = u16::try_from(key.len()).ok().filter(|_| key.len() <= MAX_KEY);
        let too_long = || invalid_input(format!("{} bytes are more than {MAX_KEY}", key.len()));
        let len = len.ok_or_else(too_long)?;
        let prefix_flag = value.prefix.map_or(0, |_| c::TCP_MD5SIG_FLAG_PREFIX);
        let interface_flag = value.interface.map_or(0, |_| c::TCP_MD5SIG_FLAG_IFINDEX);
        let mut bytes = storage(value.key.peer).to_vec();
        bytes.extend_from_slice(&[prefix_flag | interface_flag, value.prefix.unwrap_or(0)]);
        bytes.extend_from_slice(&len.to_ne_bytes());
        bytes.extend_from_slice(&Interface::encode(value.interface.unwrap_or(Interface::ANY))?);
        bytes.extend_from_slice(key);
        bytes.resize(bytes.len() + MAX_KEY - key.len(), 0);
        Ok(bytes)
    }
}
