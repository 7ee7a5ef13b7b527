//! Options of UDP: level `SOL_UDP`, man 7 udp. Linux.

use super::codec::Count;
use super::options;
use crate::constant::open_constants;

options! { SOL_UDP;
    /// Holds data back and sends it as one datagram when switched off: `UDP_CORK`.
    #[doc(alias = "UDP_CORK")]
    Cork: bool, ReadWrite = UDP_CORK;
    /// The size of the datagrams that the kernel cuts each send into: `UDP_SEGMENT`, Linux 4.18,
    /// to 65,535 bytes; 0 does not cut. The last may be shorter.
    #[doc(alias = "UDP_SEGMENT")]
    Segment: Count, ReadWrite = UDP_SEGMENT;
    /// Whether a receive may bring several datagrams of one size at once, with that size as a
    /// control message: `UDP_GRO`, Linux 5.0.
    #[doc(alias = "UDP_GRO")]
    ReceiveOffload: bool, ReadWrite = UDP_GRO;
    /// What the datagrams carry for the kernel itself: `UDP_ENCAP`.
    #[doc(alias = "UDP_ENCAP")]
    Encapsulation: Encapsulated, ReadWrite = UDP_ENCAP;
    /// Whether IPv6 datagrams are sent with a checksum of zero: `UDP_NO_CHECK6_TX`, Linux.
    #[doc(alias = "UDP_NO_CHECK6_TX")]
    NoChecksumSent: bool, ReadWrite = UDP_NO_CHECK6_TX;
    /// Whether IPv6 datagrams with a checksum of zero are received: `UDP_NO_CHECK6_RX`, Linux.
    #[doc(alias = "UDP_NO_CHECK6_RX")]
    NoChecksumReceived: bool, ReadWrite = UDP_NO_CHECK6_RX;
}

open_constants! {
    /// What UDP carries for the kernel itself: `UDP_ENCAP_*`, linux/udp.h.
    pub struct Encapsulated(i32);

    /// Nothing.
    NONE = 0;
    /// IPsec, as a draft had it: `UDP_ENCAP_ESPINUDP_NON_IKE`.
    ESP_WITHOUT_IKE = 1;
    /// IPsec (RFC 3948): `UDP_ENCAP_ESPINUDP`.
    ESP = 2;
    /// L2TP (RFC 2661): `UDP_ENCAP_L2TPINUDP`.
    L2TP = 3;
    /// GTP version 0: `UDP_ENCAP_GTP0`.
    GTP0 = 4;
    /// GTP version 1: `UDP_ENCAP_GTP1U`.
    GTP1 = 5;
    /// RxRPC: `UDP_ENCAP_RXRPC`.
    RXRPC = 6;
}

super::codec::constants!(Encapsulated);
