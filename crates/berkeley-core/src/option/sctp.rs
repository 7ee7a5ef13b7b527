//! Options of SCTP sockets: level `IPPROTO_SCTP`, RFC 6458, man 7 sctp, linux/sctp.h. Those of the
//! future associations of a socket, or of the one that it has.
//!
//! # Platforms
//! Linux.

use super::codec::{Count, Seconds, laid_out};
use super::options;
use crate::c_struct::c_structs;

options! { IPPROTO_SCTP;
    /// Sends short messages at once instead of gathering them: `SCTP_NODELAY`.
    #[doc(alias = "SCTP_NODELAY")]
    NoDelay: bool, ReadWrite = SCTP_NODELAY;
    /// What associations begin with: `SCTP_INITMSG`, before connect.
    #[doc(alias = "SCTP_INITMSG")]
    Init: SctpInit, ReadWrite = SCTP_INITMSG;
    /// Which events come as messages, marked
    /// [`MsgFlags::NOTIFICATION`](crate::MsgFlags::NOTIFICATION): `SCTP_EVENTS`. Kernels before
    /// 5.3 know fewer, and refuse these (`EINVAL`).
    #[doc(alias = "SCTP_EVENTS")]
    Events: SctpEvents, ReadWrite = SCTP_EVENTS;
    /// When messages are sent again: `SCTP_RTOINFO`.
    #[doc(alias = "SCTP_RTOINFO")]
    Retransmission: SctpRetransmission, ReadWrite = SCTP_RTOINFO;
    /// How an association gives up, and its windows: `SCTP_ASSOCINFO`.
    #[doc(alias = "SCTP_ASSOCINFO")]
    Association: SctpAssociation, ReadWrite = SCTP_ASSOCINFO;
    /// The most bytes of a message in one piece: `SCTP_MAXSEG`; 0 for what the path takes.
    #[doc(alias = "SCTP_MAXSEG")]
    MaxSegment: SctpValue, ReadWrite = SCTP_MAXSEG;
    /// How many packets may be sent at once: `SCTP_MAX_BURST`.
    #[doc(alias = "SCTP_MAX_BURST")]
    MaxBurst: SctpValue, ReadWrite = SCTP_MAX_BURST;
    /// When acknowledgements are sent: `SCTP_DELAYED_SACK`.
    #[doc(alias = "SCTP_DELAYED_SACK")]
    #[doc(alias = "SCTP_DELAYED_ACK_TIME")]
    DelayedAck: SctpDelayedAck, ReadWrite = SCTP_DELAYED_SACK;
    /// After what time an idle association ends, of one-to-many sockets: `SCTP_AUTOCLOSE`, whole
    /// seconds, 0 for never.
    #[doc(alias = "SCTP_AUTOCLOSE")]
    AutoClose: Seconds, ReadWrite = SCTP_AUTOCLOSE;
    /// Whether messages too long for a packet are refused, not cut into pieces:
    /// `SCTP_DISABLE_FRAGMENTS`.
    #[doc(alias = "SCTP_DISABLE_FRAGMENTS")]
    DisableFragments: bool, ReadWrite = SCTP_DISABLE_FRAGMENTS;
    /// How pieces of several messages mix when they are received: `SCTP_FRAGMENT_INTERLEAVE`, 0
    /// for not at all, 1 for associations, 2 for streams too.
    #[doc(alias = "SCTP_FRAGMENT_INTERLEAVE")]
    FragmentInterleave: Count, ReadWrite = SCTP_FRAGMENT_INTERLEAVE;
    /// Whether IPv4 addresses come as IPv6 ones: `SCTP_I_WANT_MAPPED_V4_ADDR`.
    #[doc(alias = "SCTP_I_WANT_MAPPED_V4_ADDR")]
    MappedAddresses: bool, ReadWrite = SCTP_I_WANT_MAPPED_V4_ADDR;
    /// Whether each message comes with its stream and more, as a control message
    /// (`SCTP_RCVINFO`): `SCTP_RECVRCVINFO`.
    #[doc(alias = "SCTP_RECVRCVINFO")]
    ReceiveInfo: bool, ReadWrite = SCTP_RECVRCVINFO;
    /// Whether each message comes with what is known of the next, as a control message
    /// (`SCTP_NXTINFO`): `SCTP_RECVNXTINFO`.
    #[doc(alias = "SCTP_RECVNXTINFO")]
    ReceiveNextInfo: bool, ReadWrite = SCTP_RECVNXTINFO;
    /// How many associations a one-to-many socket has: `SCTP_GET_ASSOC_NUMBER`.
    #[doc(alias = "SCTP_GET_ASSOC_NUMBER")]
    Associations: Count, ReadOnly = SCTP_GET_ASSOC_NUMBER;
    /// Whether one-to-one sockets may share an address, before bind: `SCTP_REUSE_PORT`, from
    /// Linux 4.19.
    #[doc(alias = "SCTP_REUSE_PORT")]
    ReusePort: bool, ReadWrite = SCTP_REUSE_PORT;
}

