//! Messages of the broadcast manager.

use super::{CanFdFrame, CanFrame, CanId, invalid_data, invalid_input};
use crate::c_struct::{self, Layout, as_numbers, c_structs};
use crate::constant::open_constants;
use std::io;
use std::time::Duration;

open_constants! {
    /// What a message asks of the broadcast manager, or tells: linux/can/bcm.h.
    pub struct BcmOpcode(u32);

    /// Sends frames again and again, or changes what is sent: `TX_SETUP`, `CAN_BCM_TX_SETUP`.
    TX_SETUP = 1;
    /// Ends it: `TX_DELETE`.
    TX_DELETE = 2;
    /// Asks how a transmission stands; [`TX_STATUS`](Self::TX_STATUS) answers: `TX_READ`.
    TX_READ = 3;
    /// Sends one frame: `TX_SEND`.
    TX_SEND = 4;
    /// Asks for frames, or for their changes: `RX_SETUP`.
    RX_SETUP = 5;
    /// Ends it: `RX_DELETE`.
    RX_DELETE = 6;
    /// Asks how a subscription stands; [`RX_STATUS`](Self::RX_STATUS) answers: `RX_READ`.
    RX_READ = 7;
    /// How a transmission stands: `TX_STATUS`.
    TX_STATUS = 8;
    /// The counted frames have been sent: `TX_EXPIRED`.
    TX_EXPIRED = 9;
    /// How a subscription stands: `RX_STATUS`.
    RX_STATUS = 10;
    /// A frame that should come again and again did not: `RX_TIMEOUT`.
    RX_TIMEOUT = 11;
    /// A frame came for the first time, or with other content: `RX_CHANGED`.
    RX_CHANGED = 12;
}

bitflags::bitflags! {
    /// How the broadcast manager does it: linux/can/bcm.h. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct BcmFlags: u32 {
        /// The intervals and the count are meant: `SETTIMER`.
        const SET_TIMER = 1;
        /// The timer starts now: `STARTTIMER`.
        const START_TIMER = 1 << 1;
        /// [`TX_EXPIRED`](BcmOpcode::TX_EXPIRED) tells when the count is done: `TX_COUNTEVT`.
        const COUNT_EVENT = 1 << 2;
        /// A change is sent at once: `TX_ANNOUNCE`.
        const ANNOUNCE = 1 << 3;
        /// The message's identifier goes into every frame: `TX_CP_CAN_ID`.
        const COPY_ID = 1 << 4;
        /// Frames are compared by identifier alone: `RX_FILTER_ID`.
        const FILTER_ID = 1 << 5;
        /// A change of length is a change: `RX_CHECK_DLC`.
        const CHECK_LENGTH = 1 << 6;
        /// The timer of a subscription does not start by itself: `RX_NO_AUTOTIMER`.
        const NO_AUTO_TIMER = 1 << 7;
        /// What comes after a timeout is told though it did not change: `RX_ANNOUNCE_RESUME`.
        const ANNOUNCE_RESUME = 1 << 8;
        /// A series of frames starts from its first: `TX_RESET_MULTI_IDX`.
        const RESET_SERIES = 1 << 9;
        /// The frame answers remote requests for it: `RX_RTR_FRAME`.
        const ANSWER_REMOTE = 1 << 10;
        /// The frames are FD frames: `CAN_FD_FRAME`. Set by
        /// [`BcmMessage::encode`] as the frames are.
        const FD_FRAMES = 1 << 11;

        const _ = !0;
    }
}

/// A message to or from a socket of [`Protocol::CAN_BCM`](crate::Protocol::CAN_BCM): `struct
/// bcm_msg_head` of linux/can/bcm.h and its frames.
///
/// ```
/// use berkeley_core::can::{BcmFlags, BcmMessage, BcmOpcode, CanFrame, CanId};
/// use std::time::Duration;
///
/// # fn main() -> std::io::Result<()> {
/// // One frame every 100 ms, until the socket is closed.
/// let id = CanId::standard(0x123)?;
/// let message = BcmMessage {
///     flags: BcmFlags::SET_TIMER | BcmFlags::START_TIMER,
///     interval2: Duration::from_millis(100),
///     frames: vec![CanFrame::new(id, b"alive")?].into(),
///     ..BcmMessage::new(BcmOpcode::TX_SETUP, id)
/// };
/// let bytes = message.encode()?; // for `Socket::send` on a connected socket
/// assert_eq!(BcmMessage::decode(&bytes)?, message); // of `Socket::recv`
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BcmMessage {
    /// What is asked or told.
    pub opcode: BcmOpcode,
    /// How.
    pub flags: BcmFlags,
    /// How many frames are sent with [`interval1`](Self::interval1).
    pub count: u32,
    /// The time between the counted frames; of a subscription, that within which a frame must
    /// come. Microseconds.
    #[doc(alias = "ival1")]
    pub interval1: Duration,
    /// The time between the frames after those; of a subscription, the least between two
    /// messages. Microseconds.
    #[doc(alias = "ival2")]
    pub interval2: Duration,
    /// Which frames.
    pub id: CanId,
    /// What is sent, or which bits are compared, or what came: up to 256.
    pub frames: BcmFrames,
}

