//! A prototype of what io_uring could give a driver: plain completion loops, as the floor is a plain
//! readiness loop, without futures, wakers or timers. PERFORMANCE.md says what came of it.
//!
//! `uring` has one receive under way for each connection, into the connection's own room.
//! `uring-multishot` has the kernel receive by itself into rooms that all connections share.
//!
//! | file | what lives there |
//! |---|---|
//! | `ring.rs` | the ring, and operations as safe functions |
//! | `pool.rs` | rooms that the kernel picks from: a provided-buffer ring |
//! | the others | a kind of work each, as in the floor |

mod echo;
mod pool;
mod ring;
mod shared;

pub(crate) use echo::{echo, idle};
pub(crate) use shared::{echo as echo_multishot, idle as idle_multishot};