laid_out!(SctpInit, SctpEvents, SctpRetransmission, SctpAssociation, SctpValue, SctpDelayedAck,);

c_structs! {
    /// What associations begin with: `struct sctp_initmsg`. When set, 0 leaves a field as it was.
    #[derive(Default)]
    pub struct SctpInit {
        /// How many streams to send on are asked for.
        #[doc(alias = "sinit_num_ostreams")]
        pub streams: u16,
        /// The most streams that the peer may send on.
        #[doc(alias = "sinit_max_instreams")]
        pub max_streams: u16,
        /// How often it is tried.
        #[doc(alias = "sinit_max_attempts")]
        pub max_attempts: u16,
        /// The longest time between two tries, milliseconds.
        #[doc(alias = "sinit_max_init_timeo")]
        pub max_timeout: u16,
    }

    /// Which events come as messages: `struct sctp_event_subscribe`.
    #[derive(Default)]
    pub struct SctpEvents {
        /// `SCTP_SNDRCV` comes with each message, as a control message.
        pub data_io: bool,
        /// An association begins or ends.
        pub association: bool,
        /// An address of the peer can be reached or not.
        pub address: bool,
        /// A message could not be sent.
        pub send_failure: bool,
        /// The peer reports an error.
        pub peer_error: bool,
        /// The peer has ended its sending.
        pub shutdown: bool,
        /// The delivery of a message in pieces was given up.
        pub partial_delivery: bool,
        /// The peer's adaptation layer.
        pub adaptation_layer: bool,
        /// Keys.
        pub authentication: bool,
        /// Everything was sent and acknowledged.
        pub sender_dry: bool,
        /// A stream was reset.
        pub stream_reset: bool,
        /// The association was reset.
        pub association_reset: bool,
        /// Streams were added.
        pub stream_change: bool,
        /// A message could not be sent, told in the newer layout.
        pub send_failure_event: bool,
    }

    /// When messages are sent again: `struct sctp_rtoinfo`, milliseconds. When set, 0 leaves a
    /// field as it was.
    #[derive(Default)]
    pub struct SctpRetransmission {
        /// The association, 0 for future ones.
        pub association: i32,
        /// The first time.
        pub initial: u32,
        /// The longest.
        pub max: u32,
        /// The shortest.
        pub min: u32,
    }

    /// How an association gives up, and its windows: `struct sctp_assocparams`. When set, 0
    /// leaves a field as it was.
    #[derive(Default)]
    pub struct SctpAssociation {
        /// The association, 0 for future ones.
        pub association: i32,
        /// How often something is sent again before it gives up.
        #[doc(alias = "sasoc_asocmaxrxt")]
        pub max_retransmissions: u16,
        /// How many addresses the peer has.
        #[doc(alias = "sasoc_number_peer_destinations")]
        pub peer_addresses: u16,
        /// Bytes that the peer has room for.
        #[doc(alias = "sasoc_peer_rwnd")]
        pub peer_window: u32,
        /// Bytes that there is room for here.
        #[doc(alias = "sasoc_local_rwnd")]
        pub local_window: u32,
        /// How long the peer may take to begin, milliseconds.
        #[doc(alias = "sasoc_cookie_life")]
        pub cookie_life: u32,
    }

    /// A number of an association: `struct sctp_assoc_value`.
    #[derive(Default)]
    pub struct SctpValue {
        /// The association, 0 for future ones.
        pub association: i32,
        /// The number.
        pub value: u32,
    }

    /// When acknowledgements are sent: `struct sctp_sack_info`. When set, 0 leaves a field as it
    /// was.
    #[derive(Default)]
    pub struct SctpDelayedAck {
        /// The association, 0 for future ones.
        pub association: i32,
        /// How long they wait, milliseconds, 500 at most.
        pub delay: u32,
        /// After how many packets they do not wait: 1 for never.
        pub frequency: u32,
    }
}
