//! That no operation allocates, done at once or after a wait.

use crate::counting::allocations;
use crate::operations::{Sockets, Way, all, batches, turn_of_a_relay};
use crate::tokio_runtime;
use berkeley_tests::{PATIENCE, bounded, join};
use std::future::poll_fn;
use std::mem;
use std::sync::mpsc::{self, SyncSender};
use std::task::{Poll, Waker};
use std::thread;

/// Each operation once. What they do once in a thread, or for a socket, is done before.
async fn no_operation_allocates() {
    let sockets = Sockets::new().await;
    all(&sockets, Way::AtOnce).await;
    // Nobody has waited, and nothing is registered.
    assert_no_allocations(&sockets, Way::AtOnce).await;
    for _ in 0..2 {
        all(&sockets, Way::Waiting).await;
    }
    assert_no_allocations(&sockets, Way::Waiting).await;
    assert_no_allocations(&sockets, Way::AtOnce).await;
}

async fn assert_no_allocations(sockets: &Sockets, way: Way) {
    let costs = all(sockets, way).await;
    assert_eq!(costs.allocating, [], "{way:?}");
    assert!(costs.operations >= 38, "{} operations", costs.operations);
}

async fn a_turn_of_a_relay_allocates_nothing() {
    let sockets = Sockets::new().await;
    // Its buffer is kept by the thread.
    turn_of_a_relay(&sockets).await;
    assert_eq!(turn_of_a_relay(&sockets).await.allocating, []);
}

/// A batch of messages needs two lists of them for the kernel. One that waits is tried twice.
async fn a_batch_allocates_its_lists() {
    let sockets = Sockets::new().await;
    for (way, lists) in [(Way::AtOnce, [2, 2]), (Way::Waiting, [4, 4])] {
        for _ in 0..2 {
            batches(&sockets, way).await;
        }
        let expected = [("recv_many", lists[0]), ("send_many", lists[1])];
        assert_eq!(batches(&sockets, way).await.allocating, expected, "{way:?}");
    }
}

#[test]
fn a_turn_of_a_relay_allocates_nothing_wherever_it_runs() {
    bounded(PATIENCE, || berkeley::block_on(a_turn_of_a_relay_allocates_nothing()));
    bounded(PATIENCE, || tokio_runtime().block_on(a_turn_of_a_relay_allocates_nothing()));
}

#[test]
fn a_wake_from_another_thread_allocates_nothing_on_either() {
    /// Wakes that are not counted, and those that are.
    const WAKES: [usize; 2] = [8, 100];
    let (sender, wakers) = mpsc::sync_channel::<Waker>(1);
    let waking = thread::spawn(move || {
        let counts = WAKES.map(|wakes| {
            let before = allocations();
            wakers.iter().take(wakes).for_each(Waker::wake);
            allocations() - before
        });
        counts[1]
    });
    let woken = bounded(PATIENCE, move || {
        berkeley::block_on(async {
            berkeley::spawn_local(async move {
                let mut count = 0;
                for wakes in WAKES {
                    let before = allocations();
                    for _ in 0..wakes {
                        woken_by(&sender).await;
                    }
                    count = allocations() - before;
                }
                count
            })
            .await
            .expect("the task ends well")
        })
    });
    assert_eq!((woken, join(waking)), (0, 0));
}

/// Returns when the other thread, to which the waker goes, has woken it.
async fn woken_by(other: &SyncSender<Waker>) {
    let mut is_sent = false;
    poll_fn(|cx| {
        if mem::replace(&mut is_sent, true) {
            return Poll::Ready(());
        }
        other.send(cx.waker().clone()).expect("it wakes");
        Poll::Pending
    })
    .await;
}

#[test]
fn a_batch_allocates_its_lists_and_nothing_for_each_message() {
    bounded(PATIENCE, || berkeley::block_on(a_batch_allocates_its_lists()));
    bounded(PATIENCE, || tokio_runtime().block_on(a_batch_allocates_its_lists()));
}

#[test]
fn no_operation_allocates_on_our_runtime() {
    bounded(PATIENCE, || berkeley::block_on(no_operation_allocates()));
}

#[test]
fn no_operation_allocates_inside_tokio() {
    bounded(PATIENCE, || tokio_runtime().block_on(no_operation_allocates()));
}
