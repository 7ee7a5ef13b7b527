//! That whoever waits is woken: several tasks, moved operations, ends, errors.

use crate::drivers::{Driver, drain, full_streams, tcp_streams};
use crate::{SHORT, assert_kind, assert_timed_out};
use berkeley::net::netlink::NetlinkSocket;
use berkeley::{
    Family, Kind, MsgFlags, Outgoing, Protocol, Shutdown, Socket, TcpListener, UdpSocket,
    UnixAddress, UnixSeqpacket, UnixStream,
};
use berkeley_tests::in_child;
use futures::future::{join, join_all};
use futures::poll;
use std::fs::File;
use std::io::{ErrorKind, IoSlice};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

on_every_driver! {
    two_tasks_on_each_direction_of_a_stream_all_finish
    two_tasks_on_each_direction_of_a_record_socket_all_finish
    a_moved_operation_wakes_its_new_task
    a_dropped_operation_does_not_take_the_wakeup_of_another
    a_refused_datagram_wakes_a_receive
    a_reset_wakes_both_directions
    shutdown_wakes_a_receive
    shutdown_of_the_peer_wakes_a_send
    shutdown_wakes_an_accept
    peer_closed_leaves_the_data
    peer_closed_waits_while_the_peer_is_there
    a_message_to_a_process_without_room_goes_when_there_is_room
    a_message_to_the_connected_process_goes_when_there_is_room
    a_batch_to_named_receivers_goes_when_there_is_room
    events_for_a_duplicate_outlive_the_socket
}

/// Over netlink, of which no event tells the sender.
async fn a_message_to_a_process_without_room_goes_when_there_is_room(driver: Driver) {
    let open = || NetlinkSocket::open(Protocol::NETLINK_USERSOCK).unwrap();
    let (a, b) = (open(), open());
    let to = b.local_addr().unwrap();
    while a.try_send_to(&[0; 1_000], to).is_ok() {}
    // All that a poller has to tell is told by then.
    assert_timed_out(a.send_to(&[0; 1_000], to).timeout(SHORT).await);
    let sending =
        driver.spawn_waiting(async move { a.send_to(&[0; 1_000], to).await.unwrap() }).await;
    while b.try_recv(&mut [0; 1_000]).is_ok() {}
    assert_eq!(sending.await, 1_000);
}

async fn a_message_to_the_connected_process_goes_when_there_is_room(driver: Driver) {
    let open = || NetlinkSocket::open(Protocol::NETLINK_USERSOCK).unwrap();
    let (a, b) = (open(), open());
    a.connect(b.local_addr().unwrap()).await.unwrap();
    while a.try_send(&[0; 1_000]).is_ok() {}
    assert_timed_out(a.send(&[0; 1_000]).timeout(SHORT).await);
    let sending = driver.spawn_waiting(async move { a.send(&[0; 1_000]).await.unwrap() }).await;
    while b.try_recv(&mut [0; 1_000]).is_ok() {}
    assert_eq!(sending.await, 1_000);
}

async fn a_batch_to_named_receivers_goes_when_there_is_room(driver: Driver) {
    let open = || Socket::new(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT).unwrap();
    let (a, b) = (open(), open());
    b.bind(UnixAddress::unnamed()).unwrap();
    let to = b.local_addr().unwrap();
    while a.try_send_to(b"x", to).is_ok() {}
    let sending = driver.spawn_waiting(async move {
        let buffers = [IoSlice::new(b"y")];
        let batch = [Outgoing::new(&buffers).to(to)];
        a.send_many(&batch, MsgFlags::empty()).await.unwrap()
    });
    let sending = sending.await;
    while b.try_recv(&mut [0]).is_ok() {}
    assert_eq!(sending.await, 1);
}

/// Two tasks send and two receive on either end, a byte at a time.
async fn stress(driver: Driver, a: Socket, b: Socket) {
    const BYTES: usize = 5_000;
    let mut tasks = Vec::new();
    for socket in [Arc::new(a), Arc::new(b)] {
        for _ in 0..2 {
            let sender = socket.clone();
            tasks.push(driver.spawn(async move {
                for _ in 0..BYTES {
                    assert_eq!(sender.send(b"x").await.unwrap(), 1);
                }
                // One for each receiver, which ends it.
                assert_eq!(sender.send(b"!").await.unwrap(), 1);
                0
            }));
            let receiver = socket.clone();
            tasks.push(driver.spawn(async move {
                let mut byte = [0];
                let mut received = 0;
                loop {
                    assert_eq!(receiver.recv(&mut byte).await.unwrap(), 1);
                    if byte == *b"!" {
                        return received;
                    }
                    received += 1;
                }
            }));
        }
    }
    let received: usize = join_all(tasks).await.into_iter().sum();
    assert_eq!(received, 4 * BYTES);
}

