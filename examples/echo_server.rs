//! An echo server on any TCP and Unix addresses: a listener a worker, a task a connection, and 10,000
//! connections at most. `cargo run --release --example echo_server -- [::]:7000 unix:@echo`
//!
//! `[::]` takes IPv4 and IPv6 both. Ctrl-C stops accepting, gives connections 3 s, resets those that
//! are left, and reports.

use berkeley::{Address, Connections, Family, ListenOptions, Listener, Runtime, Server};
use berkeley::{Socket, UnixListenOptions, has_dualstack_ipv6};
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
    let (runtime, connections) = (Runtime::new()?, Connections::limited(10_000));
    for address in addresses {
        let address = match address.parse()? {
            Address::Unix(unix) => {
                let listener = UnixListenOptions::new().remove_stale(true).listen(unix)?;
                runtime.spawn(accept(connections.serve(listener)));
                Address::from(unix)
            }
            address => {
                let both = address.family() == Family::INET6 && has_dualstack_ipv6();
                let options = ListenOptions::new().dualstack_ipv6(both);
                let shards = options.listen_sharded(address, runtime.workers());
                let shards = runtime.block_on(shards)?;
                let address = shards[0].local_addr()?.into();
                for listener in shards {
                    runtime.spawn(accept(connections.serve(listener)));
                }
                address
            }
        };
        println!("listening on {address}");
    }
    stopped.recv().map_err(io::Error::other)?;
    let reset = runtime.block_on(connections.drain(Duration::from_secs(3)));
    let (served, bytes) = (CONNECTIONS.load(Relaxed), BYTES.load(Relaxed));
    println!("{served} connections, {bytes} bytes, {reset} connections reset");
    Ok(())
}

async fn accept<L: Listener<Stream: 'static>>(server: Server<L>) -> io::Result<()> {
    let mut server = server.on_pause(|error| eprintln!("accept: {error}"));
    while let Some((stream, _peer)) = server.next().await? {
        CONNECTIONS.fetch_add(1, Relaxed);
        berkeley::spawn_local(echo(stream));
    }
    Ok(())
}

async fn echo(stream: impl AsRef<Socket>) -> io::Result<()> {
    let (stream, mut buffer) = (stream.as_ref(), vec![0; 16 * 1024]);
    while let n @ 1.. = stream.recv(&mut buffer).timeout(Duration::from_secs(60)).await? {
        stream.send_all(&buffer[..n]).await?;
        BYTES.fetch_add(n as u64, Relaxed);
    }
    Ok(())
}
