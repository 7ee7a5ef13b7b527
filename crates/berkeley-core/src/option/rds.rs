//! Options of sockets of reliable datagrams: level `SOL_RDS`, man 7 rds,
//! Documentation/networking/rds.rst of the kernel.
//!
//! # Platforms
//! Linux.

use super::codec::{Encode, constants, laid_out};
use super::options;
use crate::c_struct::{self, as_numbers, c_structs};
use crate::constant::open_constants;
use crate::sys::{self, c};
use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU8, AtomicU64};

options! { SOL_RDS;
    /// Gives up what was sent to this address and is not yet acknowledged:
    /// `RDS_CANCEL_SENT_TO`. `ENOTCONN` before bind.
    #[doc(alias = "RDS_CANCEL_SENT_TO")]
    CancelSentTo: Destination, WriteOnly = RDS_CANCEL_SENT_TO;
    /// Whether the end of operations on remote memory is told, as a control message:
    /// `RDS_RECVERR`.
    #[doc(alias = "RDS_RECVERR")]
    ReceiveErrors: bool, ReadWrite = RDS_RECVERR;
    /// Whether the end of a peer's congestion is told as a control message, and not by being
    /// writable again: `RDS_CONG_MONITOR`.
    #[doc(alias = "RDS_CONG_MONITOR")]
    CongestionMonitor: bool, WriteOnly = RDS_CONG_MONITOR;
    /// What carries the datagrams, before bind: `SO_RDS_TRANSPORT`.
    #[doc(alias = "SO_RDS_TRANSPORT")]
    Transport: RdsTransport, ReadWrite = SO_RDS_TRANSPORT;
    /// Whether each message comes with the time of its arrival, as a control message:
    /// `SO_TIMESTAMP`, at this level.
    #[doc(alias = "SO_TIMESTAMP")]
    Timestamp: bool, WriteOnly = SO_TIMESTAMP;
    /// Which moments of a message's way through the kernel come with it, as a control message:
    /// `SO_RDS_MSG_RXPATH_LATENCY`.
    #[doc(alias = "SO_RDS_MSG_RXPATH_LATENCY")]
    ReceiveLatency: RdsTrace, WriteOnly = SO_RDS_MSG_RXPATH_LATENCY;
    /// Lets the peer read or write memory of this process: `RDS_GET_MR`. For transports that
    /// can (`EOPNOTSUPP`).
    #[doc(alias = "RDS_GET_MR")]
    ShareMemory: RdsMemory, WriteOnly = RDS_GET_MR;
    /// Lets the peer of this address read or write memory of this process, on a socket that is
    /// not connected: `RDS_GET_MR_FOR_DEST`.
    #[doc(alias = "RDS_GET_MR_FOR_DEST")]
    ShareMemoryWith: (SocketAddr, RdsMemory), WriteOnly = RDS_GET_MR_FOR_DEST;
    /// Ends it: `RDS_FREE_MR`.
    #[doc(alias = "RDS_FREE_MR")]
    FreeMemory: RdsFreeMemory, WriteOnly = RDS_FREE_MR;
}

constants!(RdsTransport);
laid_out!(RdsTrace, RdsFreeMemory);

open_constants! {
    /// What carries the datagrams.
    pub struct RdsTransport(i32);

    /// InfiniBand: `RDS_TRANS_IB`.
    INFINIBAND = 0;
    /// TCP: `RDS_TRANS_TCP`.
    TCP = 2;
    /// None is chosen yet: `RDS_TRANS_NONE`.
    NONE = -1;
}

bitflags::bitflags! {
    /// How remote memory is used. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct RdsFlags: u64 {
        /// The peer may write, not only read: `RDS_RDMA_READWRITE`.
        const READ_WRITE = 1;
        /// `RDS_RDMA_FENCE`.
        const FENCE = 1 << 1;
        /// No use of it is possible once it is freed: `RDS_RDMA_INVALIDATE`.
        const INVALIDATE = 1 << 2;
        /// It is freed after one use: `RDS_RDMA_USE_ONCE`.
        const USE_ONCE = 1 << 3;
        /// `RDS_RDMA_DONTWAIT`.
        const DONT_WAIT = 1 << 4;
        /// The end is told: `RDS_RDMA_NOTIFY_ME`.
        const NOTIFY = 1 << 5;
        /// The peer is not told: `RDS_RDMA_SILENT`.
        const SILENT = 1 << 6;

        const _ = !0;
    }
}

