//! Options of packet sockets: level `SOL_PACKET`, man 7 packet, linux/if_packet.h.
//!
//! Of rings these options are the beginning: who asks for one maps it with mmap(2) after, by
//! [`as_fd`](std::os::fd::AsFd::as_fd); Documentation/networking/packet_mmap.rst of the kernel.
//!
//! # Platforms
//! Linux.

use super::codec::{
    Count, Decode, Encode, Flags, Query, constants, decode_int, invalid_input, laid_out,
};
use super::options;
use super::socket::{Descriptor, Program, Timestamps};
use crate::c_struct::{self, c_structs};
use crate::constant::open_constants;
use crate::interface::Interface;
use std::io;

options! { SOL_PACKET;
    /// Takes frames that the interface would not give: of all its neighbours, or of an address:
    /// `PACKET_ADD_MEMBERSHIP`. Until the socket is closed, at the latest.
    #[doc(alias = "PACKET_ADD_MEMBERSHIP")]
    #[doc(alias = "promiscuous")]
    AddMembership: Membership, WriteOnly = PACKET_ADD_MEMBERSHIP;
    /// Takes them no more: `PACKET_DROP_MEMBERSHIP`.
    #[doc(alias = "PACKET_DROP_MEMBERSHIP")]
    DropMembership: Membership, WriteOnly = PACKET_DROP_MEMBERSHIP;
    /// Joins a group of sockets that share the frames of an interface and protocol, each going to
    /// one of them: `PACKET_FANOUT`, after bind. All zero when read of a socket in no group.
    #[doc(alias = "PACKET_FANOUT")]
    Fanout: FanoutGroup, ReadWrite = PACKET_FANOUT;
    /// The classic BPF program that chooses the socket, in a group of mode [`FanoutMode::CBPF`]:
    /// `PACKET_FANOUT_DATA`. It returns the number of the socket, in the order of joining.
    #[doc(alias = "PACKET_FANOUT_DATA")]
    FanoutFilter: Program, WriteOnly = PACKET_FANOUT_DATA;
    /// The eBPF program that chooses the socket, in a group of mode [`FanoutMode::EBPF`], as its
    /// descriptor: `PACKET_FANOUT_DATA`.
    #[doc(alias = "PACKET_FANOUT_DATA")]
    FanoutProgram: Descriptor, WriteOnly = PACKET_FANOUT_DATA;
    /// Whether each frame comes with its original length, VLAN tag and more, as a control message
    /// (`struct tpacket_auxdata`): `PACKET_AUXDATA`.
    #[doc(alias = "PACKET_AUXDATA")]
    AuxiliaryData: bool, ReadWrite = PACKET_AUXDATA;
    /// Whether addresses name the interface that a frame really came by, not the bond or bridge
    /// above it: `PACKET_ORIGDEV`.
    #[doc(alias = "PACKET_ORIGDEV")]
    OriginalInterface: bool, ReadWrite = PACKET_ORIGDEV;
    /// How many frames came and were lost since this was last read: `PACKET_STATISTICS`.
    #[doc(alias = "PACKET_STATISTICS")]
    Statistics: PacketStatistics, ReadOnly = PACKET_STATISTICS;
    /// How many frames a group with [`FanoutFlags::ROLLOVER`] or [`FanoutMode::ROLLOVER`] passed
    /// on: `PACKET_ROLLOVER_STATS`. `EINVAL` in another.
    #[doc(alias = "PACKET_ROLLOVER_STATS")]
    RolloverStatistics: PacketRollover, ReadOnly = PACKET_ROLLOVER_STATS;
    /// Whether frames that this host sends are left out: `PACKET_IGNORE_OUTGOING`.
    #[doc(alias = "PACKET_IGNORE_OUTGOING")]
    IgnoreOutgoing: bool, ReadWrite = PACKET_IGNORE_OUTGOING;
    /// Whether frames go past the queueing of the interface to its driver: `PACKET_QDISC_BYPASS`.
    #[doc(alias = "PACKET_QDISC_BYPASS")]
    QdiscBypass: bool, ReadWrite = PACKET_QDISC_BYPASS;
    /// Whether each frame begins with a header of virtio (`struct virtio_net_hdr`), of 10 bytes:
    /// `PACKET_VNET_HDR`, before rings.
    #[doc(alias = "PACKET_VNET_HDR")]
    VirtioHeader: bool, ReadWrite = PACKET_VNET_HDR;
    /// Bytes of the header of virtio, 10 or 12, or 0 for none: `PACKET_VNET_HDR_SZ`, from Linux
    /// 6.5.
    #[doc(alias = "PACKET_VNET_HDR_SZ")]
    VirtioHeaderSize: Count, ReadWrite = PACKET_VNET_HDR_SZ;
    /// Which clock stamps the frames of a ring, [`Timestamps::SOFTWARE`] or
    /// [`Timestamps::RAW_HARDWARE`]; the kernel's at first: `PACKET_TIMESTAMP`.
    #[doc(alias = "PACKET_TIMESTAMP")]
    Timestamp: Flags<Timestamps>, ReadWrite = PACKET_TIMESTAMP;
    /// The layout of rings: `PACKET_VERSION`, before them.
    #[doc(alias = "PACKET_VERSION")]
    Version: RingVersion, ReadWrite = PACKET_VERSION;
    /// Bytes of the header of each frame in rings of a version: `PACKET_HDRLEN`.
    #[doc(alias = "PACKET_HDRLEN")]
    HeaderLength: VersionHeader, QueryOnly = PACKET_HDRLEN;
    /// Bytes that each frame of a ring leaves free in front: `PACKET_RESERVE`, before rings.
    #[doc(alias = "PACKET_RESERVE")]
    Reserve: Count, ReadWrite = PACKET_RESERVE;
    /// Makes a ring for frames received, or with all zero ends it: `PACKET_RX_RING`.
    #[doc(alias = "PACKET_RX_RING")]
    ReceiveRing: RingRequest, WriteOnly = PACKET_RX_RING;
    /// Makes a ring for frames to send, or with all zero ends it: `PACKET_TX_RING`.
    #[doc(alias = "PACKET_TX_RING")]
    TransmitRing: RingRequest, WriteOnly = PACKET_TX_RING;
    /// Whether a bad frame in the ring to send is passed over, not an error: `PACKET_LOSS`,
    /// before rings.
    #[doc(alias = "PACKET_LOSS")]
    Loss: bool, ReadWrite = PACKET_LOSS;
    /// Whether frames in the ring to send say where their data begins: `PACKET_TX_HAS_OFF`.
    #[doc(alias = "PACKET_TX_HAS_OFF")]
    TransmitHasOffset: bool, ReadWrite = PACKET_TX_HAS_OFF;
    /// How many frames that a ring's slots are too short for are queued whole, to be received
    /// from the socket: `PACKET_COPY_THRESH`. Read from Linux 6.7.
    #[doc(alias = "PACKET_COPY_THRESH")]
    CopyThreshold: Count, ReadWrite = PACKET_COPY_THRESH;
}

