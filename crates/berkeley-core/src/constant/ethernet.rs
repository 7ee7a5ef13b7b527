//! What an Ethernet frame carries.

use super::open_constants;
#[cfg(linux_like)]
use crate::constant::Protocol;

open_constants! {
    /// What an Ethernet frame carries, as a number of the host: `ETHERTYPE_*` and `ETH_P_*`.
    ///
    /// Values from 0x0600 are those of IEEE, the same everywhere. Linux has smaller ones of its
    /// own, for frames that say no type.
    pub struct EtherType(u16);

    /// IPv4: `ETHERTYPE_IP`.
    IP = 0x0800;
    /// Address resolution of IPv4: `ETHERTYPE_ARP`.
    ARP = 0x0806;
    /// Reverse address resolution: `ETHERTYPE_REVARP`.
    RARP = 0x8035;
    /// A tag of a virtual network, IEEE 802.1Q: `ETHERTYPE_VLAN`.
    VLAN = 0x8100;
    /// IPv6: `ETHERTYPE_IPV6`.
    IPV6 = 0x86DD;
    /// Flow control and other control of the link: `ETH_P_PAUSE`.
    PAUSE = 0x8808;
    /// MPLS: `ETH_P_MPLS_UC`.
    MPLS = 0x8847;
    /// Discovery of PPP over Ethernet: `ETH_P_PPP_DISC`.
    PPP_DISCOVERY = 0x8863;
    /// A session of PPP over Ethernet: `ETH_P_PPP_SES`.
    PPP_SESSION = 0x8864;
    /// Authentication of ports, IEEE 802.1X: `ETH_P_PAE`.
    PAE = 0x888E;
    /// A tag around a tag, IEEE 802.1ad: `ETH_P_8021AD`.
    SERVICE_VLAN = 0x88A8;
    /// TIPC: `ETH_P_TIPC`.
    TIPC = 0x88CA;
    /// Neighbours and their topology: `ETH_P_LLDP`.
    LLDP = 0x88CC;
    /// Encryption of the link, IEEE 802.1AE: `ETH_P_MACSEC`.
    MACSEC = 0x88E5;
    /// Time, IEEE 1588: `ETH_P_1588`.
    PTP = 0x88F7;
    /// Frames of every protocol: `ETH_P_ALL`, man 7 packet.
    #[cfg(linux_like)]
    ALL = 0x0003;
    /// Frames of IEEE 802.2, which have a length in place of a type: `ETH_P_802_2`.
    #[cfg(linux_like)]
    LLC = 0x0004;
    /// Frames of a CAN bus: `ETH_P_CAN`.
    #[cfg(linux_like)]
    CAN = 0x000C;
    /// CAN frames of up to 64 bytes: `ETH_P_CANFD`.
    #[cfg(linux_like)]
    CAN_FD = 0x000D;
}

/// The protocol of a packet socket, which takes the number as it is on the wire: man 7 packet.
#[cfg(linux_like)]
impl From<EtherType> for Protocol {
    fn from(carried: EtherType) -> Self {
        Self::from_raw(i32::from(carried.raw().to_be()))
    }
}
