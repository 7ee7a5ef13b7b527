//! Bluetooth: the kernel's bluetooth.h and hci_sock.h.

use super::time::{moment, two_longs};
use super::{Decode, message, numbers};
use std::time::SystemTime;

numbers! { SOL_BLUETOOTH;
    /// How well a packet of a voice link came: `BT_SCM_PKT_STATUS`, asked for by
    /// [`PacketStatus`](crate::option::bluetooth::PacketStatus).
    #[doc(alias = "BT_SCM_PKT_STATUS")]
    PacketStatus(u8 as u8): received = BT_SCM_PKT_STATUS;
}

numbers! { SOL_HCI;
    /// Whether a packet came from the controller (1) or went to it (0): `HCI_CMSG_DIR`, asked for
    /// by `HCI_DATA_DIR`.
    #[doc(alias = "HCI_CMSG_DIR")]
    HciDirection(i32 as i32): received = HCI_CMSG_DIR;
}

/// When a packet passed the controller's interface: `HCI_CMSG_TSTAMP`, asked for by
/// [`Timestamp`](crate::option::bluetooth::hci::Timestamp).
#[doc(alias = "HCI_CMSG_TSTAMP")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HciTimestamp(pub SystemTime);

message!(HciTimestamp = SOL_HCI, HCI_CMSG_TSTAMP);

impl Decode for HciTimestamp {
    fn decode(payload: &[u8]) -> Option<Self> {
        let (seconds, micros) = two_longs(payload)?;
        moment(seconds, micros.checked_mul(1_000)?).map(Self)
    }
}
