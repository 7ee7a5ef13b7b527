//! Servers: what accept can return, limits, and ends in good order.

use crate::drivers::Driver;
use crate::{LONG, SHORT, assert_kind};
use berkeley::{
    AcceptError, Connections, Server, Shutdown, Socket, TcpListener, TcpStream, UnixListener,
    UnixStream,
};
use berkeley_tests::unique_name;
use futures::poll;
use nix::libc;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

on_every_driver! {
    a_listener_that_is_shut_down_ends_its_loop
    at_the_limit_connections_wait_in_the_backlog
    a_limit_of_zero_accepts_nobody_and_ends_all_the_same
    a_connection_counts_until_it_is_closed_wherever_it_is
    a_limit_holds_for_several_servers_that_accept_at_once
    a_server_that_was_stopped_takes_what_waits_and_refuses_the_rest
    a_server_that_waits_is_told_to_stop
    a_server_at_its_limit_takes_what_waits_as_others_end
    a_drain_ends_with_the_last_connection
    a_drain_waits_for_what_is_still_in_the_backlog
    a_drain_resets_what_is_left_at_its_end_and_tells_how_many
    a_drain_ends_though_a_server_was_dropped
    connections_are_told_that_they_may_end
    an_abort_ends_unix_connections
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// A server with its connections, and a way to connect to it.
async fn server(limit: usize) -> (Connections, Server<TcpListener>, std::net::SocketAddr) {
    let (connections, listener) = (Connections::limited(limit), listener().await);
    let address = listener.local_addr().unwrap();
    let server = connections.serve(listener);
    (connections, server, address)
}

async fn connect(address: std::net::SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

async fn accept(server: &mut Server<TcpListener>) -> TcpStream {
    server.next().await.unwrap().expect("it goes on").0
}

/// man 2 accept.
#[test]
fn the_errors_of_accept_are_told_apart() {
    let of = |errno| AcceptError::of(&io::Error::from_raw_os_error(errno));
    for errno in [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM] {
        assert_eq!(of(errno), AcceptError::Exhausted, "{errno}");
    }
    for errno in [
        libc::ECONNABORTED,
        libc::EPROTO,
        libc::EPERM,
        libc::ENETDOWN,
        libc::ENOPROTOOPT,
        libc::EHOSTDOWN,
        libc::ENONET,
        libc::EHOSTUNREACH,
        libc::ENETUNREACH,
        libc::ETIMEDOUT,
        libc::ECONNRESET,
    ] {
        assert_eq!(of(errno), AcceptError::Passing, "{errno}");
    }
    for errno in [libc::EBADF, libc::EFAULT, libc::EINVAL, libc::ENOTSOCK, libc::EOPNOTSUPP] {
        assert_eq!(of(errno), AcceptError::Lasting, "{errno}");
    }
    // A deadline of the listener is nobody's connection.
    assert_eq!(AcceptError::of(&ErrorKind::TimedOut.into()), AcceptError::Lasting);
}

async fn a_listener_that_is_shut_down_ends_its_loop(driver: Driver) {
    let listener = Arc::new(listener().await);
    let loops = listener.clone();
    let task = driver.spawn_waiting(async move { loops.incoming().next().await.map(drop) }).await;
    listener.shutdown(Shutdown::Both).unwrap();
    assert_eq!(task.await.unwrap_err().raw_os_error(), Some(libc::EINVAL));

    let (_, mut server, _) = server(1).await;
    server.listener().unwrap().shutdown(Shutdown::Both).unwrap();
    assert_eq!(server.next().await.unwrap_err().raw_os_error(), Some(libc::EINVAL));
}

async fn at_the_limit_connections_wait_in_the_backlog(driver: Driver) {
    let (connections, mut server, address) = server(2).await;
    let clients = [connect(address).await, connect(address).await, connect(address).await];
    let first = accept(&mut server).await;
    let _second = accept(&mut server).await;
    assert_eq!(connections.open(), 2);
    let third = driver.spawn_waiting(async move { server.next().await }).await;
    drop(first);
    let (third, peer) = third.await.unwrap().unwrap();
    assert_eq!(peer, clients[2].local_addr().unwrap());
    assert_eq!(connections.open(), 2);
    drop(third);
    assert_eq!(connections.open(), 1);
}

async fn a_limit_of_zero_accepts_nobody_and_ends_all_the_same(driver: Driver) {
    let (connections, mut server, address) = server(0).await;
    let _client = connect(address).await;
    let task = driver.spawn_waiting(async move { server.next().await }).await;
    assert_eq!(connections.drain(SHORT).await, 0);
    assert!(task.await.unwrap().is_none());
}

async fn a_connection_counts_until_it_is_closed_wherever_it_is(driver: Driver) {
    let (connections, mut server, address) = server(1).await;
    let client = connect(address).await;
    let (read, write) = accept(&mut server).await.into_split();
    drop(write);
    assert_eq!(connections.open(), 1);
    let duplicate = Socket::dup(read.as_ref()).unwrap();
    let task = driver.spawn(async move { read.recv(&mut [0]).await });
    assert_eq!(connections.open(), 1);
    client.close().unwrap();
    assert_eq!(task.await.unwrap(), 0);
    assert_eq!(connections.open(), 0, "a duplicate does not count");
    drop(duplicate);

    let _client = connect(address).await;
    let stream = accept(&mut server).await;
    let descriptor = stream.into_fd();
    assert_eq!(connections.open(), 0, "nor what was given away");
    drop(descriptor);

    let _client = connect(address).await;
    accept(&mut server).await.close().unwrap();
    assert_eq!(connections.open(), 0);
}

async fn a_limit_holds_for_several_servers_that_accept_at_once(driver: Driver) {
    const LIMIT: usize = 3;
    const CLIENTS: usize = 20;
    let connections = Connections::limited(LIMIT);
    let (now, served) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (mut addresses, mut servers) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let listener = listener().await;
        addresses.push(listener.local_addr().unwrap());
        let (mut server, now, served) = (connections.serve(listener), now.clone(), served.clone());
        servers.push(driver.spawn(async move {
            while let Some((stream, _)) = server.next().await.unwrap() {
                assert!(now.fetch_add(1, SeqCst) < LIMIT);
                let (now, served) = (now.clone(), served.clone());
                // Ends with its client, whose handle nobody needs: its connection is counted.
                std::mem::forget(driver.spawn(async move {
                    assert_eq!(stream.recv(&mut [0]).await.unwrap(), 0);
                    served.fetch_add(1, SeqCst);
                    now.fetch_sub(1, SeqCst);
                }));
            }
        }));
    }
    let clients = addresses.into_iter().map(|address| {
        driver.spawn(async move {
            for _ in 0..CLIENTS {
                let client = connect(address).await;
                client.shutdown(Shutdown::Write).unwrap();
                assert_eq!(client.recv(&mut [0]).await.unwrap(), 0);
            }
        })
    });
    futures::future::join_all(clients).await;
    assert_eq!(connections.drain(LONG).await, 0);
    futures::future::join_all(servers).await;
    assert_eq!(served.load(SeqCst), 3 * CLIENTS);
}

async fn a_server_that_was_stopped_takes_what_waits_and_refuses_the_rest(_: Driver) {
    let (connections, mut server, address) = server(10).await;
    let clients = [connect(address).await, connect(address).await, connect(address).await];
    let _first = accept(&mut server).await;
    connections.stop();
    for client in &clients[1..] {
        let (_stream, peer) = server.next().await.unwrap().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
    }
    assert!(server.next().await.unwrap().is_none());
    assert!(server.listener().is_none());
    assert_kind(TcpStream::connect(address).await, ErrorKind::ConnectionRefused);
    assert!(server.next().await.unwrap().is_none());
}

async fn a_server_that_waits_is_told_to_stop(driver: Driver) {
    let (connections, mut server, _) = server(10).await;
    let task = driver.spawn_waiting(async move { server.next().await }).await;
    connections.stop();
    assert!(task.await.unwrap().is_none());
}

async fn a_server_at_its_limit_takes_what_waits_as_others_end(driver: Driver) {
    let (connections, mut server, address) = server(1).await;
    let clients = [connect(address).await, connect(address).await];
    let first = accept(&mut server).await;
    connections.stop();
    let task = driver.spawn_waiting(async move { (server.next().await, server) }).await;
    drop(first);
    let (second, mut server) = task.await;
    assert_eq!(second.unwrap().unwrap().1, clients[1].local_addr().unwrap());
    assert!(server.next().await.unwrap().is_none());
}

async fn a_drain_ends_with_the_last_connection(driver: Driver) {
    let (connections, mut server, address) = server(10).await;
    let _clients = [connect(address).await, connect(address).await];
    let streams = [accept(&mut server).await, accept(&mut server).await];
    let drains = connections.clone();
    let drain = driver.spawn_waiting(async move { drains.drain(LONG).await }).await;
    assert!(server.next().await.unwrap().is_none());
    drop(streams);
    assert_eq!(drain.await, 0);
}

async fn a_drain_waits_for_what_is_still_in_the_backlog(driver: Driver) {
    let (connections, mut server, address) = server(10).await;
    let _client = connect(address).await;
    let drain = driver.spawn_waiting(async move { connections.drain(LONG).await }).await;
    let last = accept(&mut server).await;
    assert!(server.next().await.unwrap().is_none());
    drop(last);
    assert_eq!(drain.await, 0);
}

async fn a_drain_resets_what_is_left_at_its_end_and_tells_how_many(driver: Driver) {
    let (connections, mut server, address) = server(10).await;
    let clients = [connect(address).await, connect(address).await, connect(address).await];
    let done = accept(&mut server).await;
    let idle = accept(&mut server).await;
    let task = driver.spawn_waiting(async move { idle.recv(&mut [0]).await }).await;
    drop(done);
    let waits = connect(address).await;
    let _taken = accept(&mut server).await;
    // Nobody polls the server any more: what is in its backlog is not taken.
    assert_eq!(connections.drain(SHORT).await, 2);
    assert_kind(task.await, ErrorKind::ConnectionReset);
    assert_eq!(clients[0].recv(&mut [0]).await.unwrap(), 0);
    for client in &clients[1..] {
        assert_kind(client.recv(&mut [0]).await, ErrorKind::ConnectionReset);
    }
    assert!(server.next().await.unwrap().is_none());
    assert_kind(waits.recv(&mut [0]).await, ErrorKind::ConnectionReset);
}

async fn a_drain_ends_though_a_server_was_dropped(driver: Driver) {
    let (connections, server, _) = server(10).await;
    let drain = driver.spawn_waiting(async move { connections.drain(LONG).await }).await;
    drop(server);
    assert_eq!(drain.await, 0);
}

async fn connections_are_told_that_they_may_end(driver: Driver) {
    let connections = Connections::new();
    let told = connections.clone();
    let task = driver.spawn_waiting(async move { told.stopped().await }).await;
    assert!(poll!(pin!(connections.stopped())).is_pending());
    connections.stop();
    task.await;
    assert!(poll!(pin!(connections.stopped())).is_ready());
}

async fn an_abort_ends_unix_connections(driver: Driver) {
    let name = format!("unix:@{}", unique_name());
    let connections = Connections::new();
    let mut server = connections.serve(UnixListener::bind(&*name).unwrap());
    let client = UnixStream::connect(&*name).await.unwrap();
    let (stream, _) = server.next().await.unwrap().unwrap();
    let task = driver.spawn_waiting(async move { stream.recv(&mut [0]).await }).await;
    assert_eq!(connections.abort(), 1);
    assert_eq!(task.await.unwrap(), 0);
    assert_eq!(client.recv(&mut [0]).await.unwrap(), 0);
    assert!(server.next().await.unwrap().is_none());
}
