//! Berkeley sockets for async Rust.
//!
//! Any socket of any family can be awaited, with a deadline:
//!
//! ```
//! use berkeley::{TcpListener, TcpStream};
//! use std::time::Duration;
//!
//! fn main() -> std::io::Result<()> {
//!     berkeley::block_on(async {
//!         let listener = TcpListener::bind("127.0.0.1:0").await?;
//!         let address = listener.local_addr()?;
//!         berkeley::spawn_local(async move {
//!             let (stream, _peer) = listener.accept().await?;
//!             let mut buffer = [0; 1024];
//!             loop {
//!                 let n = stream.recv(&mut buffer).timeout(Duration::from_secs(30)).await?;
//!                 if n == 0 {
//!                     return std::io::Result::Ok(());
//!                 }
//!                 stream.send_all(&buffer[..n]).await?;
//!             }
//!         });
//!
//!         let stream = TcpStream::connect(address).await?;
//!         stream.send_all(b"hello").await?;
//!         let mut buffer = [0; 1024];
//!         let n = stream.recv(&mut buffer).await?;
//!         assert_eq!(&buffer[..n], b"hello");
//!         Ok(())
//!     })
//! }
//! ```
//!
//! # Where things are
//!
//! * [`Socket`] is a socket of any family and kind; its operations are [`Op`]s, to be awaited.
//!   The types of [`net`] are thin over it.
//! * [`block_on`], [`spawn`] and [`Runtime`] are our own thread-per-core runtime. Inside tokio
//!   (feature `tokio`) sockets use tokio's reactor instead, and under any other executor one
//!   thread in the background; the code is the same.
//! * [`time`] has sleeping and timeouts.
//! * [`ConnectOptions`] connects by name; [`resolve`] has the lookups themselves.
//! * [`ListenOptions`] listens; [`Connections`] and [`Server`] have a limit and an end in good order.
//! * [`relay`](relay()) passes bytes on between two streams.
//! * Addresses, constants and [options](option) are those of [`berkeley_core`].
//!
//! # Features
//!
//! * `futures` (default): `AsyncRead` and `AsyncWrite` of the futures crate for streams, and
//!   `Stream` for what listens.
//! * `tokio`: those of tokio, and tokio's reactor inside tokio. The tokio runtime must have
//!   `enable_io`, and `enable_time` where deadlines are used, or tokio panics.
//! * `codec`: messages through the codecs of tokio-util,
#![cfg_attr(feature = "codec", doc = "  [`net::MessageFramed`].")]
#![cfg_attr(not(feature = "codec"), doc = "  `net::MessageFramed`.")]
//! * `tracing`: for subscribers of that crate, under the target `berkeley`, the span `socket` (debug)
//!   for each socket, and in it the events `connecting`, `connected`, `connect failed`, `deadline
//!   expired`, `connection lost before it was accepted` (all debug), `accepting pauses` (warn) and
//!   `registered`, with its driver (trace). What succeeds at once is not told.

mod accept;
mod budget;
mod clock;
pub mod connect;
mod connections;
mod driver;
mod listen;
pub mod net;
mod op;
mod place;
mod reactor;
mod relay;
pub mod resolve;
pub mod runtime;
mod socket;
mod sync;
pub mod time;
mod trace;
mod waitable;

pub use accept::{AcceptError, Accepted, Incoming, Listener};
#[cfg(linux_like)]
pub use berkeley_core::netlink;
pub use berkeley_core::resolve::ToHostPort;
pub use berkeley_core::{
    Address, AddressParseError, BoundPath, Family, Inet6Address, Interest, Interface, Kind,
    ListenError, MessageSlot, MsgFlags, Outgoing, Protocol, Received, ReceivedFds, ResolveError,
    SendAllError, SendFileError, Shutdown, ToAddress, ToUnixAddress, UnixAddress, UnixName,
    address, audit, constant, control, default_timeout, has_dualstack_ipv6, has_ipv6, interface,
    option, set_default_timeout,
};
#[cfg(linux_like)]
pub use berkeley_core::{
    AlgRequest, Completion, Credentials, Pipe, QueuedError, ReceivedSegments, Ticket, can,
};
pub use connect::{ConnectError, ConnectOptions};
pub use connections::Connections;
pub use listen::{ListenOptions, Server, UnixListenOptions};
#[cfg(linux_like)]
pub use net::{IcmpSocket, PacketSocket, RawSocket};
pub use net::{
    TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixSeqpacket,
    UnixSeqpacketListener, UnixStream,
};
pub use op::{Attempt, Connect, Op, SendAll};
pub use relay::{Relay, RelayError, RelayStep, Relayed, Unsent, relay};
pub use runtime::{JoinError, JoinHandle, Runtime, block_on, spawn, spawn_local, yield_now};
pub use socket::{SendFile, Socket};
#[cfg(linux_like)]
pub use socket::{SendSegmented, ZeroCopy};

/// The programs of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