laid_out!(PacketStatistics, PacketRollover);

/// Which frames an interface shall give: `struct packet_mreq` of linux/if_packet.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    interface: Interface,
    /// `PACKET_MR_*`.
    kind: u16,
    len: u16,
    address: [u8; Self::MOST],
}

impl Membership {
    /// The longest hardware address: `MAX_ADDR_LEN` of linux/netdevice.h.
    const MOST: usize = 32;

    /// Every frame on the wire: `PACKET_MR_PROMISC`.
    #[doc(alias = "PACKET_MR_PROMISC")]
    #[must_use]
    pub const fn promiscuous(interface: Interface) -> Self {
        Self { interface, kind: 1, len: 0, address: [0; Self::MOST] }
    }

    /// Every frame to a multicast address: `PACKET_MR_ALLMULTI`.
    #[doc(alias = "PACKET_MR_ALLMULTI")]
    #[must_use]
    pub const fn every_multicast(interface: Interface) -> Self {
        Self { interface, kind: 2, len: 0, address: [0; Self::MOST] }
    }

    /// The frames to this multicast address: `PACKET_MR_MULTICAST`.
    ///
    /// # Errors
    /// `InvalidInput` for more than 32 bytes.
    #[doc(alias = "PACKET_MR_MULTICAST")]
    pub fn multicast(interface: Interface, address: &[u8]) -> io::Result<Self> {
        Self::of_address(interface, 0, address)
    }

