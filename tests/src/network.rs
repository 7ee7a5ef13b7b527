//! A network namespace of a test's own: man 7 network_namespaces. Nothing in it reaches a real
//! network.

use crate::Process;
use crate::bound::{bounded, eventually, join};
use crate::skip::{peer, skip};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::gettid;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The namespace of the thread that has this, and of the threads and programs that it starts.
///
/// It has a loopback and the interface `here`, with 192.0.2.1/24 and fe80::1/64, wired to an
/// interface that nobody answers on.
#[derive(Clone, Debug)]
pub struct Network {
    ip: PathBuf,
}

impl Network {
    /// An address that takes packets and never answers: what is sent there leaves by `here` and
    /// is dropped. No route fails, nobody refuses.
    pub const SILENT: &str = "192.0.2.2";

    /// Makes sockets, or whatever `make` does, in a network of its own at the other end of `here`,
    /// with 192.0.2.2/24 and fe80::2/64. It is there while one of its sockets is. Once.
    ///
    /// # Panics
    /// When `make` does, or does not end.
    pub fn neighbour<T: Send + 'static>(
        &self,
        make: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> T {
        let ip = self.ip.clone();
        let (told, id) = mpsc::channel();
        let (go, moved) = mpsc::channel();
        let there = thread::spawn(move || {
            unshare(CloneFlags::CLONE_NEWNET).expect("a second namespace");
            told.send(gettid()).expect("the test waits");
            moved.recv().expect("the interface comes");
            let network = Self { ip };
            network.ip("link set lo up
                 link set nobody addrgenmode none
                 link set nobody address 02:00:00:00:00:02 up
                 addr add 192.0.2.2/24 dev nobody
                 addr add fe80::2/64 dev nobody nodad");
            network.wait_for("nobody");
            make(&network)
        });
        let id = id.recv().expect("its id");
        self.ip(&format!("link set nobody netns {id}"));
        go.send(()).expect("it waits");
        join(there)
    }

    /// Runs ip(8), a command or several, a line each, and returns what it printed.
    ///
    /// # Panics
    /// When one fails.
    pub fn ip(&self, commands: &str) -> String {
        self.try_ip(commands).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs ip(8) with options, and returns what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn ip_with(&self, options: &[&str], command: &str) -> String {
        let words = options.iter().copied().chain(command.split(' '));
        let mut ip = Process::spawn(Command::new(&self.ip).args(words));
        let output = ip.to_end();
        ip.succeed();
        String::from_utf8_lossy(&output).into_owned()
    }

    /// Runs ip(8), which may not be able to do it. Several lines are several of its commands, up
    /// to the first that fails.
    ///
    /// # Errors
    /// What it says when it fails.
    ///
    /// # Panics
    /// When it does not start.
    pub fn try_ip(&self, commands: &str) -> Result<String, String> {
        let mut ip = Process::spawn(Command::new(&self.ip).args(["-batch", "-"]));
        ip.give(commands.as_bytes());
        ip.end_input();
        let output = ip.to_end();
        if ip.finish().success() {
            Ok(String::from_utf8_lossy(&output).into_owned())
        } else {
            Err(format!("ip {commands}: {}", ip.errors_to_end()))
        }
    }

    /// Gives `interface` one address more, and returns when packets to it stay here: the kernel has
    /// that route a moment after it was told.
    ///
    /// # Panics
    /// When it cannot have it.
    pub fn add_address(&self, ip: IpAddr, interface: &str) {
        let options = if ip.is_ipv6() { "/128 nodad" } else { "/32" };
        self.ip(&format!("addr add {ip}{options} dev {interface}"));
        eventually("the address is here", || {
            self.try_ip(&format!("route get {ip}")).is_ok_and(|route| route.starts_with("local"))
        });
    }

    /// Waits until an interface is up and its addresses are in use. The kernel does both a moment
    /// after it was told; to find its own addresses of IPv6 free would take seconds (addrgenmode
    /// none: there are none).
    fn wait_for(&self, interface: &str) {
        eventually("the link is up", || {
            self.ip(&format!("link show {interface}")).contains("state UP")
        });
        eventually("its addresses are in use", || {
            !self.ip(&format!("addr show dev {interface} tentative")).contains("inet6")
        });
    }
}

/// Runs a test body in a network of its own, within `limit`; skips it with a printed reason where
/// the process may not make one.
///
/// # Panics
/// As the body does, when the time is up, and where skips are failures.
pub fn in_network(limit: Duration, body: impl FnOnce(&Network) + Send + 'static) {
    // A namespace belongs to a thread, and `bounded` makes a new one.
    bounded(limit, move || {
        let Some(ip) = peer("ip") else { return };
        if let Err(e) = unshare(CloneFlags::CLONE_NEWNET) {
            return skip(&format!("no right to make a network namespace: {e}"));
        }
        let network = Network { ip };
        // The neighbour is known, so that a lookup for it does not fail.
        network.ip("link set lo up
             link add here type veth peer name nobody
             link set here addrgenmode none
             link set nobody addrgenmode none
             addr add 192.0.2.1/24 dev here
             link set nobody up
             link set here up
             addr add fe80::1/64 dev here nodad
             neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev here nud permanent");
        network.wait_for("here");
        body(&network);
    });
}
