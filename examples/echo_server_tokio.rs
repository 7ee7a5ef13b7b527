//! `echo_server` inside tokio: the same sockets, with tokio's tasks, timers and reactor.
//! `cargo run --release --example echo_server_tokio -- [::]:7000 unix:@echo`

use berkeley::option::{ipv6, socket};
use berkeley::{Address, Family, Kind, Protocol, Socket};
use std::{env, io, process, time::Duration};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let mut addresses: Vec<_> = env::args().skip(1).collect();
    if addresses.is_empty() {
        addresses.push("[::]:7000".to_owned());
    }
    if let Err(error) = serve(&addresses).await {
        eprintln!("echo_server_tokio: {}: {error}", addresses.join(" "));
        process::exit(1);
    }
}

async fn serve(addresses: &[String]) -> io::Result<()> {
    let (accepted, mut incoming) = mpsc::channel(64);
    let mut accepting = JoinSet::new();
    for address in addresses {
        let listener = listen(address.parse()?)?;
        println!("listening on {}", listener.local_addr()?);
        accepting.spawn(accept(listener, accepted.clone()));
    }
    let (mut served, mut bytes) = (0, 0);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(stream) = incoming.recv() => { connections.spawn(echo(stream)); }
            Some(Ok(count)) = connections.join_next() => { served += 1; bytes += count; }
            ended = tokio::signal::ctrl_c() => break ended?,
        }
    }
    accepting.abort_all();
    let drain = async {
        while let Some(Ok(count)) = connections.join_next().await {
            (served, bytes) = (served + 1, bytes + count);
        }
    };
    tokio::time::timeout(Duration::from_secs(3), drain).await.unwrap_or(());
    println!("{served} connections, {bytes} bytes, {} tasks unfinished", connections.len());
    Ok(())
}

fn listen(address: Address) -> io::Result<Socket> {
    let listener = Socket::new(address.family(), Kind::STREAM, Protocol::DEFAULT)?;
    if address.family() != Family::UNIX {
        listener.set(socket::ReuseAddress, true)?;
    }
    if address.family() == Family::INET6 {
        listener.set(ipv6::V6Only, false)?;
    }
    listener.bind(address)?;
    listener.listen(1024)?;
    Ok(listener)
}

async fn accept(listener: Socket, accepted: mpsc::Sender<Socket>) -> io::Result<()> {
    let mut incoming = listener.incoming().on_pause(|error| eprintln!("accept: {error}"));
    while accepted.send(incoming.next().await?.0).await.is_ok() {}
    Ok(())
}

/// Sends back all that comes, and returns how many bytes that was.
async fn echo(stream: Socket) -> u64 {
    let (mut buffer, mut bytes) = (vec![0; 16 * 1024], 0);
    while let Ok(n @ 1..) = stream.recv(&mut buffer).timeout(Duration::from_secs(60)).await {
        if stream.send_all(&buffer[..n]).await.is_err() {
            break;
        }
        bytes += n as u64;
    }
    bytes
}
