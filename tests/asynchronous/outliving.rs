//! Sockets, operations and timers that outlive the runtime in which they first waited.

use crate::drivers::{Driver, Task, tcp_streams, tokio_runtime};
use crate::{SHORT, assert_timed_out, takes};
use berkeley::{Socket, UnixSeqpacket, time};
use berkeley_tests::{PATIENCE, bounded, join};
use futures::executor::block_on;
use futures::future::join_all;
use futures::poll;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A test for each runtime that ends, of each `fn name(from: Driver, to: Driver)`, with every driver
/// after it.
macro_rules! after_every_runtime {
    ($($name:ident)*) => { $(
        mod $name {
            use crate::drivers::Driver;

            after_every_runtime!(@ $name
                own: Own, workers: Workers, tokio_current: TokioCurrent, tokio_multi: TokioMulti,
            );
        }
    )* };
    (@ $name:ident $($test:ident: $driver:ident,)*) => { $(
        #[test]
        fn $test() {
            for to in Driver::ALL {
                println!("then {to:?}");
                berkeley_tests::bounded(crate::SLACK, move || super::$name(Driver::$driver, to));
            }
        }
    )* };
}

after_every_runtime! {
    a_socket_works_when_its_runtime_has_ended
    a_stream_works_when_its_runtime_has_ended
    a_deadline_works_when_the_runtime_of_its_socket_has_ended
    an_operation_goes_on_when_its_runtime_has_ended
    an_operation_of_an_ended_runtime_waits_beside_another
    a_dropped_operation_of_an_ended_runtime_leaves_another_alone
}

fn pair() -> (Arc<Socket>, Arc<Socket>) {
    let (a, b) = UnixSeqpacket::pair().unwrap();
    (Arc::new(a.into()), Arc::new(b.into()))
}

/// Has `socket` wait in both directions in a runtime that ends then.
fn wait_in(driver: Driver, socket: &Arc<Socket>) {
    let socket = socket.clone();
    driver.block_on(async move {
        let tick = Duration::from_millis(1);
        assert_timed_out(socket.recv(&mut [0]).timeout(tick).await);
    });
}

async fn assert_works(driver: Driver, a: Arc<Socket>, b: Arc<Socket>) {
    for _ in 0..3 {
        let receiver = a.clone();
        let receiving =
            driver.spawn_waiting(async move { receiver.recv(&mut [0; 8]).await.unwrap() }).await;
        b.send(b"xyz").await.unwrap();
        assert_eq!(receiving.await, 3);
    }
    while a.try_send(&[0; 1_000]).is_ok() {}
    let sender = a.clone();
    let sending = driver.spawn_waiting(async move { sender.send(b"xyz").await.unwrap() }).await;
    while b.recv(&mut [0; 1_000]).await.unwrap() != 3 {}
    assert_eq!(sending.await, 3);
}

fn a_socket_works_when_its_runtime_has_ended(from: Driver, to: Driver) {
    let (a, b) = pair();
    wait_in(from, &a);
    to.block_on(assert_works(to, a, b));
}

fn a_stream_works_when_its_runtime_has_ended(from: Driver, to: Driver) {
    let (a, b) = tcp_streams();
    let (a, b) = (Arc::new(Socket::from(a)), Arc::new(Socket::from(b)));
    wait_in(from, &a);
    to.block_on(async move {
        let receiving = to.spawn_waiting(async move { a.recv(&mut [0; 8]).await.unwrap() }).await;
        b.send(b"xyz").await.unwrap();
        assert_eq!(receiving.await, 3);
    });
}

fn a_deadline_works_when_the_runtime_of_its_socket_has_ended(from: Driver, to: Driver) {
    let (a, b) = pair();
    wait_in(from, &a);
    to.block_on(async move {
        assert_timed_out(takes(SHORT, a.recv(&mut [0]).timeout(SHORT)).await);
        assert_timed_out(takes(SHORT, a.recv(&mut [0]).timeout(SHORT)).await);
        drop(b);
    });
}

#[test]
fn a_socket_goes_through_many_runtimes() {
    bounded(PATIENCE, || {
        let (a, b) = pair();
        for round in 0..50 {
            let driver = Driver::RUNTIMES[round % Driver::RUNTIMES.len()];
            driver.block_on(assert_works(driver, a.clone(), b.clone()));
        }
    });
}

/// An operation that has begun to wait in a runtime that ends then.
#[expect(clippy::async_yields_async, reason = "it is to be awaited elsewhere")]
fn begun_in(driver: Driver, socket: &Arc<Socket>) -> Task<usize> {
    let socket = socket.clone();
    let mut receiving: Task<usize> =
        Box::pin(async move { socket.recv(&mut [0; 8]).await.unwrap() });
    driver.block_on(async move {
        assert!(poll!(&mut receiving).is_pending());
        receiving
    })
}

