//! How connections end: without waiting, having waited for the peer, or by a reset.

use crate::drivers::{Driver, tcp_streams};
use crate::{LONG, SHORT, assert_kind, assert_timed_out};
use berkeley::option::socket::Linger;
use berkeley::{Shutdown, Socket, TcpListener, TcpStream, UnixStream};
use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};
use std::future::{Future, poll_fn};
use std::io::ErrorKind;
use std::pin::Pin;

on_every_driver! {
    a_drop_with_a_linger_time_keeps_nobody_waiting_and_delivers
    a_close_with_a_linger_time_keeps_nobody_waiting_and_delivers
    a_linger_time_of_zero_still_resets
    finish_waits_for_a_peer_that_does_not_read_yet
    finish_lets_a_peer_send_before_it_reads
    finish_after_the_end_of_the_peer_waits_too
    finish_after_the_end_of_the_peer_sleeps_while_it_waits
    finish_tells_a_reset_once_and_then_that_nobody_is_there
    finish_of_a_unix_stream_waits_until_all_is_received
    abort_wakes_who_waits_and_resets_though_a_duplicate_is_open
    abort_of_a_unix_stream_ends_both_directions
}

/// Sends until no more fits, and returns how many bytes that were.
fn fill(stream: &Socket) -> usize {
    let mut sent = 0;
    while let Ok(n) = stream.try_send(&[b'.'; 64 * 1024]) {
        sent += n;
    }
    assert!(stream.send_queue().unwrap() > 0);
    sent
}

/// Receives until the end of the stream, and returns how many bytes that were.
async fn receive_all(stream: &Socket) -> std::io::Result<usize> {
    let (mut buffer, mut received) = (vec![0; 256 * 1024], 0);
    while let n @ 1.. = stream.recv(&mut buffer).await? {
        received += n;
    }
    Ok(received)
}

/// Streams with bytes that the second has not read, and how many: one for each way by which the
/// first can have got a linger time.
async fn lingering() -> Vec<(TcpStream, TcpStream, usize)> {
    let inherits = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.set(Linger, Some(LONG)).unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (listener.accept().await.unwrap().0, peer)
    };
    let long = libc::linger { l_onoff: 1, l_linger: 3_600 };
    let (typed, raw, elsewhere) = (tcp_streams(), tcp_streams(), tcp_streams());
    typed.0.set_linger(Some(LONG)).unwrap();
    let bytes = [long.l_onoff.to_ne_bytes(), long.l_linger.to_ne_bytes()].concat();
    raw.0.set_raw(libc::SOL_SOCKET, libc::SO_LINGER, &bytes).unwrap();
    setsockopt(&elsewhere.0, sockopt::Linger, &long).unwrap();
    let streams = vec![inherits, typed, raw, elsewhere];
    let ready = |(stream, peer): (TcpStream, TcpStream)| {
        assert_eq!(stream.linger().unwrap(), Some(LONG));
        let sent = fill(&stream);
        (stream, peer, sent)
    };
    streams.into_iter().map(ready).collect()
}

/// The peer's task runs where the drop is. If that waited, for an hour, nobody would read, and so
/// nothing would end it.
async fn a_drop_with_a_linger_time_keeps_nobody_waiting_and_delivers(driver: Driver) {
    for (stream, peer, sent) in lingering().await {
        let reading = driver.spawn(async move { receive_all(&peer).await });
        drop(stream);
        assert_eq!(reading.await.unwrap(), sent);
    }
}

async fn a_close_with_a_linger_time_keeps_nobody_waiting_and_delivers(driver: Driver) {
    for (stream, peer, sent) in lingering().await {
        let reading = driver.spawn(async move { receive_all(&peer).await });
        stream.close().unwrap();
        assert_eq!(reading.await.unwrap(), sent);
    }
}

async fn a_linger_time_of_zero_still_resets(_: Driver) {
    let (stream, peer) = tcp_streams();
    stream.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop(stream);
    assert_kind(peer.recv(&mut [0]).await, ErrorKind::ConnectionReset);
}

