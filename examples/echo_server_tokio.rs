//! `echo_server` inside tokio: the same sockets, with tokio's tasks, timers and reactor.
//! `cargo run --release --example echo_server_tokio -- [::]:7000 unix:@echo`

use berkeley::{Address, Connections, Family, ListenOptions, Listener, Server};
use berkeley::{Socket, UnixListenOptions, has_dualstack_ipv6};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::{env, io, process, time::Duration};

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

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
    let connections = Connections::limited(10_000);
    for address in addresses {
        let address = match address.parse()? {
            Address::Unix(unix) => {
                let listener = UnixListenOptions::new().remove_stale(true).listen(unix)?;
                tokio::spawn(accept(connections.serve(listener)));
                Address::from(unix)
            }
            address => {
                let both = address.family() == Family::INET6 && has_dualstack_ipv6();
                let options = ListenOptions::new().dualstack_ipv6(both);
                let listener = options.listen(address).await?;
                let address = listener.local_addr()?.into();
                tokio::spawn(accept(connections.serve(listener)));
                address
            }
        };
        println!("listening on {address}");
    }
    tokio::signal::ctrl_c().await?;
    let reset = connections.drain(Duration::from_secs(3)).await;
    let (served, bytes) = (CONNECTIONS.load(Relaxed), BYTES.load(Relaxed));
    println!("{served} connections, {bytes} bytes, {reset} connections reset");
    Ok(())
}

async fn accept<L>(server: Server<L>) -> io::Result<()>
where
    L: Listener<Stream: Send + Sync + 'static, Address: Send> + Send + Sync,
{
    let mut server = server.on_pause(|error| eprintln!("accept: {error}"));
    while let Some((stream, _peer)) = server.next().await? {
        CONNECTIONS.fetch_add(1, Relaxed);
        tokio::spawn(echo(stream));
    }
    Ok(())
}

async fn echo(stream: impl AsRef<Socket>) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let recv = stream.as_ref().recv(&mut buffer).timeout(Duration::from_secs(60));
        let n = recv.await?;
        if n == 0 {
            return Ok(());
        }
        stream.as_ref().send_all(&buffer[..n]).await?;
        BYTES.fetch_add(n as u64, Relaxed);
    }
}
