//! Options of multipath TCP: level `SOL_MPTCP`. Linux 5.16, linux/mptcp.h.

use super::codec::{Decode, invalid_data};
use super::options;
use crate::layout::Fields;
use std::io;
use std::time::Duration;

options! { SOL_MPTCP;
    /// How the connection is doing: `MPTCP_INFO`. `EOPNOTSUPP` once the connection has become one of
    /// plain TCP.
    #[doc(alias = "MPTCP_INFO")]
    Info: ConnectionInfo, ReadOnly = MPTCP_INFO;
}

/// How a connection of many paths is doing: `struct mptcp_info`.
///
/// Fields that a later kernel has added are `None` where the kernel is older. Paths are called
/// subflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// Paths besides the first: `mptcpi_subflows`.
    pub subflows: u8,
    /// Addresses that the peer was told: `mptcpi_add_addr_signal`.
    pub addresses_told: u8,
    /// Addresses of the peer that were taken: `mptcpi_add_addr_accepted`.
    pub addresses_accepted: u8,
    /// The most paths besides the first: `mptcpi_subflows_max`.
    pub max_subflows: u8,
    /// The most addresses that the peer is told: `mptcpi_add_addr_signal_max`.
    pub max_addresses_told: u8,
    /// The most addresses of the peer that are taken: `mptcpi_add_addr_accepted_max`.
    pub max_addresses_accepted: u8,
    /// What has happened: `mptcpi_flags`, `MPTCP_INFO_FLAG_*`.
    pub flags: u32,
    /// The number by which paths find their connection: `mptcpi_token`.
    pub token: u32,
    /// The number of the next byte to send: `mptcpi_write_seq`.
    pub send_sequence: u64,
    /// The number of the oldest byte that is not acknowledged: `mptcpi_snd_una`.
    pub unacknowledged: u64,
    /// The number of the next byte to receive: `mptcpi_rcv_nxt`.
    pub receive_sequence: u64,
    /// This end's addresses in use: `mptcpi_local_addr_used`.
    pub local_addresses: Option<u8>,
    /// The most of this end's addresses: `mptcpi_local_addr_max`.
    pub max_local_addresses: Option<u8>,
    /// Whether data is checksummed: `mptcpi_csum_enabled`.
    pub checksummed: Option<bool>,
    /// How often data was sent again: `mptcpi_retransmits`, Linux 6.5.
    pub retransmits: Option<u32>,
    /// Bytes that were sent again: `mptcpi_bytes_retrans`.
    pub bytes_retransmitted: Option<u64>,
    /// Bytes that were sent: `mptcpi_bytes_sent`.
    pub bytes_sent: Option<u64>,
    /// Bytes that came: `mptcpi_bytes_received`.
    pub bytes_received: Option<u64>,
    /// Bytes that the peer has acknowledged: `mptcpi_bytes_acked`.
    pub bytes_acknowledged: Option<u64>,
    /// Paths in all: `mptcpi_subflows_total`, Linux 6.6.
    pub all_subflows: Option<u8>,
    /// How long ago data was last sent: `mptcpi_last_data_sent`, Linux 6.10.
    pub last_data_sent: Option<Duration>,
    /// How long ago data last came: `mptcpi_last_data_recv`.
    pub last_data_received: Option<Duration>,
    /// How long ago an acknowledgement last came: `mptcpi_last_ack_recv`.
    pub last_acknowledgement_received: Option<Duration>,
}

impl Decode for ConnectionInfo {
    type Value = Self;
    /// More than any kernel has: it says how much it wrote.
    const ROOM: usize = 256;

    fn decode(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(bytes);
        let millis = |millis: u32| Duration::from_millis(millis.into());
        let mut info = || {
            // Six bytes and two of padding; three bytes and one of padding, and again.
            let [subflows, told, accepted, max_subflows, max_told, max_accepted, _, _] =
                fields.bytes()?;
            let (flags, token) = (fields.u32()?, fields.u32()?);
            let [send_sequence, unacknowledged, receive_sequence] =
                [fields.u64()?, fields.u64()?, fields.u64()?];
            let addresses = fields
                .bytes()
                .map(|[used, max, checksummed, _]: [u8; 4]| (used, max, checksummed != 0));
            Some(Self {
                subflows,
                addresses_told: told,
                addresses_accepted: accepted,
                max_subflows,
                max_addresses_told: max_told,
                max_addresses_accepted: max_accepted,
                flags,
                token,
                send_sequence,
                unacknowledged,
                receive_sequence,
                local_addresses: addresses.map(|(used, _, _)| used),
                max_local_addresses: addresses.map(|(_, max, _)| max),
                checksummed: addresses.map(|(_, _, checksummed)| checksummed),
                // Where nothing follows, these bytes are padding.
                retransmits: fields.u32().filter(|_| bytes.len() > 48),
                bytes_retransmitted: fields.u64(),
                bytes_sent: fields.u64(),
                bytes_received: fields.u64(),
                bytes_acknowledged: fields.u64(),
                all_subflows: fields.bytes().map(|[subflows, _, _, _]: [u8; 4]| subflows),
                last_data_sent: fields.u32().map(millis),
                last_data_received: fields.u32().map(millis),
                last_acknowledgement_received: fields.u32().map(millis),
            })
        };
        info().ok_or_else(|| invalid_data(bytes, "a report on a connection"))
    }
}
