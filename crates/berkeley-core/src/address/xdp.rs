//! Addresses of XDP sockets: the kernel's documentation of AF_XDP, linux/if_xdp.h.

use super::error::Reason;
use super::layout::{Layout, field};
use super::text::{Fields, OrAny};
use crate::constant::{Family, Protocol};
use crate::interface::Interface;
use crate::sys::{RawAddress, c};
use std::fmt;

/// A queue of a network interface, which an XDP socket is bound to: `sockaddr_xdp`,
/// linux/if_xdp.h.
///
/// ```
/// use berkeley_core::Interface;
/// use berkeley_core::address::{Address, XdpAddress, XdpFlags};
///
/// let mut address = XdpAddress::new(Interface::from_index(2), 0);
/// address.flags = XdpFlags::COPY;
/// assert_eq!("xdp:2:0:2:0".parse(), Ok(Address::from(address)));
/// ```
///
/// # Platforms
/// Linux.
#[doc(alias = "sockaddr_xdp")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XdpAddress {
    /// How frames are handed over.
    pub flags: XdpFlags,
    /// The interface.
    pub interface: Interface,
    /// The queue of the interface.
    pub queue: u32,
    /// With [`XdpFlags::SHARED_UMEM`], the descriptor of the socket whose memory is shared.
    pub shared_umem_fd: u32,
}

bitflags::bitflags! {
    /// How an XDP socket is handed its frames: `XDP_*`. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct XdpFlags: u16 {
        /// The memory is that of another socket: `XDP_SHARED_UMEM`.
        const SHARED_UMEM = c::XDP_SHARED_UMEM;
        /// Frames must be copied: `XDP_COPY`.
        const COPY = c::XDP_COPY;
        /// Frames must not be copied: `XDP_ZEROCOPY`.
        const ZEROCOPY = c::XDP_ZEROCOPY;
        /// The kernel says when it has to be woken up: `XDP_USE_NEED_WAKEUP`.
        const USE_NEED_WAKEUP = c::XDP_USE_NEED_WAKEUP;
        /// A frame may lie in several buffers: `XDP_USE_SG` (Linux 6.6 and later).
        const USE_SG = c::XDP_USE_SG;

        const _ = !0;
    }
}

impl XdpAddress {
    /// A queue of an interface, without flags.
    #[must_use]
    pub const fn new(interface: Interface, queue: u32) -> Self {
        Self { flags: XdpFlags::empty(), interface, queue, shared_umem_fd: 0 }
    }

    /// Reads what follows `xdp:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self {
            interface: fields.interface()?,
            queue: fields.number()?,
            flags: XdpFlags::from_bits_retain(fields.number_or(0)?),
            shared_umem_fd: fields.number_or(0)?,
        };
        fields.end().map(|()| address)
    }
}

impl Layout for XdpAddress {
    const FAMILY: Family = Family::from_raw(c::AF_XDP);

    /// `sockaddr_xdp` after its family: flags, interface, queue, descriptor.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 14];
        tail[..2].copy_from_slice(&self.flags.bits().to_ne_bytes());
        tail[2..6].copy_from_slice(&self.interface.index().to_ne_bytes());
        tail[6..10].copy_from_slice(&self.queue.to_ne_bytes());
        tail[10..].copy_from_slice(&self.shared_umem_fd.to_ne_bytes());
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        Some(Self {
            flags: XdpFlags::from_bits_retain(u16::from_ne_bytes(field(tail, 0)?)),
            interface: Interface::from_index(u32::from_ne_bytes(field(tail, 2)?)),
            queue: u32::from_ne_bytes(field(tail, 6)?),
            shared_umem_fd: u32::from_ne_bytes(field(tail, 10)?),
        })
    }
}

/// `xdp:INTERFACE:QUEUE`, and `:FLAGS:FD` where there are some.
impl fmt::Display for XdpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xdp:{}:{}", OrAny(self.interface), self.queue)?;
        if *self == Self::new(self.interface, self.queue) {
            return Ok(());
        }
        write!(f, ":{:#x}:{}", self.flags.bits(), self.shared_umem_fd)
    }
}
