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
//!
//! Each speaks the addresses of its family: TCP and UDP [`SocketAddr`](std::net::SocketAddr), Unix
//! sockets [`UnixAddress`](crate::UnixAddress). (A `Socket` speaks [`Address`](crate::Address), the
//! sum of all.)
//!
//! Each is a `Socket` and can do all that one can (it dereferences to it); what it adds is a
//! short way to make one, and types that say what is accepted and what is a stream.

mod accessors;
#[cfg(feature = "futures")]
mod futures_io;
#[cfg(linux_like)]
pub mod icmp;
#[cfg(linux_like)]
pub mod packet;
#[cfg(linux_like)]
mod raw;
mod split;
mod standard;
mod stream;
pub mod tcp;
mod tcp_socket;
#[cfg(feature = "tokio")]
mod tokio_io;
mod typed;
pub mod udp;
pub mod unix;

#[cfg(linux_like)]
pub use icmp::IcmpSocket;
#[cfg(linux_like)]
pub use packet::PacketSocket;
#[cfg(linux_like)]
pub use raw::RawSocket;
pub use split::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use tcp::{TcpListener, TcpStream};
pub use tcp_socket::TcpSocket;
pub use udp::UdpSocket;
pub use unix::{UnixDatagram, UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream};

use crate::Socket;
use crate::clock::Deadline;
use crate::connect::{Attempt, ConnectError};
use crate::resolve::{self, Purpose, ResolveError, ToHostPort};
use berkeley_core::{Address, Family, Kind, Protocol};
use std::io;

/// How many connections wait at a listener, unless said otherwise; the kernel may cap it lower.
const BACKLOG: i32 = 1024;

fn check(socket: &Socket, name: &str, kinds: &[Kind], families: &[Family]) -> io::Result<()> {
    let (family, actual) = (socket.family(), socket.kind());
    if kinds.contains(&actual) && families.contains(&family) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!(
            "a {name} is a {kinds:?} socket of {families:?}, this one is {actual:?} of {family:?}"
        ),
    ))
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
