//! Reliable datagrams (RDS): man 7 rds-rdma, the kernel's rds.h. Remote memory needs InfiniBand. The
//! messages that name memory of this process have no types: see
//! [`ShareMemory`](crate::option::rds::ShareMemory).

use super::{Decode, message, numbers};
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

/// How a transfer to or from remote memory ended: `RDS_CMSG_RDMA_STATUS`.
#[doc(alias = "RDS_CMSG_RDMA_STATUS")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RdmaStatus {
    /// That of the transfer.
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
