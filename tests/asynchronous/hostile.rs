//! What goes wrong around a socket must stay there: wakers and drops that panic, errors taken by
//! others, runtimes that end, clocks that jump.

use crate::drivers::Driver;
use crate::{SHORT, SLACK, assert_kind, assert_timed_out, takes};
use berkeley::{Family, Kind, Protocol, Runtime, Socket, UnixDatagram, UnixStream, block_on, time};
use berkeley_tests::{PATIENCE, bounded, in_child, open_descriptors, processor_time};
use futures::join;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::future::{Future, poll_fn};
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

#[test]
fn reactors_that_ended_leave_no_descriptors_with_a_socket() {
    in_child("hostile::reactors_that_ended_leave_no_descriptors_with_a_socket", || {
        let (a, _b) = UnixDatagram::pair().unwrap();
        let wait =
            || assert_timed_out(block_on(a.recv(&mut [0; 8]).timeout(Duration::from_nanos(1))));
        wait();
        let before = open_descriptors();
        (0..50).for_each(|_| wait());
        assert_eq!(open_descriptors(), before);
    });
}

/// A waker that panics.
struct Bad;

impl Wake for Bad {
    fn wake(self: Arc<Self>) {
        panic!("a waker that panics");
    }
}

#[test]
fn a_waker_that_panics_does_not_silence_the_background() {
    bounded(PATIENCE, || {
        let (a, b) = UnixStream::pair().unwrap();
        let mut buffer = [0; 1];
        let mut receive = pin!(a.recv(&mut buffer));
        let bad = Waker::from(Arc::new(Bad));
        assert!(receive.as_mut().poll(&mut Context::from_waker(&bad)).is_pending());
        b.try_send(b"x").unwrap();
        // The same reactor wakes others, then and later.
        for _ in 0..3 {
            let (c, d) = UnixStream::pair().unwrap();
            let mut buffer = [0; 1];
            let echo = async { join!(c.recv(&mut buffer), time::sleep(SHORT), d.send(b"y")) };
            assert_eq!(futures::executor::block_on(echo).0.unwrap(), 1);
        }
    });
}

#[test]
fn an_output_that_panics_when_dropped_leaves_other_tasks_alone() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("an output that panics");
        }
    }
    bounded(PATIENCE, || {
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let other = runtime.spawn(async {
            time::sleep(SHORT).await;
            1
        });
        drop(runtime.spawn(async { Bomb }));
        assert_eq!(block_on(other).unwrap(), 1);
        assert_eq!(block_on(runtime.spawn(async { 2 })).unwrap(), 2);
    });
}

#[test]
fn a_graceful_shutdown_lets_tasks_finish_what_they_spawn() {
    bounded(PATIENCE, || {
        let runtime = Runtime::builder().workers(2).build().unwrap();
        let parent = runtime.spawn(async {
            let mut finished = 0;
            for _ in 0..10 {
                time::sleep(SHORT / 10).await;
                finished += usize::from(berkeley::spawn(async {}).await.is_ok());
            }
            finished
        });
        assert_eq!(runtime.shutdown(PATIENCE), 0);
        assert_eq!(block_on(parent).unwrap(), 10);
    });
}

#[test]
fn a_shutdown_counts_tasks_that_it_drops() {
    bounded(PATIENCE, || {
        let runtime = Runtime::builder().workers(2).build().unwrap();
        let tasks: Vec<_> = (0..4).map(|_| runtime.spawn(std::future::pending::<()>())).collect();
        assert_eq!(runtime.shutdown(SHORT), 4);
        for task in tasks {
            assert!(block_on(task).unwrap_err().is_cancelled());
        }
    });
}

/// A listener whose backlog is full, so that a connect goes on, and what fills it.
async fn full_listener() -> (Socket, Vec<Socket>) {
    let new = || Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    let listener = new();
    listener.bind("127.0.0.1:0").unwrap();
    listener.listen(0).unwrap();
    let mut held = Vec::new();
    loop {
        let socket = new();
        if socket.connect(listener.local_addr().unwrap()).timeout(SHORT * 3).await.is_err() {
            return (listener, held);
        }
        held.push(socket);
    }
}

