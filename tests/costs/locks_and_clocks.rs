//! That an operation which is done at once takes no lock and reads no clock (and allocates nothing,
//! seen in another way), and which ones those are that one takes which waits.

use crate::calls::{Calls, Part, begin, calls_of, counted, end};
use crate::operations::{Sockets, Way, all};
use crate::tokio_runtime;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Mutex, RwLock};
use std::time::Instant;

/// Functions that lock for others, who are meant.
const LOCKING: [&str; 3] = [
    "berkeley::sync::lock",
    "berkeley::reactor::source::Directions::lock",
    "tokio::loom::std::mutex::Mutex<T>::lock",
];

/// Functions that read a clock for others.
const READING: [&str; 10] = [
    "berkeley_core::clock::coarse",
    "berkeley_core::clock::precise",
    "berkeley_core::sys::platform::clock_coarse",
    "berkeley_core::sys::unix::clock_precise",
    "berkeley_core::sys::unix::read_clock",
    "<std::sys::pal::unix::time::Timespec>::now",
    "<std::sys::time::unix::Instant>::now",
    "<std::time::Instant>::elapsed",
    "<std::time::Instant>::now",
    "std::time::Instant::now",
];

fn is_lock(name: &str) -> bool {
    const METHODS: [&str; 6] = ["lock", "try_lock", "read", "try_read", "write", "try_write"];
    let is_of_a_lock = name.contains("Mutex<") || name.contains("RwLock<");
    let is_of_pthread =
        ["pthread_mutex_lock", "pthread_rwlock_rdlock", "pthread_rwlock_wrlock"].contains(&name);
    let method = name.rsplit("::").next().unwrap_or_default();
    is_of_pthread || is_of_a_lock && METHODS.contains(&method)
}

fn is_clock(name: &str) -> bool {
    name.contains("clock_gettime") || name == "gettimeofday"
}

fn is_allocation(name: &str) -> bool {
    ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"].contains(&name)
}

type Callers<'c> = BTreeMap<&'c str, u64>;

fn locks(calls: &Calls) -> Callers<'_> {
    calls.callers(is_lock, &LOCKING)
}

fn clocks(calls: &Calls) -> Callers<'_> {
    calls.callers(is_clock, &READING)
}

fn allocations(calls: &Calls) -> Callers<'_> {
    calls.callers(is_allocation, &[])
}

/// How many operations wait, how many of them for a time of their own or of their socket, and how
/// many until a moment.
const WAITING: u64 = 38;
const TIMEOUTS: u64 = 11;
const DEADLINES: u64 = 2;

/// One look at the coarse clock for each: when the time is up, or whether the moment has passed.
const CLOCKS: [(&str, u64); 2] = [
    ("berkeley::clock::deadline::Deadline::after", TIMEOUTS),
    ("berkeley::clock::deadline::Deadline::has_come", DEADLINES),
];

/// Each operation, where what they do once has been done.
async fn operations(way: Way) {
    let sockets = Sockets::new().await;
    for _ in 0..2 {
        all(&sockets, Way::AtOnce).await;
        all(&sockets, Way::Waiting).await;
    }
    begin();
    let costs = all(&sockets, way).await;
    end();
    assert!(way == Way::AtOnce || costs.operations as u64 == WAITING, "{}", costs.operations);
}

fn assert_nothing_of_the_kind(calls: &Calls) {
    assert_eq!(locks(calls), Callers::new());
    assert_eq!(clocks(calls), Callers::new());
    assert_eq!(allocations(calls), Callers::new());
}

#[test]
fn locks_clocks_and_allocations_are_seen_where_they_are() {
    #[inline(never)]
    fn all_three() {
        drop(black_box(Mutex::new(1)).lock());
        drop(black_box(RwLock::new(1)).read());
        black_box(Instant::now());
        black_box(berkeley_core::clock::coarse());
        black_box(Box::new(1));
    }
    #[inline(never)]
    fn elsewhere() {
        drop(black_box(Mutex::new(1)).lock());
    }
    let seen = calls_of(
        "locks_and_clocks::locks_clocks_and_allocations_are_seen_where_they_are",
        Part::Counted,
        || {
            begin();
            elsewhere();
            counted(all_three);
            end();
        },
    );
    let Some(seen) = seen else { return };
    let is_here = |callers: Callers<'_>, times| {
        let [(caller, count)] = Vec::from_iter(callers)[..] else { panic!("one caller") };
        assert!(caller.ends_with("::all_three") && count == times, "{caller} {count} times");
    };
    is_here(locks(&seen), 2);
    is_here(clocks(&seen), 2);
    assert_eq!(allocations(&seen).len(), 1, "the allocator of this binary");
}

