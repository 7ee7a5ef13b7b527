//! When a packet came, left, or shall leave: the kernel's timestamping.rst, man 7 socket.

use super::{Decode, message};
use crate::layout::Fields;
use crate::sys::c;
use std::time::{Duration, SystemTime};

#[cfg(linux_like)]
use super::{bytes, numbers};

/// When a message came, to the microsecond: `SCM_TIMESTAMP`, asked for by `SO_TIMESTAMP`.
#[doc(alias = "SCM_TIMESTAMP")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp(pub SystemTime);

message!(Timestamp = SOL_SOCKET, SCM_TIMESTAMP);

impl Decode for Timestamp {
    fn decode(payload: &[u8]) -> Option<Self> {
        let (seconds, micros) = two_longs(payload)?;
        moment(seconds, micros.checked_mul(1_000)?).map(Self)
    }
}

/// When a message came, to the nanosecond: `SCM_TIMESTAMPNS`, asked for by `SO_TIMESTAMPNS`.
#[doc(alias = "SCM_TIMESTAMPNS")]
#[cfg(linux_like)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimestampNs(pub SystemTime);

#[cfg(linux_like)]
message!(TimestampNs = SOL_SOCKET, SCM_TIMESTAMPNS);

#[cfg(linux_like)]
impl Decode for TimestampNs {
    fn decode(payload: &[u8]) -> Option<Self> {
        let (seconds, nanos) = two_longs(payload)?;
        moment(seconds, nanos).map(Self)
    }
}

/// When a packet came or left, by up to three clocks: `SCM_TIMESTAMPING`, asked for by
/// `SO_TIMESTAMPING`. Those of packets sent come from the error queue.
#[doc(alias = "SCM_TIMESTAMPING")]
#[cfg(linux_like)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamps {
    /// By the kernel.
    pub software: Option<SystemTime>,
    /// By the network card, in the system's time: no current driver does.
    pub transformed: Option<SystemTime>,
    /// By the network card, in the card's own time, since an epoch of its choice.
    pub hardware: Option<Duration>,
}

#[cfg(linux_like)]
message!(Timestamps = SOL_SOCKET, SCM_TIMESTAMPING);

#[cfg(linux_like)]
impl Decode for Timestamps {
    fn decode(payload: &[u8]) -> Option<Self> {
        // Three of 16 bytes, or of 8 where `long` has 4.
        let size = if payload.len() < 48 { 8 } else { 16 };
        let mut times = [None; 3];
        for (n, time) in times.iter_mut().enumerate() {
            let bytes = payload.get(n * size..)?.get(..size)?;
            let (seconds, nanos) = two_longs(bytes)?;
            // Zero is the kernel's way to say that this clock has nothing.
            *time = since_epoch(seconds, nanos).filter(|since| !since.is_zero());
        }
        let system = |since: Duration| SystemTime::UNIX_EPOCH.checked_add(since);
        Some(Self {
            software: times[0].and_then(system),
            transformed: times[1].and_then(system),
            hardware: times[2],
        })
    }
}

/// By which interface a packet with a hardware timestamp came, and how long it was on the wire:
/// `SCM_TIMESTAMPING_PKTINFO`.
#[doc(alias = "SCM_TIMESTAMPING_PKTINFO")]
#[cfg(linux_like)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimestampInterface {
    /// The index of the network card's interface.
    pub interface: u32,
    /// Bytes, with the link's header.
    pub length: u32,
}

#[cfg(linux_like)]
message!(TimestampInterface = SOL_SOCKET, SCM_TIMESTAMPING_PKTINFO);

#[cfg(linux_like)]
impl Decode for TimestampInterface {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        Some(Self { interface: fields.u32()?, length: fields.u32()? })
    }
}

#[cfg(linux_like)]
bytes! { SOL_SOCKET;
    /// What TCP knew of the connection when the timestamp was taken, as netlink attributes:
    /// `SCM_TIMESTAMPING_OPT_STATS`.
    #[doc(alias = "SCM_TIMESTAMPING_OPT_STATS")]
    TimestampStatistics: received = SCM_TIMESTAMPING_OPT_STATS;
}

#[cfg(linux_like)]
numbers! { SOL_SOCKET;
    /// When a packet shall leave, in nanoseconds of the clock that `SO_TXTIME` chose:
    /// `SCM_TXTIME`.
    #[doc(alias = "SCM_TXTIME")]
    TransmitTime(u64 as u64): sent = SCM_TXTIME;
    /// Which timestamps to take of this one packet, as `SOF_TIMESTAMPING_TX_*` bits:
    /// `SO_TIMESTAMPING`.
    #[doc(alias = "SO_TIMESTAMPING")]
    TimestampRequest(u32 as u32): sent = SO_TIMESTAMPING;
    /// The number that the timestamp of this one packet shall come back with: `SCM_TS_OPT_ID`,
    /// Linux 6.13.
    #[doc(alias = "SCM_TS_OPT_ID")]
    TimestampKey(u32 as u32): sent = SCM_TS_OPT_ID;
}

/// The two fields of a `timeval` or `timespec`: of 8 bytes each, or of 4 where `long` has 4.
pub(super) fn two_longs(bytes: &[u8]) -> Option<(i64, i64)> {
    let mut fields = Fields::new(bytes);
    match bytes.len() {
        // On some systems a `tv_usec` has 4 bytes, and padding behind it.
        16.. if cfg!(not(linux_like)) && size_of::<c::suseconds_t>() == 4 => {
            Some((fields.i64()?, i64::from(fields.i32()?)))
        }
        16.. => Some((fields.i64()?, fields.i64()?)),
        _ => Some((i64::from(fields.i32()?), i64::from(fields.i32()?))),
    }
}

/// A moment after 1970, if the numbers are one.
pub(super) fn moment(seconds: i64, nanos: i64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(since_epoch(seconds, nanos)?)
}

fn since_epoch(seconds: i64, nanos: i64) -> Option<Duration> {
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    Some(Duration::new(u64::try_from(seconds).ok()?, nanos))
}