    /// The frames to this address, which is not the interface's own: `PACKET_MR_UNICAST`.
    ///
    /// # Errors
    /// `InvalidInput` for more than 32 bytes.
    #[doc(alias = "PACKET_MR_UNICAST")]
    pub fn unicast(interface: Interface, address: &[u8]) -> io::Result<Self> {
        Self::of_address(interface, 3, address)
    }

    fn of_address(interface: Interface, kind: u16, address: &[u8]) -> io::Result<Self> {
        let mut room = [0; Self::MOST];
        let too_long = || invalid_input(format!("{} bytes are no hardware address", address.len()));
        room.get_mut(..address.len()).ok_or_else(too_long)?.copy_from_slice(address);
        let len = u16::try_from(address.len()).map_err(|_| too_long())?;
        Ok(Self { interface, kind, len, address: room })
    }
}

c_structs! {
    /// `struct packet_mreq_max` of the kernel: packet_mreq with room for any address.
    struct MembershipLayout {
        interface: Interface,
        kind: u16,
        len: u16,
        address: [u8; Membership::MOST],
    }
}

impl Encode<'_> for Membership {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        let Self { interface, kind, len, address } = value;
        Ok(c_struct::encode(&MembershipLayout { interface, kind, len, address }))
    }
}

open_constants! {
    /// How a group chooses the socket for a frame.
    pub struct FanoutMode(u8);

    /// By the hash of the flow: `PACKET_FANOUT_HASH`.
    HASH = 0;
    /// By turns: `PACKET_FANOUT_LB`.
    ROUND_ROBIN = 1;
    /// By the processor that the frame came to: `PACKET_FANOUT_CPU`.
    CPU = 2;
    /// The first that has room: `PACKET_FANOUT_ROLLOVER`.
    ROLLOVER = 3;
    /// By chance: `PACKET_FANOUT_RND`.
    RANDOM = 4;
    /// By the queue of the interface: `PACKET_FANOUT_QM`.
    QUEUE = 5;
    /// By a classic BPF program, [`FanoutFilter`]: `PACKET_FANOUT_CBPF`.
    CBPF = 6;
    /// By an eBPF program, [`FanoutProgram`]: `PACKET_FANOUT_EBPF`.
    EBPF = 7;
}

bitflags::bitflags! {
    /// How a group differs from its mode. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct FanoutFlags: u16 {
        /// A frame goes to the next socket when the chosen one has no room:
        /// `PACKET_FANOUT_FLAG_ROLLOVER`.
        const ROLLOVER = 0x1000;
        /// The kernel chooses the number of the group, which is 0 here and is told when read:
        /// `PACKET_FANOUT_FLAG_UNIQUEID`.
        const UNIQUE_ID = 0x2000;
        /// Frames that this host sends are left out: `PACKET_FANOUT_FLAG_IGNORE_OUTGOING`.
        const IGNORE_OUTGOING = 0x4000;
        /// Fragments of IP are put together first: `PACKET_FANOUT_FLAG_DEFRAG`.
        const DEFRAGMENT = 0x8000;

        const _ = !0;
    }
}

/// A group of sockets that share frames: `struct fanout_args` of linux/if_packet.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FanoutGroup {
    /// Its number, within the network namespace.
    pub id: u16,
    /// How the socket for a frame is chosen; the same for all who join.
    pub mode: FanoutMode,
    /// How it differs; the same for all who join.
    pub flags: FanoutFlags,
    /// How many sockets may join, or 0 for 256: from Linux 5.13. Not read back.
    pub max_members: u32,
}

impl FanoutGroup {
    /// A group without flags.
    #[must_use]
    pub const fn new(id: u16, mode: FanoutMode) -> Self {
        Self { id, mode, flags: FanoutFlags::empty(), max_members: 0 }
    }
}

impl Encode<'_> for FanoutGroup {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        let kind = value.flags.bits() | u16::from(value.mode.raw());
        let int = u32::from(kind) << 16 | u32::from(value.id);
        // Kernels that know no most take the int alone, and all do.
        let all = [int.to_ne_bytes(), value.max_members.to_ne_bytes()].concat();
        Ok(if value.max_members == 0 { all[..4].to_vec() } else { all })
    }
}

