//! Two ends of a wire, which is as good as the test lets it be.

use berkeley::{Socket, TcpStream, UdpSocket};
use berkeley_core::{self as core, Family, Kind, Protocol};
use berkeley_tests::{Network, Process, family, peer};
use std::path::PathBuf;
use std::process::Command;

/// Two hosts: `here`, where the test is, and `there`, in a network of its own.
#[derive(Debug)]
pub(crate) struct Wire {
    network: Network,
    tools: Tools,
    listener: core::Socket,
    datagrams: core::Socket,
}

#[derive(Debug)]
struct Tools {
    nft: PathBuf,
    tc: PathBuf,
}

impl Wire {
    /// `None` after a printed skip.
    pub(crate) fn new(network: &Network) -> Option<Self> {
        let tools = Tools { nft: peer("nft")?, tc: peer("tc")? };
        let (listener, datagrams) = network.neighbour(|_| {
            let listener = core::ListenOptions::new().listen(("192.0.2.2", 0)).expect("there");
            let datagrams = socket(Kind::DGRAM);
            datagrams.bind("192.0.2.2:0").expect("there");
            (listener, datagrams)
        });
        Some(Self { network: network.clone(), tools, listener, datagrams })
    }

    /// An address there.
    pub(crate) fn address(&self) -> berkeley::Address {
        self.listener.local_addr().expect("its address")
    }

    /// Two ends of a TCP connection: the one here, and the one there.
    pub(crate) fn streams(&self) -> (TcpStream, TcpStream) {
        let here = socket(Kind::STREAM);
        here.connect(self.address()).expect("the wire is whole");
        let (there, _) = self.listener.accept().expect("it has connected");
        let stream =
            |core| Socket::from_core(core).and_then(TcpStream::try_from).expect("a stream");
        (stream(here), stream(there))
    }

    /// Two UDP sockets connected to each other, the one here and the one there. Once.
    pub(crate) fn datagrams(&self) -> (UdpSocket, UdpSocket) {
        let here = socket(Kind::DGRAM);
        here.connect(self.datagrams.local_addr().expect("its address")).expect("a route");
        let there = self.datagrams.dup().expect("a descriptor");
        there.connect(here.local_addr().expect("its address")).expect("a route");
        let typed = |core| Socket::from_core(core).and_then(UdpSocket::try_from).expect("UDP");
        (typed(here), typed(there))
    }

    /// Runs ip(8) here.
    pub(crate) fn ip(&self, commands: &str) {
        self.network.ip(commands);
    }

    /// Shapes what is sent from here: tc-tbf(8), tc-netem(8).
    pub(crate) fn shape(&self, queue: &str) -> Result<(), String> {
        let words = ["qdisc", "replace", "dev", "here", "root"];
        let mut tc = Command::new(&self.tools.tc);
        run(tc.args(words).args(queue.split_whitespace()), "")
    }

    /// Drops what `condition` says of all that comes and goes here: nft(8).
    pub(crate) fn drop_if(&self, condition: &str) {
        self.filter(&format!("{condition} drop"));
    }

    /// Adds a rule for all that comes and goes here.
    pub(crate) fn filter(&self, rule: &str) {
        let rules = format!(
            "table inet trouble {{
                 chain leaving {{ type filter hook output priority 0; {rule}; }}
                 chain coming {{ type filter hook input priority 0; {rule}; }}
             }}\n"
        );
        run(Command::new(&self.tools.nft).args(["-f", "-"]), &rules).expect("nft");
    }

    /// Ends all filters.
    pub(crate) fn let_pass(&self) {
        run(Command::new(&self.tools.nft).args(["-f", "-"]), "flush ruleset\n").expect("nft");
    }

    /// Takes the wire out of its socket, and puts it back.
    pub(crate) fn unplug(&self) {
        self.ip("link set here down");
    }

    /// See [`unplug`](Self::unplug).
    pub(crate) fn plug_in(&self) {
        self.ip("link set here up
             neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev here nud permanent");
    }
}

fn socket(kind: Kind) -> core::Socket {
    family(Family::INET, kind, Protocol::DEFAULT).expect("IPv4 is everywhere")
}

/// Runs a command to its end; fails with what it says.
fn run(command: &mut Command, input: &str) -> Result<(), String> {
    let mut process = Process::spawn(command);
    process.give(input.as_bytes());
    process.end_input();
    if process.finish().success() { Ok(()) } else { Err(process.errors_to_end()) }
}
