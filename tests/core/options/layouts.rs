//! Structs as a C compiler lays them out: what is written and read here has its fields where the
//! kernel's headers have them.

use super::PATIENCE;
use berkeley_core::Interface;
use berkeley_core::option::codec::{Decode, Encode};
use berkeley_core::option::{ip, ipv6, socket, tcp, tls};
use berkeley_tests::{Scratch, bounded, peer};
use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::Command;
use std::time::Duration;

const HEADERS: &str = "
#include <stddef.h>
#include <stdio.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <linux/tls.h>
#include <linux/sock_diag.h>
#include <linux/net_tstamp.h>
#include <linux/filter.h>
";

/// Where a C compiler puts each `struct.field`, and the size of each `struct.`; `None` after a
/// printed skip.
fn offsets(of: &[&str]) -> Option<HashMap<String, usize>> {
    let compiler = peer("cc")?;
    let scratch = Scratch::new();
    let line = |of: &&str| {
        let (name, field) = of.split_once('.').unwrap();
        let value = match field {
            "" => format!("sizeof(struct {name})"),
            field => format!("offsetof(struct {name}, {field})"),
        };
        format!("printf(\"%s %zu\\n\", \"{of}\", {value});\n")
    };
    let lines: String = of.iter().map(line).collect();
    let source = format!("{HEADERS}\nint main(void) {{\n{lines}return 0; }}\n");
    fs::write(scratch.path("layout.c"), source).unwrap();
    let program = scratch.path("layout");
    let source = scratch.path("layout.c");
    let built = Command::new(compiler).arg("-o").arg(&program).arg(source).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let told = Command::new(program).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let pairs = told.lines().map(|line| {
        let (name, offset) = line.split_once(' ').unwrap();
        (name.to_owned(), offset.parse().unwrap())
    });
    Some(pairs.collect())
}

