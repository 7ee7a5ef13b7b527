//! Groups of multicast, in a network of the test's own: who hears whom.

use super::{PATIENCE, assert_errno};
use crate::SHORT;
use berkeley_core::option::{ip, ipv6};
use berkeley_core::{Family, Interest, Interface, Kind, Protocol, Socket};
use berkeley_tests::{Network, in_network};
use nix::libc;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const GROUP: Ipv4Addr = Ipv4Addr::new(239, 1, 2, 3);
const GROUP6: Ipv6Addr = Ipv6Addr::new(0xff15, 0, 0, 0, 0, 0, 0, 0x1234);
/// Two addresses of this host, as two senders.
const ONE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const OTHER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 7);
const ONE6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const OTHER6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7);

/// A receiver on a port of its own, and a sender at each of two addresses, by the interface `here`.
struct Scene {
    here: Interface,
    to: Socket,
    from: [Socket; 2],
    group: (IpAddr, u16),
}

fn socket(family: Family) -> Socket {
    Socket::new(family, Kind::DGRAM, Protocol::DEFAULT).unwrap()
}

impl Scene {
    fn ip(network: &Network) -> Self {
        network.ip("addr add 192.0.2.7/24 dev here");
        let here = Interface::from_name("here").unwrap();
        let to = socket(Family::INET);
        to.bind("0.0.0.0:0").unwrap();
        let from = [ONE, OTHER].map(|address| {
            let from = socket(Family::INET);
            from.bind((IpAddr::from(address), 0)).unwrap();
            from.set(ip::MulticastInterface, here.into()).unwrap();
            from
        });
        let group = (GROUP.into(), to.local_addr().unwrap().port().unwrap());
        Self { here, to, from, group }
    }

    fn ipv6(network: &Network) -> Self {
        network.ip("addr add 2001:db8::1/64 dev here nodad");
        network.ip("addr add 2001:db8::7/64 dev here nodad");
        let here = Interface::from_name("here").unwrap();
        let to = socket(Family::INET6);
        to.bind("[::]:0").unwrap();
        let from = [ONE6, OTHER6].map(|address| {
            let from = socket(Family::INET6);
            from.bind((IpAddr::from(address), 0)).unwrap();
            from.set(ipv6::MulticastInterface, here).unwrap();
            from
        });
        let group = (GROUP6.into(), to.local_addr().unwrap().port().unwrap());
        Self { here, to, from, group }
    }

    /// Whom the receiver hears of the two. What is sent comes back at once, or not at all.
    fn hears(&self) -> [bool; 2] {
        let mut heard = [false; 2];
        for (n, from) in self.from.iter().enumerate() {
            from.send_to(&[u8::try_from(n).unwrap()], self.group).unwrap();
        }
        let mut buffer = [0];
        while self.to.wait(Interest::Readable, Some(SHORT)).unwrap() {
            self.to.recv(&mut buffer).unwrap();
            heard[usize::from(buffer[0])] = true;
        }
        heard
    }
}

const BOTH: [bool; 2] = [true, true];
const NEITHER: [bool; 2] = [false, false];
const ONE_ALONE: [bool; 2] = [true, false];
const OTHER_ALONE: [bool; 2] = [false, true];

#[test]
fn a_group_of_ipv4_is_heard_while_it_is_joined() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ip(network);
        let Scene { here, to, .. } = &scene;
        assert_eq!(scene.hears(), NEITHER);
        for interface in [ip::LocalInterface::from(*here), ONE.into()] {
            let membership = ip::Membership { group: GROUP, interface };
            to.set(ip::AddMembership, membership).unwrap();
            assert_eq!(scene.hears(), BOTH);
            assert_errno(to.set(ip::AddMembership, membership), libc::EADDRINUSE);
            to.set(ip::DropMembership, membership).unwrap();
            assert_eq!(scene.hears(), NEITHER);
            assert_errno(to.set(ip::DropMembership, membership), libc::EADDRNOTAVAIL);
        }
        let group = ip::Group { group: GROUP.into(), interface: *here };
        to.set(ip::JoinGroup, group).unwrap();
        assert_eq!(scene.hears(), BOTH);
        to.set(ip::LeaveGroup, group).unwrap();
        assert_eq!(scene.hears(), NEITHER);

        let nowhere = Interface::from_index(4_711).into();
        let refused = ip::Membership { group: GROUP, interface: nowhere };
        assert_errno(to.set(ip::AddMembership, refused), libc::ENODEV);
        let refused = ip::Membership { group: ONE, interface: (*here).into() };
        assert_errno(to.set(ip::AddMembership, refused), libc::EINVAL);
    });
}

