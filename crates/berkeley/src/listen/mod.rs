//! What servers need beyond a listener.
//!
//! | file | what |
//! |---|---|
//! | `server.rs` | [`Server`]: an accept loop that counts its connections, and ends in good order |

mod server;

pub use server::Server;
