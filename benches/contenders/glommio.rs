//! glommio: one executor on io_uring.

use std::io;

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use glommio::LocalExecutor;
use glommio::net::{TcpListener, TcpStream};

use super::{ADDRESS, BUFFER, CHURNED};
use crate::harness::process::ready;

pub(crate) fn echo() -> io::Result<()> {
    serve(echo_on)
}

pub(crate) fn churn() -> io::Result<()> {
    serve(churn_on)
}

fn serve<F>(handle: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>> + 'static,
{
    LocalExecutor::default().run(async {
        let listener = TcpListener::bind(ADDRESS)?;
        ready(listener.local_addr()?);
        loop {
            let stream = listener.accept().await?;
            stream.set_nodelay(true)?;
            glommio::spawn_local(handle(stream)).detach();
        }
    })
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

async fn churn_on(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; CHURNED];
    stream.read_exact(&mut buffer).await?;
    stream.write_all(&buffer).await?;
    stream.close().await
}
