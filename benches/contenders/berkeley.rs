//! berkeley: on its own runtime, and its sockets inside tokio.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::AsFd;

use berkeley::control::SendBuffer;
use berkeley::{
    Address, MessageSlot, MsgFlags, Outgoing, TcpListener, TcpStream, UdpSocket, UnixListener,
    UnixStream,
};

use super::tokio::current_thread;
use super::{
    ADDRESS, BATCH, BUFFER, CHUNK, CHURNED, Counter, DATAGRAM, DEADLINE, SEGMENTED, SMALL, WINDOW,
};
use crate::harness::process::{argument, ready};

pub(crate) fn echo() -> io::Result<()> {
    own(echo_on)
}

pub(crate) fn echo_with_deadline() -> io::Result<()> {
    own(echo_with_deadline_on)
}

pub(crate) fn echo_in_tokio() -> io::Result<()> {
    in_tokio(echo_on)
}

pub(crate) fn echo_in_tokio_with_deadline() -> io::Result<()> {
    in_tokio(echo_with_deadline_on)
}

pub(crate) fn idle() -> io::Result<()> {
    own(idle_on)
}

pub(crate) fn idle_in_tokio() -> io::Result<()> {
    in_tokio(idle_on)
}

pub(crate) fn churn() -> io::Result<()> {
    own(churn_on)
}

pub(crate) fn churn_in_tokio() -> io::Result<()> {
    in_tokio(churn_on)
}

pub(crate) fn sink() -> io::Result<()> {
    own(sink_on)
}

pub(crate) fn source() -> io::Result<()> {
    own(source_on)
}

pub(crate) fn file() -> io::Result<()> {
    own(file_on)
}

pub(crate) fn file_in_tokio() -> io::Result<()> {
    in_tokio(file_on)
}

pub(crate) fn relay() -> io::Result<()> {
    own(relay_on)
}

pub(crate) fn relay_in_tokio() -> io::Result<()> {
    in_tokio(relay_on)
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    berkeley::block_on(receive_one_by_one())
}

pub(crate) fn datagrams_in_tokio() -> io::Result<()> {
    current_thread()?.block_on(receive_one_by_one())
}

pub(crate) fn datagrams_in_batched() -> io::Result<()> {
    berkeley::block_on(receive_batched())
}

pub(crate) fn datagrams_in_segmented() -> io::Result<()> {
    berkeley::block_on(receive_segmented())
}

pub(crate) fn datagrams_out() -> io::Result<()> {
    berkeley::block_on(send_one_by_one())
}

pub(crate) fn datagrams_out_batched() -> io::Result<()> {
    berkeley::block_on(send_batched())
}

pub(crate) fn datagrams_out_segmented() -> io::Result<()> {
    berkeley::block_on(send_segmented())
}

pub(crate) fn descriptors() -> io::Result<()> {
    berkeley::block_on(pass_descriptors())
}

pub(crate) fn descriptors_in_tokio() -> io::Result<()> {
    current_thread()?.block_on(pass_descriptors())
}

fn own<F>(handle: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + 'static,
{
    let spawn = |task: F| drop(berkeley::spawn_local(task));
    berkeley::block_on(serve(handle, spawn))
}

fn in_tokio<F>(handle: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let spawn = |task: F| drop(tokio::spawn(task));
    current_thread()?.block_on(serve(handle, spawn))
}

async fn serve<F>(handle: impl Fn(TcpStream) -> F, spawn: impl Fn(F)) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS).await?;
    ready(listener.local_addr()?);
    loop {
        let (stream, _peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        spawn(handle(stream));
    }
}

async fn echo_on(stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.recv(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        stream.send_all(&buffer[..read]).await?;
    }
}

async fn echo_with_deadline_on(stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.recv(&mut buffer).timeout(DEADLINE).await?;
        if read == 0 {
            return Ok(());
        }
        stream.send_all(&buffer[..read]).await?;
    }
}

async fn idle_on(stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; SMALL];
    loop {
        let read = stream.recv(&mut buffer).timeout(DEADLINE).await?;
        if read == 0 {
            return Ok(());
        }
        stream.send_all(&buffer[..read]).await?;
    }
}

