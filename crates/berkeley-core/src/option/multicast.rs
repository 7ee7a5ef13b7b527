//! Groups of multicast, and who may send to them: what IPv4 and IPv6 have alike. RFC 3678,
//! section 5.

use super::codec::{Encode, storage};
use crate::interface::Interface;
use crate::sys::c;
use std::io;
use std::mem::offset_of;
use std::net::IpAddr;

/// A group of either family at an interface: `struct group_req`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// The group.
    pub group: IpAddr,
    /// The interface; [`Interface::ANY`] leaves the choice to the routing table.
    pub interface: Interface,
}

/// Where the first address of `group_req` and its kin starts.
pub(super) const GROUP: usize = offset_of!(c::group_req, gr_group);

impl Group {
    /// The index, padding, and the group: how all of these structs begin.
    pub(super) fn head(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; GROUP];
        bytes[..4].copy_from_slice(&Interface::encode(self.interface)?);
        bytes.extend_from_slice(&storage(self.group));
        Ok(bytes)
    }
}

impl Encode<'_> for Group {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        value.head()
    }
}

/// A group of either family as far as one host sends to it: `struct group_source_req`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupSource {
    /// The group.
    pub group: IpAddr,
    /// Who sends.
    pub source: IpAddr,
    /// The interface; [`Interface::ANY`] leaves the choice to the routing table.
    pub interface: Interface,
}

impl Encode<'_> for GroupSource {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        let mut bytes = Group { group: value.group, interface: value.interface }.head()?;
        bytes.extend_from_slice(&storage(value.source));
        Ok(bytes)
    }
}
