//! The echo server that is loaded when no address is given.

use std::net::Ipv4Addr;
use std::sync::mpsc;
use std::time::Duration;
use std::{io, thread};

use berkeley::{Address, TcpListener, TcpStream, block_on, spawn_local};

/// How long the server may take to be listening.
const START: Duration = Duration::from_secs(5);

/// Starts an echo server on a free port of the loopback interface and returns its address.
///
/// It has a thread and a runtime of its own, and serves until the process ends.
///
/// # Errors
///
/// What `bind` and `thread::spawn` fail with.
pub(crate) fn start() -> io::Result<Address> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("echo-server".to_owned()).spawn(move || {
        block_on(async {
            // If the receiver has gone, it has waited too long and said so.
            match bind().await {
                Ok((listener, address)) => {
                    let _ = sender.send(Ok(address));
                    let error = serve(&listener).await;
                    eprintln!("echo_load: its own server cannot accept: {error}");
                }
                Err(error) => {
                    let _ = sender.send(Err(error));
                }
            }
        });
    })?;
    receiver.recv_timeout(START).map_err(io::Error::other)?
}

async fn bind() -> io::Result<(TcpListener, Address)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address.into()))
}

/// Echoes to everybody, until `accept` fails.
async fn serve(listener: &TcpListener) -> io::Error {
    loop {
        match listener.accept().await {
            // A connection that fails is its client's to report.
            Ok((stream, _)) => drop(spawn_local(echo(stream))),
            Err(error) => return error,
        }
    }
}

/// Sends back what arrives, until the other side closes the connection.
async fn echo(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match stream.recv(&mut buffer).await? {
            0 => return Ok(()),
            count => stream.send_all(&buffer[..count]).await?,
        }
    }
}
