//! What bytes are in on their way from one socket to another: memory, or a pipe.
//!
//! A direction of a relay has a carrier while there are bytes in it, and none while it waits for
//! some: each thread keeps a few that are empty.

use super::pipe::Pipe;
use crate::driver::Done;
use berkeley_core as core;
use std::cell::RefCell;
use std::io;
use std::mem;
use std::thread::LocalKey;

/// Bytes on their way.
#[derive(Debug)]
pub(super) enum Carrier {
    Buffer(Buffer),
    Pipe(Pipe),
}

/// The size of a buffer, and how many bytes at once are worth a pipe: up to here, two copies cost
/// less than two splices, for which the kernel keeps account of each page.
pub(super) const BULK: usize = 64 << 10;

impl Carrier {
    /// An empty buffer.
    pub(super) fn buffer() -> Self {
        Self::Buffer(take(&BUFFERS).unwrap_or_else(Buffer::new))
    }

    /// An empty pipe; a buffer where there is no pipe to be had.
    pub(super) fn pipe() -> Self {
        take(&PIPES).or_else(Pipe::new).map_or_else(Self::buffer, Self::Pipe)
    }

    /// Keeps it for whoever needs the next, if it is empty.
    pub(super) fn release(self) {
        match self {
            // Not one that was made for the contents of a pipe.
            Self::Buffer(buffer) if buffer.is_empty() && buffer.bytes.len() == BULK => {
                keep(&BUFFERS, buffer);
            }
            Self::Pipe(pipe) if pipe.is_empty() => keep(&PIPES, pipe),
            _ => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Buffer(buffer) => buffer.is_empty(),
            Self::Pipe(pipe) => pipe.is_empty(),
        }
    }

    /// Receives into it, when it is empty; into a buffer, where the socket takes no pipe. `drains`:
    /// a receive that leaves room says that nothing more is there.
    pub(super) fn fill(&mut self, from: &core::Socket, drains: bool) -> io::Result<Done<usize>> {
        match self {
            Self::Buffer(buffer) => return buffer.fill(from, drains),
            // A splice may end early for other reasons than that nothing more is there.
            Self::Pipe(pipe) => match pipe.fill(from) {
                Err(e) if is_refusal(&e) => {}
                outcome => return outcome.map(Done::new),
            },
        }
        mem::replace(self, Self::buffer()).release();
        self.fill(from, drains)
    }

    /// Sends out of it; out of a buffer, where the socket takes no pipe.
    pub(super) fn drain(&mut self, to: &core::Socket) -> io::Result<Done<usize>> {
        match self {
            Self::Buffer(buffer) => return buffer.drain(to),
            Self::Pipe(pipe) => match pipe.drain(to) {
                Err(e) if is_refusal(&e) => *self = Self::Buffer(Buffer::of(pipe.read()?)),
                outcome => return outcome.map(Done::new),
            },
        }
        self.drain(to)
    }

    /// Takes out what is in it.
    pub(super) fn into_bytes(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Buffer(buffer) => Ok(buffer.rest().to_vec()),
            Self::Pipe(mut pipe) => pipe.read(),
        }
    }
}

/// Memory, and which part of it is on its way.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Buffer {
    fn new() -> Self {
        Self { bytes: vec![0; BULK].into_boxed_slice(), start: 0, end: 0 }
    }

    fn of(bytes: Vec<u8>) -> Self {
        Self { start: 0, end: bytes.len(), bytes: bytes.into_boxed_slice() }
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// What is on its way.
    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    fn fill(&mut self, from: &core::Socket, drains: bool) -> io::Result<Done<usize>> {
        let n = from.recv(&mut self.bytes)?;
        (self.start, self.end) = (0, n);
        Ok(Done { value: n, short: drains && n > 0 && n < self.bytes.len() })
    }

    fn drain(&mut self, to: &core::Socket) -> io::Result<Done<usize>> {
        let n = to.send(self.rest())?;
        self.start += n;
        Ok(Done { value: n, short: !self.is_empty() })
    }
}

/// Whether splice(2) says that it is not for these two.
fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

/// How many empty carriers of a kind a thread keeps.
const KEPT: usize = 8;

type Keep<T> = RefCell<Vec<T>>;

thread_local! {
    static BUFFERS: Keep<Buffer> = const { RefCell::new(Vec::new()) };
    static PIPES: Keep<Pipe> = const { RefCell::new(Vec::new()) };
}

/// None when there is none, or when the thread ends.
fn take<T>(kept: &'static LocalKey<Keep<T>>) -> Option<T> {
    kept.try_with(|kept| kept.borrow_mut().pop()).ok().flatten()
}

fn keep<T>(kept: &'static LocalKey<Keep<T>>, carrier: T) {
    // When the thread ends, it is dropped.
    let _ = kept.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        if kept.len() < KEPT {
            kept.push(carrier);
        }
    });
}
