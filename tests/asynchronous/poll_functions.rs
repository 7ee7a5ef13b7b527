//! The poll functions, and the traits that are made of them, wait no longer than the socket says.

use crate::drivers::{Driver, drain, full_streams, tcp_streams};
use crate::{LONG, SHORT, assert_kind, assert_timed_out, takes};
use berkeley::{Interest, TcpStream, UdpSocket};
use berkeley_tests::PATIENCE;
use futures::io::{AsyncReadExt, AsyncWriteExt};
use futures::poll;
use std::future::poll_fn;
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::task::Poll;
use std::time::Duration;

on_every_driver! {
    poll_functions_wait
    poll_functions_of_messages_wait
    readiness_is_polled
    an_operation_of_ones_own_waits
    poll_functions_end_at_the_timeout_of_the_socket
    reads_and_writes_end_at_the_timeout_of_the_socket
    each_read_has_the_whole_timeout
    a_poll_function_that_may_not_wait_does_not
    a_poll_function_waits_beside_operations
}

async fn poll_functions_wait(driver: Driver) {
    let (a, b) = tcp_streams();
    let receiving = driver
        .spawn_waiting(async move {
            let mut buffer = [0; 3];
            assert_eq!(poll_fn(|cx| a.poll_recv(cx, &mut buffer)).await.unwrap(), 3);
            let (mut one, mut two) = ([0; 2], [0; 8]);
            let mut buffers = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
            let n = poll_fn(|cx| a.poll_recv_vectored(cx, &mut buffers)).await.unwrap();
            assert_eq!((n, one, &two[..2]), (4, *b"on", &b"e!"[..]));
            poll_fn(|cx| a.poll_recv(cx, &mut buffer)).await.unwrap()
        })
        .await;
    assert_eq!(poll_fn(|cx| b.poll_send(cx, b"two")).await.unwrap(), 3);
    let parts = [IoSlice::new(b"on"), IoSlice::new(b"e!")];
    assert_eq!(poll_fn(|cx| b.poll_send_vectored(cx, &parts)).await.unwrap(), 4);
    drop(b);
    assert_eq!(receiving.await, 0);
}

async fn poll_functions_of_messages_wait(driver: Driver) {
    let a = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (from, to) = (a.local_addr().unwrap(), b.local_addr().unwrap());
    let receiving = driver
        .spawn_waiting(async move {
            let mut buffer = [0; 3];
            let peeked = poll_fn(|cx| b.poll_peek_from(cx, &mut buffer)).await.unwrap();
            assert_eq!((peeked, buffer), ((3, from), *b"one"));
            assert_eq!(poll_fn(|cx| b.poll_peek(cx, &mut buffer)).await.unwrap(), 3);
            poll_fn(|cx| b.poll_recv_from(cx, &mut buffer)).await.unwrap()
        })
        .await;
    assert_eq!(poll_fn(|cx| a.poll_send_to(cx, b"one", to)).await.unwrap(), 3);
    assert_eq!(receiving.await, (3, from));
}

async fn readiness_is_polled(driver: Driver) {
    let (a, b) = full_streams();
    let writable =
        driver.spawn_waiting(async move { poll_fn(|cx| a.poll_write_ready(cx)).await.map(|()| a) });
    let writable = writable.await;
    drain(&b);
    let a = writable.await.unwrap();
    assert_eq!(a.try_write(b"x").unwrap(), 1);
    poll_fn(|cx| b.poll_read_ready(cx)).await.unwrap();
    assert_eq!(b.try_read(&mut [0]).unwrap(), 1);
    assert!(poll!(poll_fn(|cx| b.poll_read_ready(cx))).is_pending(), "nothing is left");
}

