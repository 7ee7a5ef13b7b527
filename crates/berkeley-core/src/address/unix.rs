//! Unix addresses: man 7 unix.

use super::error::Reason;
use super::layout::Layout;
use super::text::{Fields, escape, unescape};
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, SUN_PATH_LEN};
use std::ffi::OsStr;
use std::fmt::{self, Write};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The name of a Unix socket: a path, an abstract name (Linux), or none.
///
/// Lengths are exact: an abstract name may hold NULs and is not padded, a path is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixAddress {
    len: u8,
    /// `sun_path`: a path without its NUL, or a NUL and an abstract name.
    bytes: [u8; SUN_PATH_LEN],
}

/// What a [`UnixAddress`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnixName<'a> {
    /// No name: a socket that was not bound. To bind to it is to ask the kernel for a free
    /// abstract name (Linux).
    Unnamed,
    /// A path in the file system.
    Path(&'a Path),
    /// A name in the abstract namespace (Linux), without the NUL that marks it.
    Abstract(&'a [u8]),
}

impl UnixAddress {
    /// The longest path in bytes, one less than `sun_path` holds: 107 on Linux, 103 on the BSDs.
    pub const MAX_PATH: usize = SUN_PATH_LEN - 1;

    /// The longest abstract name in bytes: 107.
    pub const MAX_ABSTRACT: usize = SUN_PATH_LEN - 1;

    /// No name.
    #[must_use]
    pub const fn unnamed() -> Self {
        Self { len: 0, bytes: [0; SUN_PATH_LEN] }
    }

    /// A path in the file system, any bytes but NUL.
    ///
    /// # Errors
    /// The path is empty, holds a NUL, or is longer than [`MAX_PATH`](Self::MAX_PATH).
    pub fn path(path: impl AsRef<Path>) -> Result<Self, UnixAddressError> {
        let bytes = path.as_ref().as_os_str().as_bytes();
        match bytes {
            [] => Err(UnixAddressError::EmptyPath),
            _ if bytes.contains(&0) => Err(UnixAddressError::NulInPath),
            _ if bytes.len() > Self::MAX_PATH => Err(UnixAddressError::PathTooLong(bytes.len())),
            _ => Self::from_sun_path(bytes).ok_or(UnixAddressError::PathTooLong(bytes.len())),
        }
    }

    /// A name in the abstract namespace: any bytes, NULs included.
    ///
    /// # Errors
    /// The name is longer than [`MAX_ABSTRACT`](Self::MAX_ABSTRACT).
    ///
    /// # Platforms
    /// Linux.
    #[cfg(linux_like)]
    pub fn abstract_name(name: impl AsRef<[u8]>) -> Result<Self, UnixAddressError> {
        let name = name.as_ref();
        Self::from_sun_path(&[b"\0", name].concat())
            .ok_or(UnixAddressError::NameTooLong(name.len()))
    }

    /// What this is.
    #[must_use]
    pub fn name(&self) -> UnixName<'_> {
        match self.sun_path() {
            [] => UnixName::Unnamed,
            [0, name @ ..] => UnixName::Abstract(name),
            path => UnixName::Path(Path::new(OsStr::from_bytes(path))),
        }
    }

    /// Whether this is no name.
    #[must_use]
    pub fn is_unnamed(&self) -> bool {
        self.len == 0
    }

    /// The name in the abstract namespace, if this is one, without the NUL that marks it.
    #[must_use]
    pub fn as_abstract_name(&self) -> Option<&[u8]> {
        match self.name() {
            UnixName::Abstract(name) => Some(name),
            _ => None,
        }
    }

    /// The path, if this is one.
    #[must_use]
    pub fn as_pathname(&self) -> Option<&Path> {
        match self.name() {
            UnixName::Path(path) => Some(path),
            _ => None,
        }
    }

    fn sun_path(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// `None` when the bytes do not fit.
    fn from_sun_path(sun_path: &[u8]) -> Option<Self> {
        let mut address = Self::unnamed();
        address.bytes.get_mut(..sun_path.len())?.copy_from_slice(sun_path);
        address.len = u8::try_from(sun_path.len()).ok()?;
        Some(address)
    }

    /// Reads what follows `unix:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let text = fields.take_rest();
        let unescape = |text| unescape(text).ok_or(UnixAddressError::BadEscape);
        #[cfg(linux_like)]
        if let Some(name) = text.strip_prefix('@') {
            return Ok(Self::abstract_name(unescape(name)?)?);
        }
        match text {
            "" => Ok(Self::unnamed()),
            path => Ok(Self::path(OsStr::from_bytes(&unescape(path)?))?),
        }
    }
}

impl Layout for UnixAddress {
    const FAMILY: Family = Family::UNIX;

    /// `sockaddr_un` after its family. A path ends in a NUL, which is counted, unless it came from
    /// a program that bound it without and left no room for one; an abstract name is as long as
    /// it is.
    fn encode(&self) -> RawAddress {
        let nul = usize::from(matches!(self.name(), UnixName::Path(_)));
        let len = (usize::from(self.len) + nul).min(SUN_PATH_LEN);
        Self::raw(&self.bytes[..len])
    }

