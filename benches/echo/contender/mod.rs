//! The contenders: the same echo server, written as each library would have it written.
//!
//! The rules are the same for all: TCP_NODELAY on every accepted socket, a buffer of [`BUFFER`]
//! bytes, read once, write all of it back, end at end of file.

mod berkeley;
mod epoll;
mod monoio;
mod smol;
mod tokio;

use std::fmt::Display;
use std::io;
use std::time::Duration;

/// Larger than the largest message of the default cells, so that each is one read, and a short one.
const BUFFER: usize = 8_192;

/// Never reached; what is measured is the cost of having one.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where every server listens.
const ADDRESS: &str = "127.0.0.1:0";

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The package whose version the report names.
    pub(crate) package: &'static str,
    pub(crate) threads: Threads,
    /// Ours, and so drawn in our colour.
    pub(crate) ours: bool,
    /// Serves until killed. It calls [`ready`] once the socket listens.
    pub(crate) serve: fn() -> io::Result<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    One,
    Several,
}

pub(crate) const FLOOR: &str = "epoll";

/// In the order in which they take turns.
#[rustfmt::skip]
pub(crate) static ALL: &[Contender] = &[
    other(FLOOR, "edge-triggered epoll by hand, straight on libc: the floor", "libc", epoll::serve),
    ours("berkeley", "berkeley, block_on on one thread", berkeley::serve),
    ours("berkeley-deadline", "the same, a deadline on each recv", berkeley::serve_with_deadline),
    ours("berkeley-in-tokio", "berkeley sockets in tokio's current_thread", berkeley::serve_in_tokio),
    other("tokio", "current_thread", "tokio", tokio::serve),
    other("tokio-deadline", "current_thread, tokio::time::timeout on each read", "tokio", tokio::serve_with_deadline),
    several("tokio-multi", "multi_thread, 2 workers", "tokio", tokio::serve_multi),
    other("smol", "LocalExecutor under smol::block_on", "smol", smol::serve),
    other("monoio", "io_uring, or its epoll driver where there is none", "monoio", monoio::serve),
];

const fn ours(name: &'static str, about: &'static str, serve: fn() -> io::Result<()>) -> Contender {
    Contender { ours: true, ..other(name, about, "berkeley", serve) }
}

const fn other(
    name: &'static str,
    about: &'static str,
    package: &'static str,
    serve: fn() -> io::Result<()>,
) -> Contender {
    Contender { name, about, package, threads: Threads::One, ours: false, serve }
}

const fn several(
    name: &'static str,
    about: &'static str,
    package: &'static str,
    serve: fn() -> io::Result<()>,
) -> Contender {
    Contender { threads: Threads::Several, ..other(name, about, package, serve) }
}

impl Contender {
    pub(crate) fn is_floor(&self) -> bool {
        self.name == FLOOR
    }
}

pub(crate) fn named(name: &str) -> Result<&'static Contender, String> {
    ALL.iter().find(|contender| contender.name == name).ok_or_else(|| {
        let names: Vec<_> = ALL.iter().map(|contender| contender.name).collect();
        format!("no contender is called {name:?}; there are {}", names.join(", "))
    })
}

/// Tells the parent where to connect, and how the server runs if there is a choice.
fn ready(address: impl Display, note: &str) {
    println!("ready {address} {note}");
}
