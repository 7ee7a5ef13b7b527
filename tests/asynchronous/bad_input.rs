//! What cannot work fails with a reason, and accept loops survive what can be survived.

use crate::drivers::{Driver, tcp_streams};
use crate::{assert_kind, takes};
use berkeley::{
    Connections, Family, Kind, Protocol, Socket, TcpListener, TcpStream, UdpSocket, UnixDatagram,
    UnixListener, UnixSeqpacket, UnixStream,
};
use berkeley_tests::{PATIENCE, Scratch, tcp_listener, unix_pair};
use futures::poll;
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::sync::mpsc;
use std::time::{Duration, Instant};

on_every_driver! {
    text_that_is_no_address_is_refused
    an_address_of_the_wrong_family_is_refused
    a_port_or_path_in_use_is_refused
    a_socket_of_the_wrong_kind_is_refused
    a_connect_to_nobody_is_refused
    a_connect_that_does_not_wait_says_that_it_goes_on
    sends_and_receives_without_a_connection_are_refused
}

alone_on_every_driver! {
    an_accept_loop_goes_on_when_descriptors_are_free_again
    an_accept_loop_that_never_waited_survives_without_descriptors
    a_server_goes_on_when_descriptors_are_free_again
}

async fn text_that_is_no_address_is_refused(_: Driver) {
    for text in ["", "nowhere", "127.0.0.1", "127.0.0.1:99999", "http://a.example", "[::1:80"] {
        assert_kind(TcpListener::bind(text).await, ErrorKind::InvalidInput);
        assert_kind(UdpSocket::bind(text).await, ErrorKind::InvalidInput);
        assert_kind(TcpStream::connect(text).await, ErrorKind::InvalidInput);
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        assert_kind(udp.send_to(b"x", text).await, ErrorKind::InvalidInput);
        assert_kind(udp.connect(text).await, ErrorKind::InvalidInput);
    }
}

async fn an_address_of_the_wrong_family_is_refused(_: Driver) {
    let scratch = Scratch::new();
    let path = scratch.address("wrong");
    assert_kind(TcpListener::bind(&*path).await, ErrorKind::InvalidInput);
    assert_kind(TcpStream::connect(&*path).await, ErrorKind::InvalidInput);
    assert_kind(UdpSocket::bind(&*path).await, ErrorKind::InvalidInput);
    assert_kind(UnixListener::bind("127.0.0.1:0"), ErrorKind::InvalidInput);
    assert_kind(UnixStream::connect("127.0.0.1:1").await, ErrorKind::InvalidInput);
    assert_kind(UnixSeqpacket::connect("[::1]:1").await, ErrorKind::InvalidInput);
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    assert_kind(udp.send_to(b"x", &*path).await, ErrorKind::InvalidInput);
    assert_kind(udp.send_to(b"x", "[::1]:9").await, ErrorKind::InvalidInput);
}

async fn a_port_or_path_in_use_is_refused(_: Driver) {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    assert_kind(TcpListener::bind(taken.local_addr().unwrap()).await, ErrorKind::AddrInUse);
    let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    assert_kind(UdpSocket::bind(taken.local_addr().unwrap()).await, ErrorKind::AddrInUse);
    let scratch = Scratch::new();
    let _taken = UnixListener::bind(scratch.address("taken")).unwrap();
    assert_kind(UnixListener::bind(scratch.address("taken")), ErrorKind::AddrInUse);
    assert_kind(UnixDatagram::bind(scratch.address("taken")), ErrorKind::AddrInUse);
}

async fn a_socket_of_the_wrong_kind_is_refused(_: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    assert_kind(TcpStream::try_from(a.into_socket()), ErrorKind::InvalidInput);
    assert_kind(UnixDatagram::try_from(b.into_fd()), ErrorKind::InvalidInput);
    let (a, _) = unix_pair(berkeley::Kind::SEQPACKET);
    assert_kind(UnixStream::try_from(a.into_fd()), ErrorKind::InvalidInput);
    let file = OwnedFd::from(File::open("/dev/null").unwrap());
    let error = Socket::from_fd(file).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(nix::libc::ENOTSOCK));
    let (reader, writer) = nix::unistd::pipe().unwrap();
    assert_eq!(Socket::from_fd(writer).unwrap_err().raw_os_error(), Some(nix::libc::ENOTSOCK));
    // It was closed: the pipe has no writer any more.
    assert_eq!(std::io::Read::read(&mut File::from(reader), &mut [0]).unwrap(), 0);
}

async fn a_connect_to_nobody_is_refused(_: Driver) {
    let nobody =
        Socket::new(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::DEFAULT)
            .unwrap();
    nobody.bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    assert_kind(TcpStream::connect(address).await, ErrorKind::ConnectionRefused);
    let scratch = Scratch::new();
    assert_kind(UnixStream::connect(scratch.address("nobody")).await, ErrorKind::NotFound);
    drop(UnixListener::bind(scratch.address("gone")).unwrap());
    let gone = UnixStream::connect(scratch.address("gone")).await;
    assert_kind(gone, ErrorKind::ConnectionRefused);
}

