//! Deadlines: by the socket, by the operation, on every driver. None is early, and none is lost.

use crate::drivers::{Driver, drain, full_streams, tcp_streams};
use crate::{LONG, SHORT, SLACK, assert_kind, assert_timed_out, takes};
use berkeley::{
    Family, Kind, Protocol, Socket, TcpListener, UdpSocket, UnixSeqpacket, UnixStream, time,
};
use berkeley_tests::{Network, PATIENCE, Scratch, Storm, bounded, in_network};
use futures::future::join_all;
use futures::poll;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

on_every_driver! {
    a_receive_ends_at_the_timeout_of_its_socket
    a_receive_ends_at_its_own_deadline
    an_operation_that_may_not_wait_does_not
    an_accept_ends_at_its_deadline
    a_connect_to_a_full_listener_ends_at_its_deadline
    a_connect_to_a_full_listener_goes_on_when_there_is_room
    a_send_to_a_peer_that_does_not_read_ends_at_its_deadline
    send_all_has_one_deadline_and_tells_what_went
    send_all_that_may_not_wait_tells_what_went
    a_success_beats_an_expired_deadline
    a_success_beats_an_expired_deadline_before_the_reactor_tells
    several_waiters_expire_at_their_own_times
    a_later_waiter_with_an_earlier_deadline_is_first
    deadlines_come_and_go
    a_deadline_works_after_one_has_passed
    a_timer_set_while_the_reactor_sleeps_shortens_the_sleep
    a_dropped_deadline_leaves_the_others
    datagrams_have_deadlines
}

async fn a_receive_ends_at_the_timeout_of_its_socket(_: Driver) {
    let (a, _b) = tcp_streams();
    assert_eq!(a.timeout(), None);
    a.set_timeout(Some(SHORT));
    assert_eq!(a.timeout(), Some(SHORT));
    assert_timed_out(takes(SHORT, a.recv(&mut [0])).await);
    // The operation's own word counts more.
    let own = SHORT / 2;
    a.set_timeout(Some(LONG));
    assert_timed_out(takes(own, a.recv(&mut [0]).timeout(own)).await);
}

async fn a_receive_ends_at_its_own_deadline(_: Driver) {
    let (a, _b) = tcp_streams();
    assert_timed_out(takes(SHORT, a.recv(&mut [0]).timeout(SHORT)).await);
    let at = Instant::now() + SHORT;
    assert_timed_out(a.recv(&mut [0]).deadline(at).await);
    let late = Instant::now().duration_since(at);
    assert!(late < SLACK, "late by {late:?}");
    // One that is over already.
    assert_timed_out(takes(Duration::ZERO, a.recv(&mut [0]).deadline(at)).await);
}

async fn an_operation_that_may_not_wait_does_not(_: Driver) {
    let (a, b) = full_streams();
    for _ in 0..300 {
        let mut byte = [0];
        assert_kind(a.recv(&mut byte).nonblocking().await, ErrorKind::WouldBlock);
        assert_kind(a.recv(&mut byte).timeout(Duration::ZERO).await, ErrorKind::WouldBlock);
        assert_kind(a.send(b"x").nonblocking().await, ErrorKind::WouldBlock);
        a.set_timeout(Some(Duration::ZERO));
        let std::task::Poll::Ready(outcome) = poll!(a.recv(&mut byte)) else { panic!("it waits") };
        assert_kind(outcome, ErrorKind::WouldBlock);
        a.set_timeout(None);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.set_timeout(Some(Duration::ZERO));
        assert_kind(listener.accept().await, ErrorKind::WouldBlock);
        b.send(b"x").nonblocking().await.unwrap();
        assert_eq!(a.recv(&mut byte).nonblocking().await.unwrap(), 1);
    }
}

async fn an_accept_ends_at_its_deadline(_: Driver) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.set_timeout(Some(SHORT));
    assert_timed_out(takes(SHORT, listener.accept()).await);
    let socket = listener.into_socket();
    socket.set_timeout(None);
    assert_timed_out(takes(SHORT, socket.accept().timeout(SHORT)).await);
    let client = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    client.connect(socket.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = socket.accept().timeout(PATIENCE).await.unwrap();
    assert_eq!(accepted.timeout(), None, "the listener's timeout is not inherited");
}

