//! Values of options of families as bytes: those that a C compiler makes of the kernel's structs,
//! and whatever bytes come, no panic.

use berkeley_core::can::{
    BcmFlags, BcmMessage, BcmOpcode, CanFdFlags, CanFdFrame, CanFrame, CanId,
};
use berkeley_core::option::bluetooth::{
    self, BluetoothMode, ConnectionInfo, SecurityLevel, SecuritySetting, hci, l2cap,
};
use berkeley_core::option::can::{self, CanFilter};
use berkeley_core::option::codec::{Decode, Encode, List};
use berkeley_core::option::{
    SocketOption, alg, isotp, j1939, netlink, packet, rds, sctp, tipc, unix, vsock, xdp,
};
use berkeley_core::{Credentials, Interface};
use berkeley_tests::{PATIENCE, Process, Scratch, bounded, peer, skip};
use proptest::prelude::*;
use std::fmt::Debug;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A C struct with some fields set, and what we make of the same.
struct Row {
    c_type: &'static str,
    fields: &'static str,
    ours: Vec<u8>,
}

fn row(c_type: &'static str, fields: &'static str, ours: impl AsRef<[u8]>) -> Row {
    Row { c_type, fields, ours: ours.as_ref().to_vec() }
}

fn encoded<'v, T>(value: <T as Encode<'v>>::Value) -> Vec<u8>
where
    T: Encode<'v>,
{
    T::encode(value).unwrap().as_ref().to_vec()
}

