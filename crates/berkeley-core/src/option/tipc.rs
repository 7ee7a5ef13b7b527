//! Options of TIPC sockets: level `SOL_TIPC`, linux/tipc.h.
//!
//! # Platforms
//! Linux.

use super::codec::{Count, Milliseconds, Nothing, constants, laid_out};
use super::options;
use crate::c_struct::c_structs;
use crate::constant::open_constants;

options! { SOL_TIPC;
    /// How soon messages are thrown away when there are too many: `TIPC_IMPORTANCE`.
    #[doc(alias = "TIPC_IMPORTANCE")]
    Importance: TipcImportance, ReadWrite = TIPC_IMPORTANCE;
    /// Whether messages may be thrown away here when there are too many: `TIPC_SRC_DROPPABLE`.
    #[doc(alias = "TIPC_SRC_DROPPABLE")]
    SourceDroppable: bool, ReadWrite = TIPC_SRC_DROPPABLE;
    /// Whether messages may be thrown away at their destination, and do not come back:
    /// `TIPC_DEST_DROPPABLE`.
    #[doc(alias = "TIPC_DEST_DROPPABLE")]
    DestinationDroppable: bool, ReadWrite = TIPC_DEST_DROPPABLE;
    /// How long a connect waits: `TIPC_CONN_TIMEOUT`, milliseconds, 8 seconds at first. A timeout
    /// of the socket that is shorter ends the wait sooner.
    #[doc(alias = "TIPC_CONN_TIMEOUT")]
    ConnectTimeout: Milliseconds, ReadWrite = TIPC_CONN_TIMEOUT;
    /// Whether short messages of a connection are sent at once: `TIPC_NODELAY`. Without it they
    /// are gathered.
    #[doc(alias = "TIPC_NODELAY")]
    NoDelay: bool, ReadWrite = TIPC_NODELAY;
    /// How many messages wait in all sockets of this node: `TIPC_NODE_RECVQ_DEPTH`; 0 since
    /// kernels do not count them.
    #[doc(alias = "TIPC_NODE_RECVQ_DEPTH")]
    NodeReceiveQueue: Count, ReadOnly = TIPC_NODE_RECVQ_DEPTH;
    /// How many messages wait in this socket: `TIPC_SOCK_RECVQ_DEPTH`.
    #[doc(alias = "TIPC_SOCK_RECVQ_DEPTH")]
    ReceiveQueue: Count, ReadOnly = TIPC_SOCK_RECVQ_DEPTH;
    /// Bytes that wait in this socket: `TIPC_SOCK_RECVQ_USED`.
    #[doc(alias = "TIPC_SOCK_RECVQ_USED")]
    ReceiveQueueBytes: Count, ReadOnly = TIPC_SOCK_RECVQ_USED;
    /// Sends multicasts once, to all nodes: `TIPC_MCAST_BROADCAST`. TIPC chooses at first.
    #[doc(alias = "TIPC_MCAST_BROADCAST")]
    MulticastBroadcast: Nothing, WriteOnly = TIPC_MCAST_BROADCAST;
    /// Sends multicasts to each node that wants them: `TIPC_MCAST_REPLICAST`. TIPC chooses at
    /// first.
    #[doc(alias = "TIPC_MCAST_REPLICAST")]
    MulticastReplicast: Nothing, WriteOnly = TIPC_MCAST_REPLICAST;
    /// Joins a communication group: `TIPC_GROUP_JOIN`. One for a socket.
    #[doc(alias = "TIPC_GROUP_JOIN")]
    JoinGroup: TipcGroup, WriteOnly = TIPC_GROUP_JOIN;
    /// The number of the group that the socket is in, 0 for none: `TIPC_GROUP_JOIN`, read.
    Group: u32, ReadOnly = TIPC_GROUP_JOIN;
    /// Leaves the communication group: `TIPC_GROUP_LEAVE`.
    #[doc(alias = "TIPC_GROUP_LEAVE")]
    LeaveGroup: Nothing, WriteOnly = TIPC_GROUP_LEAVE;
}

laid_out!(TipcGroup);

open_constants! {
    /// How soon a message is thrown away when there are too many.
    pub struct TipcImportance(i32);

    /// First: `TIPC_LOW_IMPORTANCE`, which sockets begin with.
    LOW = 0;
    /// Later: `TIPC_MEDIUM_IMPORTANCE`.
    MEDIUM = 1;
    /// Still later: `TIPC_HIGH_IMPORTANCE`.
    HIGH = 2;
    /// Last: `TIPC_CRITICAL_IMPORTANCE`.
    CRITICAL = 3;
}

constants!(TipcImportance);

c_structs! {
    /// A membership in a communication group: `struct tipc_group_req`.
    #[derive(Default)]
    pub struct TipcGroup {
        /// The number of the group, a service type.
        #[doc(alias = "type")]
        pub group: u32,
        /// The number of the member, a service instance.
        #[doc(alias = "instance")]
        pub member: u32,
        /// Who is meant: 2 for the cluster, 3 for this node.
        pub scope: u32,
        /// 1 for a copy of what this member sends and that is for it too
        /// (`TIPC_GROUP_LOOPBACK`), 2 for messages about who joins and leaves
        /// (`TIPC_GROUP_MEMBER_EVTS`).
        #[doc(alias = "TIPC_GROUP_LOOPBACK")]
        #[doc(alias = "TIPC_GROUP_MEMBER_EVTS")]
        pub flags: u32,
    }
}
