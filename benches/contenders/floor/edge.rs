//! One descriptor and its readiness: for work that has one connection at a time.

use std::io::{self, ErrorKind};
use std::os::fd::RawFd;

use super::calls::{self, Epoll, Event};

pub(super) struct Edge {
    epoll: Epoll,
    /// The peer's end, or an error, has been told: there is no edge to wait for any more.
    pub(super) has_ended: bool,
}

impl Edge {
    pub(super) fn new(fd: RawFd, interest: u32) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(fd, interest | calls::RDHUP | calls::EDGE)?;
        Ok(Self { epoll, has_ended: false })
    }

    pub(super) fn wait(&mut self) -> io::Result<()> {
        let mut events = [Event::none()];
        for event in self.epoll.wait(&mut events)? {
            self.has_ended |= event.is(calls::RDHUP | calls::HUP | calls::ERR);
        }
        Ok(())
    }

    /// Makes a call until it need not wait.
    pub(super) fn until_ready<T>(
        &mut self,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match call() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait()?,
                other => return other,
            }
        }
    }
}
