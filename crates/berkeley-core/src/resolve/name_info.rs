//! Addresses into names: man 3 getnameinfo.

use super::ResolveError;
use crate::address::Address;
use crate::audit::{self, Event};
use crate::constant::NameInfoFlags;
use crate::sys::names;

/// The names of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameInfo {
    /// The host: its name, or the address as text. A scope that means something is appended:
    /// `fe80::1%eth0`.
    pub host: String,
    /// The service: its name, or the port as text; the path of a Unix address.
    pub service: String,
}

/// The names of an address and of its port: getnameinfo(3). What has no name is told as numbers,
/// unless the flags say otherwise.
///
/// ```
/// use berkeley_core::constant::NameInfoFlags;
/// use berkeley_core::resolve;
/// use std::net::Ipv6Addr;
///
/// # fn main() -> Result<(), resolve::ResolveError> {
/// let flags = NameInfoFlags::NUMERICHOST | NameInfoFlags::NUMERICSERV;
/// let names = resolve::name_info((Ipv6Addr::LOCALHOST.into(), 80), flags)?;
/// assert_eq!((&*names.host, &*names.service), ("::1", "80"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`EaiCode::FAMILY`](crate::constant::EaiCode::FAMILY) for an address of a family that has no
/// names here, `NONAME` with [`NameInfoFlags::NAMEREQD`] for one without a name, `AGAIN` when no
/// name server answered, and the others of getnameinfo(3).
#[doc(alias = "getnameinfo")]
pub fn name_info(
    address: impl Into<Address>,
    flags: NameInfoFlags,
) -> Result<NameInfo, ResolveError> {
    let address = address.into();
    audit::tell(|| Event::GetNameInfo { address: &address }).map_err(ResolveError::System)?;
    let (host, service) = names::name_info(&address.encode(), flags.bits())?;
    Ok(NameInfo { host, service })
}
