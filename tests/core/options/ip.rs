//! Options of IPv4, IPv6 and ICMP, by what they do.

use super::{PATIENCE, assert_errno, assert_kind};
use crate::SHORT;
use berkeley_core::option::{icmp, ip, ipv6};
use berkeley_core::{Address, Family, Inet6Address, Interest, Interface, Kind, Protocol, Socket};
use berkeley_tests::{
    Network, bounded, in_network, ipv6 as has_ipv6, kernel_lacks, peer, tcp, tcp_listener, tcp6,
    udp,
};
use nix::libc;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr, SocketAddrV6};
use std::process::Command;
use std::time::Duration;

fn fresh(family: Family) -> Socket {
    Socket::new(family, Kind::DGRAM, Protocol::DEFAULT).unwrap()
}

#[test]
fn the_mtu_is_that_of_the_path() {
    in_network(PATIENCE, |network| {
        network.ip("link set lo mtu 9000");
        network.ip("link set here mtu 1400");
        let (lo, here) = (fresh(Family::INET), fresh(Family::INET));
        assert_errno(lo.get(ip::Mtu), libc::ENOTCONN);
        lo.connect("127.0.0.1:9").unwrap();
        here.connect((Network::SILENT.parse::<IpAddr>().unwrap(), 9)).unwrap();
        assert_eq!((lo.get(ip::Mtu).unwrap(), here.get(ip::Mtu).unwrap()), (9_000, 1_400));
        here.set(ip::MtuDiscovery, ip::PathMtuDiscovery::DO).unwrap();
        assert_errno(here.send(&[0; 1_400]), libc::EMSGSIZE);
        here.set(ip::MtuDiscovery, ip::PathMtuDiscovery::DONT).unwrap();
        here.send(&[0; 1_400]).unwrap();

        let six = fresh(Family::INET6);
        assert_errno(six.get(ipv6::PathMtu), libc::ENOTCONN);
        six.connect("[::1]:9").unwrap();
        assert_eq!(six.get(ipv6::Mtu).unwrap(), 9_000);
        assert_eq!(six.get(ipv6::PathMtu).unwrap().mtu, 9_000);
        assert_errno(six.set(ipv6::Mtu, 1_279), libc::EINVAL);
        six.set(ipv6::Mtu, 1_280).unwrap();
        six.set(ipv6::DontFragment, true).unwrap();
        assert_errno(six.send(&[0; 1_300]), libc::EMSGSIZE);
    });
}

#[test]
fn an_address_that_is_not_there_is_bound_freely() {
    in_network(PATIENCE, |_| {
        let bind = |on: &Socket| on.bind("192.0.2.99:0");
        assert_errno(bind(&tcp()), libc::EADDRNOTAVAIL);
        let on = tcp();
        on.set(ip::FreeBind, true).unwrap();
        bind(&on).unwrap();
        let on = tcp();
        on.set(ip::Transparent, true).unwrap();
        bind(&on).unwrap();
        let bind = |on: &Socket| on.bind("[2001:db8::99]:0");
        assert_errno(bind(&tcp6()), libc::EADDRNOTAVAIL);
        let on = tcp6();
        on.set(ipv6::FreeBind, true).unwrap();
        bind(&on).unwrap();
        let on = tcp6();
        on.set(ipv6::Transparent, true).unwrap();
        bind(&on).unwrap();
    });
}

#[test]
fn the_kernel_chooses_ports_from_the_range() {
    bounded(PATIENCE, || {
        let ports = ip::PortRange { first: Some(40_000), last: Some(40_099) };
        for _ in 0..20 {
            let on = fresh(Family::INET);
            match on.set(ip::LocalPortRange, ports) {
                Err(e) if e.raw_os_error() == Some(libc::ENOPROTOOPT) => {
                    return kernel_lacks("before Linux 6.3");
                }
                set => set.unwrap(),
            }
            on.bind("127.0.0.1:0").unwrap();
            let port = on.local_addr().unwrap().port().unwrap();
            assert!((40_000..40_100).contains(&port), "{port}");
        }
        let wrong = ip::PortRange { first: Some(2), last: Some(1) };
        assert_errno(udp().set(ip::LocalPortRange, wrong), libc::EINVAL);
    });
}

#[test]
fn a_bind_without_a_port_leaves_it_open_until_the_connect() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let on = tcp();
        on.set(ip::BindAddressNoPort, true).unwrap();
        on.bind("127.0.0.1:0").unwrap();
        assert_eq!(on.local_addr().unwrap().port(), Some(0));
        on.connect(listener.local_addr().unwrap()).unwrap();
        assert_ne!(on.local_addr().unwrap().port(), Some(0));
    });
}

