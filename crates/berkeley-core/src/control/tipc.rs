//! TIPC: what came back, and for which name. The kernel's tipc.h.

use super::{Decode, bytes, message};
use crate::layout::Fields;

/// Why a message came back: `TIPC_ERRINFO`. The connection's end is told so too.
#[doc(alias = "TIPC_ERRINFO")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rejected {
    /// `TIPC_ERR_NO_NAME` (1), `TIPC_ERR_NO_PORT` (2), `TIPC_ERR_NO_NODE` (3),
    /// `TIPC_ERR_OVERLOAD` (4), `TIPC_CONN_SHUTDOWN` (5); 0 for an orderly end.
    pub code: u32,
    /// How many bytes came back.
    pub length: u32,
}

message!(Rejected = SOL_TIPC, TIPC_ERRINFO);

impl Decode for Rejected {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        Some(Self { code: fields.u32()?, length: fields.u32()? })
    }
}

bytes! { SOL_TIPC;
    /// The bytes that came back: `TIPC_RETDATA`.
    #[doc(alias = "TIPC_RETDATA")]
    ReturnedData: received = TIPC_RETDATA;
}

/// The service name or range that a message was sent to: `TIPC_DESTNAME`.
#[doc(alias = "TIPC_DESTNAME")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DestinationName {
    /// The type of the service.
    pub kind: u32,
    /// Its first instance.
    pub lower: u32,
    /// Its last instance.
    pub upper: u32,
}

message!(DestinationName = SOL_TIPC, TIPC_DESTNAME);

impl Decode for DestinationName {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        Some(Self { kind: fields.u32()?, lower: fields.u32()?, upper: fields.u32()? })
    }
}
