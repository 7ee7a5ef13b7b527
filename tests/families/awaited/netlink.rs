//! Netlink, awaited: what it tells is what ip(8) tells.

use super::{balanced, bounded_on_two_drivers, on_two_drivers};
use berkeley::net::NetlinkSocket;
use berkeley::net::netlink::{NetlinkBuffer, RouteMonitor};
use berkeley::netlink::route::{self, Change, Link, LinkAddress, Route};
use berkeley::netlink::{
    AttributeBuffer, Listed, Message, MessageFlags, MessageKind, Messages, NetlinkError, Replies,
};
use berkeley::option::socket::ReceiveBuffer;
use berkeley::{Family, Kind, Protocol, Socket};
use berkeley_core::address::NetlinkAddress;
use berkeley_tests::{Network, PATIENCE, in_network};
use nix::libc;
use serde_json::Value;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::Duration;

fn open(protocol: Protocol) -> NetlinkSocket {
    NetlinkSocket::open(protocol).expect("a socket")
}

/// What ip(8) says, in numbers.
fn ip(network: &Network, what: &str) -> Vec<Value> {
    let said = network.ip_with(&["-j", "-N", "-d"], what);
    serde_json::from_str(&said).expect("JSON")
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value[name].as_str()
}

/// A namespace with something of everything.
fn in_a_furnished_network(body: impl FnOnce(&Network) + Send + 'static) {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            network.ip("link add bridge type bridge
                 link add port type veth peer name far
                 link set port master bridge
                 link set far up
                 link set bridge mtu 1400 up
                 addr add 10.1.0.1/16 brd + dev bridge label bridge:one
                 addr add 10.2.0.1 peer 10.2.0.2/32 dev far
                 addr add 2001:db8::1/64 dev far nodad
                 route add 198.51.100.0/24 via 192.0.2.2 src 192.0.2.1 metric 77
                 route add 203.0.113.0/24 table 4711 nexthop via 192.0.2.2 weight 3 nexthop dev far
                 route add unreachable 198.18.0.0/15
                 route add 100.64.0.0/10 via inet6 fe80::9 dev here
                 route add 2001:db8:1::/48 via fe80::2 dev here metric 5");
            body(network);
        });
    });
}

#[test]
fn links_are_those_that_ip_tells() {
    in_a_furnished_network(|network| {
        let expected = ip(network, "link show");
        assert!(expected.len() >= 5, "{expected:?}");
        on_two_drivers(|| async {
            let links: Vec<Link> = open(Protocol::NETLINK_ROUTE).list().await.unwrap();
            assert_eq!(links.len(), expected.len());
            for (link, expected) in links.iter().zip(&expected) {
                let index = |name: &str| expected[name].as_u64().unwrap();
                assert_eq!(u64::from(link.interface.index()), index("ifindex"));
                assert_eq!(Some(&*link.name), text(expected, "ifname"));
                assert_eq!(u64::from(link.mtu), index("mtu"));
                let address: Vec<String> =
                    link.address.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(address.join(":"), text(expected, "address").unwrap_or_default());
                assert_eq!(link.kind.as_deref(), text(&expected["linkinfo"], "info_kind"));
                let flags = expected["flags"].as_array().unwrap();
                let has = |name: &str| flags.iter().any(|flag| flag == name);
                assert_eq!((link.is_up(), link.has_carrier()), (has("UP"), has("LOWER_UP")));
                let name_of = |interface: Option<berkeley::Interface>| {
                    interface.map(|interface| interface.name().unwrap())
                };
                assert_eq!(name_of(link.master).as_deref(), text(expected, "master"));
                if let Some(lower) = text(expected, "link") {
                    assert_eq!(name_of(link.lower).as_deref(), Some(lower));
                }
            }
        });
    });
}

