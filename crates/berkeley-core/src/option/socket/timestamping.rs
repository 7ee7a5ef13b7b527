//! When packets came and went, and when they shall go: Linux,
//! Documentation/networking/timestamping.rst and man 8 tc-etf.

use crate::layout::Fields;
use crate::option::codec::{Decode, Encode, invalid_data};
use crate::sys::c;
use std::io;

bitflags::bitflags! {
    /// Which times are taken of packets that come and go, and how they are reported:
    /// `SOF_TIMESTAMPING_*`, linux/net_tstamp.h. Bits without a name here are kept.
    ///
    /// A time is taken where one of `RX_*` and `TX_*` asks for it, and reported where `SOFTWARE` or
    /// `RAW_HARDWARE` does.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct Timestamps: u32 {
        /// Take the time when the interface sends: `SOF_TIMESTAMPING_TX_HARDWARE`.
        const TX_HARDWARE = c::SOF_TIMESTAMPING_TX_HARDWARE;
        /// Take the time when the driver sends: `SOF_TIMESTAMPING_TX_SOFTWARE`.
        const TX_SOFTWARE = c::SOF_TIMESTAMPING_TX_SOFTWARE;
        /// Take the time when the interface receives: `SOF_TIMESTAMPING_RX_HARDWARE`.
        const RX_HARDWARE = c::SOF_TIMESTAMPING_RX_HARDWARE;
        /// Take the time when the kernel receives: `SOF_TIMESTAMPING_RX_SOFTWARE`.
        const RX_SOFTWARE = c::SOF_TIMESTAMPING_RX_SOFTWARE;
        /// Report what the kernel took: `SOF_TIMESTAMPING_SOFTWARE`.
        const SOFTWARE = c::SOF_TIMESTAMPING_SOFTWARE;
        /// Of no effect any more: `SOF_TIMESTAMPING_SYS_HARDWARE`.
        const SYS_HARDWARE = c::SOF_TIMESTAMPING_SYS_HARDWARE;
        /// Report what the interface took: `SOF_TIMESTAMPING_RAW_HARDWARE`.
        const RAW_HARDWARE = c::SOF_TIMESTAMPING_RAW_HARDWARE;
        /// Report a number with each time, by which it finds its packet:
        /// `SOF_TIMESTAMPING_OPT_ID`.
        const OPT_ID = c::SOF_TIMESTAMPING_OPT_ID;
        /// Take the time when a packet enters the queue: `SOF_TIMESTAMPING_TX_SCHED`.
        const TX_SCHED = c::SOF_TIMESTAMPING_TX_SCHED;
        /// Take the time when the peer has acknowledged: `SOF_TIMESTAMPING_TX_ACK`.
        const TX_ACK = c::SOF_TIMESTAMPING_TX_ACK;
        /// Report the receive interface and more with times of sent packets:
        /// `SOF_TIMESTAMPING_OPT_CMSG`.
        const OPT_CMSG = c::SOF_TIMESTAMPING_OPT_CMSG;
        /// Report times of sent packets without the packet: `SOF_TIMESTAMPING_OPT_TSONLY`.
        const OPT_TSONLY = c::SOF_TIMESTAMPING_OPT_TSONLY;
        /// Report the state of the connection with times of sent packets:
        /// `SOF_TIMESTAMPING_OPT_STATS`.
        const OPT_STATS = c::SOF_TIMESTAMPING_OPT_STATS;
        /// Report interface and length with times of the interface:
        /// `SOF_TIMESTAMPING_OPT_PKTINFO`.
        const OPT_PKTINFO = c::SOF_TIMESTAMPING_OPT_PKTINFO;
        /// Report both, the driver's and the interface's: `SOF_TIMESTAMPING_OPT_TX_SWHW`.
        const OPT_TX_SWHW = c::SOF_TIMESTAMPING_OPT_TX_SWHW;
        /// By a clock of the caller's choice, see [`ClockTimestamps`]:
        /// `SOF_TIMESTAMPING_BIND_PHC`.
        const BIND_PHC = c::SOF_TIMESTAMPING_BIND_PHC;
        /// Number the bytes of TCP from the send that follows: `SOF_TIMESTAMPING_OPT_ID_TCP`.
        const OPT_ID_TCP = c::SOF_TIMESTAMPING_OPT_ID_TCP;
        /// Report only where this socket asked, others or not: `SOF_TIMESTAMPING_OPT_RX_FILTER`,
        /// Linux 6.12.
        const OPT_RX_FILTER = c::SOF_TIMESTAMPING_OPT_RX_FILTER;
        /// Take the time when the interface reports that it has sent:
        /// `SOF_TIMESTAMPING_TX_COMPLETION`, Linux 6.15.
        const TX_COMPLETION = c::SOF_TIMESTAMPING_TX_COMPLETION;

        const _ = !0;
    }
}

/// Which times are taken, and by which hardware clock: `struct so_timestamping`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClockTimestamps {
    /// Which times are taken. The clock counts with [`Timestamps::BIND_PHC`].
    pub flags: Timestamps,
    /// The number of the clock, one of those that the interface has (`/sys/class/ptp`).
    pub clock: i32,
}

impl Encode<'_> for ClockTimestamps {
    type Value = Self;
    type Bytes = [u8; 8];

    fn encode(value: Self) -> io::Result<[u8; 8]> {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&value.flags.bits().to_ne_bytes());
        bytes[4..].copy_from_slice(&value.clock.to_ne_bytes());
        Ok(bytes)
    }
}

impl Decode for ClockTimestamps {
    type Value = Self;
    const ROOM: usize = 8;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(bytes);
        let flags = fields.u32().ok_or_else(|| invalid_data(bytes, "a choice of timestamps"))?;
        // Before Linux 5.14 there was no clock to choose.
        let clock = fields.i32().unwrap_or(0);
        Ok(Self { flags: Timestamps::from_bits_retain(flags), clock })
    }
}

bitflags::bitflags! {
    /// What the time of a packet means: `SOF_TXTIME_*`. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct SendTimesFlags: u32 {
        /// The time is the latest, not the exact one: `SOF_TXTIME_DEADLINE_MODE`.
        const DEADLINE = c::SOF_TXTIME_DEADLINE_MODE;
        /// Packets that were dropped are reported on the error queue:
        /// `SOF_TXTIME_REPORT_ERRORS`.
        const REPORT_ERRORS = c::SOF_TXTIME_REPORT_ERRORS;

        const _ = !0;
    }
}

/// By which clock packets say when they shall go: `struct sock_txtime`. Each then carries its time
/// in a control message (`SCM_TXTIME`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SendTimes {
    /// The clock: `CLOCK_MONOTONIC` (1), `CLOCK_TAI` (11), … Others than the first need
    /// `CAP_NET_ADMIN` (`EPERM`).
    pub clock: i32,
    /// What the times mean.
    pub flags: SendTimesFlags,
}

impl Encode<'_> for SendTimes {
    type Value = Self;
    type Bytes = [u8; 8];

    fn encode(value: Self) -> io::Result<[u8; 8]> {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&value.clock.to_ne_bytes());
        bytes[4..].copy_from_slice(&value.flags.bits().to_ne_bytes());
        Ok(bytes)
    }
}

impl Decode for SendTimes {
    type Value = Self;
    const ROOM: usize = 8;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(bytes);
        match (fields.i32(), fields.u32()) {
            (Some(clock), Some(flags)) => {
                Ok(Self { clock, flags: SendTimesFlags::from_bits_retain(flags) })
            }
            _ => Err(invalid_data(bytes, "a clock and its flags")),
        }
    }
}
