//! What servers need beyond a listener.
//!
//! | file | what |
//! |---|---|
//! | `options.rs` | how to listen: [`ListenOptions`], [`UnixListenOptions`] |
//! | `server.rs` | [`Server`]: an accept loop that counts its connections, and ends in good order |

mod options;
mod server;

pub use options::{ListenOptions, UnixListenOptions};
pub use server::Server;
