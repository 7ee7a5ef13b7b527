//! Our own runtime: handles, panics, turns, sleeps, ends.

use crate::drivers::tcp_streams;
use crate::{LONG, SHORT, takes};
use berkeley::{Runtime, UnixSeqpacket, block_on, spawn, spawn_local, time, yield_now};
use berkeley_tests::{PATIENCE, bounded, in_child, join};
use futures::channel::oneshot;
use futures::future::{join_all, pending};
use futures::poll;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Waker;
use std::thread;
use std::time::Duration;

pub(crate) fn two_workers() -> Runtime {
    Runtime::builder().workers(2).build().unwrap()
}

/// Runs something when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn a_local_task_may_keep_what_cannot_leave_the_thread() {
    bounded(PATIENCE, || {
        let count = block_on(async {
            let count = Rc::new(Cell::new(0));
            let tasks = (0..10).map(|_| {
                let count = count.clone();
                spawn_local(async move {
                    let inner = count.clone();
                    let nested = spawn_local(async move { inner.set(inner.get() + 1) });
                    nested.await.unwrap();
                    count.set(count.get() + 1);
                })
            });
            for task in join_all(tasks).await {
                task.unwrap();
            }
            count.get()
        });
        assert_eq!(count, 20);
        // On the worker of the task that spawns.
        let runtime = two_workers();
        for handle in runtime.spawn_on_each(|number| async move {
            let here = thread::current().id();
            let there = spawn_local(async { thread::current().id() }).await.unwrap();
            assert_eq!(here, there);
            number
        }) {
            assert!(runtime.block_on(handle).unwrap() < 2);
        }
    });
}