#[test]
fn a_connect_whose_error_another_took_ends() {
    bounded(PATIENCE, || {
        block_on(async {
            let (listener, held) = full_listener().await;
            let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
            let mut connect = pin!(socket.connect(listener.local_addr().unwrap()));
            let begun = poll_fn(|cx| Poll::Ready(connect.as_mut().poll(cx).is_pending())).await;
            assert!(begun);
            let mut buffer = [0; 8];
            let close = async {
                time::sleep(SHORT).await;
                drop((listener, held));
            };
            let (receive, connect, ()) = join!(socket.recv(&mut buffer), connect, close);
            // One of them has the reason, the other that there is no connection.
            let kinds = [receive.unwrap_err().kind(), connect.unwrap_err().kind()];
            assert!(kinds.contains(&ErrorKind::ConnectionRefused), "{kinds:?}");
        });
    });
}

#[test]
fn a_deadline_and_a_timeout_end_at_the_earlier() {
    bounded(PATIENCE, || {
        block_on(async {
            let (a, _b) = UnixStream::pair().unwrap();
            let mut buffer = [0; 1];
            let late = || Instant::now() + SLACK * 2;
            assert_timed_out(
                takes(SHORT, a.recv(&mut buffer).deadline(late()).timeout(SHORT)).await,
            );
            assert_timed_out(
                takes(SHORT, a.recv(&mut buffer).timeout(SHORT).deadline(late())).await,
            );
            let soon = a.recv(&mut buffer).timeout(SLACK * 2).deadline(Instant::now() + SHORT);
            assert_timed_out(takes(SHORT / 2, soon).await);
            let now = a.recv(&mut buffer).deadline(Instant::now());
            assert_timed_out(takes(Duration::ZERO, now).await);
            assert_kind(a.recv(&mut buffer).nonblocking().await, ErrorKind::WouldBlock);
        });
    });
}

on_every_driver!(a_poll_function_of_a_datagram_socket_is_woken);

/// A connected datagram socket whose receiver has no room is told of it when there is.
async fn a_poll_function_of_a_datagram_socket_is_woken(_: Driver) {
    let (a, b) = UnixDatagram::pair().unwrap();
    while a.try_send(b"x").is_ok() {}
    let sent = AtomicBool::new(false);
    let send = async {
        poll_fn(|cx| a.poll_send(cx, b"y")).await.unwrap();
        sent.store(true, Ordering::SeqCst);
    };
    let make_room = async {
        time::sleep(SHORT).await;
        assert!(!sent.load(Ordering::SeqCst), "there was no room");
        while b.try_recv(&mut [0; 8]).is_ok() {}
    };
    join!(send, make_room);
}

#[test]
fn a_paused_clock_of_tokio_ends_an_operation_in_its_own_time() {
    in_child("hostile::a_paused_clock_of_tokio_ends_an_operation_in_its_own_time", || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            tokio::time::pause();
            let (a, _b) = UnixStream::pair().unwrap();
            let (virtual_start, spent) = (tokio::time::Instant::now(), processor_time());
            let hour = Duration::from_secs(3_600);
            assert_timed_out(a.recv(&mut [0; 1]).timeout(hour).await);
            let passed = virtual_start.elapsed();
            assert!(passed >= hour && passed < hour * 2, "{passed:?}");
            assert!(processor_time() - spent < Duration::from_secs(2));
        });
    });
}

#[test]
fn a_sleep_that_finds_neither_a_poller_nor_a_thread_ends() {
    in_child("hostile::a_sleep_that_finds_neither_a_poller_nor_a_thread_ends", || {
        let limits = [Resource::RLIMIT_NOFILE, Resource::RLIMIT_AS];
        let before = limits.map(|limit| getrlimit(limit).unwrap());
        // The stack of a thread does not fit, and no descriptor is left.
        let status = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: u64 = status.split(' ').next().unwrap().parse().unwrap();
        setrlimit(limits[0], 0, before[0].1).unwrap();
        setrlimit(limits[1], pages * 4_096 + (1 << 20), before[1].1).unwrap();
        let mut sleep = pin!(time::sleep(SHORT));
        let polled = sleep.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        for (limit, (soft, most)) in limits.into_iter().zip(before) {
            setrlimit(limit, soft, most).unwrap();
        }
        assert!(polled.is_pending());
        futures::executor::block_on(sleep);
    });
}