#[test]
fn a_group_that_comes_back_to_nobody_is_not_heard() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ip(network);
        let interface = scene.here.into();
        scene.to.set(ip::AddMembership, ip::Membership { group: GROUP, interface }).unwrap();
        scene.from[0].set(ip::MulticastLoop, false).unwrap();
        assert_eq!(scene.hears(), OTHER_ALONE);
        assert_eq!(scene.from[0].get(ip::MulticastInterface).unwrap(), Ipv4Addr::UNSPECIFIED);
        scene.from[0].set(ip::MulticastInterface, ONE.into()).unwrap();
        assert_eq!(scene.from[0].get(ip::MulticastInterface).unwrap(), ONE);
    });
}

#[test]
fn another_sockets_group_is_heard_unless_the_socket_says_no() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ip(network);
        let member = socket(Family::INET);
        let interface = scene.here.into();
        member.set(ip::AddMembership, ip::Membership { group: GROUP, interface }).unwrap();
        assert_eq!(scene.hears(), BOTH);
        scene.to.set(ip::MulticastAll, false).unwrap();
        assert_eq!(scene.hears(), NEITHER);
    });
}

#[test]
fn a_source_of_ipv4_is_chosen_or_blocked() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ip(network);
        let to = &scene.to;
        let from = |source| ip::SourceMembership { group: GROUP, source, interface: ONE };
        to.set(ip::AddSourceMembership, from(OTHER)).unwrap();
        assert_eq!(scene.hears(), OTHER_ALONE);
        to.set(ip::AddSourceMembership, from(ONE)).unwrap();
        assert_eq!(scene.hears(), BOTH);
        to.set(ip::DropSourceMembership, from(OTHER)).unwrap();
        assert_eq!(scene.hears(), ONE_ALONE);
        to.set(ip::DropSourceMembership, from(ONE)).unwrap();
        assert_eq!(scene.hears(), NEITHER);

        let all = ip::Membership { group: GROUP, interface: ONE.into() };
        to.set(ip::AddMembership, all).unwrap();
        to.set(ip::BlockSource, from(OTHER)).unwrap();
        assert_eq!(scene.hears(), ONE_ALONE);
        to.set(ip::UnblockSource, from(OTHER)).unwrap();
        assert_eq!(scene.hears(), BOTH);
        assert_errno(to.set(ip::UnblockSource, from(OTHER)), libc::EADDRNOTAVAIL);
    });
}

