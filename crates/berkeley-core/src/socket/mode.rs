//! The three modes, and the one loop that waits.

use super::Socket;
use crate::clock;
use crate::constant::MsgFlags;
use crate::interrupt;
use crate::sys;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A timeout as one word: nanoseconds, 0 for non-blocking, [`BLOCKING`] for none.
#[derive(Debug)]
pub(super) struct Mode(AtomicU64);

const BLOCKING: u64 = u64::MAX;

static DEFAULT: Mode = Mode(AtomicU64::new(BLOCKING));

impl Mode {
    pub(super) fn new(timeout: Option<Duration>) -> io::Result<Self> {
        Ok(Self(AtomicU64::new(nanos(timeout)?)))
    }

    // Relaxed: the mode is a number of its own that orders nothing else.
    #[inline]
    fn load(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    fn timeout(&self) -> Option<Duration> {
        let nanos = self.load();
        (nanos != BLOCKING).then(|| Duration::from_nanos(nanos))
    }
}

fn nanos(timeout: Option<Duration>) -> io::Result<u64> {
    let Some(timeout) = timeout else { return Ok(BLOCKING) };
    match u64::try_from(timeout.as_nanos()) {
        Ok(nanos) if nanos != BLOCKING => Ok(nanos),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the timeout is longer than 584 years: use None to wait without limit",
        )),
    }
}

/// The timeout of sockets to come, for the whole process: `None` (at first) is blocking.
#[must_use]
pub fn default_timeout() -> Option<Duration> {
    DEFAULT.timeout()
}

/// Sets the timeout of sockets to come: made, accepted or adopted. `None` is blocking, zero
/// non-blocking.
///
/// # Errors
/// `InvalidInput` for a timeout of more than 584 years.
pub fn set_default_timeout(timeout: Option<Duration>) -> io::Result<()> {
    DEFAULT.0.store(nanos(timeout)?, Ordering::Relaxed);
    Ok(())
}

/// What to wait for on a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Data, a connection to accept, the end of the stream, or an error.
    Readable,
    /// Room to send, the end of a connect, or an error.
    Writable,
    /// An error alone, or an entry of the error queue: what
    /// [`recv_error`](Socket::recv_error) waits for. To poll(2) a connection that has ended in both
    /// directions counts as well.
    Error,
}

