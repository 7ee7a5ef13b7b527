//! Options of raw sockets of the controller: level `SOL_HCI`, bluetooth/hci.h.

use crate::c_struct::c_structs;
use crate::option::codec::laid_out;
use crate::option::options;

options! { SOL_HCI;
    /// Whether each packet comes with its direction, as a control message: `HCI_DATA_DIR`.
    #[doc(alias = "HCI_DATA_DIR")]
    DataDirection: bool, ReadWrite = HCI_DATA_DIR;
    /// Whether each packet comes with the time of its arrival, as a control message:
    /// `HCI_TIME_STAMP`.
    #[doc(alias = "HCI_TIME_STAMP")]
    Timestamp: bool, ReadWrite = HCI_TIME_STAMP;
    /// Which packets come: `HCI_FILTER`. None at first. Who may not administer networks gets
    /// fewer than asked for.
    #[doc(alias = "HCI_FILTER")]
    Filter: HciFilter, ReadWrite = HCI_FILTER;
}

laid_out!(HciFilter);

c_structs! {
    /// Which packets come: `struct hci_filter`.
    #[derive(Default)]
    pub struct HciFilter {
        /// A bit for each type of packet: 1 for commands, 2 for data, 4 for events.
        #[doc(alias = "type_mask")]
        pub types: u32,
        /// A bit for each event, 32 in the first number, 32 in the second.
        #[doc(alias = "event_mask")]
        pub events: [u32; 2],
        /// Of events about commands, those about this one alone; 0 for all.
        pub opcode: u16,
    }
}

impl HciFilter {
    /// The filter for these types of packets and these events, by their numbers: a type is 1
    /// (commands), 2 (data), 3 (voice), 4 (events) or 0xFF (the vendor's). Of a number, the bits
    /// that a filter has count, as bluetooth/hci_lib.h does it: 5 of a type, 6 of an event.
    #[must_use]
    pub fn of(types: &[u8], events: &[u8]) -> Self {
        let events = events.iter().fold(0_u64, |mask, event| mask | 1 << (event & 63));
        let [low, high] = [events & 0xFFFF_FFFF, events >> 32];
        Self {
            types: types.iter().fold(0, |mask, kind| match kind {
                0xFF => mask | 1,
                kind => mask | 1 << (kind & 31),
            }),
            events: [low, high].map(|word| u32::try_from(word).unwrap_or_default()),
            opcode: 0,
        }
    }
}
