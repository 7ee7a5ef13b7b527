//! Why values or text are no address. The messages say what would be one.

use super::UnixAddressError;
use std::fmt;
use std::io;

/// Why values make no address of their family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// The hardware address has this many bytes, more than fit.
    HardwareTooLong(usize),
    /// The type of algorithm has this many bytes, more than fit.
    AlgorithmTypeTooLong(usize),
    /// The name of the algorithm has this many bytes, more than fit.
    AlgorithmNameTooLong(usize),
    /// The name has this many bytes, more than fit.
    NodeNameTooLong(usize),
    /// A name holds a NUL byte.
    Nul,
    /// The text is no Bluetooth address.
    BdAddr,
    /// The text is no UUID.
    Uuid,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HardwareTooLong(len) => {
                write!(f, "the hardware address has {len} bytes and a packet address holds 8")
            }
            Self::AlgorithmTypeTooLong(len) => {
                write!(f, "the type of algorithm has {len} bytes and an address holds 13")
            }
            Self::AlgorithmNameTooLong(len) => {
                write!(f, "the name of the algorithm has {len} bytes and an address holds 63")
            }
            Self::NodeNameTooLong(len) => {
                write!(f, "the name of the node has {len} bytes and an address holds 31")
            }
            Self::Nul => f.write_str("the name holds a NUL byte, which ends names"),
            Self::BdAddr => f.write_str(
                "a Bluetooth address is six bytes in hexadecimal, such as 01:23:45:67:89:AB",
            ),
            Self::Uuid => f.write_str(
                "a UUID is 32 hexadecimal digits, such as 00112233-4455-6677-8899-aabbccddeeff",
            ),
        }
    }
}

impl std::error::Error for AddressError {}

impl From<AddressError> for io::Error {
    fn from(error: AddressError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

/// Why text is no address. Its message says what would be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressParseError {
    pub(super) text: String,
    pub(super) reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NoPort,
    Port,
    Host,
    Ipv6Host,
    Interface,
    Unix(UnixAddressError),
    Value(AddressError),
    /// The text of a family has another form, which is this.
    Form(&'static str),
}

impl From<UnixAddressError> for Reason {
    fn from(error: UnixAddressError) -> Self {
        Self::Unix(error)
    }
}

impl From<AddressError> for Reason {
    fn from(error: AddressError) -> Self {
        Self::Value(error)
    }
}

impl fmt::Display for AddressParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not an address: ", self.text)?;
        match self.reason {
            Reason::NoPort => {
                f.write_str("write 127.0.0.1:80, [::1]:80, unix:/path or, on Linux, unix:@name")
            }
            Reason::Port => f.write_str("the port must be a number from 0 to 65535"),
            Reason::Host => f.write_str(
                "the host must be a number like 127.0.0.1 or [::1], empty for any interface, or \
                 <broadcast>; a name has to be resolved first, by berkeley_core::resolve::first or \
                 ConnectOptions",
            ),
            Reason::Ipv6Host => f.write_str(
                "the host in brackets must be an IPv6 address, or empty for any interface",
            ),
            Reason::Interface => f.write_str("there is no interface of that name"),
            Reason::Unix(error) => error.fmt(f),
            Reason::Value(error) => error.fmt(f),
            Reason::Form(form) => write!(f, "write {form}"),
        }
    }
}

impl std::error::Error for AddressParseError {}

impl From<AddressParseError> for io::Error {
    fn from(error: AddressParseError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}