/// A Unix listener that has no room for more, and what fills it.
async fn full_listener(scratch: &Scratch) -> (Socket, Vec<Socket>, String) {
    let new = || Socket::new(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap();
    let listener = new();
    let address = scratch.address("full");
    listener.bind(&*address).unwrap();
    listener.listen(1).unwrap();
    let mut clients = Vec::new();
    loop {
        let client = new();
        match client.connect(&*address).nonblocking().await {
            Ok(()) => clients.push(client),
            Err(e) if e.kind() == ErrorKind::WouldBlock => break,
            Err(e) => panic!("{e}"),
        }
    }
    (listener, clients, address)
}

async fn a_connect_to_a_full_listener_ends_at_its_deadline(_: Driver) {
    let scratch = Scratch::new();
    let (_listener, _clients, address) = full_listener(&scratch).await;
    let client = Socket::new(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap();
    assert_timed_out(takes(SHORT, client.connect(&*address).timeout(SHORT)).await);
}

async fn a_connect_to_a_full_listener_goes_on_when_there_is_room(driver: Driver) {
    let scratch = Scratch::new();
    let (listener, _clients, address) = full_listener(&scratch).await;
    let connecting = driver.spawn_waiting(UnixStream::connect(address)).await;
    let (served, _) = listener.accept().await.unwrap();
    drop(served);
    let stream = connecting.await.unwrap();
    // What was there before it was connected is no end of the peer.
    let stream = Arc::new(stream);
    let closed = stream.clone();
    let mut closed = Box::pin(async move { closed.peer_closed().await });
    for _ in 0..3 {
        assert!(poll!(&mut closed).is_pending(), "the peer has not closed");
        assert_timed_out(stream.recv(&mut [0]).timeout(SHORT / 3).await);
    }
}

async fn a_send_to_a_peer_that_does_not_read_ends_at_its_deadline(_: Driver) {
    let (a, _b) = full_streams();
    assert_timed_out(takes(SHORT, a.send(b"x").timeout(SHORT)).await);
    a.set_timeout(Some(SHORT));
    assert_timed_out(takes(SHORT, a.send(b"x")).await);
    assert_timed_out(takes(SHORT, a.writable()).await);
}

async fn send_all_has_one_deadline_and_tells_what_went(driver: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    let (b, done) = (Arc::new(b), Arc::new(std::sync::atomic::AtomicBool::new(false)));
    // The peer reads a little now and then, which does not move the deadline.
    let (peer, ended) = (b.clone(), done.clone());
    let reading = driver.spawn(async move {
        let mut total = 0;
        while !ended.load(std::sync::atomic::Ordering::Relaxed) {
            if let Ok(n) = peer.recv(&mut [0; 20_000]).timeout(SHORT / 6).await {
                total += n;
            }
            time::sleep(SHORT / 6).await;
        }
        total
    });
    let bytes = vec![7; 50_000_000];
    let least = SHORT * 3;
    let error = takes(least, a.send_all(&bytes).timeout(least)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    let read = reading.await;
    assert!(error.sent > 0 && error.sent < bytes.len());
    assert_eq!(read + drain(&b), error.sent);
}

async fn send_all_that_may_not_wait_tells_what_went(_: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    let error = a.send_all(&vec![7; 50_000_000]).nonblocking().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert!(error.sent > 0);
    assert_eq!(drain(&b), error.sent);
}

/// Keeps this thread from everything else until some time after `deadline`.
fn hog_until_after(deadline: Instant) {
    while Instant::now() < deadline + SHORT {
        std::hint::spin_loop();
    }
}

async fn a_success_beats_an_expired_deadline(driver: Driver) {
    let (a, b) = tcp_streams();
    let deadline = Instant::now() + SHORT * 4;
    let a = Arc::new(a);
    let receiver = a.clone();
    let receiving = driver
        .spawn_waiting(async move { receiver.recv(&mut [0; 8]).deadline(deadline).await })
        .await;
    // When the receiver runs again, its data is there and its time is over.
    b.try_send(b"xyz").unwrap();
    hog_until_after(deadline);
    assert_eq!(receiving.await.unwrap(), 3);
    drop(a);
}

/// The same within one turn of a task, in which no reactor tells of the data.
async fn a_success_beats_an_expired_deadline_before_the_reactor_tells(_: Driver) {
    let (a, b) = tcp_streams();
    let mut buffer = [0; 8];
    let deadline = Instant::now() + SHORT;
    let mut receiving = Box::pin(a.recv(&mut buffer).deadline(deadline));
    assert!(poll!(&mut receiving).is_pending());
    b.try_send(b"xyz").unwrap();
    hog_until_after(deadline);
    assert_eq!(receiving.await.unwrap(), 3);
    // One that begins when its time is over.
    b.try_send(b"xyz").unwrap();
    assert_eq!(a.recv(&mut buffer).deadline(deadline).await.unwrap(), 3);
}

/// Receives with these timeouts on one socket, in this order: how long each took to expire.
async fn expire_together(driver: Driver, timeouts: &[Duration]) {
    let (a, _b) = UnixSeqpacket::pair().unwrap();
    let a = Arc::new(a);
    let mut tasks = Vec::new();
    for timeout in timeouts.iter().copied() {
        let a = a.clone();
        tasks.push(
            driver
                .spawn_waiting(async move {
                    assert_timed_out(takes(timeout, a.recv(&mut [0]).timeout(timeout)).await);
                })
                .await,
        );
    }
    join_all(tasks).await;
}

async fn several_waiters_expire_at_their_own_times(driver: Driver) {
    expire_together(driver, &[SHORT, SHORT * 2, SHORT, SHORT * 4, SHORT * 3]).await;
}

async fn a_later_waiter_with_an_earlier_deadline_is_first(driver: Driver) {
    let (a, b) = UnixSeqpacket::pair().unwrap();
    let a = Arc::new(a);
    let waits = |timeout| {
        let a = a.clone();
        driver.spawn_waiting(async move { a.recv(&mut [0; 8]).timeout(timeout).await })
    };
    // Nobody would wake the one in the middle before an hour has passed.
    let first = waits(LONG).await;
    let second = waits(SHORT).await;
    let third = waits(LONG * 2).await;
    assert_timed_out(takes(Duration::ZERO, second).await);
    b.send(b"abc").await.unwrap();
    b.send(b"abc").await.unwrap();
    assert_eq!((first.await.unwrap(), third.await.unwrap()), (3, 3));
}

async fn deadlines_come_and_go(driver: Driver) {
    let (a, b) = tcp_streams();
    let echo = driver.spawn(async move {
        let mut buffer = [0; 8];
        while let Ok(n @ 1..) = b.recv(&mut buffer).timeout(PATIENCE).await {
            b.send_all(&buffer[..n]).timeout(PATIENCE).await.unwrap();
        }
        drop(b);
    });
    let mut buffer = [0; 8];
    for round in 0..3_000_u32 {
        // Of many lengths, so that the timer moves both ways.
        let timeout = PATIENCE / (1 + round % 3);
        a.send(b"ping").timeout(timeout).await.unwrap();
        assert_eq!(a.recv(&mut buffer).timeout(timeout).await.unwrap(), 4);
    }
    assert_timed_out(takes(SHORT, a.recv(&mut buffer).timeout(SHORT)).await);
    drop(a);
    echo.await;
}

async fn a_deadline_works_after_one_has_passed(_: Driver) {
    let (a, b) = tcp_streams();
    let tick = Duration::from_millis(2);
    for _ in 0..30 {
        assert_timed_out(takes(tick, a.recv(&mut [0]).timeout(tick)).await);
    }
    b.send(b"x").await.unwrap();
    assert_eq!(a.recv(&mut [0]).timeout(PATIENCE).await.unwrap(), 1);
    assert_timed_out(takes(tick, a.recv(&mut [0]).timeout(tick)).await);
}

async fn a_timer_set_while_the_reactor_sleeps_shortens_the_sleep(driver: Driver) {
    let (a, b) = tcp_streams();
    let a = Arc::new(a);
    // Registered here, in a reactor that has nothing to wake up for.
    assert!(poll!(a.recv(&mut [0])).is_pending());
    let (sender, ended) = futures::channel::oneshot::channel();
    let elsewhere = a.clone();
    std::thread::spawn(move || {
        let outcome = futures::executor::block_on(async move {
            takes(SHORT, elsewhere.recv(&mut [0]).timeout(SHORT)).await
        });
        let _ = sender.send(outcome);
    });
    assert_timed_out(ended.await.unwrap());
    // The same from another task, which may be on another worker.
    let task = driver.spawn(async move { takes(SHORT, a.recv(&mut [0]).timeout(SHORT)).await });
    assert_timed_out(task.await);
    drop(b);
}

async fn a_dropped_deadline_leaves_the_others(driver: Driver) {
    let (a, b) = tcp_streams();
    let a = Arc::new(a);
    let other = a.clone();
    let waiting = driver
        .spawn_waiting(
            async move { takes(SHORT * 2, other.recv(&mut [0]).timeout(SHORT * 2)).await },
        )
        .await;
    for divisor in 1..20 {
        let mut byte = [0];
        let mut dropped = Box::pin(a.recv(&mut byte).timeout(SHORT / divisor));
        assert!(poll!(&mut dropped).is_pending());
    }
    assert_timed_out(waiting.await);
    drop(b);
}

async fn datagrams_have_deadlines(_: Driver) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    for _ in 0..3 {
        assert_timed_out(takes(SHORT, socket.recv_from(&mut [0]).timeout(SHORT)).await);
        socket.send_to(b"x", address).timeout(SHORT).await.unwrap();
        let (n, _) = socket.recv_from(&mut [0]).timeout(PATIENCE).await.unwrap();
        assert_eq!(n, 1);
    }
}

#[test]
fn a_connect_to_a_silent_address_ends_at_its_deadline() {
    in_network(PATIENCE, |_| {
        for driver in Driver::ALL {
            let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
            let to = format!("{}:9", Network::SILENT);
            driver.block_on(async move {
                assert_timed_out(takes(SHORT, socket.connect(to).timeout(SHORT)).await);
                assert!(!socket.finish_connect().unwrap(), "it goes on in the kernel");
            });
        }
    });
}

#[test]
fn signals_do_not_move_a_deadline() {
    for driver in Driver::ALL {
        bounded(PATIENCE, move || {
            let (a, _b) = tcp_streams();
            let storm = Storm::on_this_thread();
            let waiting =
                async move { takes(SHORT * 4, a.recv(&mut [0]).timeout(SHORT * 4)).await };
            let before = storm.signals();
            // A runtime's own threads get none, but the one that waits for them does.
            assert_timed_out(driver.block_on(waiting));
            assert!(storm.signals() > before, "no signal came");
        });
    }
}

/// Two threads give two waiters their deadlines at the same moment.
#[test]
fn the_earlier_of_two_deadlines_set_at_once_is_kept() {
    for driver in [Driver::TokioMulti, Driver::Workers] {
        driver.run(|driver| async move {
            for _ in 0..300 {
                let (a, _b) = UnixStream::pair().unwrap();
                let a = Arc::new(a);
                let tick = Duration::from_millis(1);
                assert_timed_out(a.recv(&mut [0]).timeout(tick).await);
                let long = a.clone();
                let long = driver.spawn(async move {
                    time::timeout(SLACK, long.recv(&mut [0]).timeout(LONG)).await
                });
                assert_timed_out(takes(tick, a.recv(&mut [0]).timeout(tick)).await);
                drop(long);
            }
        });
    }
}
