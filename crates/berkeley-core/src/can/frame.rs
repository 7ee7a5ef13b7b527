//! Frames.

use super::{CanId, invalid_data, invalid_input};
use crate::c_struct::{self, Layout, c_structs};
use std::fmt;
use std::io;

/// A frame of up to 8 bytes: `struct can_frame` of linux/can.h.
///
/// ```
/// use berkeley_core::can::{CanFrame, CanId};
///
/// # fn main() -> std::io::Result<()> {
/// let frame = CanFrame::new(CanId::standard(0x123)?, b"\x01\x02\x03")?;
/// let bytes = frame.encode(); // for `Socket::send`
/// assert_eq!(CanFrame::decode(&bytes)?, frame); // of `Socket::recv`
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CanFrame {
    id: CanId,
    len: u8,
    dlc: u8,
    data: [u8; 8],
}

c_structs! {
    struct ClassicLayout {
        id: CanId,
        len: u8,
        padding: u8,
        reserved: u8,
        /// The length code of 8 bytes of data, 9 to 15; 0 for the usual one.
        len8_dlc: u8,
        data: [u8; CanFrame::MOST],
    }

    struct FdLayout {
        id: CanId,
        len: u8,
        flags: u8,
        reserved: [u8; 2],
        data: [u8; CanFdFrame::MOST],
    }
}

impl CanFrame {
    /// The most bytes of data: `CAN_MAX_DLEN`.
    pub const MOST: usize = 8;
    /// The size of an encoded frame: `CAN_MTU`.
    pub const SIZE: usize = ClassicLayout::SIZE;

    /// A frame with data.
    ///
    /// # Errors
    /// `InvalidInput` for more than 8 bytes.
    pub fn new(id: CanId, data: &[u8]) -> io::Result<Self> {
        let (len, data) = padded(data, "a CAN frame")?;
        Ok(Self { id, len, dlc: 0, data })
    }

    /// A frame that asks `id` for `len` bytes of data.
    ///
    /// # Errors
    /// `InvalidInput` for more than 8 bytes.
    pub fn remote(id: CanId, len: u8) -> io::Result<Self> {
        if usize::from(len) > Self::MOST {
            return Err(invalid_input(format!("{len} bytes are more than a CAN frame has")));
        }
        Ok(Self { id: id.remote(), len, dlc: 0, data: [0; Self::MOST] })
    }

    /// The same frame with the length code `dlc` on the bus, 9 to 15, where the controller can
    /// (`CAN_CTRLMODE_CC_LEN8_DLC`).
    ///
    /// # Errors
    /// `InvalidInput` for another code, and for a frame of other than 8 bytes.
    #[doc(alias = "len8_dlc")]
    pub fn with_dlc(self, dlc: u8) -> io::Result<Self> {
        if usize::from(self.len) != Self::MOST || !(9..=15).contains(&dlc) {
            return Err(invalid_input(format!("{dlc} is no length code of {} bytes", self.len)));
        }
        Ok(Self { dlc, ..self })
    }

    /// The identifier.
    #[must_use]
    pub const fn id(&self) -> CanId {
        self.id
    }

    /// The data; none of a frame that asks for it.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        if self.id.is_remote() { &[] } else { &self.data[..usize::from(self.len)] }
    }

    /// The length code: how many bytes the frame has or asks for, or 9 to 15 for 8 bytes in
    /// disguise.
    #[must_use]
    pub const fn dlc(&self) -> u8 {
        if self.dlc == 0 { self.len } else { self.dlc }
    }

    /// The bytes to send.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::SIZE] {
        let &Self { id, len, dlc: len8_dlc, data } = self;
        let mut bytes = [0; Self::SIZE];
        ClassicLayout { id, len, padding: 0, reserved: 0, len8_dlc, data }.put(&mut bytes);
        bytes
    }

    /// The frame that was received.
    ///
    /// # Errors
    /// `InvalidData` for bytes that are not exactly one frame, or claim more than 8 bytes.
    pub fn decode(bytes: &[u8]) -> io::Result<Self> {
        if bytes.len() != Self::SIZE {
            return Err(invalid_data(format!("{} bytes are no CAN frame", bytes.len())));
        }
        let ClassicLayout { id, len, len8_dlc, data, .. } = c_struct::decode(bytes)?;
        let data = claimed(len, &data)?;
        let frame = Self { id, len, dlc: 0, data };
        Ok(frame.with_dlc(len8_dlc).unwrap_or(frame))
    }
}

