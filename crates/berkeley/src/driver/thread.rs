//! A thread that sleeps: the timer of those who find no descriptors left for a poller.

use crate::clock::Deadline;
use crate::sync::{Mutex, lock};
use std::io;
use std::sync::Arc;
use std::task::Waker;
use std::thread;

/// A timer with a thread of its own.
#[derive(Debug)]
pub(crate) struct Sleeper {
    waker: Arc<Mutex<Waker>>,
}

impl Sleeper {
    pub(super) fn new(deadline: Deadline, waker: &Waker) -> io::Result<Self> {
        let shared = Arc::new(Mutex::new(waker.clone()));
        let wake = {
            let shared = shared.clone();
            move || {
                thread::sleep(deadline.remaining());
                let waker = lock(&shared).clone();
                waker.wake();
            }
        };
        thread::Builder::new().name("berkeley-sleeper".to_owned()).spawn(wake)?;
        Ok(Self { waker: shared })
    }

    pub(super) fn update(&self, waker: &Waker) {
        let fresh = waker.clone();
        let old = std::mem::replace(&mut *lock(&self.waker), fresh);
        drop(old);
    }
}
