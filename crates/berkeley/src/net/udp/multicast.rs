//! Groups of both families, and who may send to them: RFC 3678. The methods that tokio has for
//! groups are in `udp.rs`.

use super::UdpSocket;
use berkeley_core::option::ip::{self, Group, GroupSource, LocalInterface};
use berkeley_core::option::ipv6::{self, Membership};
use berkeley_core::{Family, Interface};
use std::io;
use std::net::IpAddr;

/// # Groups
///
/// | | |
/// |---|---|
/// | what anybody sends to a group | [`join_group`](Self::join_group), [`leave_group`](Self::leave_group) |
/// | … but for some | [`block_source`](Self::block_source), [`unblock_source`](Self::unblock_source) |
/// | what one host sends to a group | [`join_source_group`](Self::join_source_group), [`leave_source_group`](Self::leave_source_group) |
/// | by which interface to send | [`set_multicast_interface`](Self::set_multicast_interface) |
///
/// An [`Interface::ANY`] is the one that the routes say.
impl UdpSocket {
    /// Receives what anybody sends to `group` by this interface: `MCAST_JOIN_GROUP`,
    /// `IPV6_JOIN_GROUP`.
    ///
    /// A socket that is bound to a port alone gets what is sent to the groups of other sockets of
    /// this host too, until [`ip::MulticastAll`] or [`ipv6::MulticastAll`] is off.
    ///
    /// ```no_run
    /// # async fn example() -> std::io::Result<()> {
    /// let socket = berkeley::UdpSocket::bind("0.0.0.0:5353").await?;
    /// let group = "224.0.0.251".parse().expect("an address");
    /// socket.join_group(group, berkeley::Interface::from_name("eth0")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `EADDRINUSE` when it has joined, `ENODEV` when there is no such interface or route,
    /// `EINVAL` when it is no group, `ENOBUFS` when it has joined as many as the system allows.
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "MCAST_JOIN_GROUP")]
    pub fn join_group(&self, group: IpAddr, interface: Interface) -> io::Result<()> {
        match group {
            IpAddr::V4(_) => self.set(ip::JoinGroup, Group { group, interface }),
            IpAddr::V6(group) => self.set(ipv6::JoinGroup, Membership { group, interface }),
        }
    }

    /// Undoes [`join_group`](Self::join_group).
    ///
    /// # Errors
    /// `EADDRNOTAVAIL` when it has not joined there.
    ///
    /// # Platforms
    /// Linux.
    #[doc(alias = "MCAST_LEAVE_GROUP")]
    pub fn leave_group(&self, group: IpAddr, interface: Interface) -> io::Result<()> {
        match group {
            IpAddr::V4(_) => self.set(ip::LeaveGroup, Group { group, interface }),
            IpAddr::V6(group) => self.set(ipv6::LeaveGroup, Membership { group, interface }),
        }
    }

    /// Sends to groups by this interface from now on, whatever the routes say: `IP_MULTICAST_IF`,
    /// `IPV6_MULTICAST_IF`.
    ///
    /// # Errors
    /// `EADDRNOTAVAIL` or `ENODEV` when there is no such interface.
    #[doc(alias = "IP_MULTICAST_IF")]
    #[doc(alias = "IPV6_MULTICAST_IF")]
    pub fn set_multicast_interface(&self, interface: Interface) -> io::Result<()> {
        if self.family() == Family::INET6 {
            return self.set(ipv6::MulticastInterface, interface);
        }
        self.set(ip::MulticastInterface, LocalInterface::Index(interface))
    }
}

/// Methods of a group and one that sends to it, a row each.
macro_rules! sources {
    ($( $(#[doc $($doc:tt)*])* $method:ident = $option:ident; )*) => {
        impl UdpSocket { $(
            $(#[doc $($doc)*])*
            ///
            /// # Platforms
            /// Linux.
            pub fn $method(
                &self,
                group: IpAddr,
                source: IpAddr,
                interface: Interface,
            ) -> io::Result<()> {
                let request = GroupSource { group, source, interface };
                match group {
                    IpAddr::V4(_) => self.set(ip::$option, request),
                    IpAddr::V6(_) => self.set(ipv6::$option, request),
                }
            }
        )* }
    };
}

sources! {
    /// Receives what `source` sends to `group`, and nobody else, but for other sources that are
    /// joined: `MCAST_JOIN_SOURCE_GROUP`.
    ///
    /// # Errors
    /// `EADDRNOTAVAIL` when it has joined that, `EINVAL` when it has joined the whole group;
    /// otherwise as [`join_group`](Self::join_group).
    #[doc(alias = "MCAST_JOIN_SOURCE_GROUP")]
    join_source_group = JoinSourceGroup;
    /// Undoes [`join_source_group`](Self::join_source_group).
    ///
    /// # Errors
    /// `EADDRNOTAVAIL` when it has not joined that.
    #[doc(alias = "MCAST_LEAVE_SOURCE_GROUP")]
    leave_source_group = LeaveSourceGroup;
    /// Receives nothing from `source` of a group that it has joined: `MCAST_BLOCK_SOURCE`.
    ///
    /// # Errors
    /// `EINVAL` or `EADDRNOTAVAIL` when it has not joined the group, or blocks the source already.
    #[doc(alias = "MCAST_BLOCK_SOURCE")]
    block_source = BlockGroupSource;
    /// Undoes [`block_source`](Self::block_source).
    ///
    /// # Errors
    /// `EADDRNOTAVAIL` when the source is not blocked.
    #[doc(alias = "MCAST_UNBLOCK_SOURCE")]
    unblock_source = UnblockGroupSource;
}
