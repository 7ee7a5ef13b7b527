//! SAE J1939 over CAN: the kernel's j1939.rst.

use super::{Decode, message, numbers};
use crate::netlink::Attributes;

numbers! { SOL_CAN_J1939;
    /// The address that a message was sent to: `SCM_J1939_DEST_ADDR`. Not there for broadcasts.
    #[doc(alias = "SCM_J1939_DEST_ADDR")]
    DestinationAddress(u8 as u8): received = SCM_J1939_DEST_ADDR;
    /// The name of the node that a message was sent to: `SCM_J1939_DEST_NAME`.
    #[doc(alias = "SCM_J1939_DEST_NAME")]
    DestinationName(u64 as u64): received = SCM_J1939_DEST_NAME;
    /// The priority of a message, 0 (highest) to 7: `SCM_J1939_PRIO`.
    #[doc(alias = "SCM_J1939_PRIO")]
    Priority(u8 as u8): received = SCM_J1939_PRIO;
}

/// How far a long message has come: attributes `J1939_NLA_*` of linux/can/j1939.h.
///
/// It comes with an entry of the error queue ([`J1939Error`](super::J1939Error)) if the socket asks
/// for [`Timestamps::OPT_STATS`](crate::option::socket::Timestamps::OPT_STATS) too, as
/// `SCM_TIMESTAMPING_OPT_STATS`. A list of messages has it as
/// [`TimestampStatistics`](super::TimestampStatistics), which TCP has too;
/// [`RecvBuffer::get`](super::RecvBuffer::get) has this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes that the receiver has acknowledged, of a message sent: `J1939_NLA_BYTES_ACKED`.
    #[doc(alias = "J1939_NLA_BYTES_ACKED")]
    pub acknowledged: Option<u32>,
    /// Bytes of the whole message, of one that comes, as the rest: `J1939_NLA_TOTAL_SIZE`.
    pub total: Option<u32>,
    /// Its parameter group: `J1939_NLA_PGN`.
    pub pgn: Option<u32>,
    /// The name of its sender: `J1939_NLA_SRC_NAME`.
    pub source_name: Option<u64>,
    /// The name of its receiver: `J1939_NLA_DEST_NAME`.
    pub destination_name: Option<u64>,
    /// The address of its sender: `J1939_NLA_SRC_ADDR`.
    pub source: Option<u8>,
    /// The address of its receiver: `J1939_NLA_DEST_ADDR`.
    pub destination: Option<u8>,
}

message!(Progress = SOL_SOCKET, SCM_TIMESTAMPING_OPT_STATS);

impl Decode for Progress {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut progress = Self::default();
        for attribute in Attributes::parse(payload) {
            let attribute = attribute.ok()?;
            match attribute.kind() {
                1 => progress.acknowledged = attribute.u32().ok(),
                2 => progress.total = attribute.u32().ok(),
                3 => progress.pgn = attribute.u32().ok(),
                4 => progress.source_name = attribute.u64().ok(),
                5 => progress.destination_name = attribute.u64().ok(),
                6 => progress.source = attribute.u8().ok(),
                7 => progress.destination = attribute.u8().ok(),
                // What fills up to a multiple of 8, and what is not known here.
                _ => {}
            }
        }
        Some(progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let len = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [&len.to_ne_bytes(), &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn attributes_are_read_one_after_another() {
        let bytes = [
            attribute(2, &1_000_u32.to_ne_bytes()),
            attribute(0, &[]),
            attribute(4, &7_u64.to_ne_bytes()),
            attribute(99, &[1, 2, 3]),
            attribute(6, &[0x20]),
        ]
        .concat();
        let expected = Progress {
            total: Some(1_000),
            source_name: Some(7),
            source: Some(0x20),
            ..Progress::default()
        };
        assert_eq!(Progress::decode(&bytes), Some(expected));
        assert_eq!(Progress::decode(&[]), Some(Progress::default()));
    }

    #[test]
    fn lengths_are_not_trusted() {
        for len in [0_u16, 3, 9, u16::MAX] {
            let bytes = [len.to_ne_bytes(), [1, 0], [0; 2], [0; 2]].concat();
            assert_eq!(Progress::decode(&bytes), None, "{len}");
        }
        // Cut behind the header, and within a value.
        assert_eq!(Progress::decode(&attribute(1, &[0; 4])[..7]), None);
        assert_eq!(Progress::decode(&attribute(1, &[0; 2])).unwrap().acknowledged, None);
    }
}
