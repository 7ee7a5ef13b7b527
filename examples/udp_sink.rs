//! Receives datagrams, many at once where the kernel puts them together (GRO), and says each second
//! how many. `cargo run --release --example udp_sink -- [::]:7000 10`

use berkeley::UdpSocket;
use berkeley::net::udp::Details;
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use std::{env, io, process};

const SECOND: Duration = Duration::from_secs(1);

fn main() {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "[::]:7000".to_owned());
    let seconds = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(u64::MAX);
    if let Err(error) = berkeley::block_on(sink(&address, seconds)) {
        eprintln!("udp_sink: {address}: {error}");
        process::exit(1);
    }
}

async fn sink(address: &str, seconds: u64) -> io::Result<()> {
    let socket = UdpSocket::bind(address).await?;
    socket.set_details(Details::SEGMENTS)?;
    println!("listening on {}", socket.local_addr()?);
    let mut buffer = vec![0; 65_536];
    for _ in 0..seconds {
        let end = Instant::now() + SECOND;
        let (mut receives, mut datagrams, mut bytes) = (0_u64, 0, 0);
        loop {
            match socket.recv_datagram(&mut buffer).deadline(end).await {
                Ok(came) => {
                    receives += 1;
                    datagrams += came.segments(&buffer).count();
                    bytes += came.len;
                }
                Err(e) if e.kind() == ErrorKind::TimedOut => break,
                Err(e) => return Err(e),
            }
            if Instant::now() >= end {
                break;
            }
        }
        println!("{datagrams} datagrams, {bytes} bytes, {receives} receives");
    }
    Ok(())
}
