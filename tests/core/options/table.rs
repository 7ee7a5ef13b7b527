//! Every option that keeps what it is told: a row each, with a socket that has it and a value that
//! it did not have.

use super::SECOND;
use berkeley_core::option::{Decode, Encode, Readable, SocketOption, Writable};
use berkeley_core::option::{
    icmp, ip, ipv6, socket, tcp as tcp_option, udp as udp_option, udplite,
};
use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, ipv6 as has_ipv6, kernel_lacks, tcp, tcp6, udp};
use nix::libc;
use std::fmt::Debug;
use std::io;
use std::time::Duration;

/// What the socket has after each of `values` was set is that value. A kernel that lacks the option,
/// or the right to set it, is a printed skip.
#[track_caller]
fn keeps<O, V>(on: &Socket, option: O, values: impl IntoIterator<Item = V>)
where
    O: SocketOption<Access: Readable + Writable> + Copy + Debug,
    O::Codec: Decode<Value = V> + for<'v> Encode<'v, Value = V>,
    V: Debug + PartialEq + Clone,
{
    for value in values {
        match on.set(option, value.clone()) {
            Err(e) if is_lacking(&e) => return kernel_lacks(&format!("no {option:?} here: {e}")),
            set => set.unwrap_or_else(|e| panic!("{option:?} = {value:?}: {e}")),
        }
        assert_eq!(on.get(option).unwrap(), value, "{option:?}");
    }
}

/// Whether the kernel or the process lacks something, rather than that the value is wrong.
fn is_lacking(error: &io::Error) -> bool {
    let lacking = [libc::ENOPROTOOPT, libc::EPERM, libc::EACCES, libc::EOPNOTSUPP];
    error.raw_os_error().is_some_and(|errno| lacking.contains(&errno))
}

/// On and off, for each of many options.
macro_rules! switches {
    ($on:expr; $($option:expr),* $(,)?) => { $( keeps(&$on, $option, [true, false, true]); )* };
}

fn raw(family: Family, protocol: Protocol) -> Option<Socket> {
    let made = Socket::new(family, Kind::RAW, protocol);
    made.inspect_err(|e| kernel_lacks(&format!("no raw socket: {e}"))).ok()
}

fn udp6() -> Socket {
    Socket::new(Family::INET6, Kind::DGRAM, Protocol::DEFAULT).unwrap()
}

fn loopback() -> Interface {
    Interface::from_name("lo").unwrap()
}

#[test]
fn switches_of_every_socket_are_kept() {
    bounded(PATIENCE, || {
        switches! { udp();
            socket::ReuseAddress, socket::ReusePort, socket::KeepAlive, socket::Broadcast,
            socket::OutOfBandInline, socket::DontRoute, socket::Debug, socket::NoChecksum,
            socket::NoFrameChecksum, socket::ZeroCopy, socket::Timestamp,
            socket::TimestampNanoseconds, socket::ReceiveDrops, socket::ReceiveMark,
            socket::ReceivePriority, socket::WifiStatus, socket::SelectErrorQueue,
            socket::PreferBusyPoll,
        }
    });
}

#[test]
fn values_of_every_socket_are_kept() {
    use socket::{BufferLocks, ClockTimestamps, SendTimes, SendTimesFlags, Timestamps};
    bounded(PATIENCE, || {
        let on = udp();
        keeps(&on, socket::Linger, [Some(5 * SECOND), Some(Duration::ZERO), None]);
        let locks = [BufferLocks::SEND, BufferLocks::SEND | BufferLocks::RECEIVE];
        keeps(&on, socket::BufferLock, locks);
        keeps(&on, socket::ReceiveLowWater, [1, 4096]);
        let times = [Some(5 * SECOND), Some(Duration::from_millis(1_500)), None];
        keeps(&on, socket::ReceiveTimeout, times);
        keeps(&on, socket::SendTimeout, times);
        keeps(&on, socket::BindToInterface, [Interface::ANY, loopback(), Interface::ANY]);
        keeps(&on, socket::Priority, [6, 0, u32::MAX]);
        keeps(&on, socket::Mark, [7, u32::MAX, 0]);
        keeps(&on, socket::MaxPacingRate, [Some(1_000_000), Some(u64::MAX - 1), None]);
        let deadline = SendTimes { clock: 1, flags: SendTimesFlags::DEADLINE };
        let reporting = SendTimes { clock: 11, flags: SendTimesFlags::REPORT_ERRORS };
        keeps(&on, socket::SendTime, [deadline, reporting]);
        let software = Timestamps::RX_SOFTWARE | Timestamps::SOFTWARE | Timestamps::OPT_ID;
        keeps(&on, socket::Timestamping, [software, Timestamps::empty()]);
        let clock = ClockTimestamps { flags: software, clock: 0 };
        keeps(&on, socket::ClockTimestamping, [clock]);
        keeps(&on, socket::PeekOffset, [Some(0), Some(100), None]);
        keeps(&on, socket::BusyPoll, [Duration::from_micros(50), Duration::ZERO]);
        keeps(&on, socket::IncomingCpu, [Some(0), None]);
        keeps(&tcp(), socket::RehashOnTimeout, [Some(false), Some(true)]);
    });
}

