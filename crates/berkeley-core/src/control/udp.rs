//! UDP: one send or receive for many datagrams. man 7 udp, the kernel's segmentation-offloads.rst.

use super::numbers;

numbers! { SOL_UDP;
    /// Cuts what is sent into datagrams of so many bytes: `UDP_SEGMENT`, Linux 4.18.
    #[doc(alias = "UDP_SEGMENT")]
    SegmentSize(u16 as u16): sent = UDP_SEGMENT;
    /// What was received is several datagrams of so many bytes, the last of them maybe shorter:
    /// `UDP_GRO`, Linux 5.0, asked for by
    /// [`ReceiveOffload`](crate::option::udp::ReceiveOffload).
    #[doc(alias = "UDP_GRO")]
    ReceivedSegmentSize(u16 as i32): received = UDP_GRO;
}
