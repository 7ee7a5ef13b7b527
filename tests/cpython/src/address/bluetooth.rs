//! Bluetooth: a device and what is asked of it, by protocol.

use super::Given;
use crate::arguments::parse_one;
use crate::python::{Class, Object, Python, Raised, Result};
use crate::values::Text;
use berkeley_core::Address;
use berkeley_core::address::{BdAddr, BluetoothAddress, HciAddress};
use std::ffi::c_int;

const L2CAP: c_int = 0;
const HCI: c_int = 1;
const SCO: c_int = 2;
const RFCOMM: c_int = 3;

impl Given<'_> {
    pub(super) fn bluetooth(&self) -> Result<Address> {
        let mut device = Text::missing(self.py);
        let mut number: c_int = 0;
        let address = match self.protocol.raw() {
            L2CAP => {
                self.wrong(parse_one!(self.py, self.object, c"(si)", device, number))?;
                let psm = u16::try_from(number).map_err(|_| self.wrong_format())?;
                BluetoothAddress::l2cap(self.device(device)?, psm)
            }
            RFCOMM => {
                self.wrong(parse_one!(self.py, self.object, c"(si)", device, number))?;
                let channel = u8::try_from(number).map_err(|_| self.wrong_format())?;
                BluetoothAddress::rfcomm(self.device(device)?, channel)
            }
            HCI => {
                self.wrong(parse_one!(self.py, self.object, c"(i)", number))?;
                HciAddress::new(u16::try_from(number).map_err(|_| self.wrong_format())?).into()
            }
            SCO => {
                let bytes = self.object.bytes(self.py)?;
                let text = str::from_utf8(&bytes).map_err(|_| self.wrong_format())?;
                BluetoothAddress::sco(text.parse().map_err(|_| self.bad_address())?)
            }
            _ => return Err(self.refuse(Class::Os, "unknown Bluetooth protocol")),
        };
        Ok(address.into())
    }

    fn wrong(&self, parsed: Result<()>) -> Result<()> {
        parsed.map_err(|raised| {
            self.py.forget(raised);
            self.wrong_format()
        })
    }

    fn wrong_format(&self) -> Raised {
        self.refuse(Class::Os, "wrong format")
    }

    fn bad_address(&self) -> Raised {
        self.py.raise(Class::Os, "bad bluetooth address")
    }

    fn device(&self, text: Text<'_>) -> Result<BdAddr> {
        let device = text.get().and_then(|text| text.parse().ok());
        device.ok_or_else(|| self.bad_address())
    }
}

pub(super) fn to_python<'o>(py: Python<'o>, address: &BluetoothAddress) -> Result<Object<'o>> {
    let device = |device: BdAddr| py.text(&device.to_string());
    match *address {
        BluetoothAddress::L2cap { device: at, psm, .. } => {
            py.tuple([device(at)?, py.integer(psm)?])
        }
        BluetoothAddress::Rfcomm { device: at, channel, .. } => {
            py.tuple([device(at)?, py.integer(channel)?])
        }
        BluetoothAddress::Hci(hci) => py.integer(hci.device),
        BluetoothAddress::Sco { device: at, .. } => device(at),
        _ => Ok(py.none()),
    }
}
