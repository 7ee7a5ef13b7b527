//! Signals that interrupt system calls, and a count of SIGPIPE.

use crate::bound::eventually;
use crate::observe::blocked_in;
use nix::libc::{c_int, c_long, c_void, siginfo_t};
use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::signal::Signal;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use vmm_sys_util::signal::register_signal_handler;

/// While this lives, its thread is interrupted about a thousand times a second.
///
/// The handler has no SA_RESTART, so that the kernel ends what it interrupts with EINTR.
#[derive(Debug)]
pub struct Storm {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
    sender: Option<JoinHandle<()>>,
    /// It must be dropped by the thread that it interrupts, or that thread may be gone.
    _here: PhantomData<*const ()>,
}

extern "C" fn ignore(_: c_int, _: *mut siginfo_t, _: *mut c_void) {}

impl Storm {
    /// Begins to interrupt the thread that calls this.
    ///
    /// # Panics
    /// When the handler cannot be installed.
    #[must_use]
    pub fn on_this_thread() -> Self {
        register_signal_handler(Signal::SIGUSR1 as c_int, ignore).expect("a handler");
        let target = pthread_self();
        let stop = Arc::new(AtomicBool::new(false));
        let sent = Arc::new(AtomicUsize::new(0));
        let (stopped, count) = (stop.clone(), sent.clone());
        let sender = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                pthread_kill(target, Signal::SIGUSR1).expect("the thread is there");
                count.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
        });
        Self { stop, sent, sender: Some(sender), _here: PhantomData }
    }

    /// Starts a thread as [`blocked_in`](crate::blocked_in) does, and returns once it waits in one
    /// of `calls` and was interrupted there many times.
    ///
    /// # Panics
    /// When the thread ends before.
    pub fn on_blocked<T: Send + 'static>(
        calls: &[c_long],
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let (sender, sent) = mpsc::channel();
        let worker = blocked_in(calls, move || {
            let storm = Self::on_this_thread();
            let _ = sender.send(storm.sent.clone());
            body()
        });
        let sent = sent.recv().expect("its count");
        let before = sent.load(Ordering::Relaxed);
        eventually("signals arrive", || {
            assert!(!worker.is_finished(), "the thread ended instead of waiting");
            sent.load(Ordering::Relaxed) > before + 10
        });
        worker
    }

    /// How many signals were sent so far.
    #[must_use]
    pub fn signals(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(sender) = self.sender.take() {
            let _ = sender.join();
        }
    }
}

static PIPE_SIGNALS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count_pipe_signal(_: c_int, _: *mut siginfo_t, _: *mut c_void) {
    PIPE_SIGNALS.fetch_add(1, Ordering::Relaxed);
}

/// Counts SIGPIPE, which Rust's runtime ignores otherwise. For a process of a test's own.
#[derive(Debug)]
pub struct PipeSignals(());

impl PipeSignals {
    /// Begins to count.
    ///
    /// # Panics
    /// When the handler cannot be installed.
    #[must_use]
    pub fn count() -> Self {
        register_signal_handler(Signal::SIGPIPE as c_int, count_pipe_signal).expect("a handler");
        Self(())
    }

    /// How many came since the last time this was asked.
    #[must_use]
    pub fn take(&self) -> usize {
        PIPE_SIGNALS.swap(0, Ordering::Relaxed)
    }
}
