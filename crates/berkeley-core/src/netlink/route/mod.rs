//! Readings of `NETLINK_ROUTE`: links, their addresses, and routes. man 7 rtnetlink.
//!
//! Each type reads what most ask for. What else a message says is in its [`Attributes`](super::Attributes),
//! whose numbers are those of linux/if_link.h, if_addr.h and rtnetlink.h.

mod address;
mod link;
mod table;

pub use address::LinkAddress;
pub use link::Link;
pub use table::{NextHop, Route};

use super::{Attribute, Listed, Message, MessageFlags, MessageKind, invalid_data};
use std::io;
use std::net::IpAddr;

/// The multicast group that is told of links: `RTNLGRP_LINK`.
pub const LINKS: u32 = 1;
/// The group that is told of addresses of IPv4: `RTNLGRP_IPV4_IFADDR`.
pub const ADDRESSES_V4: u32 = 5;
/// The group that is told of routes of IPv4: `RTNLGRP_IPV4_ROUTE`.
pub const ROUTES_V4: u32 = 7;
/// The group that is told of addresses of IPv6: `RTNLGRP_IPV6_IFADDR`.
pub const ADDRESSES_V6: u32 = 9;
/// The group that is told of routes of IPv6: `RTNLGRP_IPV6_ROUTE`.
pub const ROUTES_V6: u32 = 11;

const NEW_LINK: MessageKind = MessageKind::from_raw(16);
const DEL_LINK: MessageKind = MessageKind::from_raw(17);
const GET_LINK: MessageKind = MessageKind::from_raw(18);
const NEW_ADDR: MessageKind = MessageKind::from_raw(20);
const DEL_ADDR: MessageKind = MessageKind::from_raw(21);
const GET_ADDR: MessageKind = MessageKind::from_raw(22);
const NEW_ROUTE: MessageKind = MessageKind::from_raw(24);
const DEL_ROUTE: MessageKind = MessageKind::from_raw(25);
const GET_ROUTE: MessageKind = MessageKind::from_raw(26);

/// A change that a socket in one of the groups is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A link is there, or has changed.
    Link(Link),
    /// A link is gone.
    LinkGone(Link),
    /// An address is there, or has changed.
    Address(LinkAddress),
    /// An address is gone.
    AddressGone(LinkAddress),
    /// A route is there, or has changed.
    Route(Route),
    /// A route is gone.
    RouteGone(Route),
}

impl Change {
    /// What a message tells; `None` for what has no type here.
    ///
    /// # Errors
    /// `InvalidData` for a message that is not laid out as it should be.
    pub fn decode(message: &Message<'_>) -> io::Result<Option<Self>> {
        let payload = &message.payload[..];
        Ok(Some(match message.kind {
            NEW_LINK => Self::Link(Link::read(payload)?),
            DEL_LINK => Self::LinkGone(Link::read(payload)?),
            NEW_ADDR => Self::Address(LinkAddress::read(payload)?),
            DEL_ADDR => Self::AddressGone(LinkAddress::read(payload)?),
            NEW_ROUTE => Self::Route(Route::read(payload)?),
            DEL_ROUTE => Self::RouteGone(Route::read(payload)?),
            _ => return Ok(None),
        }))
    }
}

macro_rules! listed {
    ($($type:ident: $get:ident $fixed:literal, $new:ident;)*) => { $(
        impl Listed for $type {
            fn request() -> Message<'static> {
                Message::new($get, MessageFlags::REQUEST | MessageFlags::DUMP, vec![0; $fixed])
            }

            fn decode(message: &Message<'_>) -> io::Result<Option<Self>> {
                (message.kind == $new).then(|| Self::read(&message.payload)).transpose()
            }
        }
    )* };
}

// The sizes of `struct ifinfomsg`, `ifaddrmsg` and `rtmsg`.
listed! {
    Link: GET_LINK 16, NEW_LINK;
    LinkAddress: GET_ADDR 8, NEW_ADDR;
    Route: GET_ROUTE 12, NEW_ROUTE;
}

/// The address that an attribute holds, of whichever family its length is.
fn ip(attribute: &Attribute<'_>) -> io::Result<IpAddr> {
    match attribute.payload().len() {
        4 => attribute.array::<4>().map(IpAddr::from),
        16 => attribute.array::<16>().map(IpAddr::from),
        len => Err(invalid_data(format!("{len} bytes are no internet address"))),
    }
}
