//! Values of options: whatever bytes a kernel writes, reading them ends well.
#![no_main]

use berkeley_core::option::{
    Decode, SocketOption, bluetooth, can, ip, ipv6, isotp, mptcp, netlink, packet, rds, sctp,
    socket, tcp, tipc, unix, vsock, xdp,
};
use libfuzzer_sys::fuzz_target;
use std::fmt::Debug;

/// Reads a value of an option: one for each shape that values have.
fn read<O: SocketOption<Codec: Decode<Value: Debug>>>(_: O, bytes: &[u8]) {
    let _ = format!("{:?}", <O::Codec as Decode>::decode(bytes));
}

macro_rules! read_each {
    ($input:expr; $($option:expr,)*) => { $( read($option, $input); )* };
}

fuzz_target!(|bytes: &[u8]| {
    read_each! { bytes;
        bluetooth::Security,
        bluetooth::l2cap::Options,
        can::Filters,
        ip::MtuDiscovery,
        ip::OriginalDestination,
        ipv6::PathMtu,
        isotp::Options,
        mptcp::Info,
        netlink::Memberships,
        packet::Fanout,
        packet::Statistics,
        rds::Transport,
        sctp::Retransmission,
        socket::BindToDevice,
        socket::Error,
        socket::Linger,
        socket::Memory,
        socket::Timestamping,
        tcp::Congestion,
        tcp::Info,
        tcp::RepairWindow,
        tcp::SavedSyn,
        tcp::UserTimeout,
        tipc::Importance,
        unix::PeerCredentials,
        unix::PeerGroups,
        vsock::BufferSize,
        vsock::ConnectTimeout,
        xdp::MapOffsets,
        xdp::Statistics,
    }
});