impl Decode for FanoutGroup {
    type Value = Self;
    const ROOM: usize = 4;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let [flags, mode, id @ ..] = decode_int(bytes)?.to_be_bytes();
        Ok(Self {
            id: u16::from_be_bytes(id),
            mode: FanoutMode::from_raw(mode),
            flags: FanoutFlags::from_bits_retain(u16::from_be_bytes([flags, 0])),
            max_members: 0,
        })
    }
}

open_constants! {
    /// The layout of rings.
    pub struct RingVersion(i32);

    /// The first: `TPACKET_V1`.
    V1 = 0;
    /// With nanoseconds, and alike for 32 and 64 bits: `TPACKET_V2`.
    V2 = 1;
    /// With blocks of frames of any length: `TPACKET_V3`.
    V3 = 2;
}

constants!(RingVersion);

/// A version, and the bytes of its header.
#[derive(Debug)]
pub enum VersionHeader {}

impl Query<'_> for VersionHeader {
    type Question = RingVersion;
    type Answer = u32;

    fn ask(version: RingVersion) -> io::Result<Vec<u8>> {
        Ok(version.raw().to_ne_bytes().to_vec())
    }

    fn answer(bytes: &[u8]) -> io::Result<u32> {
        Count::decode(bytes)
    }
}

c_structs! {
    /// What became of the frames: `struct tpacket_stats`, or `tpacket_stats_v3` with rings of
    /// [`RingVersion::V3`].
    #[non_exhaustive]
    pub struct PacketStatistics from 8 {
        /// How many came, lost ones among them.
        pub packets: u32,
        /// How many were lost for want of room.
        pub drops: u32,
        /// How often the ring was full; 0 without a ring of version 3.
        #[doc(alias = "tp_freeze_q_cnt")]
        pub freezes: u32,
    }

    /// How many frames a group passed on from this socket: `struct tpacket_rollover_stats`.
    #[non_exhaustive]
    pub struct PacketRollover {
        /// All.
        pub all: u64,
        /// Those of flows that are many frames.
        pub huge: u64,
        /// Those for which no socket had room.
        pub failed: u64,
    }

    /// A ring: `struct tpacket_req3`, whose beginning is `tpacket_req`.
    #[derive(Default)]
    pub struct RingRequest {
        /// Bytes of a block, a multiple of the page size.
        pub block_size: u32,
        /// How many blocks.
        pub block_count: u32,
        /// Bytes of a frame, a multiple of 16.
        pub frame_size: u32,
        /// How many frames, as many as are in the blocks.
        pub frame_count: u32,
        /// When a block that is not full is handed over, in milliseconds; 0 for the kernel's
        /// choice. Version 3.
        #[doc(alias = "tp_retire_blk_tov")]
        pub retire_millis: u32,
        /// Bytes of each block that the program has for itself. Version 3.
        #[doc(alias = "tp_sizeof_priv")]
        pub private_size: u32,
        /// What is asked for besides: 1 for hashes. Version 3.
        #[doc(alias = "tp_feature_req_word")]
        pub features: u32,
    }
}

laid_out!(RingRequest);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fanout_group_is_an_int_and_longer_with_a_most() {
        let mut group = FanoutGroup::new(0xABCD, FanoutMode::QUEUE);
        group.flags = FanoutFlags::ROLLOVER | FanoutFlags::DEFRAGMENT;
        let bytes = FanoutGroup::encode(group).unwrap();
        assert_eq!(bytes, 0x9005_ABCD_u32.to_ne_bytes());
        assert_eq!(FanoutGroup::decode(&bytes).unwrap(), group);
        group.max_members = 7;
        let bytes = FanoutGroup::encode(group).unwrap();
        assert_eq!(bytes, [0x9005_ABCD_u32.to_ne_bytes(), 7_u32.to_ne_bytes()].concat());
    }

    #[test]
    fn hardware_addresses_have_32_bytes_at_most() {
        assert!(Membership::multicast(Interface::ANY, &[1; 32]).is_ok());
        let error = Membership::unicast(Interface::ANY, &[1; 33]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