async fn churn_on(stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; CHURNED];
    let mut read = 0;
    while read < CHURNED {
        match stream.recv(&mut buffer[read..]).await? {
            0 => return Ok(()),
            more => read += more,
        }
    }
    Ok(stream.send_all(&buffer).await?)
}

async fn sink_on(stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while stream.recv(&mut buffer).await? > 0 {}
    Ok(())
}

async fn source_on(stream: TcpStream) -> io::Result<()> {
    let chunk = vec![0; CHUNK];
    loop {
        stream.send_all(&chunk).await?;
    }
}

async fn file_on(stream: TcpStream) -> io::Result<()> {
    let file = File::open(argument())?;
    stream.send_file(&file, 0, None).await?;
    Ok(())
}

async fn relay_on(client: TcpStream) -> io::Result<()> {
    let address: SocketAddr = argument().parse().map_err(io::Error::other)?;
    let upstream = TcpStream::connect(address).await?;
    berkeley::relay(&client, &upstream).await?;
    Ok(())
}

fn udp() -> io::Result<UdpSocket> {
    let socket = UdpSocket::try_from(super::udp()?)?;
    ready(socket.local_addr()?);
    Ok(socket)
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

async fn receive_batched() -> io::Result<()> {
    let socket = udp()?;
    let mut slots: Vec<_> = (0..BATCH).map(|_| MessageSlot::new([0; DATAGRAM])).collect();
    let mut counter = Counter::default();
    loop {
        let came = socket.recv_many(&mut slots, MsgFlags::empty()).await?;
        for _ in 0..counter.add(came) {
            acknowledge(&socket, slots[0].received.from).await?;
        }
    }
}

async fn receive_segmented() -> io::Result<()> {
    let socket = udp()?;
    super::receive_segmented(&socket)?;
    let mut buffer = vec![0; SEGMENTED];
    let mut counter = Counter::default();
    loop {
        let came = socket.recv_segmented(&mut buffer).await?;
        let datagrams = super::segments(came.received.len, came.segment_size);
        for _ in 0..counter.add(datagrams) {
            acknowledge(&socket, came.received.from).await?;
        }
    }
}

async fn acknowledge(socket: &berkeley::Socket, to: Option<Address>) -> io::Result<()> {
    let to = to.ok_or_else(|| io::Error::other("a datagram from nobody"))?;
    socket.send_to(b"ack", to).await?;
    Ok(())
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

async fn send_batched() -> io::Result<()> {
    let socket = udp()?;
    let datagram = [0; DATAGRAM];
    let buffers = [IoSlice::new(&datagram)];
    loop {
        let (_, to) = socket.recv_from(&mut [0; SMALL]).await?;
        let batch = [Outgoing::new(&buffers).to(Address::from(to)); BATCH];
        let mut sent = 0;
        while sent < WINDOW {
            let next = &batch[..BATCH.min(WINDOW - sent)];
            sent += socket.send_many(next, MsgFlags::empty()).await?;
        }
    }
}

async fn send_segmented() -> io::Result<()> {
    let socket = udp()?;
    let datagrams = vec![0; WINDOW * DATAGRAM];
    let size = u16::try_from(DATAGRAM).expect("a datagram's size");
    let nothing = SendBuffer::new();
    loop {
        let (_, to) = socket.recv_from(&mut [0; SMALL]).await?;
        let to = Address::from(to);
        socket.send_segmented(&datagrams, size, &nothing, Some(&to)).await?;
    }
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

async fn pass_on(stream: UnixStream) -> io::Result<()> {
    let mut byte = [0];
    loop {
        let mut buffers = [IoSliceMut::new(&mut byte)];
        let got = stream.recv_fds(&mut buffers, 1, MsgFlags::empty()).await?;
        let Some(fd) = got.fds.first() else { return Ok(()) };
        stream.send_fds(&[IoSlice::new(b"x")], &[fd.as_fd()], MsgFlags::empty(), None).await?;
    }
}