/// The frames of a message, all of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BcmFrames {
    /// Frames of up to 8 bytes.
    Classic(Vec<CanFrame>),
    /// Frames of CAN FD.
    Fd(Vec<CanFdFrame>),
}

c_structs! {
    struct Head {
        opcode: BcmOpcode,
        flags: u32,
        count: u32,
        interval1: Timeval,
        interval2: Timeval,
        id: CanId,
        frame_count: u32,
    }

    /// `struct bcm_timeval`.
    struct Timeval {
        seconds: isize,
        micros: isize,
    }
}

/// Frames begin at a multiple of 8: linux/can.h aligns their data so.
const HEAD_SIZE: usize = Head::SIZE.next_multiple_of(8);

/// `MAX_NFRAMES` of the kernel's net/can/bcm.c.
const MOST_FRAMES: usize = 256;

impl BcmMessage {
    /// A message without flags, times and frames.
    #[must_use]
    pub const fn new(opcode: BcmOpcode, id: CanId) -> Self {
        Self {
            opcode,
            flags: BcmFlags::empty(),
            count: 0,
            interval1: Duration::ZERO,
            interval2: Duration::ZERO,
            id,
            frames: BcmFrames::Classic(Vec::new()),
        }
    }

    /// The bytes to send. Fractions of a microsecond are rounded up.
    ///
    /// # Errors
    /// `InvalidInput` for more than 256 frames, and for an interval that the kernel's type cannot
    /// hold.
    pub fn encode(&self) -> io::Result<Vec<u8>> {
        let mut flags = self.flags - BcmFlags::FD_FRAMES;
        let frames: Vec<u8> = match &self.frames {
            BcmFrames::Classic(frames) => frames.iter().flat_map(CanFrame::encode).collect(),
            BcmFrames::Fd(frames) => {
                flags |= BcmFlags::FD_FRAMES;
                frames.iter().flat_map(CanFdFrame::encode).collect()
            }
        };
        let frame_count = u32::try_from(self.frames.len()).unwrap_or(u32::MAX);
        if self.frames.len() > MOST_FRAMES {
            return Err(invalid_input(format!(
                "{frame_count} frames: a message has {MOST_FRAMES} at most"
            )));
        }
        let head = Head {
            opcode: self.opcode,
            flags: flags.bits(),
            count: self.count,
            interval1: Timeval::from_duration(self.interval1)?,
            interval2: Timeval::from_duration(self.interval2)?,
            id: self.id,
            frame_count,
        };
        let mut bytes = c_struct::encode(&head);
        bytes.resize(HEAD_SIZE, 0);
        bytes.extend(frames);
        Ok(bytes)
    }

    /// The message that was received.
    ///
    /// # Errors
    /// `InvalidData` for bytes that are no message, or fewer than it claims to have.
    pub fn decode(bytes: &[u8]) -> io::Result<Self> {
        let head: Head = c_struct::decode(bytes)?;
        let flags = BcmFlags::from_bits_retain(head.flags);
        let count = usize::try_from(head.frame_count).unwrap_or(usize::MAX);
        let frames = bytes.get(HEAD_SIZE..).unwrap_or_default();
        let frames = if flags.contains(BcmFlags::FD_FRAMES) {
            BcmFrames::Fd(decode_frames(frames, CanFdFrame::SIZE, count, CanFdFrame::decode)?)
        } else {
            BcmFrames::Classic(decode_frames(frames, CanFrame::SIZE, count, CanFrame::decode)?)
        };
        Ok(Self {
            opcode: head.opcode,
            flags,
            count: head.count,
            interval1: head.interval1.to_duration()?,
            interval2: head.interval2.to_duration()?,
            id: head.id,
            frames,
        })
    }
}

