//! ISO 15765-2: messages longer than a frame, between two identifiers.

use super::open;
use crate::can::CanId;
use crate::driver::Done;
use crate::net::typed::typed_sockets;
use crate::op::{Attempt, Op};
use crate::{Interest, Interface, Socket};
use berkeley_core::address::CanAddress;
use berkeley_core::{self as core, Kind, Protocol};
use std::io;

typed_sockets! {
    /// A channel of ISO-TP: `CAN_ISOTP`. Messages go by [`send`](Socket::send), and are whole.
    ///
    /// ```no_run
    /// use berkeley::Interface;
    /// use berkeley::can::CanId;
    /// use berkeley::net::CanIsoTp;
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let (from, to) = (CanId::standard(0x7E8)?, CanId::standard(0x7E0)?);
    /// let unit = CanIsoTp::open(Interface::from_name("can0")?, from, to)?;
    /// unit.send(b"\x09\x02").await?; // The number of the vehicle.
    /// let mut answer = Vec::new();
    /// let n = unit.recv_message(&mut answer).await?;
    /// println!("{:?}", &answer[..n]);
    /// # Ok(())
    /// # }
    /// ```
    CanIsoTp: DGRAM of CAN, CanAddress, CAN_ISOTP;
}

/// What a message has by the first edition of the standard, at most.
const ROOM: usize = 4_095;

impl CanIsoTp {
    /// A channel that receives what has the identifier `rx`, and sends with `tx`.
    ///
    /// # Errors
    /// `ENODEV` for an interface that is no CAN bus, `AddrNotAvailable` for identifiers that cannot
    /// be, `EAFNOSUPPORT` or `EPROTONOSUPPORT` where the kernel has no ISO-TP.
    pub fn open(bus: Interface, rx: CanId, tx: CanId) -> io::Result<Self> {
        Self::open_with(bus, rx, tx, |_| Ok(()))
    }

    /// The same with [options](crate::option::isotp), which have to be set before it is bound.
    ///
    /// # Errors
    /// As [`open`](Self::open), and those of `set_up`.
    pub fn open_with(
        bus: Interface,
        rx: CanId,
        tx: CanId,
        set_up: impl FnOnce(&Socket) -> io::Result<()>,
    ) -> io::Result<Self> {
        let socket = open(Kind::DGRAM, Protocol::CAN_ISOTP)?;
        set_up(&socket)?;
        socket.bind(CanAddress::IsoTp { interface: bus, rx: rx.raw(), tx: tx.raw() })?;
        Ok(Self(socket))
    }

    /// Receives one message whole, and returns how long it is. The buffer grows to hold it.
    ///
    /// # Errors
    /// `TimedOut` with its errno (`ETIMEDOUT`) when the rest of a message does not come, or a
    /// receiver says nothing; `EILSEQ` when a part is missing. `InvalidData` when another task
    /// received at the same time, and a message was cut.
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_message<'a>(
        &'a self,
        buffer: &'a mut Vec<u8>,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.0.operation(Interest::Readable, move |socket: &core::Socket| {
            let received = crate::net::recv_whole(socket, buffer, ROOM)?;
            if received.is_truncated() {
                let cut = "a message was cut: receive in one task alone";
                return Err(io::Error::new(io::ErrorKind::InvalidData, cut));
            }
            Ok(Done::new(received.len))
        })
    }
}
