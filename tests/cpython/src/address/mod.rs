//! Addresses as Python writes them: tuples, texts and numbers, by family.

mod bluetooth;
mod can;
mod internet;
mod local;
mod others;

pub(crate) use internet::{Encoded, first_address};

use crate::object::SocketObject;
use crate::python::{Class, Object, Python, Raised, Result};
use crate::values::Argument;
use berkeley_core::{Address, Family, Protocol};
use std::fmt;

/// An address that Python gives to `caller`.
pub(crate) struct Given<'g> {
    pub(crate) py: Python<'g>,
    pub(crate) caller: &'static str,
    pub(crate) family: Family,
    pub(crate) protocol: Protocol,
    pub(crate) object: Argument<'g>,
}

impl<'g> Given<'g> {
    pub(crate) fn to(
        socket: &SocketObject,
        py: Python<'g>,
        caller: &'static str,
        object: Argument<'g>,
    ) -> Self {
        Self { py, caller, family: socket.family(), protocol: socket.protocol(), object }
    }

    /// The address, its host resolved.
    pub(crate) fn resolve(&self) -> Result<Address> {
        match self.family.raw() {
            libc::AF_INET | libc::AF_RDS => self.inet(),
            libc::AF_INET6 => self.inet6(),
            libc::AF_UNIX => self.unix(),
            libc::AF_NETLINK => self.netlink(),
            libc::AF_PACKET => self.packet(),
            libc::AF_VSOCK => self.vsock(),
            libc::AF_TIPC => self.tipc(),
            libc::AF_ALG => self.alg(),
            QIPCRTR => self.qipcrtr(),
            libc::AF_CAN => self.can(),
            libc::AF_BLUETOOTH => self.bluetooth(),
            _ => Err(self.refuse(Class::Os, "bad family")),
        }
    }

    /// Refuses anything but a tuple, with the family in the message.
    fn tuple(&self, family: &str) -> Result<Argument<'g>> {
        if self.object.is_tuple() {
            return Ok(self.object);
        }
        let message = format!("{family} address must be tuple, not {}", self.object.type_name());
        Err(self.refuse(Class::Type, message))
    }

    fn refuse(&self, class: Class, why: impl fmt::Display) -> Raised {
        self.py.raise(class, &format!("{}(): {why}", self.caller))
    }

    /// Another message for numbers that do not fit, in the place of the parser's own.
    fn unless_overflow(&self, parsed: Result<()>, why: &str) -> Result<()> {
        let Err(raised) = parsed else { return Ok(()) };
        if !self.py.is_raised(Class::Overflow) {
            return Err(raised);
        }
        self.py.forget(raised);
        Err(self.refuse(Class::Overflow, why))
    }

    /// The text of an address, read by the crates.
    fn os_error(&self, error: impl fmt::Display) -> Raised {
        self.py.raise(Class::Os, &error.to_string())
    }
}

const QIPCRTR: i32 = 42;

/// Builds what Python shows of an address. An empty one is None.
pub(crate) fn to_python<'o>(py: Python<'o>, address: Option<&Address>) -> Result<Object<'o>> {
    let Some(address) = address else { return Ok(py.none()) };
    match address {
        Address::Inet(v4) => py.tuple([py.text(&v4.ip().to_string())?, py.integer(v4.port())?]),
        Address::Inet6(v6) => internet::inet6_tuple(py, v6),
        Address::Unix(unix) => local::to_python(py, unix),
        Address::Netlink(netlink) => {
            py.tuple([py.integer(netlink.pid)?, py.integer(netlink.groups)?])
        }
        Address::Packet(packet) => others::packet_tuple(py, packet),
        Address::Vsock(vsock) => py.tuple([py.integer(vsock.cid)?, py.integer(vsock.port)?]),
        Address::Can(address) => can::to_python(py, address),
        Address::Tipc(tipc) => others::tipc_tuple(py, tipc),
        Address::Alg(alg) => others::alg_tuple(py, alg),
        Address::Qipcrtr(at) => py.tuple([py.integer(at.node)?, py.integer(at.port)?]),
        Address::Bluetooth(address) => bluetooth::to_python(py, address),
        // An address that has no bytes is none.
        Address::Other(other) if other.bytes().is_empty() => Ok(py.none()),
        // As many bytes as a `struct sockaddr` has.
        other => {
            let mut bytes = other.to_sockaddr();
            bytes.resize(16, 0);
            py.tuple([py.integer(other.family().raw())?, py.bytes(&bytes[2..])?])
        }
    }
}
