//! Addresses of kernel controls: sys/kern_control.h of macOS.

use super::error::Reason;
use super::layout::{Layout, field};
use super::text::Fields;
use crate::constant::{Family, Protocol};
use crate::sys::RawAddress;
use std::fmt;

/// A control of the kernel, for sockets of `AF_SYSTEM` and `SYSPROTO_CONTROL`: `sockaddr_ctl`,
/// sys/kern_control.h.
///
/// # Platforms
/// macOS and its kin.
#[doc(alias = "sockaddr_ctl")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SysControlAddress {
    /// The number of the control, which may be another after each start of the system:
    /// [`lookup`](Self::lookup) finds it.
    pub id: u32,
    /// The instance of it; 0 to connect to a free one.
    pub unit: u32,
}

impl SysControlAddress {
    /// Any instance of the control with this name, such as `com.apple.net.utun_control`:
    /// `CTLIOCGINFO`, asked of a socket of `AF_SYSTEM` and `SYSPROTO_CONTROL`.
    ///
    /// # Errors
    /// `ENOENT` when there is no such control, `InvalidInput` for a name of more than 95 bytes or
    /// with a NUL.
    #[cfg(apple)]
    #[doc(alias = "CTLIOCGINFO")]
    pub fn lookup(socket: impl std::os::fd::AsFd, name: &str) -> std::io::Result<Self> {
        Ok(Self { id: crate::sys::control_id(socket.as_fd(), name)?, unit: 0 })
    }

    /// Reads what follows `system:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self { id: fields.number()?, unit: fields.number_or(0)? };
        fields.end().map(|()| address)
    }
}

/// `AF_SYS_CONTROL`, sys/sys_domain.h: what `sockaddr_ctl` says it is.
const AF_SYS_CONTROL: u16 = 2;

impl Layout for SysControlAddress {
    /// `AF_SYSTEM`, sys/socket.h.
    const FAMILY: Family = Family::from_raw(32);

    /// `sockaddr_ctl` after its family: kind of address, number, unit, five numbers of zero.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 30];
        tail[..2].copy_from_slice(&AF_SYS_CONTROL.to_ne_bytes());
        tail[2..6].copy_from_slice(&self.id.to_ne_bytes());
        tail[6..10].copy_from_slice(&self.unit.to_ne_bytes());
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let control = u16::from_ne_bytes(field(tail, 0)?) == AF_SYS_CONTROL;
        let id = u32::from_ne_bytes(field(tail, 2)?);
        let unit = u32::from_ne_bytes(field(tail, 6)?);
        control.then_some(Self { id, unit })
    }
}

/// `system:ID:UNIT`.
impl fmt::Display for SysControlAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "system:{}:{}", self.id, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_round_trips_and_other_kinds_are_none() {
        let address = SysControlAddress { id: 7, unit: 3 };
        let raw = address.encode();
        assert_eq!(raw.tail().len(), 30);
        assert_eq!(SysControlAddress::decode(raw.tail(), Protocol::DEFAULT), Some(address));
        assert_eq!(SysControlAddress::decode(&[0; 30], Protocol::DEFAULT), None);
        for len in 0..10 {
            assert_eq!(SysControlAddress::decode(&raw.tail()[..len], Protocol::DEFAULT), None);
        }
        let text = address.to_string();
        let fields = Fields::new(text.strip_prefix("system:").unwrap(), "");
        assert_eq!(SysControlAddress::parse(fields), Ok(address));
    }
}
