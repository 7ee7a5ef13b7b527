//! Other programs as peers, on every driver: bytes both ways over every link, each side in each
//! role, the ends of both directions, and peers that are killed.

use crate::drivers::Driver;
use berkeley::{Address, Kind, Protocol, Shutdown, Socket, UnixAddress};
use berkeley_tests::{Process, Scratch, ipv6, peer, unique_name};
use futures::channel::oneshot;
use std::io::{self, ErrorKind};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use {Link::*, Program::*, Role::*};

/// Tests of each program in each role, over links, on each of the drivers.
macro_rules! peers {
    ($($name:ident: $program:ident $role:ident { $($more:tt)* })*) => { $(
        mod $name {
            use super::*;
            peers! { @ $program $role
                over_tcp4: streams Tcp4;
                over_tcp6: streams Tcp6;
                over_udp: datagrams Udp;
                over_a_unix_stream: streams UnixStream;
                over_an_abstract_name: streams Abstract;
                over_unix_datagrams: datagrams UnixDatagrams;
                killed_over_tcp4: killed Tcp4;
                killed_over_a_unix_stream: killed UnixStream;
                $($more)*
            }
        }
    )* };
    (@ $program:ident $role:ident $($test:ident: $run:ident $link:ident;)*) => {
        on_every_driver! { $($test)* }
        $(async fn $test(driver: Driver) {
            let scratch = Scratch::new();
            if let Some(meeting) = meet($program, $role, $link, &scratch).await {
                $run(driver, meeting).await;
            }
        })*
    };
}

peers! {
    a_socat_server: Socat Server { over_unix_records: streams UnixRecords; }
    a_socat_client: Socat Client { over_unix_records: streams UnixRecords; }
    a_netcat_server: Netcat Server {}
    a_netcat_client: Netcat Client {}
    a_python_server: Python Server { over_unix_records: streams UnixRecords; }
    a_python_client: Python Client { over_unix_records: streams UnixRecords; }
}

/// Each sends its standard input and writes what it receives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    Socat,
    Netcat,
    Python,
}

/// What the program is; the sockets here are the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Server,
    Client,
}

/// What two programs talk over. `Abstract` is a stream of an abstract name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Tcp4,
    Tcp6,
    Udp,
    UnixStream,
    Abstract,
    UnixRecords,
    UnixDatagrams,
}

/// Arguments: role, family, kind, then a Unix address or a host and a port.
const SCRIPT: &str = r"
import os, socket, sys, threading
role, family, kind, *where = sys.argv[1:]
address = (where[0], int(where[1])) if where[1:] else where[0].replace('@', '\0')
s = socket.socket(getattr(socket, family), getattr(socket, kind))
datagrams, data = kind == 'SOCK_DGRAM', b''
if role == 'Server':
    s.bind(address)
    if not datagrams: s.listen()
    print('waiting on', *s.getsockname()[1:2], file=sys.stderr, flush=True)
    if datagrams: data, who = s.recvfrom(65536); s.connect(who)
    else: s, _ = s.accept()
else:
    if datagrams and family == 'AF_UNIX': s.bind(address + '.client')
    s.connect(address)
def send():
    while data := os.read(0, 65536): s.sendall(data)
    if not datagrams: s.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
while data := data or s.recv(65536): os.write(1, data); data = b''";

