//! Sockets of one kind each, thin over [`Socket`].
//!
//! | type | a [`Socket`] of |
//! |---|---|
//! | [`TcpSocket`], [`TcpListener`], [`TcpStream`] | `INET` or `INET6`, `STREAM` |
//! | [`UdpSocket`] | `INET` or `INET6`, `DGRAM` |
//! | [`RawSocket`], [`IcmpSocket`] | `INET` or `INET6`, `RAW` and `DGRAM` |
//! | [`PacketSocket`] | `PACKET`, `RAW` or `DGRAM` |
//! | [`UnixListener`], [`UnixStream`] | `UNIX`, `STREAM` |
//! | [`UnixDatagram`] | `UNIX`, `DGRAM` |
//! | [`UnixSeqpacketListener`], [`UnixSeqpacket`] | `UNIX`, `SEQPACKET` |
//! | `NetlinkSocket`, `netlink::RouteMonitor` | `NETLINK`, `RAW` |
//! | `CanSocket`, `CanBcm`, `CanIsoTp`, `CanJ1939` | `CAN`, `RAW` or `DGRAM`, a protocol each |
//! | `VsockListener`, `VsockStream` | `VSOCK`, `STREAM` |
//! | `VsockSeqpacketListener`, `VsockSeqpacket` | `VSOCK`, `SEQPACKET` |
//! | `AlgSocket`, `AlgOperation` | `ALG`, `SEQPACKET` |
//! | `TipcListener`, `TipcStream`; `TipcSeqpacketListener`, `TipcSeqpacket` | `TIPC`, `STREAM`; `SEQPACKET` |
//! | `TipcRdm`, `TipcDatagram`, `TipcTopology` | `TIPC`, `RDM`; `DGRAM`; `SEQPACKET` |
//! | `L2capSeqpacketListener`, `L2capSeqpacket`; `L2capListener`, `L2capStream` | `BLUETOOTH`, `SEQPACKET`; `STREAM` |
//! | `RfcommListener`, `RfcommStream` | `BLUETOOTH`, `STREAM` |
//!
//! Those from `NETLINK` on are for Linux.
//!
//! Each speaks the addresses of its family: TCP and UDP [`SocketAddr`](std::net::SocketAddr), Unix
//! sockets [`UnixAddress`](crate::UnixAddress). (A `Socket` speaks [`Address`], the
//! sum of all.)
//!
//! Each is a `Socket` and can do all that one can (it dereferences to it); what it adds is a
//! short way to make one, and types that say what is accepted and what is a stream.
//!
//! # Coming from tokio
//!
//! The types that `tokio::net` has too have its names and signatures, and a service moves by its
//! imports. Operations are [`Op`](crate::Op)s, which take a deadline. What differs:
//!
//! * `poll_recv`, `poll_peek` and their kin fill a slice and tell the number of bytes; there are no
//!   `try_read_buf` and `recv_buf` for the buffers of the bytes crate.
//! * [`ready`](Socket::ready) waits for one direction, tells nothing, and asks the kernel: a `try_`
//!   function after it fails with `WouldBlock` only if another task was faster.
//! * [`UdpSocket::send_to`] takes numeric addresses. Bind and connect take names.
//! * A socket may have a timeout, for every operation: [`Socket::set_timeout`].

mod accessors;
#[cfg(linux_like)]
mod alg;
#[cfg(linux_like)]
mod bluetooth;
#[cfg(linux_like)]
pub mod can;
#[cfg(feature = "codec")]
mod framed;
#[cfg(feature = "futures")]
mod futures_io;
#[cfg(linux_like)]
pub mod icmp;
#[cfg(linux_like)]
pub mod netlink;
#[cfg(linux_like)]
pub mod packet;
#[cfg(linux_like)]
mod raw;
mod split;
mod standard;
mod stream;
pub mod tcp;
mod tcp_socket;
#[cfg(linux_like)]
mod tipc;
#[cfg(feature = "tokio")]
mod tokio_io;
mod typed;
pub mod udp;
pub mod unix;
#[cfg(linux_like)]
mod vsock;

