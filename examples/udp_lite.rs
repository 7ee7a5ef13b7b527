//! A datagram of UDP-Lite whose checksum covers its first four bytes alone.
//! `cargo run --example udp_lite`

use berkeley::UdpSocket;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

const HEADER: u16 = 8;

fn main() {
    if let Err(error) = berkeley::block_on(run()) {
        println!("no UDP-Lite here: {error}");
    }
}

async fn run() -> io::Result<()> {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (sender, receiver) = (UdpSocket::bind_lite(here)?, UdpSocket::bind_lite(here)?);
    sender.set_checksum_coverage(HEADER + 4)?;
    receiver.set_least_checksum_coverage(HEADER + 4)?;
    sender.send_to(b"head, and a body that may have errors", receiver.local_addr()?).await?;
    let mut buffer = [0; 1500];
    let (n, from) = receiver.recv_from(&mut buffer).await?;
    println!("{n} bytes from {}, of which 4 are checked", from.ip());
    Ok(())
}
