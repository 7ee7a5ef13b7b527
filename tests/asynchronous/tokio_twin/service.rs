// One source, compiled twice: `net` is `tokio::net` in one place and `berkeley::net` in the other.

use futures::future::join;
use net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use net::unix::SocketAddr as UnixSocketAddr;
use net::{
    TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream,
};
use std::io::{self, ErrorKind, IoSlice};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn echo(mut read: OwnedReadHalf, mut write: OwnedWriteHalf) -> io::Result<u64> {
    let mut total = 0;
    let mut buffer = [0; 1_000];
    loop {
        let n = read.read(&mut buffer).await?;
        if n == 0 {
            write.shutdown().await?;
            return Ok(total);
        }
        write.write_all(&buffer[..n]).await?;
        total += n as u64;
    }
}

pub(super) async fn tcp_by_owned_halves() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address: SocketAddr = listener.local_addr()?;
    listener.set_ttl(64)?;
    assert_eq!(listener.ttl()?, 64);
    let server = async {
        let (stream, peer): (TcpStream, SocketAddr) = listener.accept().await?;
        assert_eq!(stream.peer_addr()?, peer);
        let (read, write) = stream.into_split();
        assert_eq!(read.peer_addr()?, peer);
        assert_eq!(write.local_addr()?, address);
        echo(read, write).await
    };
    let client = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        assert!(stream.nodelay()?);
        assert_eq!(stream.linger()?, None);
        assert!(stream.take_error()?.is_none());
        let (mut read, mut write) = stream.into_split();
        let bytes = vec![b'x'; 300_000];
        let mut back = Vec::new();
        let sending = async {
            write.write_all(&bytes).await?;
            write.shutdown().await
        };
        let (sent, received) = join(sending, read.read_to_end(&mut back)).await;
        sent?;
        assert_eq!(received?, 300_000);
        let ours = read.local_addr()?;
        let stream = read.reunite(write).expect("the halves are of one stream");
        assert_eq!(stream.local_addr()?, ours);
        io::Result::Ok(())
    };
    let (served, done) = join(server, client).await;
    assert_eq!(served?, 300_000);
    done
}

pub(super) async fn tcp_by_tries() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let (connected, accepted) = join(TcpStream::connect(address), listener.accept()).await;
    let (mut ours, (theirs, _)) = (connected?, accepted?);

    let mut buffer = [0; 16];
    assert_eq!(ours.try_read(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
    theirs.writable().await?;
    assert_eq!(theirs.try_write(b"hello")?, 5);
    assert_eq!(theirs.try_write_vectored(&[IoSlice::new(b", "), IoSlice::new(b"world")])?, 7);
    assert_eq!(ours.peek(&mut buffer[..5]).await?, 5);
    assert_eq!(&buffer[..5], b"hello");

    let mut received = Vec::new();
    while received.len() < 12 {
        ours.readable().await?;
        match ours.try_read(&mut buffer) {
            Ok(n) => received.extend_from_slice(&buffer[..n]),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) => return Err(e),
        }
    }
    assert_eq!(received, b"hello, world");

    let (mut read, mut write) = ours.split();
    write.write_all(b"bye").await?;
    write.shutdown().await?;
    let (mut their_read, their_write) = theirs.into_split();
    their_read.readable().await?;
    assert_eq!(their_read.peek(&mut buffer).await?, 3);
    assert_eq!(their_read.try_read(&mut buffer)?, 3);
    assert_eq!(their_read.read(&mut buffer).await?, 0);
    drop(their_write);
    assert_eq!(read.read(&mut buffer).await?, 0);
    Ok(())
}

pub(super) async fn tcp_by_a_socket() -> io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    assert!(socket.reuseaddr()?);
    socket.set_keepalive(true)?;
    assert!(socket.keepalive()?);
    socket.set_recv_buffer_size(1 << 16)?;
    assert!(socket.recv_buffer_size()? >= 1 << 16);
    socket.bind("127.0.0.1:0".parse().unwrap())?;
    let listener = socket.listen(64)?;
    let socket = TcpSocket::new_v4()?;
    socket.set_nodelay(true)?;
    let stream = socket.connect(listener.local_addr()?).await?;
    assert!(stream.nodelay()?);

    // To the standard library, and back.
    let stream = TcpStream::from_std(stream.into_std()?)?;
    let (mut accepted, _) = listener.accept().await?;
    stream.set_zero_linger()?;
    drop(stream);
    let error = accepted.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    Ok(())
}

