//! Lookups awaited: what they find, their deadlines, and the threads that they run on.

use crate::drivers::Driver;
use crate::{LONG, SHORT, SLACK, assert_kind, assert_timed_out, takes};
use berkeley::constant::{AddrInfoFlags, NameInfoFlags};
use berkeley::resolve::{self, Pool, PoolFull, ResolveError};
use berkeley::{Family, Kind, Protocol, TcpListener, TcpStream, UdpSocket};
use berkeley_core::resolve as core;
use berkeley_tests::{
    NameServer, PATIENCE, eventually, in_child, open_descriptors, threads_named, with_name_server,
};
use futures::future::join_all;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::process::Command;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::time::{Duration, Instant};

/// The name of the pool's threads.
const THREADS: &str = "berkeley-lookup";

/// Polls `future` once, on no executor.
fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(futures::task::noop_waker_ref()))
}

/// A lookup that was asked and waits.
fn asked(name: &str, pool: &Pool) -> resolve::Lookup<Vec<resolve::AddrInfo>> {
    let mut lookup = resolve::addresses(name, 80).kind(Kind::STREAM).lookup().on(pool);
    assert!(poll_once(&mut lookup).is_pending());
    lookup
}

/// Runs a test on every driver, one after another, in a process with a name server of its own.
fn with_name_server_on_every_driver<F>(test: &str, body: fn(Driver, NameServer) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    with_name_server(test, move |server| {
        for driver in Driver::ALL {
            driver.block_on(body(driver, server.clone()));
        }
    });
}

on_every_driver! { every_lookup_finds_what_the_core_finds }