async fn a_connect_that_does_not_wait_says_that_it_goes_on(_: Driver) {
    let listener = tcp_listener();
    let kind = Kind::from_raw(Kind::STREAM.raw() | libc::SOCK_NONBLOCK);
    let socket = Socket::new(Family::INET, kind, Protocol::TCP).unwrap();
    assert_eq!(socket.timeout(), Some(Duration::ZERO), "the kind said so");
    let error = socket.connect(listener.local_addr().unwrap()).await.unwrap_err();
    assert!(berkeley_core::is_connecting(&error), "{error}");
    socket.writable().timeout(PATIENCE).await.unwrap();
    assert!(socket.finish_connect().unwrap());
}

async fn sends_and_receives_without_a_connection_are_refused(_: Driver) {
    let (family, kind) = (berkeley::Family::INET, berkeley::Kind::STREAM);
    let socket = Socket::new(family, kind, berkeley::Protocol::DEFAULT).unwrap();
    assert_kind(socket.recv(&mut [0]).await, ErrorKind::NotConnected);
    assert_kind(socket.send(b"x").await, ErrorKind::BrokenPipe);
    assert_kind(socket.peer_addr(), ErrorKind::NotConnected);
    assert_kind(socket.accept().await, ErrorKind::InvalidInput);
    let (stream, _peer) = tcp_streams();
    assert_kind(stream.accept().await, ErrorKind::InvalidInput);
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let error = udp.send(b"x").await.unwrap_err();
    assert_eq!(error.raw_os_error(), Some(nix::libc::EDESTADDRREQ));
}

/// Allows the process as many descriptors as it has, and returns what it was allowed.
pub(crate) fn no_more_descriptors() -> u64 {
    let (allowed, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    // The lowest number that is free is the first that may not be.
    let free = std::os::fd::AsRawFd::as_raw_fd(&File::open("/dev/null").unwrap());
    setrlimit(Resource::RLIMIT_NOFILE, u64::try_from(free).unwrap(), most).unwrap();
    allowed
}

pub(crate) fn allow_descriptors(allowed: u64) {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, allowed, most).unwrap();
}

/// smol opens its own poller late, and panics without descriptors.
pub(crate) async fn warm_up(driver: Driver) {
    if driver == Driver::Smol {
        smol::Timer::after(Duration::from_millis(1)).await;
    }
}

async fn accept_without_descriptors(listener: TcpListener) {
    let clients: Vec<_> = (0..3)
        .map(|_| {
            let address = listener.local_addr().unwrap();
            std::net::TcpStream::connect(address).unwrap()
        })
        .collect();
    let allowed = no_more_descriptors();
    let start = Instant::now();
    let mut pauses = Vec::new();
    let mut incoming = listener.incoming().on_pause(|error| {
        assert_eq!(error.raw_os_error(), Some(nix::libc::EMFILE));
        pauses.push(start.elapsed());
        if pauses.len() == 5 {
            allow_descriptors(allowed);
        }
    });
    // 5, 10, 20, 40 and 80 ms: whoever spins is faster.
    let (_, peer) = takes(Duration::from_millis(155), incoming.next()).await.unwrap();
    assert_eq!(peer, clients[0].local_addr().unwrap());
    for client in &clients[1..] {
        let (_, peer) = incoming.next().await.unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
    }
    drop(incoming);
    assert_eq!(pauses.len(), 5);
}

async fn an_accept_loop_goes_on_when_descriptors_are_free_again(driver: Driver) {
    warm_up(driver).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // It has waited before.
    assert!(poll!(Box::pin(listener.accept())).is_pending());
    accept_without_descriptors(listener).await;
}

async fn an_accept_loop_that_never_waited_survives_without_descriptors(driver: Driver) {
    warm_up(driver).await;
    accept_without_descriptors(TcpListener::bind("127.0.0.1:0").await.unwrap()).await;
}

async fn a_server_goes_on_when_descriptors_are_free_again(driver: Driver) {
    warm_up(driver).await;
    let connections = Connections::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (tell, told) = mpsc::channel();
    let mut server = connections.serve(listener).on_pause(move |error| {
        tell.send(error.raw_os_error()).unwrap();
    });
    let allowed = no_more_descriptors();
    let next = server.next();
    let mut next = std::pin::pin!(next);
    assert!(poll!(&mut next).is_pending());
    assert_eq!(told.try_recv(), Ok(Some(nix::libc::EMFILE)));
    allow_descriptors(allowed);
    let (_stream, peer) = next.await.unwrap().unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(connections.open(), 1);
}
