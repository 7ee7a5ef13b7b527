//! The traits of the futures crate and of tokio, and the halves of a connection.

use crate::drivers::{Driver, tcp_streams};
use crate::{SHORT, assert_kind};
use berkeley::{Socket, TcpStream, UnixSeqpacket, UnixStream};
use futures::future::join;
use futures::io::{AsyncReadExt, AsyncWriteExt};
use std::io::{ErrorKind, IoSlice, IoSliceMut};

on_every_driver! {
    ten_megabytes_are_copied
    a_vectored_write_gathers
    a_vectored_write_of_tokio_gathers
    a_vectored_read_scatters
    a_dropped_write_half_ends_the_sending_alone
    halves_of_one_connection_reunite
    borrowed_halves_work_both_ways
    closing_twice_is_no_error
    a_dropped_read_half_changes_nothing
}

async fn ten_megabytes_are_copied(driver: Driver) {
    const LEN: usize = 10_000_000;
    let (mut client, near) = tcp_streams();
    let (far, mut server) = UnixStream::pair().unwrap();
    let relaying = driver.spawn(async move {
        let mut far = far;
        let copied = futures::io::copy(near, &mut far).await.unwrap();
        // Not the stream's own `close`, which closes the descriptor.
        AsyncWriteExt::close(&mut far).await.unwrap();
        copied
    });
    let receiving = driver.spawn(async move {
        let mut all = Vec::with_capacity(LEN);
        server.read_to_end(&mut all).await.unwrap();
        all
    });
    let bytes: Vec<u8> = (0..=250).cycle().take(LEN).collect();
    client.write_all(&bytes).await.unwrap();
    AsyncWriteExt::close(&mut client).await.unwrap();
    assert_eq!(relaying.await, u64::try_from(LEN).unwrap());
    assert!(receiving.await == bytes);
}

/// One record says that it was one system call.
async fn a_vectored_write_gathers(_: Driver) {
    let (a, b) = UnixSeqpacket::pair().unwrap();
    let mut a = a.into_socket();
    let parts = [IoSlice::new(b"one "), IoSlice::new(b""), IoSlice::new(b"record")];
    assert_eq!(a.write_vectored(&parts).await.unwrap(), 10);
    let mut buffer = [0; 64];
    assert_eq!(b.recv(&mut buffer).await.unwrap(), 10);
    assert_eq!(&buffer[..10], b"one record");
}

async fn a_vectored_write_of_tokio_gathers(_: Driver) {
    use tokio::io::{AsyncWrite, AsyncWriteExt};
    let (a, b) = UnixSeqpacket::pair().unwrap();
    let mut a: Socket = a.into();
    assert!(AsyncWrite::is_write_vectored(&a));
    let parts = [IoSlice::new(b"one "), IoSlice::new(b"record")];
    assert_eq!(AsyncWriteExt::write_vectored(&mut a, &parts).await.unwrap(), 10);
    let mut buffer = [0; 64];
    assert_eq!(b.recv(&mut buffer).await.unwrap(), 10);
}

async fn a_vectored_read_scatters(_: Driver) {
    let (mut a, b) = tcp_streams();
    b.send_all(b"scattered").await.unwrap();
    let (mut one, mut two) = ([0; 4], [0; 16]);
    let mut buffers = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
    assert_eq!(a.read_vectored(&mut buffers).await.unwrap(), 9);
    assert_eq!((&one, &two[..5]), (b"scat", &b"tered"[..]));
}

async fn a_dropped_write_half_ends_the_sending_alone(driver: Driver) {
    let (a, b) = tcp_streams();
    let (read, write) = a.into_split();
    let receiving = driver.spawn_waiting(async move {
        let mut buffer = [0; 8];
        let first = read.recv(&mut buffer).await.unwrap();
        (first, read.recv(&mut buffer).await.unwrap())
    });
    let receiving = receiving.await;
    write.send_all(b"bye").await.unwrap();
    drop(write);
    let mut buffer = [0; 8];
    assert_eq!(b.recv(&mut buffer).await.unwrap(), 3);
    assert_eq!(b.recv(&mut buffer).await.unwrap(), 0, "the end was sent");
    // The other direction goes on.
    b.send(b"still").await.unwrap();
    drop(b);
    assert_eq!(receiving.await, (5, 0));
}

async fn a_dropped_read_half_changes_nothing(_: Driver) {
    let (a, b) = tcp_streams();
    let (read, write) = a.into_split();
    drop(read);
    b.send(b"unread").await.unwrap();
    write.send_all(b"hello").await.unwrap();
    assert_eq!(b.recv(&mut [0; 8]).await.unwrap(), 5);
    assert!(berkeley::time::timeout(SHORT / 4, b.peer_closed()).await.is_err());
}

async fn halves_of_one_connection_reunite(_: Driver) {
    let (a, b) = tcp_streams();
    let (read, write) = a.into_split();
    let (other_read, other_write) = b.into_split();
    // Halves of two connections come back whole.
    let error = read.reunite(other_write).unwrap_err();
    assert_eq!(error.to_string(), "the halves are not of one connection");
    let (read, other_write) = (error.0, error.1);
    let a: TcpStream = read.reunite(write).unwrap();
    let b: TcpStream = other_read.reunite(other_write).unwrap();
    // Nothing was shut down on the way.
    for (from, to) in [(&a, &b), (&b, &a)] {
        from.send_all(b"hello").await.unwrap();
        assert_eq!(to.recv(&mut [0; 8]).await.unwrap(), 5);
    }
}

async fn borrowed_halves_work_both_ways(_: Driver) {
    let (mut a, mut b) = UnixStream::pair().unwrap();
    let bytes = vec![3; 2_000_000];
    // Named, since `a.split()` would be that of the futures crate, which consumes.
    let (mut a_read, mut a_write) = UnixStream::split(&mut a);
    let (mut b_read, mut b_write) = UnixStream::split(&mut b);
    let (mut at_a, mut at_b) = (Vec::new(), Vec::new());
    let sending = join(
        async {
            a_write.write_all(&bytes).await.unwrap();
            a_write.close().await.unwrap();
        },
        async {
            b_write.write_all(&bytes).await.unwrap();
            b_write.close().await.unwrap();
        },
    );
    let receiving = join(a_read.read_to_end(&mut at_a), b_read.read_to_end(&mut at_b));
    let (_, (one, two)) = join(sending, receiving).await;
    assert_eq!((one.unwrap(), two.unwrap()), (bytes.len(), bytes.len()));
    // Dropped halves have closed nothing; the sending was closed above.
    assert_kind(a.send(b"x").await, ErrorKind::BrokenPipe);
}

async fn closing_twice_is_no_error(_: Driver) {
    let (mut a, b) = tcp_streams();
    AsyncWriteExt::close(&mut a).await.unwrap();
    AsyncWriteExt::close(&mut a).await.unwrap();
    drop(b);
    AsyncWriteExt::close(&mut a).await.unwrap();
    tokio::io::AsyncWriteExt::shutdown(&mut a).await.unwrap();
}
