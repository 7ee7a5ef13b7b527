//! The handles of our own runtime's tasks: outputs, panics, aborts.

use crate::SHORT;
use crate::runtime::{OnDrop, two_workers};
use berkeley::{block_on, time};
use berkeley_tests::{PATIENCE, bounded, eventually};
use std::future::pending;
use std::panic::catch_unwind;
use std::sync::mpsc;
use std::thread::{self, ThreadId};

#[test]
fn a_handle_carries_the_payload_of_a_panic() {
    bounded(PATIENCE, || {
        let runtime = two_workers();
        let handle: berkeley::JoinHandle<()> =
            runtime.spawn(async { std::panic::panic_any(42_u64) });
        let error: berkeley::JoinError = runtime.block_on(handle).unwrap_err();
        assert!(error.is_panic() && !error.is_cancelled());
        assert_eq!(error.to_string(), "the task panicked");
        assert_eq!(*error.into_panic().unwrap().downcast::<u64>().unwrap(), 42);

        let handle: berkeley::JoinHandle<()> = runtime.spawn(async { panic!("number {}", 7) });
        let error: berkeley::JoinError = runtime.block_on(handle).unwrap_err();
        assert_eq!(error.to_string(), "the task panicked: number 7");
        // The workers live on.
        for _ in 0..4 {
            assert_eq!(runtime.block_on(runtime.spawn(async { 6 * 7 })).unwrap(), 42);
        }
        assert_eq!(runtime.shutdown(PATIENCE), 0);
    });
}

#[test]
fn a_panic_of_the_main_future_is_that_of_block_on() {
    bounded(PATIENCE, || {
        let panic = catch_unwind(|| block_on(async { panic!("from within") })).unwrap_err();
        assert_eq!(*panic.downcast::<&str>().unwrap(), "from within");
        // The thread can do it again.
        assert_eq!(block_on(async { 1 }), 1);
    });
}

#[test]
fn an_aborted_task_is_dropped_on_its_worker() {
    bounded(PATIENCE, || {
        let runtime = two_workers();
        let (sender, dropped) = mpsc::channel::<ThreadId>();
        let (started, runs) = mpsc::channel();
        let handle = runtime.spawn(async move {
            let _guard = OnDrop(move || sender.send(thread::current().id()).unwrap());
            started.send(thread::current().id()).unwrap();
            pending::<()>().await;
        });
        let worker = runs.recv_timeout(PATIENCE).unwrap();
        assert!(!handle.is_finished());
        handle.abort();
        let error = runtime.block_on(handle).unwrap_err();
        assert!(error.is_cancelled() && !error.is_panic());
        assert_eq!(error.to_string(), "the task was cancelled");
        assert_eq!(dropped.recv_timeout(PATIENCE).unwrap(), worker);

        // One that has ended has its output.
        let handle = runtime.spawn(async { 5 });
        eventually("the task ends", || handle.is_finished());
        handle.abort();
        assert_eq!(runtime.block_on(handle).unwrap(), 5);
    });
}

#[test]
fn a_task_goes_on_without_its_handle() {
    bounded(PATIENCE, || {
        let runtime = two_workers();
        let (sender, done) = mpsc::channel();
        drop(runtime.spawn(async move {
            time::sleep(SHORT).await;
            sender.send(()).unwrap();
        }));
        done.recv_timeout(PATIENCE).unwrap();
    });
}