/// The same for both families, with the structs that both have.
macro_rules! sources_are_chosen_or_blocked {
    ($level:ident, $scene:expr, $one:expr, $other:expr) => {{
        let scene: Scene = $scene;
        let to = &scene.to;
        let (group, interface) = (scene.group.0, scene.here);
        let from = |source: IpAddr| $level::GroupSource { group, source, interface };
        let (one, other) = (IpAddr::from($one), IpAddr::from($other));
        to.set($level::JoinSourceGroup, from(other)).unwrap();
        assert_eq!(scene.hears(), OTHER_ALONE);
        to.set($level::JoinSourceGroup, from(one)).unwrap();
        assert_eq!(scene.hears(), BOTH);

        let question = $level::Group { group, interface };
        let mut sources = to.query($level::SourceFilter, question).unwrap();
        sources.hosts.sort();
        let both = vec![one, other];
        let included = $level::FilterMode::INCLUDE;
        assert_eq!(sources, $level::Sources { mode: included, hosts: both });

        to.set($level::LeaveSourceGroup, from(other)).unwrap();
        assert_eq!(scene.hears(), ONE_ALONE);
        let except_one = $level::Sources { mode: $level::FilterMode::EXCLUDE, hosts: vec![one] };
        to.set($level::SourceFilter, (question, &except_one)).unwrap();
        assert_eq!(scene.hears(), OTHER_ALONE);
        assert_eq!(to.query($level::SourceFilter, question).unwrap(), except_one);
        to.set($level::UnblockGroupSource, from(one)).unwrap();
        assert_eq!(scene.hears(), BOTH);
        to.set($level::BlockGroupSource, from(other)).unwrap();
        assert_eq!(scene.hears(), ONE_ALONE);

        // A group that the socket is no member of, and one of the other family.
        let none = $level::Group { group, interface: Interface::from_name("lo").unwrap() };
        let refused = to.query($level::SourceFilter, none);
        assert_errno(refused, libc::EADDRNOTAVAIL);
        let wrong: IpAddr = if group.is_ipv4() { GROUP6.into() } else { GROUP.into() };
        let wrong = $level::GroupSource { group: wrong, source: one, interface };
        assert!(to.set($level::JoinSourceGroup, wrong).is_err());
    }};
}

#[test]
fn a_source_of_ipv4_is_chosen_or_blocked_as_in_ipv6() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ip(network);
        sources_are_chosen_or_blocked!(ip, scene, ONE, OTHER);
    });
}

#[test]
fn a_source_of_ipv6_is_chosen_or_blocked() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ipv6(network);
        sources_are_chosen_or_blocked!(ipv6, scene, ONE6, OTHER6);
    });
}

#[test]
fn a_filter_of_many_sources_is_read_whole() {
    in_network(PATIENCE, |network| {
        std::fs::write("/proc/sys/net/ipv4/igmp_max_msf", "300").unwrap();
        let scene = Scene::ip(network);
        let group = ip::Group { group: scene.group.0, interface: scene.here };
        scene.to.set(ip::JoinGroup, group).unwrap();
        let hosts = (0..200).map(|n| IpAddr::from(Ipv4Addr::new(198, 51, 100, n)));
        let sources = ip::Sources { mode: ip::FilterMode::EXCLUDE, hosts: hosts.collect() };
        scene.to.set(ip::SourceFilter, (group, &sources)).unwrap();
        let mut read = scene.to.query(ip::SourceFilter, group).unwrap();
        read.hosts.sort();
        assert_eq!(read, sources);
    });
}

#[test]
fn a_group_of_ipv6_is_heard_while_it_is_joined() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ipv6(network);
        let Scene { here, to, .. } = &scene;
        assert_eq!(scene.hears(), NEITHER);
        let membership = ipv6::Membership { group: GROUP6, interface: *here };
        to.set(ipv6::JoinGroup, membership).unwrap();
        assert_eq!(scene.hears(), BOTH);
        assert_errno(to.set(ipv6::JoinGroup, membership), libc::EADDRINUSE);
        scene.from[1].set(ipv6::MulticastLoop, false).unwrap();
        assert_eq!(scene.hears(), ONE_ALONE);
        to.set(ipv6::LeaveGroup, membership).unwrap();
        assert_eq!(scene.hears(), NEITHER);
        assert_errno(to.set(ipv6::LeaveGroup, membership), libc::EADDRNOTAVAIL);
        let past = Interface::from_index(u32::MAX);
        let refused = to.set(ipv6::JoinGroup, ipv6::Membership { group: GROUP6, interface: past });
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn an_anycast_group_is_joined_and_left() {
    in_network(PATIENCE, |network| {
        let scene = Scene::ipv6(network);
        let group = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x99);
        let membership = ipv6::Membership { group, interface: scene.here };
        let is_listed = || {
            let listed = std::fs::read_to_string("/proc/thread-self/net/anycast6").unwrap();
            listed.contains("20010db8000000000000000000000099")
        };
        scene.to.set(ipv6::JoinAnycast, membership).unwrap();
        assert!(is_listed());
        scene.to.set(ipv6::LeaveAnycast, membership).unwrap();
        assert!(!is_listed());
    });
}