#[test]
fn addresses_are_those_that_ip_tells() {
    in_a_furnished_network(|network| {
        let mut expected = Vec::new();
        for link in ip(network, "addr show") {
            for address in link["addr_info"].as_array().unwrap() {
                let part = |name: &str| text(address, name).map(|ip| ip.parse::<IpAddr>().unwrap());
                expected.push((
                    link["ifindex"].as_u64().unwrap(),
                    (part("local").unwrap(), address["prefixlen"].as_u64().unwrap()),
                    (part("address"), part("broadcast")),
                    text(address, "label").map(str::to_owned),
                    text(address, "scope").unwrap().parse::<u8>().unwrap(),
                ));
            }
        }
        expected.sort();
        assert!(expected.len() >= 6, "{expected:?}");
        on_two_drivers(|| async {
            let addresses: Vec<LinkAddress> = open(Protocol::NETLINK_ROUTE).list().await.unwrap();
            let mut told: Vec<_> = addresses
                .into_iter()
                .map(|address| {
                    (
                        u64::from(address.interface.index()),
                        (address.address, u64::from(address.prefix_len)),
                        (address.peer, address.broadcast),
                        address.label,
                        address.scope,
                    )
                })
                .collect();
            told.sort();
            assert_eq!(told, expected);
        });
    });
}

/// A route as text: its table, where it leads, and its ways.
type Line = (u32, String, Vec<(String, Option<IpAddr>, u16)>, Option<IpAddr>, u32);

fn as_told(route: &Route) -> Line {
    let destination = match route.destination {
        None => "default".to_owned(),
        Some((ip @ IpAddr::V4(_), 32) | (ip @ IpAddr::V6(_), 128)) => ip.to_string(),
        Some((ip, len)) => format!("{ip}/{len}"),
    };
    let hops = route.hops.iter().map(|hop| {
        let device = hop.interface.name().expect("its name");
        (device, hop.gateway, hop.weight)
    });
    (route.table, destination, hops.collect(), route.source, route.priority)
}

fn as_expected(route: &Value) -> Line {
    let address = |value: &Value| -> Option<IpAddr> {
        let told = value.as_str().or_else(|| value["host"].as_str());
        told.map(|ip| ip.parse().expect("an address"))
    };
    let hop = |value: &Value| {
        let device = text(value, "dev").expect("a device").to_owned();
        let gateway = address(&value["gateway"]).or_else(|| address(&value["via"]));
        let weight = value["weight"].as_u64().unwrap_or(1);
        (device, gateway, u16::try_from(weight).unwrap())
    };
    let hops = match route["nexthops"].as_array() {
        Some(hops) => hops.iter().map(hop).collect(),
        None if route["dev"].is_null() => Vec::new(),
        None => vec![hop(route)],
    };
    let table = text(route, "table").map_or(254, |table| table.parse().unwrap());
    let destination = text(route, "dst").unwrap().to_owned();
    let priority = u32::try_from(route["metric"].as_u64().unwrap_or(0)).unwrap();
    (table, destination, hops, address(&route["prefsrc"]), priority)
}

#[test]
fn routes_are_those_that_ip_tells() {
    in_a_furnished_network(|network| {
        let v4 = ip(network, "-4 route show table all");
        let v6 = ip(network, "-6 route show table all");
        let mut expected: Vec<Line> = v4.iter().chain(&v6).map(as_expected).collect();
        expected.sort();
        assert!(expected.iter().any(|route| route.2.len() == 2), "{expected:?}");
        assert!(expected.iter().any(|route| route.2.is_empty()), "{expected:?}");
        on_two_drivers(|| async {
            let routes: Vec<Route> = open(Protocol::NETLINK_ROUTE).list().await.unwrap();
            let mut told: Vec<Line> = routes.iter().map(as_told).collect();
            told.sort();
            assert_eq!(told, expected);
        });
    });
}

