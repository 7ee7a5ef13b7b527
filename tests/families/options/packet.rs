//! Level `SOL_PACKET`.

use super::{assert_errno, is_empty, next, round_trip, switch};
use berkeley_core::address::PacketAddress;
use berkeley_core::constant::EtherType;
use berkeley_core::control::{RecvBuffer, packet as control};
use berkeley_core::option::packet::{
    self, FanoutFlags, FanoutGroup, FanoutMode, Membership, RingRequest, RingVersion,
};
use berkeley_core::option::socket::{Instruction, Timestamps};
use berkeley_core::{Family, Interface, Kind, MsgFlags, Socket};
use berkeley_tests::{Network, PATIENCE, eventually, family, in_network, udp};
use nix::libc;
use std::io::{ErrorKind, IoSliceMut};
use std::process::Command;

/// A socket for frames of IPv4 on the loopback of the test's network.
fn on_loopback() -> Option<Socket> {
    on_loopback_for(EtherType::IP)
}

fn on_loopback_for(carried: EtherType) -> Option<Socket> {
    let on = family(Family::PACKET, Kind::RAW, carried.into())?;
    let loopback = Interface::from_name("lo").unwrap();
    on.bind(PacketAddress::new(loopback, carried.raw())).unwrap();
    Some(on)
}

/// Sends `count` datagrams over the loopback, each of one flow.
fn send_datagrams(count: u8) {
    let (from, to) = (udp(), udp());
    from.connect(to.local_addr().unwrap()).unwrap();
    for number in 0..count {
        from.send(&[number; 10]).unwrap();
        next(&to);
    }
}

/// What waits to be received.
fn drain(on: &Socket) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| (!is_empty(on)).then(|| next(on))).collect()
}

/// What ip(8) says.
fn ip(arguments: &str) -> String {
    let output = Command::new("ip").args(arguments.split_whitespace()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn switches_and_numbers_read_back() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback() else { return };
        switch(&on, packet::AuxiliaryData);
        switch(&on, packet::OriginalInterface);
        switch(&on, packet::IgnoreOutgoing);
        switch(&on, packet::QdiscBypass);
        switch(&on, packet::VirtioHeader);
        switch(&on, packet::Loss);
        switch(&on, packet::TransmitHasOffset);
        round_trip(&on, packet::Reserve, 0, [16, 64]);
        let clocks = [Timestamps::RAW_HARDWARE, Timestamps::SOFTWARE, Timestamps::empty()];
        round_trip(&on, packet::Timestamp, Timestamps::empty(), clocks);
        let versions = [RingVersion::V2, RingVersion::V3, RingVersion::V1];
        round_trip(&on, packet::Version, RingVersion::V1, versions);
        assert_errno(on.set(packet::Version, RingVersion::from_raw(9)), libc::EINVAL);

        on.set(packet::CopyThreshold, 5).unwrap();
        match on.get(packet::CopyThreshold) {
            Ok(threshold) => assert_eq!(threshold, 5),
            // Before Linux 6.7.
            Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT), "{e}"),
        }
        match on.set(packet::VirtioHeaderSize, 12) {
            Ok(()) => {
                assert_eq!(on.get(packet::VirtioHeaderSize).unwrap(), 12);
                assert!(on.get(packet::VirtioHeader).unwrap());
            }
            // Before Linux 6.5.
            Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT), "{e}"),
        }
    });
}

#[test]
fn each_version_tells_the_size_of_its_header() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback() else { return };
        // sizeof struct tpacket_hdr, which has a long, tpacket2_hdr and tpacket3_hdr.
        let first = u32::try_from(size_of::<usize>() + 24).unwrap();
        for (version, size) in
            [(RingVersion::V1, first), (RingVersion::V2, 32), (RingVersion::V3, 48)]
        {
            assert_eq!(on.query(packet::HeaderLength, version).unwrap(), size, "{version:?}");
        }
        assert_errno(on.query(packet::HeaderLength, RingVersion::from_raw(7)), libc::EINVAL);
    });
}

#[test]
fn a_member_makes_its_interface_promiscuous() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback() else { return };
        let promiscuous = || ip("-d link show here").contains("promiscuity 1");
        let membership = Membership::promiscuous(Interface::from_name("here").unwrap());
        assert!(!promiscuous());
        on.set(packet::AddMembership, membership).unwrap();
        assert!(promiscuous());
        on.set(packet::DropMembership, membership).unwrap();
        assert!(!promiscuous());
        on.set(packet::AddMembership, membership).unwrap();
        drop(on);
        assert!(!promiscuous(), "it ends with the socket");
        let nowhere = Membership::promiscuous(Interface::from_index(4_711));
        assert_errno(on_loopback().unwrap().set(packet::AddMembership, nowhere), libc::ENODEV);
    });
}

