//! Decoders are safe whatever the kernel writes: every one of them, on any bytes.

use berkeley_core::option::codec::{self, Decode, Query};
use berkeley_core::option::{icmp, ip, ipv6, mptcp, socket, tcp, udp, udplite};
use berkeley_core::{Family, Interface, Kind, Protocol};
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::{Ipv4Addr, SocketAddrV4, SocketAddrV6};

/// Decodes the bytes as each type, and as each answer. What they say is judged elsewhere; here they
/// only must say something, and no more than there is room for.
macro_rules! decode_as {
    ($bytes:expr; $($type:ty),* ; $($answer:ty),*) => {
        $( let _ = <$type as Decode>::decode($bytes); assert!(<$type as Decode>::ROOM > 0); )*
        $( let _ = <$answer as Query>::answer($bytes); )*
    };
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in vec(any::<u8>(), 0..600)) {
        decode_as! { &bytes;
            bool, i32, u32, u64, Family, Kind, Protocol, Interface, Ipv4Addr, SocketAddrV4,
            SocketAddrV6, codec::Byte, codec::ByteBool, codec::Count, codec::OptionalBool,
            codec::OptionalCount, codec::OptionalError, codec::OptionalRate, codec::Seconds,
            codec::OptionalSeconds, codec::Milliseconds, codec::Microseconds,
            codec::OptionalLinger, codec::OptionalTimeout, codec::Text<16>, codec::Bytes<64>,
            codec::InterfaceBigEndian, codec::Flags<socket::Timestamps>, socket::MemoryUse,
            socket::Program, socket::ClockTimestamps, socket::SendTimes,
            ip::LocalInterface, ip::PortRange, ip::PathMtuDiscovery, ip::FilterMode,
            ipv6::MtuReport, icmp::TypeSet<1>, icmp::TypeSet<8>, tcp::ConnectionInfo,
            tcp::AoState, tcp::Windows, tcp::RepairMode, tcp::Queue, mptcp::ConnectionInfo,
            udp::Encapsulated, udplite::Coverage;
            ip::SourceList, ipv6::FlowLabelLease, tcp::MappedReceive
        }
    }

    #[test]
    fn a_long_answer_is_as_good_as_one_that_fits(
        info in vec(any::<u8>(), tcp::ConnectionInfo::ROOM),
        more in vec(any::<u8>(), 0..100),
    ) {
        let longer = [info.clone(), more].concat();
        prop_assert_eq!(
            tcp::ConnectionInfo::decode(&longer).unwrap(),
            tcp::ConnectionInfo::decode(&info).unwrap()
        );
    }
}