#[test]
fn options_of_ip_are_kept() {
    use ip::{PathMtuDiscovery as Discovery, PortRange};
    bounded(PATIENCE, || {
        switches! { udp();
            ip::FreeBind, ip::Transparent, ip::BindAddressNoPort, ip::ReceivePacketInfo,
            ip::ReceiveTimeToLive, ip::ReceiveTypeOfService, ip::ReceiveOptions,
            ip::ReceiveReturnOptions, ip::ReceiveErrors, ip::ReceiveErrorExtensions,
            ip::ReceiveOriginalDestination, ip::ReceiveChecksum, ip::ReceiveFragmentSize,
            ip::ReceiveSecurity, ip::MulticastLoop, ip::MulticastAll,
        }
        let on = udp();
        keeps(&on, ip::TimeToLive, [1, 255]);
        keeps(&on, ip::TypeOfService, [0x10, 255, 0]);
        keeps(&on, ip::MulticastTimeToLive, [0, 255, 1]);
        keeps(&on, ip::MinTimeToLive, [1, 255, 0]);
        let ways = [Discovery::DONT, Discovery::WANT, Discovery::DO, Discovery::PROBE];
        keeps(&on, ip::MtuDiscovery, ways);
        keeps(&on, ip::MtuDiscovery, [Discovery::INTERFACE, Discovery::OMIT]);
        let ports = PortRange { first: Some(40_000), last: Some(40_099) };
        let open = PortRange { first: None, last: Some(65_535) };
        keeps(&on, ip::LocalPortRange, [ports, open, PortRange::default()]);
        let fresh = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        keeps(&fresh, ip::UnicastInterface, [loopback(), Interface::ANY]);
        if let Some(on) = raw(Family::INET, Protocol::ICMP) {
            switches! { on; ip::HeaderIncluded, ip::NoDefragment }
            keeps(&on, ip::RouterAlert, [true]);
            let echo_reply = icmp::TypeSet::NONE.with(0);
            keeps(&on, icmp::Filter, [echo_reply, icmp::TypeSet::ALL, icmp::TypeSet::NONE]);
            assert_eq!(on.get(ip::Protocol).unwrap(), Protocol::ICMP);
        }
    });
}

#[test]
fn options_of_ipv6_are_kept() {
    use ipv6::{PathMtuDiscovery as Discovery, SourcePreferences as Prefer};
    bounded(PATIENCE, || {
        if !has_ipv6() {
            return;
        }
        switches! { udp6();
            ipv6::V6Only, ipv6::SendFlowInfo, ipv6::AutoFlowLabel, ipv6::DontFragment,
            ipv6::FreeBind, ipv6::Transparent, ipv6::ReceivePacketInfo, ipv6::ReceiveHopLimit,
            ipv6::ReceiveTrafficClass, ipv6::ReceiveFlowInfo, ipv6::ReceiveHopOptions,
            ipv6::ReceiveDestinationOptions, ipv6::ReceiveRoutingHeader, ipv6::ReceivePathMtu,
            ipv6::ReceiveErrors, ipv6::ReceiveErrorExtensions, ipv6::ReceiveOriginalDestination,
            ipv6::ReceiveFragmentSize, ipv6::MulticastLoop, ipv6::MulticastAll,
            ipv6::RouterAlertIsolate,
        }
        let on = udp6();
        keeps(&on, ipv6::UnicastHops, [0, 1, 255]);
        keeps(&on, ipv6::MulticastHops, [0, 255, 1]);
        keeps(&on, ipv6::TrafficClass, [0x10, 255, 0]);
        keeps(&on, ipv6::MinHopCount, [1, 255, 0]);
        let ways = [Discovery::DONT, Discovery::WANT, Discovery::DO, Discovery::PROBE];
        keeps(&on, ipv6::MtuDiscovery, ways);
        keeps(&on, ipv6::MtuDiscovery, [Discovery::INTERFACE, Discovery::OMIT]);
        keeps(&on, ipv6::MulticastInterface, [loopback(), Interface::ANY]);
        keeps(&on, ipv6::UnicastInterface, [loopback(), Interface::ANY]);
        let preferences = Prefer::TEMPORARY | Prefer::HOME | Prefer::NOT_GENERATED;
        on.set(ipv6::AddressPreferences, preferences).unwrap();
        assert!(on.get(ipv6::AddressPreferences).unwrap().contains(Prefer::TEMPORARY));
        // A header for another protocol, its length (of 8 bytes each, the first not counted), and
        // four bytes of padding: an option of type 1 and length 4.
        let padding = [0, 0, 1, 4, 0, 0, 0, 0];
        for bytes in [&padding[..], &[]] {
            let set = on.set(ipv6::DestinationOptions, bytes);
            let set = set.and_then(|()| on.set(ipv6::HopOptions, bytes));
            match set.and_then(|()| on.set(ipv6::RoutingDestinationOptions, bytes)) {
                Err(e) if is_lacking(&e) => {
                    return kernel_lacks(&format!("no extension headers: {e}"));
                }
                other => other.unwrap(),
            }
            assert_eq!(on.get(ipv6::DestinationOptions).unwrap(), bytes);
            assert_eq!(on.get(ipv6::HopOptions).unwrap(), bytes);
            assert_eq!(on.get(ipv6::RoutingDestinationOptions).unwrap(), bytes);
        }
        if let Some(on) = raw(Family::INET6, Protocol::from_raw(253)) {
            switches! { on; ipv6::HeaderIncluded }
            keeps(&on, ipv6::Checksum, [Some(2), Some(0), None]);
        }
        if let Some(on) = raw(Family::INET6, Protocol::from_raw(libc::IPPROTO_ICMPV6)) {
            let echo_replies_alone = icmp::TypeSet::ALL.without(129);
            keeps(&on, icmp::Filter6, [echo_replies_alone, icmp::TypeSet::NONE]);
        }
        if let Some(on) = raw(Family::INET6, Protocol::from_raw(libc::IPPROTO_RAW)) {
            on.set(ipv6::RouterAlert, Some(0)).unwrap();
            on.set(ipv6::RouterAlert, None).unwrap();
        }
    });
}