#[test]
fn a_peer_that_is_too_far_away_is_not_heard() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        listener.set(ip::MinTimeToLive, 100).unwrap();
        for (hops, is_heard) in [(99, false), (100, true)] {
            let client = tcp();
            client.set(ip::TimeToLive, hops).unwrap();
            client.set_timeout(Some(SHORT)).unwrap();
            let connected = client.connect(listener.local_addr().unwrap());
            if is_heard {
                connected.unwrap();
            } else {
                assert_kind(connected, ErrorKind::TimedOut);
            }
        }
    });
}

#[test]
fn options_of_the_header_are_sent_and_read_back() {
    bounded(PATIENCE, || {
        let on = udp();
        assert_eq!(on.get(ip::Options).unwrap(), []);
        // A record of the route, with room for two addresses, and an end.
        let record = [7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        on.set(ip::Options, &record).unwrap();
        assert_eq!(on.get(ip::Options).unwrap(), record);
        let to = udp();
        on.send_to(b"x", to.local_addr().unwrap()).unwrap();
        to.recv(&mut [0]).unwrap();
        on.set(ip::Options, &[]).unwrap();
        assert_eq!(on.get(ip::Options).unwrap(), []);
        assert_kind(on.set(ip::Options, &[0; 41]), ErrorKind::InvalidInput);
    });
}

#[test]
fn where_a_connection_was_going_before_it_was_redirected() {
    in_network(PATIENCE, |_| {
        let listener = tcp_listener();
        let to = listener.local_addr().unwrap();
        let connected = |address: &str| {
            let client = tcp();
            client.connect(address).unwrap();
            (client, listener.accept().unwrap().0)
        };
        let Some(nft) = peer("nft") else { return };
        let run = |rule: String| {
            let output = Command::new(&nft).args(rule.split_whitespace()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        run("add table ip test".into());
        run("add chain ip test out { type nat hook output priority -100 ; }".into());
        run(format!("add rule ip test out tcp dport 81 redirect to :{}", to.port().unwrap()));
        let (_client, served) = connected("127.0.0.1:81");
        let original = served.get(ip::OriginalDestination).unwrap();
        assert_eq!(original, "127.0.0.1:81".parse().unwrap());
        let (_client, served) = connected(&to.to_string());
        assert_eq!(Address::from(served.get(ip::OriginalDestination).unwrap()), to);
        assert_errno(udp().get(ip::OriginalDestination), libc::ENOPROTOOPT);
    });
}

#[test]
fn a_raw_socket_does_not_receive_what_its_filter_takes_out() {
    in_network(PATIENCE, |_| {
        let on = Socket::new(Family::INET, Kind::RAW, Protocol::ICMP).unwrap();
        on.connect("127.0.0.1:0").unwrap();
        // An echo request, with its checksum; the kernel answers.
        let request = [8, 0, 0xF7, 0xFF, 0, 0, 0, 0];
        let types = |filter| {
            on.set(icmp::Filter, filter).unwrap();
            on.send(&request).unwrap();
            let mut types = Vec::new();
            let mut buffer = [0; 64];
            while on.wait(Interest::Readable, Some(SHORT)).unwrap() {
                on.recv(&mut buffer).unwrap();
                types.push(buffer[20]);
            }
            types
        };
        assert_eq!(types(icmp::TypeSet::NONE), [8, 0]);
        assert_eq!(types(icmp::TypeSet::NONE.with(8)), [0]);
        assert_eq!(types(icmp::TypeSet::ALL.without(8)), [8]);
        assert_eq!(types(icmp::TypeSet::ALL), []);
    });
}

#[test]
fn a_raw_socket_of_ipv6_does_not_receive_what_its_filter_takes_out() {
    in_network(PATIENCE, |_| {
        let icmp6 = Protocol::from_raw(libc::IPPROTO_ICMPV6);
        let on = Socket::new(Family::INET6, Kind::RAW, icmp6).unwrap();
        on.connect("[::1]:0").unwrap();
        let types = |filter| {
            on.set(icmp::Filter6, filter).unwrap();
            on.send(&[128, 0, 0, 0, 0, 0, 0, 0]).unwrap();
            let mut types = Vec::new();
            let mut buffer = [0; 64];
            while on.wait(Interest::Readable, Some(SHORT)).unwrap() {
                on.recv(&mut buffer).unwrap();
                types.push(buffer[0]);
            }
            types
        };
        assert_eq!(types(icmp::TypeSet::ALL.without(129)), [129]);
        assert_eq!(types(icmp::TypeSet::ALL), []);
        assert_eq!(types(icmp::TypeSet::NONE), [128, 129]);
    });
}

#[test]
fn a_socket_that_speaks_to_an_ipv4_peer_becomes_one_of_ipv4() {
    bounded(PATIENCE, || {
        if !has_ipv6() {
            return;
        }
        let listener = tcp_listener();
        let on = tcp6();
        assert_errno(on.get(ipv6::AddressForm), libc::ENOTCONN);
        let port = listener.local_addr().unwrap().port().unwrap();
        on.connect(SocketAddrV6::new("::ffff:127.0.0.1".parse().unwrap(), port, 0, 0)).unwrap();
        assert_eq!(on.get(ipv6::AddressForm).unwrap(), Family::INET6);
        on.set(ipv6::AddressForm, Family::INET).unwrap();
        assert_eq!(on.peer_addr().unwrap(), listener.local_addr().unwrap());
    });
}

#[test]
fn the_interface_that_was_set_is_the_way_out() {
    in_network(PATIENCE, |_| {
        let group: Ipv6Addr = "ff15::1234".parse().unwrap();
        let interface = |name| Interface::from_name(name).unwrap();
        let to = fresh(Family::INET6);
        to.bind("[::]:0").unwrap();
        to.set(ipv6::JoinGroup, ipv6::Membership { group, interface: interface("here") }).unwrap();
        let from = fresh(Family::INET6);
        let is_heard = |way_out| {
            let source = ipv6::Source { address: Ipv6Addr::UNSPECIFIED, interface: way_out };
            from.set(ipv6::PacketInfo, source).unwrap();
            // There is no route to the group by the loopback.
            let _ = from.send_to(b"x", (group.into(), to.local_addr().unwrap().port().unwrap()));
            to.wait(Interest::Readable, Some(SHORT)).unwrap()
        };
        assert!(!is_heard(interface("lo")));
        assert!(is_heard(interface("here")));
    });
}

#[test]
fn a_flow_label_is_leased_used_and_given_back() {
    in_network(PATIENCE, |_| {
        let on = fresh(Family::INET6);
        let lease = ipv6::FlowLabelLease {
            action: ipv6::FlowLabelAction::GET,
            destination: Ipv6Addr::LOCALHOST,
            label: None,
            share: ipv6::FlowLabelShare::EXCLUSIVE,
            flags: ipv6::FlowLabelFlags::CREATE,
            expires: Duration::from_secs(10),
            linger: Duration::from_secs(1),
        };
        let label = on.query(ipv6::FlowLabel, lease).unwrap();
        assert!((1..=0xF_FFFF).contains(&label), "{label:#x}");
        let again = ipv6::FlowLabelLease { label: Some(label), ..lease };
        assert_errno(fresh(Family::INET6).query(ipv6::FlowLabel, again), libc::EPERM);

        // The kernel lets no label through that the socket has not leased.
        let to = fresh(Family::INET6);
        to.bind("[::1]:0").unwrap();
        let port = to.local_addr().unwrap().port().unwrap();
        on.set(ipv6::SendFlowInfo, true).unwrap();
        let labelled = |flowinfo: u32| {
            let mut address = Inet6Address::new(Ipv6Addr::LOCALHOST, port);
            address.flowinfo = flowinfo;
            address
        };
        on.send_to(b"x", labelled(label)).unwrap();
        assert_errno(on.send_to(b"x", labelled(label ^ 1)), libc::EINVAL);

        let renew = ipv6::FlowLabelAction::RENEW;
        on.query(ipv6::FlowLabel, ipv6::FlowLabelLease { action: renew, ..again }).unwrap();
        let put = ipv6::FlowLabelLease { action: ipv6::FlowLabelAction::PUT, ..again };
        on.query(ipv6::FlowLabel, put).unwrap();
        assert_errno(on.query(ipv6::FlowLabel, put), libc::ESRCH);
        let wide = ipv6::FlowLabelLease { label: Some(1 << 20), ..lease };
        assert_kind(on.query(ipv6::FlowLabel, wide), ErrorKind::InvalidInput);
        let long = ipv6::FlowLabelLease { expires: Duration::from_secs(65_536), ..lease };
        assert_kind(on.query(ipv6::FlowLabel, long), ErrorKind::InvalidInput);
    });
}