    /// A path ends at its first NUL (the kernel counts the NUL, some systems pad with more); an
    /// abstract name keeps all its bytes.
    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        if cfg!(linux_like) && tail.first() == Some(&0) {
            return Self::from_sun_path(tail);
        }
        let end = tail.iter().position(|byte| *byte == 0).unwrap_or(tail.len());
        Self::from_sun_path(&tail[..end])
    }
}

/// `unix:` and the name, with `\xNN` for bytes that do not print, so that text reads back exactly.
impl fmt::Display for UnixAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unix:")?;
        match self.name() {
            UnixName::Unnamed => Ok(()),
            UnixName::Path(path) => {
                let bytes = path.as_os_str().as_bytes();
                // A path that starts with @ must not read back as an abstract name.
                match bytes.strip_prefix(b"@") {
                    Some(rest) => f.write_str("\\x40").and_then(|()| escape(rest, &[], f)),
                    None => escape(bytes, &[], f),
                }
            }
            UnixName::Abstract(name) => {
                f.write_char('@')?;
                escape(name, &[], f)
            }
        }
    }
}

impl fmt::Debug for UnixAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why bytes are no Unix address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnixAddressError {
    /// The path has no bytes.
    EmptyPath,
    /// The path holds a NUL byte.
    NulInPath,
    /// The path has this many bytes, more than fit.
    PathTooLong(usize),
    /// The abstract name has this many bytes, more than fit.
    NameTooLong(usize),
    /// The text has a backslash that is neither `\\` nor `\xNN`.
    BadEscape,
}

impl fmt::Display for UnixAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyPath => {
                f.write_str("the path is empty: an address without a name is UnixAddress::unnamed")
            }
            Self::NulInPath => f.write_str("the path holds a NUL byte, which no path can"),
            Self::PathTooLong(len) => write!(
                f,
                "the path has {len} bytes and a Unix address holds {}: use a shorter path, or a \
                 relative one",
                UnixAddress::MAX_PATH
            ),
            Self::NameTooLong(len) => write!(
                f,
                "the abstract name has {len} bytes and a Unix address holds {}",
                UnixAddress::MAX_ABSTRACT
            ),
            Self::BadEscape => {
                f.write_str("a backslash must be followed by another, or by x and two hex digits")
            }
        }
    }
}

impl std::error::Error for UnixAddressError {}

impl From<UnixAddressError> for io::Error {
    fn from(error: UnixAddressError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(tail: &[u8]) -> Option<UnixAddress> {
        UnixAddress::decode(tail, Protocol::DEFAULT)
    }

    fn round_trip(address: UnixAddress) {
        assert_eq!(decode(address.encode().tail()), Some(address));
        let text = address.to_string();
        let fields = Fields::new(text.strip_prefix("unix:").unwrap(), "");
        assert_eq!(UnixAddress::parse(fields), Ok(address));
    }

    #[test]
    fn paths_round_trip_byte_for_byte() {
        round_trip(UnixAddress::path("/run/app.sock").unwrap());
        round_trip(UnixAddress::path(OsStr::from_bytes(b"/tmp/\xff\xfe\n\\")).unwrap());
        round_trip(UnixAddress::path("p".repeat(UnixAddress::MAX_PATH)).unwrap());
        round_trip(UnixAddress::path("@relative").unwrap());
        round_trip(UnixAddress::unnamed());
    }

    #[test]
    fn a_path_is_cut_at_its_nul_and_not_padded() {
        let mut padded = b"/a/b".to_vec();
        padded.resize(SUN_PATH_LEN, 0);
        assert_eq!(decode(&padded).unwrap().as_pathname(), Some(Path::new("/a/b")));
    }

    #[test]
    fn what_no_sun_path_holds_is_not_cut_to_one() {
        assert_eq!(decode(&[b'p'; SUN_PATH_LEN + 1]), None);
        let mut longest = [b'p'; SUN_PATH_LEN + 1];
        longest[SUN_PATH_LEN] = 0;
        assert_eq!(
            decode(&longest).unwrap().as_pathname().unwrap().as_os_str().len(),
            SUN_PATH_LEN
        );
        #[cfg(linux_like)]
        assert_eq!(decode(&[0; SUN_PATH_LEN + 1]), None);
    }

    #[test]
    fn a_path_that_cannot_be_bound_is_refused_with_its_reason() {
        let long = "p".repeat(UnixAddress::MAX_PATH + 1);
        assert_eq!(
            UnixAddress::path(long),
            Err(UnixAddressError::PathTooLong(UnixAddress::MAX_PATH + 1))
        );
        assert_eq!(UnixAddress::path("a\0b"), Err(UnixAddressError::NulInPath));
        assert_eq!(UnixAddress::path(""), Err(UnixAddressError::EmptyPath));
    }

    #[cfg(linux_like)]
    #[test]
    fn abstract_names_keep_their_nuls_and_their_length() {
        let name = b"a\0b\0";
        let address = UnixAddress::abstract_name(name).unwrap();
        assert_eq!(address.name(), UnixName::Abstract(name));
        assert_eq!(address.encode().tail(), b"\0a\0b\0");
        assert_eq!(address.to_string(), "unix:@a\\x00b\\x00");
        round_trip(address);
        round_trip(UnixAddress::abstract_name([7; UnixAddress::MAX_ABSTRACT]).unwrap());
        round_trip(UnixAddress::abstract_name([]).unwrap());
        assert!(UnixAddress::abstract_name([7; UnixAddress::MAX_ABSTRACT + 1]).is_err());
    }
}
