//! socat.

use super::{Link, over_every_link};
use berkeley_core::Address;
use berkeley_tests::{Process, Scratch, join, peer};
use std::process::Command;

over_every_link! {
    a_socat_server_echoes_over_tcp4: server(Tcp4);
    a_socat_server_echoes_over_tcp6: server(Tcp6);
    a_socat_server_echoes_over_udp: server(Udp);
    a_socat_server_echoes_over_a_unix_stream: server(UnixStream);
    a_socat_server_echoes_over_unix_datagrams: server(UnixDatagram);
    a_socat_client_is_echoed_over_tcp4: client(Tcp4);
    a_socat_client_is_echoed_over_tcp6: client(Tcp6);
    a_socat_client_is_echoed_over_udp: client(Udp);
    a_socat_client_is_echoed_over_a_unix_stream: client(UnixStream);
    a_socat_client_is_echoed_over_unix_datagrams: client(UnixDatagram);
}

fn path(address: Address) -> String {
    address.as_unix().unwrap().as_pathname().unwrap().to_str().unwrap().to_owned()
}

fn server(link: Link) {
    let Some(program) = peer("socat") else { return };
    let scratch = Scratch::new();
    let mut address = link.address(&scratch, "their-server");
    let listens = match link {
        Link::Tcp4 => "TCP4-LISTEN:0,bind=127.0.0.1".to_owned(),
        Link::Tcp6 => "TCP6-LISTEN:0,bind=[::1]".to_owned(),
        Link::Udp => "UDP4-RECVFROM:0,bind=127.0.0.1".to_owned(),
        Link::UnixStream => format!("UNIX-LISTEN:{}", path(address)),
        Link::UnixDatagram => format!("UNIX-RECVFROM:{}", path(address)),
    };
    let mut command = Command::new(program);
    // -t: how long it waits for one direction when the other has ended.
    let mut child =
        Process::spawn(command.args(["-d", "-d", "-t", "30", "-b", "65536", &listens, "EXEC:cat"]));
    // "… N listening on AF=2 127.0.0.1:40000"
    let line =
        child.error_line_with(if link.is_stream() { "listening on" } else { "receiving on" });
    if let Some(ip) = address.as_ip() {
        // Of datagrams it tells the port that it asked for, 0, and that before it has one.
        let port = match link {
            Link::Udp => child.udp_port(),
            _ => line.rsplit(':').next().unwrap().trim().parse().unwrap(),
        };
        address = (ip.ip(), port).into();
    }
    link.assert_echo(&link.connected(&scratch, address));
}

fn client(link: Link) {
    let Some(program) = peer("socat") else { return };
    let scratch = Scratch::new();
    let (address, serving) = link.echo_server(&scratch);
    let connects = match link {
        Link::Tcp4 | Link::Tcp6 => format!("TCP:{address}"),
        Link::Udp => format!("UDP4:{address}"),
        Link::UnixStream => format!("UNIX-CONNECT:{}", path(address)),
        Link::UnixDatagram => {
            let own = scratch.path("their-client");
            format!("UNIX-SENDTO:{},bind={}", path(address), own.display())
        }
    };
    let mut command = Command::new(program);
    let mut child = Process::spawn(command.args(["-t", "30", "-b", "65536", "STDIO", &connects]));
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
