//! Numeric addresses as C reads and writes them: man 3 inet_aton, man 3 inet_pton.
//!
//! What counts as an address is up to the C library: these call it. Rust's own
//! [`IpAddr`](std::net::IpAddr) reads and writes the strict forms without it.

use crate::constant::Family;
use crate::sys::{c, names};
use std::error::Error;
use std::ffi::CString;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

/// An IPv4 address of any form that the C library takes: `127.1`, `0x7f.1` and `0177.0.0.1` are
/// all 127.0.0.1; inet_aton(3).
///
/// # Platforms
/// glibc also takes anything behind a space: `127.0.0.1 localhost`.
///
/// # Errors
/// [`InetError::NoAddress`].
pub fn inet_aton(text: &str) -> Result<Ipv4Addr, InetError> {
    let terminated = CString::new(text).ok();
    terminated.and_then(|text| names::address_of_text(&text)).ok_or_else(|| no_address(text))
}

/// The four bytes of an IPv4 address as text; inet_ntoa(3).
///
/// # Errors
/// [`InetError::Length`] for another number of bytes.
pub fn inet_ntoa(bytes: &[u8]) -> Result<String, InetError> {
    inet_ntop(Family::INET, bytes)
}

/// An address of [`Family::INET`] or [`Family::INET6`]; inet_pton(3). Four decimal numbers for the
/// first, no scope for the second.
///
/// # Errors
/// [`InetError::NoAddress`], [`InetError::Family`] for another family.
pub fn inet_pton(family: Family, text: &str) -> Result<IpAddr, InetError> {
    let terminated = CString::new(text).ok();
    let found = match family {
        Family::INET => terminated.and_then(|text| names::inet_of_text(&text)).map(IpAddr::from),
        Family::INET6 => terminated.and_then(|text| names::inet6_of_text(&text)).map(IpAddr::from),
        other => return Err(InetError::Family(other)),
    };
    found.ok_or_else(|| no_address(text))
}

/// The bytes of an address of [`Family::INET`] (4) or [`Family::INET6`] (16) as text;
/// inet_ntop(3).
///
/// # Errors
/// [`InetError::Length`] for another number of bytes, [`InetError::Family`] for another family.
pub fn inet_ntop(family: Family, bytes: &[u8]) -> Result<String, InetError> {
    let address = match family {
        Family::INET => <[u8; 4]>::try_from(bytes).map(IpAddr::from),
        Family::INET6 => <[u8; 16]>::try_from(bytes).map(IpAddr::from),
        other => return Err(InetError::Family(other)),
    };
    let address = address.map_err(|_| InetError::Length { family, len: bytes.len() })?;
    // It fails only where the text has no room.
    Ok(names::text_of_address(address).unwrap_or_else(|_| address.to_string()))
}

/// Why text is no numeric address, or bytes are none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InetError {
    /// The text is no address.
    NoAddress(String),
    /// Bytes that are not as many as an address of the family has.
    Length {
        /// The family.
        family: Family,
        /// How many bytes there were.
        len: usize,
    },
    /// A family whose addresses have no such text: `EAFNOSUPPORT`.
    Family(Family),
}

fn no_address(text: &str) -> InetError {
    InetError::NoAddress(text.to_owned())
}

impl fmt::Display for InetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress(text) => write!(f, "{text:?} is no IP address"),
            Self::Length { family: Family::INET, len } => {
                write!(f, "an address of INET has 4 bytes, not {len}")
            }
            Self::Length { family, len } => {
                write!(f, "an address of {family:?} has 16 bytes, not {len}")
            }
            Self::Family(family) => {
                write!(f, "addresses of {family:?} have no such text: use INET or INET6")
            }
        }
    }
}

impl Error for InetError {}

/// `EAFNOSUPPORT` as the system calls fail with it, and `InvalidInput` for the rest.
impl From<InetError> for io::Error {
    fn from(error: InetError) -> Self {
        match error {
            InetError::Family(_) => Self::from_raw_os_error(c::EAFNOSUPPORT),
            error => Self::new(io::ErrorKind::InvalidInput, error),
        }
    }
}
