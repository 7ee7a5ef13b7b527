//! smol: a local executor and its reactor on one thread.

use std::io;

use smol::LocalExecutor;
use smol::future::FutureExt;
use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::net::{TcpListener, TcpStream, UdpSocket};

use super::{ADDRESS, BUFFER, CHUNK, CHURNED, Counter, DATAGRAM, DEADLINE, SMALL, WINDOW};
use crate::harness::process::{argument, ready};

pub(crate) fn echo() -> io::Result<()> {
    serve(echo_on)
}

pub(crate) fn echo_with_deadline() -> io::Result<()> {
    serve(echo_with_deadline_on)
}

pub(crate) fn idle() -> io::Result<()> {
    serve(idle_on)
}

pub(crate) fn churn() -> io::Result<()> {
    serve(churn_on)
}

pub(crate) fn sink() -> io::Result<()> {
    serve(sink_on)
}

pub(crate) fn source() -> io::Result<()> {
    serve(source_on)
}

pub(crate) fn file() -> io::Result<()> {
    serve(file_on)
}

pub(crate) fn relay() -> io::Result<()> {
    serve(relay_on)
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    smol::block_on(receive_one_by_one())
}

pub(crate) fn datagrams_out() -> io::Result<()> {
    smol::block_on(send_one_by_one())
}

fn serve<F>(handle: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + 'static,
{
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(async {
        let listener = TcpListener::bind(ADDRESS).await?;
        ready(listener.local_addr()?);
        loop {
            let (stream, _peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            executor.spawn(handle(stream)).detach();
        }
    }))
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
        let read = read_by_deadline(&mut stream, &mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}

async fn idle_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; SMALL];
    loop {
        let read = read_by_deadline(&mut stream, &mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}

async fn read_by_deadline(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let expired = async {
        smol::Timer::after(DEADLINE).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    stream.read(buffer).or(expired).await
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

async fn file_on(stream: TcpStream) -> io::Result<()> {
    let file = smol::fs::File::open(argument()).await?;
    smol::io::copy(file, stream).await?;
    Ok(())
}

async fn relay_on(client: TcpStream) -> io::Result<()> {
    let upstream = TcpStream::connect(argument()).await?;
    let there = copy_one_way(client.clone(), upstream.clone());
    let back = copy_one_way(upstream, client);
    smol::future::try_zip(there, back).await?;
    Ok(())
}

async fn copy_one_way(from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    smol::io::copy(from, &mut to).await?;
    to.close().await
}

fn udp() -> io::Result<UdpSocket> {
    let socket = super::udp()?;
    ready(socket.local_addr()?);
    Ok(UdpSocket::from(smol::Async::new(socket)?))
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
