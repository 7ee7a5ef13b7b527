//! Options of how connections of TCP begin: data with the first segment, what that segment was, who
//! may send it.

use super::{PATIENCE, assert_errno, assert_kind};
use berkeley_core::option::tcp::{self as option, Md5Key, Md5NetworkKey, Negotiated};
use berkeley_core::{Interface, MsgFlags, Socket};
use berkeley_tests::{
    Process, bounded, eventually, in_network, kernel_lacks, peer, tcp, tcp_listener,
};
use nix::libc;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::time::Duration;

/// Lets clients and servers of this network send data with the first segment.
fn allow_fast_open() {
    std::fs::write("/proc/sys/net/ipv4/tcp_fastopen", "3").unwrap();
}

fn had_data_in_its_first_segment(on: &Socket) -> bool {
    on.get(option::Info).unwrap().negotiated.contains(Negotiated::SYN_DATA)
}

fn receive(on: &Socket) -> String {
    let mut buffer = [0; 64];
    let n = on.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..n]).into_owned()
}

#[test]
fn data_goes_with_the_first_segment_in_both_ways_of_asking() {
    in_network(PATIENCE, |_| {
        allow_fast_open();
        let listener = tcp_listener();
        listener.set(option::FastOpen, 16).unwrap();
        assert_eq!(listener.get(option::FastOpen).unwrap(), 16);
        let address = listener.local_addr().unwrap();
        // The first connection asks for a cookie, the later ones bring it.
        for (attempt, by_flag) in [(0, false), (1, false), (2, true)] {
            let client = tcp();
            if by_flag {
                let flags = MsgFlags::from_bits_retain(libc::MSG_FASTOPEN);
                client.send_to_with_flags(b"early", flags, address).unwrap();
            } else {
                client.set(option::FastOpenConnect, true).unwrap();
                client.connect(address).unwrap();
                client.send(b"early").unwrap();
            }
            let (served, _) = listener.accept().unwrap();
            assert_eq!(receive(&served), "early");
            assert_eq!(had_data_in_its_first_segment(&served), attempt > 0, "{attempt}");
            served.send(b"answer").unwrap();
            assert_eq!(receive(&client), "answer");
            assert_eq!(had_data_in_its_first_segment(&client), attempt > 0, "{attempt}");
        }
    });
}

#[test]
fn data_goes_with_the_first_segment_without_a_cookie() {
    in_network(PATIENCE, |_| {
        allow_fast_open();
        let listener = tcp_listener();
        listener.set(option::FastOpen, 16).unwrap();
        listener.set(option::FastOpenNoCookie, true).unwrap();
        let client = tcp();
        client.set(option::FastOpenNoCookie, true).unwrap();
        client.set(option::FastOpenConnect, true).unwrap();
        client.connect(listener.local_addr().unwrap()).unwrap();
        client.send(b"early").unwrap();
        let (served, _) = listener.accept().unwrap();
        assert!(had_data_in_its_first_segment(&served));
    });
}

const PYTHON: &str = r#"
import socket, sys
on = socket.socket()
if sys.argv[1] == "client":
    on.sendto(b"early", socket.MSG_FASTOPEN, ("127.0.0.1", int(sys.argv[2])))
    print(on.recv(64).decode())
else:
    on.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
    on.bind(("127.0.0.1", 0))
    on.listen()
    print(on.getsockname()[1], flush=True)
    while True:
        served, _ = on.accept()
        served.sendall(served.recv(64))
"#;

#[test]
fn data_goes_with_the_first_segment_to_and_from_python() {
    in_network(PATIENCE, |_| {
        let Some(python) = peer("python3") else { return };
        allow_fast_open();
        let start = |role: &str, port: &str| {
            Process::spawn(Command::new(&python).args(["-c", PYTHON, role, port]))
        };
        let mut server = start("server", "");
        let port: u16 = server.line().parse().unwrap();
        for early in [false, true] {
            let client = tcp();
            client.set(option::FastOpenConnect, true).unwrap();
            client.connect((IpAddr::from(Ipv4Addr::LOCALHOST), port)).unwrap();
            client.send(b"early").unwrap();
            assert_eq!(receive(&client), "early");
            assert_eq!(had_data_in_its_first_segment(&client), early);
        }
        let listener = tcp_listener();
        listener.set(option::FastOpen, 16).unwrap();
        let port = listener.local_addr().unwrap().port().unwrap().to_string();
        // The cookie is good for every port of the host.
        for _ in 0..2 {
            let mut client = start("client", &port);
            let (served, _) = listener.accept().unwrap();
            assert_eq!(receive(&served), "early");
            assert!(had_data_in_its_first_segment(&served));
            served.send(b"answer").unwrap();
            assert_eq!(client.line(), "answer");
        }
    });
}

