//! An echo server on any TCP and Unix addresses: a task a connection, a listener a worker.
//! `cargo run --release --example echo_server -- [::]:7000 unix:@echo`
//!
//! `[::]` takes IPv4 and IPv6 both. Ctrl-C stops accepting, gives connections 3 s, and reports.

use berkeley::option::{ipv6, socket};
use berkeley::{Address, Family, Kind, Protocol, Runtime, Socket};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, io, process};

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

fn main() {
    let mut addresses: Vec<_> = env::args().skip(1).collect();
    if addresses.is_empty() {
        addresses.push("[::]:7000".to_owned());
    }
    if let Err(error) = serve(&addresses) {
        eprintln!("echo_server: {}: {error}", addresses.join(" "));
        process::exit(1);
    }
}

fn serve(addresses: &[String]) -> io::Result<()> {
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || stop.send(()).unwrap_or(())).map_err(io::Error::other)?;
    let runtime = Runtime::new()?;
    let mut accepting = Vec::new();
    for address in addresses {
        let first = listen(address.parse()?)?;
        let address = first.local_addr()?;
        // One for each worker shares the port, which the first may have chosen.
        let workers = if first.family() == Family::UNIX { 1 } else { runtime.workers() };
        let others = (1..workers).map(|_| listen(address)).collect::<io::Result<Vec<_>>>()?;
        accepting.extend(others.into_iter().chain([first]).map(|l| runtime.spawn(accept(l))));
        println!("listening on {address}");
    }
    stopped.recv().map_err(io::Error::other)?;
    accepting.iter().for_each(|task| task.abort());
    let unfinished = runtime.shutdown(Duration::from_secs(3));
    let (connections, bytes) = (CONNECTIONS.load(Relaxed), BYTES.load(Relaxed));
    println!("{connections} connections, {bytes} bytes, {unfinished} tasks unfinished");
    Ok(())
}

fn listen(address: Address) -> io::Result<Socket> {
    let listener = Socket::new(address.family(), Kind::STREAM, Protocol::DEFAULT)?;
    if address.family() != Family::UNIX {
        listener.set(socket::ReuseAddress, true)?;
        listener.set(socket::ReusePort, true)?;
    }
    if address.family() == Family::INET6 {
        listener.set(ipv6::V6Only, false)?;
    }
    listener.bind(address)?;
    listener.listen(1024)?;
    Ok(listener)
}

async fn accept(listener: Socket) -> io::Result<()> {
    let mut incoming = listener.incoming().on_pause(|error| eprintln!("accept: {error}"));
    loop {
        let (stream, _peer) = incoming.next().await?;
        CONNECTIONS.fetch_add(1, Relaxed);
        berkeley::spawn_local(echo(stream));
    }
}

async fn echo(stream: Socket) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    while let n @ 1.. = stream.recv(&mut buffer).timeout(Duration::from_secs(60)).await? {
        stream.send_all(&buffer[..n]).await?;
        BYTES.fetch_add(n as u64, Relaxed);
    }
    Ok(())
}
