//! Strategies for addresses of every family, with the protocol of a socket that has such.

use berkeley_core::address::{
    AlgAddress, BdAddr, BdAddrType, BluetoothAddress, CanAddress, HciAddress, NetlinkAddress,
    OtherAddress, PacketAddress, PacketType, QipcrtrAddress, TipcAddress, TipcScope, VsockAddress,
    XdpAddress, XdpFlags,
};
use berkeley_core::{Address, Family, Inet6Address, Interface, Protocol, UnixAddress};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ffi::OsStr;
use std::net::SocketAddrV4;
use std::os::unix::ffi::OsStrExt;

pub(crate) fn config() -> ProptestConfig {
    // No file of failures: a failing case is printed, and belongs into a test of its own.
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

/// Bytes that text has trouble with, more often than chance brings them.
pub(crate) fn awkward_bytes(len: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        prop_oneof![Just(b'\\'), Just(b'@'), Just(b'/'), Just(b'x'), Just(b':'), Just(b'\n')],
    ];
    vec(byte, 0..=len)
}

/// Every valid address there is, apart from the flow label, which text does not have.
pub(crate) fn any_address() -> impl Strategy<Value = (Address, Protocol)> {
    let protocol = Protocol::from_raw;
    let by_protocol = prop_oneof![
        can_bus().prop_map(move |a| (a, protocol(1))),
        can_bus().prop_map(move |a| (a, protocol(2))),
        can_isotp().prop_map(move |a| (a, protocol(6))),
        can_j1939().prop_map(move |a| (a, protocol(7))),
        l2cap().prop_map(move |a| (a, protocol(0))),
        hci().prop_map(move |a| (a, protocol(1))),
        sco().prop_map(move |a| (a, protocol(2))),
        rfcomm().prop_map(move |a| (a, protocol(3))),
    ];
    let others = prop_oneof![
        inet(),
        inet6(),
        unix(),
        netlink(),
        packet(),
        vsock(),
        tipc(),
        alg(),
        qipcrtr(),
        xdp(),
        other()
    ];
    prop_oneof![
        by_protocol,
        (others, 0..10).prop_map(move |(address, number)| (address, protocol(number))),
    ]
}

fn interface() -> impl Strategy<Value = Interface> {
    prop_oneof![Just(0), any::<u32>()].prop_map(Interface::from_index)
}

fn inet() -> impl Strategy<Value = Address> {
    any::<([u8; 4], u16)>().prop_map(|(ip, port)| SocketAddrV4::new(ip.into(), port).into())
}

fn inet6() -> impl Strategy<Value = Address> {
    (any::<[u8; 16]>(), any::<u16>(), interface())
        .prop_map(|(ip, port, scope)| Inet6Address::new(ip.into(), port).with_scope(scope).into())
}

fn unix() -> impl Strategy<Value = Address> {
    let path = awkward_bytes(UnixAddress::MAX_PATH)
        .prop_filter_map("no path", |bytes| UnixAddress::path(OsStr::from_bytes(&bytes)).ok());
    let name = awkward_bytes(UnixAddress::MAX_ABSTRACT)
        .prop_map(|bytes| UnixAddress::abstract_name(bytes).unwrap());
    prop_oneof![path, name, Just(UnixAddress::unnamed())].prop_map(Address::from)
}

fn netlink() -> impl Strategy<Value = Address> {
    any::<(u32, u32)>().prop_map(|(pid, groups)| NetlinkAddress { pid, groups }.into())
}

fn packet() -> impl Strategy<Value = Address> {
    let rest = (any::<u16>(), any::<u8>(), any::<u16>(), vec(any::<u8>(), 0..=8));
    let full = (interface(), rest).prop_map(|(interface, rest)| {
        let (protocol, packet_type, hardware_type, hardware) = rest;
        let mut address = PacketAddress::new(interface, protocol);
        address.packet_type = PacketType::from_raw(packet_type);
        address.hardware_type = hardware_type;
        address.with_hardware(&hardware).unwrap()
    });
    let short =
        (interface(), any::<u16>()).prop_map(|(i, protocol)| PacketAddress::new(i, protocol));
    prop_oneof![full, short].prop_map(Address::from)
}

