//! SAE J1939, the network of trucks and tractors: Documentation/networking/j1939.rst of the kernel.

use super::open;
use crate::control::{RecvBuffer, j1939};
use crate::driver::Done;
use crate::net::typed::typed_sockets;
use crate::op::{Attempt, Op};
use crate::{Interest, Interface, MsgFlags};
use berkeley_core::address::CanAddress;
use berkeley_core::{self as core, Kind, Protocol};
use std::io::{self, IoSliceMut};

typed_sockets! {
    /// A control unit of J1939: `CAN_J1939`. It sends by [`send_to`](crate::Socket::send_to) to a
    /// [`CanAddress::J1939`], which has the parameter group.
    ///
    /// ```no_run
    /// use berkeley::Interface;
    /// use berkeley::address::CanAddress;
    /// use berkeley::net::CanJ1939;
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let bus = Interface::from_name("can0")?;
    /// let unit = CanJ1939::open(bus, CanAddress::J1939_NO_NAME, 0x20)?;
    /// let name = CanAddress::J1939_NO_NAME;
    /// let to = CanAddress::J1939 { interface: bus, name, pgn: 0xEF00, addr: 0x30 };
    /// unit.send_to(b"a message", to).await?;
    /// let mut buffer = [0; 1785];
    /// let message = unit.recv_message(&mut buffer).await?;
    /// println!("{} bytes from {}", message.len, message.from);
    /// # Ok(())
    /// # }
    /// ```
    CanJ1939: DGRAM of CAN, CanAddress, CAN_J1939;
}

/// A message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct J1939Message {
    /// How many bytes of it are in the buffer.
    pub len: usize,
    /// Whether it was longer than the buffer, and its end is lost.
    pub is_truncated: bool,
    /// Who sent it, and its parameter group.
    pub from: CanAddress,
    /// The address that it was sent to; none of a broadcast.
    pub to: Option<u8>,
    /// The name that it was sent to, where it has one.
    pub to_name: Option<u64>,
    /// Its priority, 0 (highest) to 7.
    pub priority: Option<u8>,
}

impl CanJ1939 {
    /// A control unit with a name, or [`CanAddress::J1939_NO_NAME`], at an address. It receives what
    /// is sent there, and broadcasts once [`Broadcast`](crate::option::socket::Broadcast) is set.
    ///
    /// # Errors
    /// `ENODEV` for an interface that is no CAN bus, `EAFNOSUPPORT` or `EPROTONOSUPPORT` where the
    /// kernel has no J1939.
    pub fn open(bus: Interface, name: u64, addr: u8) -> io::Result<Self> {
        let socket = open(Kind::DGRAM, Protocol::CAN_J1939)?;
        let pgn = CanAddress::J1939_NO_PGN;
        socket.bind(CanAddress::J1939 { interface: bus, name, pgn, addr })?;
        Ok(Self(socket))
    }

    /// Receives one message, which may have up to 1,785 bytes, or 117 million by the extended
    /// transport, and what the kernel says of it.
    ///
    /// # Errors
    /// `NetworkDown`, once, when the bus went down.
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_message<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = J1939Message, Error = io::Error> + Unpin + use<'a>> {
        self.0.operation(Interest::Readable, move |socket: &core::Socket| {
            receive(socket, buffer).map(Done::new)
        })
    }
}

fn receive(socket: &core::Socket, buffer: &mut [u8]) -> io::Result<J1939Message> {
    let mut control = RecvBuffer::with_capacity(128);
    let buffers = &mut [IoSliceMut::new(buffer)];
    let received = socket.recv_msg(buffers, &mut control, MsgFlags::empty())?;
    Ok(J1939Message {
        len: received.len,
        is_truncated: received.is_truncated(),
        from: crate::socket::Spoken::read(received.from)?,
        to: control.get::<j1939::DestinationAddress>().map(|to| to.0),
        to_name: control.get::<j1939::DestinationName>().map(|to| to.0),
        priority: control.get::<j1939::Priority>().map(|priority| priority.0),
    })
}