#[test]
fn options_of_tcp_are_kept() {
    use tcp_option::{Queue, RepairMode};
    bounded(PATIENCE, || {
        let on = tcp();
        switches! { on;
            tcp_option::NoDelay, tcp_option::Cork, tcp_option::QuickAck,
            tcp_option::FastOpenConnect, tcp_option::FastOpenNoCookie,
            tcp_option::ThinLinearTimeouts, tcp_option::ReceiveUnreadBytes,
        }
        keeps(&on, tcp_option::NotSentLowWater, [16_384, u32::MAX]);
        let millis = Duration::from_millis;
        keeps(&on, tcp_option::UserTimeout, [millis(1_500), Duration::ZERO]);
        keeps(&on, tcp_option::ConnectRetries, [1, 127]);
        keeps(&on, tcp_option::FinWait, [Some(5 * SECOND), Some(120 * SECOND), None]);
        keeps(&on, tcp_option::MaxRetransmitTimeout, [millis(1_000), millis(120_000)]);
        keeps(&on, tcp_option::MinRetransmitTimeout, [millis(100), millis(200)]);
        keeps(&on, tcp_option::AcknowledgeDelay, [millis(100), millis(40)]);
        keeps(&on, tcp_option::SendDelay, [Duration::from_micros(250), Duration::ZERO]);
        keeps(&on, tcp_option::WindowClamp, [65_536, 262_144]);
        keeps(&on, tcp_option::SaveSyn, [1, 2, 0]);
        keeps(&on, tcp_option::Repair, [RepairMode::ON]);
        keeps(&on, tcp_option::RepairQueue, [Queue::SEND, Queue::RECEIVE, Queue::NONE]);
        on.set(tcp_option::ThinDuplicates, true).unwrap();
        assert!(!on.get(tcp_option::IsMultipath).unwrap_or(false));
        if has_ipv6() {
            keeps(&tcp6(), tcp_option::UserTimeout, [millis(1_500)]);
        }
    });
}

#[test]
fn options_of_udp_and_udplite_are_kept() {
    use udp_option::Encapsulated;
    bounded(PATIENCE, || {
        let on = udp();
        switches! { on; udp_option::Cork, udp_option::ReceiveOffload }
        keeps(&on, udp_option::Segment, [1_200, 65_535, 0]);
        keeps(&udp(), udp_option::Encapsulation, [Encapsulated::ESP]);
        if has_ipv6() {
            switches! { udp6(); udp_option::NoChecksumSent, udp_option::NoChecksumReceived }
        }
        match Socket::new(Family::INET, Kind::DGRAM, Protocol::UDPLITE) {
            Ok(on) => {
                keeps(&on, udplite::SendCoverage, [8, 65_535, 0]);
                keeps(&on, udplite::ReceiveCoverage, [8, 65_535, 0]);
            }
            Err(e) => kernel_lacks(&format!("no UDP-Lite: {e}")),
        }
    });
}
