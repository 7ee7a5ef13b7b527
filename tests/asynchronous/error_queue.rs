//! The error queue: waited for by itself, drained to the last entry, and no burden where nobody
//! reads it.

use crate::drivers::{Driver, Task, drain, tcp_streams};
use crate::{SHORT, assert_kind, assert_timed_out};
use berkeley::control::ErrorOrigin;
use berkeley::option::{ip, socket};
use berkeley::{Interest, MsgFlags, UdpSocket, option};
use futures::future::{join, poll_fn};
use futures::poll;
use nix::libc;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

on_every_driver! {
    a_refused_datagram_comes_back_with_its_reason
    data_does_not_wake_who_waits_for_an_error
    entries_are_drained_one_by_one
    entries_and_data_come_side_by_side
    errors_wake_who_waits_for_one_also_when_others_have_looked
    timestamps_of_what_was_sent_come_by_the_queue
    zero_copy_completions_wake_beside_unread_data
    entries_that_nobody_reads_do_not_keep_a_stream_from_waiting
    a_connection_that_ends_is_no_error
    a_dropped_receive_of_an_error_takes_nothing
    a_receive_of_an_error_ends_in_time
}

/// A socket that queues the errors of what it sends.
async fn queueing() -> Arc<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.set(ip::ReceiveErrors, true).unwrap();
    Arc::new(socket)
}

/// An address where nobody is.
async fn nobody() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

async fn a_refused_datagram_comes_back_with_its_reason(driver: Driver) {
    let (socket, nobody) = (queueing().await, nobody().await);
    for _ in 0..20 {
        let waiting = {
            let socket = socket.clone();
            driver.spawn_waiting(async move {
                let mut bytes = [0; 4];
                let entry = socket.recv_error(&mut bytes).await.unwrap();
                (entry, bytes)
            })
        };
        let waiting = waiting.await;
        socket.send_to(b"anyone?", nobody).await.unwrap();
        let (entry, bytes) = waiting.await;
        assert_eq!((entry.len, &bytes, entry.is_truncated()), (4, b"anyo", true));
        assert_eq!(entry.to, Some(nobody.into()));
        let report = entry.report.unwrap();
        assert_eq!((report.origin, report.kind, report.code), (ErrorOrigin::ICMP, 3, 3));
        assert_eq!(report.offender.and_then(|from| from.as_ip()).unwrap().ip(), nobody.ip());
        assert_eq!(entry.error().unwrap().kind(), ErrorKind::ConnectionRefused);
        assert_eq!((entry.timestamps, entry.zero_copied()), (None, None));
    }
}

/// A task that waits for an error, and how often it was polled.
async fn watching(driver: Driver, socket: &Arc<UdpSocket>) -> (Task<()>, Arc<AtomicUsize>) {
    let (socket, polls) = (socket.clone(), Arc::new(AtomicUsize::new(0)));
    let counter = polls.clone();
    let task = driver.spawn_waiting(async move {
        let mut bytes = [0; 8];
        let mut waiting = pin!(socket.recv_error(&mut bytes));
        poll_fn(|cx| {
            counter.fetch_add(1, Ordering::SeqCst);
            waiting.as_mut().poll(cx)
        })
        .await
        .unwrap();
    });
    (task.await, polls)
}

