//! Options of sockets that share memory with an interface: level `SOL_XDP`,
//! Documentation/networking/af_xdp.rst of the kernel.
//!
//! These options are the beginning: who makes a ring maps it with mmap(2) after, by
//! [`as_fd`](std::os::fd::AsFd::as_fd) and with [`MapOffsets`].
//!
//! # Platforms
//! Linux.

use super::codec::{Count, Encode, Flags, laid_out};
use super::options;
use crate::c_struct::{self, as_numbers, c_structs};
use crate::sys;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::AtomicU8;

options! { SOL_XDP;
    /// Makes the ring of frames received, of so many entries, a power of two: `XDP_RX_RING`.
    #[doc(alias = "XDP_RX_RING")]
    ReceiveRing: Count, WriteOnly = XDP_RX_RING;
    /// Makes the ring of frames to send, of so many entries, a power of two: `XDP_TX_RING`.
    #[doc(alias = "XDP_TX_RING")]
    TransmitRing: Count, WriteOnly = XDP_TX_RING;
    /// Registers the memory that the frames are in: `XDP_UMEM_REG`. Once for a socket (`EBUSY`).
    #[doc(alias = "XDP_UMEM_REG")]
    Memory: XdpMemory, WriteOnly = XDP_UMEM_REG;
    /// Makes the ring of chunks for frames to come, of so many entries, a power of two:
    /// `XDP_UMEM_FILL_RING`.
    #[doc(alias = "XDP_UMEM_FILL_RING")]
    FillRing: Count, WriteOnly = XDP_UMEM_FILL_RING;
    /// Makes the ring of chunks whose frames have been sent, of so many entries, a power of two:
    /// `XDP_UMEM_COMPLETION_RING`.
    #[doc(alias = "XDP_UMEM_COMPLETION_RING")]
    CompletionRing: Count, WriteOnly = XDP_UMEM_COMPLETION_RING;
    /// Where things are in the rings, once mapped: `XDP_MMAP_OFFSETS`.
    #[doc(alias = "XDP_MMAP_OFFSETS")]
    MapOffsets: XdpMapOffsets, ReadOnly = XDP_MMAP_OFFSETS;
    /// What became of the frames: `XDP_STATISTICS`.
    #[doc(alias = "XDP_STATISTICS")]
    Statistics: XdpStatistics, ReadOnly = XDP_STATISTICS;
    /// How the socket works, once bound: `XDP_OPTIONS`.
    #[doc(alias = "XDP_OPTIONS")]
    Options: Flags<XdpOptions>, ReadOnly = XDP_OPTIONS;
}

laid_out!(XdpMapOffsets, XdpStatistics);

bitflags::bitflags! {
    /// How a bound socket works. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct XdpOptions: u32 {
        /// Frames are not copied: `XDP_OPTIONS_ZEROCOPY`.
        const ZEROCOPY = 1;

        const _ = !0;
    }
}

bitflags::bitflags! {
    /// How memory is used. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct XdpMemoryFlags: u32 {
        /// Chunks may be anywhere in the memory: `XDP_UMEM_UNALIGNED_CHUNK_FLAG`.
        const UNALIGNED = 1;
        /// Checksums are left to the kernel, in software: `XDP_UMEM_TX_SW_CSUM`.
        const SOFTWARE_CHECKSUM = 1 << 1;
        /// [`metadata`](XdpMemory::metadata) is meant: `XDP_UMEM_TX_METADATA_LEN`.
        const METADATA = 1 << 2;

        const _ = !0;
    }
}

as_numbers! { XdpMemoryFlags: u32, from_bits_retain, bits; }

/// The memory that frames are in: `struct xdp_umem_reg`.
///
/// It stays what it is until the process ends, and is atomic: the kernel writes frames there when
/// they come.
#[derive(Clone, Copy, Debug)]
pub struct XdpMemory {
    /// The memory, which begins at a page and consists of whole pages.
    pub memory: &'static [AtomicU8],
    /// Bytes of a chunk, which holds one frame: 2,048 up to a page.
    pub chunk_size: u32,
    /// Bytes in each chunk that the kernel leaves free in front of the frame.
    pub headroom: u32,
    /// How it is used.
    pub flags: XdpMemoryFlags,
    /// Bytes of what is said of each frame to send, with [`XdpMemoryFlags::METADATA`]: from Linux
    /// 6.8.
    pub metadata: u32,
}

impl XdpMemory {
    /// Memory in chunks, without headroom and flags.
    #[must_use]
    pub const fn new(memory: &'static [AtomicU8], chunk_size: u32) -> Self {
        Self { memory, chunk_size, headroom: 0, flags: XdpMemoryFlags::empty(), metadata: 0 }
    }
}

impl Encode<'_> for XdpMemory {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        Ok(c_struct::encode(&MemoryLayout {
            address: sys::address_of(value.memory.as_ptr()),
            len: u64::try_from(value.memory.len()).unwrap_or(u64::MAX),
            chunk_size: value.chunk_size,
            headroom: value.headroom,
            flags: value.flags,
            metadata: value.metadata,
        }))
    }

    fn set(fd: BorrowedFd<'_>, level: i32, name: i32, value: Self) -> io::Result<()> {
        sys::set_option_sharing(fd, level, name, &Self::encode(value)?)
    }
}

c_structs! {
    struct MemoryLayout {
        address: u64,
        len: u64,
        chunk_size: u32,
        headroom: u32,
        flags: XdpMemoryFlags,
        metadata: u32,
    }

    /// Where things are in a mapped ring, in bytes: `struct xdp_ring_offset`.
    #[derive(Default)]
    #[non_exhaustive]
    pub struct XdpRingOffsets {
        /// The number of the next entry to be written.
        pub producer: u64,
        /// The number of the next entry to be read.
        pub consumer: u64,
        /// The entries.
        pub entries: u64,
        /// Whether the kernel has to be woken (`XDP_RING_NEED_WAKEUP`).
        pub flags: u64,
    }

    /// Where things are in the mapped rings: `struct xdp_mmap_offsets`, from Linux 5.4.
    #[non_exhaustive]
    pub struct XdpMapOffsets {
        /// In the ring of frames received.
        pub receive: XdpRingOffsets,
        /// In the ring of frames to send.
        pub transmit: XdpRingOffsets,
        /// In the ring of chunks for frames to come.
        pub fill: XdpRingOffsets,
        /// In the ring of chunks whose frames have been sent.
        pub completion: XdpRingOffsets,
    }

    /// What became of the frames: `struct xdp_statistics`. Kernels before 5.9 know the first
    /// three.
    #[derive(Default)]
    #[non_exhaustive]
    pub struct XdpStatistics from 24 {
        /// Frames that were lost for other reasons than the following.
        pub receive_dropped: u64,
        /// Chunks in the fill ring that are none.
        pub receive_invalid: u64,
        /// Frames in the transmit ring that are none.
        pub transmit_invalid: u64,
        /// Frames that were lost for want of room in the receive ring.
        pub receive_ring_full: u64,
        /// Frames that found no chunk in the fill ring.
        pub fill_ring_empty: u64,
        /// How often the transmit ring had no frame to send.
        pub transmit_ring_empty: u64,
    }
}
