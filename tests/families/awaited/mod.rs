//! The typed sockets of the async crate, beside the tests of the core: a module a family.

mod alg;
mod bluetooth;
mod can;
mod examples;
mod ktls;
mod netlink;
mod tipc;
mod vsock;

use crate::common::pattern;
use berkeley::Socket;
use berkeley_tests::{PATIENCE, balanced_after, bounded};
use std::future::Future;

/// Runs a test on our own runtime and on tokio's reactor, one after the other, on this thread,
/// whose network namespace sockets are made in.
fn on_two_drivers<F: Future<Output = ()>>(test: impl Fn() -> F) {
    berkeley::block_on(test());
    tokio().block_on(test());
}

fn tokio() -> tokio::runtime::Runtime {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    tokio.expect("a tokio runtime")
}

/// As that of the others, but for what the first runtime of tokio opens for the whole process: a
/// pair of sockets for signals, where some crate of this build asks for those.
fn balanced(body: impl FnOnce() + Send + 'static) {
    balanced_after(|| drop(tokio()), body);
}

/// The same, within a limit.
fn bounded_on_two_drivers<F: Future<Output = ()>>(test: impl Fn() -> F + Send + 'static) {
    bounded(PATIENCE, move || on_two_drivers(test));
}

/// That two connected streams carry a megabyte each way at the same time.
async fn carries_a_megabyte(one: &Socket, other: &Socket) {
    let bytes = pattern(1 << 20);
    let sends = async |socket: &Socket| socket.send_all(&bytes).await.expect("all is sent");
    let receives = async |socket: &Socket| {
        let mut came: Vec<u8> = Vec::new();
        let mut buffer = vec![0; 65_536];
        while came.len() < bytes.len() {
            let n = socket.recv(&mut buffer).await.expect("recv");
            assert_ne!(n, 0, "the end after {} bytes", came.len());
            came.extend(&buffer[..n]);
        }
        assert!(came == bytes, "{} bytes came, or others", came.len());
    };
    futures::join!(sends(one), sends(other), receives(one), receives(other));
}
