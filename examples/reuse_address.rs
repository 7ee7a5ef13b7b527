//! Why servers set `SO_REUSEADDR`: who ends a connection first keeps its address for a minute, in the
//! state TIME_WAIT, and a server that starts anew could not have its port.
//! `cargo run --example reuse_address`

use berkeley::option::socket::ReuseAddress;
use berkeley::{Family, Kind, ListenOptions, Protocol, Shutdown, Socket, TcpStream};
use std::io;
use std::net::SocketAddr;

fn main() -> io::Result<()> {
    berkeley::block_on(async {
        let address = end_a_connection().await?;

        let plain = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP)?;
        match plain.bind(address) {
            Ok(()) => println!("without SO_REUSEADDR: bound"),
            Err(error) => println!("without SO_REUSEADDR: {error}"),
        }
        let reuses = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP)?;
        reuses.set(ReuseAddress, true)?;
        reuses.bind(address)?;
        println!("with SO_REUSEADDR: bound");
        drop(reuses);

        // Sets it by itself.
        let listener = ListenOptions::new().listen(address).await?;
        println!("ListenOptions: listening on {}", listener.local_addr()?);
        Ok(())
    })
}

/// The address of a server that has ended a connection, and closed everything.
async fn end_a_connection() -> io::Result<SocketAddr> {
    let listener = ListenOptions::new().listen("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let client = TcpStream::connect(address).await?;
    let (served, _) = listener.accept().await?;
    served.shutdown(Shutdown::Write)?;
    client.recv(&mut [0]).await?;
    client.shutdown(Shutdown::Write)?;
    served.recv(&mut [0]).await?;
    Ok(address)
}
