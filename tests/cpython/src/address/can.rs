//! CAN: a bus, a channel of ISO-TP, a control unit of J1939.

use super::Given;
use crate::arguments::parse_tuple;
use crate::errors;
use crate::python::{Class, Object, Python, Result};
use crate::values::Argument;
use berkeley_core::address::CanAddress;
use berkeley_core::{Address, Interface};
use std::ffi::{c_uchar, c_uint, c_ulong, c_ulonglong};

impl Given<'_> {
    pub(super) fn can(&self) -> Result<Address> {
        let mut name = Argument::missing(self.py);
        let py = self.py;
        let address = match self.protocol.raw() {
            libc::CAN_RAW | libc::CAN_BCM => {
                let tuple = self.tuple("AF_CAN")?;
                let format = c"O;AF_CAN address must be a tuple (interface, )";
                parse_tuple!(py, tuple, format, name)?;
                CanAddress::bus(self.interface(name)?)
            }
            libc::CAN_ISOTP => {
                let tuple = self.tuple("AF_CAN")?;
                let (mut rx, mut tx): (c_ulong, c_ulong) = (0, 0);
                let format = c"Okk;AF_CAN address must be a tuple (interface, rx_addr, tx_addr)";
                parse_tuple!(py, tuple, format, name, rx, tx)?;
                // Of the 64 bits that the parser masks to, an identifier has 32.
                let low = |id: c_ulong| u32::try_from(id & 0xFFFF_FFFF).unwrap_or(0);
                CanAddress::IsoTp { interface: self.interface(name)?, rx: low(rx), tx: low(tx) }
            }
            libc::CAN_J1939 => {
                let tuple = self.tuple("AF_CAN")?;
                let (mut ecu, mut pgn, mut addr): (c_ulonglong, c_uint, c_uchar) = (0, 0, 0);
                let format = c"OKIB;AF_CAN address must be a tuple (interface, name, pgn, addr)";
                parse_tuple!(py, tuple, format, name, ecu, pgn, addr)?;
                CanAddress::J1939 { interface: self.interface(name)?, name: ecu, pgn, addr }
            }
            _ => return Err(self.refuse(Class::Os, "unsupported CAN protocol")),
        };
        Ok(address.into())
    }

    fn interface(&self, name: Argument<'_>) -> Result<Interface> {
        let name = String::from_utf8_lossy(&name.path(self.py)?).into_owned();
        if name.is_empty() {
            return Ok(Interface::ANY);
        }
        if name.len() >= libc::IF_NAMESIZE {
            return Err(self.py.raise(Class::Os, "AF_CAN interface name too long"));
        }
        Interface::from_name(&name).map_err(|error| errors::raise(self.py, &error))
    }
}

pub(super) fn to_python<'o>(py: Python<'o>, address: &CanAddress) -> Result<Object<'o>> {
    let interface = address.interface();
    let name = py.path(interface.name().unwrap_or_default().as_bytes())?;
    match *address {
        CanAddress::IsoTp { rx, tx, .. } => py.tuple([name, py.integer(rx)?, py.integer(tx)?]),
        CanAddress::J1939 { name: ecu, pgn, addr, .. } => {
            py.tuple([name, py.unsigned(ecu)?, py.integer(pgn)?, py.integer(addr)?])
        }
        _ => py.tuple([name]),
    }
}