async fn data_does_not_wake_who_waits_for_an_error(driver: Driver) {
    let (socket, peer) = (queueing().await, UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let (waiting, polls) = watching(driver, &socket).await;
    let before = polls.load(Ordering::SeqCst);
    for _ in 0..100 {
        let mut byte = [0];
        let receive = socket.recv(&mut byte);
        let send = peer.send_to(b"x", socket.local_addr().unwrap());
        let (received, sent) = join(receive, send).await;
        assert_eq!((received.unwrap(), sent.unwrap()), (1, 1));
    }
    assert_eq!(polls.load(Ordering::SeqCst), before);
    socket.send_to(b"anyone?", nobody().await).await.unwrap();
    waiting.await;
}

async fn entries_are_drained_one_by_one(_: Driver) {
    const ENTRIES: usize = 20;
    let socket = queueing().await;
    let mut bytes = [0; 8];
    assert_kind(socket.recv_error(&mut bytes).nonblocking().await, ErrorKind::WouldBlock);
    for n in 0..ENTRIES {
        // A send tells of the error of the one before first.
        while socket.send_to(&[u8::try_from(n).unwrap()], nobody().await).await.is_err() {}
    }
    for n in 0..ENTRIES {
        assert_eq!(socket.recv_error(&mut bytes).await.unwrap().len, 1);
        assert_eq!(usize::from(bytes[0]), n);
    }
    assert_timed_out(socket.recv_error(&mut bytes).timeout(SHORT).await);
}

/// What one direction has seen of an event does not keep the other from it.
async fn entries_and_data_come_side_by_side(driver: Driver) {
    // As many as the socket's buffer holds, should nobody come to read: none is dropped.
    const ROUNDS: usize = 100;
    let (socket, nobody) = (queueing().await, nobody().await);
    let errors = {
        let socket = socket.clone();
        driver.spawn(async move {
            for _ in 0..ROUNDS {
                let entry = socket.recv_error(&mut [0; 8]).await.unwrap();
                assert_eq!(entry.to, Some(nobody.into()));
            }
        })
    };
    let data = {
        let socket = socket.clone();
        driver.spawn(async move {
            let mut came = 0;
            while came < ROUNDS {
                // Receives tell of the errors too, which are nothing to wait for here.
                match socket.recv(&mut [0; 8]).await {
                    Ok(_) => came += 1,
                    Err(e) => assert_eq!(e.kind(), ErrorKind::ConnectionRefused),
                }
            }
        })
    };
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    for _ in 0..ROUNDS {
        while socket.send_to(b"anyone?", nobody).await.is_err() {}
        peer.send_to(b"x", address).await.unwrap();
        berkeley::time::sleep(Duration::from_micros(1)).await;
    }
    join(errors, data).await;
}

/// Whoever looks first for an error leaves it for those that look later.
async fn errors_wake_who_waits_for_one_also_when_others_have_looked(_: Driver) {
    let (socket, nobody) = (queueing().await, nobody().await);
    for _ in 0..50 {
        let (mut bytes, mut byte) = ([0; 8], [0]);
        let mut receiving = socket.recv(&mut byte);
        let mut error = socket.recv_error(&mut bytes);
        assert!(poll!(&mut error).is_pending());
        assert!(poll!(&mut receiving).is_pending());
        socket.send_to(b"anyone?", nobody).await.unwrap();
        // It is told as an error of the socket, and stays in the queue.
        assert_kind(receiving.await, ErrorKind::ConnectionRefused);
        assert_timed_out(socket.recv(&mut [0]).timeout(Duration::from_nanos(1)).await);
        assert_eq!(error.await.unwrap().len, 7);
        socket.ready(Interest::Error).nonblocking().await.unwrap_err();
    }
}

async fn timestamps_of_what_was_sent_come_by_the_queue(_: Driver) {
    let wanted = option::socket::Timestamps::TX_SOFTWARE
        | option::socket::Timestamps::SOFTWARE
        | option::socket::Timestamps::OPT_ID;
    let (socket, peer) = (queueing().await, UdpSocket::bind("127.0.0.1:0").await.unwrap());
    socket.set(socket::Timestamping, wanted).unwrap();
    for n in 0..3 {
        let mut packet = [0; 128];
        let waiting = socket.recv_error(&mut packet);
        let send = socket.send_to(b"when?", peer.local_addr().unwrap());
        let (entry, sent) = join(waiting, send).await;
        sent.unwrap();
        let entry = entry.unwrap();
        assert!(entry.timestamps.unwrap().software.is_some());
        let report = entry.report.unwrap();
        assert_eq!((report.origin, report.data), (ErrorOrigin::TIMESTAMPING, n));
        assert!(entry.error().is_none());
        assert!(packet[..entry.len].ends_with(b"when?"));
    }
}

async fn zero_copy_completions_wake_beside_unread_data(driver: Driver) {
    let (a, b) = tcp_streams();
    let a = Arc::new(a);
    a.set(socket::ZeroCopy, true).unwrap();
    // What is unread makes the connection readable throughout.
    b.send_all(b"unread").await.unwrap();
    a.readable().await.unwrap();
    let zero_copy = MsgFlags::from_bits_retain(libc::MSG_ZEROCOPY);
    for n in 0..5 {
        let waiting = {
            let a = a.clone();
            driver.spawn_waiting(async move { a.recv_error(&mut []).await.unwrap() })
        };
        let waiting = waiting.await;
        a.send_all_with_flags(&[7; 1000], zero_copy).await.unwrap();
        let mut received = [0; 1000];
        b.recv_with_flags(&mut received, MsgFlags::WAITALL).await.unwrap();
        assert_eq!(waiting.await.zero_copied().unwrap().sends, n..=n);
    }
    let mut bytes = [0; 8];
    assert_eq!(a.recv(&mut bytes).await.unwrap(), 6);
}

/// Pollers report them as long as they are there, beside room to send, or alone.
async fn entries_that_nobody_reads_do_not_keep_a_stream_from_waiting(driver: Driver) {
    let (a, b) = tcp_streams();
    a.set(socket::ZeroCopy, true).unwrap();
    // Registered in all directions.
    assert!(poll!(a.recv_error(&mut [])).is_pending());
    assert!(poll!(a.recv(&mut [0])).is_pending());
    let zero_copy = MsgFlags::from_bits_retain(libc::MSG_ZEROCOPY);
    a.send_all_with_flags(&[7; 1000], zero_copy).await.unwrap();
    b.recv_with_flags(&mut [0; 1000], MsgFlags::WAITALL).await.unwrap();
    a.ready(Interest::Error).await.unwrap();

    // More goes while the peer's kernel still takes some.
    while a.send(&[b'.'; 4096]).timeout(SHORT).await.is_ok() {}
    let mut polls = 0;
    a.set_timeout(Some(SHORT));
    let late = poll_fn(|cx| {
        polls += 1;
        a.poll_send(cx, b"x")
    });
    assert_timed_out(crate::takes(SHORT, late).await);
    assert_timed_out(crate::takes(SHORT, a.send(b"x")).await);
    assert_timed_out(crate::takes(SHORT, a.recv(&mut [0])).await);
    assert!(polls < 100, "polled {polls} times for nothing");

    // And nobody is left asleep.
    a.set_timeout(None);
    let sending = driver
        .spawn_waiting(async move {
            poll_fn(|cx| a.poll_send(cx, b"x")).await.unwrap();
            a
        })
        .await;
    drain(&b);
    let a = sending.await;
    let receiving = driver.spawn_waiting(async move { a.recv(&mut [0; 8]).await.unwrap() }).await;
    b.send(b"bytes").await.unwrap();
    assert_eq!(receiving.await, 5);
}

async fn a_connection_that_ends_is_no_error(_: Driver) {
    let (a, b) = tcp_streams();
    let mut bytes = [0; 8];
    let mut waiting = a.recv_error(&mut bytes).timeout(SHORT);
    assert!(poll!(&mut waiting).is_pending());
    drop(b);
    a.shutdown(berkeley::Shutdown::Both).unwrap();
    assert_timed_out(waiting.await);
}

async fn a_dropped_receive_of_an_error_takes_nothing(driver: Driver) {
    let (socket, nobody) = (queueing().await, nobody().await);
    let mut bytes = [0; 8];
    for round in 0..50 {
        let mut waiting = Box::pin(socket.recv_error(&mut bytes));
        assert!(poll!(&mut waiting).is_pending());
        socket.send_to(b"anyone?", nobody).await.unwrap();
        if round % 2 == 0 {
            // The event is on its way, or has come.
            driver.spawn(async {}).await;
        }
        drop(waiting);
        assert_eq!(socket.recv_error(&mut bytes).await.unwrap().len, 7);
    }
}

async fn a_receive_of_an_error_ends_in_time(_: Driver) {
    let socket = queueing().await;
    assert_timed_out(crate::takes(SHORT, socket.recv_error(&mut []).timeout(SHORT)).await);
    socket.set_timeout(Some(SHORT));
    assert_timed_out(crate::takes(SHORT, socket.recv_error(&mut [])).await);
}
