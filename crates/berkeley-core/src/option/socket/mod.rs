//! Options of every socket: level `SOL_SOCKET`, man 7 socket. Those of Unix sockets, which have the
//! same level, are in a module of their own.
//!
//! | file | what |
//! |---|---|
//! | `filter.rs` | programs that look at packets before they are received |
//! | `timestamping.rs` | when packets came and went, and when they shall go |
//! | `memory.rs` | what a socket has in memory |

#[cfg(linux_like)]
mod filter;
#[cfg(linux_like)]
mod memory;
#[cfg(linux_like)]
mod timestamping;

#[cfg(linux_like)]
pub use filter::{Descriptor, Instruction, Program};
#[cfg(linux_like)]
pub use memory::{BufferLocks, MemoryUse};
#[cfg(linux_like)]
pub use timestamping::{ClockTimestamps, SendTimes, SendTimesFlags, Timestamps};

use super::codec::{Count, OptionalError, OptionalLinger, OptionalTimeout};
#[cfg(linux_like)]
use super::codec::{Flags, Microseconds, OptionalBool, OptionalCount, OptionalRate, Text};
use super::options;
#[cfg(linux_like)]
use crate::Interface;
use crate::constant::Kind;
#[cfg(any(linux_like, freebsd))]
use crate::constant::{self, Family};

