//! What other threads ask of a worker.

use super::waker::{Place, TaskId};
use crate::sync::{Mutex, lock};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Instant;

/// A task as a worker runs it.
pub(super) type Task = Pin<Box<dyn Run>>;

/// Runs a future, whose output goes elsewhere.
pub(super) trait Run: Future<Output = ()> {
    /// Its worker tells where it is, before all else.
    fn placed(&self, place: Place);

    /// Ends it if it has been aborted. Its worker asks before its first poll, and when it was told
    /// to look.
    fn poll_aborted(self: Pin<&mut Self>) -> Poll<()>;
}

/// Makes a task on the worker that runs it, so that the task itself need not be `Send`.
pub(super) type MakeTask = Box<dyn FnOnce() -> Task + Send>;

pub(super) enum Message {
    Wake(TaskId),
    /// The task may have been aborted.
    Look(TaskId),
    Spawn(MakeTask),
    /// End when all tasks have, or at this moment.
    Stop(Instant),
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wake(id) => f.debug_tuple("Wake").field(id).finish(),
            Self::Look(id) => f.debug_tuple("Look").field(id).finish(),
            Self::Spawn(_) => f.write_str("Spawn"),
            Self::Stop(at) => f.debug_tuple("Stop").field(at).finish(),
        }
    }
}

/// A queue that costs its owner one load while it is empty.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    messages: Mutex<Messages>,
    filled: AtomicBool,
}

#[derive(Debug, Default)]
struct Messages {
    queue: Vec<Message>,
    /// The worker is gone: what comes is dropped.
    closed: bool,
}

impl Inbox {
    /// Adds a message. The caller rings the worker's reactor then.
    pub(super) fn push(&self, message: Message) {
        let mut messages = lock(&self.messages);
        if messages.closed {
            // What it holds may do anything when dropped.
            drop(messages);
            drop(message);
            return;
        }
        messages.queue.push(message);
        self.filled.store(true, Ordering::Release);
    }

    /// Takes all messages, in order, for `empty`, whose room those to come will have. `false` if
    /// there are none.
    #[inline]
    pub(super) fn take(&self, empty: &mut Vec<Message>) -> bool {
        let filled = self.filled.load(Ordering::Acquire);
        if filled {
            let mut messages = lock(&self.messages);
            self.filled.store(false, Ordering::Relaxed);
            std::mem::swap(&mut messages.queue, empty);
        }
        filled
    }

    /// Takes all messages and takes in no more.
    pub(super) fn close(&self) -> Vec<Message> {
        let mut messages = lock(&self.messages);
        messages.closed = true;
        std::mem::take(&mut messages.queue)
    }
}
