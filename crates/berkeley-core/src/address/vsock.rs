//! Addresses between a virtual machine and its host: man 7 vsock.

use super::error::Reason;
use super::layout::{Layout, field};
use super::text::Fields;
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, c};
use std::fmt;

/// A context and a port of a virtual machine or its host: `sockaddr_vm`, man 7 vsock.
///
/// ```
/// use berkeley_core::address::{Address, VsockAddress};
///
/// let address = VsockAddress::new(VsockAddress::CID_HOST, 1024);
/// assert_eq!("vsock:2:1024".parse(), Ok(Address::from(address)));
/// ```
///
/// A program in a virtual machine, and a service of its host:
///
/// ```no_run
/// use berkeley_core::{Family, Kind, Protocol, Socket};
///
/// # fn main() -> std::io::Result<()> {
/// let socket = Socket::new(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT)?;
/// socket.connect("vsock:2:1024")?; // context 2 is the host
/// socket.send_all(b"hello")?;
/// # Ok(())
/// # }
/// ```
///
/// # Platforms
/// Linux and macOS; flags on Linux alone.
#[doc(alias = "sockaddr_vm")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VsockAddress {
    /// The context: a virtual machine, or one of the `CID_` constants.
    pub cid: u32,
    /// The port in it.
    pub port: u32,
    /// [`FLAG_TO_HOST`](Self::FLAG_TO_HOST), or 0.
    pub flags: u8,
}

impl VsockAddress {
    /// To bind to: every context that is this machine's own. `VMADDR_CID_ANY`.
    #[doc(alias = "VMADDR_CID_ANY")]
    pub const CID_ANY: u32 = c::VMADDR_CID_ANY;

    /// The hypervisor: `VMADDR_CID_HYPERVISOR`.
    #[doc(alias = "VMADDR_CID_HYPERVISOR")]
    pub const CID_HYPERVISOR: u32 = c::VMADDR_CID_HYPERVISOR;

    /// This machine itself, through a loopback: `VMADDR_CID_LOCAL` (Linux 5.6 and later).
    #[doc(alias = "VMADDR_CID_LOCAL")]
    pub const CID_LOCAL: u32 = 1;

    /// The host: `VMADDR_CID_HOST`.
    #[doc(alias = "VMADDR_CID_HOST")]
    pub const CID_HOST: u32 = c::VMADDR_CID_HOST;

    /// To bind to: a free port. `VMADDR_PORT_ANY`.
    #[doc(alias = "VMADDR_PORT_ANY")]
    pub const PORT_ANY: u32 = c::VMADDR_PORT_ANY;

    /// To connect to: goes to the host whatever the context, so that it can pass it on to a
    /// sibling. `VMADDR_FLAG_TO_HOST` (Linux 5.11 and later).
    #[cfg(linux_like)]
    #[doc(alias = "VMADDR_FLAG_TO_HOST")]
    pub const FLAG_TO_HOST: u8 = 1;

    /// A port of a context, without flags.
    #[must_use]
    pub const fn new(cid: u32, port: u32) -> Self {
        Self { cid, port, flags: 0 }
    }

    /// Reads what follows `vsock:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self {
            cid: fields.number_or(Self::CID_ANY)?,
            port: fields.number()?,
            flags: fields.number_or(0)?,
        };
        fields.end().map(|()| address)
    }
}

/// The context of this machine: `IOCTL_VM_SOCKETS_GET_LOCAL_CID` on `/dev/vsock`.
///
/// # Errors
/// `NotFound` without `/dev/vsock`: this is no virtual machine, or has no vsock device.
///
/// # Platforms
/// Linux.
#[doc(alias = "IOCTL_VM_SOCKETS_GET_LOCAL_CID")]
#[cfg(linux_like)]
pub fn local_cid() -> std::io::Result<u32> {
    crate::sys::local_cid()
}

/// Bytes of `sockaddr_vm` after its family: on macOS it ends with the context.
const TAIL: usize = if cfg!(linux_like) { 14 } else { 10 };

impl Layout for VsockAddress {
    const FAMILY: Family = Family::from_raw(c::AF_VSOCK);

    /// `sockaddr_vm` after its family: two zeros, port, context, flags, three zeros.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 14];
        tail[2..6].copy_from_slice(&self.port.to_ne_bytes());
        tail[6..10].copy_from_slice(&self.cid.to_ne_bytes());
        tail[10] = self.flags;
        Self::raw(&tail[..TAIL])
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let port = u32::from_ne_bytes(field(tail, 2)?);
        let cid = u32::from_ne_bytes(field(tail, 6)?);
        Some(Self { cid, port, flags: tail.get(10).copied().unwrap_or(0) })
    }
}

/// `vsock:CID:PORT`, with nothing for any context, and `:FLAGS` where there are some.
impl fmt::Display for VsockAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("vsock:")?;
        if self.cid != Self::CID_ANY {
            self.cid.fmt(f)?;
        }
        write!(f, ":{}", self.port)?;
        if self.flags == 0 { Ok(()) } else { write!(f, ":{:#x}", self.flags) }
    }
}
