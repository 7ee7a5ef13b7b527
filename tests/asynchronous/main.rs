//! Integration tests of `berkeley`: a module a topic, most of it on every driver.

#[macro_use]
mod drivers;

mod always_ready;
mod bad_input;
mod cancellation;
mod closing;
mod connecting;
mod deadlines;
mod echo;
mod error_queue;
mod every_operation;
mod fork;
mod framed;
mod hostile;
mod hyper;
mod idle;
mod io_traits;
mod join_handles;
mod listening;
mod lookups;
mod messages;
mod outliving;
mod peers;
mod poll_functions;
mod raw;
mod relay;
mod resolvers;
mod runtime;
mod servers;
mod short_reads;
mod streams;
mod tls;
mod tokio_inside;
mod tokio_twin;
mod traces;
mod transfers;
mod udp;
mod unix;
mod wakers;
mod wakeups;
mod zero_copy;

use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// The time that tests of timeouts wait.
const SHORT: Duration = Duration::from_millis(60);

/// More than what ends "at once" or "in time" overruns on a busy machine.
const SLACK: Duration = Duration::from_secs(15);

/// A time that has not come when a test ends.
const LONG: Duration = Duration::from_secs(3_600);

/// What `operation` gives, which takes `least` or longer, but not much longer.
async fn takes<T>(least: Duration, operation: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let output = operation.await;
    let taken = start.elapsed();
    assert!(taken >= least, "it ended after {taken:?}, before {least:?}");
    assert!(taken < least + SLACK, "it ended after {taken:?}, long past {least:?}");
    output
}

/// That `result` is the end of a time: of that kind, and no errno.
#[track_caller]
fn assert_timed_out<T: Debug>(result: Result<T, impl Into<io::Error>>) {
    let error = result.map_err(Into::into).expect_err("nothing was there to succeed");
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert_eq!(error.raw_os_error(), None, "a deadline is no errno");
}

/// That `result` failed so.
#[track_caller]
fn assert_kind<T: Debug>(result: Result<T, impl Into<io::Error>>, kind: ErrorKind) {
    let error = result.map_err(Into::into).expect_err("it should fail");
    assert_eq!(error.kind(), kind, "{error}");
}