#[test]
fn a_fast_open_key_reads_back() {
    bounded(PATIENCE, || {
        let on = tcp_listener();
        for key in [&[7; 16][..], &[8; 32]] {
            on.set(option::FastOpenKey, key).unwrap();
            assert_eq!(on.get(option::FastOpenKey).unwrap(), key);
        }
        assert_errno(on.set(option::FastOpenKey, &[7; 5]), libc::EINVAL);
        assert_kind(on.set(option::FastOpenKey, &[7; 33]), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_listener_keeps_the_first_segment_of_its_connections() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let connected = || {
            let client = tcp();
            client.connect(listener.local_addr().unwrap()).unwrap();
            (listener.accept().unwrap().0, client)
        };
        assert_eq!(connected().0.get(option::SavedSyn).unwrap(), []);
        for (level, header) in [(1, 0), (2, 14)] {
            listener.set(option::SaveSyn, level).unwrap();
            let (served, client) = connected();
            let syn = served.get(option::SavedSyn).unwrap();
            // Taken, so gone.
            assert_eq!(served.get(option::SavedSyn).unwrap(), []);
            let ip = &syn[header..];
            assert_eq!((ip[0], usize::from(ip[2]) << 8 | usize::from(ip[3])), (0x45, ip.len()));
            let segment = &ip[20..];
            let port = |at: usize| u16::from_be_bytes([segment[at], segment[at + 1]]);
            assert_eq!(Some(port(0)), client.local_addr().unwrap().port());
            assert_eq!(Some(port(2)), listener.local_addr().unwrap().port());
            assert_eq!(segment[13] & 0x3F, 2, "only SYN");
        }
    });
}

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Whether a client gets through to the listener, with the key for it.
fn gets_through(listener: &Socket, key: Option<&[u8]>) -> bool {
    let client = tcp();
    if let Some(key) = key {
        client.set(option::Md5Signature, Md5Key { peer: LOCALHOST, key }).unwrap();
    }
    client.set_timeout(Some(Duration::from_millis(300))).unwrap();
    match client.connect(listener.local_addr().unwrap()) {
        Err(e) => {
            assert_eq!(e.kind(), ErrorKind::TimedOut, "{e}");
            false
        }
        Ok(()) => {
            let (served, _) = listener.accept().unwrap();
            client.send(b"signed").unwrap();
            assert_eq!(receive(&served), "signed");
            true
        }
    }
}

#[test]
fn signed_segments_need_the_same_key_at_both_ends() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        match listener.set(option::Md5Signature, Md5Key { peer: LOCALHOST, key: b"right" }) {
            Err(e) if e.raw_os_error() == Some(libc::ENOPROTOOPT) => {
                return kernel_lacks("no signatures by MD5 in this kernel");
            }
            set => set.unwrap(),
        }
        assert!(gets_through(&listener, Some(b"right")));
        assert!(!gets_through(&listener, Some(b"wrong")));
        assert!(!gets_through(&listener, None));
        listener.set(option::Md5Signature, Md5Key { peer: LOCALHOST, key: b"" }).unwrap();
        assert!(gets_through(&listener, None));

        // For a network.
        let key = Md5Key { peer: Ipv4Addr::new(127, 0, 0, 0).into(), key: b"net" };
        let network = Md5NetworkKey { key, prefix: Some(8), interface: None };
        listener.set(option::Md5NetworkSignature, network).unwrap();
        assert!(gets_through(&listener, Some(b"net")));
        assert!(!gets_through(&listener, Some(b"wrong")));
        let wide = Md5NetworkKey { prefix: Some(33), ..network };
        assert_errno(listener.set(option::Md5NetworkSignature, wide), libc::EINVAL);
        let nowhere = Md5NetworkKey { interface: Some(Interface::from_index(4_711)), ..network };
        assert_errno(listener.set(option::Md5NetworkSignature, nowhere), libc::EINVAL);
        let long = Md5Key { peer: LOCALHOST, key: &[7; 81] };
        assert_kind(listener.set(option::Md5Signature, long), ErrorKind::InvalidInput);
    });
}

#[test]
fn segments_with_the_authentication_option_need_the_same_key_at_both_ends() {
    bounded(PATIENCE, || {
        let peers = option::AoPeers { address: LOCALHOST, prefix: 32, interface: None };
        let ours = option::AoKey {
            peers,
            algorithm: "hmac(sha1)",
            key: b"right",
            send_id: 100,
            receive_id: 100,
            code_len: 0,
            set_current: false,
            set_next: false,
            exclude_options: false,
        };
        let listener = tcp_listener();
        if let Err(e) = listener.set(option::AoAddKey, ours) {
            return kernel_lacks(&format!("no authentication option in this kernel: {e}"));
        }
        for (key, is_right) in [(&b"right"[..], true), (b"wrong", false)] {
            let client = tcp();
            client.set(option::AoAddKey, option::AoKey { key, ..ours }).unwrap();
            client.set_timeout(Some(Duration::from_millis(300))).unwrap();
            assert_eq!(client.connect(listener.local_addr().unwrap()).is_ok(), is_right);
            if is_right {
                let state = client.get(option::AoInfo).unwrap();
                eventually("a segment was good", || {
                    client.get(option::AoInfo).unwrap().counts.unwrap().good > 0
                });
                client.set(option::AoInfo, option::AoState { counts: None, ..state }).unwrap();
            }
        }
        let removal = option::AoKeyRemoval {
            peers,
            send_id: 100,
            receive_id: 100,
            current: None,
            next: None,
            asynchronous: false,
        };
        tcp_listener().set(option::AoRemoveKey, removal).unwrap_err();
        listener.set(option::AoRemoveKey, removal).unwrap();
    });
}
