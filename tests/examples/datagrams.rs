//! The examples of datagrams, descriptors, frames and echoes.

use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{
    PATIENCE, Process, bounded, example, in_network, kernel_lacks, skip, unique_name,
};
use std::net::UdpSocket;

/// A file, and of how many lines.
fn file() -> (&'static str, usize) {
    (concat!(env!("CARGO_MANIFEST_DIR"), "/setup"), include_str!("../setup").lines().count())
}

#[test]
fn descriptors_go_both_ways() {
    bounded(PATIENCE, || {
        let name = format!("unix:@{}", unique_name());
        let mut server = Process::spawn(example("pass_descriptors").arg(&name));
        assert_eq!(server.line(), format!("listening on {name}"));
        let (path, lines) = file();
        for _ in 0..2 {
            let mut client = Process::spawn(example("pass_descriptors").args([&name, path]));
            assert_eq!(client.line(), format!("{lines} lines"));
            client.succeed();
            let told = server.line();
            assert!(told.ends_with(&format!("passed {path}, of {lines} lines")), "{told}");
        }
        let mut alone = Process::spawn(example("pass_descriptors_sync").arg(path));
        assert_eq!(alone.line(), format!("{lines} lines"));
        alone.succeed();
    });
}

#[test]
fn three_buffers_are_filled_one_after_another() {
    bounded(PATIENCE, || {
        let mut process = Process::spawn(&mut example("three_buffers"));
        for line in ["22 bytes", "\"Mary\"", "\"01 had a 9\"", "\"little lamb---\""] {
            assert_eq!(process.line(), line);
        }
        process.succeed();
    });
}

#[test]
fn a_datagram_is_covered_in_part() {
    bounded(PATIENCE, || {
        let mut process = Process::spawn(&mut example("udp_lite"));
        let line = process.line();
        process.succeed();
        if line.starts_with("no UDP-Lite") {
            return kernel_lacks(&line);
        }
        assert_eq!(line, "37 bytes from 127.0.0.1, of which 4 are checked");
    });
}

#[test]
fn the_sink_counts_what_comes() {
    bounded(PATIENCE, || {
        let mut sink = Process::spawn(example("udp_sink").args(["127.0.0.1:0", "1"]));
        let line = sink.line();
        let address = line.strip_prefix("listening on ").unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..10 {
            socket.send_to(&[7; 100], address).unwrap();
        }
        let told = sink.line();
        assert!(told.starts_with("10 datagrams, 1000 bytes, "), "{told}");
        sink.succeed();
    });
}

fn can_sniff() -> bool {
    Socket::new(Family::PACKET, Kind::RAW, Protocol::DEFAULT).is_ok()
}

#[test]
fn the_sniffer_prints_frames() {
    bounded(PATIENCE, || {
        let mut sniffer = Process::spawn(example("sniffer").args(["lo", "1"]));
        if !can_sniff() {
            return skip("no right to have packet sockets");
        }
        assert_eq!(sniffer.line(), "listening on lo");
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(b"x", socket.local_addr().unwrap()).unwrap();
        assert!(sniffer.line().starts_with("0x"));
        assert!(sniffer.line().contains(" frames, "));
        sniffer.succeed();
    });
}

#[test]
fn ping_times_a_host_or_says_what_it_needs() {
    in_network(PATIENCE, |_| {
        // Whoever may ping without further rights: everybody in this network.
        let _ = std::fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
        let mut ping = Process::spawn(example("ping").args(["127.0.0.1", "1"]));
        let output = String::from_utf8(ping.to_end()).unwrap();
        if output.is_empty() {
            let error = ping.errors_to_end();
            assert!(error.contains("net.ipv4.ping_group_range"), "{error}");
            return skip(&error);
        }
        assert!(output.starts_with("127.0.0.1: "), "{output}");
        ping.succeed();
    });
}
