//! Peers that never let a socket wait: the operations that go on and on end by their deadline.

use crate::drivers::{Driver, drain, full_streams, tcp_streams};
use crate::{SHORT, assert_timed_out, takes};
use berkeley::net::netlink::{NetlinkSocket, RouteMonitor};
use berkeley::{Interest, Protocol, Socket, UdpSocket};
use berkeley_tests::{Scratch, skip};
use std::fs::File;
use std::future::{Future, poll_fn};
use std::io::ErrorKind;
use std::pin::pin;
use std::task::Context;

on_every_driver! {
    finish_ends_though_the_peer_never_stops_sending
    send_file_ends_though_the_peer_always_reads
    a_monitor_ends_though_strangers_never_stop_sending
}

/// As many operations as a task may do before it lets others run.
const BUDGET: usize = 128;

/// Leaves the task one operation before it has to let others run.
fn leave_one(cx: &mut Context<'_>, ready: &Socket) {
    let mut poll = || ready.poll_ready(cx, Interest::Writable);
    while poll().is_ready() {}
    (1..BUDGET).for_each(|_| assert!(poll().is_ready()));
}

/// Awaits `operation`, for each poll of which `peer` has made it ready, and which never takes more
/// than one step in a poll.
async fn with_peer<T>(operation: impl Future<Output = T>, peer: impl Fn()) -> T {
    let spent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut operation = pin!(operation);
    poll_fn(|cx| {
        peer();
        leave_one(cx, &spent);
        operation.as_mut().poll(cx)
    })
    .await
}

async fn finish_ends_though_the_peer_never_stops_sending(_: Driver) {
    let (a, b) = tcp_streams();
    let flood = || while b.try_send(&[b'.'; 4096]).is_ok() {};
    let late = takes(SHORT, with_peer(a.finish().timeout(SHORT), flood)).await;
    assert_timed_out(late);
    a.set_timeout(Some(SHORT));
    assert_timed_out(takes(SHORT, with_peer(a.finish(), flood)).await);
}

async fn send_file_ends_though_the_peer_always_reads(_: Driver) {
    let scratch = Scratch::new();
    let path = scratch.path("endless");
    let file = File::create_new(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let file = File::open(path).unwrap();
    let (a, b) = full_streams();
    let read = || assert!(drain(&b) > 0);
    let late = with_peer(a.send_file(&file, 0, None).timeout(SHORT), read);
    assert_timed_out(takes(SHORT, late).await);
}

async fn a_monitor_ends_though_strangers_never_stop_sending(_: Driver) {
    let mut monitor = RouteMonitor::open(&[]).unwrap();
    let address = monitor.as_ref().local_addr().unwrap();
    let stranger = NetlinkSocket::open(Protocol::NETLINK_ROUTE).unwrap();
    let done = [16, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    match stranger.try_send_to(&done, address) {
        Err(e) if e.kind() == ErrorKind::PermissionDenied => {
            return skip("no right to send to another process over netlink");
        }
        sent => assert_eq!(sent.unwrap(), done.len()),
    }
    monitor.as_ref().set_timeout(Some(SHORT));
    let flood = || while stranger.try_send_to(&done, address).is_ok() {};
    let late = with_peer(monitor.next(), flood);
    assert_timed_out(takes(SHORT, late).await);
}