async fn two_tasks_on_each_direction_of_a_stream_all_finish(driver: Driver) {
    let (a, b) = tcp_streams();
    stress(driver, a.into(), b.into()).await;
}

async fn two_tasks_on_each_direction_of_a_record_socket_all_finish(driver: Driver) {
    let (a, b) = UnixSeqpacket::pair().unwrap();
    stress(driver, a.into(), b.into()).await;
}

/// Two tasks begin to wait for one direction at the same moment, and one event is for both.
#[test]
fn two_tasks_that_begin_to_wait_together_are_both_woken() {
    for driver in [Driver::TokioMulti, Driver::Workers, Driver::Futures] {
        driver.run(two_tasks_begin_together);
    }
}

async fn two_tasks_begin_together(driver: Driver) {
    let rounds = if driver == Driver::Futures { 100 } else { 2_000 };
    for _ in 0..rounds {
        let (a, b) = UnixStream::pair().unwrap();
        let a = Arc::new(a);
        // Registered, and known to be empty.
        assert_kind(a.recv(&mut [0]).timeout(Duration::from_nanos(1)).await, ErrorKind::TimedOut);
        let barrier = Arc::new(AtomicUsize::new(0));
        let tasks = [0, 1].map(|_| {
            let (a, barrier) = (a.clone(), barrier.clone());
            driver.spawn(async move {
                barrier.fetch_add(1, Ordering::AcqRel);
                for _ in 0..10_000 {
                    if barrier.load(Ordering::Acquire) == 2 {
                        break;
                    }
                    std::hint::spin_loop();
                }
                a.recv(&mut [0; 1]).await.unwrap()
            })
        });
        b.send(b"xy").await.unwrap();
        assert_eq!(join_all(tasks).await, [1, 1]);
    }
}

async fn a_moved_operation_wakes_its_new_task(driver: Driver) {
    let (a, b) = tcp_streams();
    let mut receiving = Box::pin(async move { a.recv(&mut [0; 8]).await.unwrap() });
    assert!(poll!(&mut receiving).is_pending());
    let receiving = driver.spawn_waiting(receiving).await;
    b.send(b"xyz").await.unwrap();
    assert_eq!(receiving.await, 3);
}

async fn a_dropped_operation_does_not_take_the_wakeup_of_another(driver: Driver) {
    let (a, b) = UnixSeqpacket::pair().unwrap();
    let a = Arc::new(a);
    for round in 0..4 {
        let mut before = [0; 8];
        let mut dropped = Box::pin(a.recv(&mut before));
        if round % 2 == 0 {
            assert!(poll!(&mut dropped).is_pending());
        }
        let receiver = a.clone();
        let receiving =
            driver.spawn_waiting(async move { receiver.recv(&mut [0; 8]).await.unwrap() }).await;
        if round % 2 == 1 {
            assert!(poll!(&mut dropped).is_pending());
        }
        if round < 2 {
            drop(dropped);
            b.send(b"xyz").await.unwrap();
            assert_eq!(receiving.await, 3);
        } else {
            b.send(b"xyz").await.unwrap();
            drop(dropped);
            assert_eq!(receiving.await, 3);
        }
    }
}

/// A UDP socket, and whom it is connected to: one that hears itself alone, so that what others send is
/// refused, and that keeps its port, which a test beside this one would be given otherwise.
async fn connected_to_nobody() -> (UdpSocket, UdpSocket) {
    let nobody = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = nobody.local_addr().unwrap();
    nobody.connect(at).await.unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(at).await.unwrap();
    (socket, nobody)
}

async fn a_refused_datagram_wakes_a_receive(driver: Driver) {
    for _ in 0..50 {
        let (socket, _nobody) = connected_to_nobody().await;
        let socket = Arc::new(socket);
        let receiver = socket.clone();
        let receiving = driver.spawn_waiting(async move { receiver.recv(&mut [0; 8]).await }).await;
        socket.send(b"anybody?").await.unwrap();
        assert_kind(receiving.await, ErrorKind::ConnectionRefused);
    }
}

async fn a_reset_wakes_both_directions(driver: Driver) {
    let (a, b) = tcp_streams();
    let a = Arc::new(a);
    while a.try_send(&[0; 65_536]).is_ok() {}
    let receiver = a.clone();
    let receiving = driver.spawn_waiting(async move { receiver.recv(&mut [0; 8]).await }).await;
    let sender = a.clone();
    let sending = driver.spawn(async move {
        loop {
            if let Err(e) = sender.send(&[0; 65_536]).await {
                return e;
            }
        }
    });
    b.set_linger(Some(Duration::ZERO)).unwrap();
    drop(b);
    // The reset is told once; the other operation finds the connection gone.
    let received = receiving.await;
    let sent = sending.await.kind();
    let gone = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    assert!(gone.contains(&sent), "{sent:?}");
    assert!(received.is_ok_and(|n| n == 0) || sent != ErrorKind::ConnectionReset);
}

