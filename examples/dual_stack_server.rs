//! Tells each client its address, over IPv4 and IPv6: by one listener, or by two on systems where
//! one cannot do both. `cargo run --release --example dual_stack_server -- 7000`

use berkeley::{Connections, Family, ListenOptions, Server, TcpListener, has_dualstack_ipv6};
use std::net::SocketAddr;
use std::{env, io, process, time::Duration};

fn main() {
    let port = env::args().nth(1).unwrap_or_else(|| "7000".to_owned());
    if let Err(error) = berkeley::block_on(serve(&port)) {
        eprintln!("dual_stack_server: {error}");
        process::exit(1);
    }
}

async fn serve(port: &str) -> io::Result<()> {
    let (options, connections) = (ListenOptions::new(), Connections::limited(1_000));
    // No host is every interface.
    let v6 = options.clone().family(Family::INET6);
    if has_dualstack_ipv6() {
        let both = v6.dualstack_ipv6(true).listen(("", port)).await?;
        println!("listening on {}", both.local_addr()?);
        return accept(connections.serve(both)).await;
    }
    let v4 = options.listen(("", port)).await?;
    let v6 = v6.listen(("", v4.local_addr()?.port())).await?;
    println!("listening on {} and {}", v4.local_addr()?, v6.local_addr()?);
    berkeley::spawn_local(accept(connections.serve(v4)));
    accept(connections.serve(v6)).await
}

async fn accept(mut server: Server<TcpListener>) -> io::Result<()> {
    while let Some((stream, peer)) = server.next().await? {
        // Of IPv4, it comes as ::ffff:192.0.2.1.
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        berkeley::spawn_local(async move {
            stream.send_all(format!("you are {peer}\n").as_bytes()).await?;
            // Ends the connection when the client has all of it.
            stream.finish().timeout(Duration::from_secs(5)).await
        });
    }
    Ok(())
}
