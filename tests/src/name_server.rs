//! A name server of a test's own, in a network of its own: what files cannot answer. RFC 1035.

use crate::bound::{PATIENCE, eventually};
use crate::etc::with_etc;
use crate::network::in_network;
use crate::own_process::in_child;
use berkeley_core::{Address, Family, Kind, Protocol, Socket};
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The only source of names of the process that has this.
///
/// Hosts are at 192.0.2.7 and 2001:db8::7, which is here: `both.example` by both, `host.example` and
/// `xn--bcher-kva.example` by IPv4, and `alias.example` is another name of `host.example`.
/// `empty.example` has no address, `broken.example` makes the server fail, `refused.example` makes it
/// refuse. Names that begin with `silent` are never answered, those that begin with `held` once
/// [`release`](Self::release)d. Others are not there.
#[derive(Clone, Debug)]
pub struct NameServer(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    server: Arc<Socket>,
    asked: Vec<String>,
    held: Vec<(Vec<u8>, Address)>,
    released: bool,
}

/// Runs a test body in a process of its own whose only source of names is this server. The C
/// library waits half a minute for an answer, and asks once.
///
/// # Panics
/// As [`in_child`] does.
pub fn with_name_server(test: &str, body: impl FnOnce(&NameServer) + Send + 'static) {
    in_child(test, || {
        in_network(PATIENCE, |network| {
            network.add_address(IPV4.into(), "lo");
            network.add_address(IPV6.into(), "lo");
            let server = NameServer::start();
            let resolver = "nameserver 127.0.0.1\noptions attempts:1 timeout:30\n";
            let files = [("resolv.conf", resolver), ("nsswitch.conf", "hosts: dns\n")];
            with_etc(&files, || body(&server));
        });
    });
}

impl NameServer {
    fn start() -> Self {
        let server = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).expect("a socket");
        server.bind("127.0.0.1:53").expect("the port is free here");
        let server = Arc::new(server);
        let state =
            State { server: server.clone(), asked: Vec::new(), held: Vec::new(), released: false };
        let this = Self(Arc::new(Mutex::new(state)));
        let serves = this.clone();
        thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((n, Some(from))) = server.recv_from(&mut question) {
                serves.lock().take(&question[..n], from);
            }
        });
        this
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names whose IPv4 addresses were asked for so far, in that order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    /// Waits until this many were asked for.
    ///
    /// # Panics
    /// When they are not in time.
    pub fn wait_for(&self, names: usize) {
        eventually("the name server is asked", || self.lock().asked.len() >= names);
    }

    /// Answers the questions that were held, and from now on at once.
    ///
    /// # Panics
    /// When the answers cannot be sent.
    pub fn release(&self) {
        let mut state = self.lock();
        state.released = true;
        for (question, from) in std::mem::take(&mut state.held) {
            state.server.send_to(&answer(&question), from).expect("an answer goes");
        }
    }
}

impl State {
    fn take(&mut self, question: &[u8], from: Address) {
        let (name, kind) = read(question);
        if kind == A {
            self.asked.push(name.clone());
        }
        if name.starts_with("held") && !self.released {
            self.held.push((question.to_vec(), from));
        } else if !name.starts_with("silent") {
            self.server.send_to(&answer(question), from).expect("an answer goes");
        }
    }
}

/// Where the hosts are.
const IPV4: [u8; 4] = [192, 0, 2, 7];
const IPV6: [u16; 8] = [0x2001, 0xDB8, 0, 0, 0, 0, 0, 7];

const A: u8 = 1;
const CNAME: u8 = 5;
const PTR: u8 = 12;
const AAAA: u8 = 28;

/// The name and the type of a message with one question.
fn read(message: &[u8]) -> (String, u8) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while message[at] > 0 {
        let label = &message[at + 1..][..usize::from(message[at])];
        labels.push(String::from_utf8_lossy(label).into_owned());
        at += 1 + label.len();
    }
    (labels.join("."), message[at + 2])
}

fn answer(message: &[u8]) -> Vec<u8> {
    let (name, kind) = read(message);
    // The header, a length more than the text has dots, the end, the type and the class.
    let question = &message[12..12 + 1 + name.len() + 1 + 4];
    // The name of the question, its type, IN, a minute, and the length of the data.
    let record = |owner: &[u8], kind: u8, data: &[u8]| {
        let len = u8::try_from(data.len()).expect("short data");
        [owner, &[0, kind, 0, 1, 0, 0, 0, 60, 0, len], data].concat()
    };
    let asked = [0xC0, 12];
    let host = b"\x04host\x07example\x00";
    let ipv6 = Ipv6Addr::from(IPV6).octets();
    let (code, records) = match (&*name, kind) {
        ("host.example" | "xn--bcher-kva.example" | "both.example", A) => {
            (0, vec![record(&asked, A, &IPV4)])
        }
        (held, A) if held.starts_with("held") => (0, vec![record(&asked, A, &IPV4)]),
        ("both.example", AAAA) => (0, vec![record(&asked, AAAA, &ipv6)]),
        ("alias.example", A) => (0, vec![record(&asked, CNAME, host), record(host, A, &IPV4)]),
        ("7.2.0.192.in-addr.arpa", PTR) => (0, vec![record(&asked, PTR, host)]),
        ("host.example" | "xn--bcher-kva.example" | "alias.example" | "empty.example", _) => {
            (0, Vec::new())
        }
        (held, _) if held.starts_with("held") => (0, Vec::new()),
        ("broken.example", _) => (2, Vec::new()),
        ("refused.example", _) => (5, Vec::new()),
        _ => (3, Vec::new()),
    };
    let count = u8::try_from(records.len()).expect("few records");
    let header = [message[0], message[1], 0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
    [&header, question, &records.concat()].concat()
}