/// Starts the program; `None` after a printed skip.
fn spawn(program: Program, role: Role, link: Link, address: Address) -> Option<Process> {
    let mut command = Command::new(match program {
        Socat => peer("socat"),
        // Debian's name for that of OpenBSD; others have other options.
        Netcat => peer("nc.openbsd"),
        Python => peer("python3"),
    }?);
    let text = address.to_string();
    // A path, or "@" and an abstract name.
    let name = text.strip_prefix("unix:").unwrap_or_default();
    let ip = address.as_ip().map(|ip| [ip.ip().to_string(), ip.port().to_string()]);
    match program {
        Socat => {
            let way = if role == Server { "LISTEN" } else { "CONNECT" };
            let other = match (link, role) {
                (Tcp4, Server) => "TCP4-LISTEN:0,bind=127.0.0.1".to_owned(),
                (Tcp6, Server) => "TCP6-LISTEN:0,bind=[::1]".to_owned(),
                (Tcp4 | Tcp6, Client) => format!("TCP:{text}"),
                (Udp, Server) => "UDP4-RECVFROM:0,bind=127.0.0.1".to_owned(),
                (Udp, Client) => format!("UDP4:{text}"),
                (UnixStream, _) => format!("UNIX-{way}:{name}"),
                (Abstract, _) => format!("ABSTRACT-{way}:{}", &name[1..]),
                (UnixRecords, _) => format!("UNIX-{way}:{name},type=5"), // SOCK_SEQPACKET
                (UnixDatagrams, Server) => format!("UNIX-RECVFROM:{name}"),
                (UnixDatagrams, Client) => format!("UNIX-SENDTO:{name},bind={name}.client"),
            };
            // -t: how long it waits for one direction when the other has ended.
            command.args(["-d", "-d", "-t", "30", "-b", "65536", "STDIO", &other]);
        }
        Netcat => {
            command.arg(if link.kind() == Kind::DGRAM { "-u" } else { "-N" });
            match (role, link) {
                (Server, _) => command.args(["-l", "-v"]),
                (Client, UnixDatagrams) => command.args(["-s", &format!("{name}.client")]),
                _ => &mut command,
            };
            match ip {
                Some(ip) => command.arg("-n").args(ip),
                None => command.args(["-U", name]),
            };
        }
        Python => {
            let (family, kind) = (address.family(), link.kind());
            command.args(["-c", SCRIPT, &format!("{role:?}")]);
            command.arg(format!("AF_{family:?}")).arg(format!("SOCK_{kind:?}"));
            command.args(ip.map_or_else(|| vec![name.to_owned()], Vec::from));
        }
    }
    Some(Process::spawn(&mut command))
}

impl Link {
    fn kind(self) -> Kind {
        match self {
            Udp | UnixDatagrams => Kind::DGRAM,
            UnixRecords => Kind::SEQPACKET,
            _ => Kind::STREAM,
        }
    }

    /// What to send and what to be sent: every byte; on a stream also more than a buffer holds.
    fn payloads(self) -> (Vec<u8>, Vec<u8>) {
        let len = if self.kind() == Kind::STREAM { 300_000 } else { 1_024 };
        ((0..=255).cycle().take(len).collect(), (0..=255).rev().cycle().take(len).collect())
    }
}

/// Does what blocks on a thread of its own: a driver may have no second one.
async fn aside<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, done) = oneshot::channel();
    thread::spawn(move || sender.send(body()));
    done.await.expect("what was done aside went well")
}

/// A program and a socket that is connected to it.
struct Meeting {
    link: Link,
    role: Role,
    child: Process,
    socket: Arc<Socket>,
}

async fn meet(program: Program, role: Role, link: Link, names: &Scratch) -> Option<Meeting> {
    if link == Tcp6 && !ipv6() {
        return None;
    }
    let datagrams = link.kind() == Kind::DGRAM;
    let mut address: Address = match link {
        Tcp4 | Udp => "127.0.0.1:0".parse().unwrap(),
        Tcp6 => "[::1]:0".parse().unwrap(),
        Abstract => UnixAddress::abstract_name(unique_name()).unwrap().into(),
        _ => UnixAddress::path(names.path("server")).unwrap().into(),
    };
    let mut socket = Socket::new(address.family(), link.kind(), Protocol::DEFAULT).unwrap();
    if role == Server {
        let mut child = spawn(program, role, link, address)?;
        let ready = if program == Netcat && datagrams { "Bound on" } else { "ing on" };
        let line = child.error_line_with(ready);
        if let Some(ip) = address.as_ip() {
            let port = match link {
                // socat tells the port that it asked for, 0, and that before it has one.
                Udp => child.udp_port(),
                _ => line.rsplit([' ', ':']).next().unwrap().trim().parse().unwrap(),
            };
            address = (ip.ip(), port).into();
        }
        if link == UnixDatagrams {
            socket.bind(names.address("client")).unwrap();
        }
        socket.connect(address).await.unwrap();
        assert_eq!(socket.peer_addr().unwrap(), address);
        return Some(Meeting { link, role, child, socket: socket.into() });
    }
    socket.bind(address).unwrap();
    if !datagrams {
        socket.listen(1).unwrap();
    }
    let mut child = spawn(program, role, link, socket.local_addr().unwrap())?;
    if datagrams {
        child.give(b"hello");
        let (_, from) = socket.recv_from(&mut [0; 8]).await.unwrap();
        socket.connect(from.expect("a name to answer")).await.unwrap();
    } else {
        (socket, _) = socket.accept().await.unwrap();
    }
    Some(Meeting { link, role, child, socket: socket.into() })
}

