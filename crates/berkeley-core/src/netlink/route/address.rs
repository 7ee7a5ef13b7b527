//! Addresses of interfaces.

use super::ip;
use crate::c_struct::{self, Layout, c_structs};
use crate::interface::Interface;
use crate::netlink::{Attributes, invalid_data};
use std::io;
use std::net::IpAddr;

c_structs! {
    /// `struct ifaddrmsg` of linux/if_addr.h.
    struct Head {
        family: u8,
        prefix_len: u8,
        flags: u8,
        scope: u8,
        interface: Interface,
    }
}

// linux/if_addr.h.
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_LABEL: u16 = 3;
const IFA_BROADCAST: u16 = 4;
const IFA_FLAGS: u16 = 8;

/// An address of an interface: `RTM_NEWADDR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkAddress {
    /// Whose it is.
    pub interface: Interface,
    /// The address: `IFA_LOCAL`, or `IFA_ADDRESS` where there is but one.
    pub address: IpAddr,
    /// The address at the other end of a link with two: `IFA_ADDRESS`.
    pub peer: Option<IpAddr>,
    /// How many bits of it (or of the peer's) name the network.
    pub prefix_len: u8,
    /// The address of all in the network: `IFA_BROADCAST`.
    pub broadcast: Option<IpAddr>,
    /// Where it is valid: 0 everywhere, 253 on the link, 254 on this machine; `RT_SCOPE_UNIVERSE`
    /// and so on.
    pub scope: u8,
    /// Its flags: `IFA_F_PERMANENT`, `IFA_F_TENTATIVE` and so on.
    pub flags: u32,
    /// Its label, of IPv4: `IFA_LABEL`.
    pub label: Option<String>,
}

impl LinkAddress {
    pub(super) fn read(payload: &[u8]) -> io::Result<Self> {
        let head: Head = c_struct::decode(payload)?;
        let (mut local, mut address, mut broadcast, mut label) = (None, None, None, None);
        let mut flags = u32::from(head.flags);
        for attribute in Attributes::behind(payload, Head::SIZE) {
            let attribute = attribute?;
            match attribute.kind() {
                IFA_ADDRESS => address = Some(ip(&attribute)?),
                IFA_LOCAL => local = Some(ip(&attribute)?),
                IFA_LABEL => label = Some(attribute.text()?.to_owned()),
                IFA_BROADCAST => broadcast = Some(ip(&attribute)?),
                IFA_FLAGS => flags = attribute.u32()?,
                _ => {}
            }
        }
        let own = local.or(address);
        let own = own.ok_or_else(|| invalid_data("an address without an address".to_owned()))?;
        Ok(Self {
            interface: head.interface,
            address: own,
            peer: address.filter(|address| *address != own),
            prefix_len: head.prefix_len,
            broadcast,
            scope: head.scope,
            flags,
            label,
        })
    }
}
