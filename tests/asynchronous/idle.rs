//! That waiting costs no processor time. Each test in a process of its own, whose time is all
//! counted, that of its threads too.

use crate::assert_timed_out;
use crate::drivers::{Driver, drain, full_streams, tcp_streams};
use berkeley::option::ip;
use berkeley::{Family, Kind, Protocol, Shutdown, Socket, TcpListener, UdpSocket, time};
use berkeley_tests::Scratch;
use futures::poll;
use nix::time::{ClockId, clock_gettime};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

alone_on_every_driver! {
    a_runtime_without_work_is_idle
    a_peer_that_is_gone_and_unread_is_idle
    a_blocked_send_to_a_half_closed_peer_is_idle
    a_blocked_receive_and_its_deadline_are_idle
    a_connect_to_a_full_listener_is_idle
    unread_urgent_data_is_idle
    an_untaken_datagram_error_is_idle
    an_undrained_error_queue_is_idle_and_starves_nobody
    waiting_for_an_error_of_a_connection_that_is_gone_is_idle
    an_unaccepted_connection_is_idle
}

/// How long each test waits, and how much of that may be work.
pub(crate) const WATCHED: Duration = Duration::from_millis(400);
const WORK: Duration = Duration::from_millis(100);

/// That this process does next to nothing while `waiting` waits.
pub(crate) async fn assert_idle<T>(waiting: impl Future<Output = T>) -> T {
    let used = || Duration::from(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).unwrap());
    let before = used();
    let output = waiting.await;
    let work = used() - before;
    assert!(work < WORK, "{work:?} of work in {WATCHED:?} of waiting");
    output
}

async fn a_runtime_without_work_is_idle(driver: Driver) {
    // Every worker has had something to do.
    for _ in 0..4 {
        driver.spawn(async {}).await;
    }
    assert_idle(time::sleep(WATCHED)).await;
}

async fn a_peer_that_is_gone_and_unread_is_idle(_: Driver) {
    let (a, b) = tcp_streams();
    assert!(poll!(a.recv(&mut [0])).is_pending());
    b.send(b"unread").await.unwrap();
    drop(b);
    assert_idle(time::sleep(WATCHED)).await;
    let (a, b) = full_streams();
    assert!(poll!(a.recv(&mut [0])).is_pending());
    drop(b);
    assert_idle(time::sleep(WATCHED)).await;
}

async fn a_blocked_send_to_a_half_closed_peer_is_idle(_: Driver) {
    let (a, b) = full_streams();
    b.shutdown(Shutdown::Write).unwrap();
    assert_timed_out(assert_idle(a.send(b"x").timeout(WATCHED)).await);
    assert!(drain(&b) > 0);
    a.send(b"x").await.unwrap();
}

async fn a_blocked_receive_and_its_deadline_are_idle(driver: Driver) {
    let (a, b) = tcp_streams();
    let a = Arc::new(a);
    let other = a.clone();
    let waiting = driver.spawn_waiting(async move { other.recv(&mut [0]).await.unwrap() }).await;
    assert_timed_out(assert_idle(a.recv(&mut [0]).timeout(WATCHED)).await);
    b.send(b"x").await.unwrap();
    waiting.await;
}

async fn a_connect_to_a_full_listener_is_idle(_: Driver) {
    let scratch = Scratch::new();
    let new = || Socket::new(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap();
    let listener = new();
    let address = scratch.address("full");
    listener.bind(&*address).unwrap();
    listener.listen(0).unwrap();
    let mut clients = Vec::new();
    loop {
        let client = new();
        match client.connect(&*address).nonblocking().await {
            Ok(()) => clients.push(client),
            Err(e) => break assert_eq!(e.kind(), ErrorKind::WouldBlock),
        }
    }
    let client = new();
    assert_timed_out(assert_idle(client.connect(&*address).timeout(WATCHED)).await);
}

async fn unread_urgent_data_is_idle(_: Driver) {
    let (a, b) = tcp_streams();
    assert!(poll!(a.recv(&mut [0])).is_pending());
    b.send_with_flags(b"!", berkeley::MsgFlags::OOB).await.unwrap();
    assert_timed_out(assert_idle(a.recv(&mut [0]).timeout(WATCHED)).await);
    assert_idle(async { assert!(time::timeout(WATCHED, a.peer_closed()).await.is_err()) }).await;
}

async fn an_untaken_datagram_error_is_idle(_: Driver) {
    let nobody = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    // IP_RECVERR: errors are queued, and the error event stays until the queue is read.
    socket.set_raw(0, 11, &1_i32.to_ne_bytes()).unwrap();
    assert!(poll!(socket.recv(&mut [0])).is_pending());
    socket.send_to(b"anybody?", nobody).await.unwrap();
    // The error itself is told; the queue is left.
    let error = socket.recv(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert_timed_out(assert_idle(socket.recv(&mut [0]).timeout(WATCHED)).await);
}

async fn an_undrained_error_queue_is_idle_and_starves_nobody(_: Driver) {
    let nobody = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let [socket, peer] = [
        UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        UdpSocket::bind("127.0.0.1:0").await.unwrap(),
    ];
    socket.set(ip::ReceiveErrors, true).unwrap();
    let mut undrained = 0;
    while undrained < 50 {
        // A send tells of the error of an earlier one, and sends nothing then.
        undrained += i32::from(socket.send_to(b"anybody?", nobody).await.is_ok());
    }
    while socket.recv(&mut [0]).timeout(Duration::from_millis(1)).await.unwrap_err().kind()
        == ErrorKind::ConnectionRefused
    {}
    assert_timed_out(assert_idle(socket.recv(&mut [0]).timeout(WATCHED)).await);
    assert_idle(async { time::sleep(WATCHED).await }).await;
    // Data comes and goes beside it.
    for _ in 0..200 {
        peer.send_to(b"x", socket.local_addr().unwrap()).await.unwrap();
        let (n, from) = socket.recv_from(&mut [0; 8]).await.unwrap();
        assert_eq!((n, from), (1, peer.local_addr().unwrap()));
        socket.send_to(b"y", from).await.unwrap();
        peer.recv(&mut [0; 8]).await.unwrap();
    }
    // And every entry is still there.
    for _ in 0..undrained {
        socket.recv_error(&mut [0; 8]).await.unwrap();
    }
    assert_timed_out(assert_idle(socket.recv_error(&mut [0; 8]).timeout(WATCHED)).await);
}

async fn waiting_for_an_error_of_a_connection_that_is_gone_is_idle(_: Driver) {
    let (a, b) = tcp_streams();
    drop(b);
    a.shutdown(Shutdown::Both).unwrap();
    assert_timed_out(assert_idle(a.recv_error(&mut []).timeout(WATCHED)).await);
}

async fn an_unaccepted_connection_is_idle(_: Driver) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.set_timeout(Some(Duration::from_millis(1)));
    assert_timed_out(listener.accept().await);
    let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_idle(time::sleep(WATCHED)).await;
    listener.accept().await.unwrap();
}
