//! Sends back lines in capitals, over TCP and UDP: codecs of tokio-util on both.
//!
//! ```text
//! cargo run --release --example line_server -- 127.0.0.1:7000
//! echo hello | nc -N 127.0.0.1 7000
//! echo hello | nc -u -w1 127.0.0.1 7000
//! ```

use berkeley::net::MessageFramed;
use berkeley::{TcpListener, TcpStream, UdpSocket};
use futures::{SinkExt, StreamExt};
use std::{env, io, process};
use tokio_util::codec::{Framed, LinesCodec, LinesCodecError};

/// The longest line that is taken, in bytes.
const LONGEST: usize = 8 * 1024;

fn main() {
    let address = env::args().nth(1).unwrap_or_else(|| "[::1]:7000".to_owned());
    if let Err(error) = berkeley::block_on(serve(&address)) {
        eprintln!("line_server: {address}: {error}");
        process::exit(1);
    }
}

async fn serve(address: &str) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    // The same port, also where the system chose it.
    let udp = UdpSocket::bind(listener.local_addr()?).await?;
    println!("listening on {}", listener.local_addr()?);
    berkeley::spawn_local(datagrams(udp));
    let mut incoming = listener.incoming().on_pause(|error| eprintln!("accept: {error}"));
    loop {
        let (stream, peer) = incoming.next().await?;
        berkeley::spawn_local(async move {
            if let Err(error) = connection(stream).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

/// A connection is a stream of bytes, which `Framed` cuts into lines.
async fn connection(stream: TcpStream) -> Result<(), LinesCodecError> {
    let mut lines = Framed::new(stream, LinesCodec::new_with_max_length(LONGEST));
    while let Some(line) = lines.next().await {
        lines.send(line?.to_uppercase()).await?;
    }
    Ok(())
}

/// A datagram is one line or several, and its error is no other's.
async fn datagrams(socket: UdpSocket) {
    let mut lines = MessageFramed::new(socket, LinesCodec::new_with_max_length(LONGEST));
    while let Some(received) = lines.next().await {
        let sent = match received {
            Ok((line, from)) => lines.send((line.to_uppercase(), from)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            eprintln!("udp: {error}");
        }
    }
}