fn decode_frames<T>(
    bytes: &[u8],
    size: usize,
    count: usize,
    decode: fn(&[u8]) -> io::Result<T>,
) -> io::Result<Vec<T>> {
    let frames = bytes.chunks_exact(size);
    if frames.len() < count {
        return Err(invalid_data(format!("the message claims {count} frames of {}", frames.len())));
    }
    frames.take(count).map(decode).collect()
}

impl Timeval {
    fn from_duration(time: Duration) -> io::Result<Self> {
        let micros = time.as_nanos().div_ceil(1_000);
        let seconds = isize::try_from(micros / 1_000_000);
        let seconds = seconds.map_err(|_| invalid_input(format!("{time:?} is too long")))?;
        Ok(Self { seconds, micros: isize::try_from(micros % 1_000_000).unwrap_or_default() })
    }

    fn to_duration(self) -> io::Result<Duration> {
        let parts = (u64::try_from(self.seconds), u64::try_from(self.micros));
        let (Ok(seconds), Ok(micros)) = parts else {
            return Err(invalid_data(format!("{self:?} is no length of time")));
        };
        Ok(Duration::from_secs(seconds).saturating_add(Duration::from_micros(micros)))
    }
}

as_numbers! { BcmOpcode: u32, from_raw, raw; }

impl BcmFrames {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Classic(frames) => frames.len(),
            Self::Fd(frames) => frames.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<CanFrame>> for BcmFrames {
    fn from(frames: Vec<CanFrame>) -> Self {
        Self::Classic(frames)
    }
}

impl From<Vec<CanFdFrame>> for BcmFrames {
    fn from(frames: Vec<CanFdFrame>) -> Self {
        Self::Fd(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::can::CanFdFlags;

    fn id() -> CanId {
        CanId::standard(0x42).unwrap()
    }

    #[test]
    fn the_flag_of_fd_frames_is_as_the_frames_are() {
        let fd = CanFdFrame::new(id(), CanFdFlags::empty(), &[1; 20]).unwrap();
        let message =
            BcmMessage { frames: vec![fd; 2].into(), ..BcmMessage::new(BcmOpcode::TX_SETUP, id()) };
        let back = BcmMessage::decode(&message.encode().unwrap()).unwrap();
        assert_eq!(back.flags, BcmFlags::FD_FRAMES);
        assert_eq!(back.frames, message.frames);
        let wrong =
            BcmMessage { flags: BcmFlags::FD_FRAMES, ..BcmMessage::new(BcmOpcode::TX_SEND, id()) };
        assert_eq!(BcmMessage::decode(&wrong.encode().unwrap()).unwrap().flags, BcmFlags::empty());
    }

    #[test]
    fn what_the_kernel_cannot_take_is_refused() {
        let frame = CanFrame::new(id(), &[]).unwrap();
        let mut message = BcmMessage::new(BcmOpcode::TX_SETUP, id());
        message.frames = vec![frame; 257].into();
        assert_eq!(message.encode().unwrap_err().kind(), io::ErrorKind::InvalidInput);
        message.frames = vec![frame; 256].into();
        assert!(message.encode().is_ok());
        message.interval1 = Duration::MAX;
        assert_eq!(message.encode().unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn times_are_rounded_up_to_microseconds() {
        let mut message = BcmMessage::new(BcmOpcode::TX_SETUP, id());
        message.interval1 = Duration::from_nanos(1);
        message.interval2 = Duration::from_nanos(1_999_999_999);
        let back = BcmMessage::decode(&message.encode().unwrap()).unwrap();
        assert_eq!(back.interval1, Duration::from_micros(1));
        assert_eq!(back.interval2, Duration::from_secs(2));
    }

    #[test]
    fn claims_of_frames_are_checked() {
        let mut bytes = BcmMessage::new(BcmOpcode::RX_CHANGED, id()).encode().unwrap();
        assert!(BcmMessage::decode(&bytes).is_ok());
        // Where long has 32 bits, padding follows.
        let at = Head::SIZE - 4;
        bytes[at..][..4].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(BcmMessage::decode(&bytes).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert!(BcmMessage::decode(&bytes[..at]).is_err());
    }
}
