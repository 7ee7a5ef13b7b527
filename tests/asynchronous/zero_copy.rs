//! Sends without a copy, awaited: buffers go, arrive, and come back.

use crate::drivers::{Driver, tcp_streams};
use crate::{SHORT, assert_kind, assert_timed_out};
use berkeley::{TcpStream, UnixStream, ZeroCopy};
use futures::future::join;
use futures::poll;
use std::io::ErrorKind;
use std::sync::Arc;

on_every_driver! {
    buffers_arrive_in_order_and_come_back
    a_flush_to_a_peer_that_does_not_read_ends_in_time_and_the_next_goes_on
    a_wait_for_a_buffer_ends_when_the_peer_reads
    a_finish_ends_in_time_and_a_cancelled_buffer_tells_what_went
    a_dropped_sender_never_frees_what_the_kernel_reads
    what_cannot_send_so_is_refused
}

/// More than the buffers of a connection hold.
const LARGE: usize = 16 << 20;

/// A buffer that tells when it is freed, by the count of its `Arc`.
type Buffer = Arc<Vec<u8>>;

#[derive(Clone)]
struct Shared(Buffer);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn large() -> Shared {
    Shared(Arc::new((0..=250).cycle().take(LARGE).collect()))
}

async fn to_end(stream: &TcpStream) -> Vec<u8> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; 65_536]);
    while let n @ 1.. = stream.recv(&mut buffer).await.unwrap() {
        all.extend_from_slice(&buffer[..n]);
    }
    all
}

async fn buffers_arrive_in_order_and_come_back(driver: Driver) {
    let (a, b) = tcp_streams();
    let reading = driver.spawn(async move { to_end(&b).await });
    let parts: Vec<Vec<u8>> = (1..=8).map(|part| vec![part; 500_000]).collect();
    let mut sender = ZeroCopy::new(&a).unwrap();
    let mut came_back = Vec::new();
    for part in &parts {
        sender.push(part.clone());
        sender.flush().await.unwrap();
        came_back.extend(sender.completions().unwrap());
    }
    sender.finish().await.unwrap();
    assert_eq!(sender.in_flight(), 0);
    came_back.extend(sender.completions().unwrap());
    came_back.sort_by_key(|done| done.ticket);
    assert!(came_back.iter().map(|done| &done.buffer).eq(&parts));
    assert!(came_back.iter().all(|done| done.sent == 500_000));
    drop(sender);
    drop(a);
    assert!(reading.await == parts.concat());
}

async fn a_flush_to_a_peer_that_does_not_read_ends_in_time_and_the_next_goes_on(_: Driver) {
    let (a, b) = tcp_streams();
    let buffer = large();
    let mut sender = ZeroCopy::new(&a).unwrap();
    sender.push(buffer.clone());
    assert_timed_out(sender.flush().timeout(SHORT).await);
    assert_timed_out(sender.wait().timeout(SHORT).await);
    let (finished, came) = join(
        async {
            let finished = sender.finish().await;
            a.shutdown(berkeley::Shutdown::Write).unwrap();
            finished
        },
        to_end(&b),
    )
    .await;
    finished.unwrap();
    assert!(came == *buffer.0);
    assert_eq!(sender.completions().unwrap().next().unwrap().sent, LARGE);
}

async fn a_wait_for_a_buffer_ends_when_the_peer_reads(driver: Driver) {
    let (a, b) = tcp_streams();
    let mut sender = ZeroCopy::new(&a).unwrap();
    // As much as fits, so that the last of it is sent when the peer has read.
    sender.push(large());
    assert_timed_out(sender.flush().timeout(SHORT).await);
    sender.cancel();
    let mut wait = sender.wait();
    assert!(poll!(&mut wait).is_pending());
    let reading = driver.spawn(async move { to_end(&b).await.len() });
    wait.await.unwrap();
    let done = sender.completions().unwrap().next().expect("it waited for one");
    drop(sender);
    drop(a);
    assert_eq!(reading.await, done.sent);
}

async fn a_finish_ends_in_time_and_a_cancelled_buffer_tells_what_went(_: Driver) {
    let (a, b) = tcp_streams();
    a.set_timeout(Some(SHORT));
    let mut sender = ZeroCopy::new(&a).unwrap();
    sender.push(large());
    assert_timed_out(sender.finish().await);
    sender.cancel();
    a.set_timeout(None);
    let (finished, came) = join(
        async {
            let finished = sender.finish().await;
            a.shutdown(berkeley::Shutdown::Write).unwrap();
            finished
        },
        to_end(&b),
    )
    .await;
    finished.unwrap();
    let done = sender.completions().unwrap().next().unwrap();
    assert!(done.sent < LARGE);
    assert_eq!(done.sent, came.len());
}

async fn a_dropped_sender_never_frees_what_the_kernel_reads(_: Driver) {
    let (a, b) = tcp_streams();
    let buffer = large();
    let mut sender = ZeroCopy::new(&a).unwrap();
    sender.push(buffer.clone());
    assert_timed_out(sender.flush().timeout(SHORT).await);
    assert_eq!(sender.in_flight(), 1);
    drop(sender);
    assert_eq!(Arc::strong_count(&buffer.0), 2, "it is leaked");
    drop(a);
    // What was sent arrives as it was.
    let came = to_end(&b).await;
    assert!(came == buffer.0[..came.len()]);
}

async fn what_cannot_send_so_is_refused(_: Driver) {
    let (a, _b) = UnixStream::pair().unwrap();
    assert_kind(ZeroCopy::<Vec<u8>>::new(&a).map(drop), ErrorKind::InvalidInput);
    let (a, _b) = tcp_streams();
    a.set_timeout(Some(std::time::Duration::ZERO));
    let mut sender = ZeroCopy::new(&a).unwrap();
    sender.push(large());
    assert_kind(sender.finish().await, ErrorKind::WouldBlock);
}
