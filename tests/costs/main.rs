//! What operations cost beside their system calls: allocations, locks, looks at a clock, memory.
//!
//! | file | what |
//! |---|---|
//! | `operations.rs` | the operations of a service, each done at once, and after a wait |
//! | `counting.rs` | an allocator that counts |
//! | `calls.rs` | the calls of a part of a process, by callgrind |
//! | `allocations.rs`, `locks_and_clocks.rs`, `memory.rs` | the tests |

mod allocations;
mod calls;
mod counting;
mod locks_and_clocks;
mod memory;
mod operations;

/// Tokio on the thread that counts.
fn tokio_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
