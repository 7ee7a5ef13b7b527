//! How a connection is doing: `struct tcp_info` of Linux, linux/tcp.h.

use crate::constant::open_constants;
use crate::layout::Fields;
use crate::option::codec::{Decode, invalid_data};
use std::io;
use std::time::Duration;

open_constants! {
    /// The state of a connection (RFC 9293): `TCP_ESTABLISHED`, …
    pub struct State(i32);

    /// Data may flow: `TCP_ESTABLISHED`.
    ESTABLISHED = 1;
    /// A connect that was not answered yet: `TCP_SYN_SENT`.
    SYN_SENT = 2;
    /// An answer to a connect that was not acknowledged yet: `TCP_SYN_RECV`.
    SYN_RECV = 3;
    /// This end has ended, and waits for its acknowledgement: `TCP_FIN_WAIT1`.
    FIN_WAIT1 = 4;
    /// This end has ended, the other not yet: `TCP_FIN_WAIT2`.
    FIN_WAIT2 = 5;
    /// Both have ended, this end first: `TCP_TIME_WAIT`.
    TIME_WAIT = 6;
    /// There is no connection: `TCP_CLOSE`.
    CLOSE = 7;
    /// The other end has ended, this one not yet: `TCP_CLOSE_WAIT`.
    CLOSE_WAIT = 8;
    /// Both have ended, the other first: `TCP_LAST_ACK`.
    LAST_ACK = 9;
    /// The socket listens: `TCP_LISTEN`.
    LISTEN = 10;
    /// Both have ended at once: `TCP_CLOSING`.
    CLOSING = 11;
    /// A connect that was not accepted yet: `TCP_NEW_SYN_RECV`.
    NEW_SYN_RECV = 12;
}

open_constants! {
    /// What the sender makes of losses: `TCP_CA_*`.
    pub struct CongestionState(i32);

    /// Nothing is wrong: `TCP_CA_Open`.
    OPEN = 0;
    /// Packets came out of order or are lost: `TCP_CA_Disorder`.
    DISORDER = 1;
    /// The network said that it is congested: `TCP_CA_CWR`.
    REDUCED = 2;
    /// Lost packets are sent again: `TCP_CA_Recovery`.
    RECOVERY = 3;
    /// A timeout said that packets are lost: `TCP_CA_Loss`.
    LOSS = 4;
}

open_constants! {
    /// Why a fast open of this end was none: `TFO_*`.
    pub struct FastOpenFailure(i32);

    /// It was none, or nothing is known: `TFO_STATUS_UNSPEC`.
    NONE = 0;
    /// There was no cookie: `TFO_COOKIE_UNAVAILABLE`.
    NO_COOKIE = 1;
    /// The data was not acknowledged with the connect: `TFO_DATA_NOT_ACKED`.
    NOT_ACKNOWLEDGED = 2;
    /// The connect had to be sent again: `TFO_SYN_RETRANSMITTED`.
    SENT_AGAIN = 3;
}

bitflags::bitflags! {
    /// What both ends have agreed on: `TCPI_OPT_*`. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct Negotiated: u8 {
        /// Timestamps (RFC 7323): `TCPI_OPT_TIMESTAMPS`.
        const TIMESTAMPS = 1;
        /// Selective acknowledgements (RFC 2018): `TCPI_OPT_SACK`.
        const SACK = 2;
        /// Scaled windows (RFC 7323): `TCPI_OPT_WSCALE`.
        const WINDOW_SCALE = 4;
        /// Explicit congestion notification (RFC 3168): `TCPI_OPT_ECN`.
        const ECN = 8;
        /// A packet with congestion notification has come: `TCPI_OPT_ECN_SEEN`.
        const ECN_SEEN = 16;
        /// The data of a fast open was acknowledged: `TCPI_OPT_SYN_DATA`.
        const SYN_DATA = 32;
        /// Times are in microseconds, Linux 6.7: `TCPI_OPT_USEC_TS`.
        const MICROSECONDS = 64;
        /// A child of a fast open, Linux 6.13: `TCPI_OPT_TFO_CHILD`.
        const FAST_OPEN_CHILD = 128;

        const _ = !0;
    }
}