#[test]
fn a_monitor_sees_a_link_come_and_go() {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            on_two_drivers(|| async {
                let mut monitor = RouteMonitor::open(&[route::LINKS]).unwrap();
                assert_eq!(monitor.as_ref().groups().unwrap(), [route::LINKS]);
                let nothing = monitor.next();
                let nothing = berkeley::time::timeout(Duration::from_millis(20), nothing).await;
                assert!(nothing.is_err(), "nothing has changed yet");
                network.ip("link add one type veth peer name two");
                let mut came = Vec::new();
                while came.len() < 2 {
                    match monitor.next().await.unwrap() {
                        Change::Link(link) if !came.contains(&link.name) => {
                            assert_eq!(link.kind.as_deref(), Some("veth"));
                            came.push(link.name);
                        }
                        Change::Link(_) => {}
                        change => panic!("{change:?}"),
                    }
                }
                came.sort();
                assert_eq!(came, ["one", "two"]);
                network.ip("link del one");
                let mut gone = Vec::new();
                while gone.len() < 2 {
                    if let Change::LinkGone(link) = monitor.next().await.unwrap() {
                        gone.push(link.name);
                    }
                }
                gone.sort();
                assert_eq!(gone, ["one", "two"]);
            });
        });
    });
}

#[test]
fn a_monitor_sees_addresses_and_routes_come_and_go() {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            on_two_drivers(|| async {
                let groups = [route::ADDRESSES_V4, route::ROUTES_V4];
                let mut monitor = RouteMonitor::open(&groups).unwrap();
                network.ip("addr add 10.9.0.1/24 dev here");
                network.ip("addr del 10.9.0.1/24 dev here");
                let (mut address, mut route) = ([false; 2], [false; 2]);
                let ours = |ip: IpAddr| ip.to_string().starts_with("10.9.0.");
                while address != [true; 2] || route != [true; 2] {
                    match monitor.next().await.unwrap() {
                        Change::Address(told) => address[0] |= ours(told.address),
                        Change::AddressGone(told) => address[1] |= ours(told.address),
                        Change::Route(told) => {
                            route[0] |= told.destination.is_some_and(|(ip, _)| ours(ip));
                        }
                        Change::RouteGone(told) => {
                            route[1] |= told.destination.is_some_and(|(ip, _)| ours(ip));
                        }
                        change => panic!("{change:?}"),
                    }
                }
            });
        });
    });
}

const SET_LINK: MessageKind = MessageKind::from_raw(19); // RTM_SETLINK

/// A request for a link of this number.
fn about(interface: u32, fill: impl FnOnce(&mut AttributeBuffer)) -> Message<'static> {
    let mut fixed = [0; 16];
    fixed[4..8].copy_from_slice(&interface.to_ne_bytes());
    let mut payload = AttributeBuffer::behind(&fixed);
    fill(&mut payload);
    Message::new(SET_LINK, MessageFlags::REQUEST, payload.into_bytes())
}

#[test]
fn a_request_is_done_when_it_is_acknowledged() {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            let here = u32::try_from(ip(network, "link show here")[0]["ifindex"].as_u64().unwrap());
            let here = here.unwrap();
            on_two_drivers(|| async {
                let mut socket = open(Protocol::NETLINK_ROUTE);
                for mtu in [1280_u32, 1500] {
                    let request = about(here, |payload| payload.push_u32(4, mtu).unwrap());
                    let replies = socket.request(&request).await.unwrap();
                    assert!(replies.messages.is_empty() && replies.end().is_some());
                    assert_eq!(ip(network, "link show here")[0]["mtu"], mtu);
                }
            });
        });
    });
}

#[test]
fn a_refusal_has_its_number_and_the_kernels_words() {
    balanced(|| {
        in_network(PATIENCE / 3, |_| {
            on_two_drivers(|| async {
                let mut socket = open(Protocol::NETLINK_ROUTE);
                let nobody = socket.request(&about(9_999, |_| {})).await.unwrap_err();
                assert_eq!(nobody.raw_os_error(), Some(libc::ENODEV), "{nobody}");

                // An MTU of three bytes: the kernel says where in the request that is.
                let bad = about(1, |payload| payload.push(4, &[1, 2, 3]).unwrap());
                let error = socket.request(&bad).await.unwrap_err();
                let NetlinkError::Refused(answer) = &error else { panic!("{error:?}") };
                assert_eq!((answer.errno, answer.offset), (libc::ERANGE, Some(32)), "{error}");
                assert!(answer.text.is_some(), "{answer:?}");
                let whole = std::io::Error::from(error);
                assert!(whole.to_string().contains("at byte 32"), "{whole}");

                // The socket goes on.
                socket.list::<Link>().await.unwrap();
            });
        });
    });
}

