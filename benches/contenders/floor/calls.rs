//! The system calls of the floor, each as thin as it can be.

// The floor is to have nothing between it and the kernel, so it calls libc itself.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

pub(super) const IN: u32 = bits(libc::EPOLLIN);
pub(super) const OUT: u32 = bits(libc::EPOLLOUT);
pub(super) const ERR: u32 = bits(libc::EPOLLERR);
pub(super) const HUP: u32 = bits(libc::EPOLLHUP);
pub(super) const RDHUP: u32 = bits(libc::EPOLLRDHUP);
pub(super) const EDGE: u32 = bits(libc::EPOLLET);

/// libc declares the flags signed and the field they go into unsigned; EPOLLET is the top bit.
const fn bits(flag: libc::c_int) -> u32 {
    flag.cast_unsigned()
}

#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Event(libc::epoll_event);

impl Event {
    pub(super) const fn none() -> Self {
        Self(libc::epoll_event { events: 0, u64: 0 })
    }

    /// The descriptor that [`Epoll::add`] or [`Epoll::modify`] stored.
    pub(super) fn fd(&self) -> RawFd {
        RawFd::try_from(self.0.u64).expect("only descriptors are stored")
    }

    pub(super) fn is(&self, any: u32) -> bool {
        self.0.events & any != 0
    }
}

pub(super) struct Epoll(OwnedFd);

impl Epoll {
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: takes no pointer.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        own(fd).map(Self)
    }

    pub(super) fn add(&self, fd: RawFd, interest: u32) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, interest)
    }

    pub(super) fn modify(&self, fd: RawFd, interest: u32) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, interest)
    }

    fn control(&self, operation: libc::c_int, fd: RawFd, interest: u32) -> io::Result<()> {
        let token = u64::try_from(fd).map_err(io::Error::other)?;
        let mut event = libc::epoll_event { events: interest, u64: token };
        // SAFETY: `event` is a live epoll_event, and the kernel only reads it.
        let done = unsafe { libc::epoll_ctl(self.0.as_raw_fd(), operation, fd, &raw mut event) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Waits for as long as it takes. A signal gives no events.
    pub(super) fn wait<'a>(&self, events: &'a mut [Event]) -> io::Result<&'a [Event]> {
        let room = libc::c_int::try_from(events.len()).map_err(io::Error::other)?;
        let first = events.as_mut_ptr().cast::<libc::epoll_event>();
        // SAFETY: `first` is the start of `room` events, each of which is an epoll_event
        // (`repr(transparent)`), and they stay borrowed for the call.
        let got = unsafe { libc::epoll_wait(self.0.as_raw_fd(), first, room, -1) };
        match usize::try_from(got) {
            Ok(got) => Ok(&events[..got]),
            Err(_) => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::Interrupted => Ok(&[]),
                error => Err(error),
            },
        }
    }
}

pub(super) fn accept(listener: RawFd) -> io::Result<OwnedFd> {
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: both pointers may be null: the peer's address is not asked for (man 2 accept).
    let fd = unsafe { libc::accept4(listener, ptr::null_mut(), ptr::null_mut(), flags) };
    own(fd)
}

pub(super) fn recv(fd: RawFd, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the kernel writes at most `buffer.len()` bytes at its start.
    let got = unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), 0) };
    usize::try_from(got).map_err(|_| io::Error::last_os_error())
}

pub(super) fn send(fd: RawFd, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: the kernel reads at most `bytes.len()` bytes from its start.
    let sent = unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), libc::MSG_NOSIGNAL) };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

fn own(fd: RawFd) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
