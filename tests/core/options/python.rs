//! What is set here, Python reads by the names that it has for it, on the same socket.

use super::PATIENCE;
use berkeley_core::option::{ip, ipv6, socket, tcp as tcp_option, udplite};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{Process, bounded, ipv6 as has_ipv6, kernel_lacks, peer, tcp, udp};
use std::os::fd::AsRawFd;
use std::process::Command;
use std::time::Duration;

const READER: &str = r#"
import socket, sys
for line in sys.stdin:
    fd, level, name = line.split()
    on = socket.socket(fileno=int(fd))
    if hasattr(socket, name):
        print(on.getsockopt(getattr(socket, level), getattr(socket, name)), flush=True)
    else:
        print("unknown", flush=True)
    on.detach()
"#;

struct Reader {
    python: Process,
    on: Socket,
    read: usize,
}

impl Reader {
    /// A Python that has inherited the socket.
    fn of(on: Socket) -> Option<Self> {
        on.set_inheritable(true).unwrap();
        let python = Process::spawn(Command::new(peer("python3")?).args(["-c", READER]));
        Some(Self { python, on, read: 0 })
    }

    /// That Python reads `value`, if it knows the name.
    #[track_caller]
    fn reads(&mut self, level: &str, name: &str, value: i64) {
        self.python.give(format!("{} {level} {name}\n", self.on.as_raw_fd()).as_bytes());
        let said = self.python.line();
        if said != "unknown" {
            assert_eq!(said, value.to_string(), "{name}");
            self.read += 1;
        }
    }
}

#[test]
fn python_reads_the_options_of_every_socket() {
    bounded(PATIENCE, || {
        let on = udp();
        for set in [
            on.set(socket::DontRoute, true),
            on.set(socket::Broadcast, true),
            on.set(socket::ReceiveLowWater, 1_234),
            on.set(socket::Priority, 5),
            on.set(socket::ReceiveBuffer, 50_000),
            on.set(socket::SendBuffer, 60_000),
            on.set(socket::KeepAlive, true),
        ] {
            set.unwrap();
        }
        let is_marked = on.set(socket::Mark, 4_711).is_ok();
        if !is_marked {
            kernel_lacks("no right to mark");
        }
        let Some(mut reader) = Reader::of(on) else { return };
        for (name, value) in [
            ("SO_DONTROUTE", 1),
            ("SO_BROADCAST", 1),
            ("SO_RCVLOWAT", 1_234),
            ("SO_SNDLOWAT", 1),
            ("SO_PRIORITY", 5),
            ("SO_RCVBUF", 100_000),
            ("SO_SNDBUF", 120_000),
            ("SO_KEEPALIVE", 1),
            ("SO_DEBUG", 0),
            ("SO_OOBINLINE", 0),
            ("SO_MARK", if is_marked { 4_711 } else { 0 }),
            ("SO_BINDTOIFINDEX", 0),
        ] {
            reader.reads("SOL_SOCKET", name, value);
        }
        assert!(reader.read > 8, "Python knows {} names", reader.read);
    });
}

#[test]
fn python_reads_the_options_of_tcp() {
    bounded(PATIENCE, || {
        let on = tcp();
        let seconds = Duration::from_secs;
        for set in [
            on.set(tcp_option::NoDelay, true),
            on.set(tcp_option::Cork, true),
            on.set(tcp_option::KeepAliveIdle, seconds(61)),
            on.set(tcp_option::KeepAliveInterval, seconds(62)),
            on.set(tcp_option::KeepAliveCount, 7),
            on.set(tcp_option::ConnectRetries, 8),
            on.set(tcp_option::FinWait, Some(seconds(9))),
            on.set(tcp_option::UserTimeout, Duration::from_millis(1_234)),
            on.set(tcp_option::NotSentLowWater, 12_345),
            on.set(tcp_option::SaveSyn, 1),
            on.set(tcp_option::FastOpenConnect, true),
            on.set(tcp_option::FastOpenNoCookie, true),
            on.set(tcp_option::ThinLinearTimeouts, true),
            on.set(tcp_option::ReceiveUnreadBytes, true),
            on.set(tcp_option::WindowClamp, 65_536),
        ] {
            set.unwrap();
        }
        let Some(mut reader) = Reader::of(on) else { return };
        for (name, value) in [
            ("TCP_NODELAY", 1),
            ("TCP_CORK", 1),
            ("TCP_KEEPIDLE", 61),
            ("TCP_KEEPINTVL", 62),
            ("TCP_KEEPCNT", 7),
            ("TCP_SYNCNT", 8),
            ("TCP_LINGER2", 9),
            ("TCP_USER_TIMEOUT", 1_234),
            ("TCP_NOTSENT_LOWAT", 12_345),
            ("TCP_SAVE_SYN", 1),
            ("TCP_FASTOPEN_CONNECT", 1),
            ("TCP_FASTOPEN_NO_COOKIE", 1),
            ("TCP_THIN_LINEAR_TIMEOUTS", 1),
            ("TCP_INQ", 1),
            ("TCP_WINDOW_CLAMP", 65_536),
            ("TCP_REPAIR", 0),
        ] {
            reader.reads("IPPROTO_TCP", name, value);
        }
        assert!(reader.read > 8, "Python knows {} names", reader.read);
    });
}

