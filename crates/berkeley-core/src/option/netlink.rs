//! Options of netlink sockets: level `SOL_NETLINK`, man 7 netlink.
//!
//! # Platforms
//! Linux.

use super::codec::{Count, Decode, List, get_all};
use super::options;
use std::io;
use std::os::fd::BorrowedFd;

options! { SOL_NETLINK;
    /// Joins a multicast group, by its number: `NETLINK_ADD_MEMBERSHIP`. Its messages come once
    /// the socket is bound. Groups past 32 are reached so alone, not by the address that the
    /// socket is bound to.
    #[doc(alias = "NETLINK_ADD_MEMBERSHIP")]
    AddMembership: Count, WriteOnly = NETLINK_ADD_MEMBERSHIP;
    /// Leaves a multicast group: `NETLINK_DROP_MEMBERSHIP`.
    #[doc(alias = "NETLINK_DROP_MEMBERSHIP")]
    DropMembership: Count, WriteOnly = NETLINK_DROP_MEMBERSHIP;
    /// The numbers of the multicast groups that the socket is in: `NETLINK_LIST_MEMBERSHIPS`.
    #[doc(alias = "NETLINK_LIST_MEMBERSHIPS")]
    Memberships: Groups, ReadOnly = NETLINK_LIST_MEMBERSHIPS;
    /// Whether each message comes with the number of its group, as a control message:
    /// `NETLINK_PKTINFO`.
    #[doc(alias = "NETLINK_PKTINFO")]
    PacketInfo: bool, ReadWrite = NETLINK_PKTINFO;
    /// Whether the sender of a multicast is told that this socket could not take it (`ENOBUFS`):
    /// `NETLINK_BROADCAST_ERROR`.
    #[doc(alias = "NETLINK_BROADCAST_ERROR")]
    BroadcastError: bool, ReadWrite = NETLINK_BROADCAST_ERROR;
    /// Whether messages that were lost for want of room are not reported (`ENOBUFS`):
    /// `NETLINK_NO_ENOBUFS`.
    #[doc(alias = "NETLINK_NO_ENOBUFS")]
    NoEnobufs: bool, ReadWrite = NETLINK_NO_ENOBUFS;
    /// Whether messages of all network namespaces that have a number here come, with that number
    /// as a control message: `NETLINK_LISTEN_ALL_NSID`, for who may administer networks. Older
    /// kernels do not read it (`ENOPROTOOPT`).
    #[doc(alias = "NETLINK_LISTEN_ALL_NSID")]
    ListenAllNamespaces: bool, ReadWrite = NETLINK_LISTEN_ALL_NSID;
    /// Whether an answer that reports an error leaves out the request's content:
    /// `NETLINK_CAP_ACK`.
    #[doc(alias = "NETLINK_CAP_ACK")]
    CappedAck: bool, ReadWrite = NETLINK_CAP_ACK;
    /// Whether answers explain themselves, with text among other attributes: `NETLINK_EXT_ACK`.
    #[doc(alias = "NETLINK_EXT_ACK")]
    ExtendedAck: bool, ReadWrite = NETLINK_EXT_ACK;
    /// Whether requests for lists are checked strictly and filtered by their content:
    /// `NETLINK_GET_STRICT_CHK`.
    #[doc(alias = "NETLINK_GET_STRICT_CHK")]
    StrictCheck: bool, ReadWrite = NETLINK_GET_STRICT_CHK;
}

/// Numbers of multicast groups, a bit each to the kernel.
#[derive(Debug)]
pub enum Groups {}

impl Decode for Groups {
    type Value = Vec<u32>;
    /// To begin with.
    const ROOM: usize = 64;

    fn decode(bytes: &[u8]) -> io::Result<Vec<u32>> {
        let words = List::<u32>::decode(bytes)?;
        // Group 1 is the lowest bit of the first word.
        Ok((1_u32..)
            .zip(words.iter().flat_map(|word| (0..32).map(move |bit| word >> bit & 1 == 1)))
            .filter_map(|(group, member)| member.then_some(group))
            .collect())
    }

    fn get(fd: BorrowedFd<'_>, level: i32, name: i32) -> io::Result<Vec<u32>> {
        Self::decode(&get_all(fd, level, name, Self::ROOM)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_bits_from_the_first_word_on() {
        let words = [1_u32, 0x8000_0000, 2].map(u32::to_ne_bytes).concat();
        assert_eq!(Groups::decode(&words).unwrap(), [1, 64, 66]);
        assert_eq!(Groups::decode(&[]).unwrap(), []);
        assert!(Groups::decode(&[0; 5]).is_err());
    }
}