/// A system call that this crate does not make for it.
async fn an_operation_of_ones_own_waits(driver: Driver) {
    let (a, b) = tcp_streams();
    let reading = driver
        .spawn_waiting(async move {
            let mut buffer = [0; 8];
            let read = || Ok(nix::unistd::read(&*a, &mut buffer)?);
            let n = a.async_io(Interest::Readable, read).await.unwrap();
            let read = || Ok(nix::unistd::read(&*a, &mut buffer)?);
            assert_kind(a.try_io(Interest::Readable, read), ErrorKind::WouldBlock);
            let read = || Ok(nix::unistd::read(&*a, &mut buffer)?);
            assert_timed_out(a.async_io(Interest::Readable, read).timeout(SHORT).await);
            n
        })
        .await;
    b.send_all(b"bytes").await.unwrap();
    assert_eq!(reading.await, 5);
}

async fn poll_functions_end_at_the_timeout_of_the_socket(_: Driver) {
    let (a, _b) = full_streams();
    a.set_timeout(Some(SHORT));
    let mut byte = [0];
    assert_timed_out(takes(SHORT, poll_fn(|cx| a.poll_recv(cx, &mut byte))).await);
    assert_timed_out(takes(SHORT, poll_fn(|cx| a.poll_send(cx, b"x"))).await);
    let parts = [IoSlice::new(b"x")];
    assert_timed_out(takes(SHORT, poll_fn(|cx| a.poll_send_vectored(cx, &parts))).await);
}

async fn reads_and_writes_end_at_the_timeout_of_the_socket(driver: Driver) {
    let (mut a, _b) = full_streams();
    a.set_timeout(Some(SHORT));
    assert_timed_out(takes(SHORT, AsyncReadExt::read(&mut a, &mut [0])).await);
    assert_timed_out(takes(SHORT, AsyncWriteExt::write_all(&mut a, b"xyz")).await);
    if matches!(driver, Driver::TokioCurrent | Driver::TokioMulti) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        assert_timed_out(takes(SHORT, AsyncReadExt::read(&mut a, &mut [0])).await);
        assert_timed_out(takes(SHORT, AsyncWriteExt::write_all(&mut a, b"xyz")).await);
    }
}

async fn each_read_has_the_whole_timeout(driver: Driver) {
    let (mut a, b): (TcpStream, TcpStream) = tcp_streams();
    a.set_timeout(Some(SHORT * 20));
    let sending = driver.spawn(async move {
        // Together longer than the timeout, each shorter.
        for _ in 0..6 {
            berkeley::time::sleep(SHORT * 4).await;
            b.send(b"x").await.unwrap();
        }
        b
    });
    for _ in 0..6 {
        assert_eq!(AsyncReadExt::read(&mut a, &mut [0; 8]).await.unwrap(), 1);
    }
    drop(sending.await);
    assert_eq!(AsyncReadExt::read(&mut a, &mut [0; 8]).await.unwrap(), 0);
}

async fn a_poll_function_that_may_not_wait_does_not(_: Driver) {
    let (mut a, b) = tcp_streams();
    a.set_timeout(Some(Duration::ZERO));
    let Poll::Ready(outcome) = poll!(AsyncReadExt::read(&mut a, &mut [0])) else {
        panic!("it waits")
    };
    assert_kind(outcome, ErrorKind::WouldBlock);
    a.set_timeout(Some(PATIENCE));
    b.send(b"x").await.unwrap();
    assert_eq!(AsyncReadExt::read(&mut a, &mut [0]).await.unwrap(), 1);
}

async fn a_poll_function_waits_beside_operations(driver: Driver) {
    let (a, b) = tcp_streams();
    let a = std::sync::Arc::new(a);
    let (one, two) = (a.clone(), a.clone());
    let polling = driver
        .spawn_waiting(async move {
            let mut byte = [0];
            poll_fn(|cx| one.poll_recv(cx, &mut byte)).await.unwrap()
        })
        .await;
    let receiving = driver
        .spawn_waiting(async move { two.recv(&mut [0; 1]).timeout(LONG).await.unwrap() })
        .await;
    b.send(b"xy").await.unwrap();
    assert_eq!((polling.await, receiving.await), (1, 1));
}