pub(super) async fn udp() -> io::Result<()> {
    let server = UdpSocket::bind("127.0.0.1:0").await?;
    let client = UdpSocket::bind(("127.0.0.1", 0)).await?;
    let mut buffer = [0; 64];
    assert_eq!(server.try_recv_from(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);

    assert_eq!(client.send_to(b"one", server.local_addr()?).await?, 3);
    let (n, from): (usize, SocketAddr) = server.peek_from(&mut buffer).await?;
    assert_eq!((&buffer[..n], from), (&b"one"[..], client.local_addr()?));
    assert_eq!(server.recv_from(&mut buffer).await?, (3, from));
    assert_eq!(server.try_send_to(b"two", from)?, 3);

    client.connect(server.local_addr()?).await?;
    assert_eq!(client.peer_addr()?, server.local_addr()?);
    client.readable().await?;
    assert_eq!(client.peek(&mut buffer).await?, 3);
    assert_eq!(client.try_recv(&mut buffer)?, 3);
    client.writable().await?;
    assert_eq!(client.try_send(b"three")?, 5);
    assert_eq!(server.recv(&mut buffer).await?, 5);
    assert_eq!(client.send(b"four").await?, 4);
    assert_eq!(server.recv_from(&mut buffer).await?, (4, client.local_addr()?));

    server.set_broadcast(true)?;
    assert!(server.broadcast()?);
    server.set_ttl(9)?;
    assert_eq!(server.ttl()?, 9);
    server.set_multicast_ttl_v4(3)?;
    assert_eq!(server.multicast_ttl_v4()?, 3);
    server.set_multicast_loop_v4(false)?;
    assert!(!server.multicast_loop_v4()?);
    let group = Ipv4Addr::new(224, 0, 0, 251);
    server.join_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
    server.leave_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
    let no_group = server.join_multicast_v6(&Ipv6Addr::LOCALHOST, 0);
    assert!(no_group.is_err(), "it is a socket of IPv4");
    assert!(server.take_error()?.is_none());
    let server = UdpSocket::from_std(server.into_std()?)?;
    assert_eq!(server.local_addr()?, client.peer_addr()?);
    Ok(())
}

pub(super) async fn unix_streams(path: &Path) -> io::Result<()> {
    let listener = UnixListener::bind(path)?;
    assert_eq!(listener.local_addr()?.as_pathname(), Some(path));
    let (connected, accepted) = join(UnixStream::connect(path), listener.accept()).await;
    let (mut ours, (mut theirs, peer)) = (connected?, accepted?);
    let peer: UnixSocketAddr = peer;
    assert!(peer.is_unnamed());
    assert_eq!(ours.peer_cred()?.pid(), Some(i32::try_from(std::process::id()).unwrap()));

    ours.write_all(b"line\n").await?;
    let mut line = [0; 5];
    theirs.read_exact(&mut line).await?;
    assert_eq!(&line, b"line\n");
    let (mut read, mut write) = theirs.split();
    write.write_all(b"back").await?;
    write.shutdown().await?;
    let mut back = String::new();
    ours.read_to_string(&mut back).await?;
    assert_eq!(back, "back");
    drop(ours);
    assert_eq!(read.read(&mut line).await?, 0);

    let (a, b) = UnixStream::pair()?;
    a.writable().await?;
    a.try_write(b"x")?;
    b.readable().await?;
    assert_eq!(b.try_read(&mut line)?, 1);
    Ok(())
}

pub(super) async fn unix_datagrams(path: &Path, answers: &Path) -> io::Result<()> {
    let server = UnixDatagram::bind(path)?;
    let client = UnixDatagram::bind(answers)?;
    client.connect(path)?;
    assert_eq!(client.send(b"one").await?, 3);
    let mut buffer = [0; 64];
    let (n, from) = server.recv_from(&mut buffer).await?;
    assert_eq!((n, from.as_pathname()), (3, Some(answers)));
    assert_eq!(server.send_to(b"two", from.as_pathname().unwrap()).await?, 3);
    assert_eq!(client.recv(&mut buffer).await?, 3);

    let anonymous = UnixDatagram::unbound()?;
    anonymous.send_to(b"three", path).await?;
    let (n, from) = server.recv_from(&mut buffer).await?;
    assert_eq!((n, from.is_unnamed()), (5, true));
    anonymous.writable().await?;
    assert_eq!(anonymous.try_send_to(b"four", path)?, 4);
    server.readable().await?;
    assert_eq!(server.try_recv(&mut buffer)?, 4);

    let (a, b) = UnixDatagram::pair()?;
    a.shutdown(std::net::Shutdown::Write)?;
    assert_eq!(a.send(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    b.send(b"x").await?;
    a.readable().await?;
    assert_eq!(a.try_recv(&mut buffer)?, 1);
    Ok(())
}

pub(super) async fn deadlines() -> io::Result<()> {
    let (a, b) = UnixStream::pair()?;
    let nothing = tokio::time::timeout(Duration::from_millis(5), a.readable()).await;
    assert!(nothing.is_err());
    b.writable().await?;
    b.try_write(b"x")?;
    tokio::time::timeout(Duration::from_secs(20), a.readable()).await.expect("it came")
}
