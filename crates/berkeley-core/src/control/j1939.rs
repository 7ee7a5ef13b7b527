//! SAE J1939 over CAN: the kernel's j1939.rst.

use super::{bytes, numbers};

numbers! { SOL_CAN_J1939;
    /// The address that a message was sent to: `SCM_J1939_DEST_ADDR`. Not there for broadcasts.
    #[doc(alias = "SCM_J1939_DEST_ADDR")]
    DestinationAddress(u8 as u8): received = SCM_J1939_DEST_ADDR;
    /// The name of the node that a message was sent to: `SCM_J1939_DEST_NAME`.
    #[doc(alias = "SCM_J1939_DEST_NAME")]
    DestinationName(u64 as u64): received = SCM_J1939_DEST_NAME;
    /// The priority of a message, 0 (highest) to 7: `SCM_J1939_PRIO`.
    #[doc(alias = "SCM_J1939_PRIO")]
    Priority(u8 as u8): received = SCM_J1939_PRIO;
}

bytes! { SOL_CAN_J1939;
    /// How far a long message has come, as netlink attributes `J1939_NLA_*`:
    /// `SCM_J1939_ERRQUEUE`, of the error queue.
    #[doc(alias = "SCM_J1939_ERRQUEUE")]
    Progress: received = SCM_J1939_ERRQUEUE;
}
