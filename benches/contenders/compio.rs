//! compio: io_uring where the kernel has it. Buffers are passed by value.

use std::io;

use compio::buf::{IntoInner, IoBuf};
use compio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use compio::net::{TcpListener, TcpStream, UdpSocket};
use compio::runtime::Runtime;
use compio::time::timeout;

use super::{ADDRESS, BUFFER, CHUNK, CHURNED, Counter, DATAGRAM, DEADLINE, SMALL};
use crate::harness::process::{argument, ready};

pub(crate) fn echo() -> io::Result<()> {
    serve(echo_on)
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

pub(crate) fn file() -> io::Result<()> {
    serve(file_on)
}

pub(crate) fn relay() -> io::Result<()> {
    serve(relay_on)
}

pub(crate) fn datagrams_in() -> io::Result<()> {
    Runtime::new()?.block_on(receive_one_by_one())
}

fn driver() -> String {
    Runtime::with_current(|runtime| format!("{:?}", runtime.driver_type()))
}

fn serve<F>(handle: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + 'static,
{
    Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(ADDRESS).await?;
        ready(format!("{} {}", listener.local_addr()?, driver()));
        loop {
            let (stream, _peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            compio::runtime::spawn(handle(stream)).detach();
        }
    })
}

async fn echo_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(BUFFER);
    loop {
        let (read, full) = stream.read(buffer).await.into();
        let read = read?;
        if read == 0 {
            return Ok(());
        }
        let (written, part) = stream.write_all(full.slice(..read)).await.into();
        written?;
        buffer = part.into_inner();
        buffer.clear();
    }
}

async fn echo_with_deadline_on(mut stream: TcpStream, room: usize) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(room);
    loop {
        let came = timeout(DEADLINE, stream.read(buffer)).await;
        let (read, full) = came.map_err(io::Error::other)?.into();
        let read = read?;
        if read == 0 {
            return Ok(());
        }
        let (written, part) = stream.write_all(full.slice(..read)).await.into();
        written?;
        buffer = part.into_inner();
        buffer.clear();
    }
}

async fn churn_on(mut stream: TcpStream) -> io::Result<()> {
    let (read, buffer) = stream.read_exact(Vec::with_capacity(CHURNED)).await.into();
    read?;
    stream.write_all(buffer).await.0
}

async fn sink_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(CHUNK);
    loop {
        let (read, full) = stream.read(buffer).await.into();
        if read? == 0 {
            return Ok(());
        }
        buffer = full;
        buffer.clear();
    }
}

async fn source_on(mut stream: TcpStream) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let (written, back) = stream.write_all(chunk).await.into();
        written?;
        chunk = back;
    }
}

async fn file_on(mut stream: TcpStream) -> io::Result<()> {
    let file = compio::fs::File::open(argument()).await?;
    let mut file = io::Cursor::new(file);
    compio::io::copy(&mut file, &mut stream).await?;
    Ok(())
}

async fn relay_on(client: TcpStream) -> io::Result<()> {
    let upstream = TcpStream::connect(argument()).await?;
    let (there, back) = compio::io::util::copy_bidirectional(client, upstream).await;
    there?;
    back?;
    Ok(())
}

async fn receive_one_by_one() -> io::Result<()> {
    let socket = super::udp()?;
    socket.set_nonblocking(true)?;
    ready(format!("{} {}", socket.local_addr()?, driver()));
    let socket = UdpSocket::from_std(socket)?;
    let mut buffer = Vec::with_capacity(DATAGRAM);
    let mut counter = Counter::default();
    loop {
        let (came, back) = socket.recv_from(buffer).await.into();
        let (_, from) = came?;
        buffer = back;
        buffer.clear();
        for _ in 0..counter.add(1) {
            socket.send_to("ack", from).await.0?;
        }
    }
}
