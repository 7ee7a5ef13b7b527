//! monoio: io_uring where the kernel has it, otherwise its epoll driver. Buffers are passed by value.

use std::io;

use monoio::buf::IoBuf;
use monoio::io::{AsyncReadRent, AsyncReadRentExt, AsyncWriteRentExt, Splitable, zero_copy};
use monoio::net::udp::UdpSocket;
use monoio::net::{TcpListener, TcpStream};
use monoio::time::timeout;
use monoio::{FusionDriver, RuntimeBuilder};

use super::{ADDRESS, BUFFER, CHUNK, CHURNED, Counter, DATAGRAM, DEADLINE, SMALL, WINDOW};
use crate::harness::process::{argument, ready};

pub(crate) fn echo() -> io::Result<()> {
    serve(|stream| echo_on(stream, BUFFER))
}

pub(crate) fn echo_with_deadline() -> io::Result<()> {
    serve(|stream| echo_with_deadline_on(stream, BUFFER))
}

pub(crate) fn idle() -> io::Result<()> {
    serve(|stream| echo_with_deadline_on(stream, SMALL))
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

pub(crate) fn relay() -> io::Result<()> {
    serve(relay_on)
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    run(receive_one_by_one())
}

pub(crate) fn datagrams_out() -> io::Result<()> {
    run(send_one_by_one())
}

fn run(future: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    RuntimeBuilder::<FusionDriver>::new().enable_timer().build()?.block_on(future)
}

fn driver() -> &'static str {
    if monoio::utils::detect_uring() { "io_uring" } else { "epoll driver" }
}

fn serve<F>(handle: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + 'static,
{
    run(async {
        let listener = TcpListener::bind(ADDRESS)?;
        ready(format!("{} {}", listener.local_addr()?, driver()));
        loop {
            let (stream, _peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            monoio::spawn(handle(stream));
        }
    })
}

async fn echo_on(mut stream: TcpStream, room: usize) -> io::Result<()> {
    let mut buffer = vec![0; room];
    loop {
        let (read, full) = stream.read(buffer).await;
        let read = read?;
        if read == 0 {
            return Ok(());
        }
        let (written, part) = stream.write_all(full.slice(..read)).await;
        written?;
        buffer = part.into_inner();
    }
}

async fn echo_with_deadline_on(mut stream: TcpStream, room: usize) -> io::Result<()> {
    let mut buffer = vec![0; room];
    loop {
        let (read, full) = timeout(DEADLINE, stream.read(buffer)).await?;
        let read = read?;
        if read == 0 {
            return Ok(());
        }
        let (written, part) = stream.write_all(full.slice(..read)).await;
        written?;
        buffer = part.into_inner();
    }
}

async fn churn_on(mut stream: TcpStream) -> io::Result<()> {
    let (read, buffer) = stream.read_exact(vec![0; CHURNED]).await;
    read?;
    stream.write_all(buffer).await.0?;
    Ok(())
}

async fn sink_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let (read, full) = stream.read(buffer).await;
        if read? == 0 {
            return Ok(());
        }
        buffer = full;
    }
}

async fn source_on(mut stream: TcpStream) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let (written, back) = stream.write_all(chunk).await;
        written?;
        chunk = back;
    }
}

async fn relay_on(client: TcpStream) -> io::Result<()> {
    let upstream = TcpStream::connect(argument()).await?;
    let (mut client_reader, mut client_writer) = client.into_split();
    let (mut upstream_reader, mut upstream_writer) = upstream.into_split();
    let there = async {
        zero_copy(&mut client_reader, &mut upstream_writer).await?;
        monoio::io::AsyncWriteRent::shutdown(&mut upstream_writer).await
    };
    let back = async {
        zero_copy(&mut upstream_reader, &mut client_writer).await?;
        monoio::io::AsyncWriteRent::shutdown(&mut client_writer).await
    };
    tokio::try_join!(there, back)?;
    Ok(())
}

fn udp() -> io::Result<UdpSocket> {
    let socket = super::udp()?;
    ready(format!("{} {}", socket.local_addr()?, driver()));
    UdpSocket::from_std(socket)
}

async fn receive_one_by_one() -> io::Result<()> {
    let socket = udp()?;
    let mut buffer = vec![0; DATAGRAM];
    let mut counter = Counter::default();
    loop {
        let (came, back) = socket.recv_from(buffer).await;
        let (_, from) = came?;
        buffer = back;
        for _ in 0..counter.add(1) {
            socket.send_to(b"ack", from).await.0?;
        }
    }
}

async fn send_one_by_one() -> io::Result<()> {
    let socket = udp()?;
    let mut datagram = vec![0; DATAGRAM];
    loop {
        let (asked, _) = socket.recv_from(vec![0; SMALL]).await;
        let (_, to) = asked?;
        for _ in 0..WINDOW {
            let (sent, back) = socket.send_to(datagram, to).await;
            sent?;
            datagram = back;
        }
    }
}
