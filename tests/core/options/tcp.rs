//! Options of TCP: how a connection is doing, when data goes, when a connection fails.

use super::{PATIENCE, assert_errno, assert_kind};
use crate::{SHORT, takes};
use berkeley_core::option::tcp::{self as option, Negotiated, State};
use berkeley_core::option::{mptcp, tls};
use berkeley_core::{Family, Interest, Kind, Protocol, Shutdown, Socket};
use berkeley_tests::{
    Network, bounded, eventually, in_network, kernel_lacks, tcp, tcp_listener, tcp_pair, udp,
};
use nix::libc;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::Duration;

#[test]
fn a_connection_tells_how_it_is_doing() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        assert_eq!(listener.get(option::Info).unwrap().state, State::LISTEN);
        assert_eq!(tcp().get(option::Info).unwrap().state, State::CLOSE);
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        // Of a listener: how many wait, and how many may.
        let waiting = listener.get(option::Info).unwrap();
        assert_eq!((waiting.unacknowledged, waiting.selectively_acknowledged), (1, 16));
        let (served, _) = listener.accept().unwrap();

        client.send_all(&[7; 5_000]).unwrap();
        eventually("all is acknowledged", || {
            // The connect counts as a byte.
            client.get(option::Info).unwrap().bytes_acknowledged == Some(5_001)
        });
        let (here, there) = (client.get(option::Info).unwrap(), served.get(option::Info).unwrap());
        assert_eq!(here.state, State::ESTABLISHED);
        assert!(here.negotiated.contains(Negotiated::SACK | Negotiated::WINDOW_SCALE));
        assert_eq!(here.window_scales, (there.window_scales.1, there.window_scales.0));
        assert_eq!(there.bytes_received, Some(5_000));
        assert_eq!(here.bytes_sent, Some(5_000));
        assert_eq!((here.lost, here.retransmitted, here.unacknowledged), (0, 0, 0));
        assert_eq!(here.data_segments_sent, there.data_segments_received);
        assert!(here.path_mtu > 60_000, "the loopback takes large packets");
        assert_eq!(here.send_segment, client.get(option::MaxSegment).unwrap());
        assert!(here.round_trip > Duration::ZERO && here.round_trip < PATIENCE);
        assert!(here.min_round_trip.unwrap() <= here.round_trip + here.round_trip_variance * 4);
        assert!(here.retransmit_timeout >= Duration::from_millis(1));
        assert!(here.last_data_sent < PATIENCE);
        assert!(here.congestion_window > 0 && here.pacing_rate.unwrap() > 0);

        client.shutdown(Shutdown::Write).unwrap();
        eventually("the end has arrived", || {
            client.get(option::Info).unwrap().state == State::FIN_WAIT2
                && served.get(option::Info).unwrap().state == State::CLOSE_WAIT
        });
        assert_errno(udp().get(option::Info), libc::EOPNOTSUPP);
    });
}

#[test]
fn an_algorithm_is_chosen_by_its_name() {
    bounded(PATIENCE, || {
        let on = tcp();
        on.set(option::Congestion, "reno").unwrap();
        assert_eq!(on.get(option::Congestion).unwrap(), "reno");
        assert_eq!(on.get(option::CongestionInfo).unwrap(), []);
        assert_errno(on.set(option::Congestion, "nothing"), libc::ENOENT);
        // The kernel would cut the name short, and look for that.
        assert_kind(on.set(option::Congestion, "a name of 16 byt"), ErrorKind::InvalidInput);
        match on.set(option::Congestion, "bbr") {
            Err(e) if e.raw_os_error() == Some(libc::ENOENT) => {
                kernel_lacks("no BBR in this kernel")
            }
            set => {
                set.unwrap();
                assert_eq!(on.get(option::CongestionInfo).unwrap().len(), 20);
            }
        }
    });
}

#[test]
fn a_connect_that_nobody_answers_fails_after_the_user_timeout() {
    in_network(PATIENCE, |_| {
        let on = tcp();
        let timeout = Duration::from_millis(300);
        on.set(option::UserTimeout, timeout).unwrap();
        let silent: IpAddr = Network::SILENT.parse().unwrap();
        let result = takes(timeout / 2, || on.connect((silent, 9)));
        assert_errno(result, libc::ETIMEDOUT);
        let ages = Duration::from_secs(u64::from(u32::MAX));
        assert_kind(on.set(option::UserTimeout, ages), ErrorKind::InvalidInput);
    });
}

#[test]
fn data_without_an_acknowledgement_fails_the_connection_after_the_user_timeout() {
    in_network(PATIENCE, |network| {
        network.ip("addr add 192.0.2.7/24 dev here");
        let listener = tcp();
        listener.bind("192.0.2.7:0").unwrap();
        listener.listen(1).unwrap();
        let on = tcp();
        on.connect(listener.local_addr().unwrap()).unwrap();
        on.set(option::UserTimeout, Duration::from_millis(300)).unwrap();
        // The peer's address goes away, and with it all answers.
        let (_served, _) = listener.accept().unwrap();
        network.ip("addr del 192.0.2.7/24 dev here");
        network.ip("route add blackhole 192.0.2.7/32");
        let _ = on.send(b"lost");
        assert!(on.wait(Interest::Readable, Some(PATIENCE / 2)).unwrap());
        assert!(on.recv(&mut [0]).is_err());
    });
}

