//! The typed sockets of the async crate, beside the tests of the core: a module a family.

mod netlink;

use berkeley_tests::{PATIENCE, bounded};
use std::future::Future;

/// Runs a test on our own runtime and on tokio's reactor, one after the other, on this thread,
/// whose network namespace sockets are made in.
fn on_two_drivers<F: Future<Output = ()>>(test: impl Fn() -> F) {
    berkeley::block_on(test());
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    tokio.expect("a tokio runtime").block_on(test());
}

/// The same, within a limit.
fn bounded_on_two_drivers<F: Future<Output = ()>>(test: impl Fn() -> F + Send + 'static) {
    bounded(PATIENCE, move || on_two_drivers(test));
}
