//! CAN: Documentation/networking/can.rst of the kernel. Frames, the broadcast manager, and two
//! transports of longer messages.
//!
//! Frames, identifiers and messages of the broadcast manager are in [`crate::can`].
//!
//! # Platforms
//! Linux.

mod bcm;
mod isotp;
mod j1939;
mod raw;

pub use bcm::CanBcm;
pub use isotp::CanIsoTp;
pub use j1939::{CanJ1939, J1939Message};
pub use raw::{CanReceived, CanSocket};

use crate::Socket;
use berkeley_core::{Family, Kind, Protocol};
use std::io;

fn open(kind: Kind, protocol: Protocol) -> io::Result<Socket> {
    Socket::new(Family::CAN, kind, protocol)
}
