//! Sends each line of its input to an echo server and prints what comes back.
//!
//! ```text
//! echo hello | cargo run --release --example echo_client -- localhost:7000
//! cargo run --release --example echo_client -- unix:@echo
//! ```

use berkeley::{ConnectOptions, Socket, UnixStream, time::timeout};
use std::io::{self, Write};
use std::time::Duration;
use std::{env, process};

const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let Some(address) = env::args().nth(1) else {
        eprintln!(
            "usage: echo_client ADDRESS (localhost:7000, 127.0.0.1:7000, unix:/path, unix:@name)"
        );
        process::exit(2);
    };
    if let Err(error) = berkeley::block_on(talk(&address)) {
        eprintln!("echo_client: {address}: {error}");
        process::exit(1);
    }
}

async fn connect(address: &str) -> io::Result<Socket> {
    if address.starts_with("unix:") {
        let connect = UnixStream::connect(address);
        return Ok(timeout(PATIENCE, connect).await??.into());
    }
    // Of a name, each address, the next 250 ms after the last, until one answers.
    Ok(ConnectOptions::new().total_timeout(PATIENCE).connect(address).await?.into())
}

async fn talk(address: &str) -> io::Result<()> {
    let stream = connect(address).await?;
    // For every operation from here on.
    stream.set_timeout(Some(PATIENCE));

    // Reading a terminal blocks this thread, which has nothing else to do.
    for line in io::stdin().lines() {
        let line = line? + "\n";
        let mut echoed = vec![0; line.len()];
        let mut received = 0;
        stream.send_all(line.as_bytes()).await?;
        while received < echoed.len() {
            match stream.recv(&mut echoed[received..]).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => received += n,
            }
        }
        io::stdout().write_all(&echoed)?;
    }
    stream.finish().await // The server has all of it.
}