#[test]
fn a_report_on_a_connection_is_read_where_the_header_has_it() {
    bounded(PATIENCE, || {
        // Each byte says where it is.
        let bytes: Vec<u8> = (0..=255).collect();
        let info = tcp::ConnectionInfo::decode(&bytes).unwrap();
        let word = |at: usize| u32::from_ne_bytes(*bytes[at..].first_chunk().unwrap());
        let long = |at: usize| u64::from_ne_bytes(*bytes[at..].first_chunk().unwrap());
        let micros = |at: usize| Duration::from_micros(word(at).into());
        let millis = |at: usize| Duration::from_millis(word(at).into());
        let names = [
            "state",
            "ca_state",
            "retransmits",
            "probes",
            "backoff",
            "options",
            "rto",
            "ato",
            "snd_mss",
            "rcv_mss",
            "unacked",
            "sacked",
            "lost",
            "retrans",
            "fackets",
            "last_data_sent",
            "last_ack_sent",
            "last_data_recv",
            "last_ack_recv",
            "pmtu",
            "rcv_ssthresh",
            "rtt",
            "rttvar",
            "snd_ssthresh",
            "snd_cwnd",
            "advmss",
            "reordering",
            "rcv_rtt",
            "rcv_space",
            "total_retrans",
            "pacing_rate",
            "max_pacing_rate",
            "bytes_acked",
            "bytes_received",
            "segs_out",
            "segs_in",
            "notsent_bytes",
            "min_rtt",
            "data_segs_in",
            "data_segs_out",
            "delivery_rate",
            "busy_time",
            "rwnd_limited",
            "sndbuf_limited",
            "delivered",
            "delivered_ce",
            "bytes_sent",
            "bytes_retrans",
            "dsack_dups",
            "reord_seen",
            "rcv_ooopack",
            "snd_wnd",
        ];
        let full = names.map(|name| format!("tcp_info.tcpi_{name}"));
        let Some(offsets) = offsets(&full.each_ref().map(String::as_str)) else { return };
        let at = |name: &str| offsets[&format!("tcp_info.tcpi_{name}")];
        let byte = |name: &str| bytes[at(name)];
        assert_eq!(info.state.raw(), i32::from(byte("state")));
        assert_eq!(info.congestion_state.raw(), i32::from(byte("ca_state")));
        assert_eq!(info.retransmits, byte("retransmits"));
        assert_eq!(info.probes, byte("probes"));
        assert_eq!(info.backoff, byte("backoff"));
        assert_eq!(info.negotiated.bits(), byte("options"));
        assert_eq!(info.retransmit_timeout, micros(at("rto")));
        assert_eq!(info.acknowledge_timeout, micros(at("ato")));
        assert_eq!(info.send_segment, word(at("snd_mss")));
        assert_eq!(info.receive_segment, word(at("rcv_mss")));
        assert_eq!(info.unacknowledged, word(at("unacked")));
        assert_eq!(info.selectively_acknowledged, word(at("sacked")));
        assert_eq!(info.lost, word(at("lost")));
        assert_eq!(info.retransmitted, word(at("retrans")));
        assert_eq!(info.forward_acknowledged, word(at("fackets")));
        assert_eq!(info.last_data_sent, millis(at("last_data_sent")));
        assert_eq!(info.last_acknowledgement_sent, millis(at("last_ack_sent")));
        assert_eq!(info.last_data_received, millis(at("last_data_recv")));
        assert_eq!(info.last_acknowledgement_received, millis(at("last_ack_recv")));
        assert_eq!(info.path_mtu, word(at("pmtu")));
        assert_eq!(info.receive_slow_start_threshold, word(at("rcv_ssthresh")));
        assert_eq!(info.round_trip, micros(at("rtt")));
        assert_eq!(info.round_trip_variance, micros(at("rttvar")));
        assert_eq!(info.slow_start_threshold, word(at("snd_ssthresh")));
        assert_eq!(info.congestion_window, word(at("snd_cwnd")));
        assert_eq!(info.advertised_segment, word(at("advmss")));
        assert_eq!(info.reordering, word(at("reordering")));
        assert_eq!(info.receive_round_trip, micros(at("rcv_rtt")));
        assert_eq!(info.receive_space, word(at("rcv_space")));
        assert_eq!(info.total_retransmits, word(at("total_retrans")));
        assert_eq!(info.pacing_rate, Some(long(at("pacing_rate"))));
        assert_eq!(info.max_pacing_rate, Some(long(at("max_pacing_rate"))));
        assert_eq!(info.bytes_acknowledged, Some(long(at("bytes_acked"))));
        assert_eq!(info.bytes_received, Some(long(at("bytes_received"))));
        assert_eq!(info.segments_sent, Some(word(at("segs_out"))));
        assert_eq!(info.segments_received, Some(word(at("segs_in"))));
        assert_eq!(info.not_sent, Some(word(at("notsent_bytes"))));
        assert_eq!(info.min_round_trip, Some(micros(at("min_rtt"))));
        assert_eq!(info.data_segments_received, Some(word(at("data_segs_in"))));
        assert_eq!(info.data_segments_sent, Some(word(at("data_segs_out"))));
        assert_eq!(info.delivery_rate, Some(long(at("delivery_rate"))));
        assert_eq!(info.busy, Some(Duration::from_micros(long(at("busy_time")))));
        assert_eq!(info.limited_by_peer, Some(Duration::from_micros(long(at("rwnd_limited")))));
        assert_eq!(info.limited_by_buffer, Some(Duration::from_micros(long(at("sndbuf_limited")))));
        assert_eq!(info.delivered, Some(word(at("delivered"))));
        assert_eq!(info.delivered_congested, Some(word(at("delivered_ce"))));
        assert_eq!(info.bytes_sent, Some(long(at("bytes_sent"))));
        assert_eq!(info.bytes_retransmitted, Some(long(at("bytes_retrans"))));
        assert_eq!(info.duplicates, Some(word(at("dsack_dups"))));
        assert_eq!(info.reorderings, Some(word(at("reord_seen"))));
        assert_eq!(info.out_of_order, Some(word(at("rcv_ooopack"))));
        assert_eq!(info.send_window, Some(word(at("snd_wnd"))));
    });
}

