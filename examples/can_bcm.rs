//! The broadcast manager of CAN: the kernel sends a frame again and again, and tells when those of
//! another node change or stay away. `cargo run --release --example can_bcm -- vcan0 [COUNT]`

use berkeley::Interface;
use berkeley::can::{BcmFrames, BcmOpcode, CanFrame, CanId};
use berkeley::net::CanBcm;
use std::time::Duration;
use std::{env, io, process};

fn main() {
    let mut arguments = env::args().skip(1);
    let bus = arguments.next().unwrap_or_else(|| "vcan0".to_owned());
    let count = arguments.next().map_or(usize::MAX, |count| count.parse().unwrap_or(1));
    if let Err(error) = berkeley::block_on(manage(&bus, count)) {
        eprintln!("can_bcm: {bus}: {error}");
        process::exit(1);
    }
}

async fn manage(bus: &str, count: usize) -> io::Result<()> {
    let manager = CanBcm::open(Interface::from_name(bus)?)?;

    // Every 100 ms, until this program ends.
    let alive = CanFrame::new(CanId::standard(0x123)?, b"alive")?;
    manager.repeat(Duration::from_millis(100), vec![alive]).await?;

    // Frames of 0x200 whose first byte is another than the last time, or none for a second.
    let mask = CanFrame::new(CanId::standard(0x200)?, b"\xff")?;
    manager.watch(Duration::from_secs(1), vec![mask]).await?;
    println!("watching {bus}");
    for _ in 0..count {
        let told = manager.recv_message().await?;
        match (told.opcode, told.frames) {
            (BcmOpcode::RX_CHANGED, BcmFrames::Classic(frames)) => {
                frames.iter().for_each(|frame| println!("changed: {frame}"));
            }
            (BcmOpcode::RX_TIMEOUT, _) => println!("silent for a second"),
            other => println!("{other:?}"),
        }
    }
    Ok(())
}
