//! berkeley: on its own runtime, with and without a deadline on each recv, and inside tokio.

use std::io;

use berkeley::{TcpListener, TcpStream};

use super::tokio::current_thread;
use super::{ADDRESS, BUFFER, DEADLINE, ready};

pub(super) fn serve() -> io::Result<()> {
    berkeley::block_on(async {
        let listener = listen().await?;
        loop {
            berkeley::spawn_local(echo(accept(&listener).await?));
        }
    })
}

pub(super) fn serve_with_deadline() -> io::Result<()> {
    berkeley::block_on(async {
        let listener = listen().await?;
        loop {
            berkeley::spawn_local(echo_with_deadline(accept(&listener).await?));
        }
    })
}

pub(super) fn serve_in_tokio() -> io::Result<()> {
    current_thread()?.block_on(async {
        let listener = listen().await?;
        loop {
            tokio::spawn(echo(accept(&listener).await?));
        }
    })
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

async fn echo(stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.recv(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        stream.send_all(&buffer[..read]).await?;
    }
}

async fn echo_with_deadline(stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.recv(&mut buffer).timeout(DEADLINE).await?;
        if read == 0 {
            return Ok(());
        }
        stream.send_all(&buffer[..read]).await?;
    }
}