impl Socket {
    /// The timeout: `None` in blocking mode, zero in non-blocking mode (Python's `gettimeout`).
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.mode.timeout()
    }

    /// Sets the mode: `None` is blocking, zero non-blocking, anything else the time that each
    /// later operation may take (Python's `settimeout`).
    ///
    /// The descriptor is made non-blocking or blocking (`O_NONBLOCK`, man 2 fcntl); the time is kept
    /// here, and not given to the kernel.
    ///
    /// # Errors
    /// `InvalidInput` for a timeout of more than 584 years.
    pub fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        let nanos = nanos(timeout)?;
        sys::set_nonblocking(self.as_fd(), timeout.is_some())?;
        self.mode.0.store(nanos, Ordering::Relaxed);
        Ok(())
    }

    /// Whether operations wait at all: in blocking mode and with a timeout (Python's
    /// `getblocking`).
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        self.mode.load() != 0
    }

    /// Blocking or non-blocking: `set_timeout(None)` or `set_timeout(Some(ZERO))`.
    ///
    /// # Errors
    /// As [`set_timeout`](Self::set_timeout).
    pub fn set_blocking(&self, blocking: bool) -> io::Result<()> {
        self.set_timeout((!blocking).then_some(Duration::ZERO))
    }

    /// Waits until the socket is ready, or has an error to tell, and says whether it is: `false`
    /// when `timeout` ended first: poll(2). The socket's own mode does not matter.
    ///
    /// # Errors
    /// When the descriptor cannot be polled.
    #[doc(alias = "poll")]
    #[doc(alias = "select")]
    pub fn wait(&self, interest: Interest, timeout: Option<Duration>) -> io::Result<bool> {
        if timeout == Some(Duration::ZERO) {
            return self.is_ready_now(interest);
        }
        match self.wait_until(interest, &mut Deadline::of(nanos(timeout)?)) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::TimedOut => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Makes `call` once, and in timeout mode again whenever the socket is ready, until it does
    /// not fail with `WouldBlock` or the time is up.
    #[inline]
    pub(super) fn attempt<T>(
        &self,
        interest: Interest,
        flags: MsgFlags,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        match call() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                self.attempt_again(e, interest, flags, &mut self.deadline(), call)
            }
            outcome => outcome,
        }
    }

    /// As [`attempt`](Self::attempt), with a deadline that several calls share.
    #[inline]
    pub(super) fn attempt_until<T>(
        &self,
        interest: Interest,
        flags: MsgFlags,
        deadline: &mut Deadline,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        match call() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                self.attempt_again(e, interest, flags, deadline, call)
            }
            outcome => outcome,
        }
    }

    /// The rest of [`attempt`](Self::attempt), once it has failed with `WouldBlock`. Kept out of
    /// the way of what succeeds at once.
    #[cold]
    fn attempt_again<T>(
        &self,
        failed: io::Error,
        interest: Interest,
        flags: MsgFlags,
        deadline: &mut Deadline,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        if !deadline.can_wait() || flags.intersects(NO_WAIT) {
            return Err(failed);
        }
        self.wait_until(interest, deadline)?;
        let mut pause = Pause::new();
        loop {
            match call() {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    deadline.check()?;
                    // It was ready, and yet not. If it is so again at once, the poll tells of
                    // something else: an error queue, or one's own buffer and not the receiver's.
                    if self.is_ready_now(interest)? {
                        pause.sleep(deadline)?;
                    } else {
                        self.wait_until(interest, deadline)?;
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// Polls until ready (`Ok`) or past the deadline (`TimedOut`).
    pub(super) fn wait_until(&self, interest: Interest, deadline: &mut Deadline) -> io::Result<()> {
        wait_for(self.as_fd(), interest, deadline)
    }

    fn is_ready_now(&self, interest: Interest) -> io::Result<bool> {
        poll(self.as_fd(), interest, Some(Duration::ZERO))
    }

    /// The deadline of an operation that starts now, in this socket's mode.
    #[inline]
    pub(super) fn deadline(&self) -> Deadline {
        Deadline::of(self.mode.load())
    }
}

/// Flags of operations that never wait: nothing announces entries of the error queue as readable.
#[cfg(linux_like)]
const NO_WAIT: MsgFlags = MsgFlags::DONTWAIT.union(MsgFlags::ERRQUEUE);
#[cfg(not(linux_like))]
const NO_WAIT: MsgFlags = MsgFlags::DONTWAIT;

/// Polls any descriptor until ready (`Ok`) or past the deadline (`TimedOut`).
pub(super) fn wait_for(
    fd: BorrowedFd<'_>,
    interest: Interest,
    deadline: &mut Deadline,
) -> io::Result<()> {
    loop {
        deadline.check()?;
        match poll(fd, interest, deadline.remaining()) {
            Ok(true) => return Ok(()),
            // A poll for the longest time it can express ends early.
            Ok(false) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => interrupt::go_on()?,
            Err(e) => return Err(e),
        }
    }
}

/// Polls any descriptor, for so long.
pub(super) fn poll(
    fd: BorrowedFd<'_>,
    interest: Interest,
    timeout: Option<Duration>,
) -> io::Result<bool> {
    // An error is told without being asked for.
    sys::poll(fd, interest == Interest::Readable, interest == Interest::Writable, timeout)
}

/// Time that passes between attempts where no poll tells when the next may succeed.
pub(super) struct Pause(Duration);

impl Pause {
    const FIRST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(50);

    pub(super) const fn new() -> Self {
        Self(Self::FIRST)
    }

    /// Sleeps, longer each time, but not past the deadline.
    pub(super) fn sleep(&mut self, deadline: &mut Deadline) -> io::Result<()> {
        deadline.check()?;
        sys::pause(deadline.remaining().map_or(self.0, |left| left.min(self.0)))?;
        self.0 = Self::LONGEST.min(self.0 * 2);
        Ok(())
    }
}

/// A timeout that starts to run when it is first asked what remains of it, so that an operation
/// which is done at once reads no clock.
pub(super) struct Deadline {
    timeout: u64,
    at: Option<u64>,
}

impl Deadline {
    #[inline]
    fn of(timeout: u64) -> Self {
        Self { timeout, at: None }
    }

    /// The deadline of a call that does not wait itself, whatever the mode.
    #[cfg(linux_like)]
    pub(super) fn even_if_blocking(self) -> Self {
        Self { timeout: self.timeout.min(BLOCKING - 1), ..self }
    }

    /// Whether `WouldBlock` is to be waited out. A blocking socket waits in its system call.
    #[inline]
    fn can_wait(&self) -> bool {
        self.timeout != 0 && self.timeout != BLOCKING
    }

    /// Fails with `TimedOut` when nothing is left. Begins if it has not.
    pub(super) fn check(&mut self) -> io::Result<()> {
        match self.remaining() {
            Some(Duration::ZERO) => Err(io::ErrorKind::TimedOut.into()),
            _ => Ok(()),
        }
    }

    /// Whether the mode is non-blocking.
    #[inline]
    pub(super) fn is_zero(&self) -> bool {
        self.timeout == 0
    }

    /// What is left; `None` is no limit.
    pub(super) fn remaining(&mut self) -> Option<Duration> {
        if self.timeout == BLOCKING {
            return None;
        }
        let now = clock::precise();
        let at = *self.at.get_or_insert(now.saturating_add(self.timeout));
        Some(Duration::from_nanos(at.saturating_sub(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_past_all_clocks_is_refused() {
        assert_eq!(nanos(Some(Duration::MAX)).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(nanos(Some(Duration::from_nanos(1))).unwrap(), 1);
    }
}
