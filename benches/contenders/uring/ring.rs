//! The ring: operations go in, what has come of them comes out.

// An operation names memory by its address, which is why the crate can only offer to take it
// unsafely; and an accepted descriptor comes as a number.
#![allow(unsafe_code)]

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use io_uring::{IoUring, cqueue};

use super::operation::{Operation, accept_all};

/// Operations that can be pushed before they have to be submitted.
const SUBMISSIONS: u32 = 1_024;

/// Completions the ring has room for: more of them the kernel keeps for itself, which is slow, and
/// ends what is multishot.
const COMPLETIONS: u32 = 4_096;

/// What a completion says of its operation: which kind of it, and whose.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Token(u64);

const KINDS: u32 = 8;

/// Of accepts, which have no other token.
const ACCEPT: u8 = u8::MAX;

impl Token {
    /// Any kind but 255.
    pub(super) const fn new(kind: u8, index: usize) -> Self {
        assert!(kind != ACCEPT, "the ring's own kind");
        Self::of(kind, index)
    }

    /// What completes when the operation does.
    pub(super) const fn value(self) -> u64 {
        self.0
    }

    const fn of(kind: u8, index: usize) -> Self {
        Self((index as u64) << KINDS | kind as u64)
    }
}

/// What has come.
pub(super) enum Event {
    /// With TCP_NODELAY, as all have it here.
    Accepted(TcpStream),
    Done(Done),
}

/// A completion.
pub(super) struct Done {
    pub(super) kind: u8,
    pub(super) index: usize,
    pub(super) result: io::Result<usize>,
    flags: u32,
}

impl Done {
    /// The room of the pool that the kernel has picked.
    pub(super) fn picked(&self) -> Option<u16> {
        cqueue::buffer_select(self.flags)
    }

    /// Nothing more comes of this operation.
    pub(super) fn is_last(&self) -> bool {
        !cqueue::more(self.flags)
    }

    /// The second completion of a send that did not copy.
    pub(super) fn is_notice(&self) -> bool {
        cqueue::notif(self.flags)
    }

    /// More could have been received.
    pub(super) fn is_there_more(&self) -> bool {
        cqueue::sock_nonempty(self.flags)
    }
}

pub(super) struct Ring {
    ring: IoUring,
    /// Whether the kernel took all the flags that make it cheaper.
    is_tuned: bool,
    /// The last wait has submitted all that was pushed before.
    is_submitted: bool,
}

impl Ring {
    /// # Errors
    ///
    /// ENOSYS from a kernel without io_uring, EPERM where it is forbidden: `io_uring_disabled` in
    /// /proc/sys/kernel, a filter of a container.
    pub(super) fn new() -> io::Result<Self> {
        let mut plain = IoUring::builder();
        plain.setup_cqsize(COMPLETIONS);
        let mut tuned = plain.clone();
        tuned.setup_single_issuer().setup_coop_taskrun().setup_defer_taskrun().setup_submit_all();
        let (ring, is_tuned) = match tuned.build(SUBMISSIONS) {
            // Before Linux 6.1.
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                (plain.build(SUBMISSIONS)?, false)
            }
            other => (other?, true),
        };
        // Saves the kernel from looking up the descriptor in each call, from Linux 5.18 on.
        let _ = ring.submitter().register_ring_fd();
        Ok(Self { ring, is_tuned, is_submitted: false })
    }

    /// What the table is to say of it.
    pub(super) fn note(&self) -> &'static str {
        if self.is_tuned { "single issuer, deferred work" } else { "an old kernel's ring" }
    }

    /// Pushes operations of which each begins when the one before it has done all of its work; if
    /// one fails, the others are cancelled.
    pub(super) fn chain<const N: usize>(
        &mut self,
        operations: [(Operation, Token); N],
    ) -> io::Result<()> {
        // The kernel ends a chain with the submission.
        while self.free() < N {
            self.ring.submit()?;
        }
        for (index, (operation, token)) in operations.into_iter().enumerate() {
            let is_last = index + 1 == N;
            self.push(if is_last { operation } else { operation.linked() }, token)?;
        }
        Ok(())
    }

    fn free(&mut self) -> usize {
        let submissions = self.ring.submission();
        submissions.capacity() - submissions.len()
    }

    pub(super) fn push(&mut self, operation: Operation, token: Token) -> io::Result<()> {
        let entry = operation.with(token.0);
        loop {
            // SAFETY: the memory that it names is never freed and made of cells: see `Operation`.
            let pushed = unsafe { self.ring.submission().push(&entry) };
            match pushed {
                Ok(()) => return Ok(()),
                Err(_is_full) => drop(self.ring.submit()?),
            }
        }
    }

    /// Submits what was pushed, and waits until something has come.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        let waited = self.ring.submit_and_wait(1);
        self.is_submitted = self.ring.submission().is_empty();
        match waited {
            Ok(_submitted) => Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            // Completions have to be taken before more can be asked: man 2 io_uring_enter.
            Err(error) if error.kind() == ErrorKind::ResourceBusy => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// When all that has come was taken: whether the operations pushed before the last wait, and
    /// never waiting, have all completed or been quiet.
    pub(super) fn has_told_all(&mut self) -> bool {
        // What had no place among the completions comes with the next call.
        self.is_submitted && !self.ring.submission().cq_overflow()
    }

    /// Accepts from now on, whatever comes.
    pub(super) fn accept_all(&mut self, listener: RawFd) -> io::Result<()> {
        let index = usize::try_from(listener).map_err(io::Error::other)?;
        self.push(accept_all(listener), Token::of(ACCEPT, index))
    }

    /// The next that has come.
    pub(super) fn next(&mut self) -> io::Result<Option<Event>> {
        let Some(entry) = self.ring.completion().next() else { return Ok(None) };
        let [kind, ..] = entry.user_data().to_le_bytes();
        let index = usize::try_from(entry.user_data() >> KINDS).map_err(io::Error::other)?;
        let (code, flags) = (entry.result(), entry.flags());
        if kind != ACCEPT {
            return Ok(Some(Event::Done(Done { kind, index, result: outcome(code), flags })));
        }
        // A failure ends it, and so does a ring that is full of completions.
        if !cqueue::more(flags) {
            self.accept_all(RawFd::try_from(index).map_err(io::Error::other)?)?;
        }
        if code < 0 {
            return outcome(code).map(|_| None);
        }
        // SAFETY: the kernel has just made this descriptor for us, and nobody else knows of it.
        let socket = TcpStream::from(unsafe { OwnedFd::from_raw_fd(code) });
        socket.set_nodelay(true)?;
        Ok(Some(Event::Accepted(socket)))
    }

    /// Waits for the next completion: for work that accepts nothing through the ring.
    pub(super) fn completion(&mut self) -> io::Result<Done> {
        loop {
            if let Some(Event::Done(done)) = self.next()? {
                return Ok(done);
            }
            self.wait()?;
        }
    }

    pub(super) fn kernel(&self) -> io_uring::Submitter<'_> {
        self.ring.submitter()
    }
}

fn outcome(code: i32) -> io::Result<usize> {
    usize::try_from(code).map_err(|_| io::Error::from_raw_os_error(-code))
}
