//! Berkeley sockets for Rust, the synchronous half.
//!
//! A [`Socket`] of any [`Family`] and [`Kind`] in one of three modes (blocking, non-blocking, or
//! with a timeout), [`Address`]es of every family, and typed [`option`]s; names by [`resolve`],
//! and on top of them [`ConnectOptions`] and [`ListenOptions`]; buffered [`SocketFile`]s. The async
//! half is the crate `berkeley`: the same names, with futures for results.
//!
//! | module | what |
//! |---|---|
//! | [`socket`] | [`Socket`] and what it does: messages with control data, descriptors, batches, files, splices, sends without a copy, buffered files |
//! | [`address`] | addresses of every family, as text and as bytes |
//! | [`option`] | options as types, a level a module |
//! | [`control`] | control messages as types: what travels beside the bytes |
//! | [`constant`] | families, kinds, protocols and flags; every constant by its name in C |
//! | [`resolve`] | hosts, services and protocols by name, and back |
//! | [`connection`], [`server`] | a TCP connection, and a listener, by name |
//! | [`unix_server`] | a Unix listener and its file |
//! | [`interface`] | network interfaces by name and number |
//! | `can` | frames of CAN and messages of its broadcast manager (Linux) |
//! | `netlink` | messages of netlink, and readings of links, addresses and routes (Linux) |
//! | [`byte_order`] | `htons` and its like |
//! | [`clock`] | the monotonic clock, and an alarm clock for pollers |
//!
//! What Python's `socket` module can do is listed item by item in `docs/specification.md` of the
//! repository: where it is here, and which test says so.
//!
//! ```
//! use berkeley_core::{Address, Family, Kind, Protocol, Socket};
//! use std::time::Duration;
//!
//! # fn main() -> std::io::Result<()> {
//! let listener = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT)?;
//! listener.bind("127.0.0.1:0")?;
//! listener.listen(128)?;
//!
//! let client = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT)?;
//! client.set_timeout(Some(Duration::from_secs(5)))?;
//! client.connect(listener.local_addr()?)?;
//! let (served, peer) = listener.accept()?;
//! assert_eq!(peer, client.local_addr()?);
//!
//! client.send_all(b"hello")?;
//! let mut buffer = [0; 16];
//! let n = served.recv(&mut buffer)?;
//! assert_eq!(&buffer[..n], b"hello");
//! # Ok(())
//! # }
//! ```
//!
//! # How to …
//!
//! Each of these has an example.
//!
//! | to … | |
//! |---|---|
//! | connect by name, with a timeout | [`ConnectOptions`] |
//! | listen on IPv4 and IPv6 at once | [`ListenOptions`] |
//! | listen at a path that a dead server has left | [`UnixListenOptions`] |
//! | set an option | [`Socket::set`], [`option`] |
//! | set an option that has no type here | [`option::SocketOption`], [`Socket::get_int`] |
//! | join a multicast group | [`option::ip::AddMembership`], [`option::ipv6::JoinGroup`] |
//! | pass descriptors to another process | [`Socket::send_fds`] |
//! | learn which address a datagram was sent to | `control::PacketInfo` |
//! | learn why a datagram did not arrive | `Socket::recv_error` |
//! | send and receive many datagrams in one call | [`Socket::send_many`], [`Socket::recv_many`] |
//! | send a file | [`Socket::send_file`] |
//! | let a signal end an operation | [`interruptible`] |
//! | read lines, and lose nothing to a timeout | [`SocketReader`] |
//! | talk over CAN, vsock, netlink | `can`, `address::VsockAddress`, `address::NetlinkAddress` |

pub mod address;
pub mod audit;
pub mod byte_order;
#[cfg(linux_like)]
mod c_struct;
#[cfg(linux_like)]
pub mod can;
pub mod clock;
pub mod connection;
pub mod constant;
pub mod control;
#[cfg(linux_like)]
mod credentials;
pub mod interface;
mod interrupt;
mod layout;
#[cfg(linux_like)]
pub mod netlink;
pub mod option;
mod prepare;
pub mod resolve;
pub mod server;
pub mod socket;
mod sys;
pub mod unix_server;

#[doc(hidden)]
pub use prepare::Prepare;

#[cfg(berkeley_faults)]
pub use sys::fault;

pub use address::{
    Address, AddressParseError, Inet6Address, ToAddress, ToUnixAddress, UnixAddress, UnixName,
};
pub use connection::{ConnectError, ConnectOptions};
pub use constant::{Family, Kind, MsgFlags, Protocol};
#[cfg(linux_like)]
pub use credentials::Credentials;
pub use interface::Interface;
pub use interrupt::interruptible;
pub use resolve::ResolveError;
pub use server::{ListenError, ListenOptions, has_dualstack_ipv6, has_ipv6};
#[cfg(linux_like)]
pub use socket::{AlgRequest, Completion, Pipe, QueuedError, ReceivedSegments, Ticket, ZeroCopy};
pub use socket::{
    Interest, MessageSlot, Outgoing, Received, ReceivedFds, SendAllError, SendFileError, Shutdown,
    Socket, SocketFile, SocketReader, SocketWriter, default_timeout, is_connecting, is_exhaustion,
    is_lost_connection, set_default_timeout,
};
pub use unix_server::{BoundPath, UnixListenOptions};
