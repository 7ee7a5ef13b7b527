//! Why servers set `SO_REUSEADDR`, without async: see `reuse_address`.
//! `cargo run --example reuse_address_sync`

use berkeley_core::option::socket::ReuseAddress;
use berkeley_core::{
    Address, ConnectOptions, Family, Kind, ListenOptions, Protocol, Shutdown, Socket,
};
use std::io;

fn main() -> io::Result<()> {
    let address = end_a_connection()?;

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
    let listener = ListenOptions::new().listen(address)?;
    println!("ListenOptions: listening on {}", listener.local_addr()?);
    Ok(())
}

/// The address of a server that has ended a connection, and closed everything.
fn end_a_connection() -> io::Result<Address> {
    let listener = ListenOptions::new().listen("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let client = ConnectOptions::new().connect(address)?;
    let (served, _) = listener.accept()?;
    served.shutdown(Shutdown::Write)?;
    client.recv(&mut [0])?;
    client.shutdown(Shutdown::Write)?;
    served.recv(&mut [0])?;
    Ok(address)
}