/// The headers, and the structs of each.
fn structs() -> Vec<(&'static str, Vec<Row>)> {
    let id = CanId::extended(0x0123_4567).unwrap();
    let lo = Interface::from_index(7);
    let frame = CanFrame::new(id, &[1, 2, 3]).unwrap();
    let fd = CanFdFrame::new(id, CanFdFlags::RATE_SWITCH, &[9; 48]).unwrap();
    vec![
        (
            "linux/can.h",
            vec![
                row(
                    "struct can_filter",
                    "v.can_id = 0x81234567; v.can_mask = 0xC00007FF;",
                    encoded::<List<CanFilter>>(&[CanFilter { id, mask: 0xC000_07FF }]),
                ),
                row(
                    "struct can_frame",
                    "v.can_id = 0x81234567; v.len = 3; memcpy(v.data, \"\\1\\2\\3\", 3);",
                    frame.encode(),
                ),
                row(
                    "struct can_frame",
                    "v.can_id = 0x81234567; v.len = 8; v.len8_dlc = 12; memset(v.data, 5, 8);",
                    CanFrame::new(id, &[5; 8]).unwrap().with_dlc(12).unwrap().encode(),
                ),
                row(
                    "struct can_frame",
                    "v.can_id = 0x81234567 | CAN_RTR_FLAG; v.len = 4;",
                    CanFrame::remote(id, 4).unwrap().encode(),
                ),
                row(
                    "struct canfd_frame",
                    "v.can_id = 0x81234567; v.len = 48; v.flags = CANFD_BRS; memset(v.data, 9, 48);",
                    fd.encode(),
                ),
            ],
        ),
        (
            "linux/can/bcm.h",
            vec![row(
                "struct { struct bcm_msg_head h; struct can_frame f[2]; }",
                "v.h.opcode = RX_CHANGED; v.h.flags = SETTIMER | RX_RTR_FRAME; v.h.count = 3;
                 v.h.ival1.tv_sec = 4; v.h.ival1.tv_usec = 5; v.h.ival2.tv_usec = 250000;
                 v.h.can_id = 0x81234567; v.h.nframes = 2;
                 v.f[0].can_id = v.f[1].can_id = 0x81234567; v.f[0].len = v.f[1].len = 3;
                 memcpy(v.f[0].data, \"\\1\\2\\3\", 3); memcpy(v.f[1].data, \"\\1\\2\\3\", 3);",
                BcmMessage {
                    flags: BcmFlags::SET_TIMER | BcmFlags::ANSWER_REMOTE,
                    count: 3,
                    interval1: Duration::new(4, 5_000),
                    interval2: Duration::from_millis(250),
                    frames: vec![frame; 2].into(),
                    ..BcmMessage::new(BcmOpcode::RX_CHANGED, id)
                }
                .encode()
                .unwrap(),
            )],
        ),
        (
            "linux/can/isotp.h",
            vec![
                row(
                    "struct can_isotp_options",
                    "v.flags = CAN_ISOTP_LISTEN_MODE | CAN_ISOTP_CF_BROADCAST;
                     v.frame_txtime = 0x01020304; v.ext_address = 5; v.txpad_content = 6;
                     v.rxpad_content = 7; v.rx_ext_address = 8;",
                    encoded::<isotp::IsotpOptions>(isotp::IsotpOptions {
                        flags: isotp::IsotpFlags::LISTEN | isotp::IsotpFlags::BROADCAST_LONG,
                        frame_time: 0x0102_0304,
                        address: 5,
                        transmit_padding: 6,
                        receive_padding: 7,
                        receive_address: 8,
                    }),
                ),
                row(
                    "struct can_isotp_options",
                    "v.flags = CAN_ISOTP_DEFAULT_FLAGS;
                     v.frame_txtime = CAN_ISOTP_DEFAULT_FRAME_TXTIME;
                     v.ext_address = v.rx_ext_address = CAN_ISOTP_DEFAULT_EXT_ADDRESS;
                     v.txpad_content = v.rxpad_content = CAN_ISOTP_DEFAULT_PAD_CONTENT;",
                    encoded::<isotp::IsotpOptions>(isotp::IsotpOptions::default()),
                ),
                row(
                    "struct can_isotp_fc_options",
                    "v.bs = 1; v.stmin = 2; v.wftmax = 3;",
                    encoded::<isotp::IsotpFlowControl>(isotp::IsotpFlowControl {
                        block_size: 1,
                        separation: 2,
                        waits: 3,
                    }),
                ),
                row(
                    "struct can_isotp_ll_options",
                    "v.mtu = CAN_ISOTP_DEFAULT_LL_MTU; v.tx_dl = CAN_ISOTP_DEFAULT_LL_TX_DL;
                     v.tx_flags = CAN_ISOTP_DEFAULT_LL_TX_FLAGS;",
                    encoded::<isotp::IsotpLinkLayer>(isotp::IsotpLinkLayer::default()),
                ),
            ],
        ),
        (
            "linux/can/j1939.h",
            vec![row(
                "struct j1939_filter",
                "v.name = 0x0102030405060708; v.name_mask = 0x1112131415161718; v.pgn = 0x21222324;
                 v.pgn_mask = 0x31323334; v.addr = 0x41; v.addr_mask = 0x51;",
                encoded::<List<j1939::J1939Filter>>(&[j1939::J1939Filter {
                    name: 0x0102_0304_0506_0708,
                    name_mask: 0x1112_1314_1516_1718,
                    pgn: 0x2122_2324,
                    pgn_mask: 0x3132_3334,
                    address: 0x41,
                    address_mask: 0x51,
                }]),
            )],
        ),
        (
            "linux/if_packet.h",
            vec![
                row(
                    "struct { struct packet_mreq m; char more[24]; }",
                    "v.m.mr_ifindex = 7; v.m.mr_type = PACKET_MR_MULTICAST; v.m.mr_alen = 6;
                     memset(v.m.mr_address, 3, 6);",
                    encoded::<packet::Membership>(
                        packet::Membership::multicast(lo, &[3; 6]).unwrap(),
                    ),
                ),
                row(
                    "struct { struct packet_mreq m; char more[24]; }",
                    "v.m.mr_ifindex = 7; v.m.mr_type = PACKET_MR_UNICAST; v.m.mr_alen = 8;
                     memset(v.m.mr_address, 3, 8);",
                    encoded::<packet::Membership>(
                        packet::Membership::unicast(lo, &[3; 8]).unwrap(),
                    ),
                ),
                row(
                    "struct { struct packet_mreq m; char more[24]; }",
                    "v.m.mr_ifindex = 7; v.m.mr_type = PACKET_MR_PROMISC;",
                    encoded::<packet::Membership>(packet::Membership::promiscuous(lo)),
                ),
                row(
                    "struct { struct packet_mreq m; char more[24]; }",
                    "v.m.mr_ifindex = 7; v.m.mr_type = PACKET_MR_ALLMULTI;",
                    encoded::<packet::Membership>(packet::Membership::every_multicast(lo)),
                ),
                row(
                    "struct fanout_args",
                    "v.id = 0xABCD; v.max_num_members = 9;
                     v.type_flags = PACKET_FANOUT_CPU | PACKET_FANOUT_FLAG_DEFRAG;",
                    encoded::<packet::FanoutGroup>(packet::FanoutGroup {
                        flags: packet::FanoutFlags::DEFRAGMENT,
                        max_members: 9,
                        ..packet::FanoutGroup::new(0xABCD, packet::FanoutMode::CPU)
                    }),
                ),
                row(
                    "struct tpacket_req3",
                    "v.tp_block_size = 1; v.tp_block_nr = 2; v.tp_frame_size = 3; v.tp_frame_nr = 4;
                     v.tp_retire_blk_tov = 5; v.tp_sizeof_priv = 6; v.tp_feature_req_word = 7;",
                    encoded::<packet::RingRequest>(packet::RingRequest {
                        block_size: 1,
                        block_count: 2,
                        frame_size: 3,
                        frame_count: 4,
                        retire_millis: 5,
                        private_size: 6,
                        features: 7,
                    }),
                ),
            ],
        ),
        (
            "linux/tipc.h",
            vec![row(
                "struct tipc_group_req",
                "v.type = 1; v.instance = 2; v.scope = TIPC_NODE_SCOPE;
                 v.flags = TIPC_GROUP_MEMBER_EVTS;",
                encoded::<tipc::TipcGroup>(tipc::TipcGroup {
                    group: 1,
                    member: 2,
                    scope: 3,
                    flags: 2,
                }),
            )],
        ),
        (
            "linux/rds.h",
            vec![
                row(
                    "struct rds_free_mr_args",
                    "v.cookie = 0x0102030405060708; v.flags = RDS_RDMA_INVALIDATE;",
                    encoded::<rds::RdsFreeMemory>(rds::RdsFreeMemory {
                        cookie: 0x0102_0304_0506_0708,
                        flags: rds::RdsFlags::INVALIDATE,
                    }),
                ),
                row(
                    "struct rds_rx_trace_so",
                    "v.rx_traces = 2; v.rx_trace_pos[0] = 1; v.rx_trace_pos[1] = 2;",
                    encoded::<rds::RdsTrace>(rds::RdsTrace { count: 2, moments: [1, 2, 0] }),
                ),
            ],
        ),
        (
            "linux/sctp.h",
            vec![
                row(
                    "struct sctp_initmsg",
                    "v.sinit_num_ostreams = 1; v.sinit_max_instreams = 2;
                     v.sinit_max_attempts = 3; v.sinit_max_init_timeo = 4;",
                    encoded::<sctp::SctpInit>(sctp::SctpInit {
                        streams: 1,
                        max_streams: 2,
                        max_attempts: 3,
                        max_timeout: 4,
                    }),
                ),
                row(
                    "struct sctp_event_subscribe",
                    "v.sctp_data_io_event = 1; v.sctp_send_failure_event = 1;
                     v.sctp_partial_delivery_event = 1; v.sctp_sender_dry_event = 1;
                     v.sctp_stream_change_event = 1;",
                    encoded::<sctp::SctpEvents>(sctp::SctpEvents {
                        data_io: true,
                        send_failure: true,
                        partial_delivery: true,
                        sender_dry: true,
                        stream_change: true,
                        ..Default::default()
                    }),
                ),
                row(
                    "struct sctp_rtoinfo",
                    "v.srto_assoc_id = 1; v.srto_initial = 2; v.srto_max = 3; v.srto_min = 4;",
                    encoded::<sctp::SctpRetransmission>(sctp::SctpRetransmission {
                        association: 1,
                        initial: 2,
                        max: 3,
                        min: 4,
                    }),
                ),
                row(
                    "struct sctp_assocparams",
                    "v.sasoc_assoc_id = 1; v.sasoc_asocmaxrxt = 2;
                     v.sasoc_number_peer_destinations = 3; v.sasoc_peer_rwnd = 4;
                     v.sasoc_local_rwnd = 5; v.sasoc_cookie_life = 6;",
                    encoded::<sctp::SctpAssociation>(sctp::SctpAssociation {
                        association: 1,
                        max_retransmissions: 2,
                        peer_addresses: 3,
                        peer_window: 4,
                        local_window: 5,
                        cookie_life: 6,
                    }),
                ),
                row(
                    "struct sctp_assoc_value",
                    "v.assoc_id = 1; v.assoc_value = 2;",
                    encoded::<sctp::SctpValue>(sctp::SctpValue { association: 1, value: 2 }),
                ),
                row(
                    "struct sctp_sack_info",
                    "v.sack_assoc_id = 1; v.sack_delay = 2; v.sack_freq = 3;",
                    encoded::<sctp::SctpDelayedAck>(sctp::SctpDelayedAck {
                        association: 1,
                        delay: 2,
                        frequency: 3,
                    }),
                ),
            ],
        ),
        (
            "bluetooth/bluetooth.h",
            vec![row(
                "struct bt_security",
                "v.level = BT_SECURITY_HIGH; v.key_size = 16;",
                encoded::<SecuritySetting>(SecuritySetting {
                    level: SecurityLevel::HIGH,
                    key_size: 16,
                }),
            )],
        ),
        (
            "bluetooth/l2cap.h",
            vec![
                row(
                    "struct l2cap_options",
                    "v.omtu = 1; v.imtu = 2; v.flush_to = 3; v.mode = 4; v.fcs = 5; v.max_tx = 6;
                     v.txwin_size = 7;",
                    encoded::<l2cap::L2capOptions>(l2cap::L2capOptions {
                        send_mtu: 1,
                        receive_mtu: 2,
                        flush_timeout: 3,
                        mode: BluetoothMode::EXT_FLOWCTL,
                        fcs: 5,
                        max_transmissions: 6,
                        window: 7,
                    }),
                ),
                row(
                    "struct l2cap_conninfo",
                    "v.hci_handle = 0x0102; memset(v.dev_class, 3, 3);",
                    encoded::<ConnectionInfo>(
                        ConnectionInfo::decode(&[&0x0102_u16.to_ne_bytes()[..], &[3; 4]].concat())
                            .unwrap(),
                    ),
                ),
            ],
        ),
        (
            "bluetooth/hci.h",
            vec![row(
                "struct hci_filter",
                "v.type_mask = 0x10; v.event_mask[0] = 0x4000; v.event_mask[1] = 0x40000000;
                 v.opcode = 0x0401;",
                encoded::<hci::HciFilter>(hci::HciFilter {
                    opcode: 0x0401,
                    ..hci::HciFilter::of(&[4], &[0x0E, 0x3E])
                }),
            )],
        ),
        (
            "sys/socket.h",
            vec![row(
                "struct ucred",
                "v.pid = 1; v.uid = 2; v.gid = 3;",
                encoded::<Credentials>(Credentials { pid: 1, uid: 2, gid: 3 }),
            )],
        ),
    ]
}

/// The level and the number of an option, beside their names.
fn number<O: SocketOption>(level: &'static str, name: &'static str, _: O) -> Names {
    [(level, O::LEVEL), (name, O::NAME)]
}

/// A level and an option, with their numbers.
type Names = [(&'static str, i32); 2];

/// The headers, and the numbers of each.
fn numbers() -> Vec<(&'static str, Vec<Names>)> {
    vec![
        (
            "sys/socket.h",
            vec![
                number("SOL_SOCKET", "SO_PASSCRED", unix::PassCredentials),
                number("SOL_SOCKET", "SO_PEERCRED", unix::PeerCredentials),
                number("SOL_SOCKET", "SO_PEERSEC", unix::PeerSecurity),
                number("SOL_SOCKET", "SO_PASSSEC", unix::PassSecurity),
                number("SOL_SOCKET", "SO_PEERGROUPS", unix::PeerGroups),
            ],
        ),
        (
            "linux/netlink.h",
            vec![
                number("SOL_NETLINK", "NETLINK_ADD_MEMBERSHIP", netlink::AddMembership),
                number("SOL_NETLINK", "NETLINK_DROP_MEMBERSHIP", netlink::DropMembership),
                number("SOL_NETLINK", "NETLINK_LIST_MEMBERSHIPS", netlink::Memberships),
                number("SOL_NETLINK", "NETLINK_PKTINFO", netlink::PacketInfo),
                number("SOL_NETLINK", "NETLINK_BROADCAST_ERROR", netlink::BroadcastError),
                number("SOL_NETLINK", "NETLINK_NO_ENOBUFS", netlink::NoEnobufs),
                number("SOL_NETLINK", "NETLINK_LISTEN_ALL_NSID", netlink::ListenAllNamespaces),
                number("SOL_NETLINK", "NETLINK_CAP_ACK", netlink::CappedAck),
                number("SOL_NETLINK", "NETLINK_EXT_ACK", netlink::ExtendedAck),
                number("SOL_NETLINK", "NETLINK_GET_STRICT_CHK", netlink::StrictCheck),
            ],
        ),
        (
            "linux/if_packet.h",
            vec![
                number("SOL_PACKET", "PACKET_ADD_MEMBERSHIP", packet::AddMembership),
                number("SOL_PACKET", "PACKET_DROP_MEMBERSHIP", packet::DropMembership),
                number("SOL_PACKET", "PACKET_FANOUT", packet::Fanout),
                number("SOL_PACKET", "PACKET_FANOUT_DATA", packet::FanoutProgram),
                number("SOL_PACKET", "PACKET_FANOUT_DATA", packet::FanoutFilter),
                number("SOL_PACKET", "PACKET_AUXDATA", packet::AuxiliaryData),
                number("SOL_PACKET", "PACKET_ORIGDEV", packet::OriginalInterface),
                number("SOL_PACKET", "PACKET_STATISTICS", packet::Statistics),
                number("SOL_PACKET", "PACKET_ROLLOVER_STATS", packet::RolloverStatistics),
                number("SOL_PACKET", "PACKET_IGNORE_OUTGOING", packet::IgnoreOutgoing),
                number("SOL_PACKET", "PACKET_QDISC_BYPASS", packet::QdiscBypass),
                number("SOL_PACKET", "PACKET_VNET_HDR", packet::VirtioHeader),
                number("SOL_PACKET", "PACKET_TIMESTAMP", packet::Timestamp),
                number("SOL_PACKET", "PACKET_VERSION", packet::Version),
                number("SOL_PACKET", "PACKET_HDRLEN", packet::HeaderLength),
                number("SOL_PACKET", "PACKET_RESERVE", packet::Reserve),
                number("SOL_PACKET", "PACKET_RX_RING", packet::ReceiveRing),
                number("SOL_PACKET", "PACKET_TX_RING", packet::TransmitRing),
                number("SOL_PACKET", "PACKET_LOSS", packet::Loss),
                number("SOL_PACKET", "PACKET_TX_HAS_OFF", packet::TransmitHasOffset),
                number("SOL_PACKET", "PACKET_COPY_THRESH", packet::CopyThreshold),
            ],
        ),
        (
            "linux/can/raw.h",
            vec![
                number("SOL_CAN_RAW", "CAN_RAW_FILTER", can::Filters),
                number("SOL_CAN_RAW", "CAN_RAW_ERR_FILTER", can::ErrorFilter),
                number("SOL_CAN_RAW", "CAN_RAW_LOOPBACK", can::Loopback),
                number("SOL_CAN_RAW", "CAN_RAW_RECV_OWN_MSGS", can::ReceiveOwn),
                number("SOL_CAN_RAW", "CAN_RAW_FD_FRAMES", can::FdFrames),
                number("SOL_CAN_RAW", "CAN_RAW_JOIN_FILTERS", can::JoinFilters),
                number("SOL_CAN_RAW", "CAN_RAW_XL_FRAMES", can::XlFrames),
            ],
        ),
        (
            "linux/can/isotp.h",
            vec![
                number("SOL_CAN_ISOTP", "CAN_ISOTP_OPTS", isotp::Options),
                number("SOL_CAN_ISOTP", "CAN_ISOTP_RECV_FC", isotp::FlowControl),
                number("SOL_CAN_ISOTP", "CAN_ISOTP_TX_STMIN", isotp::TransmitTime),
                number("SOL_CAN_ISOTP", "CAN_ISOTP_RX_STMIN", isotp::ReceiveTime),
                number("SOL_CAN_ISOTP", "CAN_ISOTP_LL_OPTS", isotp::LinkLayer),
            ],
        ),
        (
            "linux/can/j1939.h",
            vec![
                number("SOL_CAN_J1939", "SO_J1939_FILTER", j1939::Filters),
                number("SOL_CAN_J1939", "SO_J1939_PROMISC", j1939::Promiscuous),
                number("SOL_CAN_J1939", "SO_J1939_SEND_PRIO", j1939::SendPriority),
                number("SOL_CAN_J1939", "SO_J1939_ERRQUEUE", j1939::ErrorQueue),
            ],
        ),
        (
            "linux/tipc.h",
            vec![
                number("SOL_TIPC", "TIPC_IMPORTANCE", tipc::Importance),
                number("SOL_TIPC", "TIPC_SRC_DROPPABLE", tipc::SourceDroppable),
                number("SOL_TIPC", "TIPC_DEST_DROPPABLE", tipc::DestinationDroppable),
                number("SOL_TIPC", "TIPC_CONN_TIMEOUT", tipc::ConnectTimeout),
                number("SOL_TIPC", "TIPC_NODE_RECVQ_DEPTH", tipc::NodeReceiveQueue),
                number("SOL_TIPC", "TIPC_SOCK_RECVQ_DEPTH", tipc::ReceiveQueue),
                number("SOL_TIPC", "TIPC_SOCK_RECVQ_USED", tipc::ReceiveQueueBytes),
                number("SOL_TIPC", "TIPC_MCAST_BROADCAST", tipc::MulticastBroadcast),
                number("SOL_TIPC", "TIPC_MCAST_REPLICAST", tipc::MulticastReplicast),
                number("SOL_TIPC", "TIPC_GROUP_JOIN", tipc::JoinGroup),
                number("SOL_TIPC", "TIPC_GROUP_JOIN", tipc::Group),
                number("SOL_TIPC", "TIPC_GROUP_LEAVE", tipc::LeaveGroup),
                number("SOL_TIPC", "TIPC_NODELAY", tipc::NoDelay),
            ],
        ),
        (
            "linux/vm_sockets.h",
            vec![
                number("AF_VSOCK", "SO_VM_SOCKETS_BUFFER_SIZE", vsock::BufferSize),
                number("AF_VSOCK", "SO_VM_SOCKETS_BUFFER_MIN_SIZE", vsock::BufferMinSize),
                number("AF_VSOCK", "SO_VM_SOCKETS_BUFFER_MAX_SIZE", vsock::BufferMaxSize),
                number("AF_VSOCK", "SO_VM_SOCKETS_CONNECT_TIMEOUT", vsock::ConnectTimeout),
            ],
        ),
        (
            "linux/if_alg.h",
            vec![
                number("SOL_ALG", "ALG_SET_KEY", alg::Key),
                number("SOL_ALG", "ALG_SET_AEAD_AUTHSIZE", alg::AeadAuthSize),
                number("SOL_ALG", "ALG_SET_DRBG_ENTROPY", alg::DrbgEntropy),
            ],
        ),
        (
            "linux/rds.h",
            vec![
                number("SOL_RDS", "RDS_CANCEL_SENT_TO", rds::CancelSentTo),
                number("SOL_RDS", "RDS_GET_MR", rds::ShareMemory),
                number("SOL_RDS", "RDS_FREE_MR", rds::FreeMemory),
                number("SOL_RDS", "RDS_RECVERR", rds::ReceiveErrors),
                number("SOL_RDS", "RDS_CONG_MONITOR", rds::CongestionMonitor),
                number("SOL_RDS", "RDS_GET_MR_FOR_DEST", rds::ShareMemoryWith),
                number("SOL_RDS", "SO_RDS_TRANSPORT", rds::Transport),
                number("SOL_RDS", "SO_RDS_MSG_RXPATH_LATENCY", rds::ReceiveLatency),
                number("SOL_RDS", "SO_TIMESTAMP", rds::Timestamp),
            ],
        ),
        (
            "linux/if_xdp.h",
            vec![
                number("SOL_XDP", "XDP_MMAP_OFFSETS", xdp::MapOffsets),
                number("SOL_XDP", "XDP_RX_RING", xdp::ReceiveRing),
                number("SOL_XDP", "XDP_TX_RING", xdp::TransmitRing),
                number("SOL_XDP", "XDP_UMEM_REG", xdp::Memory),
                number("SOL_XDP", "XDP_UMEM_FILL_RING", xdp::FillRing),
                number("SOL_XDP", "XDP_UMEM_COMPLETION_RING", xdp::CompletionRing),
                number("SOL_XDP", "XDP_STATISTICS", xdp::Statistics),
                number("SOL_XDP", "XDP_OPTIONS", xdp::Options),
            ],
        ),
        (
            "linux/sctp.h",
            vec![
                number("IPPROTO_SCTP", "SCTP_NODELAY", sctp::NoDelay),
                number("IPPROTO_SCTP", "SCTP_INITMSG", sctp::Init),
                number("IPPROTO_SCTP", "SCTP_EVENTS", sctp::Events),
                number("IPPROTO_SCTP", "SCTP_RTOINFO", sctp::Retransmission),
                number("IPPROTO_SCTP", "SCTP_ASSOCINFO", sctp::Association),
                number("IPPROTO_SCTP", "SCTP_MAXSEG", sctp::MaxSegment),
                number("IPPROTO_SCTP", "SCTP_MAX_BURST", sctp::MaxBurst),
                number("IPPROTO_SCTP", "SCTP_DELAYED_SACK", sctp::DelayedAck),
                number("IPPROTO_SCTP", "SCTP_AUTOCLOSE", sctp::AutoClose),
                number("IPPROTO_SCTP", "SCTP_DISABLE_FRAGMENTS", sctp::DisableFragments),
                number("IPPROTO_SCTP", "SCTP_FRAGMENT_INTERLEAVE", sctp::FragmentInterleave),
                number("IPPROTO_SCTP", "SCTP_I_WANT_MAPPED_V4_ADDR", sctp::MappedAddresses),
                number("IPPROTO_SCTP", "SCTP_RECVRCVINFO", sctp::ReceiveInfo),
                number("IPPROTO_SCTP", "SCTP_RECVNXTINFO", sctp::ReceiveNextInfo),
                number("IPPROTO_SCTP", "SCTP_GET_ASSOC_NUMBER", sctp::Associations),
                number("IPPROTO_SCTP", "SCTP_REUSE_PORT", sctp::ReusePort),
            ],
        ),
        (
            "bluetooth/bluetooth.h",
            vec![
                number("SOL_BLUETOOTH", "BT_SECURITY", bluetooth::Security),
                number("SOL_BLUETOOTH", "BT_DEFER_SETUP", bluetooth::DeferSetup),
                number("SOL_BLUETOOTH", "BT_FLUSHABLE", bluetooth::Flushable),
                number("SOL_BLUETOOTH", "BT_POWER", bluetooth::Power),
                number("SOL_BLUETOOTH", "BT_CHANNEL_POLICY", bluetooth::ChannelPolicy),
                number("SOL_BLUETOOTH", "BT_VOICE", bluetooth::Voice),
                number("SOL_BLUETOOTH", "BT_SNDMTU", bluetooth::SendMtu),
                number("SOL_BLUETOOTH", "BT_RCVMTU", bluetooth::ReceiveMtu),
                number("SOL_BLUETOOTH", "BT_PHY", bluetooth::Phy),
                number("SOL_BLUETOOTH", "BT_MODE", bluetooth::Mode),
                number("SOL_BLUETOOTH", "BT_PKT_STATUS", bluetooth::PacketStatus),
                number("SOL_BLUETOOTH", "BT_ISO_QOS", bluetooth::IsoQos),
                number("SOL_BLUETOOTH", "BT_CODEC", bluetooth::Codecs),
            ],
        ),
        (
            "bluetooth/l2cap.h",
            vec![
                number("SOL_L2CAP", "L2CAP_OPTIONS", l2cap::Options),
                number("SOL_L2CAP", "L2CAP_CONNINFO", l2cap::Connection),
                number("SOL_L2CAP", "L2CAP_LM", l2cap::Link),
            ],
        ),
        (
            "bluetooth/rfcomm.h",
            vec![
                number("SOL_RFCOMM", "RFCOMM_CONNINFO", bluetooth::rfcomm::Connection),
                number("SOL_RFCOMM", "RFCOMM_LM", bluetooth::rfcomm::Link),
            ],
        ),
        (
            "bluetooth/sco.h",
            vec![
                number("SOL_SCO", "SCO_OPTIONS", bluetooth::sco::Mtu),
                number("SOL_SCO", "SCO_CONNINFO", bluetooth::sco::Connection),
            ],
        ),
        (
            "bluetooth/hci.h",
            vec![
                number("SOL_HCI", "HCI_DATA_DIR", hci::DataDirection),
                number("SOL_HCI", "HCI_FILTER", hci::Filter),
                number("SOL_HCI", "HCI_TIME_STAMP", hci::Timestamp),
            ],
        ),
    ]
}

/// What a C program with these headers and statements prints, a line a statement.
fn lines_of(headers: &[&str], statements: &str) -> Option<Vec<String>> {
    let compiler = peer("cc")?;
    let scratch = Scratch::new();
    let program = scratch.path("program");
    let mut source = "#define _GNU_SOURCE\n#include <stdio.h>\n#include <string.h>\n\
         #include <sys/time.h>\n#include <sys/socket.h>\n#include <netinet/in.h>\n\
         #include <bluetooth/bluetooth.h>\n"
        .to_owned();
    if !has("bluetooth/bluetooth.h") {
        source = source.replace("#include <bluetooth/bluetooth.h>\n", "");
    }
    source.extend(headers.iter().map(|header| format!("#include <{header}>\n")));
    source += "static void show(const void *bytes, unsigned long len) {\n\
         for (unsigned long i = 0; i < len; i++) printf(\"%02x\", ((unsigned char *)bytes)[i]);\n\
         printf(\"\\n\");\n}\nint main(void) {\n";
    source += statements;
    source += "return 0;\n}\n";
    let mut command = Command::new(compiler);
    command.args(["-x", "c", "-w", "-", "-o"]).arg(&program);
    let mut compiler = Process::spawn(&mut command);
    compiler.give(source.as_bytes());
    compiler.succeed();
    let output = Process::spawn(&mut Command::new(&program)).to_end();
    Some(String::from_utf8(output).unwrap().lines().map(str::to_owned).collect())
}

fn has(header: &str) -> bool {
    ["/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"]
        .iter()
        .any(|folder| Path::new(folder).join(header).exists())
}

/// Those of the headers that this machine has; the others are skipped.
fn present<T>(all: Vec<(&'static str, Vec<T>)>) -> Vec<(&'static str, Vec<T>)> {
    let (present, missing): (Vec<_>, Vec<_>) = all.into_iter().partition(|(header, _)| has(header));
    for (header, _) in missing {
        skip(&format!("no {header} (tests/setup installs it)"));
    }
    present
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn values_are_the_bytes_that_a_c_compiler_makes_of_the_same() {
    bounded(PATIENCE, || {
        let all = present(structs());
        let headers: Vec<_> = all.iter().map(|(header, _)| *header).collect();
        let rows: Vec<_> = all.into_iter().flat_map(|(_, rows)| rows).collect();
        let statements = rows.iter().map(|Row { c_type, fields, .. }| {
            format!("{{ {c_type} v; memset(&v, 0, sizeof v); {fields} show(&v, sizeof v); }}\n")
        });
        let Some(theirs) = lines_of(&headers, &statements.collect::<String>()) else { return };
        assert_eq!(theirs.len(), rows.len());
        for (row, theirs) in rows.iter().zip(theirs) {
            assert_eq!(hex(&row.ours), theirs, "{}", row.c_type);
        }
    });
}

#[test]
fn options_have_the_numbers_that_a_c_compiler_reads() {
    bounded(PATIENCE, || {
        let all = present(numbers());
        let headers: Vec<_> = all.iter().map(|(header, _)| *header).collect();
        let ours: Vec<_> = all.into_iter().flat_map(|(_, rows)| rows).flatten().collect();
        // What the header of the C library does not have, the kernel's socket.h defines.
        let levels = "#ifndef SOL_RDS\n#define SOL_RDS 276\n#endif\n\
             #ifndef SOL_XDP\n#define SOL_XDP 283\n#endif\n";
        let statements: String =
            ours.iter().map(|(name, _)| format!("printf(\"%d\\n\", (int)({name}));\n")).collect();
        let Some(theirs) = lines_of(&headers, &(levels.to_owned() + &statements)) else { return };
        assert_eq!(theirs.len(), ours.len());
        for ((name, ours), theirs) in ours.iter().zip(theirs) {
            assert_eq!(ours.to_string(), theirs, "{name}");
        }
    });
}

#[test]
fn python_reads_and_writes_our_can_messages() {
    bounded(PATIENCE, || {
        let Some(python) = peer("python3") else { return };
        let id = CanId::standard(0x123).unwrap();
        let frame = CanFrame::new(id, b"bytes").unwrap();
        let message = BcmMessage {
            flags: BcmFlags::SET_TIMER | BcmFlags::START_TIMER,
            interval2: Duration::from_millis(100),
            frames: vec![frame].into(),
            ..BcmMessage::new(BcmOpcode::TX_SETUP, id)
        };
        // The formats of the documentation of Python's socket module.
        let script = "import struct, sys
frame, message = map(bytes.fromhex, sys.argv[1:])
print(struct.unpack('=IB3x8s', frame))
head = '@3I4l2I' + 'x' * (struct.calcsize('@3I4l2I') % 8)
print(struct.unpack(head, message[:struct.calcsize(head)]))
print(struct.pack('=IB3x8s', 0x123, 5, b'bytes').hex())
print((struct.pack(head, 1, 3, 0, 0, 0, 0, 100000, 0x123, 1) + frame).hex())";
        let message_bytes = message.encode().unwrap();
        let mut command = Command::new(python);
        command.args(["-c", script, &hex(&frame.encode()), &hex(&message_bytes)]);
        let mut python = Process::spawn(&mut command);
        assert_eq!(python.line(), "(291, 5, b'bytes\\x00\\x00\\x00')");
        assert_eq!(python.line(), "(1, 3, 0, 0, 0, 0, 100000, 291, 1)");
        assert_eq!(python.line(), hex(&frame.encode()));
        assert_eq!(python.line(), hex(&message_bytes));
        python.succeed();
    });
}

/// Decodes `bytes`, and where that is a value, encodes it and decodes that again.
fn there_and_back<T>(bytes: &[u8])
where
    T: Decode<Value = T> + for<'v> Encode<'v, Value = T> + PartialEq + Debug + Copy,
{
    if let Ok(value) = T::decode(bytes) {
        assert_eq!(T::decode(&encoded::<T>(value)).unwrap(), value);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        there_and_back::<Credentials>(&bytes);
        there_and_back::<can::CanXlVirtualNetwork>(&bytes);
        there_and_back::<isotp::IsotpOptions>(&bytes);
        there_and_back::<isotp::IsotpFlowControl>(&bytes);
        there_and_back::<isotp::IsotpLinkLayer>(&bytes);
        there_and_back::<packet::FanoutGroup>(&bytes);
        there_and_back::<packet::PacketStatistics>(&bytes);
        there_and_back::<packet::PacketRollover>(&bytes);
        there_and_back::<packet::RingRequest>(&bytes);
        there_and_back::<packet::RingVersion>(&bytes);
        there_and_back::<tipc::TipcGroup>(&bytes);
        there_and_back::<tipc::TipcImportance>(&bytes);
        there_and_back::<rds::RdsFreeMemory>(&bytes);
        there_and_back::<rds::RdsTrace>(&bytes);
        there_and_back::<rds::RdsTransport>(&bytes);
        there_and_back::<xdp::XdpMapOffsets>(&bytes);
        there_and_back::<xdp::XdpStatistics>(&bytes);
        there_and_back::<sctp::SctpInit>(&bytes);
        there_and_back::<sctp::SctpEvents>(&bytes);
        there_and_back::<sctp::SctpRetransmission>(&bytes);
        there_and_back::<sctp::SctpAssociation>(&bytes);
        there_and_back::<sctp::SctpValue>(&bytes);
        there_and_back::<sctp::SctpDelayedAck>(&bytes);
        there_and_back::<SecuritySetting>(&bytes);
        there_and_back::<ConnectionInfo>(&bytes);
        there_and_back::<BluetoothMode>(&bytes);
        there_and_back::<bluetooth::BluetoothPolicy>(&bytes);
        there_and_back::<bluetooth::BluetoothVoice>(&bytes);
        there_and_back::<l2cap::L2capOptions>(&bytes);
        there_and_back::<hci::HciFilter>(&bytes);
        let _ = List::<CanFilter>::decode(&bytes);
        let _ = List::<u32>::decode(&bytes);
        let _ = netlink::Groups::decode(&bytes);
        let _ = isotp::Nanoseconds::decode(&bytes);
    }

    #[test]
    fn a_descriptor_is_never_made_of_bytes(bytes in prop::collection::vec(any::<u8>(), 0..8)) {
        let made = berkeley_core::option::codec::PeerProcess::decode(&bytes);
        prop_assert!(made.is_err());
    }

    #[test]
    fn any_bytes_are_frames_or_errors(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        use berkeley_core::can::CanAnyFrame;
        for len in [CanFrame::SIZE, CanFdFrame::SIZE, bytes.len()] {
            let Some(bytes) = bytes.get(..len) else { continue };
            if let Ok(frame) = CanAnyFrame::decode(bytes) {
                let again = match frame {
                    CanAnyFrame::Classic(frame) => CanAnyFrame::decode(&frame.encode()),
                    CanAnyFrame::Fd(frame) => CanAnyFrame::decode(&frame.encode()),
                };
                prop_assert_eq!(again.unwrap(), frame);
                prop_assert!(frame.data().len() <= CanFdFrame::MOST);
            }
        }
        if let Ok(message) = BcmMessage::decode(&bytes) {
            // An interval near the end of time may grow past it, by its microseconds.
            if let Ok(bytes) = message.encode() {
                prop_assert_eq!(BcmMessage::decode(&bytes).unwrap(), message);
            }
        }
    }

    #[test]
    fn frames_are_what_went_into_them(
        number in 0_u32..0x2000_0000,
        data in prop::collection::vec(any::<u8>(), 0..=64),
        flags in any::<u8>(),
        count in 0_usize..5,
        micros in 0_u64..1 << 50,
    ) {
        let id = CanId::extended(number).unwrap();
        let fd = CanFdFrame::new(id, CanFdFlags::from_bits_retain(flags), &data).unwrap();
        prop_assert_eq!(CanFdFrame::decode(&fd.encode()).unwrap(), fd);
        prop_assert_eq!((fd.id().number(), fd.data()), (number, &data[..]));
        let short = &data[..data.len().min(8)];
        let frame = CanFrame::new(id, short).unwrap();
        prop_assert_eq!(CanFrame::decode(&frame.encode()).unwrap(), frame);
        prop_assert_eq!((frame.id().number(), frame.data()), (number, short));
        let mut message = BcmMessage::new(BcmOpcode::TX_SETUP, id);
        message.interval1 = Duration::from_micros(micros);
        message.frames = vec![fd; count].into();
        let back = BcmMessage::decode(&message.encode().unwrap()).unwrap();
        message.flags = BcmFlags::FD_FRAMES;
        prop_assert_eq!(back, message);
    }
}
