//! Frames on a CAN bus without async: shows what comes, sends it back, and sends one of its own.
//! `cargo run --release --example can_raw_sync -- vcan0 [COUNT]`

use berkeley_core::address::CanAddress;
use berkeley_core::can::{CanFrame, CanId};
use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
use std::{env, io, process};

fn main() {
    let mut arguments = env::args().skip(1);
    let bus = arguments.next().unwrap_or_else(|| "vcan0".to_owned());
    let count = arguments.next().map_or(usize::MAX, |count| count.parse().unwrap_or(1));
    if let Err(error) = echo(&bus, count) {
        eprintln!("can_raw_sync: {bus}: {error}");
        process::exit(1);
    }
}

fn echo(bus: &str, count: usize) -> io::Result<()> {
    let socket = Socket::new(Family::CAN, Kind::RAW, Protocol::CAN_RAW)?;
    socket.bind(CanAddress::bus(Interface::from_name(bus)?))?;
    println!("listening on {bus}");
    let mut bytes = [0; CanFrame::SIZE];
    for _ in 0..count {
        let n = socket.recv(&mut bytes)?;
        let frame = CanFrame::decode(&bytes[..n])?;
        println!("received {:x}: {:02x?}", frame.id().number(), frame.data());
        // A full queue is told; the next frame may go.
        let own = CanFrame::new(CanId::standard(1)?, b"\x01\x02\x03")?;
        for sent in [frame, own] {
            if let Err(error) = socket.send(&sent.encode()) {
                eprintln!("sending {sent}: {error}");
            }
        }
    }
    Ok(())
}
