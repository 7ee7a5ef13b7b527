//! What goes over a CAN bus: frames, and the messages of the broadcast manager. Pure values, as
//! the bytes that sockets of [`Family::CAN`](crate::Family::CAN) send and receive.
//!
//! | file | what |
//! |---|---|
//! | `id.rs` | identifiers, and the classes of errors |
//! | `frame.rs` | frames of up to 8 bytes (CAN) and up to 64 (CAN FD) |
//! | `bcm.rs` | what is said to and by the broadcast manager |
//!
//! ```no_run
//! use berkeley_core::address::CanAddress;
//! use berkeley_core::can::{CanFrame, CanId};
//! use berkeley_core::option::can::{CanFilter, Filters};
//! use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
//!
//! # fn main() -> std::io::Result<()> {
//! let socket = Socket::new(Family::CAN, Kind::RAW, Protocol::CAN_RAW)?;
//! socket.bind(CanAddress::bus(Interface::from_name("can0")?))?; // or "can:can0"
//! let answers = CanId::standard(0x7E8)?;
//! socket.set(Filters, &[CanFilter::exactly(answers)])?;
//!
//! socket.send(&CanFrame::new(CanId::standard(0x7DF)?, b"\x02\x01\x0c")?.encode())?;
//! let mut bytes = [0; CanFrame::SIZE];
//! let n = socket.recv(&mut bytes)?;
//! println!("{:?}", CanFrame::decode(&bytes[..n])?);
//! # Ok(())
//! # }
//! ```
//!
//! # Platforms
//! Linux: Documentation/networking/can.rst of the kernel.

mod bcm;
mod frame;
mod id;

pub use bcm::{BcmFlags, BcmFrames, BcmMessage, BcmOpcode};
pub use frame::{CanAnyFrame, CanFdFlags, CanFdFrame, CanFrame};
pub use id::{CanErrors, CanId};

use std::io;

fn invalid_data(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn invalid_input(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
