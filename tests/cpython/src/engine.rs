//! A socket of either crate: the two modes in which the tests run.

use crate::{signals, waiting};
use berkeley::{Family, Kind, Protocol};
use berkeley_core as core;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::time::Duration;

/// A socket, whose operations have the same names in both crates.
pub(crate) enum Engine {
    Sync(core::Socket),
    Async(berkeley::Socket),
}

/// Runs an operation that can wait: of the core in a system call, of the async crate as a future.
macro_rules! wait {
    ($engine:expr, $operation:ident($($argument:expr),* $(,)?)) => {
        match $engine {
            $crate::engine::Engine::Sync(socket) => {
                let outcome = $crate::signals::watched(|| socket.$operation($($argument),*));
                outcome.map_err(std::io::Error::from)
            }
            $crate::engine::Engine::Async(socket) => {
                $crate::waiting::wait(socket.$operation($($argument),*))
            }
        }
    };
}
pub(crate) use wait;

/// Does what never waits, alike in both crates.
macro_rules! each {
    ($engine:expr, $socket:ident => $body:expr) => {
        match $engine {
            $crate::engine::Engine::Sync($socket) => $body,
            $crate::engine::Engine::Async($socket) => $body,
        }
    };
}
pub(crate) use each;

/// Whether the environment asks for the async crate: read once.
pub(crate) fn is_async() -> bool {
    static ASYNC: OnceLock<bool> = OnceLock::new();
    *ASYNC.get_or_init(|| std::env::var_os("BERKELEY_MODE").is_some_and(|mode| mode == "async"))
}

impl Engine {
    pub(crate) fn new(family: Family, kind: Kind, protocol: Protocol) -> io::Result<Self> {
        if !is_async() {
            return core::Socket::new(family, kind, protocol).map(Self::Sync);
        }
        berkeley::Socket::new(family, kind, protocol).map(Self::Async)
    }

    pub(crate) fn pair(family: Family, kind: Kind, protocol: Protocol) -> io::Result<(Self, Self)> {
        if !is_async() {
            let (a, b) = core::Socket::pair(family, kind, protocol)?;
            return Ok((Self::Sync(a), Self::Sync(b)));
        }
        let (a, b) = berkeley::Socket::pair(family, kind, protocol)?;
        Ok((Self::Async(a), Self::Async(b)))
    }

    /// Adopts a descriptor that is known to be a socket.
    pub(crate) fn adopt(
        fd: OwnedFd,
        family: Family,
        kind: Kind,
        protocol: Protocol,
    ) -> io::Result<Self> {
        let socket = core::Socket::from_fd_as(fd, family, kind, protocol)?;
        if is_async() {
            berkeley::Socket::from_core(socket).map(Self::Async)
        } else {
            Ok(Self::Sync(socket))
        }
    }

    pub(crate) fn accept(&self) -> io::Result<(Self, core::Address)> {
        match self {
            Self::Sync(socket) => {
                let (accepted, address) = signals::watched(|| socket.accept())?;
                Ok((Self::Sync(accepted), address))
            }
            Self::Async(socket) => {
                let (accepted, address) = waiting::wait(socket.accept())?;
                Ok((Self::Async(accepted), address))
            }
        }
    }

    pub(crate) fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Sync(socket) => socket.set_timeout(timeout),
            Self::Async(socket) => {
                socket.set_timeout(timeout);
                Ok(())
            }
        }
    }

    pub(crate) fn fd(&self) -> RawFd {
        each!(self, socket => socket.as_raw_fd())
    }

    pub(crate) fn into_fd(self) -> OwnedFd {
        each!(self, socket => socket.into_fd())
    }

    pub(crate) fn close(self) -> io::Result<()> {
        each!(self, socket => socket.close())
    }
}
