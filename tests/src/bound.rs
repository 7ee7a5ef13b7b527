//! A limit on every test and every wait.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Longer than anything here takes on a machine that is alive, however busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a test body on a thread of its own and panics if it takes longer than `limit`.
///
/// # Panics
/// As the body does, and when the time is up. The thread is left behind then.
pub fn bounded<T: Send + 'static>(limit: Duration, body: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, done) = mpsc::channel();
    let name = crate::skip::test_name();
    let worker = thread::Builder::new()
        .name(name.clone())
        .spawn(move || {
            let result = body();
            let _ = sender.send(());
            result
        })
        .expect("a thread");
    if done.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
        panic!("{name} did not end within {limit:?}");
    }
    // Sent, or dropped by a panic: either way the thread is at its end.
    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The result of a thread that has to end soon.
///
/// # Panics
/// As the thread does, and when it does not end within [`PATIENCE`].
pub fn join<T>(thread: JoinHandle<T>) -> T {
    eventually("the thread ends", || thread.is_finished());
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Looks again and again until `condition` holds.
///
/// # Panics
/// When it does not hold within [`PATIENCE`].
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited too long: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
