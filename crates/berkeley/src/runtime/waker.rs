//! Wakers that are numbers: which worker, which of its tasks.
//!
//! ```text
//!   63        48 47                                   0
//!  ┌────────────┬──────────────────────────────────────┐
//!  │   worker   │               task                   │   on 64 bits
//!  └────────────┴──────────────────────────────────────┘
//! ```
//!
//! The number is the data pointer of the waker. Nothing is owned by it, so that a waker costs
//! nothing to clone and drop, and waking a task of the same worker is a push on its queue. A waker
//! that outlives its task may name the task that has its number now, which is then polled for
//! nothing: futures must bear that.
#![allow(unsafe_code)] // A waker whose data is no pointer can only be made from its parts.

use super::inbox::Message;
use super::worker::{self, Remote};
use crate::sync::lock;
use std::io;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{RawWaker, RawWakerVTable, Waker};

/// The number of a task within its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TaskId(pub(super) usize);

const TASK_BITS: u32 = usize::BITS / 4 * 3;

impl TaskId {
    /// The future of `block_on`.
    pub(super) const ROOT: Self = Self((1 << TASK_BITS) - 1);
}

/// Where a task is. It stays there; when it has ended, another may have its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) worker: WorkerId,
    pub(super) task: TaskId,
}

/// The number of a worker among all of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WorkerId(usize);

/// The workers of this process by number. Written when a worker begins or ends.
static WORKERS: RwLock<Vec<Option<Arc<Remote>>>> = RwLock::new(Vec::new());

/// Numbers that are free again.
static FREE: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A worker's number, until this is dropped.
#[derive(Debug)]
pub(super) struct Claim(WorkerId);

impl Claim {
    /// Takes a number for the worker that `make` makes of it.
    pub(super) fn new(
        make: impl FnOnce(WorkerId) -> Arc<Remote>,
    ) -> io::Result<(Self, Arc<Remote>)> {
        let mut workers = WORKERS.write().unwrap_or_else(PoisonError::into_inner);
        let index = lock(&FREE).pop().unwrap_or(workers.len());
        if index >= 1 << (usize::BITS - TASK_BITS) {
            return Err(io::Error::other("there are too many workers in this process"));
        }
        let remote = make(WorkerId(index));
        if index == workers.len() {
            workers.push(None);
        }
        workers[index] = Some(remote.clone());
        Ok((Self(WorkerId(index)), remote))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut workers = WORKERS.write().unwrap_or_else(PoisonError::into_inner);
        let gone = workers[self.0.0].take();
        lock(&FREE).push(self.0.0);
        drop(workers);
        drop(gone);
    }
}

impl Place {
    /// The waker of the task.
    pub(super) fn waker(self) -> Waker {
        let data = ptr::without_provenance(self.worker.0 << TASK_BITS | self.task.0);
        // SAFETY: the functions of the table never read what `data` points to, and may be called
        // any number of times on any thread, which is all that a waker demands.
        unsafe { Waker::new(data, &VTABLE) }
    }

    /// Has the task asked whether it has been aborted.
    pub(super) fn look(self) {
        if !worker::look_here(self) {
            self.send(Message::Look(self.task));
        }
    }

    /// Sends a message to the worker, if it is there.
    fn send(self, message: Message) {
        let workers = WORKERS.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(Some(remote)) = workers.get(self.worker.0) {
            remote.send(message);
        }
    }
}

static VTABLE: RawWakerVTable =
    RawWakerVTable::new(|data| RawWaker::new(data, &VTABLE), wake, wake, |_| {});

fn wake(data: *const ()) {
    let number = data.addr();
    let worker = WorkerId(number >> TASK_BITS);
    let task = TaskId(number & ((1 << TASK_BITS) - 1));
    let place = Place { worker, task };
    if !worker::wake_here(place) {
        place.send(Message::Wake(task));
    }
}
