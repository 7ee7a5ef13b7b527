//! Sending without SIGPIPE where the call takes no `MSG_NOSIGNAL`: sendfile(2) and splice(2).
#![allow(unsafe_code)] // Signal masks: see the module docs of `sys`.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

/// Makes a call that may raise SIGPIPE for this thread, of `count` bytes, and raises none.
///
/// The signal is blocked meanwhile, and taken if it came. (That it is ignored, as Rust's runtime
/// has it, is not for a library to rely on.) Only a call that did not do all can have raised it:
/// sendfile reports what it sent before the peer was gone, and the signal has come all the same.
///
/// None of these functions can fail with such arguments, so they do not go through the one door.
pub(super) fn without_pipe_signal(
    count: usize,
    call: impl FnOnce() -> io::Result<usize>,
) -> io::Result<usize> {
    let signal = only_pipe();
    let mut before = MaybeUninit::uninit();
    // SAFETY: `signal` is a signal set, and `before` has room for one.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const signal, before.as_mut_ptr()) };
    // SAFETY: the call above has filled it; with a valid first argument it does not fail.
    let before = unsafe { before.assume_init() };
    // One that waits already is somebody else's.
    let is_ours = !(has_pipe(&before) && is_pending());

    let outcome = call();

    if is_ours && !matches!(outcome, Ok(n) if n == count) {
        let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: both are valid for reads; the null says that nothing is asked of the signal.
        unsafe { libc::sigtimedwait(&raw const signal, ptr::null_mut(), &raw const at_once) };
    }
    // SAFETY: `before` is a signal set; the null says that the old one is not asked for.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
    outcome
}

/// The set of SIGPIPE alone.
fn only_pipe() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `set` has room for a signal set.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: the call above has filled it; it does not fail.
    let mut set = unsafe { set.assume_init() };
    // SAFETY: `set` is a signal set.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGPIPE) };
    set
}

fn has_pipe(set: &libc::sigset_t) -> bool {
    // SAFETY: `set` is a signal set.
    unsafe { libc::sigismember(set, libc::SIGPIPE) == 1 }
}

/// Whether SIGPIPE waits to be delivered.
fn is_pending() -> bool {
    let mut set = only_pipe();
    // SAFETY: `set` is a signal set that the call may write.
    unsafe { libc::sigpending(&raw mut set) };
    has_pipe(&set)
}
