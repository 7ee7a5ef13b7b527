//! Options of Bluetooth sockets: level `SOL_BLUETOOTH`, bluetooth/bluetooth.h of BlueZ and
//! net/bluetooth/bluetooth.h of the kernel. What a kind of socket has of them differs; its own
//! level is a file:
//!
//! | file | what |
//! |---|---|
//! | `l2cap.rs` | logical links: `SOL_L2CAP` |
//! | `rfcomm.rs` | serial lines: `SOL_RFCOMM` |
//! | `sco.rs` | voice: `SOL_SCO` |
//! | `hci.rs` | the controller: `SOL_HCI` |
//!
//! # Platforms
//! Linux.

pub mod hci;
pub mod l2cap;
pub mod rfcomm;
pub mod sco;

use super::codec::{ByteBool, Bytes, Flags, laid_out};
use super::options;
use crate::c_struct::{as_numbers, c_structs};
use crate::constant::open_constants;

options! { SOL_BLUETOOTH;
    /// How much the connection is secured: `BT_SECURITY`, of L2CAP and RFCOMM.
    #[doc(alias = "BT_SECURITY")]
    Security: SecuritySetting, ReadWrite = BT_SECURITY;
    /// Whether an accepted connection waits for the first receive before it is agreed to:
    /// `BT_DEFER_SETUP`, before listen.
    #[doc(alias = "BT_DEFER_SETUP")]
    DeferSetup: bool, ReadWrite = BT_DEFER_SETUP;
    /// Whether old data may be thrown away: `BT_FLUSHABLE`, of L2CAP. Switched off only once
    /// connected, by controllers that can (`EINVAL`).
    #[doc(alias = "BT_FLUSHABLE")]
    Flushable: bool, ReadWrite = BT_FLUSHABLE;
    /// Whether the link leaves its saving of power to send: `BT_POWER`, of L2CAP. On at first.
    #[doc(alias = "BT_POWER")]
    #[doc(alias = "force_active")]
    Power: ByteBool, ReadWrite = BT_POWER;
    /// Which controllers carry the channel: `BT_CHANNEL_POLICY`, of L2CAP;
    /// newer kernels have it no more.
    #[doc(alias = "BT_CHANNEL_POLICY")]
    ChannelPolicy: BluetoothPolicy, ReadWrite = BT_CHANNEL_POLICY;
    /// How voice is coded: `BT_VOICE`, of SCO, before connect. `EBADFD` without a controller.
    #[doc(alias = "BT_VOICE")]
    Voice: BluetoothVoice, ReadWrite = BT_VOICE;
    /// The most bytes of a packet sent: `BT_SNDMTU`, read of L2CAP over low energy, of SCO and
    /// of isochronous sockets.
    #[doc(alias = "BT_SNDMTU")]
    SendMtu: u16, ReadOnly = BT_SNDMTU;
    /// The most bytes of a packet received: `BT_RCVMTU`, as [`SendMtu`]; set before connect.
    #[doc(alias = "BT_RCVMTU")]
    ReceiveMtu: u16, ReadWrite = BT_RCVMTU;
    /// What the radio of the connection does: `BT_PHY`. `ENOTCONN` before connect.
    #[doc(alias = "BT_PHY")]
    Phy: Flags<BluetoothPhys>, ReadOnly = BT_PHY;
    /// How packets are arranged: `BT_MODE`, of L2CAP, where the kernel is told to allow it.
    #[doc(alias = "BT_MODE")]
    Mode: BluetoothMode, ReadWrite = BT_MODE;
    /// Whether each packet comes with the state of its reception, as a control message:
    /// `BT_PKT_STATUS`, of SCO and isochronous sockets. Older kernels do not switch it off again.
    #[doc(alias = "BT_PKT_STATUS")]
    PacketStatus: bool, ReadWrite = BT_PKT_STATUS;
    /// The quality of an isochronous stream: `BT_ISO_QOS`, bytes of a `struct bt_iso_qos` as the
    /// kernel has it, zeros behind.
    #[doc(alias = "BT_ISO_QOS")]
    IsoQos: Bytes<64>, ReadWrite = BT_ISO_QOS;
    /// The codecs that the controller has, and the one to use: `BT_CODEC`, of SCO, bytes of a
    /// `struct bt_codecs`.
    #[doc(alias = "BT_CODEC")]
    Codecs: Bytes<1024>, ReadWrite = BT_CODEC;
    /// What a broadcast tells of its streams: `BT_ISO_BASE`, from Linux 6.0.
    #[doc(alias = "BT_ISO_BASE")]
    IsoBase: Bytes<248>, ReadWrite = BT_ISO_BASE;
}

laid_out!(SecuritySetting, BluetoothPolicy, BluetoothVoice, BluetoothMode);

open_constants! {
    /// How much a connection is secured.
    pub struct SecurityLevel(u8);

    /// Not at all, for the discovery of services: `BT_SECURITY_SDP`.
    SDP = 0;
    /// As the peer likes: `BT_SECURITY_LOW`.
    LOW = 1;
    /// Encrypted: `BT_SECURITY_MEDIUM`.
    MEDIUM = 2;
    /// Encrypted, and the peer is known: `BT_SECURITY_HIGH`.
    HIGH = 3;
    /// As [`HIGH`](Self::HIGH), with algorithms that FIPS approves: `BT_SECURITY_FIPS`.
    FIPS = 4;
}

