//! Bluetooth addresses: what they are here, how they lie in each system's files.

mod bd_addr;

#[cfg(freebsd)]
#[path = "freebsd.rs"]
mod layout;
#[cfg(linux_like)]
#[path = "linux.rs"]
mod layout;
#[cfg(any(netbsd, dragonfly))]
#[path = "netbsd.rs"]
mod layout;

pub use bd_addr::BdAddr;
pub use layout::HciAddress;

use super::error::Reason;
use super::open_number;
use super::text::Fields;
use std::fmt;

/// The address of a Bluetooth socket. Which form it has is decided by the socket's protocol.
///
/// ```
/// use berkeley_core::address::{Address, BdAddr, BluetoothAddress};
///
/// let device: BdAddr = "01:23:45:67:89:ab".parse().unwrap();
/// let address = Address::from(BluetoothAddress::rfcomm(device, 1));
/// assert_eq!(address.to_string(), "rfcomm:01:23:45:67:89:AB:1");
/// assert_eq!("rfcomm:01:23:45:67:89:AB:1".parse(), Ok(address));
/// ```
///
/// # Platforms
/// Linux, FreeBSD, NetBSD and DragonFly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BluetoothAddress {
    /// A logical link of a device (`BTPROTO_L2CAP`): `sockaddr_l2`.
    L2cap {
        /// The device.
        device: BdAddr,
        /// The service, by its protocol and service multiplexer; 0 in a bind asks for a free one.
        psm: u16,
        /// The fixed channel, in place of a service; 0 for none. Linux and FreeBSD.
        cid: u16,
        /// What kind of address the device has. Linux and FreeBSD.
        device_type: BdAddrType,
    },
    /// A serial line of a device (`BTPROTO_RFCOMM`): `sockaddr_rc`.
    Rfcomm {
        /// The device.
        device: BdAddr,
        /// The channel, from 1 to 30; 0 in a bind asks for a free one.
        channel: u8,
    },
    /// A controller of this machine (`BTPROTO_HCI`).
    Hci(HciAddress),
    /// A device for voice (`BTPROTO_SCO`): `sockaddr_sco`.
    Sco {
        /// The device.
        device: BdAddr,
    },
}

open_number! {
    /// The kind of address that a Bluetooth device has: `BDADDR_*`.
    pub struct BdAddrType(u8);

    /// That of classic Bluetooth: `BDADDR_BREDR`.
    BREDR = 0;
    /// Of low energy, and assigned for good: `BDADDR_LE_PUBLIC`.
    LE_PUBLIC = 1;
    /// Of low energy, and chosen at random: `BDADDR_LE_RANDOM`.
    LE_RANDOM = 2;
}

impl BluetoothAddress {
    /// A service of a device of classic Bluetooth.
    #[must_use]
    pub const fn l2cap(device: BdAddr, psm: u16) -> Self {
        Self::L2cap { device, psm, cid: 0, device_type: BdAddrType::BREDR }
    }

    /// A serial line of a device.
    #[must_use]
    pub const fn rfcomm(device: BdAddr, channel: u8) -> Self {
        Self::Rfcomm { device, channel }
    }

    /// A device for voice.
    #[must_use]
    pub const fn sco(device: BdAddr) -> Self {
        Self::Sco { device }
    }

    /// Reads what follows `l2cap:`.
    pub(super) fn parse_l2cap(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self::L2cap {
            device: device(&mut fields)?,
            psm: fields.number()?,
            cid: fields.number_or(0)?,
            device_type: BdAddrType::from_raw(fields.number_or(0)?),
        };
        fields.end().map(|()| address)
    }

    /// Reads what follows `rfcomm:`.
    pub(super) fn parse_rfcomm(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self::Rfcomm { device: device(&mut fields)?, channel: fields.number()? };
        fields.end().map(|()| address)
    }

    /// Reads what follows `hci:`.
    pub(super) fn parse_hci(fields: Fields<'_>) -> Result<Self, Reason> {
        HciAddress::parse(fields).map(Self::Hci)
    }

    /// Reads what follows `sco:`.
    pub(super) fn parse_sco(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self::Sco { device: device(&mut fields)? };
        fields.end().map(|()| address)
    }
}

/// A device, whose text has colons itself; an empty field is any.
fn device(fields: &mut Fields<'_>) -> Result<BdAddr, Reason> {
    let mut text = fields.take().to_owned();
    if text.is_empty() {
        return Ok(BdAddr::ANY);
    }
    for _ in 1..6 {
        text.push(':');
        text.push_str(fields.take());
    }
    Ok(text.parse()?)
}

/// `l2cap:DEVICE:PSM` (and `:CID:TYPE` where they say something), `rfcomm:DEVICE:CHANNEL`,
/// `sco:DEVICE`, and [`HciAddress`].
impl fmt::Display for BluetoothAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::L2cap { device, psm, cid, device_type } => {
                write!(f, "l2cap:{device}:{psm}")?;
                let default = (cid, device_type) == (0, BdAddrType::BREDR);
                if default { Ok(()) } else { write!(f, ":{cid}:{}", device_type.raw()) }
            }
            Self::Rfcomm { device, channel } => write!(f, "rfcomm:{device}:{channel}"),
            Self::Hci(address) => address.fmt(f),
            Self::Sco { device } => write!(f, "sco:{device}"),
        }
    }
}

impl From<HciAddress> for BluetoothAddress {
    fn from(address: HciAddress) -> Self {
        Self::Hci(address)
    }
}
