//! nc (OpenBSD's), which sends its standard input and writes what it receives.

use super::{Link, over_every_link};
use berkeley_core::{Address, Shutdown};
use berkeley_tests::{Process, Scratch, join, peer, skip};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

over_every_link! {
    a_netcat_server_talks_over_tcp4: server(Tcp4);
    a_netcat_server_talks_over_tcp6: server(Tcp6);
    a_netcat_server_talks_over_udp: server(Udp);
    a_netcat_server_talks_over_a_unix_stream: server(UnixStream);
    a_netcat_server_talks_over_unix_datagrams: server(UnixDatagram);
    a_netcat_client_is_echoed_over_tcp4: client(Tcp4);
    a_netcat_client_is_echoed_over_tcp6: client(Tcp6);
    a_netcat_client_is_echoed_over_udp: client(Udp);
    a_netcat_client_is_echoed_over_a_unix_stream: client(UnixStream);
    a_netcat_client_is_echoed_over_unix_datagrams: client(UnixDatagram);
}

/// OpenBSD's nc; others have other options.
fn netcat() -> Option<PathBuf> {
    let program = peer("nc")?;
    let help = Command::new(&program).arg("-h").output().expect("nc runs");
    if String::from_utf8_lossy(&help.stderr).contains("OpenBSD") {
        return Some(program);
    }
    skip("nc is not that of OpenBSD (Debian: netcat-openbsd)");
    None
}

fn path(address: &Address) -> &Path {
    address.as_unix().unwrap().as_pathname().unwrap()
}

fn server(link: Link) {
    let Some(program) = netcat() else { return };
    let scratch = Scratch::new();
    let mut address = link.address(&scratch, "their-server");
    let mut command = Command::new(program);
    command.args(["-l", "-v"]);
    match link {
        Link::Tcp4 => command.args(["-N", "-n", "-4", "127.0.0.1", "0"]),
        Link::Tcp6 => command.args(["-N", "-n", "-6", "::1", "0"]),
        Link::Udp => command.args(["-u", "-n", "-4", "127.0.0.1", "0"]),
        Link::UnixStream => command.args(["-N", "-U"]).arg(path(&address)),
        Link::UnixDatagram => command.args(["-u", "-U"]).arg(path(&address)),
    };
    let mut child = Process::spawn(&mut command);
    // "Listening on 127.0.0.1 40000", or "Bound on /path" and, of a stream, "Listening on /path".
    let ready =
        if link == Link::UnixDatagram || link == Link::Udp { "ound on" } else { "Listening on" };
    let line = child.error_line_with(ready);
    if let Some(ip) = address.as_ip() {
        let port: u16 = line.rsplit(' ').next().unwrap().trim().parse().unwrap();
        address = (ip.ip(), port).into();
    }
    let socket = link.connected(&scratch, address);
    let there = link.payload();
    socket.send_all(&there).unwrap();
    assert!(child.bytes(there.len()) == there);

    // It answers whom it heard. Both ends at once: no buffer between them holds it all.
    let back: Vec<u8> = there.iter().map(|byte| byte ^ 0xFF).collect();
    let mut received = vec![0; back.len()];
    std::thread::scope(|scope| {
        scope.spawn(|| child.give(&back));
        let mut reader = &socket;
        reader.read_exact(&mut received).unwrap();
    });
    assert!(received == back);
    if link.is_stream() {
        socket.shutdown(Shutdown::Write).unwrap();
        child.succeed();
    }
}

fn client(link: Link) {
    let Some(program) = netcat() else { return };
    let scratch = Scratch::new();
    let (address, serving) = link.echo_server(&scratch);
    let mut command = Command::new(program);
    if link.is_stream() {
        command.arg("-N");
    }
    if let Some(ip) = address.as_ip() {
        if link == Link::Udp {
            command.arg("-u");
        }
        command.arg("-n").args([ip.ip().to_string(), ip.port().to_string()]);
    } else {
        if link == Link::UnixDatagram {
            command.arg("-u").arg("-s").arg(scratch.path("their-client"));
        }
        command.arg("-U").arg(path(&address));
    }
    let mut child = Process::spawn(&mut command);
    let payload = link.payload();
    child.give(&payload);
    if link.is_stream() {
        child.end_input();
        assert!(child.to_end() == payload, "{}", child.errors_to_end());
        child.succeed();
    } else {
        assert!(child.bytes(payload.len()) == payload);
    }
    join(serving);
}
