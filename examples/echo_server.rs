//! An echo server on TCP and on a Unix socket, one task a connection, one listener a worker.
//!
//! ```text
//! cargo run --release --example echo_server -- [::]:7000 unix:@echo
//! ```
//!
//! `[::]` takes IPv4 and IPv6 both. Ctrl-C stops accepting, gives connections three seconds, and
//! reports.

use berkeley::option::{ipv6, socket};
use berkeley::{Address, Family, Kind, Protocol, Runtime, Socket, UnixListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, io};

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

fn main() -> io::Result<()> {
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || stop.send(()).unwrap_or(())).map_err(io::Error::other)?;
    let runtime = Runtime::new()?;

    let mut arguments = env::args().skip(1);
    let asked: Address = arguments.next().as_deref().unwrap_or("[::]:7000").parse()?;
    // The first takes the port; the others, one a worker, share it.
    let mut listeners = vec![listen(asked)?];
    let address = listeners[0].local_addr()?;
    for _ in 1..if asked.family() == Family::UNIX { 1 } else { runtime.workers() } {
        listeners.push(listen(address)?);
    }
    println!("listening on {address}");
    for path in arguments {
        listeners.push(UnixListener::bind(&path)?.into_socket());
        println!("listening on {path}");
    }
    let accepting: Vec<_> = listeners.into_iter().map(|l| runtime.spawn(accept(l))).collect();

    stopped.recv().map_err(io::Error::other)?;
    accepting.iter().for_each(|task| task.abort());
    let unfinished = runtime.shutdown(Duration::from_secs(3));
    let (connections, bytes) = (CONNECTIONS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
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
        CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        berkeley::spawn_local(echo(stream));
    }
}

async fn echo(stream: Socket) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let n = stream.recv(&mut buffer).timeout(Duration::from_secs(60)).await?;
        if n == 0 {
            return Ok(());
        }
        stream.send_all(&buffer[..n]).await?;
        BYTES.fetch_add(n as u64, Ordering::Relaxed);
    }
}
