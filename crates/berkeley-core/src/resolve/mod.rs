//! Names: of hosts, services and protocols, and into addresses and back.
//!
//! | file | what |
//! |---|---|
//! | `host_port.rs` | how a host and a port are given |
//! | `query.rs` | names into addresses: getaddrinfo(3) |
//! | `name_info.rs` | addresses into names: getnameinfo(3) |
//! | `host.rs` | hosts with their aliases, and the name of this one |
//! | `entry.rs` | services and protocols |
//! | `inet.rs` | numeric addresses as C reads and writes them |
//! | `error.rs` | why a lookup failed |
//!
//! The C library does the asking: of files, name servers and whatever else the system is
//! configured for. None of its waiting ends at a timeout of a socket, and nothing here can
//! interrupt it. A host name that is not ASCII is asked in the form that name servers know
//! (UTS 46, as browsers do; the feature `idna`).
//!
//! ```
//! use berkeley_core::{Family, Kind, Protocol, Socket, resolve};
//!
//! # fn main() -> std::io::Result<()> {
//! for found in resolve::addresses("localhost", 80).protocol(Protocol::TCP).lookup()? {
//!     println!("{:?} {:?} {}", found.family, found.kind, found.address);
//! }
//!
//! // A name where a socket takes an address: the first answer.
//! let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT)?;
//! socket.bind(resolve::first(("localhost", 0), socket.family())?)?;
//! # Ok(())
//! # }
//! ```

mod entry;
mod error;
mod host;
mod host_port;
mod inet;
mod name_info;
mod query;

pub use entry::{ProtocolEntry, ServiceEntry};
pub use error::{HostError, InvalidName, ResolveError};
pub use host::{HostEntry, fqdn, host_by_name, host_name, set_host_name};
pub use host_port::{Host, HostPort, Port, ToHostPort};
pub use inet::{InetError, inet_aton, inet_ntoa, inet_ntop, inet_pton};
pub use name_info::{NameInfo, name_info};
pub use query::{AddrInfo, Query, addresses, first};
