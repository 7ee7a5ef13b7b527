//! Options of logical links: level `SOL_L2CAP`, bluetooth/l2cap.h.

use super::{BluetoothMode, ConnectionInfo, LinkMode};
use crate::c_struct::c_structs;
use crate::option::codec::{Flags, laid_out};
use crate::option::options;

options! { SOL_L2CAP;
    /// How the channel is arranged: `L2CAP_OPTIONS`, before connect.
    #[doc(alias = "L2CAP_OPTIONS")]
    Options: L2capOptions, ReadWrite = L2CAP_OPTIONS;
    /// What the connection is to the controller: `L2CAP_CONNINFO`.
    #[doc(alias = "L2CAP_CONNINFO")]
    Connection: ConnectionInfo, ReadOnly = L2CAP_CONNINFO;
    /// What is done with the link: `L2CAP_LM`. [`Security`](super::Security) says it in newer
    /// words.
    #[doc(alias = "L2CAP_LM")]
    Link: Flags<LinkMode>, ReadWrite = L2CAP_LM;
}

laid_out!(L2capOptions);

c_structs! {
    /// How a channel is arranged: `struct l2cap_options`.
    pub struct L2capOptions {
        /// The most bytes of a packet sent.
        #[doc(alias = "omtu")]
        pub send_mtu: u16,
        /// The most bytes of a packet received.
        #[doc(alias = "imtu")]
        pub receive_mtu: u16,
        /// After what time packets are thrown away, milliseconds; 0xFFFF for never.
        #[doc(alias = "flush_to")]
        pub flush_timeout: u16,
        /// How packets are arranged.
        pub mode: BluetoothMode,
        /// 1 to check packets by a sum of 16 bits, 0 not to.
        pub fcs: u8,
        /// How often a packet is sent.
        #[doc(alias = "max_tx")]
        pub max_transmissions: u8,
        /// How many packets are sent before one is acknowledged.
        #[doc(alias = "txwin_size")]
        pub window: u16,
    }
}
