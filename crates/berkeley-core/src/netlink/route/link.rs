//! Links, which are interfaces.

use crate::c_struct::{self, Layout, c_structs};
use crate::interface::Interface;
use crate::netlink::Attributes;
use std::io;

c_structs! {
    /// `struct ifinfomsg` of linux/rtnetlink.h.
    struct Head {
        family: u8,
        padding: u8,
        hardware: u16,
        interface: Interface,
        flags: u32,
        change: u32,
    }
}

// linux/if_link.h.
const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_LINK: u16 = 5;
const IFLA_MASTER: u16 = 10;
const IFLA_OPERSTATE: u16 = 16;
const IFLA_LINKINFO: u16 = 18;
const IFLA_INFO_KIND: u16 = 1;

/// A network interface: `RTM_NEWLINK`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub interface: Interface,
    /// Its name as of now: `IFLA_IFNAME`.
    pub name: String,
    /// The kind of its hardware: an `ARPHRD_` of linux/if_arp.h, such as 1 for Ethernet.
    pub hardware: u16,
    /// Its flags: `IFF_UP` and so on, man 7 netdevice.
    pub flags: u32,
    /// Its hardware address, which for Ethernet has six bytes: `IFLA_ADDRESS`.
    pub address: Vec<u8>,
    /// The most bytes that a packet has: `IFLA_MTU`.
    pub mtu: u32,
    /// The interface below it, or at the other end of it: `IFLA_LINK`.
    pub lower: Option<Interface>,
    /// The bridge or bond that it is part of: `IFLA_MASTER`.
    pub master: Option<Interface>,
    /// Its state by RFC 2863, such as 6 for up: `IFLA_OPERSTATE`.
    pub state: u8,
    /// What it is, where it is virtual, such as `veth`: `IFLA_INFO_KIND`.
    pub kind: Option<String>,
}

impl Link {
    /// Whether it is switched on: `IFF_UP`.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Whether it can carry packets: `IFF_LOWER_UP`, a carrier.
    #[must_use]
    pub const fn has_carrier(&self) -> bool {
        self.flags & 0x1_0000 != 0
    }

    pub(super) fn read(payload: &[u8]) -> io::Result<Self> {
        let head: Head = c_struct::decode(payload)?;
        let mut link = Self {
            interface: head.interface,
            name: String::new(),
            hardware: head.hardware,
            flags: head.flags,
            address: Vec::new(),
            mtu: 0,
            lower: None,
            master: None,
            state: 0,
            kind: None,
        };
        for attribute in Attributes::behind(payload, Head::SIZE) {
            let attribute = attribute?;
            let interface = || attribute.u32().map(Interface::from_index);
            match attribute.kind() {
                IFLA_ADDRESS => link.address = attribute.payload().to_vec(),
                IFLA_IFNAME => attribute.text()?.clone_into(&mut link.name),
                IFLA_MTU => link.mtu = attribute.u32()?,
                IFLA_LINK => link.lower = Some(interface()?),
                IFLA_MASTER => link.master = Some(interface()?),
                IFLA_OPERSTATE => link.state = attribute.u8()?,
                IFLA_LINKINFO => {
                    let kind = attribute.nested().get(IFLA_INFO_KIND)?;
                    link.kind = kind.map(|kind| kind.text().map(str::to_owned)).transpose()?;
                }
                _ => {}
            }
        }
        Ok(link)
    }
}