/// The fields of `tcp_info`: rows of a name and how it is read, first those that every kernel has,
/// then those that are `None` where the kernel does not know them.
macro_rules! connection_info {
    (
        $($(#[doc = $doc:literal])* $name:ident: $type:ty = $read:expr;)*
        @newer
        $($(#[doc = $newer_doc:literal])* $newer:ident: $newer_type:ty = $newer_read:expr;)*
    ) => {
        /// How a connection is doing: `struct tcp_info`.
        ///
        /// Fields that a later kernel has added are `None` where the kernel is older. "Packets" are
        /// segments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct ConnectionInfo {
            $( $(#[doc = $doc])* pub $name: $type, )*
            $( $(#[doc = $newer_doc])* pub $newer: Option<$newer_type>, )*
        }

        impl Decode for ConnectionInfo {
            type Value = Self;
            /// More than any kernel has: it says how much it wrote.
            const ROOM: usize = 512;

            fn decode(bytes: &[u8]) -> io::Result<Self> {
                let mut fields = Fields::new(bytes);
                let whole = || invalid_data(bytes, "a report on a connection");
                Ok(Self {
                    $( $name: read(&mut fields, $read).ok_or_else(whole)?, )*
                    $( $newer: read(&mut fields, $newer_read), )*
                })
            }
        }
    };
}

/// One field. (A function, so that rows can be closures without types.)
fn read<'b, T>(
    fields: &mut Fields<'b>,
    field: impl FnOnce(&mut Fields<'b>) -> Option<T>,
) -> Option<T> {
    field(fields)
}

fn u8_of(fields: &mut Fields<'_>) -> Option<u8> {
    fields.u8()
}

fn u16_of(fields: &mut Fields<'_>) -> Option<u16> {
    fields.u16()
}

fn u32_of(fields: &mut Fields<'_>) -> Option<u32> {
    fields.u32()
}

fn u64_of(fields: &mut Fields<'_>) -> Option<u64> {
    fields.u64()
}

fn micros(fields: &mut Fields<'_>) -> Option<Duration> {
    fields.u32().map(|micros| Duration::from_micros(micros.into()))
}

fn long_micros(fields: &mut Fields<'_>) -> Option<Duration> {
    fields.u64().map(Duration::from_micros)
}

fn millis(fields: &mut Fields<'_>) -> Option<Duration> {
    fields.u32().map(|millis| Duration::from_millis(millis.into()))
}

connection_info! {
    /// The state: `tcpi_state`.
    state: State = |f| f.u8().map(|state| State::from_raw(state.into()));
    /// What the sender makes of losses: `tcpi_ca_state`.
    congestion_state: CongestionState =
        |f| f.u8().map(|state| CongestionState::from_raw(state.into()));
    /// How often the oldest packet was sent again: `tcpi_retransmits`.
    retransmits: u8 = u8_of;
    /// Probes that were not answered: `tcpi_probes`.
    probes: u8 = u8_of;
    /// How often the timeout was doubled: `tcpi_backoff`.
    backoff: u8 = u8_of;
    /// What both ends have agreed on: `tcpi_options`.
    negotiated: Negotiated = |f| f.u8().map(Negotiated::from_bits_retain);
    /// By how many bits windows are scaled, of what is sent and of what is received:
    /// `tcpi_snd_wscale`, `tcpi_rcv_wscale`.
    window_scales: (u8, u8) = |f| f.u8().map(nibbles);
    /// `tcpi_delivery_rate_app_limited` and `tcpi_fastopen_client_fail`.
    limits: Limits = |f| f.u8().map(Limits);
    /// When what is not acknowledged is sent again: `tcpi_rto`.
    retransmit_timeout: Duration = micros;
    /// When what is received is acknowledged: `tcpi_ato`.
    acknowledge_timeout: Duration = micros;
    /// The largest packet that is sent, in bytes: `tcpi_snd_mss`.
    send_segment: u32 = u32_of;
    /// The largest packet that came, in bytes: `tcpi_rcv_mss`.
    receive_segment: u32 = u32_of;
    /// Packets that are not acknowledged; of a listener, connections that wait to be accepted:
    /// `tcpi_unacked`.
    unacknowledged: u32 = u32_of;
    /// Packets that were acknowledged selectively; of a listener, its backlog: `tcpi_sacked`.
    selectively_acknowledged: u32 = u32_of;
    /// Packets that are taken for lost: `tcpi_lost`.
    lost: u32 = u32_of;
    /// Packets that were sent again and are not acknowledged: `tcpi_retrans`.
    retransmitted: u32 = u32_of;
    /// Of no use any more: `tcpi_fackets`.
    forward_acknowledged: u32 = u32_of;
    /// How long ago data was last sent: `tcpi_last_data_sent`.
    last_data_sent: Duration = millis;
    /// Not known to Linux: `tcpi_last_ack_sent`.
    last_acknowledgement_sent: Duration = millis;
    /// How long ago data last came: `tcpi_last_data_recv`.
    last_data_received: Duration = millis;
    /// How long ago an acknowledgement last came: `tcpi_last_ack_recv`.
    last_acknowledgement_received: Duration = millis;
    /// What fits the path, in bytes: `tcpi_pmtu`.
    path_mtu: u32 = u32_of;
    /// Up to where the receive window grows fast, in bytes: `tcpi_rcv_ssthresh`.
    receive_slow_start_threshold: u32 = u32_of;
    /// The time of a round trip, smoothed: `tcpi_rtt`.
    round_trip: Duration = micros;
    /// How much the time of a round trip varies: `tcpi_rttvar`.
    round_trip_variance: Duration = micros;
    /// Up to where the congestion window grows fast, in packets: `tcpi_snd_ssthresh`.
    slow_start_threshold: u32 = u32_of;
    /// How many packets may be under way: `tcpi_snd_cwnd`.
    congestion_window: u32 = u32_of;
    /// The largest packet that was offered to the peer, in bytes: `tcpi_advmss`.
    advertised_segment: u32 = u32_of;
    /// How far packets come out of order: `tcpi_reordering`.
    reordering: u32 = u32_of;
    /// The time of a round trip as the receiver sees it: `tcpi_rcv_rtt`.
    receive_round_trip: Duration = micros;
    /// The receive buffer that the kernel aims for, in bytes: `tcpi_rcv_space`.
    receive_space: u32 = u32_of;
    /// How many packets were sent again in all: `tcpi_total_retrans`.
    total_retransmits: u32 = u32_of;
    @newer
    /// The rate at which packets are paced, bytes a second, `u64::MAX` for no limit:
    /// `tcpi_pacing_rate`.
    pacing_rate: u64 = u64_of;
    /// The rate that was set as the most, `u64::MAX` for none: `tcpi_max_pacing_rate`.
    max_pacing_rate: u64 = u64_of;
    /// Bytes that the peer has acknowledged: `tcpi_bytes_acked`.
    bytes_acknowledged: u64 = u64_of;
    /// Bytes that came: `tcpi_bytes_received`.
    bytes_received: u64 = u64_of;
    /// Packets that were sent: `tcpi_segs_out`.
    segments_sent: u32 = u32_of;
    /// Packets that came: `tcpi_segs_in`.
    segments_received: u32 = u32_of;
    /// Bytes that wait to be sent for the first time: `tcpi_notsent_bytes`.
    not_sent: u32 = u32_of;
    /// The shortest round trip lately; 4,295 seconds before there was one: `tcpi_min_rtt`.
    min_round_trip: Duration = micros;
    /// Packets with data that came: `tcpi_data_segs_in`.
    data_segments_received: u32 = u32_of;
    /// Packets with data that were sent: `tcpi_data_segs_out`.
    data_segments_sent: u32 = u32_of;
    /// The rate at which data arrives at the peer, bytes a second: `tcpi_delivery_rate`.
    delivery_rate: u64 = u64_of;
    /// How long there was data to send: `tcpi_busy_time`.
    busy: Duration = long_micros;
    /// How long the peer's window held data back: `tcpi_rwnd_limited`.
    limited_by_peer: Duration = long_micros;
    /// How long this end's buffer held data back: `tcpi_sndbuf_limited`.
    limited_by_buffer: Duration = long_micros;
    /// Packets that arrived at the peer: `tcpi_delivered`, Linux 4.18.
    delivered: u32 = u32_of;
    /// Those of them that came back marked for congestion: `tcpi_delivered_ce`.
    delivered_congested: u32 = u32_of;
    /// Bytes that were sent, again or not: `tcpi_bytes_sent`, Linux 4.19.
    bytes_sent: u64 = u64_of;
    /// Bytes that were sent again: `tcpi_bytes_retrans`.
    bytes_retransmitted: u64 = u64_of;
    /// How often the peer said that it had something already: `tcpi_dsack_dups`.
    duplicates: u32 = u32_of;
    /// How often packets came out of order: `tcpi_reord_seen`.
    reorderings: u32 = u32_of;
    /// Packets that came out of order: `tcpi_rcv_ooopack`, Linux 5.4.
    out_of_order: u32 = u32_of;
    /// The peer's receive window, in bytes: `tcpi_snd_wnd`, Linux 5.4.
    send_window: u32 = u32_of;
    /// This end's receive window, in bytes: `tcpi_rcv_wnd`, Linux 6.2.
    receive_window: u32 = u32_of;
    /// How often another path was tried: `tcpi_rehash`, Linux 6.2.
    rehashes: u32 = u32_of;
    /// How many timeouts there were: `tcpi_total_rto`, Linux 6.7.
    timeouts: u16 = u16_of;
    /// From how many rows of timeouts the connection has recovered: `tcpi_total_rto_recoveries`.
    timeout_recoveries: u16 = u16_of;
    /// How long that took in all: `tcpi_total_rto_time`.
    timeouts_took: Duration = millis;
    /// Packets that came marked for congestion: `tcpi_received_ce`, Linux 6.18.
    received_congested: u32 = u32_of;
    /// Bytes that arrived at the peer marked ECT(1): `tcpi_delivered_e1_bytes`.
    delivered_ect1_bytes: u32 = u32_of;
    /// Bytes that arrived at the peer marked ECT(0): `tcpi_delivered_e0_bytes`.
    delivered_ect0_bytes: u32 = u32_of;
    /// Bytes that arrived at the peer marked for congestion: `tcpi_delivered_ce_bytes`.
    delivered_congested_bytes: u32 = u32_of;
    /// Bytes that came marked ECT(1): `tcpi_received_e1_bytes`.
    received_ect1_bytes: u32 = u32_of;
    /// Bytes that came marked ECT(0): `tcpi_received_e0_bytes`.
    received_ect0_bytes: u32 = u32_of;
    /// Bytes that came marked for congestion: `tcpi_received_ce_bytes`.
    received_congested_bytes: u32 = u32_of;
}

/// Two fields of four bits: the first is the low one where bytes are little-endian.
fn nibbles(byte: u8) -> (u8, u8) {
    let (low, high) = (byte & 0xF, byte >> 4);
    if cfg!(target_endian = "little") { (low, high) } else { (high, low) }
}

/// Bits of `tcp_info` that say what held a connection back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits(u8);

impl Limits {
    /// Whether the delivery rate is that of the program, not of the path:
    /// `tcpi_delivery_rate_app_limited`.
    #[must_use]
    pub const fn application_limited(self) -> bool {
        self.0 & if cfg!(target_endian = "little") { 1 } else { 0x80 } != 0
    }

    /// Why a fast open was none: `tcpi_fastopen_client_fail`, Linux 5.5.
    #[must_use]
    pub fn fast_open_failure(self) -> FastOpenFailure {
        let shift = if cfg!(target_endian = "little") { 1 } else { 5 };
        FastOpenFailure::from_raw(i32::from(self.0 >> shift & 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte says where it is, so that a field tells its place.
    fn counting() -> Vec<u8> {
        (0..=255).collect()
    }

    #[test]
    fn what_an_older_kernel_does_not_say_is_none() {
        let bytes = counting();
        let oldest = ConnectionInfo::decode(&bytes[..104]).unwrap();
        assert_eq!(oldest.total_retransmits, u32::from_ne_bytes([100, 101, 102, 103]));
        assert_eq!(oldest.pacing_rate, None);
        let linux_5_4 = ConnectionInfo::decode(&bytes[..232]).unwrap();
        assert_eq!(linux_5_4.send_window, Some(u32::from_ne_bytes([228, 229, 230, 231])));
        assert_eq!(linux_5_4.receive_window, None);
    }

    #[test]
    fn too_few_bytes_are_an_error() {
        let refused = ConnectionInfo::decode(&counting()[..103]).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn bits_are_told_apart() {
        let limits = Limits(if cfg!(target_endian = "little") { 0b101 } else { 0b1100_0000 });
        assert!(limits.application_limited());
        assert_eq!(limits.fast_open_failure(), FastOpenFailure::NOT_ACKNOWLEDGED);
    }
}
