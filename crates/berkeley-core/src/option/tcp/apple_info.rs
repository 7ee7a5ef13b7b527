//! How a connection is doing: `struct tcp_connection_info` of macOS, netinet/tcp.h.

use crate::layout::Fields;
use crate::option::codec::{Decode, invalid_data};
use std::io;
use std::time::Duration;

/// How a connection is doing: `struct tcp_connection_info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// The state, a number of netinet/tcp_fsm.h: `tcpi_state`.
    pub state: u8,
    /// By how many bits windows are scaled, of what is sent and of what is received:
    /// `tcpi_snd_wscale`, `tcpi_rcv_wscale`.
    pub window_scales: (u8, u8),
    /// What both ends have agreed on, `TCPCI_OPT_*`: `tcpi_options`.
    pub negotiated: u32,
    /// What happens to the connection, `TCPCI_FLAG_*`: `tcpi_flags`.
    pub flags: u32,
    /// When what is not acknowledged is sent again: `tcpi_rto`.
    pub retransmit_timeout: Duration,
    /// The largest segment, in bytes: `tcpi_maxseg`.
    pub max_segment: u32,
    /// Up to where the congestion window grows fast, in bytes: `tcpi_snd_ssthresh`.
    pub slow_start_threshold: u32,
    /// How many bytes may be under way: `tcpi_snd_cwnd`.
    pub congestion_window: u32,
    /// The peer's receive window, in bytes: `tcpi_snd_wnd`.
    pub send_window: u32,
    /// Bytes in the send buffer, under way or not: `tcpi_snd_sbbytes`.
    pub send_queue: u32,
    /// This end's receive window, in bytes: `tcpi_rcv_wnd`.
    pub receive_window: u32,
    /// The time of the last round trip: `tcpi_rttcur`.
    pub last_round_trip: Duration,
    /// The time of a round trip, smoothed: `tcpi_srtt`.
    pub round_trip: Duration,
    /// How much the time of a round trip varies: `tcpi_rttvar`.
    pub round_trip_variance: Duration,
    /// What came of fast open, as the bits of the header: `tcpi_tfo_*`.
    pub fast_open: u32,
    /// Packets that were sent: `tcpi_txpackets`.
    pub packets_sent: u64,
    /// Bytes that were sent: `tcpi_txbytes`.
    pub bytes_sent: u64,
    /// Bytes that were sent again: `tcpi_txretransmitbytes`.
    pub bytes_retransmitted: u64,
    /// Packets that came: `tcpi_rxpackets`.
    pub packets_received: u64,
    /// Bytes that came: `tcpi_rxbytes`.
    pub bytes_received: u64,
    /// Bytes that came out of order: `tcpi_rxoutoforderbytes`.
    pub bytes_out_of_order: u64,
    /// Packets that were sent again: `tcpi_txretransmitpackets`.
    pub packets_retransmitted: u64,
}

impl Decode for ConnectionInfo {
    type Value = Self;
    const ROOM: usize = 4 + 13 * 4 + 7 * 8;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(bytes);
        let mut info = || {
            let [state, send_scale, receive_scale, _] = fields.bytes()?;
            let mut word = || fields.u32();
            let millis = |word: u32| Duration::from_millis(word.into());
            Some(Self {
                state,
                window_scales: (send_scale, receive_scale),
                negotiated: word()?,
                flags: word()?,
                retransmit_timeout: millis(word()?),
                max_segment: word()?,
                slow_start_threshold: word()?,
                congestion_window: word()?,
                send_window: word()?,
                send_queue: word()?,
                receive_window: word()?,
                last_round_trip: millis(word()?),
                round_trip: millis(word()?),
                round_trip_variance: millis(word()?),
                fast_open: word()?,
                packets_sent: fields.u64()?,
                bytes_sent: fields.u64()?,
                bytes_retransmitted: fields.u64()?,
                packets_received: fields.u64()?,
                bytes_received: fields.u64()?,
                bytes_out_of_order: fields.u64()?,
                packets_retransmitted: fields.u64()?,
            })
        };
        info().ok_or_else(|| invalid_data(bytes, "a report on a connection"))
    }
}
