//! Integration tests of `berkeley-core`: a module a topic. README.md maps them to known faults.

mod accept;
mod address_layouts;
mod addresses;
mod any_address;
mod audit;
mod batches;
mod bytes;
mod closing;
mod connect;
mod connections;
mod constants;
mod control;
mod descriptors;
mod family_addresses;
mod files;
mod interfaces;
mod messages;
mod modes;
mod netlink;
mod option_layouts;
mod options;
mod peers;
mod pipe_signals;
mod raw_bytes;
mod resolve;
mod send_all;
mod send_file;
mod servers;
mod signals;
mod sockaddr;
mod specification;
mod splice;
mod text;
mod unix_options;
mod unix_servers;
mod waiting;
mod zerocopy;

use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// The time that tests of timeouts wait.
const SHORT: Duration = Duration::from_millis(60);

/// More than an operation that ends "at once" or "in time" overruns on a busy machine.
const SLACK: Duration = Duration::from_secs(15);

/// What `operation` returned, which took `least` or longer, but not much longer.
#[track_caller]
fn takes<T>(least: Duration, operation: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = operation();
    let taken = start.elapsed();
    assert!(taken >= least, "it ended after {taken:?}, before {least:?}");
    assert!(taken < least + SLACK, "it ended after {taken:?}, long past {least:?}");
    result
}

/// That `result` is the end of a time: of that kind, and no errno.
#[track_caller]
fn assert_timed_out<T: Debug>(result: io::Result<T>) {
    let error = result.expect_err("nothing was there to succeed");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(error.raw_os_error(), None, "a deadline is no errno");
}

/// That `result` failed so.
#[track_caller]
fn assert_kind<T: Debug>(result: io::Result<T>, kind: ErrorKind) {
    assert_eq!(result.expect_err("it should fail").kind(), kind);
}

/// That `result` failed with this errno.
#[track_caller]
fn assert_errno<T: Debug>(result: io::Result<T>, errno: i32) {
    let error = result.expect_err("it should fail");
    assert_eq!(error.raw_os_error(), Some(errno), "{error}");
}
