//! tokio: its one-thread and its many-thread runtime, with timeouts, and with quinn-udp.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};

use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::floor::{receive_descriptor as receive, send_descriptor as send};
use super::{
    ADDRESS, BUFFER, CHUNK, CHURNED, Counter, DATAGRAM, DEADLINE, SEGMENTED, SMALL, WINDOW,
};
use crate::harness::process::{argument, ready};

pub(crate) fn echo() -> io::Result<()> {
    current_thread()?.block_on(serve(echo_on))
}

pub(crate) fn echo_with_deadline() -> io::Result<()> {
    current_thread()?.block_on(serve(echo_with_deadline_on))
}

pub(crate) fn echo_multi() -> io::Result<()> {
    multi_thread()?.block_on(serve(echo_on))
}

pub(crate) fn idle() -> io::Result<()> {
    current_thread()?.block_on(serve(idle_on))
}

pub(crate) fn churn() -> io::Result<()> {
    current_thread()?.block_on(serve(churn_on))
}

pub(crate) fn churn_multi() -> io::Result<()> {
    multi_thread()?.block_on(serve(churn_on))
}

pub(crate) fn sink() -> io::Result<()> {
    current_thread()?.block_on(serve(sink_on))
}

pub(crate) fn source() -> io::Result<()> {
    current_thread()?.block_on(serve(source_on))
}

pub(crate) fn file() -> io::Result<()> {
    current_thread()?.block_on(serve(file_on))
}

pub(crate) fn relay() -> io::Result<()> {
    current_thread()?.block_on(serve(relay_on))
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    current_thread()?.block_on(receive_one_by_one())
}

pub(crate) fn datagrams_in_quinn() -> io::Result<()> {
    current_thread()?.block_on(receive_with_quinn())
}

pub(crate) fn datagrams_out() -> io::Result<()> {
    current_thread()?.block_on(send_one_by_one())
}

pub(crate) fn datagrams_out_quinn() -> io::Result<()> {
    current_thread()?.block_on(send_with_quinn())
}

pub(crate) fn descriptors() -> io::Result<()> {
    current_thread()?.block_on(pass_descriptors())
}

/// `enable_all` as `#[tokio::main]` has it: a program has timers whether or not this one reads them.
pub(crate) fn current_thread() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn multi_thread() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

async fn serve<F>(handle: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind(ADDRESS).await?;
    ready(listener.local_addr()?);
    loop {
        let (stream, _peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(handle(stream));
    }
}

async fn echo_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}

async fn echo_with_deadline_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = timeout(DEADLINE, stream.read(&mut buffer)).await??;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}

async fn idle_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; SMALL];
    loop {
        let read = timeout(DEADLINE, stream.read(&mut buffer)).await??;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}

async fn churn_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; CHURNED];
    stream.read_exact(&mut buffer).await?;
    stream.write_all(&buffer).await
}

async fn sink_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

async fn source_on(mut stream: TcpStream) -> io::Result<()> {
    let chunk = vec![0; CHUNK];
    loop {
        stream.write_all(&chunk).await?;
    }
}

async fn file_on(mut stream: TcpStream) -> io::Result<()> {
    let mut file = tokio::fs::File::open(argument()).await?;
    tokio::io::copy(&mut file, &mut stream).await?;
    Ok(())
}

async fn relay_on(mut client: TcpStream) -> io::Result<()> {
    let mut upstream = TcpStream::connect(argument()).await?;
    tokio::io::copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}

fn udp() -> io::Result<UdpSocket> {
    let socket = super::udp()?;
    socket.set_nonblocking(true)?;
    ready(socket.local_addr()?);
    UdpSocket::from_std(socket)
}

async fn receive_one_by_one() -> io::Result<()> {
    let socket = udp()?;
    let mut buffer = [0; DATAGRAM];
    let mut counter = Counter::default();
    loop {
        let (_, from) = socket.recv_from(&mut buffer).await?;
        for _ in 0..counter.add(1) {
            socket.send_to(b"ack", from).await?;
        }
    }
}

/// As quinn does: several receives in a call, each of several datagrams.
async fn receive_with_quinn() -> io::Result<()> {
    let socket = udp()?;
    let state = UdpSocketState::new((&socket).into())?;
    let mut rooms = vec![vec![0; SEGMENTED]; quinn_udp::BATCH_SIZE];
    let mut rooms: Vec<_> = rooms.iter_mut().map(|room| IoSliceMut::new(room)).collect();
    let mut metas = vec![RecvMeta::default(); rooms.len()];
    let mut counter = Counter::default();
    loop {
        let receive = || state.recv((&socket).into(), &mut rooms, &mut metas);
        let came = socket.async_io(Interest::READABLE, receive).await?;
        let datagrams = metas[..came].iter().map(|meta| super::segments(meta.len, meta.stride));
        for _ in 0..counter.add(datagrams.sum()) {
            socket.send_to(b"ack", metas[0].addr).await?;
        }
    }
}

async fn send_one_by_one() -> io::Result<()> {
    let socket = udp()?;
    let datagram = [0; DATAGRAM];
    loop {
        let (_, to) = socket.recv_from(&mut [0; SMALL]).await?;
        for _ in 0..WINDOW {
            socket.send_to(&datagram, to).await?;
        }
    }
}

async fn send_with_quinn() -> io::Result<()> {
    let socket = udp()?;
    let state = UdpSocketState::new((&socket).into())?;
    let datagrams = vec![0; WINDOW * DATAGRAM];
    // The kernel takes no more than 65,507 bytes in a call, whatever the number of segments.
    let most = state.max_gso_segments().min(65_507 / DATAGRAM) * DATAGRAM;
    loop {
        let (_, destination) = socket.recv_from(&mut [0; SMALL]).await?;
        for contents in datagrams.chunks(most) {
            let transmit = transmit(destination, contents);
            let send = || state.try_send((&socket).into(), &transmit);
            socket.async_io(Interest::WRITABLE, send).await?;
        }
    }
}

fn transmit(destination: SocketAddr, contents: &[u8]) -> Transmit<'_> {
    Transmit { destination, ecn: None, contents, segment_size: Some(DATAGRAM), src_ip: None }
}

async fn pass_descriptors() -> io::Result<()> {
    let listener = UnixListener::bind(argument())?;
    ready(argument());
    loop {
        let (stream, _peer) = listener.accept().await?;
        // An end of the connection is the end of the round, not of the server.
        let _ = pass_on(stream).await;
    }
}

/// tokio has no descriptors: recvmsg and sendmsg by hand, under its readiness.
async fn pass_on(stream: UnixStream) -> io::Result<()> {
    loop {
        let came = stream.async_io(Interest::READABLE, || receive(stream.as_raw_fd())).await?;
        let Some(fd) = came else { return Ok(()) };
        let sent = || send(stream.as_raw_fd(), fd.as_fd());
        stream.async_io(Interest::WRITABLE, sent).await?;
    }
}