#[test]
fn a_member_of_an_address_makes_its_interface_take_it() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback() else { return };
        let here = Interface::from_name("here").unwrap();
        let group = Membership::multicast(here, &[0x01, 0, 0x5E, 1, 2, 3]).unwrap();
        on.set(packet::AddMembership, group).unwrap();
        assert!(ip("maddr show dev here").contains("01:00:5e:01:02:03"));
        on.set(packet::DropMembership, group).unwrap();
        assert!(!ip("maddr show dev here").contains("01:00:5e:01:02:03"));

        on.set(packet::AddMembership, Membership::every_multicast(here)).unwrap();
        assert!(ip("-d link show here").contains("allmulti 1"));
        let other = Membership::unicast(here, &[0x02, 0, 0, 1, 2, 3]).unwrap();
        on.set(packet::AddMembership, other).unwrap();
        on.set(packet::DropMembership, other).unwrap();
        // Addresses are as long as those of the interface.
        let short = Membership::multicast(here, &[1, 2]).unwrap();
        assert_errno(on.set(packet::AddMembership, short), libc::EINVAL);
    });
}

#[test]
fn frames_that_this_host_sends_are_left_out_on_request() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback_for(EtherType::ALL) else { return };
        send_datagrams(1);
        assert_eq!(drain(&on).len(), 2, "once out, once in");
        on.set(packet::IgnoreOutgoing, true).unwrap();
        send_datagrams(1);
        assert_eq!(drain(&on).len(), 1, "in alone");
    });
}

#[test]
fn frames_come_with_their_length_and_a_header_of_virtio_on_request() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback() else { return };
        send_datagrams(1);
        let plain = next(&on);
        // Ethernet, IPv4, UDP and ten bytes.
        assert_eq!(plain.len(), 14 + 20 + 8 + 10);
        on.set(packet::VirtioHeader, true).unwrap();
        send_datagrams(1);
        assert_eq!(next(&on).len(), plain.len() + 10);
        on.set(packet::VirtioHeader, false).unwrap();

        on.set(packet::AuxiliaryData, true).unwrap();
        send_datagrams(1);
        let mut control = RecvBuffer::with_capacity(64);
        let mut bytes = [0; 20];
        let buffers = &mut [IoSliceMut::new(&mut bytes)];
        on.recv_msg(buffers, &mut control, MsgFlags::empty()).unwrap();
        let told = control.get::<control::AuxiliaryData>().expect("it was asked for");
        assert_eq!(usize::try_from(told.length).unwrap(), plain.len());
    });
}

#[test]
fn statistics_count_from_one_reading_to_the_next() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback() else { return };
        drain(&on);
        on.get(packet::Statistics).unwrap();
        send_datagrams(5);
        let counted = on.get(packet::Statistics).unwrap();
        assert_eq!((counted.packets, counted.drops, counted.freezes), (5, 0, 0));
        assert_eq!(on.get(packet::Statistics).unwrap().packets, 0);
    });
}

#[test]
fn a_group_shares_frames_by_turns() {
    in_network(PATIENCE, |_| {
        let (Some(a), Some(b)) = (on_loopback(), on_loopback()) else { return };
        let nothing = FanoutGroup::new(0, FanoutMode::HASH);
        assert_eq!(a.get(packet::Fanout).unwrap(), nothing, "it is in none");
        let group = FanoutGroup::new(7, FanoutMode::ROUND_ROBIN);
        a.set(packet::Fanout, group).unwrap();
        b.set(packet::Fanout, group).unwrap();
        assert_eq!(b.get(packet::Fanout).unwrap(), group);
        let other = FanoutGroup::new(7, FanoutMode::CPU);
        let late = on_loopback().unwrap();
        assert_errno(late.set(packet::Fanout, other), libc::EINVAL);

        // The first may come before the second has joined.
        drain(&a);
        drain(&b);
        send_datagrams(20);
        assert_eq!((drain(&a).len(), drain(&b).len()), (10, 10));
    });
}

#[test]
fn a_program_chooses_who_of_a_group_gets_a_frame() {
    in_network(PATIENCE, |_| {
        let (Some(a), Some(b)) = (on_loopback(), on_loopback()) else { return };
        let group = FanoutGroup::new(8, FanoutMode::CBPF);
        a.set(packet::Fanout, group).unwrap();
        b.set(packet::Fanout, group).unwrap();
        drain(&a);
        drain(&b);
        for (chosen, counts) in [(0, (4, 0)), (1, (0, 4))] {
            a.set(packet::FanoutFilter, &[Instruction::ret(chosen)]).unwrap();
            send_datagrams(4);
            assert_eq!((drain(&a).len(), drain(&b).len()), counts);
        }
        // A descriptor that is no program, and a group that takes none.
        assert!(a.set(packet::FanoutProgram, std::os::fd::AsFd::as_fd(&b)).is_err());
    });
}

