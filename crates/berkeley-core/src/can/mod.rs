//! What goes over a CAN bus: frames, and the messages of the broadcast manager. Pure values, as
//! the bytes that sockets of [`Family::CAN`](crate::Family::CAN) send and receive.
//!
//! | file | what |
//! |---|---|
//! | `id.rs` | identifiers, and the classes of errors |
//! | `frame.rs` | frames of up to 8 bytes (CAN) and up to 64 (CAN FD) |
//! | `bcm.rs` | what is said to and by the broadcast manager |
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
