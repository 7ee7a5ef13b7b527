//! monoio: io_uring where the kernel has it, otherwise its epoll driver. Buffers are passed by value.

use std::io;

use monoio::buf::IoBuf;
use monoio::io::{AsyncReadRent, AsyncWriteRentExt};
use monoio::net::{TcpListener, TcpStream};
use monoio::{FusionDriver, RuntimeBuilder};

use super::{ADDRESS, BUFFER, ready};

pub(super) fn serve() -> io::Result<()> {
    let driver = if monoio::utils::detect_uring() { "io_uring" } else { "epoll driver" };
    let mut runtime = RuntimeBuilder::<FusionDriver>::new().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(ADDRESS)?;
        ready(listener.local_addr()?, driver);
        loop {
            let (stream, _peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            monoio::spawn(echo(stream));
        }
    })
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
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
