//! What names a Unix socket, a plain path among it.

use super::{Address, UnixAddress};
use std::ffi::{OsStr, OsString};
use std::io;
#[cfg(android)]
use std::os::android::net::SocketAddrExt;
#[cfg(all(linux_like, not(android)))]
use std::os::linux::net::SocketAddrExt;
#[cfg(linux_like)]
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What can be used as the address of a Unix socket: a [`UnixAddress`], a path, or text.
///
/// Text that begins with `unix:` is read as [`Address`] reads it: `unix:/run/app.sock`,
/// `unix:@name`. Other text is a path, unless it is the address of another family. A path that
/// begins with a NUL is an abstract name (Linux).
///
/// ```
/// use berkeley_core::{ToUnixAddress, UnixAddress};
/// use std::path::Path;
///
/// # fn main() -> std::io::Result<()> {
/// let address = UnixAddress::path("/run/app.sock")?;
/// assert_eq!("/run/app.sock".to_unix_address()?, address);
/// assert_eq!("unix:/run/app.sock".to_unix_address()?, address);
/// assert_eq!(Path::new("/run/app.sock").to_unix_address()?, address);
/// assert!("127.0.0.1:80".to_unix_address().is_err()); // Path::new("127.0.0.1:80") is a path
/// # Ok(())
/// # }
/// ```
pub trait ToUnixAddress {
    /// The address.
    ///
    /// # Errors
    /// `InvalidInput` for an address of another family, and for a path that is empty, too long or
    /// holds a NUL.
    fn to_unix_address(&self) -> io::Result<UnixAddress>;
}

impl<A: ToUnixAddress + ?Sized> ToUnixAddress for &A {
    fn to_unix_address(&self) -> io::Result<UnixAddress> {
        (**self).to_unix_address()
    }
}

impl ToUnixAddress for UnixAddress {
    fn to_unix_address(&self) -> io::Result<UnixAddress> {
        Ok(*self)
    }
}

impl ToUnixAddress for Address {
    fn to_unix_address(&self) -> io::Result<UnixAddress> {
        self.as_unix().copied().ok_or_else(|| {
            let reason = format!("{self} is no Unix address: write unix:/path or unix:@name");
            io::Error::new(io::ErrorKind::InvalidInput, reason)
        })
    }
}

impl ToUnixAddress for str {
    fn to_unix_address(&self) -> io::Result<UnixAddress> {
        match self.parse::<Address>() {
            Err(error) if self.starts_with("unix:") => Err(error.into()),
            Err(_) => Path::new(self).to_unix_address(),
            Ok(address) => address.to_unix_address(),
        }
    }
}

impl ToUnixAddress for Path {
    fn to_unix_address(&self) -> io::Result<UnixAddress> {
        #[cfg(linux_like)]
        if let Some(name) = self.as_os_str().as_bytes().strip_prefix(b"\0") {
            return Ok(UnixAddress::abstract_name(name)?);
        }
        Ok(UnixAddress::path(self)?)
    }
}

impl ToUnixAddress for OsStr {
    fn to_unix_address(&self) -> io::Result<UnixAddress> {
        Path::new(self).to_unix_address()
    }
}

/// Owned forms of these.
macro_rules! owned {
    ($($owned:ty: $borrowed:ty),*) => { $(
        impl ToUnixAddress for $owned {
            fn to_unix_address(&self) -> io::Result<UnixAddress> {
                <$borrowed>::to_unix_address(self)
            }
        }
    )* };
}
owned!(String: str, PathBuf: Path, OsString: OsStr);

impl ToUnixAddress for SocketAddr {
    fn to_unix_address(&self) -> io::Result<UnixAddress> {
        #[cfg(linux_like)]
        if let Some(name) = SocketAddrExt::as_abstract_name(self) {
            return Ok(UnixAddress::abstract_name(name)?);
        }
        match self.as_pathname() {
            Some(path) => Ok(UnixAddress::path(path)?),
            None => Ok(UnixAddress::unnamed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_path_whatever_its_type() {
        let address = UnixAddress::path("/a/b").unwrap();
        let path = Path::new("/a/b");
        assert_eq!("/a/b".to_unix_address().unwrap(), address);
        assert_eq!("unix:/a/b".to_owned().to_unix_address().unwrap(), address);
        assert_eq!(path.to_path_buf().to_unix_address().unwrap(), address);
        assert_eq!(path.as_os_str().to_owned().to_unix_address().unwrap(), address);
        assert_eq!(SocketAddr::from_pathname(path).unwrap().to_unix_address().unwrap(), address);
        assert_eq!(Address::from(address).to_unix_address().unwrap(), address);
    }

    #[test]
    fn text_of_another_family_is_no_path_unless_it_is_said_to_be() {
        for text in ["127.0.0.1:80", ":80", "[::1]:80"] {
            let error = text.to_unix_address().unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert_eq!(
                Path::new(text).to_unix_address().unwrap().as_pathname(),
                Some(text.as_ref())
            );
        }
        assert!("unix:\\x".to_unix_address().is_err(), "an escape that is none");
        assert!("".to_unix_address().is_err());
    }

    #[cfg(linux_like)]
    #[test]
    fn a_nul_in_front_is_an_abstract_name() {
        let address = UnixAddress::abstract_name("name").unwrap();
        assert_eq!("\0name".to_unix_address().unwrap(), address);
        assert_eq!("unix:@name".to_unix_address().unwrap(), address);
        let theirs = SocketAddr::from_abstract_name("name").unwrap();
        assert_eq!(theirs.to_unix_address().unwrap(), address);
    }
}
