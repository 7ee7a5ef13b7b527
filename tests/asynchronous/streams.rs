//! What listens, as a `Stream` for the combinators of the futures crate.

use crate::drivers::Driver;
use berkeley::{Connections, TcpListener, TcpStream, UnixListener, UnixStream};
use berkeley_tests::Scratch;
use futures::{StreamExt, TryStreamExt, poll};
use std::sync::Arc;

on_every_driver! {
    connections_come_as_a_stream
    a_wait_that_was_given_up_loses_no_connection
    two_loops_on_one_listener_are_both_woken
    the_stream_of_a_server_ends_when_it_has_stopped
}

async fn connections_come_as_a_stream(driver: Driver) {
    let scratch = Scratch::new();
    let listener = UnixListener::bind(scratch.path("server")).unwrap();
    let path = scratch.path("server");
    let connecting = driver.spawn(async move {
        for byte in 0..20 {
            UnixStream::connect(&path).await.unwrap().send_all(&[byte]).await.unwrap();
        }
    });
    // Served five at once, as the combinators have it.
    let served =
        listener.incoming().take(20).try_for_each_concurrent(5, |(stream, _)| async move {
            assert_eq!(stream.recv(&mut [0]).await?, 1);
            Ok(())
        });
    served.await.unwrap();
    connecting.await;
}

async fn a_wait_that_was_given_up_loses_no_connection(_: Driver) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut incoming = listener.incoming();
    assert!(poll!(StreamExt::next(&mut incoming)).is_pending());
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (_, peer) = StreamExt::next(&mut incoming).await.unwrap().unwrap();
    assert_eq!(peer, stream.local_addr().unwrap());
    assert!(poll!(Box::pin(incoming.next())).is_pending());
    drop(incoming);
    let again = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (_, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, again.local_addr().unwrap());
}

async fn two_loops_on_one_listener_are_both_woken(driver: Driver) {
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let listener = listener.clone();
        let accepting = async move { StreamExt::next(&mut listener.incoming()).await.unwrap() };
        waiting.push(driver.spawn_waiting(accepting).await);
    }
    let _one = TcpStream::connect(address).await.unwrap();
    let _two = TcpStream::connect(address).await.unwrap();
    for accepting in waiting {
        accepting.await.unwrap();
    }
}

async fn the_stream_of_a_server_ends_when_it_has_stopped(_: Driver) {
    let connections = Connections::new();
    let server = connections.serve(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = server.listener().unwrap().local_addr().unwrap();
    let _stream = TcpStream::connect(address).await.unwrap();
    connections.stop();
    let served: Vec<_> = server.try_collect().await.unwrap();
    assert_eq!(served.len(), 1);
}