async fn finish_waits_for_a_peer_that_does_not_read_yet(driver: Driver) {
    let (stream, peer) = tcp_streams();
    let sent = fill(&stream);
    assert_timed_out(stream.finish().timeout(SHORT).await);
    assert!(stream.send_queue().unwrap() > 0, "not all has arrived");
    let finishing = driver
        .spawn_waiting(async move {
            stream.finish().await.unwrap();
            stream.send_queue().unwrap()
        })
        .await;
    assert_eq!(receive_all(&peer).await.unwrap(), sent);
    assert_eq!(finishing.await, 0);
}

async fn finish_lets_a_peer_send_before_it_reads(driver: Driver) {
    const MUCH: usize = 16 << 20;
    let (stream, peer) = tcp_streams();
    let sent = fill(&stream);
    let peer = driver.spawn(async move {
        peer.send_all(&vec![b'.'; MUCH]).await.unwrap();
        peer.shutdown(Shutdown::Write).unwrap();
        receive_all(&peer).await
    });
    stream.finish().await.unwrap();
    stream.peer_closed().await.unwrap();
    drop(stream);
    // Nothing was reset.
    assert_eq!(peer.await.unwrap(), sent);
}

async fn finish_after_the_end_of_the_peer_waits_too(driver: Driver) {
    let (stream, peer) = tcp_streams();
    peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(stream.recv(&mut [0]).await.unwrap(), 0);
    let sent = fill(&stream);
    let finishing = driver.spawn_waiting(async move { stream.finish().await }).await;
    assert_eq!(receive_all(&peer).await.unwrap(), sent);
    finishing.await.unwrap();
}

/// Both halves are closed, which the poller calls a hang-up: it stays, and is nothing to wake for.
async fn finish_after_the_end_of_the_peer_sleeps_while_it_waits(_: Driver) {
    let (stream, peer) = tcp_streams();
    peer.shutdown(Shutdown::Write).unwrap();
    fill(&stream);
    let mut polls = 0;
    let mut finishing = stream.finish().timeout(SHORT * 10);
    let finished = poll_fn(|cx| {
        polls += 1;
        Pin::new(&mut finishing).poll(cx)
    });
    assert_timed_out(finished.await);
    assert!(polls < 100, "woken {polls} times for nothing");
}

async fn finish_tells_a_reset_once_and_then_that_nobody_is_there(driver: Driver) {
    let (stream, peer) = tcp_streams();
    fill(&stream);
    let finishing = driver
        .spawn_waiting(async move {
            assert_kind(stream.finish().await, ErrorKind::ConnectionReset);
            assert_kind(stream.finish().await, ErrorKind::NotConnected);
        })
        .await;
    peer.abort().unwrap();
    finishing.await;
}

async fn finish_of_a_unix_stream_waits_until_all_is_received(driver: Driver) {
    let (stream, peer) = UnixStream::pair().unwrap();
    let sent = fill(&stream);
    let finishing = driver.spawn_waiting(async move { stream.finish().await }).await;
    assert_eq!(receive_all(&peer).await.unwrap(), sent);
    finishing.await.unwrap();
}

async fn abort_wakes_who_waits_and_resets_though_a_duplicate_is_open(driver: Driver) {
    let (stream, peer) = tcp_streams();
    let waits = Socket::from(stream);
    let aborts = waits.dup().unwrap();
    fill(&aborts);
    let waiting = driver.spawn_waiting(async move { (waits.recv(&mut [0]).await, waits) }).await;
    aborts.abort().unwrap();
    let (ended, _open) = waiting.await;
    assert_kind(ended, ErrorKind::ConnectionReset);
    assert_kind(receive_all(&peer).await, ErrorKind::ConnectionReset);
}

async fn abort_of_a_unix_stream_ends_both_directions(driver: Driver) {
    let (stream, peer) = UnixStream::pair().unwrap();
    let waiting = driver.spawn_waiting(async move { receive_all(&peer).await }).await;
    stream.abort().unwrap();
    assert_eq!(waiting.await.unwrap(), 0);
    assert_kind(stream.send(b"x").await, ErrorKind::BrokenPipe);
}