#[test]
fn a_group_has_a_most_and_a_number_of_its_own_on_request() {
    in_network(PATIENCE, |_| {
        let (Some(a), Some(b)) = (on_loopback(), on_loopback()) else { return };
        let free = FanoutGroup {
            flags: FanoutFlags::UNIQUE_ID,
            ..FanoutGroup::new(0, FanoutMode::ROUND_ROBIN)
        };
        a.set(packet::Fanout, free).unwrap();
        b.set(packet::Fanout, free).unwrap();
        let (first, second) = (a.get(packet::Fanout).unwrap(), b.get(packet::Fanout).unwrap());
        assert_ne!(first.id, second.id);

        let alone = FanoutGroup { max_members: 1, ..FanoutGroup::new(99, FanoutMode::RANDOM) };
        let (c, d) = (on_loopback().unwrap(), on_loopback().unwrap());
        if let Err(e) = c.set(packet::Fanout, alone) {
            // Before Linux 5.13 no most is known.
            return assert_eq!(e.raw_os_error(), Some(libc::EINVAL), "{e}");
        }
        let full = d.set(packet::Fanout, FanoutGroup::new(99, FanoutMode::RANDOM));
        assert_errno(full, libc::ENOSPC);
    });
}

#[test]
fn a_group_that_rolls_over_counts_what_it_passed_on() {
    in_network(PATIENCE, |_| {
        let (Some(a), Some(b)) = (on_loopback(), on_loopback()) else { return };
        assert_errno(a.get(packet::RolloverStatistics), libc::EINVAL);
        let group =
            FanoutGroup { flags: FanoutFlags::ROLLOVER, ..FanoutGroup::new(5, FanoutMode::CBPF) };
        a.set(packet::Fanout, group).unwrap();
        b.set(packet::Fanout, group).unwrap();
        // All are for the first, which has hardly any room.
        a.set(berkeley_core::option::socket::ReceiveBuffer, 0).unwrap();
        a.set(packet::FanoutFilter, &[Instruction::ret(0)]).unwrap();
        assert_eq!(a.get(packet::RolloverStatistics).unwrap().all, 0);
        drain(&a);
        drain(&b);
        eventually("a frame is passed on", || {
            send_datagrams(20);
            !drain(&b).is_empty()
        });
        let passed = a.get(packet::RolloverStatistics).unwrap();
        assert!(passed.all > 0, "{passed:?}");
    });
}

fn ring() -> RingRequest {
    RingRequest {
        block_size: 65_536,
        block_count: 2,
        frame_size: 2_048,
        frame_count: 64,
        ..RingRequest::default()
    }
}

#[test]
fn frames_go_into_a_ring_of_each_version_and_not_to_the_socket() {
    in_network(PATIENCE, |_: &Network| {
        for version in [RingVersion::V1, RingVersion::V2, RingVersion::V3] {
            let Some(on) = on_loopback() else { return };
            on.set_timeout(Some(std::time::Duration::ZERO)).unwrap();
            on.set(packet::Version, version).unwrap();
            on.set(packet::ReceiveRing, ring()).unwrap();
            assert_errno(on.set(packet::Version, RingVersion::V1), libc::EBUSY);
            assert_errno(on.set(packet::ReceiveRing, ring()), libc::EBUSY);
            send_datagrams(3);
            assert_eq!(on.get(packet::Statistics).unwrap().packets, 3);
            let refused = on.recv(&mut [0; 100]).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::WouldBlock, "they are in the ring");
            on.set(packet::ReceiveRing, RingRequest::default()).unwrap();
            send_datagrams(1);
            assert!(on.recv(&mut [0; 100]).is_ok(), "the ring is no more");
        }
    });
}

#[test]
fn a_ring_to_send_is_made_and_a_bad_one_refused() {
    in_network(PATIENCE, |_| {
        let Some(on) = on_loopback() else { return };
        on.set(packet::TransmitRing, ring()).unwrap();
        assert_errno(on.set(packet::Loss, true), libc::EBUSY);
        let Some(on) = on_loopback() else { return };
        let bad = RingRequest { frame_count: 63, ..ring() };
        assert_errno(on.set(packet::TransmitRing, bad), libc::EINVAL);
    });
}
