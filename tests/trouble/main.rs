//! A network in trouble: slow, lossy, silent, refusing, stalled, resetting, unplugged. Whatever it
//! does, an operation ends by its deadline, and every byte is accounted for.
//!
//! | file | the trouble |
//! |---|---|
//! | `wire.rs` | none yet: two ends of a connection over a wire of the test's own |
//! | `operations.rs` | every operation that can wait, in a table |
//! | `slow.rs` | a link of few bytes a second |
//! | `lossy.rs` | a link that loses packets |
//! | `silent.rs` | nobody answers, or somebody does no more |
//! | `refused.rs` | somebody refuses: the host, the router, the route |
//! | `relays.rs` | any of these on one side of a relay |
//! | `stalled.rs` | a peer that stops reading |
//! | `reset.rs` | a peer that resets |
//! | `unplugged.rs` | a link that goes down in the middle, and comes back |
//! | `strange.rs` | a peer that is no kernel: packets by hand |
//! | `netem.rs` | delay, loss, duplicates and reordering at once, where the kernel has netem |

#[macro_use]
#[path = "../asynchronous/drivers.rs"]
#[expect(
    dead_code,
    unused_macros,
    reason = "shared with the other tests of the async crate, which use all of it"
)]
mod drivers;

/// A test on each driver, in a network of its own, of each
/// `async fn name(driver: Driver, wire: Wire)`.
macro_rules! in_trouble {
    ($($name:ident)*) => { $(
        mod $name {
            use crate::drivers::Driver;
            use crate::wire::Wire;

            in_trouble!(@ $name
                own: Own, workers: Workers, tokio_current: TokioCurrent, tokio_multi: TokioMulti,
                futures: Futures, smol: Smol,
            );
        }
    )* };
    (@ $name:ident $($test:ident: $driver:ident,)*) => { $(
        #[test]
        fn $test() {
            berkeley_tests::in_network(berkeley_tests::PATIENCE, |network| {
                if let Some(wire) = Wire::new(network) {
                    Driver::$driver.block_on(super::$name(Driver::$driver, wire));
                }
            });
        }
    )* };
}

mod lossy;
mod netem;
mod operations;
mod refused;
mod relays;
mod reset;
mod silent;
mod slow;
mod stalled;
mod strange;
mod unplugged;
mod wire;

use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// The time that operations have here.
const SHORT: Duration = Duration::from_millis(80);

/// More than what ends in time overruns on a busy machine.
const SLACK: Duration = Duration::from_secs(15);

/// What `operation` gives, which ends in time: not long after [`SHORT`].
async fn in_time<T>(what: &str, operation: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let output = operation.await;
    let taken = start.elapsed();
    assert!(taken < SHORT + SLACK, "{what} ended after {taken:?}");
    output
}

/// That `result` is the end of a time: of that kind, and no errno.
#[track_caller]
fn assert_timed_out<T: Debug>(what: &str, result: Result<T, impl Into<io::Error>>) {
    match result.map_err(Into::into) {
        Ok(value) => panic!("{what} cannot have succeeded: {value:?}"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::TimedOut, "{what}: {error}");
            assert_eq!(error.raw_os_error(), None, "{what}: a deadline is no errno");
        }
    }
}
