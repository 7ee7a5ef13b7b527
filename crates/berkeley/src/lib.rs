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
//! * Addresses, constants and [options](option) are those of [`berkeley_core`].
//!
//! # Features
//!
//! * `futures` (default): `AsyncRead` and `AsyncWrite` of the futures crate for streams.
//! * `tokio`: those of tokio, and tokio's reactor inside tokio. The tokio runtime must have
//!   `enable_io`, and `enable_time` where deadlines are used, or tokio panics.

mod budget;
mod clock;
mod driver;
mod listen;
pub mod net;
mod op;
mod reactor;
pub mod resolve;
pub mod runtime;
mod socket;
mod sync;
pub mod time;
mod waitable;

pub use berkeley_core::resolve::ToHostPort;
pub use berkeley_core::{
    Address, AddressParseError, Family, Inet6Address, Interest, Interface, Kind, MessageSlot,
    MsgFlags, Outgoing, Protocol, Received, ReceivedFds, ResolveError, SendAllError, SendFileError,
    Shutdown, ToAddress, ToUnixAddress, UnixAddress, UnixName, address, constant, control,
    default_timeout, interface, option, set_default_timeout,
};
#[cfg(linux_like)]
pub use berkeley_core::{AlgRequest, Credentials, Pipe, QueuedError, ReceivedSegments, can};
pub use listen::{AcceptError, Incoming};
pub use net::{
    TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixSeqpacket,
    UnixSeqpacketListener, UnixStream,
};
pub use op::{Attempt, Connect, Op, SendAll};
pub use runtime::{JoinError, JoinHandle, Runtime, block_on, spawn, spawn_local, yield_now};
#[cfg(linux_like)]
pub use socket::SendSegmented;
pub use socket::{SendFile, Socket};

/// The programs of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
