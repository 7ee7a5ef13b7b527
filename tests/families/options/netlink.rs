//! Level `SOL_NETLINK`.

use super::{assert_errno, is_empty, next, switch};
use berkeley_core::address::NetlinkAddress;
use berkeley_core::control::{RecvBuffer, netlink as control};
use berkeley_core::option::netlink;
use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family, in_network};
use nix::libc;
use std::io::IoSliceMut;

fn route() -> Option<Socket> {
    family(Family::NETLINK, Kind::RAW, Protocol::NETLINK_ROUTE)
}

const LINK: u32 = libc::RTNLGRP_LINK;

/// The type of a message: `nlmsg_type`.
fn kind(message: &[u8]) -> u16 {
    u16::from_ne_bytes([message[4], message[5]])
}

#[test]
fn switches_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = route() else { return };
        switch(&on, netlink::PacketInfo);
        switch(&on, netlink::BroadcastError);
        switch(&on, netlink::NoEnobufs);
        switch(&on, netlink::CappedAck);
        switch(&on, netlink::ExtendedAck);
        switch(&on, netlink::StrictCheck);
    });
}

#[test]
fn all_namespaces_are_listened_to_by_who_may() {
    bounded(PATIENCE, || {
        let Some(on) = route() else { return };
        match on.set(netlink::ListenAllNamespaces, true) {
            Err(e) => assert_eq!(e.raw_os_error(), Some(libc::EPERM), "{e}"),
            // Older kernels do not tell.
            Ok(()) => match on.get(netlink::ListenAllNamespaces) {
                Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT), "{e}"),
                Ok(listens) => assert!(listens),
            },
        }
    });
}

#[test]
fn memberships_are_listed_past_the_first_32() {
    bounded(PATIENCE, || {
        let Some(on) = route() else { return };
        on.bind(NetlinkAddress::KERNEL).unwrap();
        assert!(on.get(netlink::Memberships).unwrap().is_empty());
        for group in [1, 32, 33] {
            on.set(netlink::AddMembership, group).unwrap();
        }
        assert_eq!(on.get(netlink::Memberships).unwrap(), [1, 32, 33]);
        on.set(netlink::DropMembership, 32).unwrap();
        assert_eq!(on.get(netlink::Memberships).unwrap(), [1, 33]);
        assert_errno(on.set(netlink::AddMembership, 0), libc::EINVAL);
        assert_errno(on.set(netlink::AddMembership, 100_000), libc::EINVAL);
    });
}

#[test]
fn a_member_hears_of_a_change_that_ip_makes() {
    in_network(PATIENCE, |network| {
        let Some(on) = route() else { return };
        on.bind(NetlinkAddress::KERNEL).unwrap();
        on.set(netlink::AddMembership, LINK).unwrap();
        network.ip("link set here mtu 1400");
        assert_eq!(kind(&next(&on)), libc::RTM_NEWLINK);
        while !is_empty(&on) {
            next(&on);
        }
        on.set(netlink::DropMembership, LINK).unwrap();
        network.ip("link set here mtu 1300");
        assert!(is_empty(&on), "it is no member");
    });
}

#[test]
fn a_message_comes_with_its_group_once_asked_for() {
    in_network(PATIENCE, |network| {
        let Some(on) = route() else { return };
        on.bind(NetlinkAddress::KERNEL).unwrap();
        on.set(netlink::AddMembership, LINK).unwrap();
        for asked in [false, true] {
            on.set(netlink::PacketInfo, asked).unwrap();
            network.ip(if asked { "link set here mtu 1400" } else { "link set here mtu 1300" });
            let mut control = RecvBuffer::with_capacity(64);
            let mut bytes = [0; 4096];
            let buffers = &mut [IoSliceMut::new(&mut bytes)];
            on.recv_msg(buffers, &mut control, MsgFlags::empty()).unwrap();
            let group = control.get::<control::Group>().map(|group| group.0);
            assert_eq!(group, asked.then_some(LINK));
            while !is_empty(&on) {
                next(&on);
            }
        }
    });
}

#[test]
fn refusals_are_as_long_as_asked_for() {
    bounded(PATIENCE, || {
        let Some(on) = route() else { return };
        on.connect(NetlinkAddress::KERNEL).unwrap();
        // A question for an interface that does not exist, with attributes that nobody has.
        let ask = || {
            let header: [&[u8]; 5] = [
                &36_u32.to_ne_bytes(),
                &libc::RTM_GETLINK.to_ne_bytes(),
                &[1, 0], // NLM_F_REQUEST
                &1_u32.to_ne_bytes(),
                &0_u32.to_ne_bytes(),
            ];
            // struct ifinfomsg of interface 2^31 - 1, and an empty attribute.
            let content: [&[u8]; 3] =
                [&[0; 4], &i32::MAX.to_ne_bytes(), &[0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0xFF, 0x0F]];
            on.send(&[header.concat(), content.concat()].concat()).unwrap();
            let answer = next(&on);
            assert_eq!(i32::from(kind(&answer)), libc::NLMSG_ERROR);
            answer
        };
        let whole = ask();
        on.set(netlink::CappedAck, true).unwrap();
        let capped = ask();
        // nlmsghdr, the error, and the header of the request; then its content.
        assert_eq!((capped.len(), whole.len()), (36, 36 + 20));
        on.set(netlink::StrictCheck, true).unwrap();
        on.set(netlink::ExtendedAck, true).unwrap();
        assert!(ask().len() > capped.len(), "with strict checks there is something to explain");
    });
}