#[test]
fn at_once_there_is_no_lock_clock_or_allocation_on_our_runtime() {
    let calls = calls_of(
        "locks_and_clocks::at_once_there_is_no_lock_clock_or_allocation_on_our_runtime",
        Part::Counted,
        || berkeley::block_on(operations(Way::AtOnce)),
    );
    calls.iter().for_each(assert_nothing_of_the_kind);
}

#[test]
fn at_once_there_is_no_lock_clock_or_allocation_inside_tokio() {
    let calls = calls_of(
        "locks_and_clocks::at_once_there_is_no_lock_clock_or_allocation_inside_tokio",
        Part::Counted,
        || tokio_runtime().block_on(operations(Way::AtOnce)),
    );
    calls.iter().for_each(assert_nothing_of_the_kind);
}

#[test]
fn a_wait_takes_the_lock_of_its_waker_alone_on_our_runtime() {
    let calls = calls_of(
        "locks_and_clocks::a_wait_takes_the_lock_of_its_waker_alone_on_our_runtime",
        Part::All,
        || berkeley::block_on(operations(Way::Waiting)),
    );
    let Some(calls) = calls else { return };
    let mut locks = locks(&calls);
    let turns = locks.remove("berkeley::reactor::turn::Reactor::mark_ready");
    assert!(turns >= Some(WAITING), "the registry's, once a turn: {turns:?}");
    let waker = [
        // Put where the reactor finds it, and taken.
        ("berkeley::reactor::source::Directions::wait", WAITING),
        ("berkeley::reactor::source::Directions::event", WAITING),
    ];
    assert_eq!(locks, Callers::from(waker));
    assert_eq!(clocks(&calls), Callers::from(CLOCKS));
    assert_eq!(allocations(&calls), Callers::new());
}

#[test]
fn a_wait_inside_tokio_takes_the_locks_of_its_waker_and_those_of_tokio() {
    let calls = calls_of(
        "locks_and_clocks::a_wait_inside_tokio_takes_the_locks_of_its_waker_and_those_of_tokio",
        Part::All,
        || tokio_runtime().block_on(operations(Way::Waiting)),
    );
    let Some(calls) = calls else { return };
    let locks = but_for_tokios_own(locks(&calls));
    let waker = [
        // Of datagrams, who wait for errors too, and of poll functions.
        "<berkeley::driver::tokio::Shared as alloc::task::Wake>::wake_by_ref",
        "berkeley::driver::tokio::Direction::has_fired",
        "berkeley::driver::tokio::Registration::poll_ready",
        // Once, and again where a waker is to be cloned, for which nothing may be locked.
        "berkeley::driver::tokio::Shared::enter",
    ];
    assert_eq!(Vec::from_iter(locks.keys().copied()), waker);
    let retries = 3;
    let [woken, fired, asked, entered] = waker.map(|name| locks[name]);
    assert!(entered <= 2 * WAITING + retries, "{entered} of {WAITING}");
    assert!(woken.max(fired).max(asked) < WAITING, "{locks:?}");
    let clocks = but_for_tokios_own(clocks(&calls));
    assert_eq!(clocks.keys().collect::<Vec<_>>(), Callers::from(CLOCKS).keys().collect::<Vec<_>>());
    assert!(clocks.values().sum::<u64>() <= TIMEOUTS + DEADLINES + retries, "{clocks:?}");
    assert_eq!(allocations(&calls), Callers::new());
}

/// What tokio does by itself, in each turn of its loop and for each registered descriptor.
fn but_for_tokios_own(mut callers: Callers<'_>) -> Callers<'_> {
    callers.retain(|name, _| !name.starts_with("tokio::") && !name.starts_with("<tokio::"));
    callers
}