options! { SOL_SOCKET;
    /// Whether an address in use by a closed connection may be bound: `SO_REUSEADDR`.
    #[doc(alias = "SO_REUSEADDR")]
    ReuseAddress: bool, ReadWrite = SO_REUSEADDR;
    /// Whether several sockets may bind one address and share its work: `SO_REUSEPORT`.
    #[doc(alias = "SO_REUSEPORT")]
    ReusePort: bool, ReadWrite = SO_REUSEPORT;
    /// Whether several sockets may bind one address and share its work evenly: `SO_REUSEPORT_LB`,
    /// FreeBSD.
    #[doc(alias = "SO_REUSEPORT_LB")]
    #[cfg(freebsd)]
    ReusePortEvenly: bool, ReadWrite = SO_REUSEPORT_LB;
    /// Whether nobody else may bind the address, `SO_REUSEADDR` or not: `SO_EXCLUSIVEADDRUSE`,
    /// Windows, before bind.
    #[doc(alias = "SO_EXCLUSIVEADDRUSE")]
    #[cfg(windows)]
    ExclusiveAddressUse: bool, ReadWrite = SO_EXCLUSIVEADDRUSE;
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
    #[cfg(not(apple))]
    Linger: OptionalLinger, ReadWrite = SO_LINGER;
    /// How long a close waits for unsent data: `SO_LINGER_SEC` (the unit of `SO_LINGER` is a clock
    /// tick here), whole seconds. `Some(ZERO)` resets the connection.
    #[doc(alias = "SO_LINGER")]
    #[doc(alias = "SO_LINGER_SEC")]
    #[cfg(apple)]
    Linger: OptionalLinger, ReadWrite = SO_LINGER_SEC;
    /// Whether urgent data stays in the stream: `SO_OOBINLINE`.
    #[doc(alias = "SO_OOBINLINE")]
    OutOfBandInline: bool, ReadWrite = SO_OOBINLINE;
    /// Whether packets go only to hosts on a directly connected network: `SO_DONTROUTE`.
    #[doc(alias = "SO_DONTROUTE")]
    DontRoute: bool, ReadWrite = SO_DONTROUTE;
    /// Whether the kernel's debugging of the socket is on: `SO_DEBUG`. `EACCES` without
    /// `CAP_NET_ADMIN`.
    #[doc(alias = "SO_DEBUG")]
    Debug: bool, ReadWrite = SO_DEBUG;
    /// Whether a routing socket hears what it sent itself: `SO_USELOOPBACK`, the BSDs and macOS.
    #[doc(alias = "SO_USELOOPBACK")]
    #[cfg(any(apple, bsd))]
    UseLoopback: bool, ReadWrite = SO_USELOOPBACK;
    /// Whether sends to a peer that is gone fail without SIGPIPE: `SO_NOSIGPIPE`. On macOS this
    /// crate sets it on every socket.
    #[doc(alias = "SO_NOSIGPIPE")]
    #[cfg(any(apple, freebsd, netbsd))]
    NoSigPipe: bool, ReadWrite = SO_NOSIGPIPE;

    // What the socket is.

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
    /// A number that no other socket has since boot: `SO_COOKIE`, Linux. It is how ss(8) and
    /// sock_diag(7) name sockets.
    #[doc(alias = "SO_COOKIE")]
    #[cfg(linux_like)]
    Cookie: u64, ReadOnly = SO_COOKIE;
    /// The number of the socket's network namespace: `SO_NETNS_COOKIE`, Linux 5.14.
    #[doc(alias = "SO_NETNS_COOKIE")]
    #[cfg(linux_like)]
    NamespaceCookie: u64, ReadOnly = SO_NETNS_COOKIE;

    // Buffers and limits.

    /// Bytes of the receive buffer: `SO_RCVBUF`. Linux doubles what is set, for its own use.
    #[doc(alias = "SO_RCVBUF")]
    ReceiveBuffer: Count, ReadWrite = SO_RCVBUF;
    /// Bytes of the send buffer: `SO_SNDBUF`. Linux doubles what is set, for its own use.
    #[doc(alias = "SO_SNDBUF")]
    SendBuffer: Count, ReadWrite = SO_SNDBUF;
    /// Bytes of the receive buffer, past the system's limit: `SO_RCVBUFFORCE`, Linux. `EPERM`
    /// without `CAP_NET_ADMIN`. Read it with [`ReceiveBuffer`].
    #[doc(alias = "SO_RCVBUFFORCE")]
    #[cfg(linux_like)]
    ReceiveBufferForce: Count, WriteOnly = SO_RCVBUFFORCE;
    /// Bytes of the send buffer, past the system's limit: `SO_SNDBUFFORCE`, Linux. `EPERM` without
    /// `CAP_NET_ADMIN`. Read it with [`SendBuffer`].
    #[doc(alias = "SO_SNDBUFFORCE")]
    #[cfg(linux_like)]
    SendBufferForce: Count, WriteOnly = SO_SNDBUFFORCE;
    /// Which buffer sizes the kernel leaves as they were set: `SO_BUF_LOCK`, Linux 5.14.
    #[doc(alias = "SO_BUF_LOCK")]
    #[cfg(linux_like)]
    BufferLock: Flags<BufferLocks>, ReadWrite = SO_BUF_LOCK;
    /// How many bytes make the socket readable: `SO_RCVLOWAT`, 1 at first. Linux honours it for
    /// TCP in poll(2) too.
    #[doc(alias = "SO_RCVLOWAT")]
    ReceiveLowWater: Count, ReadWrite = SO_RCVLOWAT;
    /// How many bytes of room make the socket writable: `SO_SNDLOWAT`, always 1 on Linux.
    #[doc(alias = "SO_SNDLOWAT")]
    #[cfg(linux_like)]
    SendLowWater: Count, ReadOnly = SO_SNDLOWAT;
    /// How many bytes of room make the socket writable: `SO_SNDLOWAT`.
    #[doc(alias = "SO_SNDLOWAT")]
    #[cfg(not(linux_like))]
    SendLowWater: Count, ReadWrite = SO_SNDLOWAT;
    /// How long the kernel lets a blocking receive wait: `SO_RCVTIMEO`, microseconds, rounded to
    /// clock ticks; `None` is without limit.
    ///
    /// The modes of this crate do not use it: a deadline that it ends is `WouldBlock`, and a
    /// socket with a timeout or in async code never waits in the kernel's receive. Prefer
    /// [`Socket::set_timeout`](crate::Socket::set_timeout).
    #[doc(alias = "SO_RCVTIMEO")]
    ReceiveTimeout: OptionalTimeout, ReadWrite = SO_RCVTIMEO;
    /// How long the kernel lets a blocking send wait: `SO_SNDTIMEO`, as [`ReceiveTimeout`].
    #[doc(alias = "SO_SNDTIMEO")]
    SendTimeout: OptionalTimeout, ReadWrite = SO_SNDTIMEO;
    /// Bytes of memory that are charged to the socket ahead of need: `SO_RESERVE_MEM`, Linux 5.16.
    /// `EOPNOTSUPP` outside of a memory cgroup.
    #[doc(alias = "SO_RESERVE_MEM")]
    #[cfg(linux_like)]
    ReserveMemory: Count, ReadWrite = SO_RESERVE_MEM;
    /// What the socket has in memory: `SO_MEMINFO`, Linux 4.12.
    #[doc(alias = "SO_MEMINFO")]
    #[cfg(linux_like)]
    Memory: MemoryUse, ReadOnly = SO_MEMINFO;

    // Where packets go, and how.

    /// The interface that the socket is bound to, by name: `SO_BINDTODEVICE`, Linux; empty for
    /// none. `EPERM` without `CAP_NET_RAW` when it is bound to one already.
    #[doc(alias = "SO_BINDTODEVICE")]
    #[cfg(linux_like)]
    BindToDevice: Text<16>, ReadWrite = SO_BINDTODEVICE;
    /// The interface that the socket is bound to: `SO_BINDTOIFINDEX`, Linux 5.0;
    /// [`Interface::ANY`] for none. Whether there is such an interface is not looked at. `EPERM`
    /// without `CAP_NET_RAW` when it is bound to one already.
    #[doc(alias = "SO_BINDTOIFINDEX")]
    #[cfg(linux_like)]
    BindToInterface: Interface, ReadWrite = SO_BINDTOIFINDEX;
    /// The priority of what is sent, in the queues of the interface: `SO_PRIORITY`, Linux. More
    /// than 6 needs `CAP_NET_ADMIN` (`EPERM`).
    #[doc(alias = "SO_PRIORITY")]
    #[cfg(linux_like)]
    Priority: u32, ReadWrite = SO_PRIORITY;
    /// The mark of what is sent, for routing and packet filters: `SO_MARK`, Linux. `EPERM` without
    /// `CAP_NET_ADMIN` or `CAP_NET_RAW`.
    #[doc(alias = "SO_MARK")]
    #[cfg(linux_like)]
    Mark: u32, ReadWrite = SO_MARK;
    /// A mark of the socket for packet filters: `SO_USER_COOKIE`, FreeBSD.
    #[doc(alias = "SO_USER_COOKIE")]
    #[cfg(freebsd)]
    UserCookie: u32, WriteOnly = SO_USER_COOKIE;
    /// The routing table of the socket: `SO_SETFIB`, FreeBSD.
    #[doc(alias = "SO_SETFIB")]
    #[cfg(freebsd)]
    RoutingTable: Count, WriteOnly = SO_SETFIB;
    /// The routing table of the socket: `SO_RTABLE`, OpenBSD.
    #[doc(alias = "SO_RTABLE")]
    #[cfg(openbsd)]
    RoutingTable: Count, ReadWrite = SO_RTABLE;
    /// The most bytes that go out in a second: `SO_MAX_PACING_RATE`, Linux; `None` is without
    /// limit.
    #[doc(alias = "SO_MAX_PACING_RATE")]
    #[cfg(linux_like)]
    MaxPacingRate: OptionalRate, ReadWrite = SO_MAX_PACING_RATE;
    /// Whether each packet says when it shall go, and by which clock: `SO_TXTIME`, Linux 4.19.
    #[doc(alias = "SO_TXTIME")]
    #[cfg(linux_like)]
    SendTime: SendTimes, ReadWrite = SO_TXTIME;
    /// Whether another path is tried after timeouts: `SO_TXREHASH`, Linux 5.18; `None` is as the
    /// system has it (net.core.txrehash).
    #[doc(alias = "SO_TXREHASH")]
    #[cfg(linux_like)]
    RehashOnTimeout: OptionalBool, ReadWrite = SO_TXREHASH;
    /// Says that the path does not work (`true`), so that the kernel looks for another:
    /// `SO_CNX_ADVICE`, Linux 4.10.
    #[doc(alias = "SO_CNX_ADVICE")]
    #[cfg(linux_like)]
    ConnectionAdvice: bool, WriteOnly = SO_CNX_ADVICE;
    /// Whether UDP over IPv4 is sent without a checksum: `SO_NO_CHECK`, Linux.
    #[doc(alias = "SO_NO_CHECK")]
    #[cfg(linux_like)]
    NoChecksum: bool, ReadWrite = SO_NO_CHECK;
    /// Whether a packet socket brings the last four bytes of a frame, its checksum, itself:
    /// `SO_NOFCS`, Linux.
    #[doc(alias = "SO_NOFCS")]
    #[cfg(linux_like)]
    NoFrameChecksum: bool, ReadWrite = SO_NOFCS;
    /// Whether `MSG_ZEROCOPY` works on this socket: `SO_ZEROCOPY`, Linux 4.14.
    #[doc(alias = "SO_ZEROCOPY")]
    #[cfg(linux_like)]
    ZeroCopy: bool, ReadWrite = SO_ZEROCOPY;

    // What is received with the data, as control messages.

    /// Whether datagrams come with the time of their arrival, in microseconds: `SO_TIMESTAMP`.
    #[doc(alias = "SO_TIMESTAMP")]
    Timestamp: bool, ReadWrite = SO_TIMESTAMP;
    /// Whether datagrams come with the time of their arrival, in nanoseconds: `SO_TIMESTAMPNS`,
    /// Linux.
    #[doc(alias = "SO_TIMESTAMPNS")]
    #[cfg(linux_like)]
    TimestampNanoseconds: bool, ReadWrite = SO_TIMESTAMPNS;
    /// Which times are taken of packets that come and go: `SO_TIMESTAMPING`, Linux.
    #[doc(alias = "SO_TIMESTAMPING")]
    #[cfg(linux_like)]
    Timestamping: Flags<Timestamps>, ReadWrite = SO_TIMESTAMPING;
    /// As [`Timestamping`], by a hardware clock of the caller's choice: `SO_TIMESTAMPING` with
    /// `struct so_timestamping`, Linux 5.14.
    #[doc(alias = "SO_TIMESTAMPING")]
    #[cfg(linux_like)]
    ClockTimestamping: ClockTimestamps, ReadWrite = SO_TIMESTAMPING;
    /// Whether datagrams come with the number of those that were dropped before: `SO_RXQ_OVFL`,
    /// Linux.
    #[doc(alias = "SO_RXQ_OVFL")]
    #[cfg(linux_like)]
    ReceiveDrops: bool, ReadWrite = SO_RXQ_OVFL;
    /// Whether packets come with their mark: `SO_RCVMARK`, Linux 6.0.
    #[doc(alias = "SO_RCVMARK")]
    #[cfg(linux_like)]
    ReceiveMark: bool, ReadWrite = SO_RCVMARK;
    /// Whether packets come with their priority: `SO_RCVPRIORITY`, Linux 6.14.
    #[doc(alias = "SO_RCVPRIORITY")]
    #[cfg(linux_like)]
    ReceivePriority: bool, ReadWrite = SO_RCVPRIORITY;
    /// Whether packet sockets get the radio's report on what they sent: `SO_WIFI_STATUS`, Linux.
    #[doc(alias = "SO_WIFI_STATUS")]
    #[cfg(linux_like)]
    WifiStatus: bool, ReadWrite = SO_WIFI_STATUS;

    // How the socket is read and waited for.

    /// Where the next peek starts: `SO_PEEK_OFF`, Linux, bytes from the front of the queue; each
    /// peek moves it on, each receive back. `None` peeks at the front.
    #[doc(alias = "SO_PEEK_OFF")]
    #[cfg(linux_like)]
    PeekOffset: OptionalCount, ReadWrite = SO_PEEK_OFF;
    /// Whether select(2) reports a filled error queue as an exception: `SO_SELECT_ERR_QUEUE`, Linux.
    #[doc(alias = "SO_SELECT_ERR_QUEUE")]
    #[cfg(linux_like)]
    SelectErrorQueue: bool, ReadWrite = SO_SELECT_ERR_QUEUE;
    /// How long a blocking receive polls the interface before it sleeps: `SO_BUSY_POLL`, Linux,
    /// microseconds. More than the system's own needs `CAP_NET_ADMIN` (`EPERM`).
    #[doc(alias = "SO_BUSY_POLL")]
    #[cfg(linux_like)]
    BusyPoll: Microseconds, ReadWrite = SO_BUSY_POLL;
    /// Whether the interface leaves polling to the program: `SO_PREFER_BUSY_POLL`, Linux 5.11.
    /// `EPERM` without `CAP_NET_ADMIN`.
    #[doc(alias = "SO_PREFER_BUSY_POLL")]
    #[cfg(linux_like)]
    PreferBusyPoll: bool, ReadWrite = SO_PREFER_BUSY_POLL;
    /// How many packets one busy poll may take: `SO_BUSY_POLL_BUDGET`, Linux 5.11, to 65,535. More
    /// than at first needs `CAP_NET_ADMIN` (`EPERM`).
    #[doc(alias = "SO_BUSY_POLL_BUDGET")]
    #[cfg(linux_like)]
    BusyPollBudget: Count, WriteOnly = SO_BUSY_POLL_BUDGET;
    /// The processor that last received for this socket, or that a listener with [`ReusePort`]
    /// wants to hear from: `SO_INCOMING_CPU`, Linux; `None` is any.
    #[doc(alias = "SO_INCOMING_CPU")]
    #[cfg(linux_like)]
    IncomingCpu: OptionalCount, ReadWrite = SO_INCOMING_CPU;
    /// The receive queue (NAPI) that the last packet came from, 0 if none is known:
    /// `SO_INCOMING_NAPI_ID`, Linux 4.12.
    #[doc(alias = "SO_INCOMING_NAPI_ID")]
    #[cfg(linux_like)]
    IncomingQueue: Count, ReadOnly = SO_INCOMING_NAPI_ID;

    // Programs that look at packets.

    /// The program that decides which packets are received: `SO_ATTACH_FILTER` and `SO_GET_FILTER`,
    /// Linux. Reading gives no instructions when there is none.
    #[doc(alias = "SO_ATTACH_FILTER")]
    #[doc(alias = "SO_GET_FILTER")]
    #[cfg(linux_like)]
    Filter: Program, ReadWrite = SO_ATTACH_FILTER;
    /// As [`Filter`], a program that bpf(2) loaded (`BPF_PROG_TYPE_SOCKET_FILTER`):
    /// `SO_ATTACH_BPF`, Linux.
    #[doc(alias = "SO_ATTACH_BPF")]
    #[cfg(linux_like)]
    LoadedFilter: Descriptor, WriteOnly = SO_ATTACH_BPF;
    /// Takes the program away: `SO_DETACH_FILTER`, `SO_DETACH_BPF`, Linux. `ENOENT` when there is
    /// none.
    #[doc(alias = "SO_DETACH_FILTER")]
    #[doc(alias = "SO_DETACH_BPF")]
    #[cfg(linux_like)]
    DetachFilter: (), WriteOnly = SO_DETACH_FILTER;
    /// Whether the program can be taken away or replaced no more: `SO_LOCK_FILTER`, Linux. It
    /// cannot be switched off again (`EPERM`).
    #[doc(alias = "SO_LOCK_FILTER")]
    #[cfg(linux_like)]
    LockFilter: bool, ReadWrite = SO_LOCK_FILTER;
    /// The program that chooses among sockets with [`ReusePort`] on one address: what it returns
    /// is the number of the socket, in the order in which they bound (UDP) or began to listen.
    /// `SO_ATTACH_REUSEPORT_CBPF`, Linux 4.5.
    #[doc(alias = "SO_ATTACH_REUSEPORT_CBPF")]
    #[cfg(linux_like)]
    ReusePortFilter: Program, WriteOnly = SO_ATTACH_REUSEPORT_CBPF;
    /// As [`ReusePortFilter`], a program that bpf(2) loaded: `SO_ATTACH_REUSEPORT_EBPF`, Linux 4.5.
    #[doc(alias = "SO_ATTACH_REUSEPORT_EBPF")]
    #[cfg(linux_like)]
    LoadedReusePortFilter: Descriptor, WriteOnly = SO_ATTACH_REUSEPORT_EBPF;
    /// Takes the program that chooses away: `SO_DETACH_REUSEPORT_BPF`, Linux 5.3. `ENOENT` when
    /// there is none.
    #[doc(alias = "SO_DETACH_REUSEPORT_BPF")]
    #[cfg(linux_like)]
    DetachReusePortFilter: (), WriteOnly = SO_DETACH_REUSEPORT_BPF;
    /// How many extensions of classic BPF the kernel knows: `SO_BPF_EXTENSIONS`, Linux.
    #[doc(alias = "SO_BPF_EXTENSIONS")]
    #[cfg(linux_like)]
    FilterExtensions: Count, ReadOnly = SO_BPF_EXTENSIONS;
}
