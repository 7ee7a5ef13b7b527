//! What takes part in a cell.

use std::io;

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The package whose version the report names; empty for what has none.
    pub(crate) package: &'static str,
    pub(crate) threads: Threads,
    pub(crate) role: Role,
    pub(crate) program: Program,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    One,
    Several,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// What the others are compared with.
    Floor,
    Ours,
    Peer,
}

/// What its process runs.
#[derive(Clone, Copy)]
pub(crate) enum Program {
    /// This program again: serves until killed, and says `ready` once it can be reached.
    Rust(fn() -> io::Result<()>),
    /// A file beside contenders/python.
    Python(&'static str, Loop),
}

/// The event loop of a Python program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loop {
    Asyncio,
    Uvloop,
}

type Serve = fn() -> io::Result<()>;

const fn peer(
    name: &'static str,
    package: &'static str,
    about: &'static str,
    serve: Serve,
) -> Contender {
    Contender {
        name,
        about,
        package,
        threads: Threads::One,
        role: Role::Peer,
        program: Program::Rust(serve),
    }
}

pub(crate) const fn floor(about: &'static str, serve: Serve) -> Contender {
    Contender { role: Role::Floor, ..peer("floor", "", about, serve) }
}

pub(crate) const fn berkeley(serve: Serve) -> Contender {
    let about = "its own runtime, one thread";
    Contender { role: Role::Ours, ..peer("berkeley", "berkeley", about, serve) }
}

pub(crate) const fn berkeley_in_tokio(serve: Serve) -> Contender {
    let about = "berkeley's sockets in tokio's current_thread";
    Contender { role: Role::Ours, ..peer("berkeley-in-tokio", "berkeley", about, serve) }
}

pub(crate) const fn tokio(serve: Serve) -> Contender {
    peer("tokio", "tokio", "current_thread", serve)
}

pub(crate) const fn tokio_multi(serve: Serve) -> Contender {
    let about = "multi_thread, 2 workers";
    Contender { threads: Threads::Several, ..peer("tokio-multi", "tokio", about, serve) }
}

pub(crate) const fn smol(serve: Serve) -> Contender {
    peer("smol", "smol", "LocalExecutor under smol::block_on", serve)
}

pub(crate) const fn monoio(serve: Serve) -> Contender {
    peer("monoio", "monoio", "io_uring, or its epoll driver where there is none", serve)
}

#[cfg(feature = "all-peers")]
pub(crate) const fn compio(serve: Serve) -> Contender {
    peer("compio", "compio", "io_uring, or its poll driver where there is none", serve)
}

#[cfg(feature = "all-peers")]
pub(crate) const fn glommio(serve: Serve) -> Contender {
    peer("glommio", "glommio", "io_uring, one executor", serve)
}

/// A prototype, which no crate of this workspace has.
pub(crate) const fn uring(serve: Serve) -> Contender {
    peer("uring", "io-uring", "io_uring by hand, an operation at a time", serve)
}

/// The same where the kernel receives by itself, into rooms that all share.
pub(crate) const fn uring_multishot(serve: Serve) -> Contender {
    let about = "io_uring by hand, multishot receives into provided buffers";
    peer("uring-multishot", "io-uring", about, serve)
}

pub(crate) const fn mio(serve: Serve) -> Contender {
    peer("mio", "mio", "an event loop by hand", serve)
}

pub(crate) const fn threads(serve: Serve) -> Contender {
    peer("threads", "", "a blocking thread for each connection, std alone", serve)
}

pub(crate) const fn asyncio(file: &'static str) -> Contender {
    python("asyncio", "CPython's own event loop", file, Loop::Asyncio)
}

pub(crate) const fn uvloop(file: &'static str) -> Contender {
    python("uvloop", "CPython with uvloop", file, Loop::Uvloop)
}

const fn python(
    name: &'static str,
    about: &'static str,
    file: &'static str,
    event_loop: Loop,
) -> Contender {
    fn never() -> io::Result<()> {
        Ok(())
    }
    Contender { program: Program::Python(file, event_loop), ..peer(name, "", about, never) }
}

impl Contender {
    /// The same library in another way: `tokio` called `tokio-deadline`.
    pub(crate) const fn called(self, name: &'static str, about: &'static str) -> Self {
        Self { name, about, ..self }
    }

    /// With another package's help.
    pub(crate) const fn of_package(self, package: &'static str) -> Self {
        Self { package, ..self }
    }

    /// A floor of its own kind beside the one that ratios are to.
    pub(crate) const fn beside(self, name: &'static str) -> Self {
        Self { name, role: Role::Peer, ..self }
    }

    /// With threads of its own, and so with the CPUs of both.
    pub(crate) const fn on_several(self) -> Self {
        Self { threads: Threads::Several, ..self }
    }

    pub(crate) fn is_floor(&self) -> bool {
        self.role == Role::Floor
    }
}