async fn every_lookup_finds_what_the_core_finds(_: Driver) {
    let query = resolve::addresses("localhost", "http").family(Family::INET).kind(Kind::STREAM);
    let query = query.protocol(Protocol::TCP).flags(AddrInfoFlags::CANONNAME);
    let core_query = core::addresses("localhost", "http").family(Family::INET).kind(Kind::STREAM);
    let core_query = core_query.protocol(Protocol::TCP).flags(AddrInfoFlags::CANONNAME);
    assert_eq!(query.lookup().await.unwrap(), core_query.lookup().unwrap());
    assert_eq!(query.lookup().await.unwrap()[0].address.to_string(), "127.0.0.1:80");

    let found = resolve::first("localhost:https", Family::INET).await.unwrap();
    assert_eq!(found, core::first("localhost:https", Family::INET).unwrap());
    let (address, flags) = (SocketAddr::from((Ipv4Addr::LOCALHOST, 80)), NameInfoFlags::empty());
    let names = resolve::name_info(address, flags).await.unwrap();
    assert_eq!(names, core::name_info(address, flags).unwrap());
    assert_eq!(resolve::host_by_name("localhost").await.unwrap(), Ipv4Addr::LOCALHOST);
    assert_eq!(
        resolve::host_entry_by_name("localhost").await.unwrap(),
        core::HostEntry::from_name("localhost").unwrap()
    );
    assert_eq!(
        resolve::host_entry_by_address(Ipv4Addr::LOCALHOST).await.unwrap(),
        core::HostEntry::from_address(Ipv4Addr::LOCALHOST).unwrap()
    );
    assert_eq!(resolve::fqdn("localhost").await.unwrap(), core::fqdn("localhost"));
    assert_eq!(
        resolve::service_by_name("http", Some("tcp")).await.unwrap(),
        resolve::service_by_port(80, Some("tcp")).await.unwrap()
    );
    assert_eq!(
        resolve::protocol_by_name("udp").await.unwrap(),
        resolve::protocol_by_number(Protocol::UDP).await.unwrap()
    );

    // What fails does so as in the core, and nothing is asked for what cannot be.
    let error = resolve::service_by_name("no-such-service", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = resolve::addresses("a\0b", 80).lookup().await.unwrap_err();
    assert!(matches!(error, ResolveError::Invalid(_)), "{error:?}");
    let error = resolve::first("nonsense", Family::UNSPEC).await.unwrap_err();
    assert!(matches!(error, ResolveError::Invalid(_)), "{error:?}");
}

#[test]
fn numbers_take_no_thread() {
    in_child("lookups::numbers_take_no_thread", || {
        berkeley::block_on(async {
            for target in ["127.0.0.1:80", "[::1]:80", "[fe80::1%1]:80", ":80"] {
                let mut lookup = resolve::first(target, Family::UNSPEC);
                if !target.starts_with(':') {
                    assert!(poll_once(&mut lookup).is_ready(), "{target}");
                }
            }
            assert!(poll_once(&mut resolve::first(":80", Family::INET6)).is_ready());
            for query in [
                resolve::addresses("127.0.0.1", 80),
                resolve::addresses("::1", "80"),
                resolve::addresses(None, 80).flags(AddrInfoFlags::PASSIVE),
                resolve::addresses("192.0.2.1", None),
            ] {
                assert!(poll_once(&mut query.lookup()).is_ready(), "{query:?}");
            }
            let numeric = NameInfoFlags::NUMERICHOST | NameInfoFlags::NUMERICSERV;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
            assert!(poll_once(&mut resolve::name_info(address, numeric)).is_ready());

            let listener = TcpListener::bind(":0").await.unwrap();
            let address = (Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port());
            TcpStream::connect(address).await.unwrap();
            UdpSocket::bind("127.0.0.1:0").await.unwrap().connect(address).await.unwrap();
        });
        assert_eq!(threads_named(THREADS), 0);
        assert_eq!(Pool::shared().threads(), 0);

        berkeley::block_on(resolve::first("localhost:80", Family::UNSPEC)).unwrap();
        assert_eq!(threads_named(THREADS), 1);
    });
}

#[test]
fn a_name_server_answers() {
    let name = "lookups::a_name_server_answers";
    with_name_server_on_every_driver(name, |_, _| async {
        let query = resolve::addresses("both.example", 80).kind(Kind::STREAM);
        let found = query.lookup().timeout(PATIENCE).await.unwrap();
        let mut addresses: Vec<_> = found.iter().map(|info| info.address.to_string()).collect();
        addresses.sort();
        assert_eq!(addresses, ["192.0.2.7:80", "[2001:db8::7]:80"]);
        let error = resolve::addresses("nowhere.example", 80).lookup().await.unwrap_err();
        assert_kind::<()>(Err(error), ErrorKind::NotFound);
    });
}

#[test]
fn a_lookup_of_a_dead_name_server_ends_in_time() {
    let name = "lookups::a_lookup_of_a_dead_name_server_ends_in_time";
    with_name_server_on_every_driver(name, |_, _| async {
        let query = resolve::addresses("silent.example", 80);
        assert_timed_out(takes(SHORT, query.lookup().timeout(SHORT)).await);
        let deadline = Instant::now() + SHORT;
        assert_timed_out(takes(SHORT, query.lookup().timeout(LONG).deadline(deadline)).await);
        assert_timed_out(
            takes(SHORT, query.lookup().deadline(deadline + LONG).timeout(SHORT)).await,
        );
        let lookup = resolve::host_entry_by_name("silent.example");
        assert_timed_out(takes(SHORT, lookup.timeout(SHORT)).await);

        // Nothing is asked in no time, and of what is known the time does not matter.
        assert_timed_out(query.lookup().timeout(Duration::ZERO).await);
        assert_timed_out(query.lookup().deadline(Instant::now()).await);
        resolve::first("[::1]:80", Family::UNSPEC).timeout(Duration::ZERO).await.unwrap();
    });
}

#[test]
fn threads_are_never_more_than_the_bound() {
    let name = "lookups::threads_are_never_more_than_the_bound";
    with_name_server_on_every_driver(name, |driver, server| async move {
        let pool = Pool::new(3, 100);
        // Those of the drivers before still ask, on threads of pools that are gone.
        let before = server.asked().len();
        let names = (0..20).map(|nth| format!("silent{nth}.{driver:?}.example"));
        let silent: Vec<_> = names.map(|name| asked(&name, &pool)).collect();
        eventually("three ask", || server.asked().len() == before + 3);
        assert_eq!((pool.threads(), pool.queued()), (3, 17));
        assert_eq!(threads_named(THREADS), before + 3);
        drop(silent);
        assert_eq!(pool.queued(), 0);
    });
}

#[test]
fn many_lookups_at_once_are_all_answered() {
    let name = "lookups::many_lookups_at_once_are_all_answered";
    with_name_server_on_every_driver(name, |_, _| async {
        let pool = Pool::new(4, 1_000);
        let lookups = (0..200).map(|_| resolve::addresses("host.example", 80).lookup().on(&pool));
        let answers = join_all(lookups).await;
        assert!(answers.into_iter().all(|answer| answer.unwrap()[0].address.port() == Some(80)));
        assert!(pool.threads() <= 4);
    });
}

#[test]
fn lookups_begin_in_the_order_in_which_they_were_asked() {
    let name = "lookups::lookups_begin_in_the_order_in_which_they_were_asked";
    with_name_server(name, |server| {
        let pool = Pool::new(1, 100);
        let names: Vec<_> = (0..20).map(|nth| format!("held{nth}.example")).collect();
        let lookups: Vec<_> = names.iter().map(|name| asked(name, &pool)).collect();
        server.wait_for(1);
        server.release();
        let answers = futures::executor::block_on(join_all(lookups));
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(server.asked(), names);
    });
}

#[test]
fn a_full_queue_says_so() {
    with_name_server("lookups::a_full_queue_says_so", |server| {
        let pool = Pool::new(1, 2);
        let running = asked("held1.example", &pool);
        server.wait_for(1);
        let waiting = [asked("held2.example", &pool), asked("held3.example", &pool)];

        let ask = || {
            futures::executor::block_on(
                resolve::first("held4.example:80", Family::UNSPEC).on(&pool),
            )
        };
        let error = io::Error::from(ask().unwrap_err());
        assert_eq!(error.kind(), ErrorKind::ResourceBusy);
        let full = error.downcast::<PoolFull>().unwrap();
        assert_eq!((full.threads, full.queue), (1, 2));

        // Its place is free again when one is dropped, and when limits are raised.
        let [second, third] = waiting;
        drop(second);
        let again = asked("held5.example", &pool);
        ask().unwrap_err();
        pool.set_limits(1, 3);
        let raised = asked("held6.example", &pool);
        ask().unwrap_err();

        // What was dropped before it began was never asked.
        server.release();
        for lookup in [running, third, again, raised] {
            futures::executor::block_on(lookup).unwrap();
        }
        let names = ["held1", "held3", "held5", "held6"].map(|name| format!("{name}.example"));
        assert_eq!(server.asked(), names);
    });
}

#[test]
fn a_pool_without_a_queue_takes_what_its_threads_can() {
    with_name_server("lookups::a_pool_without_a_queue_takes_what_its_threads_can", |server| {
        let pool = Pool::new(2, 0);
        let lookups = [asked("held1.example", &pool), asked("held2.example", &pool)];
        let third = resolve::first("host.example:80", Family::UNSPEC).on(&pool);
        assert_kind(futures::executor::block_on(third), ErrorKind::ResourceBusy);
        server.release();
        for lookup in lookups {
            futures::executor::block_on(lookup).unwrap();
        }
        // The threads are idle soon, and take another each.
        eventually("a thread is idle", || {
            let third = resolve::first("host.example:80", Family::UNSPEC).on(&pool);
            futures::executor::block_on(third).is_ok()
        });
    });
}

#[test]
fn a_dropped_lookup_that_is_being_answered_is_forgotten() {
    let name = "lookups::a_dropped_lookup_that_is_being_answered_is_forgotten";
    with_name_server(name, |server| {
        let before = open_descriptors();
        let pool = Pool::new(1, 10);
        let first = asked("held1.example", &pool);
        server.wait_for(1);
        drop(first);
        let second = asked("held2.example", &pool);
        server.release();
        futures::executor::block_on(second).unwrap();
        assert_eq!(server.asked(), ["held1.example", "held2.example"]);
        eventually("the C library closes its sockets", || open_descriptors() == before);
    });
}

#[test]
fn a_dead_name_server_holds_up_nobody_who_has_a_thread() {
    let name = "lookups::a_dead_name_server_holds_up_nobody_who_has_a_thread";
    with_name_server_on_every_driver(name, |driver, server| async move {
        let (pool, own) = (Pool::new(3, 10), Pool::new(1, 10));
        let before = server.asked().len();
        let names = ["silent1", "silent2"].map(|name| format!("{name}.{driver:?}.example"));
        let mut dead: Vec<_> = names.iter().map(|name| asked(name, &pool)).collect();
        eventually("they are asked", || server.asked().len() == before + 2);
        for _ in 0..10 {
            resolve::first("host.example:80", Family::UNSPEC).on(&pool).await.unwrap();
        }
        // With the third thread too, others wait for their own time; a pool of their own does not.
        dead.push(asked(&format!("silent3.{driver:?}.example"), &pool));
        eventually("it is asked", || server.asked().len() == before + 13);
        let host = || resolve::first("host.example:80", Family::UNSPEC);
        assert_timed_out(takes(SHORT, host().on(&pool).timeout(SHORT)).await);
        host().on(&own).await.unwrap();
        host().await.unwrap();
    });
}

#[test]
fn threads_that_are_idle_end_and_start_again() {
    in_child("lookups::threads_that_are_idle_end_and_start_again", || {
        let pool = Pool::new(5, 10);
        for _ in 0..2 {
            let lookups = (0..5).map(|_| resolve::first("localhost:80", Family::UNSPEC).on(&pool));
            let answers = futures::executor::block_on(join_all(lookups));
            assert!(answers.iter().all(Result::is_ok));
            assert!((1..=5).contains(&threads_named(THREADS)));
            eventually("they end", || threads_named(THREADS) == 0);
            assert_eq!(pool.threads(), 0);
        }
    });
}

#[test]
fn fewer_threads_stay_when_the_bound_is_lowered() {
    with_name_server("lookups::fewer_threads_stay_when_the_bound_is_lowered", |server| {
        let pool = Pool::new(4, 10);
        let names = (0..8).map(|nth| format!("held{nth}.example"));
        let lookups: Vec<_> = names.map(|name| asked(&name, &pool)).collect();
        server.wait_for(4);
        assert_eq!(threads_named(THREADS), 4);
        pool.set_limits(1, 10);
        server.release();
        let answers = futures::executor::block_on(join_all(lookups));
        assert!(answers.iter().all(Result::is_ok));
        eventually("one is left", || threads_named(THREADS) <= 1);
    });
}

#[test]
fn a_process_ends_though_a_lookup_hangs() {
    let start = Instant::now();
    with_name_server("lookups::a_process_ends_though_a_lookup_hangs", |server| {
        for driver in Driver::ALL {
            driver.block_on(async {
                assert_timed_out(resolve::host_by_name("silent.example").timeout(SHORT).await);
            });
        }
        std::mem::forget(asked("silent.example", Pool::shared()));
        server.wait_for(7);
    });
    // The C library would wait for 30 s.
    assert!(start.elapsed() < SLACK, "{:?}", start.elapsed());
}

#[test]
fn another_program_takes_over_though_a_lookup_hangs() {
    with_name_server("lookups::another_program_takes_over_though_a_lookup_hangs", |server| {
        let _hangs = asked("silent.example", Pool::shared());
        server.wait_for(1);
        // It has no socket of the C library, nor ours. What it prints is what `in_child` looks for.
        let script = "test ! -S /proc/self/fd/3 && echo 'test result: ok. 1 passed'";
        panic!("{}", Command::new("sh").args(["-c", script]).exec());
    });
}

#[test]
fn a_lookup_without_a_thread_to_be_had_fails() {
    in_child("lookups::a_lookup_without_a_thread_to_be_had_fails", || {
        let pool = Pool::new(2, 10);
        let (soft, most) = getrlimit(Resource::RLIMIT_AS).unwrap();
        // The stack of a thread does not fit.
        let status = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: u64 = status.split(' ').next().unwrap().parse().unwrap();
        setrlimit(Resource::RLIMIT_AS, pages * 4_096 + (1 << 20), most).unwrap();
        let mut lookup = resolve::first("localhost:80", Family::UNSPEC).on(&pool);
        let outcome = poll_once(&mut lookup);
        setrlimit(Resource::RLIMIT_AS, soft, most).unwrap();
        let Poll::Ready(Err(ResolveError::System(error))) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::OutOfMemory), "{error}");
        assert_eq!((pool.threads(), pool.queued()), (0, 0));
        let lookup = resolve::first("localhost:80", Family::UNSPEC).on(&pool);
        futures::executor::block_on(lookup).unwrap();
    });
}

