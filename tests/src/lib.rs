//! What the integration tests share. Linux only; README.md says how to run them.
//!
//! | file | what |
//! |---|---|
//! | `bound.rs` | a limit on every test and every wait |
//! | `skip.rs` | programs, rights and socket families that a machine may lack: a skip is printed and counted |
//! | `process.rs` | other programs: always ended, every read of their output bounded |
//! | `own_process.rs` | a test that runs alone in a process, for what the whole process shares; that it closes its descriptors |
//! | `network.rs` | a network namespace of a test's own, and a place in it that never answers |
//! | `example.rs` | the examples, built if they are not |
//! | `etc.rs` | files of /etc of a test's own |
//! | `name_server.rs` | a name server of a test's own |
//! | `signals.rs` | signals that interrupt, and a count of SIGPIPE |
//! | `observe.rs` | what the kernel says: open descriptors, blocked threads, processor time |
//! | `scratch.rs` | directories and names that no other test has |
//! | `sockets.rs` | sockets in the states that tests begin with |

mod bound;
mod etc;
mod example;
mod name_server;
mod network;
mod observe;
mod own_process;
mod process;
mod scratch;
mod signals;
mod skip;
mod sockets;

pub use bound::{PATIENCE, bounded, eventually, join};
pub use etc::with_etc;
pub use example::example;
pub use name_server::{NameServer, with_name_server};
pub use network::{Network, in_network};
pub use observe::{
    POLL, blocked_in, flag_is_nonblocking, open_descriptors, option_bytes, processor_time,
    threads_named,
};
pub use own_process::{balanced, balanced_after, in_child};
pub use process::Process;
pub use scratch::{Scratch, unique_name};
pub use signals::{PipeSignals, Storm};
pub use skip::{family, ipv6, kernel_lacks, peer, skip};
pub use sockets::{
    drain, fill, tcp, tcp_listener, tcp_pair, tcp6, tcp6_listener, udp, unix, unix_pair,
};