#[test]
fn a_dropped_list_does_not_disturb_the_next_request() {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            let many: String =
                (0..150).map(|n| format!("link add a{n} type veth peer name b{n}\n")).collect();
            network.ip(&many);
            on_two_drivers(|| async {
                let mut socket = open(Protocol::NETLINK_ROUTE);
                for _ in 0..3 {
                    // As a dropped request leaves it: a list that has begun, of which nothing or
                    // a part was received.
                    let request = <Link as Listed>::request().with_sequence(99);
                    socket.send_message(&request, NetlinkAddress::KERNEL).await.unwrap();
                    let mut buffer = NetlinkBuffer::new();
                    socket.recv_messages(&mut buffer).await.unwrap();
                    let links: Vec<Link> = socket.list().await.unwrap();
                    assert!(links.len() > 300, "{}", links.len());
                }
            });
        });
    });
}

#[test]
fn a_list_that_changes_meanwhile_says_so_and_is_asked_for_again() {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            let many: String =
                (0..150).map(|n| format!("link add a{n} type veth peer name b{n}\n")).collect();
            network.ip(&many);
            on_two_drivers(|| async {
                let mut socket = open(Protocol::NETLINK_ROUTE);
                let request = <Link as Listed>::request().with_sequence(99);
                socket.send_message(&request, NetlinkAddress::KERNEL).await.unwrap();
                let (mut replies, mut buffer) = (Replies::to(&request), NetlinkBuffer::new());
                while !replies.is_complete() {
                    let datagram = socket.recv_messages(&mut buffer).await.unwrap();
                    let first = replies.messages.is_empty();
                    for message in datagram.messages() {
                        replies.add(&message.unwrap().encode().unwrap()).unwrap();
                    }
                    if first {
                        network.ip("link add one type veth peer name two\nlink del one");
                    }
                }
                assert!(replies.is_interrupted(), "{} links", replies.messages.len());
                assert!(matches!(replies.list::<Link>(), Err(NetlinkError::Changed)));
                // By itself it asks until nothing changes.
                assert_eq!(socket.list::<Link>().await.unwrap().len(), 303);
            });
        });
    });
}

#[test]
fn what_another_process_sends_is_no_change() {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            on_two_drivers(|| async {
                let mut monitor = RouteMonitor::open(&[route::LINKS]).unwrap();
                let at = monitor.as_ref().local_addr().unwrap();
                let mut other = open(Protocol::NETLINK_ROUTE);
                let mut links = other.request(&<Link as Listed>::request()).await.unwrap();
                let forged = links.messages.swap_remove(0);
                let to = NetlinkAddress { groups: 0, ..at };
                other.send_message(&forged, to).await.unwrap();
                network.ip("link set here mtu 1300");
                let Change::Link(link) = monitor.next().await.unwrap() else { panic!() };
                assert_eq!((&*link.name, link.mtu), ("here", 1300));
                network.ip("link set here mtu 1500");
            });
        });
    });
}

#[test]
fn messages_that_were_lost_are_told_and_the_socket_goes_on() {
    balanced(|| {
        in_network(PATIENCE / 3, |network| {
            on_two_drivers(|| async {
                let mut monitor = RouteMonitor::open(&[route::LINKS]).unwrap();
                let socket: &NetlinkSocket = monitor.as_ref();
                socket.set(ReceiveBuffer, 1).unwrap();
                let changes: String = (0..64)
                    .map(|n| format!("link set here mtu {}\n", 1400 + n))
                    .chain(["link set here mtu 1500".to_owned()])
                    .collect();
                network.ip(&changes);
                let mut lost = false;
                while !lost {
                    lost = match monitor.next().await {
                        Ok(_) => false,
                        Err(NetlinkError::Lost) => true,
                        Err(e) => panic!("{e}"),
                    };
                }
                // From then on nothing is lost, though nothing was received since.
                network.ip("link set here mtu 1300");
                let Change::Link(link) = monitor.next().await.unwrap() else { panic!() };
                assert_eq!((&*link.name, link.mtu), ("here", 1300));
            });
        });
    });
}