as_numbers! { RdsFlags: u64, from_bits_retain, bits; }

c_structs! {
    /// Which moments come with a message, by their numbers: `struct rds_rx_trace_so`. 0 is the
    /// header, 1 its reassembly, 2 its delivery to the socket.
    #[derive(Default)]
    pub struct RdsTrace {
        /// How many of the following are meant.
        pub count: u8,
        /// The moments.
        pub moments: [u8; 3],
    }

    /// Memory that is shared no more: `struct rds_free_mr_args`.
    pub struct RdsFreeMemory {
        /// What [`ShareMemory`] gave; 0 with [`RdsFlags::INVALIDATE`] for all that is no more in
        /// use.
        pub cookie: u64,
        /// How.
        pub flags: RdsFlags,
    }

    /// `struct rds_get_mr_args`.
    struct MemoryLayout {
        /// `struct rds_iovec`.
        address: u64,
        len: u64,
        cookie_address: u64,
        flags: RdsFlags,
    }
}

/// Memory that a peer may read or write: `struct rds_get_mr_args`.
///
/// It stays what it is until the process ends, and is atomic: the peer writes when it likes.
#[derive(Clone, Copy, Debug)]
pub struct RdsMemory {
    /// The memory.
    pub memory: &'static [AtomicU8],
    /// Where the kernel puts the number by which the peer names it.
    pub cookie: &'static AtomicU64,
    /// How it is used.
    pub flags: RdsFlags,
}

impl RdsMemory {
    fn to_bytes(self) -> Vec<u8> {
        c_struct::encode(&MemoryLayout {
            address: sys::address_of(self.memory.as_ptr()),
            len: u64::try_from(self.memory.len()).unwrap_or(u64::MAX),
            cookie_address: sys::address_of(self.cookie),
            flags: self.flags,
        })
    }
}

impl Encode<'_> for RdsMemory {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        Ok(value.to_bytes())
    }

    fn set(fd: BorrowedFd<'_>, level: i32, name: i32, value: Self) -> io::Result<()> {
        sys::set_option_sharing(fd, level, name, &value.to_bytes())
    }
}

/// `struct rds_get_mr_for_dest_args`.
impl Encode<'_> for (SocketAddr, RdsMemory) {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode((to, memory): Self) -> io::Result<Vec<u8>> {
        let mut bytes = Destination::encode(to)?;
        // A sockaddr_storage.
        bytes.resize(128, 0);
        bytes.extend(memory.to_bytes());
        Ok(bytes)
    }

    fn set(fd: BorrowedFd<'_>, level: i32, name: i32, value: Self) -> io::Result<()> {
        sys::set_option_sharing(fd, level, name, &Self::encode(value)?)
    }
}

/// `struct sockaddr_in` or `sockaddr_in6`.
#[derive(Debug)]
pub enum Destination {}

impl Encode<'_> for Destination {
    type Value = SocketAddr;
    type Bytes = Vec<u8>;

    fn encode(value: SocketAddr) -> io::Result<Vec<u8>> {
        let port = value.port().to_be_bytes();
        let family = |number: i32| u16::try_from(number).unwrap_or_default().to_ne_bytes();
        Ok(match value {
            SocketAddr::V4(v4) => {
                [&family(c::AF_INET)[..], &port, &v4.ip().octets(), &[0; 8]].concat()
            }
            SocketAddr::V6(v6) => {
                let flow = v6.flowinfo().to_be_bytes();
                let scope = v6.scope_id().to_ne_bytes();
                [&family(c::AF_INET6)[..], &port, &flow, &v6.ip().octets(), &scope].concat()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_ip() {
        let v4 = Destination::encode("192.0.2.1:258".parse().unwrap()).unwrap();
        assert_eq!(v4.len(), size_of::<c::sockaddr_in>());
        assert_eq!(v4[2..8], [1, 2, 192, 0, 2, 1]);
        let v6 = Destination::encode("[2001:db8::1]:258".parse().unwrap()).unwrap();
        assert_eq!(v6.len(), size_of::<c::sockaddr_in6>());
        assert_eq!(v6[2..10], [1, 2, 0, 0, 0, 0, 0x20, 1]);
    }
}
