//! The broadcast manager: the kernel sends frames again and again, and watches for changes.

use super::open;
use crate::can::{BcmFlags, BcmFrames, BcmMessage, BcmOpcode, CanFdFrame, CanId};
use crate::driver::Done;
use crate::net::typed::typed_sockets;
use crate::op::{Attempt, Op};
use crate::{Interest, Interface};
use berkeley_core::address::CanAddress;
use berkeley_core::{self as core, Kind, Protocol};
use std::io;
use std::time::Duration;

typed_sockets! {
    /// Talks to the broadcast manager of CAN: `CAN_BCM`. What it was told to do ends with the
    /// socket.
    ///
    /// ```no_run
    /// use berkeley::Interface;
    /// use berkeley::can::{BcmOpcode, CanFrame, CanId};
    /// use berkeley::net::CanBcm;
    /// use std::time::Duration;
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let manager = CanBcm::open(Interface::from_name("can0")?)?;
    /// let alive = CanFrame::new(CanId::standard(0x123)?, b"alive")?;
    /// manager.repeat(Duration::from_millis(100), vec![alive]).await?;
    ///
    /// // The frames of 0x200 whose first byte is another than the last time.
    /// let mask = CanFrame::new(CanId::standard(0x200)?, b"\xff")?;
    /// manager.watch(Duration::from_secs(1), vec![mask]).await?;
    /// let told = manager.recv_message().await?;
    /// match told.opcode {
    ///     BcmOpcode::RX_CHANGED => println!("{:?}", told.frames),
    ///     BcmOpcode::RX_TIMEOUT => println!("none for a second"),
    ///     other => println!("{other:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    CanBcm: DGRAM of CAN, CanAddress, CAN_BCM;
}

/// The most bytes of a message: its head, and 256 frames of CAN FD.
const MOST: usize = 64 + 256 * CanFdFrame::SIZE;

impl CanBcm {
    /// A socket for a bus.
    ///
    /// # Errors
    /// `ENODEV` for an interface that is no CAN bus, `EAFNOSUPPORT` or `EPROTONOSUPPORT` where the
    /// kernel has no broadcast manager.
    pub fn open(bus: Interface) -> io::Result<Self> {
        let socket = open(Kind::DGRAM, Protocol::CAN_BCM)?;
        socket.connect_now(CanAddress::bus(bus))?;
        Ok(Self(socket))
    }

    /// Tells the manager something.
    ///
    /// # Errors
    /// `InvalidInput` for what it does not do, or does not know of; `ENODEV` when the bus is gone.
    ///
    /// # Cancel safety
    /// A dropped send has told nothing.
    pub async fn send_message(&self, message: &BcmMessage) -> io::Result<()> {
        self.0.send(&message.encode()?).await.map(drop)
    }

    /// Receives what the manager tells.
    ///
    /// # Errors
    /// `NetworkDown` or `ENODEV`, once, when the bus went down or away.
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_message(
        &self,
    ) -> Op<'_, impl Attempt<Output = BcmMessage, Error = io::Error> + Unpin> {
        self.0.operation(Interest::Readable, |socket: &core::Socket| {
            let mut bytes = [0; MOST];
            let n = socket.recv(&mut bytes)?;
            BcmMessage::decode(&bytes[..n]).map(Done::new)
        })
    }

    /// Has frames sent, one after the other and then from the first again, the next each
    /// `interval`, from now on: `TX_SETUP`. They go by the identifier of the first.
    ///
    /// # Errors
    /// As [`send_message`](Self::send_message); `InvalidInput` for no frames.
    ///
    /// # Cancel safety
    /// Dropped, it has done nothing.
    pub async fn repeat(&self, interval: Duration, frames: impl Into<BcmFrames>) -> io::Result<()> {
        let frames = frames.into();
        let message = BcmMessage::new(BcmOpcode::TX_SETUP, first_id(&frames)?);
        let flags = BcmFlags::SET_TIMER | BcmFlags::START_TIMER;
        self.send_message(&BcmMessage { flags, interval2: interval, frames, ..message }).await
    }

    /// Ends what [`repeat`](Self::repeat) began for an identifier: `TX_DELETE`.
    ///
    /// # Errors
    /// `InvalidInput` when there is nothing to end.
    ///
    /// # Cancel safety
    /// Dropped, it has done nothing.
    pub async fn stop(&self, id: CanId) -> io::Result<()> {
        self.end(BcmOpcode::TX_DELETE, id).await
    }

    /// Is told of frames whose content changes in the bits of a mask, and when none comes for
    /// `silence`, unless that is zero: `RX_SETUP`. The mask is the content of the one frame; of
    /// several, the first says in its bits what they are chosen by.
    ///
    /// # Errors
    /// As [`send_message`](Self::send_message); `InvalidInput` for no frames.
    ///
    /// # Cancel safety
    /// Dropped, it has done nothing.
    pub async fn watch(&self, silence: Duration, masks: impl Into<BcmFrames>) -> io::Result<()> {
        let frames = masks.into();
        let message = BcmMessage::new(BcmOpcode::RX_SETUP, first_id(&frames)?);
        let flags = BcmFlags::SET_TIMER;
        self.send_message(&BcmMessage { flags, interval1: silence, frames, ..message }).await
    }

    /// Ends what [`watch`](Self::watch) began for an identifier: `RX_DELETE`.
    ///
    /// # Errors
    /// `InvalidInput` when there is nothing to end.
    ///
    /// # Cancel safety
    /// Dropped, it has done nothing.
    pub async fn forget(&self, id: CanId) -> io::Result<()> {
        self.end(BcmOpcode::RX_DELETE, id).await
    }

    async fn end(&self, opcode: BcmOpcode, id: CanId) -> io::Result<()> {
        self.send_message(&BcmMessage::new(opcode, id)).await
    }
}

fn first_id(frames: &BcmFrames) -> io::Result<CanId> {
    let first = match frames {
        BcmFrames::Classic(frames) => frames.first().map(crate::can::CanFrame::id),
        BcmFrames::Fd(frames) => frames.first().map(CanFdFrame::id),
    };
    let none = || io::Error::new(io::ErrorKind::InvalidInput, "give at least one frame");
    first.ok_or_else(none)
}
