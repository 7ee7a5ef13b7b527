//! Netlink addresses: man 7 netlink.

use super::error::Reason;
use super::layout::{Layout, field};
use super::text::Fields;
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, c};
use std::fmt;

/// The address of a netlink socket: `sockaddr_nl`, man 7 netlink.
///
/// Zero in both fields is the kernel; to bind to it is to ask for a free port number, and for no
/// group.
///
/// ```
/// use berkeley_core::address::{Address, NetlinkAddress};
///
/// let address = NetlinkAddress { pid: 0, groups: 0b101 };
/// assert_eq!("netlink:0:0x5".parse(), Ok(Address::from(address)));
/// ```
///
/// A question to the kernel:
///
/// ```
/// use berkeley_core::address::NetlinkAddress;
/// use berkeley_core::{Family, Kind, Protocol, Socket};
///
/// # fn main() -> std::io::Result<()> {
/// let socket = Socket::new(Family::NETLINK, Kind::RAW, Protocol::NETLINK_ROUTE)?;
/// // A header of netlink(7) and a struct rtgenmsg: all interfaces, RTM_GETLINK.
/// let mut request = 20_u32.to_ne_bytes().to_vec();
/// request.extend(18_u16.to_ne_bytes()); // RTM_GETLINK
/// request.extend(0x301_u16.to_ne_bytes()); // NLM_F_REQUEST | NLM_F_DUMP
/// request.extend([0; 12]);
/// socket.send_to(&request, NetlinkAddress::KERNEL)?;
///
/// let mut answer = [0; 8192];
/// let (n, from) = socket.recv_from(&mut answer)?;
/// assert_eq!(from, Some(NetlinkAddress::KERNEL.into()));
/// assert!(n >= 16, "a header at least");
/// # Ok(())
/// # }
/// ```
///
/// # Platforms
/// Linux.
#[doc(alias = "sockaddr_nl")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetlinkAddress {
    /// The port number: that of the process for its first socket, as the kernel chooses it; 0 for
    /// the kernel itself.
    pub pid: u32,
    /// Multicast groups, a bit each: to be joined by a bind, to be sent to, or what a message was
    /// sent to. Groups past the 32nd have socket options.
    pub groups: u32,
}

impl NetlinkAddress {
    /// The kernel, or, to bind to, whatever it chooses.
    pub const KERNEL: Self = Self { pid: 0, groups: 0 };

    /// Reads what follows `netlink:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self { pid: fields.number_or(0)?, groups: fields.number_or(0)? };
        fields.end().map(|()| address)
    }
}

impl Layout for NetlinkAddress {
    const FAMILY: Family = Family::from_raw(c::AF_NETLINK);

    /// `sockaddr_nl` after its family: two zeros, port number, groups.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 10];
        tail[2..6].copy_from_slice(&self.pid.to_ne_bytes());
        tail[6..].copy_from_slice(&self.groups.to_ne_bytes());
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        Some(Self {
            pid: u32::from_ne_bytes(field(tail, 2)?),
            groups: u32::from_ne_bytes(field(tail, 6)?),
        })
    }
}

/// `netlink:PID:GROUPS`.
impl fmt::Display for NetlinkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "netlink:{}:{:#x}", self.pid, self.groups)
    }
}