async fn shutdown_wakes_a_receive(driver: Driver) {
    let (a, _b) = tcp_streams();
    let a = Arc::new(a);
    let receiver = a.clone();
    let receiving = driver.spawn_waiting(async move { receiver.recv(&mut [0; 8]).await }).await;
    a.shutdown(Shutdown::Read).unwrap();
    assert_eq!(receiving.await.unwrap(), 0);
}

async fn shutdown_of_the_peer_wakes_a_send(driver: Driver) {
    let (a, b) = full_streams();
    let sending = driver.spawn_waiting(async move { a.send(b"x").await }).await;
    b.shutdown(Shutdown::Both).unwrap();
    assert_kind(sending.await, ErrorKind::BrokenPipe);
}

async fn shutdown_wakes_an_accept(driver: Driver) {
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let accepter = listener.clone();
    let accepting = driver.spawn_waiting(async move { accepter.accept().await }).await;
    listener.shutdown(Shutdown::Both).unwrap();
    assert_kind(accepting.await, ErrorKind::InvalidInput);
}

async fn peer_closed_leaves_the_data(driver: Driver) {
    for close in [true, false] {
        let (a, b) = tcp_streams();
        let waiting = driver
            .spawn_waiting(async move {
                a.peer_closed().await.unwrap();
                a
            })
            .await;
        b.send(b"last words").await.unwrap();
        let b = if close {
            drop(b);
            None
        } else {
            b.shutdown(Shutdown::Write).unwrap();
            Some(b)
        };
        let a = waiting.await;
        let mut buffer = [0; 64];
        assert_eq!(a.recv(&mut buffer).await.unwrap(), 10);
        assert_eq!(a.recv(&mut buffer).await.unwrap(), 0);
        a.peer_closed().await.unwrap();
        drop(b);
    }
}

async fn peer_closed_waits_while_the_peer_is_there(driver: Driver) {
    let (a, b) = tcp_streams();
    let a = Arc::new(a);
    let closed = a.clone();
    let mut waiting = Box::pin(async move { closed.peer_closed().await.unwrap() });
    assert!(poll!(&mut waiting).is_pending());
    // Data, urgent data, and room to send are no end.
    for _ in 0..20 {
        b.send(b"x").await.unwrap();
        b.send_with_flags(b"!", MsgFlags::OOB).await.unwrap();
        while a.recv(&mut [0; 64]).await.unwrap() == 0 {}
        assert!(poll!(&mut waiting).is_pending());
    }
    let waiting = driver.spawn_waiting(waiting).await;
    drop(b);
    waiting.await;
}

async fn events_for_a_duplicate_outlive_the_socket(driver: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    let a = a.into_socket();
    let duplicate = a.dup().unwrap();
    // Both are registered.
    for socket in [&a, &duplicate] {
        let mut byte = [0];
        assert!(poll!(socket.recv(&mut byte)).is_pending());
    }
    drop(a);
    for _ in 0..10 {
        let waiting = driver
            .spawn_waiting({
                let duplicate = duplicate.dup().unwrap();
                async move { duplicate.recv(&mut [0; 8]).await.unwrap() }
            })
            .await;
        let (received, ()) = join(waiting, async { b.send_all(b"xyz").await.unwrap() }).await;
        assert_eq!(received, 3);
    }
    assert_eq!(drain(&duplicate), 0);
}

/// The number of a registered descriptor comes back for the same open file, whose registration
/// lives on: its poller says EEXIST.
#[test]
fn a_number_that_is_used_again_is_registered_again() {
    in_child("wakeups::a_number_that_is_used_again_is_registered_again", || {
        for driver in Driver::ALL {
            driver.block_on(async move {
                let (a, b) = berkeley_tests::unix_pair(Kind::STREAM);
                // A duplicate that the socket does not know of.
                let kept = a.dup().unwrap();
                let number = a.as_raw_fd();
                let (a, b) = (Socket::from_core(a).unwrap(), Socket::from_core(b).unwrap());
                assert!(poll!(a.recv(&mut [0; 8])).is_pending());
                drop(a);
                // The lowest number that is free.
                let mut again = OwnedFd::from(File::open("/dev/null").unwrap());
                assert_eq!(again.as_raw_fd(), number);
                nix::unistd::dup2(&kept, &mut again).unwrap();
                let a = Socket::from_fd(again).unwrap();
                let receiving =
                    driver.spawn_waiting(async move { a.recv(&mut [0; 8]).await.unwrap() }).await;
                b.send(b"xyz").await.unwrap();
                assert_eq!(receiving.await, 3);
                drop(kept);
            });
        }
    });
}
