//! Frames on a CAN bus: shows what comes, sends it back, and sends one of its own.
//! `cargo run --release --example can_raw -- vcan0 [COUNT]`

use berkeley::Interface;
use berkeley::can::{CanFrame, CanId};
use berkeley::net::CanSocket;
use std::{env, io, process};

fn main() {
    let mut arguments = env::args().skip(1);
    let bus = arguments.next().unwrap_or_else(|| "vcan0".to_owned());
    let count = arguments.next().map_or(usize::MAX, |count| count.parse().unwrap_or(1));
    if let Err(error) = berkeley::block_on(echo(&bus, count)) {
        eprintln!("can_raw: {bus}: {error}");
        process::exit(1);
    }
}

async fn echo(bus: &str, count: usize) -> io::Result<()> {
    let socket = CanSocket::open(Interface::from_name(bus)?)?;
    println!("listening on {bus}");
    for _ in 0..count {
        let frame = socket.recv_frame().await?;
        println!("received {:x}: {:02x?}", frame.id().number(), frame.data());
        // A full queue is told; the next frame may go.
        if let Err(error) = socket.send_frame(frame).await {
            eprintln!("sending it back: {error}");
        }
        let own = CanFrame::new(CanId::standard(1)?, b"\x01\x02\x03")?;
        if let Err(error) = socket.send_frame(own).await {
            eprintln!("sending: {error}");
        }
    }
    Ok(())
}