open_constants! {
    /// Which controllers carry a channel.
    pub struct BluetoothPolicy(u32);

    /// Those of Bluetooth alone: `BT_CHANNEL_POLICY_BREDR_ONLY`.
    BREDR_ONLY = 0;
    /// Those of Bluetooth first: `BT_CHANNEL_POLICY_BREDR_PREFERRED`.
    BREDR_PREFERRED = 1;
    /// Faster ones first: `BT_CHANNEL_POLICY_AMP_PREFERRED`.
    AMP_PREFERRED = 2;
}

open_constants! {
    /// How voice is coded.
    pub struct BluetoothVoice(u16);

    /// As the program codes it: `BT_VOICE_TRANSPARENT`.
    TRANSPARENT = 0x0003;
    /// By the controller, from 16 bits: `BT_VOICE_CVSD_16BIT`, which sockets begin with.
    CVSD_16BIT = 0x0060;
    /// As the program codes it, 16 bits: `BT_VOICE_TRANSPARENT_16BIT`.
    TRANSPARENT_16BIT = 0x0063;
}

open_constants! {
    /// How packets are arranged.
    pub struct BluetoothMode(u8);

    /// As they are: `BT_MODE_BASIC`.
    BASIC = 0;
    /// Sent again when they are lost: `BT_MODE_ERTM`.
    ERTM = 1;
    /// Thrown away when they are late: `BT_MODE_STREAMING`.
    STREAMING = 2;
    /// With credits, over low energy: `BT_MODE_LE_FLOWCTL`.
    LE_FLOWCTL = 3;
    /// With credits for several channels: `BT_MODE_EXT_FLOWCTL`.
    EXT_FLOWCTL = 4;
}

as_numbers! {
    SecurityLevel: u8, from_raw, raw;
    BluetoothPolicy: u32, from_raw, raw;
    BluetoothVoice: u16, from_raw, raw;
    BluetoothMode: u8, from_raw, raw;
}

c_structs! {
    /// How much a connection is secured: `struct bt_security`.
    pub struct SecuritySetting {
        /// How much.
        pub level: SecurityLevel,
        /// Bytes of the key, told once connected; 0 when set.
        pub key_size: u8,
    }

    /// What a connection is to the controller, once connected (`ENOTCONN` before): `struct
    /// l2cap_conninfo`, `rfcomm_conninfo` and `sco_conninfo`.
    #[derive(Default)]
    #[non_exhaustive]
    pub struct ConnectionInfo {
        /// The number of the link.
        pub handle: u16,
        /// What the peer is, 24 bits, the lowest first.
        pub device_class: [u8; 3],
    }
}

laid_out!(ConnectionInfo);

bitflags::bitflags! {
    /// What is done with a link, of L2CAP and RFCOMM. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct LinkMode: u32 {
        /// This end leads: `L2CAP_LM_MASTER`, `RFCOMM_LM_MASTER`.
        const MASTER = 1;
        /// The peer proves who it is: `L2CAP_LM_AUTH`, `RFCOMM_LM_AUTH`.
        const AUTH = 1 << 1;
        /// Encrypted: `L2CAP_LM_ENCRYPT`, `RFCOMM_LM_ENCRYPT`.
        const ENCRYPT = 1 << 2;
        /// The peer is known: `L2CAP_LM_TRUSTED`, `RFCOMM_LM_TRUSTED`.
        const TRUSTED = 1 << 3;
        /// Nothing is thrown away: `L2CAP_LM_RELIABLE`, `RFCOMM_LM_RELIABLE`.
        const RELIABLE = 1 << 4;
        /// Encrypted with a key that was entered: `L2CAP_LM_SECURE`, `RFCOMM_LM_SECURE`.
        const SECURE = 1 << 5;
        /// With algorithms that FIPS approves: `L2CAP_LM_FIPS`, `RFCOMM_LM_FIPS`.
        const FIPS = 1 << 6;

        const _ = !0;
    }
}

bitflags::bitflags! {
    /// What a radio does: speeds, the length of packets, directions. Bits without a name here are
    /// kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct BluetoothPhys: u32 {
        /// `BT_PHY_BR_1M_1SLOT`.
        const BR_1M_1SLOT = 1;
        /// `BT_PHY_BR_1M_3SLOT`.
        const BR_1M_3SLOT = 1 << 1;
        /// `BT_PHY_BR_1M_5SLOT`.
        const BR_1M_5SLOT = 1 << 2;
        /// `BT_PHY_EDR_2M_1SLOT`.
        const EDR_2M_1SLOT = 1 << 3;
        /// `BT_PHY_EDR_2M_3SLOT`.
        const EDR_2M_3SLOT = 1 << 4;
        /// `BT_PHY_EDR_2M_5SLOT`.
        const EDR_2M_5SLOT = 1 << 5;
        /// `BT_PHY_EDR_3M_1SLOT`.
        const EDR_3M_1SLOT = 1 << 6;
        /// `BT_PHY_EDR_3M_3SLOT`.
        const EDR_3M_3SLOT = 1 << 7;
        /// `BT_PHY_EDR_3M_5SLOT`.
        const EDR_3M_5SLOT = 1 << 8;
        /// `BT_PHY_LE_1M_TX`.
        const LE_1M_TX = 1 << 9;
        /// `BT_PHY_LE_1M_RX`.
        const LE_1M_RX = 1 << 10;
        /// `BT_PHY_LE_2M_TX`.
        const LE_2M_TX = 1 << 11;
        /// `BT_PHY_LE_2M_RX`.
        const LE_2M_RX = 1 << 12;
        /// `BT_PHY_LE_CODED_TX`.
        const LE_CODED_TX = 1 << 13;
        /// `BT_PHY_LE_CODED_RX`.
        const LE_CODED_RX = 1 << 14;

        const _ = !0;
    }
}