/// As candump(1) shows it: `123#010203`, `123#R4`.
impl fmt::Display for CanFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#", self.id)?;
        if self.id.is_remote() {
            return write!(f, "R{}", self.len);
        }
        self.data().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for CanFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanFrame({self})")
    }
}

bitflags::bitflags! {
    /// What an FD frame says besides its data. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct CanFdFlags: u8 {
        /// The data is sent at the second, higher rate: `CANFD_BRS`.
        const RATE_SWITCH = 1;
        /// The sending node is in trouble: `CANFD_ESI`.
        const ERROR_STATE = 2;
        /// The frame is an FD frame, as newer kernels say of each: `CANFD_FDF`.
        const FD = 4;

        const _ = !0;
    }
}

/// A frame of up to 64 bytes, of CAN FD: `struct canfd_frame` of linux/can.h. Sockets take and
/// give such frames with [`FdFrames`](crate::option::can::FdFrames) set.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CanFdFrame {
    id: CanId,
    flags: CanFdFlags,
    len: u8,
    data: [u8; Self::MOST],
}

impl CanFdFrame {
    /// The most bytes of data: `CANFD_MAX_DLEN`.
    pub const MOST: usize = 64;
    /// The size of an encoded frame: `CANFD_MTU`.
    pub const SIZE: usize = FdLayout::SIZE;

    /// A frame with data. On the bus there are lengths of 0 to 8, 12, 16, 20, 24, 32, 48 and 64
    /// bytes; drivers fill others up.
    ///
    /// # Errors
    /// `InvalidInput` for more than 64 bytes.
    pub fn new(id: CanId, flags: CanFdFlags, data: &[u8]) -> io::Result<Self> {
        let (len, data) = padded(data, "a CAN FD frame")?;
        Ok(Self { id, flags, len, data })
    }

    /// The identifier.
    #[must_use]
    pub const fn id(&self) -> CanId {
        self.id
    }

    /// The flags.
    #[must_use]
    pub const fn flags(&self) -> CanFdFlags {
        self.flags
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data[..usize::from(self.len)]
    }

    /// The bytes to send.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::SIZE] {
        let &Self { id, flags, len, data } = self;
        let mut bytes = [0; Self::SIZE];
        FdLayout { id, len, flags: flags.bits(), reserved: [0; 2], data }.put(&mut bytes);
        bytes
    }

    /// The frame that was received.
    ///
    /// # Errors
    /// `InvalidData` for bytes that are not exactly one frame, or claim more than 64 bytes.
    pub fn decode(bytes: &[u8]) -> io::Result<Self> {
        if bytes.len() != Self::SIZE {
            return Err(invalid_data(format!("{} bytes are no CAN FD frame", bytes.len())));
        }
        let FdLayout { id, len, flags, data, .. } = c_struct::decode(bytes)?;
        let data = claimed(len, &data)?;
        Ok(Self { id, flags: CanFdFlags::from_bits_retain(flags), len, data })
    }
}

/// As candump(1) shows it: `123##1010203`, the digit after the signs being the flags.
impl fmt::Display for CanFdFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}##{:X}", self.id, self.flags)?;
        self.data().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for CanFdFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanFdFrame({self})")
    }
}

/// A frame of either kind, which a socket with [`FdFrames`](crate::option::can::FdFrames)
/// receives: the length tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CanAnyFrame {
    /// A frame of up to 8 bytes.
    Classic(CanFrame),
    /// A frame of CAN FD.
    Fd(CanFdFrame),
}

impl CanAnyFrame {
    /// The frame that was received.
    ///
    /// # Errors
    /// `InvalidData` for bytes that are not exactly one frame, or claim more than it has.
    pub fn decode(bytes: &[u8]) -> io::Result<Self> {
        if bytes.len() == CanFdFrame::SIZE {
            return CanFdFrame::decode(bytes).map(Self::Fd);
        }
        CanFrame::decode(bytes).map(Self::Classic)
    }

