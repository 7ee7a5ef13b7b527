//! Hosts and ports: of INET, INET6 and RDS.

use super::Given;
use crate::arguments::parse_tuple;
use crate::errors;
use crate::python::{Class, Object, Python, Result};
use crate::values::Argument;
use berkeley_core::resolve::{self, Host};
use berkeley_core::{Address, Family, Inet6Address, Interface};
use std::ffi::{c_int, c_uint};

/// The name of a host in the encoding that name servers know, as Python's codec `idna` has it;
/// bytes are taken as they are.
pub(crate) struct Encoded(Vec<u8>);

impl Encoded {
    pub(crate) fn new(py: Python<'_>, name: Argument<'_>) -> Result<Self> {
        let bytes = if name.is_text() {
            Argument::of(&name.encode(py, c"idna")?).bytes(py)?
        } else if name.is_bytes() || name.is_bytearray() {
            name.bytes(py)?
        } else {
            return Err(py.raise(Class::Type, "str, bytes or bytearray expected"));
        };
        if bytes.contains(&0) {
            return Err(py.raise(Class::Type, "host name must not contain null character"));
        }
        Ok(Self(bytes))
    }

    pub(crate) fn host(&self) -> Host {
        self.0.as_slice().into()
    }
}

/// The first address of a host, with port 0.
pub(crate) fn first_address(py: Python<'_>, name: &Encoded, family: Family) -> Result<Address> {
    let host = name.host();
    let found = py.detach(|| resolve::first((host, 0), family));
    found.map_err(|error| errors::raise_resolve(py, &error))
}

impl Given<'_> {
    fn port(&self, port: c_int) -> Result<u16> {
        u16::try_from(port).map_err(|_| self.refuse(Class::Overflow, PORTS))
    }

    pub(super) fn inet(&self) -> Result<Address> {
        let tuple = self.tuple("AF_INET")?;
        let mut host = Argument::missing(self.py);
        let mut port: c_int = 0;
        let parsed = parse_tuple!(
            self.py,
            tuple,
            c"Oi;AF_INET address must be a pair (host, port)",
            host,
            port
        );
        self.unless_overflow(parsed, PORTS)?;
        let found = first_address(self.py, &Encoded::new(self.py, host)?, Family::INET)?;
        let port = self.port(port)?;
        Ok(match found {
            Address::Inet(mut v4) => {
                v4.set_port(port);
                v4.into()
            }
            other => other,
        })
    }

    pub(super) fn inet6(&self) -> Result<Address> {
        let tuple = self.tuple("AF_INET6")?;
        let mut host = Argument::missing(self.py);
        let (mut port, mut flowinfo, mut scope): (c_int, c_uint, c_uint) = (0, 0, 0);
        let format = c"Oi|II;AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])";
        let parsed = parse_tuple!(self.py, tuple, format, host, port, flowinfo, scope);
        self.unless_overflow(parsed, PORTS)?;
        let found = first_address(self.py, &Encoded::new(self.py, host)?, Family::INET6)?;
        let port = self.port(port)?;
        if flowinfo > 0xF_FFFF {
            return Err(self.refuse(Class::Overflow, "flowinfo must be 0-1048575."));
        }
        Ok(match found {
            Address::Inet6(v6) => {
                let mut address = Inet6Address::new(v6.ip, port);
                address.flowinfo = flowinfo;
                // The tuple's scope counts, and not that of the host's text.
                address.with_scope(Interface::from_index(scope)).into()
            }
            other => other,
        })
    }
}

const PORTS: &str = "port must be 0-65535.";

pub(super) fn inet6_tuple<'o>(py: Python<'o>, address: &Inet6Address) -> Result<Object<'o>> {
    py.tuple([
        py.text(&address.ip.to_string())?,
        py.integer(address.port)?,
        py.integer(address.flowinfo)?,
        py.integer(address.scope.index())?,
    ])
}
