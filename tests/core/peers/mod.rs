//! Other programs as peers: echoes over every link, each side in each role, bytes compared.

mod netcat;
mod python;
mod socat;

use berkeley_core::{Address, Family, Kind, Protocol, Shutdown, Socket, UnixAddress};
use berkeley_tests::{Scratch, ipv6};
use std::io::Read;
use std::thread::{self, JoinHandle};

/// What two programs talk over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Tcp4,
    Tcp6,
    Udp,
    UnixStream,
    UnixDatagram,
}

use Link::{Tcp4, Tcp6, Udp, UnixDatagram, UnixStream};

impl Link {
    /// Whether this machine has it; `false` after a printed skip.
    fn is_here(self) -> bool {
        self != Tcp6 || ipv6()
    }

    fn is_stream(self) -> bool {
        !matches!(self, Udp | UnixDatagram)
    }

    fn socket(self) -> Socket {
        let (family, kind) = match self {
            Tcp4 => (Family::INET, Kind::STREAM),
            Tcp6 => (Family::INET6, Kind::STREAM),
            Udp => (Family::INET, Kind::DGRAM),
            UnixStream => (Family::UNIX, Kind::STREAM),
            UnixDatagram => (Family::UNIX, Kind::DGRAM),
        };
        Socket::new(family, kind, Protocol::DEFAULT).unwrap()
    }

    /// Where a program can be reached: a free port, or `name` in the scratch directory.
    fn address(self, scratch: &Scratch, name: &str) -> Address {
        match self {
            Tcp4 | Udp => "127.0.0.1:0".parse().unwrap(),
            Tcp6 => "[::1]:0".parse().unwrap(),
            UnixStream | UnixDatagram => UnixAddress::path(scratch.path(name)).unwrap().into(),
        }
    }

    /// A client connected to `server`, with a name of its own where a server needs that to answer.
    fn connected(self, scratch: &Scratch, server: Address) -> Socket {
        let client = self.socket();
        if self == UnixDatagram {
            client.bind(self.address(scratch, "our-client")).unwrap();
        }
        client.connect(server).unwrap();
        client
    }

    /// What to send: every byte; on a stream also more than a buffer holds.
    fn payload(self) -> Vec<u8> {
        let len = if self.is_stream() { 300_000 } else { 1_024 };
        (0..=255).rev().cycle().take(len).collect()
    }

    /// An echo server in a thread: one connection until its end, or one datagram.
    fn echo_server(self, scratch: &Scratch) -> (Address, JoinHandle<()>) {
        let server = self.socket();
        server.bind(self.address(scratch, "our-server")).unwrap();
        let address = server.local_addr().unwrap();
        if self.is_stream() {
            server.listen(1).unwrap();
        }
        let serving = thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            if !self.is_stream() {
                let (n, from) = server.recv_from(&mut buffer).unwrap();
                server.send_to(&buffer[..n], from.expect("a name to answer")).unwrap();
                return;
            }
            let (connection, _) = server.accept().unwrap();
            while let n @ 1.. = connection.recv(&mut buffer).unwrap() {
                connection.send_all(&buffer[..n]).unwrap();
            }
            connection.shutdown(Shutdown::Write).unwrap();
        });
        (address, serving)
    }

    /// Sends the payload to an echo server and compares what comes back.
    fn assert_echo(self, client: &Socket) {
        let payload = self.payload();
        let mut back = Vec::new();
        if self.is_stream() {
            thread::scope(|scope| {
                scope.spawn(|| {
                    client.send_all(&payload).unwrap();
                    client.shutdown(Shutdown::Write).unwrap();
                });
                let mut reader = client;
                reader.read_to_end(&mut back).unwrap();
            });
        } else {
            client.send(&payload).unwrap();
            back.resize(65_536, 0);
            let n = client.recv(&mut back).unwrap();
            back.truncate(n);
        }
        assert!(back == payload, "{} bytes came back of {}", back.len(), payload.len());
    }
}

/// A test for each link, in each of which the same function runs.
macro_rules! over_every_link {
    ($($test:ident: $run:ident($link:ident);)*) => { $(
        #[test]
        fn $test() {
            berkeley_tests::bounded(berkeley_tests::PATIENCE, || {
                if super::Link::$link.is_here() {
                    $run(super::Link::$link);
                }
            });
        }
    )* };
}
use over_every_link;