#[cfg(linux_like)]
pub use alg::{AlgOperation, AlgSocket};
#[cfg(linux_like)]
pub use bluetooth::{
    L2capListener, L2capSeqpacket, L2capSeqpacketListener, L2capStream, RfcommListener,
    RfcommStream,
};
#[cfg(linux_like)]
pub use can::{CanBcm, CanIsoTp, CanJ1939, CanSocket};
#[cfg(feature = "codec")]
pub use framed::{MessageFramed, MessageSocket};
#[cfg(linux_like)]
pub use icmp::IcmpSocket;
#[cfg(linux_like)]
pub use netlink::NetlinkSocket;
#[cfg(linux_like)]
pub use packet::PacketSocket;
#[cfg(linux_like)]
pub use raw::RawSocket;
pub use split::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use tcp::{TcpListener, TcpStream};
pub use tcp_socket::TcpSocket;
#[cfg(linux_like)]
pub use tipc::{
    TipcDatagram, TipcEvent, TipcEventKind, TipcListener, TipcRdm, TipcSeqpacket,
    TipcSeqpacketListener, TipcStream, TipcTopology,
};
pub use udp::UdpSocket;
pub use unix::{UnixDatagram, UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream};
#[cfg(linux_like)]
pub use vsock::{VsockListener, VsockSeqpacket, VsockSeqpacketListener, VsockStream};

use crate::Socket;
use crate::clock::Deadline;
use crate::connect::{Attempt, ConnectError};
use crate::resolve::{self, Purpose, ResolveError, ToHostPort};
#[cfg(linux_like)]
use berkeley_core::{self as core, MsgFlags};
use berkeley_core::{Address, Family, Kind, Protocol};
use std::io;
#[cfg(linux_like)]
use std::io::IoSliceMut;

/// How many connections wait at a listener, unless said otherwise; the kernel may cap it lower. More
/// than the core's 128: a task that accepts has others beside it.
pub(crate) const BACKLOG: i32 = 1024;

/// That a socket is what it should be; no `protocols` are any.
fn check(
    socket: &Socket,
    name: &str,
    kinds: &[Kind],
    families: &[Family],
    protocols: &[Protocol],
) -> io::Result<()> {
    let (family, actual, protocol) = (socket.family(), socket.kind(), socket.protocol());
    let is_family = kinds.contains(&actual) && families.contains(&family);
    if is_family && (protocols.is_empty() || protocols.contains(&protocol)) {
        return Ok(());
    }
    let numbers: Vec<i32> = protocols.iter().map(|protocol| protocol.raw()).collect();
    let what = match numbers[..] {
        [] => String::new(),
        [number] => format!(", protocol {number}"),
        _ => format!(", protocols {numbers:?}"),
    };
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!(
            "a {name} is a {kinds:?} socket of {families:?}{what}, this one is {actual:?} of \
             {family:?}, protocol {}",
            protocol.raw()
        ),
    ))
}

/// A socket of one family and kind, and of its protocol if there is one in particular.
#[cfg(linux_like)]
fn open(family: Family, kind: Kind, protocols: &[Protocol]) -> io::Result<Socket> {
    Socket::new(family, kind, protocols.first().copied().unwrap_or(Protocol::DEFAULT))
}

/// Receives a message whole, of a family whose sockets tell how long the next is. `buffer` grows to
/// hold it, and to `least`. When another task receives at the same time, a message may be cut, and
/// is told to be.
#[cfg(linux_like)]
fn recv_whole(
    socket: &core::Socket,
    buffer: &mut Vec<u8>,
    least: usize,
) -> io::Result<core::Received> {
    let len = socket.recv_with_flags(&mut [0], MsgFlags::PEEK | MsgFlags::TRUNC)?;
    if buffer.len() < len.max(least) {
        buffer.resize(len.max(least), 0);
    }
    socket.recv_from_vectored(&mut [IoSliceMut::new(buffer)], MsgFlags::empty())
}

/// What `make` makes of `target`, or of the first address of its host with which it does not fail.
///
/// Numbers are looked up nowhere, and `make` fails for them with its own error. For a name, every
/// address with its error is in a [`ConnectError`].
async fn at_first<T, F: Future<Output = io::Result<T>>>(
    target: impl ToHostPort,
    purpose: Purpose,
    mut make: impl FnMut(Address) -> F,
) -> io::Result<T> {
    let target = target.to_host_port().map_err(ResolveError::from)?;
    if let Some(address) = target.as_address_in(Family::INET) {
        return make(address).await;
    }
    let mut answers = resolve::answers(&target, purpose, None, Deadline::NEVER).await?;
    let mut attempts = Vec::new();
    for address in answers.all().await? {
        match make(address.into()).await {
            Ok(made) => return Ok(made),
            Err(error) => attempts.push(Attempt::new(address.into(), error)),
        }
    }
    Err(ConnectError::Attempts(attempts).into())
}

/// A socket of `kind`, of the family that `address` has.
fn socket_for(address: &Address, kind: Kind, families: &[Family]) -> io::Result<Socket> {
    if !families.contains(&address.family()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{address} is not an address of {families:?}"),
        ));
    }
    Socket::new(address.family(), kind, Protocol::DEFAULT)
}
