//! Options of ISO-TP sockets: level `SOL_CAN_ISOTP`, ISO 15765-2, linux/can/isotp.h.
//!
//! They are set before the socket is bound (`EISCONN` after).
//!
//! # Platforms
//! Linux.

use super::codec::{ints, invalid_input, laid_out};
use super::options;
use crate::c_struct::{as_numbers, c_structs};
use std::time::Duration;

options! { SOL_CAN_ISOTP;
    /// How the socket behaves: `CAN_ISOTP_OPTS`.
    #[doc(alias = "CAN_ISOTP_OPTS")]
    Options: IsotpOptions, ReadWrite = CAN_ISOTP_OPTS;
    /// What is asked of the sender by flow control: `CAN_ISOTP_RECV_FC`.
    #[doc(alias = "CAN_ISOTP_RECV_FC")]
    FlowControl: IsotpFlowControl, ReadWrite = CAN_ISOTP_RECV_FC;
    /// The time between frames sent, whatever the receiver asks for, with
    /// [`IsotpFlags::FORCE_TRANSMIT_TIME`]: `CAN_ISOTP_TX_STMIN`, nanoseconds, up to 4.29 s.
    #[doc(alias = "CAN_ISOTP_TX_STMIN")]
    TransmitTime: Nanoseconds, ReadWrite = CAN_ISOTP_TX_STMIN;
    /// The least time between frames received, sooner ones being ignored, with
    /// [`IsotpFlags::FORCE_RECEIVE_TIME`]: `CAN_ISOTP_RX_STMIN`, nanoseconds, up to 4.29 s.
    #[doc(alias = "CAN_ISOTP_RX_STMIN")]
    ReceiveTime: Nanoseconds, ReadWrite = CAN_ISOTP_RX_STMIN;
    /// What frames the messages are cut into: `CAN_ISOTP_LL_OPTS`.
    #[doc(alias = "CAN_ISOTP_LL_OPTS")]
    LinkLayer: IsotpLinkLayer, ReadWrite = CAN_ISOTP_LL_OPTS;
}

laid_out!(IsotpOptions, IsotpFlowControl, IsotpLinkLayer);

/// Nanoseconds, 32 bits to the kernel.
#[derive(Debug)]
pub enum Nanoseconds {}

ints! {
    Nanoseconds: Duration,
        |value| {
            let too_long = |_| invalid_input(format!("{value:?} is more than 4.29 s"));
            u32::try_from(value.as_nanos()).map(u32::cast_signed).map_err(too_long)
        },
        |int| Ok(Duration::from_nanos(int.cast_unsigned().into()));
}

bitflags::bitflags! {
    /// How a socket behaves. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct IsotpFlags: u32 {
        /// Only listens, and sends no flow control: `CAN_ISOTP_LISTEN_MODE`.
        const LISTEN = 1;
        /// Extended addresses: `CAN_ISOTP_EXTEND_ADDR`.
        const EXTENDED_ADDRESS = 1 << 1;
        /// Frames sent are filled up: `CAN_ISOTP_TX_PADDING`.
        const TRANSMIT_PADDING = 1 << 2;
        /// Frames received are filled up: `CAN_ISOTP_RX_PADDING`.
        const RECEIVE_PADDING = 1 << 3;
        /// The length of what fills frames received is checked: `CAN_ISOTP_CHK_PAD_LEN`.
        const CHECK_PADDING_LENGTH = 1 << 4;
        /// The content of what fills frames received is checked: `CAN_ISOTP_CHK_PAD_DATA`.
        const CHECK_PADDING = 1 << 5;
        /// Sends and receives by turns: `CAN_ISOTP_HALF_DUPLEX`.
        const HALF_DUPLEX = 1 << 6;
        /// [`TransmitTime`] is kept, not what the receiver asks for: `CAN_ISOTP_FORCE_TXSTMIN`.
        const FORCE_TRANSMIT_TIME = 1 << 7;
        /// [`ReceiveTime`] is looked at: `CAN_ISOTP_FORCE_RXSTMIN`.
        const FORCE_RECEIVE_TIME = 1 << 8;
        /// Another extended address for what comes: `CAN_ISOTP_RX_EXT_ADDR`.
        const RECEIVE_ADDRESS = 1 << 9;
        /// A send waits until the message is on the bus: `CAN_ISOTP_WAIT_TX_DONE`.
        const WAIT_DONE = 1 << 10;
        /// Single frames to whoever listens: `CAN_ISOTP_SF_BROADCAST`.
        const BROADCAST = 1 << 11;
        /// Longer messages too, without flow control: `CAN_ISOTP_CF_BROADCAST`.
        const BROADCAST_LONG = 1 << 12;
        /// Each flow control in a message may ask for something else, not the first alone:
        /// `CAN_ISOTP_DYN_FC_PARMS`.
        const DYNAMIC_FLOW_CONTROL = 1 << 13;

        const _ = !0;
    }
}

