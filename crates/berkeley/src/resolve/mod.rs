//! Names: of hosts, services and protocols, and into addresses and back, awaited.
//!
//! The lookups of [`berkeley_core::resolve`], by the same names, as futures with deadlines. They run
//! on the threads of a [`Pool`], which has a bound: the C library cannot be waited for otherwise.
//!
//! | file | what |
//! |---|---|
//! | `lookups.rs` | the lookups |
//! | `lookup.rs` | what each is: a future with a deadline |
//! | `pool.rs` | threads for them |
//! | `resolver.rs` | [`Resolve`]: what else can be asked for the addresses of a host |
//!
//! ```
//! use berkeley::{Protocol, resolve};
//! use std::time::Duration;
//!
//! # fn main() -> std::io::Result<()> {
//! # berkeley::block_on(async {
//! let query = resolve::addresses("localhost", 80).protocol(Protocol::TCP);
//! for found in query.lookup().timeout(Duration::from_secs(5)).await? {
//!     println!("{:?} {}", found.family, found.address);
//! }
//! # Ok(())
//! # })
//! # }
//! ```

mod lookup;
mod lookups;
mod pool;
mod resolver;

pub use berkeley_core::resolve::{
    AddrInfo, Host, HostEntry, HostError, HostPort, InetError, InvalidName, NameInfo, Port,
    ProtocolEntry, ResolveError, ServiceEntry, ToHostPort, host_name, inet_aton, inet_ntoa,
    inet_ntop, inet_pton, set_host_name,
};
pub use lookup::Lookup;
pub use lookups::{
    Query, addresses, first, fqdn, host_by_name, host_entry_by_address, host_entry_by_name,
    name_info, protocol_by_name, protocol_by_number, service_by_name, service_by_port,
};
pub use pool::{Pool, PoolFull};
pub use resolver::{Answers, Resolve, set_default_resolver};
pub(crate) use resolver::{Purpose, answers, first_to_listen_at, no_address};
