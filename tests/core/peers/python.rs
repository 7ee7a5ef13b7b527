//! Python's socket module.

use super::{Link, over_every_link};
use berkeley_core::Address;
use berkeley_tests::{Process, Scratch, join, peer};
use std::path::PathBuf;
use std::process::Command;

over_every_link! {
    a_python_server_echoes_over_tcp4: server(Tcp4);
    a_python_server_echoes_over_tcp6: server(Tcp6);
    a_python_server_echoes_over_udp: server(Udp);
    a_python_server_echoes_over_a_unix_stream: server(UnixStream);
    a_python_server_echoes_over_unix_datagrams: server(UnixDatagram);
    a_python_client_is_echoed_over_tcp4: client(Tcp4);
    a_python_client_is_echoed_over_tcp6: client(Tcp6);
    a_python_client_is_echoed_over_udp: client(Udp);
    a_python_client_is_echoed_over_a_unix_stream: client(UnixStream);
    a_python_client_is_echoed_over_unix_datagrams: client(UnixDatagram);
}

/// Arguments: family, kind, then a path or a host and a port.
const BEGIN: &str = "import socket, sys, threading\n\
    family, kind = (getattr(socket, name) for name in sys.argv[1:3])\n\
    address = sys.argv[3] if len(sys.argv) == 4 else (sys.argv[3], int(sys.argv[4]))\n\
    s = socket.socket(family, kind)\n";

const SERVER: &str = "s.bind(address)\n\
    stream = kind == socket.SOCK_STREAM\n\
    if stream: s.listen()\n\
    name = s.getsockname()\n\
    print(name[1] if isinstance(name, tuple) else 'bound', flush=True)\n\
    if stream:\n\
    \x20   c, _ = s.accept()\n\
    \x20   while data := c.recv(65536): c.sendall(data)\n\
    \x20   c.shutdown(socket.SHUT_WR)\n\
    else:\n\
    \x20   data, who = s.recvfrom(65536)\n\
    \x20   s.sendto(data, who)\n";

/// Sends its standard input and writes what comes back.
const CLIENT: &str = "data = sys.stdin.buffer.read()\n\
    if family == socket.AF_UNIX and kind == socket.SOCK_DGRAM: s.bind(address + '-python')\n\
    s.connect(address)\n\
    back = b''\n\
    if kind == socket.SOCK_STREAM:\n\
    \x20   def send(): s.sendall(data); s.shutdown(socket.SHUT_WR)\n\
    \x20   sender = threading.Thread(target=send)\n\
    \x20   sender.start()\n\
    \x20   while part := s.recv(65536): back += part\n\
    \x20   sender.join()\n\
    else:\n\
    \x20   s.send(data)\n\
    \x20   back = s.recv(65536)\n\
    sys.stdout.buffer.write(back)\n";

fn python(program: PathBuf, script: &str, link: Link, address: Address) -> Process {
    let mut command = Command::new(program);
    command.args(["-c", &format!("{BEGIN}{script}")]);
    let family = if link == Link::Tcp6 { "AF_INET6" } else { "AF_INET" };
    let kind = if link.is_stream() { "SOCK_STREAM" } else { "SOCK_DGRAM" };
    match address.as_ip() {
        Some(ip) => command.args([family, kind]).args([ip.ip().to_string(), ip.port().to_string()]),
        None => {
            command.args(["AF_UNIX", kind]).arg(address.as_unix().unwrap().as_pathname().unwrap())
        }
    };
    Process::spawn(&mut command)
}

fn server(link: Link) {
    let Some(program) = peer("python3") else { return };
    let scratch = Scratch::new();
    let mut address = link.address(&scratch, "their-server");
    let mut child = python(program, SERVER, link, address);
    let bound = child.line();
    if let Some(ip) = address.as_ip() {
        address = (ip.ip(), bound.parse::<u16>().unwrap()).into();
    }
    link.assert_echo(&link.connected(&scratch, address));
    child.succeed();
}

fn client(link: Link) {
    let Some(program) = peer("python3") else { return };
    let scratch = Scratch::new();
    let (address, serving) = link.echo_server(&scratch);
    let mut child = python(program, CLIENT, link, address);
    child.give(&link.payload());
    child.end_input();
    assert!(child.to_end() == link.payload(), "{}", child.errors_to_end());
    child.succeed();
    join(serving);
}
