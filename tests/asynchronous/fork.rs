//! What a forked child can do, which has none of its parent's threads.
#![allow(unsafe_code)] // Only unsafe code forks.

use crate::{SHORT, assert_timed_out};
use berkeley::UnixStream;
use berkeley_tests::in_child;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use std::panic::catch_unwind;

async fn wait() {
    let (a, _b) = UnixStream::pair().unwrap();
    assert_timed_out(a.recv(&mut [0]).timeout(SHORT).await);
}

fn wait_everywhere() {
    futures::executor::block_on(wait());
    berkeley::block_on(wait());
}

#[test]
fn a_child_waits_in_a_runtime_of_its_own_and_in_the_background() {
    in_child("fork::a_child_waits_in_a_runtime_of_its_own_and_in_the_background", || {
        wait_everywhere();
        // SAFETY: the child asks for nothing that a thread which it lacks has locked: they sleep.
        match unsafe { fork() }.unwrap() {
            ForkResult::Child => {
                // SAFETY: it has the kernel end this process, should it not end by itself.
                unsafe { libc::alarm(30) };
                let ended = catch_unwind(wait_everywhere);
                // SAFETY: it ends this process, and runs nothing of it.
                unsafe { libc::_exit(i32::from(ended.is_err())) }
            }
            ForkResult::Parent { child } => {
                assert_eq!(waitpid(child, None).unwrap(), WaitStatus::Exited(child, 0));
            }
        }
    });
}
