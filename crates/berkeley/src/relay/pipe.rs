//! A pipe between two sockets: Linux.

use berkeley_core as core;
use std::io::{self, Read};

/// A pipe, which may have something in it.
#[derive(Debug)]
pub(super) struct Pipe(core::Pipe);

/// How large a pipe is made: the most that a user without privilege may have. Bytes in bulk cost a
/// quarter less than with 256 KiB. 64 such pipes are all that one user may have together (man 7
/// pipe); the next are of the usual size.
const CAPACITY: usize = 1 << 20;

/// The most that one call is asked to take.
const STEP: usize = 1 << 20;

impl Pipe {
    /// `None` when descriptors or memory have run out.
    pub(super) fn new() -> Option<Self> {
        // One of the usual size where the user may have no larger one.
        core::Pipe::with_capacity(CAPACITY).or_else(|_| core::Pipe::new()).ok().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fill(&mut self, from: &core::Socket) -> io::Result<usize> {
        from.splice_in(&mut self.0, STEP)
    }

    pub(super) fn drain(&mut self, to: &core::Socket) -> io::Result<usize> {
        to.splice_out(&mut self.0, usize::MAX)
    }

    /// Takes out what is in it.
    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.0.len()];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