/// That `bytes` are as long as the struct, and have each value at the place of its field.
#[track_caller]
fn assert_laid_out(name: &str, bytes: &[u8], fields: &[(&str, &[u8])]) {
    let mut names = vec![format!("{name}.")];
    names.extend(fields.iter().map(|(field, _)| format!("{name}.{field}")));
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let Some(offsets) = offsets(&names) else { return };
    assert_eq!(bytes.len(), offsets[names[0]], "the size of {name}");
    for ((field, value), name) in fields.iter().zip(&names[1..]) {
        let at = offsets[*name];
        assert_eq!(&bytes[at..][..value.len()], *value, "{name}.{field}");
    }
}

const INDEX: [u8; 4] = 0x0102_0304_i32.to_ne_bytes();
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 1, 2, 3);
const SOURCE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 7);

/// A `sockaddr_in` of port 0.
fn sockaddr(ip: Ipv4Addr) -> Vec<u8> {
    let family = 2_u16.to_ne_bytes();
    [&family[..], &[0, 0], &ip.octets()].concat()
}

#[test]
fn requests_of_multicast_are_laid_out_as_the_header_has_them() {
    bounded(PATIENCE, || {
        let interface = Interface::from_index(0x0102_0304);
        let by_index = ip::Membership { group: GROUP, interface: interface.into() };
        assert_laid_out(
            "ip_mreqn",
            &ip::Membership::encode(by_index).unwrap(),
            &[
                ("imr_multiaddr", &GROUP.octets()),
                ("imr_address", &[0; 4]),
                ("imr_ifindex", &INDEX),
            ],
        );
        let by_address = ip::Membership { group: GROUP, interface: SOURCE.into() };
        assert_laid_out(
            "ip_mreq",
            &ip::Membership::encode(by_address).unwrap(),
            &[("imr_multiaddr", &GROUP.octets()), ("imr_interface", &SOURCE.octets())],
        );
        let source = Ipv4Addr::new(198, 51, 100, 1);
        let from = ip::SourceMembership { group: GROUP, source, interface: SOURCE };
        assert_laid_out(
            "ip_mreq_source",
            &ip::SourceMembership::encode(from).unwrap(),
            &[
                ("imr_multiaddr", &GROUP.octets()),
                ("imr_interface", &SOURCE.octets()),
                ("imr_sourceaddr", &source.octets()),
            ],
        );
        let group = ip::Group { group: GROUP.into(), interface };
        assert_laid_out(
            "group_req",
            &ip::Group::encode(group).unwrap(),
            &[("gr_interface", &INDEX), ("gr_group", &sockaddr(GROUP))],
        );
        let from = ip::GroupSource { group: GROUP.into(), source: SOURCE.into(), interface };
        assert_laid_out(
            "group_source_req",
            &ip::GroupSource::encode(from).unwrap(),
            &[
                ("gsr_interface", &INDEX),
                ("gsr_group", &sockaddr(GROUP)),
                ("gsr_source", &sockaddr(SOURCE)),
            ],
        );
        let sources = ip::Sources { mode: ip::FilterMode::INCLUDE, hosts: vec![SOURCE.into()] };
        assert_laid_out(
            "group_filter",
            &ip::SourceList::encode((group, &sources)).unwrap(),
            &[
                ("gf_interface", &INDEX),
                ("gf_group", &sockaddr(GROUP)),
                ("gf_fmode", &1_u32.to_ne_bytes()),
                ("gf_numsrc", &1_u32.to_ne_bytes()),
                ("gf_slist", &sockaddr(SOURCE)),
            ],
        );
        let group = Ipv6Addr::new(0xff15, 0, 0, 0, 0, 0, 0, 1);
        let member = ipv6::Membership { group, interface };
        assert_laid_out(
            "ipv6_mreq",
            &ipv6::Membership::encode(member).unwrap(),
            &[("ipv6mr_multiaddr", &group.octets()), ("ipv6mr_interface", &INDEX)],
        );
    });
}

