//! Asks a web server for a page and prints the first line of its answer: a connection by name, and
//! one deadline for all of it.
//!
//! ```text
//! cargo run --release --example http_get -- example.org
//! cargo run --release --example http_get -- localhost:8000
//! ```

use berkeley::connect::{Attempt, ConnectOptions};
use berkeley::{ConnectError, TcpStream};
use std::io;
use std::time::{Duration, Instant};
use std::{env, process};

const LIMIT: Duration = Duration::from_secs(10);

fn main() {
    let Some(host) = env::args().nth(1) else {
        eprintln!("usage: http_get HOST (example.org, localhost:8000, [::1]:8000)");
        process::exit(2);
    };
    if let Err(error) = berkeley::block_on(get(&host)) {
        eprintln!("http_get: {host}: {error}");
        process::exit(1);
    }
}

async fn get(host: &str) -> io::Result<()> {
    let end = Instant::now() + LIMIT;
    let stream = connect(host).await?;
    println!("connected to {}", stream.peer_addr()?);

    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.send_all(request.as_bytes()).deadline(end).await?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !answer.contains(&b'\n') && answer.len() < 65_536 {
        match stream.recv(&mut buffer).deadline(end).await? {
            0 => break,
            n => answer.extend_from_slice(&buffer[..n]),
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    println!("{}", answer.lines().next().unwrap_or("nothing"));
    Ok(())
}

/// Connects to the first address that answers, and tells of each that does not.
async fn connect(host: &str) -> io::Result<TcpStream> {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    let target = if has_port { host.to_owned() } else { format!("{host}:http") };
    let outcome = ConnectOptions::new().total_timeout(LIMIT).connect(&target).await;
    if let Err(ConnectError::Attempts(attempts)) = &outcome {
        for Attempt { address, error, .. } in attempts {
            eprintln!("{address}: {error}");
        }
        return Err(io::Error::other("no address of it answered"));
    }
    Ok(outcome?)
}
