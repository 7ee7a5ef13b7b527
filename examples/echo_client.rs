//! Sends each line of its input to an echo server and prints what comes back.
//!
//! ```text
//! echo hello | cargo run --release --example echo_client -- 127.0.0.1:7000
//! cargo run --release --example echo_client -- unix:@echo
//! ```

use berkeley::{Address, Kind, Protocol, Socket};
use std::io::{self, Write};
use std::time::Duration;
use std::{env, process};

fn main() {
    let Some(address) = env::args().nth(1) else {
        eprintln!(
            "usage: echo_client ADDRESS (127.0.0.1:7000, [::1]:7000, unix:/path, unix:@name)"
        );
        process::exit(2);
    };
    if let Err(error) = berkeley::block_on(talk(&address)) {
        eprintln!("echo_client: {address}: {error}");
        process::exit(1);
    }
}

async fn talk(address: &str) -> io::Result<()> {
    let address: Address = address.parse()?;
    let stream = Socket::new(address.family(), Kind::STREAM, Protocol::DEFAULT)?;
    // For every operation from here on, the connect included.
    stream.set_timeout(Some(Duration::from_secs(5)));
    stream.connect(address).await?;

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
    stream.close()
}
