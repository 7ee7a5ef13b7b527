//! TCP: man 7 tcp.

use super::numbers;

numbers! { IPPROTO_TCP;
    /// How many bytes are left to be read: `TCP_CM_INQ`, Linux 4.18, asked for by
    /// [`ReceiveUnreadBytes`](crate::option::tcp::ReceiveUnreadBytes).
    #[doc(alias = "TCP_CM_INQ")]
    UnreadBytes(u32 as i32): received = TCP_CM_INQ;
}
