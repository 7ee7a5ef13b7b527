//! A prototype of what io_uring could give a driver: plain completion loops, as the floor is a plain
//! readiness loop, without futures, wakers or timers. PERFORMANCE.md says what came of it.
//!
//! `uring` has one receive under way for each connection, into the connection's own room.
//! `uring-multishot` has the kernel receive by itself into rooms that all connections share.
//!
//! | file | what lives there |
//! |---|---|
//! | `operation.rs` | what the kernel is asked, as safe functions, and rooms: memory it may have |
//! | `ring.rs` | the ring: operations go in, completions come out |
//! | `pool.rs` | rooms that the kernel picks from: a provided-buffer ring |
//! | `message.rs` | datagrams with addresses and control data |
//! | `echo.rs`, `churn.rs`, `bulk.rs`, `datagrams.rs` | a kind of work each, as in the floor |
//! | `shared.rs` | multishot receives: echo and relay |

mod bulk;
mod churn;
mod datagrams;
mod echo;
mod message;
mod operation;
mod pool;
mod ring;
mod shared;

pub(crate) use bulk::{file, sink, sink_multishot, source, source_uncopied};
pub(crate) use churn::churn;
pub(crate) use datagrams::{
    datagrams_in, datagrams_in_multishot, datagrams_in_segmented, datagrams_out,
    datagrams_out_segmented,
};
pub(crate) use echo::{echo, idle};
pub(crate) use shared::{echo as echo_multishot, idle as idle_multishot, relay};