#[test]
fn keys_are_laid_out_as_the_header_has_them() {
    bounded(PATIENCE, || {
        let key = tcp::Md5Key { peer: IpAddr::V4(SOURCE), key: b"a key" };
        let interface = Some(Interface::from_index(0x0102_0304));
        let network = tcp::Md5NetworkKey { key, prefix: Some(24), interface };
        assert_laid_out(
            "tcp_md5sig",
            &tcp::Md5Network::encode(network).unwrap(),
            &[
                ("tcpm_addr", &sockaddr(SOURCE)),
                ("tcpm_flags", &[3]),
                ("tcpm_prefixlen", &[24]),
                ("tcpm_keylen", &5_u16.to_ne_bytes()),
                ("tcpm_ifindex", &INDEX),
                ("tcpm_key", b"a key\0"),
            ],
        );
        let keys = |cipher| {
            let keys = tls::Keys { version: tls::Version::TLS_1_3, cipher, sequence: [9; 8] };
            tls::Keys::encode(keys).unwrap()
        };
        let head = |cipher: u16| [0x0304_u16.to_ne_bytes(), cipher.to_ne_bytes()].concat();
        let (salt, iv) = ([2; 4], [3; 8]);
        let cipher = tls::Cipher::AesGcm128 { key: [1; 16], salt, iv };
        assert_laid_out(
            "tls12_crypto_info_aes_gcm_128",
            &keys(cipher),
            &[
                ("info", &head(51)),
                ("iv", &iv),
                ("key", &[1; 16]),
                ("salt", &salt),
                ("rec_seq", &[9; 8]),
            ],
        );
        let cipher = tls::Cipher::AesGcm256 { key: [1; 32], salt, iv };
        assert_laid_out(
            "tls12_crypto_info_aes_gcm_256",
            &keys(cipher),
            &[
                ("info", &head(52)),
                ("iv", &iv),
                ("key", &[1; 32]),
                ("salt", &salt),
                ("rec_seq", &[9; 8]),
            ],
        );
        let cipher = tls::Cipher::ChaCha20Poly1305 { key: [1; 32], iv: [3; 12] };
        assert_laid_out(
            "tls12_crypto_info_chacha20_poly1305",
            &keys(cipher),
            &[("info", &head(54)), ("iv", &[3; 12]), ("key", &[1; 32]), ("rec_seq", &[9; 8])],
        );
    });
}

#[test]
fn windows_and_send_times_are_laid_out_as_the_header_has_them() {
    bounded(PATIENCE, || {
        let windows = tcp::Windows {
            send_updated_by: 1,
            send: 2,
            largest: 3,
            receive: 4,
            receive_updated_by: 5,
        };
        let word = |n: u32| n.to_ne_bytes();
        assert_laid_out(
            "tcp_repair_window",
            &tcp::Windows::encode(windows).unwrap(),
            &[
                ("snd_wl1", &word(1)),
                ("snd_wnd", &word(2)),
                ("max_window", &word(3)),
                ("rcv_wnd", &word(4)),
                ("rcv_wup", &word(5)),
            ],
        );
        let option = [tcp::RepairOption::WindowScale { send: 7, receive: 8 }];
        assert_laid_out(
            "tcp_repair_opt",
            &tcp::RepairOptionList::encode(&option).unwrap(),
            &[("opt_code", &word(3)), ("opt_val", &word(8 << 16 | 7))],
        );
        let flags = socket::SendTimesFlags::REPORT_ERRORS;
        let times = socket::SendTimes { clock: 11, flags };
        assert_laid_out(
            "sock_txtime",
            &socket::SendTimes::encode(times).unwrap(),
            &[("clockid", &word(11)), ("flags", &word(2))],
        );
        let flags = socket::Timestamps::TX_SOFTWARE;
        let times = socket::ClockTimestamps { flags, clock: 3 };
        assert_laid_out(
            "so_timestamping",
            &socket::ClockTimestamps::encode(times).unwrap(),
            &[("flags", &word(2)), ("bind_phc", &word(3))],
        );
    });
}