    /// The bytes to send, at the beginning of `room`.
    pub fn encode<'b>(&self, room: &'b mut [u8; CanFdFrame::SIZE]) -> &'b [u8] {
        match self {
            Self::Classic(frame) => {
                let bytes = &mut room[..CanFrame::SIZE];
                bytes.copy_from_slice(&frame.encode());
                bytes
            }
            Self::Fd(frame) => {
                *room = frame.encode();
                room
            }
        }
    }

    /// The identifier.
    #[must_use]
    pub const fn id(&self) -> CanId {
        match self {
            Self::Classic(frame) => frame.id(),
            Self::Fd(frame) => frame.id(),
        }
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        match self {
            Self::Classic(frame) => frame.data(),
            Self::Fd(frame) => frame.data(),
        }
    }
}

impl From<CanFrame> for CanAnyFrame {
    fn from(frame: CanFrame) -> Self {
        Self::Classic(frame)
    }
}

impl From<CanFdFrame> for CanAnyFrame {
    fn from(frame: CanFdFrame) -> Self {
        Self::Fd(frame)
    }
}

/// The length of `data`, and as many bytes as the frame has room for.
fn padded<const MOST: usize>(data: &[u8], what: &str) -> io::Result<(u8, [u8; MOST])> {
    let too_long = || invalid_input(format!("{} bytes are more than {what} has", data.len()));
    let len = u8::try_from(data.len()).map_err(|_| too_long())?;
    let mut room = [0; MOST];
    room.get_mut(..data.len()).ok_or_else(too_long)?.copy_from_slice(data);
    Ok((len, room))
}

/// The `len` bytes that a frame claims, and zeros for the rest.
fn claimed<const MOST: usize>(len: u8, data: &[u8; MOST]) -> io::Result<[u8; MOST]> {
    let claim = data.get(..usize::from(len));
    let claim = claim.ok_or_else(|| invalid_data(format!("a CAN frame claims {len} bytes")))?;
    let mut room = [0; MOST];
    room[..claim.len()].copy_from_slice(claim);
    Ok(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> CanId {
        CanId::extended(0x0123_4567).unwrap()
    }

    #[test]
    fn frames_say_what_they_are() {
        let frame = CanFrame::new(id(), &[1, 0xAB]).unwrap();
        assert_eq!((frame.data(), frame.dlc()), (&[1, 0xAB][..], 2));
        assert_eq!(format!("{frame:?}"), "CanFrame(01234567#01AB)");
        let asks = CanFrame::remote(CanId::standard(5).unwrap(), 4).unwrap();
        assert_eq!((asks.data(), asks.dlc()), (&[][..], 4));
        assert_eq!(asks.to_string(), "005#R4");
        let fd = CanFdFrame::new(id(), CanFdFlags::RATE_SWITCH, &[7; 64]).unwrap();
        assert!(fd.to_string().starts_with("01234567##10707"));
    }

    #[test]
    fn data_that_does_not_fit_is_refused() {
        assert!(CanFrame::new(id(), &[0; 9]).is_err());
        assert!(CanFrame::remote(id(), 9).is_err());
        assert!(CanFdFrame::new(id(), CanFdFlags::empty(), &[0; 65]).is_err());
        assert!(CanFdFrame::new(id(), CanFdFlags::empty(), &[0; 1 << 20]).is_err());
        let full = CanFrame::new(id(), &[0; 8]).unwrap();
        assert!(full.with_dlc(8).is_err());
        assert!(full.with_dlc(16).is_err());
        assert!(CanFrame::new(id(), &[0; 7]).unwrap().with_dlc(9).is_err());
        assert_eq!(full.with_dlc(15).unwrap().dlc(), 15);
    }

    #[test]
    fn what_is_no_frame_is_refused_and_claims_are_checked() {
        for len in [0, 1, 15, 17, 71, 73] {
            assert!(CanAnyFrame::decode(&vec![0; len]).is_err(), "{len}");
        }
        let mut bytes = CanFrame::new(id(), &[0; 8]).unwrap().encode();
        bytes[4] = 9;
        assert_eq!(CanFrame::decode(&bytes).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let mut bytes = CanFdFrame::new(id(), CanFdFlags::empty(), &[]).unwrap().encode();
        bytes[4] = 65;
        assert_eq!(CanFdFrame::decode(&bytes).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
