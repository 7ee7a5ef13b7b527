//! Frames.

use super::open;
use crate::can::{CanAnyFrame, CanFdFrame};
use crate::control::{Drops, RecvBuffer, Timestamp, TimestampNs};
use crate::driver::Done;
use crate::net::typed::typed_sockets;
use crate::op::{Attempt, Op};
use crate::{Interest, Interface, MsgFlags};
use berkeley_core::address::CanAddress;
use berkeley_core::{self as core, Kind, Protocol};
use std::io::{self, IoSliceMut};
use std::time::SystemTime;

typed_sockets! {
    /// Sends and receives CAN frames: `CAN_RAW`.
    ///
    /// Frames of CAN FD come and go once [`FdFrames`](crate::option::can::FdFrames) is set. Which
    /// frames come, and which errors as frames, is said by
    /// [`Filters`](crate::option::can::Filters) and
    /// [`ErrorFilter`](crate::option::can::ErrorFilter), and whether its own come back by
    /// [`ReceiveOwn`](crate::option::can::ReceiveOwn).
    ///
    /// ```no_run
    /// use berkeley::Interface;
    /// use berkeley::can::{CanFrame, CanId};
    /// use berkeley::net::CanSocket;
    /// use berkeley::option::can::{CanFilter, Filters};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let socket = CanSocket::open(Interface::from_name("can0")?)?;
    /// socket.set(Filters, &[CanFilter::exactly(CanId::standard(0x7E8)?)])?;
    /// socket.send_frame(CanFrame::new(CanId::standard(0x7DF)?, b"\x02\x01\x0c")?).await?;
    /// let answer = socket.recv_frame().await?;
    /// println!("{:?}: {:?}", answer.id(), answer.data());
    /// # Ok(())
    /// # }
    /// ```
    CanSocket: RAW of CAN, CanAddress, CAN_RAW;
}

/// A frame that came, and what the kernel says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CanReceived {
    /// The frame.
    pub frame: CanAnyFrame,
    /// The bus that it came by.
    pub bus: Interface,
    /// Whether a program of this machine sent it: `MSG_DONTROUTE`.
    pub is_local: bool,
    /// Whether this socket sent it, and it has been on the bus: `MSG_CONFIRM`.
    pub is_own: bool,
    /// When it came, if [`Timestamp`](crate::option::socket::Timestamp) or
    /// [`TimestampNanoseconds`](crate::option::socket::TimestampNanoseconds) is set.
    pub time: Option<SystemTime>,
    /// How many frames this socket has lost since it was made, for want of room, if
    /// [`ReceiveDrops`](crate::option::socket::ReceiveDrops) is set.
    pub lost: Option<u32>,
}

/// Room for one byte more than the longest frame, so that what is longer is seen to be none.
const ROOM: usize = CanFdFrame::SIZE + 1;

impl CanSocket {
    /// A socket on a bus, or on all of them ([`Interface::ANY`]).
    ///
    /// # Errors
    /// `ENODEV` for an interface that is no CAN bus, `EAFNOSUPPORT` or `EPROTONOSUPPORT` where the
    /// kernel has no CAN.
    pub fn open(bus: Interface) -> io::Result<Self> {
        let socket = open(Kind::RAW, Protocol::CAN_RAW)?;
        socket.bind(CanAddress::bus(bus))?;
        Ok(Self(socket))
    }

    /// Sends a frame: write(2).
    ///
    /// # Errors
    /// `ENOBUFS` when the queue of the interface is full, which no event ends: try again a little
    /// later, or give the interface a longer one (`ip link set can0 txqueuelen 1000`).
    /// `NetworkDown`, once, when the bus went down; `ENXIO` on a socket of all buses; `InvalidInput`
    /// (`EINVAL`) for a frame of CAN FD that the socket was not set up for or the bus cannot carry.
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_frame(
        &self,
        frame: impl Into<CanAnyFrame>,
    ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin> {
        let frame = frame.into();
        self.0.operation(Interest::Writable, move |socket: &core::Socket| {
            let mut room = [0; CanFdFrame::SIZE];
            socket.send(frame.encode(&mut room)).map(|_| Done::new(()))
        })
    }

    /// Sends a frame to a bus: sendto(2), for a socket of all of them.
    ///
    /// # Errors
    /// As [`send_frame`](Self::send_frame); `ENXIO` for an interface that is not there.
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_frame_to(
        &self,
        frame: impl Into<CanAnyFrame>,
        bus: Interface,
    ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin> {
        let frame = frame.into();
        self.0.operation(Interest::Writable, move |socket: &core::Socket| {
            let mut room = [0; CanFdFrame::SIZE];
            let to = CanAddress::bus(bus);
            socket.send_to(frame.encode(&mut room), to).map(|_| Done::new(()))
        })
    }

    /// Receives a frame: read(2).
    ///
    /// # Errors
    /// `NetworkDown`, once, when the bus went down; `InvalidData` for what is no frame of up to 64
    /// bytes.
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_frame(
        &self,
    ) -> Op<'_, impl Attempt<Output = CanAnyFrame, Error = io::Error> + Unpin> {
        self.0.operation(Interest::Readable, |socket: &core::Socket| {
            let mut bytes = [0; ROOM];
            let n = socket.recv(&mut bytes)?;
            CanAnyFrame::decode(&bytes[..n]).map(Done::new)
        })
    }

    /// Receives a frame, and what the kernel says of it: recvmsg(2).
    ///
    /// # Errors
    /// As [`recv_frame`](Self::recv_frame).
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_can(
        &self,
    ) -> Op<'_, impl Attempt<Output = CanReceived, Error = io::Error> + Unpin> {
        self.0.operation(Interest::Readable, |socket: &core::Socket| receive(socket).map(Done::new))
    }

    /// Sends a frame if that can be done at once.
    ///
    /// # Errors
    /// As [`send_frame`](Self::send_frame); `WouldBlock`.
    pub fn try_send_frame(&self, frame: impl Into<CanAnyFrame>) -> io::Result<()> {
        let mut room = [0; CanFdFrame::SIZE];
        self.0.try_send(frame.into().encode(&mut room)).map(drop)
    }

    /// Receives a frame if there is one.
    ///
    /// # Errors
    /// As [`recv_frame`](Self::recv_frame); `WouldBlock`.
    pub fn try_recv_frame(&self) -> io::Result<CanAnyFrame> {
        let mut bytes = [0; ROOM];
        let n = self.0.try_recv(&mut bytes)?;
        CanAnyFrame::decode(&bytes[..n])
    }
}

fn receive(socket: &core::Socket) -> io::Result<CanReceived> {
    let mut bytes = [0; ROOM];
    let mut control = RecvBuffer::with_capacity(128);
    let buffers = &mut [IoSliceMut::new(&mut bytes)];
    let received = socket.recv_msg(buffers, &mut control, MsgFlags::empty())?;
    let from: CanAddress = crate::socket::Spoken::read(received.from)?;
    let time = control.get::<TimestampNs>().map(|time| time.0);
    Ok(CanReceived {
        frame: CanAnyFrame::decode(&bytes[..received.len])?,
        bus: from.interface(),
        is_local: received.flags.contains(MsgFlags::DONTROUTE),
        is_own: received.flags.contains(MsgFlags::CONFIRM),
        time: time.or_else(|| control.get::<Timestamp>().map(|time| time.0)),
        lost: control.get::<Drops>().map(|drops| drops.0),
    })
}
