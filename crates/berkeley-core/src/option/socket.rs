//! Options of every socket: level `SOL_SOCKET`, man 7 socket.

use super::codec::{Count, OptionalError, OptionalLinger};
use super::options;
use crate::constant::{self, Family, Kind};

options! { SOL_SOCKET;
    /// Whether an address in use by a closed connection may be bound: `SO_REUSEADDR`.
    #[doc(alias = "SO_REUSEADDR")]
    ReuseAddress: bool, ReadWrite = SO_REUSEADDR;
    /// Whether several sockets may bind one address and share its work: `SO_REUSEPORT`.
    #[doc(alias = "SO_REUSEPORT")]
    ReusePort: bool, ReadWrite = SO_REUSEPORT;
    /// Whether an idle connection is probed: `SO_KEEPALIVE`; times by the options of
    /// [`tcp`](super::tcp).
    #[doc(alias = "SO_KEEPALIVE")]
    KeepAlive: bool, ReadWrite = SO_KEEPALIVE;
    /// Whether datagrams may go to a broadcast address: `SO_BROADCAST`.
    #[doc(alias = "SO_BROADCAST")]
    Broadcast: bool, ReadWrite = SO_BROADCAST;
    /// How long a close waits for unsent data: `SO_LINGER`, whole seconds. `Some(ZERO)` resets
    /// the connection.
    #[doc(alias = "SO_LINGER")]
    Linger: OptionalLinger, ReadWrite = SO_LINGER;
    /// Bytes of the receive buffer: `SO_RCVBUF`. Linux doubles what is set, for its own use.
    #[doc(alias = "SO_RCVBUF")]
    ReceiveBuffer: Count, ReadWrite = SO_RCVBUF;
    /// Bytes of the send buffer: `SO_SNDBUF`. Linux doubles what is set, for its own use.
    #[doc(alias = "SO_SNDBUF")]
    SendBuffer: Count, ReadWrite = SO_SNDBUF;
    /// Whether urgent data stays in the stream: `SO_OOBINLINE`.
    #[doc(alias = "SO_OOBINLINE")]
    OutOfBandInline: bool, ReadWrite = SO_OOBINLINE;
    /// The error waiting on the socket, taken by reading it: `SO_ERROR`.
    #[doc(alias = "SO_ERROR")]
    Error: OptionalError, ReadOnly = SO_ERROR;
    /// The kind of the socket: `SO_TYPE`.
    #[doc(alias = "SO_TYPE")]
    Type: Kind, ReadOnly = SO_TYPE;
    /// Whether the socket listens: `SO_ACCEPTCONN`.
    #[doc(alias = "SO_ACCEPTCONN")]
    AcceptsConnections: bool, ReadOnly = SO_ACCEPTCONN;
    /// The protocol of the socket: `SO_PROTOCOL`.
    #[doc(alias = "SO_PROTOCOL")]
    #[cfg(any(linux_like, freebsd))]
    Protocol: constant::Protocol, ReadOnly = SO_PROTOCOL;
    /// The family of the socket: `SO_DOMAIN`.
    #[doc(alias = "SO_DOMAIN")]
    #[cfg(any(linux_like, freebsd))]
    Domain: Family, ReadOnly = SO_DOMAIN;
}
