//! Options of sockets between virtual machines and hosts: level `AF_VSOCK`, man 7 vsock.
//!
//! The header names more, for a driver of VMware that is not in the kernel:
//! `SO_VM_SOCKETS_PEER_HOST_VM_ID`, `SO_VM_SOCKETS_TRUSTED` and `SO_VM_SOCKETS_NONBLOCK_TXRX`. The
//! kernel does not know them (`ENOPROTOOPT`); the socket's mode does what the last would.
//!
//! # Platforms
//! Linux.

use super::codec::OptionalTimeout;
use super::options;

options! { AF_VSOCK;
    /// Bytes that the peer may send ahead, within the least and the most:
    /// `SO_VM_SOCKETS_BUFFER_SIZE`, 256 KiB at first. More than the most is the most.
    #[doc(alias = "SO_VM_SOCKETS_BUFFER_SIZE")]
    BufferSize: u64, ReadWrite = SO_VM_SOCKETS_BUFFER_SIZE;
    /// The least of [`BufferSize`], which grows with it: `SO_VM_SOCKETS_BUFFER_MIN_SIZE`.
    #[doc(alias = "SO_VM_SOCKETS_BUFFER_MIN_SIZE")]
    BufferMinSize: u64, ReadWrite = SO_VM_SOCKETS_BUFFER_MIN_SIZE;
    /// The most of [`BufferSize`], which shrinks with it: `SO_VM_SOCKETS_BUFFER_MAX_SIZE`.
    #[doc(alias = "SO_VM_SOCKETS_BUFFER_MAX_SIZE")]
    BufferMaxSize: u64, ReadWrite = SO_VM_SOCKETS_BUFFER_MAX_SIZE;
    /// How long a connect waits in the kernel, `None` for the 2 seconds that it begins with:
    /// `SO_VM_SOCKETS_CONNECT_TIMEOUT`, of the kernel's ticks, rounded down. A timeout of the
    /// socket that is shorter ends the wait sooner.
    #[doc(alias = "SO_VM_SOCKETS_CONNECT_TIMEOUT")]
    ConnectTimeout: OptionalTimeout, ReadWrite = SO_VM_SOCKETS_CONNECT_TIMEOUT;
}