fn vsock() -> impl Strategy<Value = Address> {
    let cid = prop_oneof![Just(VsockAddress::CID_ANY), any::<u32>()];
    (cid, any::<u32>(), prop_oneof![Just(0), any::<u8>()])
        .prop_map(|(cid, port, flags)| VsockAddress { cid, port, flags }.into())
}

fn can_bus() -> impl Strategy<Value = Address> {
    interface().prop_map(|interface| CanAddress::bus(interface).into())
}

fn can_isotp() -> impl Strategy<Value = Address> {
    (interface(), any::<u32>(), any::<u32>())
        .prop_map(|(interface, rx, tx)| CanAddress::IsoTp { interface, rx, tx }.into())
}

fn can_j1939() -> impl Strategy<Value = Address> {
    (interface(), any::<(u64, u32, u8)>()).prop_map(|(interface, (name, pgn, addr))| {
        CanAddress::J1939 { interface, name, pgn, addr }.into()
    })
}

fn tipc() -> impl Strategy<Value = Address> {
    let scope = || any::<i8>().prop_map(TipcScope::from_raw);
    let name = (any::<[u32; 3]>(), scope()).prop_map(|([service, instance, domain], scope)| {
        TipcAddress::Name { service, instance, domain, scope }
    });
    let name_seq = (any::<[u32; 3]>(), scope()).prop_map(|([service, lower, upper], scope)| {
        TipcAddress::NameSeq { service, lower, upper, scope }
    });
    let id = any::<(u32, u32)>().prop_map(|(node, reference)| TipcAddress::Id { node, reference });
    let short = any::<(u32, u32)>().prop_map(|(a, b)| TipcAddress::name(a, b));
    prop_oneof![name, name_seq, id, short].prop_map(Address::from)
}

fn alg() -> impl Strategy<Value = Address> {
    // At most two bytes a character.
    let names = ("[a-z(),:\\\\\né]{0,6}", "[a-z(),:\\\\\né]{0,31}");
    (names, prop_oneof![Just((0, 0)), any::<(u32, u32)>()]).prop_map(|((kind, name), rest)| {
        let mut address = AlgAddress::new(&kind, &name).unwrap();
        (address.feat, address.mask) = rest;
        address.into()
    })
}

fn qipcrtr() -> impl Strategy<Value = Address> {
    any::<(u32, u32)>().prop_map(|(node, port)| QipcrtrAddress { node, port }.into())
}

fn xdp() -> impl Strategy<Value = Address> {
    let rest = prop_oneof![Just((0, 0)), any::<(u16, u32)>()];
    (interface(), any::<u32>(), rest).prop_map(|(interface, queue, (flags, shared_umem_fd))| {
        let flags = XdpFlags::from_bits_retain(flags);
        XdpAddress { flags, interface, queue, shared_umem_fd }.into()
    })
}

fn device() -> impl Strategy<Value = BdAddr> {
    any::<[u8; 6]>().prop_map(BdAddr::new)
}

fn l2cap() -> impl Strategy<Value = Address> {
    let rest = prop_oneof![Just((0, 0)), any::<(u16, u8)>()];
    (device(), any::<u16>(), rest).prop_map(|(device, psm, (cid, kind))| {
        let device_type = BdAddrType::from_raw(kind);
        BluetoothAddress::L2cap { device, psm, cid, device_type }.into()
    })
}

fn rfcomm() -> impl Strategy<Value = Address> {
    (device(), any::<u8>())
        .prop_map(|(device, channel)| BluetoothAddress::rfcomm(device, channel).into())
}

fn hci() -> impl Strategy<Value = Address> {
    (any::<u16>(), prop_oneof![Just(0), any::<u16>()])
        .prop_map(|(device, channel)| BluetoothAddress::from(HciAddress { device, channel }).into())
}

fn sco() -> impl Strategy<Value = Address> {
    device().prop_map(|device| BluetoothAddress::sco(device).into())
}

fn other() -> impl Strategy<Value = Address> {
    // Numbers that no family has.
    (50..=65_535, vec(any::<u8>(), 0..=OtherAddress::CAPACITY)).prop_map(|(family, bytes)| {
        OtherAddress::new(Family::from_raw(family), &bytes).unwrap().into()
    })
}
