//! tokio: its one-thread and its many-thread runtime, with and without a deadline on each read.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::{ADDRESS, BUFFER, DEADLINE, ready};

pub(super) fn serve() -> io::Result<()> {
    current_thread()?.block_on(async {
        let listener = listen().await?;
        loop {
            tokio::spawn(echo(accept(&listener).await?));
        }
    })
}

pub(super) fn serve_with_deadline() -> io::Result<()> {
    current_thread()?.block_on(async {
        let listener = listen().await?;
        loop {
            tokio::spawn(echo_with_deadline(accept(&listener).await?));
        }
    })
}

pub(super) fn serve_multi() -> io::Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = listen().await?;
        loop {
            tokio::spawn(echo(accept(&listener).await?));
        }
    })
}

/// `enable_all` as `#[tokio::main]` has it: a program has timers whether or not this one reads them.
pub(super) fn current_thread() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

async fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind(ADDRESS).await?;
    ready(listener.local_addr()?, "");
    Ok(listener)
}

async fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, _peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}

async fn echo_with_deadline(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = timeout(DEADLINE, stream.read(&mut buffer)).await??;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}