#[test]
fn what_is_corked_goes_in_one_segment() {
    bounded(PATIENCE, || {
        let segments = |corked| {
            let (client, served) = tcp_pair();
            client.set(option::NoDelay, true).unwrap();
            client.set(option::Cork, corked).unwrap();
            for _ in 0..100 {
                client.send(b"x").unwrap();
                if !corked {
                    served.recv(&mut [0]).unwrap();
                }
            }
            client.set(option::Cork, false).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            assert_eq!(berkeley_tests::drain(&served), if corked { 100 } else { 0 });
            client.get(option::Info).unwrap().data_segments_sent.unwrap()
        };
        assert!(segments(false) >= 100);
        // The kernel holds back for 200 milliseconds, which a busy machine may exceed.
        assert!(segments(true) < 50);
    });
}

#[test]
fn a_connection_of_many_paths_tells_how_it_is_doing() {
    bounded(PATIENCE, || {
        let made =
            || Socket::new(Family::INET, Kind::STREAM, Protocol::from_raw(libc::IPPROTO_MPTCP));
        let (listener, client) = match (made(), made()) {
            (Ok(listener), Ok(client)) => (listener, client),
            (Err(e), _) | (_, Err(e)) => return kernel_lacks(&format!("no multipath TCP: {e}")),
        };
        listener.bind("127.0.0.1:0").unwrap();
        listener.listen(1).unwrap();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let (served, _) = listener.accept().unwrap();
        client.send_all(&[7; 5_000]).unwrap();
        let mut buffer = [0; 5_000];
        let mut received = 0;
        while received < 5_000 {
            received += served.recv(&mut buffer).unwrap();
        }
        let (here, there) = (client.get(mptcp::Info).unwrap(), served.get(mptcp::Info).unwrap());
        assert_eq!((here.subflows, here.addresses_accepted), (0, 0));
        assert_ne!(here.token, there.token);
        assert_eq!(here.send_sequence, there.receive_sequence);
        if there.bytes_received.is_some() {
            assert_eq!((here.bytes_sent, there.bytes_received), (Some(5_000), Some(5_000)));
        }
        match client.get(option::IsMultipath) {
            Err(e) if e.raw_os_error() == Some(libc::ENOPROTOOPT) => {
                kernel_lacks("before Linux 6.9")
            }
            is => assert!(is.unwrap()),
        }
        assert_errno(tcp().get(mptcp::Info), libc::EOPNOTSUPP);
    });
}

#[test]
fn a_protocol_above_is_chosen_by_its_name() {
    bounded(PATIENCE, || {
        let (client, _served) = tcp_pair();
        assert_eq!(client.get(option::UpperProtocol).unwrap(), "");
        assert_errno(client.set(option::UpperProtocol, "nothing"), libc::ENOENT);
        let keys = tls::Keys {
            version: tls::Version::TLS_1_3,
            cipher: tls::Cipher::AesGcm128 { key: [171; 16], salt: [2; 4], iv: [3; 8] },
            sequence: [0; 8],
        };
        assert!(!format!("{keys:?}").contains("171"), "it shows the key: {keys:?}");
        assert!(client.set(tls::Transmit, keys).is_err(), "there is no TLS yet");
        match client.set(option::UpperProtocol, "tls") {
            Err(e) => return kernel_lacks(&format!("no TLS in this kernel: {e}")),
            Ok(()) => assert_eq!(client.get(option::UpperProtocol).unwrap(), "tls"),
        }
        client.set(tls::Transmit, keys).unwrap();
    });
}

#[test]
fn data_that_the_kernel_encrypts_is_decrypted_by_the_kernel() {
    bounded(PATIENCE, || {
        let ciphers = [
            tls::Cipher::AesGcm128 { key: [1; 16], salt: [2; 4], iv: [3; 8] },
            tls::Cipher::AesGcm256 { key: [1; 32], salt: [2; 4], iv: [3; 8] },
            tls::Cipher::ChaCha20Poly1305 { key: [1; 32], iv: [3; 12] },
        ];
        for cipher in ciphers {
            for version in [tls::Version::TLS_1_2, tls::Version::TLS_1_3] {
                let (client, served) = tcp_pair();
                let keys = tls::Keys { version, cipher, sequence: [0; 8] };
                let set = client.set(option::UpperProtocol, "tls");
                let set = set.and_then(|()| client.set(tls::Transmit, keys));
                if let Err(e) = set {
                    return kernel_lacks(&format!("no TLS with {cipher:?} in this kernel: {e}"));
                }
                served.set(option::UpperProtocol, "tls").unwrap();
                served.set(tls::Receive, keys).unwrap();
                client.send(b"secret").unwrap();
                let mut buffer = [0; 8];
                let n = served.recv(&mut buffer).unwrap();
                assert_eq!(&buffer[..n], b"secret");
                // A second peer without the keys sees something else.
                let (plain, seen) = tcp_pair();
                plain.set(option::UpperProtocol, "tls").unwrap();
                plain.set(tls::Transmit, keys).unwrap();
                plain.send(b"secret").unwrap();
                let mut record = [0; 64];
                let n = seen.recv(&mut record).unwrap();
                assert!(n > 6 && !record.windows(6).any(|part| part == b"secret"));
            }
        }
    });
}

#[test]
fn a_listener_that_defers_waits_for_data() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        listener.set(option::DeferAccept, Duration::from_secs(30)).unwrap();
        assert!(listener.get(option::DeferAccept).unwrap() >= Duration::from_secs(30));
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        assert!(!listener.wait(Interest::Readable, Some(SHORT)).unwrap());
        client.send(b"x").unwrap();
        let (served, _) = listener.accept().unwrap();
        served.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_eq!(served.recv(&mut [0; 8]).unwrap(), 1);
    });
}