#[test]
fn tasks_take_turns_by_yielding() {
    bounded(PATIENCE, || {
        let turns = block_on(async {
            let turns = Rc::new(RefCell::new(Vec::new()));
            let tasks = [1, 2, 3].map(|number| {
                let turns = turns.clone();
                spawn_local(async move {
                    for _ in 0..3 {
                        turns.borrow_mut().push(number);
                        yield_now().await;
                    }
                })
            });
            join_all(tasks).await;
            Rc::into_inner(turns).unwrap().into_inner()
        });
        assert_eq!(turns, [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    });
}

#[test]
fn a_task_whose_socket_is_always_ready_lets_others_run() {
    bounded(PATIENCE, || {
        block_on(async {
            let (a, b) = UnixSeqpacket::pair().unwrap();
            let progress = Rc::new(Cell::new(0));
            let counted = progress.clone();
            spawn_local(async move {
                loop {
                    counted.set(counted.get() + 1);
                    yield_now().await;
                }
            });
            // Each send and each receive can be done at once.
            for _ in 0..10_000 {
                a.send(b"x").await.unwrap();
                b.recv(&mut [0; 8]).await.unwrap();
            }
            assert!(progress.get() >= 50, "only {} turns", progress.get());
        });
    });
}

#[test]
fn a_busy_task_does_not_stop_sleeps_and_sockets() {
    bounded(PATIENCE, || {
        block_on(async {
            let busy = spawn_local(async {
                loop {
                    yield_now().await;
                }
            });
            takes(SHORT, time::sleep(SHORT)).await;
            let (a, b) = tcp_streams();
            let echo = spawn_local(async move {
                let mut buffer = [0; 8];
                let n = b.recv(&mut buffer).await.unwrap();
                b.send_all(&buffer[..n]).await.unwrap();
            });
            a.send_all(b"hello").await.unwrap();
            assert_eq!(a.recv(&mut [0; 8]).await.unwrap(), 5);
            echo.await.unwrap();
            busy.abort();
            assert!(busy.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn sleeps_end_in_the_order_of_their_times() {
    bounded(PATIENCE, || {
        let order = block_on(async {
            let order = Rc::new(RefCell::new(Vec::new()));
            let tasks = [5, 1, 4, 2, 3].map(|number| {
                let order = order.clone();
                spawn_local(async move {
                    takes(SHORT * number, time::sleep(SHORT * number)).await;
                    order.borrow_mut().push(number);
                })
            });
            join_all(tasks).await;
            Rc::into_inner(order).unwrap().into_inner()
        });
        assert_eq!(order, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_time_limit_drops_what_is_late() {
    bounded(PATIENCE, || {
        block_on(async {
            let dropped = Cell::new(false);
            let late = async {
                let _guard = OnDrop(|| dropped.set(true));
                pending::<()>().await;
            };
            let outcome = takes(SHORT, time::timeout(SHORT, late)).await;
            assert!(outcome.is_err() && dropped.get());
            assert_eq!(time::timeout(Duration::ZERO, async { 3 }).await, Ok(3));
            assert_eq!(time::timeout(Duration::MAX, async { 4 }).await, Ok(4));
        });
    });
}

/// Kilobytes of memory that this process has touched.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn dropped_sleeps_leave_nothing() {
    in_child("runtime::dropped_sleeps_leave_nothing", || {
        block_on(async {
            let drop_many = async || {
                for _ in 0..10_000 {
                    assert!(poll!(time::sleep(LONG)).is_pending());
                }
            };
            drop_many().await;
            let before = memory();
            for _ in 0..50 {
                drop_many().await;
            }
            // Half a million timers would be tens of megabytes.
            let after = memory();
            assert!(after < before + 4_000, "{before} kB, then {after} kB");
        });
    });
}

#[test]
fn shutdown_waits_for_tasks_and_tells_how_many_were_dropped() {
    bounded(PATIENCE, || {
        let runtime = two_workers();
        let drops = Arc::new(Mutex::new(Vec::new()));
        let (started, runs) = mpsc::channel();
        for number in 0..5 {
            let (drops, started) = (drops.clone(), started.clone());
            drop(runtime.spawn(async move {
                let _guard = OnDrop(move || {
                    // Dropped by its worker, where it may spawn and wake.
                    drop(spawn_local(async {}));
                    let name = thread::current().name().map(str::to_owned);
                    drops.lock().unwrap().push(name.unwrap_or_default());
                });
                started.send(()).unwrap();
                // Two of them end in time.
                time::sleep(if number < 2 { SHORT } else { LONG }).await;
            }));
        }
        for _ in 0..5 {
            runs.recv_timeout(PATIENCE).unwrap();
        }
        assert_eq!(runtime.shutdown(SHORT * 10), 3);
        let drops = drops.lock().unwrap();
        assert_eq!(drops.len(), 5);
        assert!(drops.iter().all(|name| name.starts_with("berkeley-")), "{drops:?}");
    });
}

#[test]
fn shutdown_of_idle_workers_is_at_once() {
    bounded(PATIENCE, || {
        let runtime = two_workers();
        assert_eq!(runtime.block_on(runtime.spawn(async { 1 })).unwrap(), 1);
        let start = std::time::Instant::now();
        assert_eq!(runtime.shutdown(LONG), 0);
        assert!(start.elapsed() < crate::SLACK);
    });
}

#[test]
fn tasks_with_sockets_are_dropped_at_the_end() {
    bounded(PATIENCE, || {
        let (a, b) = tcp_streams();
        let (c, d) = tcp_streams();
        let runtime = two_workers();
        let handle = runtime.spawn(async move { a.recv(&mut [0; 8]).await });
        drop(runtime);
        // The peer of a dropped socket sees its end, and the handle that its task is gone.
        block_on(async {
            assert_eq!(b.recv(&mut [0; 8]).timeout(PATIENCE).await.unwrap(), 0);
            assert!(handle.await.unwrap_err().is_cancelled());
            drop(spawn_local(async move { c.recv(&mut [0; 8]).await }));
            yield_now().await;
        });
        assert_eq!(block_on(async { d.recv(&mut [0; 8]).timeout(PATIENCE).await }).unwrap(), 0);
    });
}

#[test]
fn other_threads_wake_tasks() {
    bounded(PATIENCE, || {
        block_on(async {
            for _ in 0..1_000 {
                let (sender, receiver) = oneshot::channel();
                let thread = thread::spawn(move || sender.send(7).unwrap());
                assert_eq!(receiver.await.unwrap(), 7);
                join(thread);
            }
        });
        // Between the workers of one runtime, both ways.
        let runtime = two_workers();
        let (to_one, from_two) = futures::channel::mpsc::unbounded::<u32>();
        let (to_two, from_one) = futures::channel::mpsc::unbounded::<u32>();
        let ends = Mutex::new(vec![(to_one, from_one), (to_two, from_two)]);
        let ends = Arc::new(ends);
        let tasks = runtime.spawn_on_each(move |_| {
            use futures::StreamExt;
            let (sender, mut receiver) = ends.lock().unwrap().pop().unwrap();
            async move {
                for number in 0..10_000 {
                    sender.unbounded_send(number).unwrap();
                    assert_eq!(receiver.next().await, Some(number));
                }
            }
        });
        for task in tasks {
            runtime.block_on(task).unwrap();
        }
    });
}

#[test]
fn block_on_in_a_task_panics_with_a_reason() {
    bounded(PATIENCE, || {
        let message = block_on(async {
            let panic = catch_unwind(AssertUnwindSafe(|| block_on(async {}))).unwrap_err();
            let message = panic.downcast::<&str>().map(|text| (*text).to_owned());
            // The outer one goes on.
            spawn_local(async {}).await.unwrap();
            message.unwrap()
        });
        assert!(message.contains("await the future"), "{message}");
        let runtime = two_workers();
        let error = runtime.block_on(runtime.spawn(async { block_on(async {}) })).unwrap_err();
        assert!(error.to_string().contains("await the future"), "{error}");
    });
}

#[test]
fn spawning_outside_a_runtime_panics_with_a_reason() {
    for spawning in [|| drop(spawn(async {})), || drop(spawn_local(async {}))] {
        let panic = catch_unwind(spawning).unwrap_err();
        let message = panic.downcast::<&str>().unwrap();
        assert!(message.contains("is for tasks of a berkeley runtime"), "{message}");
    }
}

#[test]
fn wakers_that_outlive_their_runtime_are_harmless() {
    bounded(PATIENCE, || {
        let mut wakers: Vec<Waker> = Vec::new();
        for _ in 0..20 {
            wakers.extend(block_on(async {
                let ours = std::future::poll_fn(|cx| cx.waker().clone().into()).await;
                let task = std::future::poll_fn(|cx| cx.waker().clone().into());
                vec![ours, spawn_local(task).await.unwrap()]
            }));
        }
        // While another worker has their number, too.
        let polls = Arc::new(AtomicUsize::new(0));
        let counted = polls.clone();
        block_on(async move {
            let sleeping = spawn_local(async move {
                let mut sleep = time::sleep(SHORT);
                std::future::poll_fn(|cx| {
                    counted.fetch_add(1, Ordering::Relaxed);
                    std::pin::Pin::new(&mut sleep).poll(cx)
                })
                .await;
            });
            for _ in 0..10 {
                wakers.iter().for_each(Waker::wake_by_ref);
                yield_now().await;
            }
            let elsewhere = wakers.clone();
            join(thread::spawn(move || elsewhere.into_iter().for_each(Waker::wake)));
            takes(Duration::ZERO, sleeping).await.unwrap();
        });
        assert!(polls.load(Ordering::Relaxed) >= 2);
    });
}

#[test]
fn a_future_that_wakes_itself_forever_does_not_stop_the_runtime() {
    bounded(PATIENCE, || {
        block_on(async {
            drop(spawn_local(async {
                std::future::poll_fn(|cx| {
                    cx.waker().wake_by_ref();
                    std::task::Poll::<()>::Pending
                })
                .await;
            }));
            takes(SHORT, time::sleep(SHORT)).await;
        });
    });
}