/// Both send much at the same time, and end, the server first: nc's leaves when the client has.
async fn streams(driver: Driver, Meeting { link, role, mut child, socket }: Meeting) {
    let (there, back) = link.payloads();
    let (sender, sent, given) = (socket.clone(), there.clone(), back.clone());
    let sending = driver.spawn(async move {
        sender.send_all(&sent).await.unwrap();
        if role == Client {
            sender.shutdown(Shutdown::Write).unwrap();
        }
    });
    let talking = driver.spawn(aside(move || {
        child.give(&given);
        child.end_input();
        assert!(child.to_end() == there, "{}", child.errors_to_end());
        child.succeed();
    }));
    let (mut received, mut buffer) = (Vec::new(), vec![0; 10_000]);
    while let n @ 1.. = socket.recv(&mut buffer).await.unwrap() {
        received.extend_from_slice(&buffer[..n]);
    }
    assert!(received == back, "{} bytes came of {}", received.len(), back.len());
    sending.await;
    if role == Server {
        socket.shutdown(Shutdown::Write).unwrap();
    }
    talking.await;
}

/// A datagram each way; and the next, when the program is gone, is refused.
async fn datagrams(_: Driver, Meeting { link, mut child, socket, .. }: Meeting) {
    let (there, back) = link.payloads();
    let (expected, given) = (there.clone(), back.clone());
    let talking = aside(move || {
        assert!(child.bytes(expected.len()) == expected);
        child.give(&given);
        child
    });
    assert_eq!(socket.send(&there).await.unwrap(), there.len());
    let (child, mut buffer) = (talking.await, vec![0; 65_536]);
    let n = socket.recv(&mut buffer).await.unwrap();
    assert!(buffer[..n] == back);
    aside(move || drop(child)).await;
    // UDP learns of it by an answer, a Unix socket at once.
    let gone = async {
        socket.send(b"?").await?;
        socket.recv(&mut buffer).await
    };
    crate::assert_kind(gone.await, ErrorKind::ConnectionRefused);
}

/// A program is killed while a task waits for it to send and another sends all the time.
async fn killed(driver: Driver, Meeting { mut child, socket, .. }: Meeting) {
    child.give(b"hello");
    assert_eq!(socket.recv(&mut [0; 8]).await.unwrap(), 5);
    let receiver = socket.clone();
    let receiving = driver.spawn_waiting(async move { receiver.recv(&mut [0; 8]).await }).await;
    let sending = driver.spawn(async move {
        loop {
            if let Err(e) = socket.send_all(&[b'.'; 10_000]).await {
                return io::Error::from(e);
            }
        }
    });
    // It is dropped, and so killed, while more is on its way.
    aside(move || child.bytes(100_000)).await;
    let kind = sending.await.kind();
    assert!(matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{kind:?}");
    let end = receiving.await.map_err(|e| e.kind());
    assert!(matches!(end, Ok(0) | Err(ErrorKind::ConnectionReset)), "{end:?}");
}