fn an_operation_goes_on_when_its_runtime_has_ended(from: Driver, to: Driver) {
    let (a, b) = pair();
    let receiving = begun_in(from, &a);
    to.block_on(async move {
        let receiving = to.spawn_waiting(receiving).await;
        b.send(b"xyz").await.unwrap();
        assert_eq!(receiving.await, 3);
    });
}

fn an_operation_of_an_ended_runtime_waits_beside_another(from: Driver, to: Driver) {
    let (a, b) = pair();
    let old = begun_in(from, &a);
    to.block_on(async move {
        let new = to.spawn_waiting(async move { a.recv(&mut [0; 8]).await.unwrap() }).await;
        let old = to.spawn_waiting(old).await;
        b.send(b"xyz").await.unwrap();
        b.send(b"xyz").await.unwrap();
        assert_eq!(join_all([new, old]).await, [3, 3]);
    });
}

fn a_dropped_operation_of_an_ended_runtime_leaves_another_alone(from: Driver, to: Driver) {
    let (a, b) = pair();
    let old = begun_in(from, &a);
    to.block_on(async move {
        let new = to.spawn_waiting(async move { a.recv(&mut [0; 8]).await.unwrap() }).await;
        drop(old);
        b.send(b"xyz").await.unwrap();
        assert_eq!(new.await, 3);
    });
}

#[test]
fn an_operation_that_waits_elsewhere_goes_on_when_the_runtime_ends() {
    for from in Driver::RUNTIMES {
        bounded(PATIENCE, move || {
            for _ in 0..20 {
                let (a, b) = pair();
                let (registered, is_registered) = std::sync::mpsc::channel();
                let (end, may_end) = futures::channel::oneshot::channel::<()>();
                let socket = a.clone();
                let runtime = thread::spawn(move || {
                    from.block_on(async move {
                        assert!(poll!(socket.recv(&mut [0; 8])).is_pending());
                        registered.send(()).unwrap();
                        may_end.await.unwrap();
                    });
                });
                is_registered.recv_timeout(PATIENCE).unwrap();
                let waiting = Driver::Futures
                    .spawn_waiting(async move { a.recv(&mut [0; 8]).await.unwrap() });
                let waiting = block_on(waiting);
                end.send(()).unwrap();
                join(runtime);
                b.try_send(b"xyz").unwrap();
                assert_eq!(block_on(waiting), 3);
            }
        });
    }
}

/// The operation begins at the very moment at which the reactor ends.
#[test]
fn an_operation_that_begins_while_a_reactor_ends_is_woken() {
    for from in Driver::RUNTIMES {
        let rounds = if from == Driver::Own { 10_000 } else { 1_000 };
        bounded(PATIENCE, move || {
            for round in 0..rounds {
                let (a, b) = pair();
                let ends = Arc::new(AtomicBool::new(false));
                let (socket, signal) = (a.clone(), ends.clone());
                let runtime = thread::spawn(move || {
                    from.block_on(async move {
                        assert!(poll!(socket.recv(&mut [0; 8])).is_pending());
                        signal.store(true, Ordering::Release);
                    });
                });
                let receiving = thread::spawn(move || {
                    while !ends.load(Ordering::Acquire) {
                        std::hint::spin_loop();
                    }
                    for _ in 0..round % 500 * 4 {
                        std::hint::spin_loop();
                    }
                    block_on(async { a.recv(&mut [0; 8]).await.unwrap() })
                });
                // Bounded as a whole: to look at each thread now and then would take long.
                runtime.join().unwrap();
                b.try_send(b"xyz").unwrap();
                assert_eq!(receiving.join().unwrap(), 3);
            }
        });
    }
}

#[test]
#[expect(clippy::async_yields_async, reason = "it is to be awaited elsewhere")]
fn a_sleep_goes_on_when_its_runtime_has_ended() {
    // Tokio's sleeps panic then, by its own documentation.
    for from in [Driver::Own, Driver::Workers] {
        for to in [Driver::Own, Driver::Workers, Driver::Futures] {
            bounded(PATIENCE, move || {
                println!("{from:?}, then {to:?}");
                let mut sleep: Task<()> = Box::pin(time::sleep(SHORT * 3));
                let sleep = from.block_on(async move {
                    assert!(poll!(&mut sleep).is_pending());
                    sleep
                });
                to.block_on(sleep);
            });
        }
    }
}

#[test]
fn a_socket_is_dropped_after_its_runtime() {
    for from in Driver::RUNTIMES {
        let (a, b) = pair();
        let old = begun_in(from, &a);
        drop((a, b));
        drop(old);
    }
    let runtime = tokio_runtime(1);
    let (a, _b) = pair();
    runtime.block_on(async { assert!(poll!(a.recv(&mut [0])).is_pending()) });
    drop(runtime);
    assert!(block_on(async { a.recv(&mut [0]).nonblocking().await }).is_err());
}
