//! Connections that move: a socket that is taken apart here and put together elsewhere without the
//! peer's knowledge. Linux, `CAP_NET_ADMIN`.
//!
//! With [`Repair`](super::Repair) on, what is sent goes into the queue that
//! [`RepairQueue`](super::RepairQueue) names and no further, a connect is done without a packet, and
//! a close is silent.

use crate::constant::open_constants;
use crate::layout::Fields;
use crate::option::codec::{Decode, Encode, constants, invalid_data};
use std::io;

open_constants! {
    /// Whether a connection is under repair: `TCP_REPAIR_*`.
    pub struct RepairMode(i32);

    /// It is not; what is lost is sent again: `TCP_REPAIR_OFF`.
    OFF = 0;
    /// It is: `TCP_REPAIR_ON`.
    ON = 1;
    /// It is no more, and nothing is sent to see what the peer knows: `TCP_REPAIR_OFF_NO_WP`.
    OFF_SILENTLY = -1;
}

open_constants! {
    /// Which queue is read and written under repair: `TCP_*_QUEUE`.
    pub struct Queue(i32);

    /// None: `TCP_NO_QUEUE`.
    NONE = 0;
    /// What came and was not read: `TCP_RECV_QUEUE`.
    RECEIVE = 1;
    /// What was sent and is not acknowledged, or waits: `TCP_SEND_QUEUE`.
    SEND = 2;
}

constants!(RepairMode, Queue);

/// What both ends had agreed on: `struct tcp_repair_opt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RepairOption {
    /// The largest segment that the peer takes, in bytes.
    MaxSegment(u16),
    /// By how many bits windows are scaled, of what is sent and of what is received; 14 at most.
    WindowScale {
        /// Of what is sent.
        send: u8,
        /// Of what is received.
        receive: u8,
    },
    /// Selective acknowledgements.
    SelectiveAcknowledgement,
    /// Timestamps.
    Timestamps,
}

/// A list of [`RepairOption`]s.
#[derive(Debug)]
pub enum RepairOptionList {}

impl<'v> Encode<'v> for RepairOptionList {
    type Value = &'v [RepairOption];
    type Bytes = Vec<u8>;

    fn encode(options: &'v [RepairOption]) -> io::Result<Vec<u8>> {
        // The numbers are those of the options on the wire (RFC 9293, RFC 7323, RFC 2018).
        let words = options.iter().flat_map(|option| match *option {
            RepairOption::MaxSegment(bytes) => [2, u32::from(bytes)],
            RepairOption::WindowScale { send, receive } => {
                [3, u32::from(send) | u32::from(receive) << 16]
            }
            RepairOption::SelectiveAcknowledgement => [4, 0],
            RepairOption::Timestamps => [8, 0],
        });
        Ok(words.flat_map(u32::to_ne_bytes).collect())
    }
}

/// The windows of a connection: `struct tcp_repair_window`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Windows {
    /// The number of the segment that last changed the peer's window.
    pub send_updated_by: u32,
    /// The peer's window, in bytes.
    pub send: u32,
    /// The largest window that the peer ever had, in bytes.
    pub largest: u32,
    /// This end's window, in bytes.
    pub receive: u32,
    /// The number up to which the peer was told.
    pub receive_updated_by: u32,
}

impl Encode<'_> for Windows {
    type Value = Self;
    type Bytes = Vec<u8>;

    fn encode(value: Self) -> io::Result<Vec<u8>> {
        let Self { send_updated_by, send, largest, receive, receive_updated_by } = value;
        let words = [send_updated_by, send, largest, receive, receive_updated_by];
        Ok(words.into_iter().flat_map(u32::to_ne_bytes).collect())
    }
}

impl Decode for Windows {
    type Value = Self;
    const ROOM: usize = 20;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(bytes);
        let mut next = || fields.u32().ok_or_else(|| invalid_data(bytes, "the windows"));
        Ok(Self {
            send_updated_by: next()?,
            send: next()?,
            largest: next()?,
            receive: next()?,
            receive_updated_by: next()?,
        })
    }
}
