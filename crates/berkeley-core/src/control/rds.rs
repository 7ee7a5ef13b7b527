//! Reliable datagrams (RDS): man 7 rds-rdma, the kernel's rds.h. Remote memory needs InfiniBand.

use super::{Decode, Encode, message, numbers};
use crate::layout::Fields;

numbers! { SOL_RDS;
    /// The ports, one bit each of 64 classes (port modulo 64), that are no longer congested:
    /// `RDS_CMSG_CONG_UPDATE`, asked for by
    /// [`CongestionMonitor`](crate::option::rds::CongestionMonitor).
    #[doc(alias = "RDS_CMSG_CONG_UPDATE")]
    CongestionUpdate(u64 as u64): received = RDS_CMSG_CONG_UPDATE;
    /// The remote memory that a message reads or writes, `cookie` of `RDS_CMSG_RDMA_DEST`: the
    /// key in the lower half, the offset in the upper.
    #[doc(alias = "RDS_CMSG_RDMA_DEST")]
    RdmaDestination(u64 as u64): both = RDS_CMSG_RDMA_DEST;
}

/// A transfer to or from remote memory, to be done with the message: `RDS_CMSG_RDMA_ARGS`.
#[doc(alias = "RDS_CMSG_RDMA_ARGS")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RdmaArguments {
    /// The peer's key and offset, as it sent them.
    pub cookie: u64,
    /// The address and length of the remote memory.
    pub remote: (u64, u64),
    /// The address of the list of local memory, `struct rds_iovec`s, and how many there are.
    pub local: (u64, u64),
    /// `RDS_RDMA_*` bits.
    pub flags: u64,
    /// Comes back with [`RdmaStatus`].
    pub user_token: u64,
}

message!(RdmaArguments = SOL_RDS, RDS_CMSG_RDMA_ARGS);

impl Encode for RdmaArguments {
    fn encode(&self, payload: &mut Vec<u8>) {
        let Self { cookie, remote, local, flags, user_token } = *self;
        for field in [cookie, remote.0, remote.1, local.0, local.1, flags, user_token] {
            payload.extend_from_slice(&field.to_ne_bytes());
        }
    }
}

/// Memory to be made reachable for the peer: `RDS_CMSG_RDMA_MAP`, `struct rds_get_mr_args`.
#[doc(alias = "RDS_CMSG_RDMA_MAP")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RdmaMap {
    /// The address and length of the memory.
    pub memory: (u64, u64),
    /// Where the kernel writes the cookie.
    pub cookie_address: u64,
    /// `RDS_RDMA_*` bits.
    pub flags: u64,
}

message!(RdmaMap = SOL_RDS, RDS_CMSG_RDMA_MAP);

impl Encode for RdmaMap {
    fn encode(&self, payload: &mut Vec<u8>) {
        for field in [self.memory.0, self.memory.1, self.cookie_address, self.flags] {
            payload.extend_from_slice(&field.to_ne_bytes());
        }
    }
}

/// How a transfer to or from remote memory ended: `RDS_CMSG_RDMA_STATUS`.
#[doc(alias = "RDS_CMSG_RDMA_STATUS")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RdmaStatus {
    /// That of [`RdmaArguments`].
    pub user_token: u64,
    /// `RDS_RDMA_SUCCESS` (0), `RDS_RDMA_REMOTE_ERROR` (1), `RDS_RDMA_CANCELED` (2),
    /// `RDS_RDMA_DROPPED` (3), `RDS_RDMA_OTHER_ERROR` (4).
    pub status: i32,
}

message!(RdmaStatus = SOL_RDS, RDS_CMSG_RDMA_STATUS);

impl Decode for RdmaStatus {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        Some(Self { user_token: fields.u64()?, status: fields.i32()? })
    }
}
