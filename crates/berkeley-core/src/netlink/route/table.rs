//! Routes.

use super::ip;
use crate::c_struct::{self, Layout, c_structs};
use crate::interface::Interface;
use crate::netlink::{Attribute, Attributes, invalid_data};
use std::io;
use std::net::IpAddr;

c_structs! {
    /// `struct rtmsg` of linux/rtnetlink.h.
    struct Head {
        family: u8,
        destination_len: u8,
        source_len: u8,
        service: u8,
        table: u8,
        protocol: u8,
        scope: u8,
        kind: u8,
        flags: u32,
    }

    /// `struct rtnexthop` of linux/rtnetlink.h.
    struct Hop {
        len: u16,
        flags: u8,
        /// The weight, less one.
        more: u8,
        interface: Interface,
    }
}

// linux/rtnetlink.h.
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;
const RTA_PREFSRC: u16 = 7;
const RTA_MULTIPATH: u16 = 9;
const RTA_TABLE: u16 = 15;
const RTA_VIA: u16 = 18;

/// A route: `RTM_NEWROUTE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The family of its destination, as the system numbers it.
    pub family: u8,
    /// Where it leads to, and how many bits of that count; `None` is everywhere: `RTA_DST`.
    pub destination: Option<(IpAddr, u8)>,
    /// Over what: one or several, or none of a route that refuses. `RTA_OIF`, `RTA_GATEWAY`,
    /// `RTA_VIA`, `RTA_MULTIPATH`.
    pub hops: Vec<NextHop>,
    /// The own address that packets get: `RTA_PREFSRC`.
    pub source: Option<IpAddr>,
    /// The lower, the better: `RTA_PRIORITY`.
    pub priority: u32,
    /// Its table, such as 254 for the main one: `RTA_TABLE`.
    pub table: u32,
    /// Who made it, such as 2 for the kernel: an `RTPROT_`.
    pub protocol: u8,
    /// How far its destination is, such as 253 for the same link: an `RT_SCOPE_`.
    pub scope: u8,
    /// What it does, such as 1 for leading to others: an `RTN_`.
    pub kind: u8,
}

/// One way of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextHop {
    /// By which interface.
    pub interface: Interface,
    /// To whom, where not to the destination itself.
    pub gateway: Option<IpAddr>,
    /// Its share among several.
    pub weight: u16,
}

impl Route {
    pub(super) fn read(payload: &[u8]) -> io::Result<Self> {
        let head: Head = c_struct::decode(payload)?;
        let mut route = Self {
            family: head.family,
            destination: None,
            hops: Vec::new(),
            source: None,
            priority: 0,
            table: u32::from(head.table),
            protocol: head.protocol,
            scope: head.scope,
            kind: head.kind,
        };
        let (mut interface, mut way) = (None, None);
        for attribute in Attributes::behind(payload, Head::SIZE) {
            let attribute = attribute?;
            match attribute.kind() {
                RTA_DST => route.destination = Some((ip(&attribute)?, head.destination_len)),
                RTA_OIF => interface = Some(Interface::from_index(attribute.u32()?)),
                RTA_PRIORITY => route.priority = attribute.u32()?,
                RTA_PREFSRC => route.source = Some(ip(&attribute)?),
                RTA_MULTIPATH => route.hops = several(attribute.payload())?,
                RTA_TABLE => route.table = attribute.u32()?,
                _ => way = gateway(&attribute)?.or(way),
            }
        }
        if route.hops.is_empty() && (interface.is_some() || way.is_some()) {
            let interface = interface.unwrap_or(Interface::ANY);
            route.hops.push(NextHop { interface, gateway: way, weight: 1 });
        }
        Ok(route)
    }
}

/// The gateway, if it is in this attribute: of the route's own family, or behind another family's
/// number.
fn gateway(attribute: &Attribute<'_>) -> io::Result<Option<IpAddr>> {
    match attribute.kind() {
        RTA_GATEWAY => ip(attribute).map(Some),
        RTA_VIA => match attribute.payload() {
            [_, _, v4 @ ..] if v4.len() == 4 => Ok(first(v4).map(|v4: [u8; 4]| v4.into())),
            [_, _, v6 @ ..] if v6.len() == 16 => Ok(first(v6).map(|v6: [u8; 16]| v6.into())),
            // Of neither, such as MPLS.
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

fn first<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.first_chunk().copied()
}

/// The ways of a route that has several: a head each, and attributes.
fn several(mut bytes: &[u8]) -> io::Result<Vec<NextHop>> {
    let mut hops = Vec::new();
    while !bytes.is_empty() {
        let hop: Hop = c_struct::decode(bytes)?;
        let len = usize::from(hop.len);
        let whole = bytes.get(..len).filter(|whole| whole.len() >= Hop::SIZE);
        let whole = whole.ok_or_else(|| {
            invalid_data(format!("a way of a route claims {len} of {} bytes", bytes.len()))
        })?;
        let mut way = None;
        for attribute in Attributes::behind(whole, Hop::SIZE) {
            way = gateway(&attribute?)?.or(way);
        }
        let weight = u16::from(hop.more) + 1;
        hops.push(NextHop { interface: hop.interface, gateway: way, weight });
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(hops)
}
