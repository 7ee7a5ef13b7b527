//! The same echo over every kind of socket, on every driver.

use crate::drivers::Driver;
use berkeley::option::socket::ReusePort;
use berkeley::{
    Family, Kind, Protocol, Runtime, Socket, TcpListener, TcpStream, UdpSocket, UnixDatagram,
    UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream,
};
use berkeley_tests::{PATIENCE, Scratch, bounded, ipv6};
use futures::future::join_all;

on_every_driver! {
    tcp_is_echoed
    tcp6_is_echoed
    udp_is_echoed
    unix_streams_are_echoed
    unix_datagrams_are_echoed
    unix_records_are_echoed
}

fn payload(len: usize) -> Vec<u8> {
    (0..=250).cycle().take(len).collect()
}

/// Sends back all that comes until the end.
async fn serve(stream: Socket) {
    let mut buffer = vec![0; 10_000];
    loop {
        let n = stream.recv(&mut buffer).await.unwrap();
        if n == 0 {
            return;
        }
        stream.send_all(&buffer[..n]).await.unwrap();
    }
}

/// Sends much from one task while another receives it.
async fn assert_echo(driver: Driver, stream: impl Into<Socket>) {
    let stream = std::sync::Arc::new(stream.into());
    let there = payload(500_000);
    let (sender, bytes) = (stream.clone(), there.clone());
    let sending = driver.spawn(async move { sender.send_all(&bytes).await });
    let mut back = Vec::new();
    let mut buffer = [0; 4_096];
    while back.len() < there.len() {
        let n = stream.recv(&mut buffer).await.unwrap();
        assert_ne!(n, 0, "the stream ended early");
        back.extend_from_slice(&buffer[..n]);
    }
    assert!(back == there);
    sending.await.unwrap();
}

async fn tcp(driver: Driver, address: &'static str) {
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = driver.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream.into()).await;
    });
    assert_echo(driver, TcpStream::connect(address).await.unwrap()).await;
    serving.await;
}

async fn tcp_is_echoed(driver: Driver) {
    tcp(driver, "127.0.0.1:0").await;
}

async fn tcp6_is_echoed(driver: Driver) {
    if ipv6() {
        tcp(driver, "[::1]:0").await;
    }
}

async fn unix_streams_are_echoed(driver: Driver) {
    let scratch = Scratch::new();
    let listener = UnixListener::bind(scratch.address("server")).unwrap();
    let serving = driver.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream.into()).await;
    });
    let stream = UnixStream::connect(scratch.address("server")).await.unwrap();
    assert_echo(driver, stream).await;
    serving.await;
}

async fn udp_is_echoed(driver: Driver) {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let serving = driver.spawn(async move {
        let mut buffer = [0; 2_000];
        for _ in 0..100 {
            let (n, from) = server.recv_from(&mut buffer).await.unwrap();
            server.send_to(&buffer[..n], from).await.unwrap();
        }
    });
    let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut buffer = [0; 2_000];
    for len in 0..100 {
        let datagram = payload(len * 10);
        client.send_to(&datagram, address).await.unwrap();
        let (n, from) = client.recv_from(&mut buffer).await.unwrap();
        assert_eq!((&buffer[..n], from), (&*datagram, address));
    }
    serving.await;
}

async fn unix_datagrams_are_echoed(driver: Driver) {
    let scratch = Scratch::new();
    let server = UnixDatagram::bind(scratch.address("server")).unwrap();
    let serving = driver.spawn(async move {
        let mut buffer = [0; 2_000];
        for _ in 0..100 {
            let (n, from) = server.recv_from(&mut buffer).await.unwrap();
            server.send_to(&buffer[..n], from).await.unwrap();
        }
    });
    let client = UnixDatagram::bind(scratch.address("client")).unwrap();
    client.connect(scratch.address("server")).unwrap();
    let mut buffer = [0; 2_000];
    for len in 0..100 {
        let datagram = payload(len * 10);
        client.send(&datagram).await.unwrap();
        let n = client.recv(&mut buffer).await.unwrap();
        assert_eq!(buffer[..n], datagram);
    }
    serving.await;
}

async fn unix_records_are_echoed(driver: Driver) {
    let scratch = Scratch::new();
    let listener = UnixSeqpacketListener::bind(scratch.address("server")).unwrap();
    let serving = driver.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream.into()).await;
    });
    let stream = UnixSeqpacket::connect(scratch.address("server")).await.unwrap();
    let mut buffer = [0; 2_000];
    for len in 1..100 {
        let record = payload(len * 10);
        assert_eq!(stream.send(&record).await.unwrap(), record.len());
        let n = stream.recv(&mut buffer).await.unwrap();
        assert_eq!(buffer[..n], record, "records are kept apart");
    }
    drop(stream);
    serving.await;
}

/// A listener that shares its port.
fn shared_listener(address: berkeley::Address) -> TcpListener {
    let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    socket.set(ReusePort, true).unwrap();
    socket.bind(address).unwrap();
    socket.listen(64).unwrap();
    socket.try_into().unwrap()
}

#[test]
fn a_listener_on_each_worker_shares_the_port() {
    bounded(PATIENCE, || {
        let runtime = Runtime::builder().workers(2).build().unwrap();
        // Holds the port until the workers have it.
        let holder = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        holder.set(ReusePort, true).unwrap();
        holder.bind("127.0.0.1:0").unwrap();
        let address = holder.local_addr().unwrap();

        let listening = runtime.spawn_on_each(move |number| async move {
            let listener = shared_listener(address);
            berkeley::spawn_local(async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    berkeley::spawn_local(async move {
                        stream.send_all(&[u8::try_from(number).unwrap()]).await.unwrap();
                        serve(stream.into()).await;
                    });
                }
            });
        });
        runtime.block_on(async {
            for listening in listening {
                listening.await.unwrap();
            }
            let clients = (0..60).map(|_| {
                berkeley::spawn(async move {
                    let stream = TcpStream::connect(address).await.unwrap();
                    let mut number = [0];
                    assert_eq!(stream.recv(&mut number).await.unwrap(), 1);
                    stream.send_all(b"hello").await.unwrap();
                    let mut buffer = [0; 8];
                    assert_eq!(stream.recv(&mut buffer).await.unwrap(), 5);
                    number[0]
                })
            });
            let mut served = [0; 2];
            for number in join_all(clients).await {
                served[usize::from(number.unwrap())] += 1;
            }
            assert_eq!(served[0] + served[1], 60);
            // One in 2^59 runs fails by chance.
            assert!(served.iter().all(|count| *count > 0), "one worker did all: {served:?}");
        });
    });
}