as_numbers! { IsotpFlags: u32, from_bits_retain, bits; }

c_structs! {
    /// How a socket behaves: `struct can_isotp_options` of linux/can/isotp.h.
    pub struct IsotpOptions {
        /// Which of the following are meant, among others.
        pub flags: IsotpFlags,
        /// The time between frames where the receiver asks for none, nanoseconds: 50,000 at
        /// first. 0 keeps what was set before, and 0xFFFFFFFF (`CAN_ISOTP_FRAME_TXTIME_ZERO`)
        /// makes it none.
        #[doc(alias = "frame_txtime")]
        pub frame_time: u32,
        /// The extended address.
        #[doc(alias = "ext_address")]
        pub address: u8,
        /// What fills frames sent.
        #[doc(alias = "txpad_content")]
        pub transmit_padding: u8,
        /// What fills frames received.
        #[doc(alias = "rxpad_content")]
        pub receive_padding: u8,
        /// The extended address for what comes, with [`IsotpFlags::RECEIVE_ADDRESS`]; without, it is
        /// [`address`](Self::address).
        #[doc(alias = "rx_ext_address")]
        pub receive_address: u8,
    }

    /// What is asked of the sender: `struct can_isotp_fc_options` of linux/can/isotp.h.
    #[derive(Default)]
    pub struct IsotpFlowControl {
        /// After how many frames the sender waits for flow control; 0 for never.
        #[doc(alias = "bs")]
        pub block_size: u8,
        /// The time between frames: 0 to 0x7F milliseconds, or 0xF1 to 0xF9 for 100 to 900
        /// microseconds.
        #[doc(alias = "stmin")]
        pub separation: u8,
        /// How often the receiver may ask the sender to wait.
        #[doc(alias = "wftmax")]
        pub waits: u8,
    }

    /// What frames the messages are cut into: `struct can_isotp_ll_options` of
    /// linux/can/isotp.h.
    pub struct IsotpLinkLayer {
        /// The size of encoded frames: [`CanFrame::SIZE`](crate::can::CanFrame::SIZE) (16) or
        /// [`CanFdFrame::SIZE`](crate::can::CanFdFrame::SIZE) (72).
        pub mtu: u8,
        /// Bytes of data in a frame sent: 8, or with FD frames 12, 16, 20, 24, 32, 48 or 64.
        #[doc(alias = "tx_dl")]
        pub transmit_length: u8,
        /// [`CanFdFlags`](crate::can::CanFdFlags) of FD frames sent.
        #[doc(alias = "tx_flags")]
        pub transmit_flags: u8,
    }
}

impl Default for IsotpOptions {
    /// As the kernel begins with.
    fn default() -> Self {
        Self {
            flags: IsotpFlags::empty(),
            frame_time: 50_000,
            address: 0,
            transmit_padding: 0xCC,
            receive_padding: 0xCC,
            receive_address: 0,
        }
    }
}

impl Default for IsotpLinkLayer {
    /// As the kernel begins with: frames of 8 bytes.
    fn default() -> Self {
        Self { mtu: 16, transmit_length: 8, transmit_flags: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::codec::{Decode, Encode};

    #[test]
    fn nanoseconds_have_32_bits() {
        let most = Duration::from_nanos(u64::from(u32::MAX));
        let bytes = Nanoseconds::encode(most).unwrap();
        assert_eq!(Nanoseconds::decode(&bytes).unwrap(), most);
        let more = most + Duration::from_nanos(1);
        assert_eq!(Nanoseconds::encode(more).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    }
}