#[test]
fn a_waker_that_panics_costs_no_thread() {
    struct Hostile;
    impl Wake for Hostile {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics");
        }
    }
    with_name_server("lookups::a_waker_that_panics_costs_no_thread", |server| {
        let pool = Pool::new(1, 10);
        let mut hostile = pin!(resolve::first("held.example:80", Family::UNSPEC).on(&pool));
        let waker = Arc::new(Hostile).into();
        assert!(hostile.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        server.release();
        let lookup = resolve::first("host.example:80", Family::UNSPEC).on(&pool);
        futures::executor::block_on(lookup).unwrap();
        futures::executor::block_on(hostile).unwrap();
        assert_eq!(pool.threads(), 1);
    });
}

/// Threads that ask, drop and change the bounds at the same time: nobody waits for ever, and the
/// numbers are right at the end.
#[test]
fn nothing_is_lost_when_lookups_come_and_go() {
    in_child("lookups::nothing_is_lost_when_lookups_come_and_go", || {
        let pool = Pool::new(3, 50);
        let ask = |thread: usize| {
            let pool = pool.clone();
            move || {
                let mut kept = Vec::new();
                for nth in 0..300 {
                    let lookup = resolve::first("localhost:80", Family::INET).on(&pool);
                    match (nth + thread) % 5 {
                        0 => pool.set_limits(1 + nth % 4, nth % 60),
                        1 => drop(futures::executor::block_on(lookup)),
                        _ => kept.push(lookup),
                    }
                    let last = kept.last_mut().map(poll_once);
                    if nth % 7 == 0 || matches!(last, Some(Poll::Ready(_))) {
                        kept.pop();
                    }
                }
                kept.into_iter().map(futures::executor::block_on).filter(Result::is_ok).count()
            }
        };
        let threads = [0, 1, 2, 3].map(|nth| std::thread::spawn(ask(nth)));
        let answered: usize = threads.into_iter().map(berkeley_tests::join).sum();
        assert!(answered > 0);
        assert_eq!(pool.queued(), 0);
        eventually("its threads end", || threads_named(THREADS) == 0);
        assert_eq!(pool.threads(), 0);
    });
}

on_every_driver! { a_lookup_moves_between_tasks }

/// The task that polled last is the one that is woken.
async fn a_lookup_moves_between_tasks(driver: Driver) {
    let mut lookup = resolve::first("localhost:80", Family::INET);
    let first = poll_fn(|cx| Poll::Ready(Pin::new(&mut lookup).poll(cx))).await;
    if first.is_pending() {
        driver.spawn(lookup).await.unwrap();
    }
}

#[test]
fn polling_a_lookup_that_has_ended_is_a_mistake_that_is_told() {
    let outcome = catch_unwind(|| {
        let mut lookup = resolve::first("127.0.0.1:80", Family::UNSPEC);
        assert!(poll_once(&mut lookup).is_ready());
        poll_once(&mut lookup)
    });
    let message = outcome.unwrap_err().downcast::<&str>().unwrap();
    assert!(message.contains("after its end"), "{message}");
}
