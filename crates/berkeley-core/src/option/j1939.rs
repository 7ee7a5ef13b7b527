//! Options of J1939 sockets: level `SOL_CAN_J1939`, Documentation/networking/j1939.rst of the
//! kernel.
//!
//! # Platforms
//! Linux.

use super::codec::{Count, List};
use super::options;
use crate::c_struct::c_structs;

options! { SOL_CAN_J1939;
    /// Which messages come: those that fit one of the filters, of which there are at most 512;
    /// without filters all: `SO_J1939_FILTER`.
    #[doc(alias = "SO_J1939_FILTER")]
    Filters: List<J1939Filter>, WriteOnly = SO_J1939_FILTER;
    /// Whether messages to other addresses come too: `SO_J1939_PROMISC`.
    #[doc(alias = "SO_J1939_PROMISC")]
    Promiscuous: bool, ReadWrite = SO_J1939_PROMISC;
    /// The priority of messages sent, 0 (first) to 7: `SO_J1939_SEND_PRIO`. 6 at first; 0 and 1
    /// are for who may administer networks.
    #[doc(alias = "SO_J1939_SEND_PRIO")]
    SendPriority: Count, ReadWrite = SO_J1939_SEND_PRIO;
    /// Whether the progress and the end of longer messages come to the error queue, those that
    /// [`Timestamping`](super::socket::Timestamping) asks for
    /// ([`TX_SCHED`](super::socket::Timestamps::TX_SCHED),
    /// [`TX_ACK`](super::socket::Timestamps::TX_ACK)): `SO_J1939_ERRQUEUE`.
    #[doc(alias = "SO_J1939_ERRQUEUE")]
    ErrorQueue: bool, ReadWrite = SO_J1939_ERRQUEUE;
}

c_structs! {
    /// Which messages a socket takes, by their sender and their group: `struct j1939_filter` of
    /// linux/can/j1939.h. A mask says which bits are looked at; none of 0.
    #[derive(Default)]
    pub struct J1939Filter {
        /// The name of the sender.
        pub name: u64,
        /// The bits of it that are looked at.
        pub name_mask: u64,
        /// The parameter group number.
        pub pgn: u32,
        /// The bits of it that are looked at.
        pub pgn_mask: u32,
        /// The address of the sender.
        pub address: u8,
        /// The bits of it that are looked at.
        pub address_mask: u8,
    }
}
