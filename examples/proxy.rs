//! A TCP proxy: each connection is passed on to a service, by name.
//! `cargo run --release --example proxy -- [::]:8080 example.org:80`
//!
//! A connection that nothing moves on ends after a minute, in either state of it.

use berkeley::{ConnectOptions, TcpListener, TcpStream, relay};
use std::time::Duration;
use std::{env, io, process};

const CONNECT: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(60);

fn main() {
    let args: Vec<_> = env::args().skip(1).collect();
    let [address, service] = &args[..] else {
        eprintln!("proxy: write where to listen and whom to connect to: [::]:8080 example.org:80");
        process::exit(2);
    };
    if let Err(error) = berkeley::block_on(serve(address, service.as_str().into())) {
        eprintln!("proxy: {address}: {error}");
        process::exit(1);
    }
}

async fn serve(address: &str, service: std::rc::Rc<str>) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let mut incoming = listener.incoming().on_pause(|error| eprintln!("accept: {error}"));
    loop {
        let (client, peer) = incoming.next().await?;
        let service = service.clone();
        berkeley::spawn_local(async move {
            match pass_on(client, &service).await {
                Ok(line) => println!("{peer}: {line}"),
                Err(error) => println!("{peer}: {error}"),
            }
        });
    }
}

async fn pass_on(client: TcpStream, service: &str) -> io::Result<String> {
    let server = ConnectOptions::new().total_timeout(CONNECT).connect(service).await?;
    // Pieces of a conversation are not to wait for one another.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let moved = relay(&client, &server).idle_timeout(IDLE).await?;
    Ok(format!("{} bytes there, {} back", moved.a_to_b, moved.b_to_a))
}