#[test]
fn python_reads_the_options_of_ip_and_udplite() {
    bounded(PATIENCE, || {
        let lite = Socket::new(Family::INET, Kind::DGRAM, Protocol::UDPLITE);
        let is_lite = lite.is_ok();
        let on = match lite {
            Ok(on) => {
                on.set(udplite::SendCoverage, 20).unwrap();
                on.set(udplite::ReceiveCoverage, 16).unwrap();
                on
            }
            Err(e) => {
                kernel_lacks(&format!("no UDP-Lite: {e}"));
                udp()
            }
        };
        for set in [
            on.set(ip::TypeOfService, 0x20),
            on.set(ip::MulticastTimeToLive, 9),
            on.set(ip::MulticastLoop, false),
            on.set(ip::ReceiveTypeOfService, true),
            on.set(ip::ReceiveOptions, true),
            on.set(ip::ReceiveReturnOptions, true),
            on.set(ip::BindAddressNoPort, true),
            on.set(ip::ReceivePacketInfo, true),
            on.set(ip::ReceiveErrors, true),
            on.set(ip::ReceiveTimeToLive, true),
            on.set(ip::ReceiveOriginalDestination, true),
            on.set(ip::FreeBind, true),
        ] {
            set.unwrap();
        }
        let Some(mut reader) = Reader::of(on) else { return };
        for (name, value) in [
            ("IP_TOS", 0x20),
            ("IP_MULTICAST_TTL", 9),
            ("IP_MULTICAST_LOOP", 0),
            ("IP_RECVTOS", 1),
            ("IP_RECVOPTS", 1),
            ("IP_RETOPTS", 1),
            ("IP_RECVRETOPTS", 1),
            ("IP_BIND_ADDRESS_NO_PORT", 1),
            ("IP_PKTINFO", 1),
            ("IP_RECVERR", 1),
            ("IP_RECVTTL", 1),
            ("IP_RECVORIGDSTADDR", 1),
            ("IP_FREEBIND", 1),
            ("IP_TRANSPARENT", 0),
        ] {
            reader.reads("IPPROTO_IP", name, value);
        }
        if is_lite {
            reader.reads("IPPROTO_UDPLITE", "UDPLITE_SEND_CSCOV", 20);
            reader.reads("IPPROTO_UDPLITE", "UDPLITE_RECV_CSCOV", 16);
        }
        assert!(reader.read > 7, "Python knows {} names", reader.read);
    });
}

#[test]
fn python_reads_the_options_of_ipv6() {
    bounded(PATIENCE, || {
        if !has_ipv6() {
            return;
        }
        let on = Socket::new(Family::INET6, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        for set in [
            on.set(ipv6::V6Only, true),
            on.set(ipv6::UnicastHops, 9),
            on.set(ipv6::MulticastHops, 8),
            on.set(ipv6::MulticastLoop, false),
            on.set(ipv6::TrafficClass, 0x20),
            on.set(ipv6::DontFragment, true),
            on.set(ipv6::ReceivePacketInfo, true),
            on.set(ipv6::ReceiveHopLimit, true),
            on.set(ipv6::ReceiveTrafficClass, true),
            on.set(ipv6::ReceivePathMtu, true),
            on.set(ipv6::ReceiveRoutingHeader, true),
            on.set(ipv6::ReceiveHopOptions, true),
            on.set(ipv6::ReceiveDestinationOptions, true),
            on.set(ipv6::ReceiveErrors, true),
        ] {
            set.unwrap();
        }
        let Some(mut reader) = Reader::of(on) else { return };
        for (name, value) in [
            ("IPV6_V6ONLY", 1),
            ("IPV6_UNICAST_HOPS", 9),
            ("IPV6_MULTICAST_HOPS", 8),
            ("IPV6_MULTICAST_LOOP", 0),
            ("IPV6_MULTICAST_IF", 0),
            ("IPV6_TCLASS", 0x20),
            ("IPV6_DONTFRAG", 1),
            ("IPV6_RECVPKTINFO", 1),
            ("IPV6_RECVHOPLIMIT", 1),
            ("IPV6_RECVTCLASS", 1),
            ("IPV6_RECVPATHMTU", 1),
            ("IPV6_RECVRTHDR", 1),
            ("IPV6_RECVHOPOPTS", 1),
            ("IPV6_RECVDSTOPTS", 1),
            ("IPV6_RECVERR", 1),
        ] {
            reader.reads("IPPROTO_IPV6", name, value);
        }
        assert!(reader.read > 8, "Python knows {} names", reader.read);
    });
}
