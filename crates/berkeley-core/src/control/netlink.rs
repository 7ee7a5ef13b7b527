//! Netlink: man 7 netlink.

use super::numbers;

numbers! { SOL_NETLINK;
    /// The group by which a message came, 0 for one that was sent to this socket:
    /// `NETLINK_PKTINFO`, asked for by [`PacketInfo`](crate::option::netlink::PacketInfo).
    #[doc(alias = "NETLINK_PKTINFO")]
    Group(u32 as u32): received = NETLINK_PKTINFO;
    /// The number of the network namespace that a message came from: `NETLINK_LISTEN_ALL_NSID`,
    /// asked for by [`ListenAllNamespaces`](crate::option::netlink::ListenAllNamespaces).
    #[doc(alias = "NETLINK_LISTEN_ALL_NSID")]
    Namespace(i32 as i32): received = NETLINK_LISTEN_ALL_NSID;
}
