//! Sockets of one kind each, thin over [`Socket`].
//!
//! | type | a [`Socket`] of |
//! |---|---|
//! | [`TcpSocket`], [`TcpListener`], [`TcpStream`] | `INET` or `INET6`, `STREAM` |
//! | [`UdpSocket`] | `INET` or `INET6`, `DGRAM` |
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
mod split;
mod standard;
mod stream;
pub mod tcp;
mod tcp_socket;
#[cfg(feature = "tokio")]
mod tokio_io;
mod typed;
mod udp;
pub mod unix;

pub use split::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use tcp::{TcpListener, TcpStream};
pub use tcp_socket::TcpSocket;
pub use udp::UdpSocket;
pub use unix::{UnixDatagram, UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream};

use crate::Socket;
use berkeley_core::resolve::{ResolveError, ToHostPort};
use berkeley_core::{Address, Family, Kind, Protocol};
use std::io;

/// How many connections wait at a listener, unless said otherwise; the kernel may cap it lower.
const BACKLOG: i32 = 1024;

fn check(socket: &Socket, name: &str, kind: Kind, families: &[Family]) -> io::Result<()> {
    let (family, actual) = (socket.family(), socket.kind());
    if actual == kind && families.contains(&family) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!(
            "a {name} is a {kind:?} socket of {families:?}, this one is {actual:?} of {family:?}"
        ),
    ))
}

/// The address that is bound or connected to, which is a number.
fn internet(target: impl ToHostPort) -> io::Result<Address> {
    let target = target.to_host_port().map_err(ResolveError::from)?;
    target.as_address_in(Family::INET).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{target} is no address in numbers: names are not looked up here yet"),
        )
    })
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
