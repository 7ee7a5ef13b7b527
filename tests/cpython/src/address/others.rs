//! Netlink, packet, vsock, TIPC, ALG and QIPCRTR.

use super::Given;
use crate::arguments::{Buffer, parse_tuple};
use crate::errors;
use crate::python::{Class, Object, Python, Result};
use crate::values::Text;
use berkeley_core::address::{
    AddressError, AlgAddress, NetlinkAddress, PacketAddress, PacketType, QipcrtrAddress,
    TipcAddress, TipcScope, VsockAddress,
};
use berkeley_core::{Address, Interface};
use std::ffi::{c_int, c_uint, c_ushort};

impl Given<'_> {
    pub(super) fn netlink(&self) -> Result<Address> {
        let tuple = self.tuple("AF_NETLINK")?;
        let (mut pid, mut groups): (c_uint, c_uint) = (0, 0);
        let format = c"II;AF_NETLINK address must be a pair (pid, groups)";
        parse_tuple!(self.py, tuple, format, pid, groups)?;
        Ok(NetlinkAddress { pid, groups }.into())
    }

    pub(super) fn qipcrtr(&self) -> Result<Address> {
        let tuple = self.tuple("AF_QIPCRTR")?;
        let (mut node, mut port): (c_uint, c_uint) = (0, 0);
        let format = c"II;AF_QIPCRTR address must be a pair (node, port)";
        parse_tuple!(self.py, tuple, format, node, port)?;
        Ok(QipcrtrAddress { node, port }.into())
    }

    pub(super) fn vsock(&self) -> Result<Address> {
        let tuple = self.tuple("AF_VSOCK")?;
        let (mut cid, mut port): (c_uint, c_uint) = (0, 0);
        let format = c"II;AF_VSOCK address must be a pair (CID, port)";
        parse_tuple!(self.py, tuple, format, cid, port)?;
        Ok(VsockAddress::new(cid, port).into())
    }

    pub(super) fn packet(&self) -> Result<Address> {
        let tuple = self.tuple("AF_PACKET")?;
        let mut name = Text::missing(self.py);
        let (mut protocol, mut kind, mut hardware): (c_int, c_int, c_int) = (0, 0, 0);
        let mut bytes = Buffer::new();
        let format = c"si|iiy*;AF_PACKET address must be a tuple of two to five elements";
        let parsed = parse_tuple!(self.py, tuple, format, name, protocol, kind, hardware, bytes.0);
        self.unless_overflow(parsed, "address argument out of range")?;
        let interface = Interface::from_name(name.get().unwrap_or_default());
        let interface = interface.map_err(|error| errors::raise(self.py, &error))?;
        let Ok(protocol) = u16::try_from(protocol) else {
            return Err(self.refuse(Class::Overflow, "proto must be 0-65535."));
        };
        // The fields of the kernel have a byte and two, and C cuts to them.
        let [kind, ..] = kind.to_le_bytes();
        let [low, high, ..] = hardware.to_le_bytes();
        let mut address = PacketAddress::new(interface, protocol);
        address.packet_type = PacketType::from_raw(kind);
        address.hardware_type = u16::from_le_bytes([low, high]);
        address
            .with_hardware(bytes.bytes())
            .map(Address::from)
            .map_err(|_| self.py.raise(Class::Value, "hardware address must be 8 bytes or less"))
    }

    pub(super) fn tipc(&self) -> Result<Address> {
        let tuple = self.tuple("AF_TIPC")?;
        let (mut kind, mut first, mut second, mut third): (c_uint, c_uint, c_uint, c_uint) =
            (0, 0, 0, 0);
        let mut scope = c_uint::from(TipcScope::CLUSTER.raw().unsigned_abs());
        let format = c"IIII|I;AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])";
        parse_tuple!(self.py, tuple, format, kind, first, second, third, scope)?;
        let scope = TipcScope::from_raw(i8::from_le_bytes([scope.to_le_bytes()[0]]));
        Ok(match kind {
            NAME_SEQ => TipcAddress::NameSeq { service: first, lower: second, upper: third, scope },
            NAME => TipcAddress::Name { service: first, instance: second, domain: third, scope },
            ID => TipcAddress::Id { node: first, reference: second },
            _ => return Err(self.py.raise(Class::Type, "Invalid address type")),
        }
        .into())
    }

    pub(super) fn alg(&self) -> Result<Address> {
        let tuple = self.tuple("AF_ALG")?;
        let [mut kind, mut name] = [Text::missing(self.py); 2];
        let (mut feat, mut mask): (c_ushort, c_ushort) = (0, 0);
        let format = c"ss|HH;AF_ALG address must be a tuple (type, name [, feat [, mask]])";
        parse_tuple!(self.py, tuple, format, kind, name, feat, mask)?;
        match AlgAddress::new(kind.get().unwrap_or_default(), name.get().unwrap_or_default()) {
            Ok(mut address) => {
                (address.feat, address.mask) = (feat.into(), mask.into());
                Ok(address.into())
            }
            Err(AddressError::AlgorithmTypeTooLong(_)) => {
                Err(self.py.raise(Class::Value, "AF_ALG type too long."))
            }
            Err(AddressError::AlgorithmNameTooLong(_)) => {
                Err(self.py.raise(Class::Value, "AF_ALG name too long."))
            }
            Err(error) => Err(self.os_error(error)),
        }
    }
}

// TIPC_ADDR_NAMESEQ, TIPC_ADDR_NAME and TIPC_ADDR_ID.
const NAME_SEQ: c_uint = 1;
const NAME: c_uint = 2;
const ID: c_uint = 3;

pub(super) fn packet_tuple<'o>(py: Python<'o>, address: &PacketAddress) -> Result<Object<'o>> {
    // None where no interface has the number 0.
    let name = address.interface.name().unwrap_or_default();
    py.tuple([
        py.path(name.as_bytes())?,
        py.integer(address.protocol)?,
        py.integer(address.packet_type.raw())?,
        py.integer(address.hardware_type)?,
        py.bytes(address.hardware())?,
    ])
}

pub(super) fn tipc_tuple<'o>(py: Python<'o>, address: &TipcAddress) -> Result<Object<'o>> {
    let (kind, numbers, scope) = match *address {
        TipcAddress::NameSeq { service, lower, upper, scope } => {
            (NAME_SEQ, [service, lower, upper], scope.raw())
        }
        TipcAddress::Name { service, instance, domain, scope } => {
            (NAME, [service, instance, domain], scope.raw())
        }
        TipcAddress::Id { node, reference } => (ID, [node, reference, 0], 0),
        _ => return Err(py.raise(Class::Value, "Invalid address type")),
    };
    let [first, second, third] = numbers;
    py.tuple([
        py.integer(kind)?,
        py.integer(first)?,
        py.integer(second)?,
        py.integer(third)?,
        py.integer(scope)?,
    ])
}

pub(super) fn alg_tuple<'o>(py: Python<'o>, address: &AlgAddress) -> Result<Object<'o>> {
    py.tuple([
        py.text(address.kind())?,
        py.text(address.name())?,
        py.integer(address.feat)?,
        py.integer(address.mask)?,
    ])
}