#[test]
fn a_datagram_longer_than_the_buffer_comes_whole() {
    bounded_on_two_drivers(|| async {
        let (one, two) = (open(Protocol::NETLINK_USERSOCK), open(Protocol::NETLINK_USERSOCK));
        let payload: Vec<u8> = (0..251).cycle().take(100_000).collect();
        let kind = MessageKind::from_raw(100);
        let long = Message::new(kind, MessageFlags::empty(), &payload[..]);
        let short = Message::new(kind, MessageFlags::ECHO, &payload[..3]);
        let mut buffer = NetlinkBuffer::new();
        for message in [&short, &long, &short] {
            one.send_message(message, two.local_addr().unwrap()).await.unwrap();
            let datagram = two.recv_messages(&mut buffer).await.unwrap();
            assert_eq!(datagram.from, one.local_addr().unwrap());
            assert!(!datagram.is_from_kernel());
            let came: Vec<_> = datagram.messages().map(Result::unwrap).collect();
            assert_eq!(came, std::slice::from_ref(message));
        }
    });
}

#[test]
fn what_is_received_ends_by_the_timeout_of_the_operation() {
    bounded_on_two_drivers(|| async {
        let socket = open(Protocol::NETLINK_ROUTE);
        let mut buffer = NetlinkBuffer::new();
        let late = socket.recv_messages(&mut buffer).timeout(Duration::from_millis(20)).await;
        assert_eq!(late.unwrap_err().kind(), ErrorKind::TimedOut);
        let at_once = socket.recv_messages(&mut buffer).nonblocking().await;
        assert_eq!(at_once.unwrap_err().kind(), ErrorKind::WouldBlock);
        // A receive takes what comes later.
        let (one, two) = (open(Protocol::NETLINK_USERSOCK), open(Protocol::NETLINK_USERSOCK));
        let message = Message::new(MessageKind::NOOP, MessageFlags::empty(), &b"late"[..]);
        let send = async {
            berkeley::time::sleep(Duration::from_millis(10)).await;
            one.send_message(&message, two.local_addr().unwrap()).await.unwrap();
        };
        let receive = two.recv_messages(&mut buffer);
        let (datagram, ()) = futures::join!(receive, send);
        assert_eq!(datagram.unwrap().messages().next().unwrap().unwrap(), message);
    });
}

#[test]
fn generic_families_are_found_by_their_names() {
    bounded_on_two_drivers(|| async {
        let mut socket = open(Protocol::NETLINK_GENERIC);
        let control = socket.generic_family("nlctrl").await.unwrap();
        assert_eq!((&*control.name, control.kind.raw()), ("nlctrl", 16));
        let group = control.group("notify").expect("its group");
        socket.join(group).unwrap();
        socket.leave(group).unwrap();
        // Its own request, put together by hand: CTRL_CMD_GETFAMILY with a name.
        let request = control.message(3, MessageFlags::REQUEST, |a| a.push_text(2, "nlctrl"));
        let replies = socket.request(&request.unwrap()).await.unwrap();
        assert_eq!(replies.messages.len(), 1);
        let nobody = socket.generic_family("nobody").await.unwrap_err();
        assert_eq!((nobody.kind(), nobody.raw_os_error()), (ErrorKind::NotFound, Some(2)));
    });
}

#[test]
fn a_socket_of_another_family_is_no_netlink_socket() {
    let udp = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
    let error = NetlinkSocket::try_from(udp).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(Messages::parse(&[]).next().is_none());
}
