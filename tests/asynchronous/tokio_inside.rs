//! Inside tokio: nothing of ours runs, and tokio's own functions work on our sockets.

use crate::drivers::{Driver, tcp_streams, tokio_runtime};
use crate::{SHORT, assert_timed_out, takes};
use berkeley::{TcpStream, UdpSocket, UnixStream, time};
use berkeley_tests::{PATIENCE, bounded, in_child};
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};

/// The threads of this process by number, and how many epoll instances it has.
fn threads_and_pollers() -> (BTreeSet<String>, usize) {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let threads = threads.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let links = fs::read_dir("/proc/self/fd").unwrap();
    let links = links.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    (threads, links.filter(|link| link.to_string_lossy().contains("[eventpoll]")).count())
}

async fn everything_that_waits() {
    let (a, b) = tcp_streams();
    assert_timed_out(takes(SHORT, a.recv(&mut [0]).timeout(SHORT)).await);
    let sending = tokio::spawn(async move { b.send_all(&vec![7; 3_000_000]).await });
    let mut total = 0;
    let mut buffer = vec![0; 65_536];
    while let n @ 1.. = a.recv(&mut buffer).await.unwrap() {
        total += n;
    }
    assert_eq!(total, 3_000_000);
    sending.await.unwrap().unwrap();
    a.peer_closed().await.unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    assert_timed_out(udp.recv(&mut [0]).timeout(SHORT).await);
    time::sleep(SHORT).await;
    assert!(time::timeout(SHORT, udp.recv(&mut [0])).await.is_err());
}

fn assert_nothing_of_ours(threads: usize) {
    let runtime = tokio_runtime(threads);
    let before = runtime.block_on(async {
        // Tokio has made all that it makes.
        let theirs = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let late = tokio::time::timeout(Duration::from_millis(5), theirs.recv(&mut [0])).await;
        assert!(late.is_err());
        tokio::spawn(async {}).await.unwrap();
        threads_and_pollers()
    });
    let after = runtime.block_on(async {
        tokio::spawn(everything_that_waits()).await.unwrap();
        everything_that_waits().await;
        threads_and_pollers()
    });
    assert_eq!(after, before);
}

#[test]
fn no_thread_and_no_poller_is_added_to_one_thread() {
    in_child("tokio_inside::no_thread_and_no_poller_is_added_to_one_thread", || {
        assert_nothing_of_ours(1);
    });
}

#[test]
fn no_thread_and_no_poller_is_added_to_many_threads() {
    in_child("tokio_inside::no_thread_and_no_poller_is_added_to_many_threads", || {
        assert_nothing_of_ours(3);
    });
}

#[test]
fn elsewhere_one_thread_and_one_poller_are_added() {
    in_child("tokio_inside::elsewhere_one_thread_and_one_poller_are_added", || {
        let wait = || {
            let (a, _b) = tcp_streams();
            let late = async { a.recv(&mut [0]).timeout(SHORT).await };
            assert_timed_out(futures::executor::block_on(late));
            threads_and_pollers()
        };
        let (before, _) = threads_and_pollers();
        let first = wait();
        assert_eq!(first.0.len(), before.len() + 1);
        assert_eq!((wait(), wait()), (first.clone(), first), "one for the whole process");
    });
}

/// A relay between two connections, by tokio's own function, of bytes both ways.
async fn relay(driver: Driver) {
    let (mut client, mut near) = tcp_streams();
    let (mut far, mut server) = UnixStream::pair().unwrap();
    let relaying =
        driver.spawn(async move { copy_bidirectional(&mut near, &mut far).await.unwrap() });
    let serving = driver.spawn(async move {
        let mut all = Vec::new();
        server.read_to_end(&mut all).await.unwrap();
        server.write_all(&all).await.unwrap();
        server.write_all(b"end").await.unwrap();
        server.shutdown().await.unwrap();
    });
    let there: Vec<u8> = (0..=250).cycle().take(1_000_000).collect();
    client.write_all(&there).await.unwrap();
    client.shutdown().await.unwrap();
    let mut back = Vec::new();
    client.read_to_end(&mut back).await.unwrap();
    assert!(back.strip_suffix(b"end") == Some(&there[..]));
    assert_eq!(relaying.await, (1_000_000, 1_000_003));
    serving.await;
}

#[test]
fn tokio_relays_between_our_sockets() {
    Driver::TokioCurrent.run(relay);
    Driver::TokioMulti.run(relay);
    // Its traits are of no runtime.
    Driver::Own.run(relay);
    Driver::Workers.run(relay);
    Driver::Futures.run(relay);
}

#[test]
fn our_sockets_and_those_of_tokio_talk() {
    bounded(PATIENCE, || {
        tokio_runtime(2).block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let serving = tokio::spawn(async move {
                let (mut theirs, _) = listener.accept().await.unwrap();
                let (mut read, mut write) = theirs.split();
                tokio::io::copy(&mut read, &mut write).await.unwrap()
            });
            let (read, write) = TcpStream::connect(address).await.unwrap().into_split();
            let mut read = read;
            let sending = tokio::spawn(async move {
                let mut write = write;
                write.write_all(&vec![9; 1_000_000]).await.unwrap();
                // Dropped, it ends the sending.
            });
            let mut all = Vec::new();
            read.read_to_end(&mut all).await.unwrap();
            assert_eq!(all.len(), 1_000_000);
            sending.await.unwrap();
            assert_eq!(serving.await.unwrap(), 1_000_000);
        });
    });
}

#[test]
fn a_tokio_socket_becomes_ours() {
    bounded(PATIENCE, || {
        tokio_runtime(1).block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let theirs = tokio::net::TcpStream::connect(address).await.unwrap();
            let (mut served, _) = listener.accept().await.unwrap();
            let fd = std::os::fd::OwnedFd::from(theirs.into_std().unwrap());
            let ours = TcpStream::try_from(fd).unwrap();
            assert_timed_out(takes(SHORT, ours.recv(&mut [0]).timeout(SHORT)).await);
            served.write_all(b"x").await.unwrap();
            assert_eq!(ours.recv(&mut [0; 8]).await.unwrap(), 1);

            // And back again, while it is registered.
            let theirs = std::net::TcpStream::from(ours.into_fd());
            let mut theirs = tokio::net::TcpStream::from_std(theirs).unwrap();
            served.write_all(b"y").await.unwrap();
            assert_eq!(theirs.read(&mut [0; 8]).await.unwrap(), 1);
        });
    });
}
