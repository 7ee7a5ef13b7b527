//! Addresses between a virtual machine of Hyper-V and its host: hvsocket.h of Windows.

use super::error::{AddressError, Reason};
use super::layout::{Layout, field};
use super::text::{Fields, hex_bytes};
use crate::constant::{Family, Protocol};
use crate::sys::RawAddress;
use std::fmt;
use std::str::FromStr;

/// A service of a virtual machine or of its host, for sockets of `HV_PROTOCOL_RAW`:
/// `SOCKADDR_HV`, hvsocket.h.
///
/// # Platforms
/// Windows.
#[doc(alias = "SOCKADDR_HV")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HypervAddress {
    /// The virtual machine, or one of the `VM_` constants.
    pub vm: Uuid,
    /// The service, as it is registered with the host.
    pub service: Uuid,
}

impl HypervAddress {
    /// No virtual machine: `HV_GUID_ZERO`.
    #[doc(alias = "HV_GUID_ZERO")]
    pub const VM_ZERO: Uuid = Uuid::from_u128(0);

    /// To bind to: connections from every partition. `HV_GUID_WILDCARD`.
    #[doc(alias = "HV_GUID_WILDCARD")]
    pub const VM_WILDCARD: Uuid = Self::VM_ZERO;

    /// Every partition: `HV_GUID_BROADCAST`.
    #[doc(alias = "HV_GUID_BROADCAST")]
    pub const VM_BROADCAST: Uuid = Uuid::from_u128(u128::MAX);

    /// To bind to: connections from the virtual machines of this one. `HV_GUID_CHILDREN`.
    #[doc(alias = "HV_GUID_CHILDREN")]
    pub const VM_CHILDREN: Uuid = Uuid::from_u128(0x90db8b89_0d35_4f79_8ce9_49ea0ac8b7cd);

    /// This partition itself: `HV_GUID_LOOPBACK`.
    #[doc(alias = "HV_GUID_LOOPBACK")]
    pub const VM_LOOPBACK: Uuid = Uuid::from_u128(0xe0e16197_dd56_4a10_9195_5ee7a155a838);

    /// The host of this virtual machine: `HV_GUID_PARENT`.
    #[doc(alias = "HV_GUID_PARENT")]
    pub const VM_PARENT: Uuid = Uuid::from_u128(0xa42e7cda_d03f_480c_9cc2_a4de20abb878);

    /// Reads what follows `hyperv:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = Self { vm: fields.take().parse()?, service: fields.take().parse()? };
        fields.end().map(|()| address)
    }
}

impl Layout for HypervAddress {
    /// `AF_HYPERV`, ws2def.h.
    const FAMILY: Family = Family::from_raw(34);

    /// `SOCKADDR_HV` after its family: two zeros, machine, service.
    fn encode(&self) -> RawAddress {
        let mut tail = [0; 34];
        tail[2..18].copy_from_slice(&self.vm.to_guid());
        tail[18..].copy_from_slice(&self.service.to_guid());
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let (vm, service) = (field(tail, 2)?, field(tail, 18)?);
        Some(Self { vm: Uuid::from_guid(vm), service: Uuid::from_guid(service) })
    }
}

/// `hyperv:VM:SERVICE`.
impl fmt::Display for HypervAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hyperv:{}:{}", self.vm, self.service)
    }
}

/// A universally unique identifier: RFC 9562. Text is read in any case, and printed in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid([u8; 16]);

impl Uuid {
    /// The identifier of these bytes, in the order in which they are written.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, in the order in which they are written.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }

    const fn from_u128(number: u128) -> Self {
        Self(number.to_be_bytes())
    }

    /// As a `GUID` of Windows lies in memory: its first three numbers are little-endian.
    fn to_guid(self) -> [u8; 16] {
        let mut bytes = self.0;
        bytes[..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
        bytes
    }

    /// See [`to_guid`](Self::to_guid).
    fn from_guid(bytes: [u8; 16]) -> Self {
        Self(Self(bytes).to_guid())
    }
}

/// Reads 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
impl FromStr for Uuid {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut groups = text.split('-');
        let grouped = [8, 4, 4, 4, 12].map(|len| groups.next().is_some_and(|g| g.len() == len));
        if grouped.contains(&false) || groups.next().is_some() {
            return Err(AddressError::Uuid);
        }
        let bytes = hex_bytes(&text.replace('-', "")).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(AddressError::Uuid)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            let dash = if [4, 6, 8, 10].contains(&i) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_machines_print_as_windows_writes_them() {
        for (uuid, text) in [
            (HypervAddress::VM_ZERO, "00000000-0000-0000-0000-000000000000"),
            (HypervAddress::VM_WILDCARD, "00000000-0000-0000-0000-000000000000"),
            (HypervAddress::VM_BROADCAST, "ffffffff-ffff-ffff-ffff-ffffffffffff"),
            (HypervAddress::VM_CHILDREN, "90db8b89-0d35-4f79-8ce9-49ea0ac8b7cd"),
            (HypervAddress::VM_LOOPBACK, "e0e16197-dd56-4a10-9195-5ee7a155a838"),
            (HypervAddress::VM_PARENT, "a42e7cda-d03f-480c-9cc2-a4de20abb878"),
        ] {
            assert_eq!(uuid.to_string(), text);
            assert_eq!(text.to_uppercase().parse(), Ok(uuid));
        }
    }

    #[test]
    fn bad_uuids_are_refused() {
        for text in [
            "",
            "90db8b890d354f798ce949ea0ac8b7cd",
            "90db8b89-0d35-4f79-8ce9-49ea0ac8b7c",
            "90db8b89-0d35-4f79-8ce9-49ea0ac8b7cg",
            "90db8b89-0d35-4f79-8ce9-49ea0ac8b7cd-",
            "90db8b8-90d35-4f79-8ce9-49ea0ac8b7cd",
            "{0db8b89-0d35-4f79-8ce9-49ea0ac8b7c}",
        ] {
            assert_eq!(text.parse::<Uuid>(), Err(AddressError::Uuid), "{text}");
        }
    }

    #[test]
    fn it_lies_as_a_guid_and_round_trips() {
        let uuid = Uuid::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(uuid.to_guid(), [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]);
        let address = HypervAddress { vm: HypervAddress::VM_PARENT, service: uuid };
        let raw = address.encode();
        assert_eq!(raw.tail().len(), 34);
        assert_eq!(HypervAddress::decode(raw.tail(), Protocol::DEFAULT), Some(address));
        for len in 0..34 {
            assert_eq!(HypervAddress::decode(&raw.tail()[..len], Protocol::DEFAULT), None);
        }
        let text = address.to_string();
        let fields = Fields::new(text.strip_prefix("hyperv:").unwrap(), "");
        assert_eq!(HypervAddress::parse(fields), Ok(address));
    }
}
