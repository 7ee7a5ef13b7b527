//! x
use crate::calls::*;
use crate::operations::{Sockets, Way, all};

fn is_lock(name: &str) -> bool {
    let of_std = name.contains("Mutex<") || name.contains("RwLock<");
    let method = name.rsplit("::").next().unwrap_or_default();
    (of_std && ["lock", "try_lock", "read", "try_read", "write", "try_write"].contains(&method))
        || name.starts_with("pthread_mutex_lock")
        || name.starts_with("pthread_rwlock")
}

fn is_clock(name: &str) -> bool {
    name.starts_with("clock_gettime") || name.contains("vdso")
}

fn is_allocation(name: &str) -> bool {
    ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"].contains(&name)
}

fn show(calls: &Calls) {
    println!("locks {:#?}", calls.callers(is_lock, &["berkeley::sync::lock", "berkeley::reactor::source::Directions::lock"]));
    println!("clocks {:#?}", calls.callers(is_clock, &["std::sys::pal::unix::time::Timespec::now", "std::time::Instant::now", "berkeley_core::sys::platform::clock_coarse", "berkeley_core::sys::unix::read_clock", "berkeley_core::clock::coarse", "berkeley_core::clock::precise", "berkeley_core::sys::unix::clock_precise"]));
    println!("allocations {:#?}", calls.callers(is_allocation, &[]));
}

async fn warm() -> Sockets {
    let sockets = Sockets::new().await;
    for _ in 0..3 {
        all(&sockets, Way::AtOnce).await;
        all(&sockets, Way::Waiting).await;
    }
    sockets
}
async fn waits() {
    let sockets = warm().await;
    begin();
    all(&sockets, Way::Waiting).await;
    end();
}
fn tokio(f: impl Future<Output = ()>) {
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        rt.block_on(f);
}
async fn at_once() {
    let sockets = warm().await;
    begin();
    all(&sockets, Way::AtOnce).await;
    end();
}
#[test]
fn own_at_once() {
    if let Some(calls) = calls_of("paths::own_at_once", Part::Counted, || berkeley::block_on(at_once())) { show(&calls); }
}
#[test]
fn own_waiting() {
    if let Some(calls) = calls_of("paths::own_waiting", Part::All, || berkeley::block_on(waits())) { show(&calls); }
}
#[test]
fn tokio_at_once() {
    if let Some(calls) = calls_of("paths::tokio_at_once", Part::Counted, || tokio(at_once())) { show(&calls); }
}
#[test]
fn tokio_waiting() {
    if let Some(calls) = calls_of("paths::tokio_waiting", Part::All, || tokio(waits())) { show(&calls); }
}
