//! What the kernel says of this process.

use crate::bound::eventually;
use berkeley_core::Socket;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::gettid;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How many descriptors this process has open, by /proc/self/fd.
///
/// # Panics
/// Without /proc.
#[must_use]
pub fn open_descriptors() -> usize {
    // One of them is that of the listing itself.
    std::fs::read_dir("/proc/self/fd").expect("/proc").count() - 1
}

/// How many threads of this process have this name, by /proc/self/task.
///
/// # Panics
/// Without /proc.
#[must_use]
pub fn threads_named(name: &str) -> usize {
    let threads = std::fs::read_dir("/proc/self/task").expect("/proc");
    let names = threads.filter_map(|thread| {
        // One that ends meanwhile has no name.
        std::fs::read_to_string(thread.ok()?.path().join("comm")).ok()
    });
    names.filter(|other| other.trim_end() == name).count()
}

/// The bytes of an option as the kernel has them.
///
/// # Panics
/// When the socket has no such option.
#[must_use]
pub fn option_bytes(socket: &Socket, level: i32, name: i32) -> Vec<u8> {
    let mut value = [0; 64];
    socket.get_raw(level, name, &mut value).expect("the option").to_vec()
}

/// Whether the descriptor has `O_NONBLOCK`.
///
/// # Panics
/// When its flags cannot be read.
#[must_use]
pub fn flag_is_nonblocking(socket: &Socket) -> bool {
    let flags = fcntl(socket, FcntlArg::F_GETFL).expect("the flags");
    OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK)
}

/// The processor time that this thread has used.
///
/// # Panics
/// Without that clock.
#[must_use]
pub fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("the clock").into()
}

/// The system calls that poll(3) is.
#[cfg(target_arch = "x86_64")]
pub const POLL: [libc::c_long; 2] = [libc::SYS_poll, libc::SYS_ppoll];
/// The system calls that poll(3) is.
#[cfg(not(target_arch = "x86_64"))]
pub const POLL: [libc::c_long; 1] = [libc::SYS_ppoll];

/// Starts a thread and returns once it waits in one of `calls` (numbers of system calls).
///
/// # Panics
/// When the thread ends before, or does not get there.
pub fn blocked_in<T: Send + 'static>(
    calls: &[libc::c_long],
    body: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    let (sender, id) = mpsc::channel();
    let worker = thread::spawn(move || {
        let _ = sender.send(gettid());
        body()
    });
    let state = format!("/proc/self/task/{}/syscall", id.recv().expect("its id"));
    eventually("the thread blocks", || {
        assert!(!worker.is_finished(), "the thread ended instead of waiting");
        // "running", or the number of the call and its arguments.
        let call = std::fs::read_to_string(&state).unwrap_or_default();
        let number = call.split_whitespace().next().and_then(|number| number.parse().ok());
        number.is_some_and(|number| calls.contains(&number))
    });
    worker
}
