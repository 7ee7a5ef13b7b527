//! Prints the frames of a network interface, those for other hosts too. Needs `CAP_NET_RAW`.
//! `cargo run --example sniffer -- eth0 10`

use berkeley::constant::EtherType;
use berkeley::{Interface, PacketSocket};
use std::{env, io, process};

fn main() {
    let mut arguments = env::args().skip(1);
    let interface = arguments.next().unwrap_or_else(|| "lo".to_owned());
    let count = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(u64::MAX);
    if let Err(error) = berkeley::block_on(sniff(&interface, count)) {
        eprintln!("sniffer: {interface}: {error}");
        process::exit(1);
    }
}

async fn sniff(name: &str, count: u64) -> io::Result<()> {
    let interface = Interface::from_name(name)?;
    let socket = PacketSocket::bind(interface, EtherType::ALL)?;
    // Until the socket is closed.
    socket.set_promiscuous(interface, true)?;
    socket.set_details(true)?;
    println!("listening on {name}");
    let mut bytes = [0; 65_536];
    for _ in 0..count {
        let frame = socket.recv_frame(&mut bytes).await?;
        let head: String = bytes[..frame.len.min(32)].iter().map(|b| format!("{b:02x}")).collect();
        let vlan = frame.vlan.map(|(tag, _)| format!(" vlan {}", tag & 0xFFF)).unwrap_or_default();
        println!("{:#06x}{vlan} {} bytes: {head}", frame.from.protocol, frame.whole_len);
    }
    let statistics = socket.statistics()?;
    println!("{} frames, {} lost", statistics.packets, statistics.drops);
    Ok(())
}
