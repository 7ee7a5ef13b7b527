//! Asks a host whether it is there, without privilege. `cargo run --example ping -- 127.0.0.1 3`

use berkeley::{Family, IcmpSocket, time};
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::time::Duration;
use std::{env, process};

const SECOND: Duration = Duration::from_secs(1);

fn main() {
    let mut arguments = env::args().skip(1);
    let host = arguments.next().unwrap_or_else(|| "127.0.0.1".to_owned());
    let count = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(3);
    if let Err(error) = berkeley::block_on(ping(&host, count)) {
        eprintln!("ping: {host}: {error}");
        process::exit(1);
    }
}

async fn ping(host: &str, count: u32) -> io::Result<()> {
    let ip: IpAddr = host.parse().map_err(io::Error::other)?;
    let family = if ip.is_ipv6() { Family::INET6 } else { Family::INET };
    let mut socket = IcmpSocket::new(family).map_err(|e| match e.kind() {
        ErrorKind::PermissionDenied => io::Error::other(
            "no group of yours is in net.ipv4.ping_group_range: set it to \"0 2147483647\"",
        ),
        _ => e,
    })?;
    socket.set_timeout(Some(SECOND));
    for number in 0..count {
        if number > 0 {
            time::sleep(SECOND).await;
        }
        match socket.ping(ip).await {
            Ok(taken) => println!("{ip}: {taken:.1?}"),
            Err(error) => println!("{ip}: {error}"),
        }
    }
    Ok(())
}
