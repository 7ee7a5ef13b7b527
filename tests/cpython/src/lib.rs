//! CPython's module `_socket`, on the crates of this workspace: so that CPython's own tests judge
//! them. The README beside it says how, and what is here because Python wants it so.
//!
//! | file | what |
//! |---|---|
//! | `python.rs` | the interpreter: its lock, references, exceptions |
//! | `arguments.rs`, `values.rs` | what methods are called with: parsed, and what it is |
//! | `errors.rs` | errors of the crates as exceptions |
//! | `signals.rs` | handlers of signals, run while an operation waits |
//! | `engine.rs` | a socket of either crate: the two modes |
//! | `waiting.rs` | how a thread of Python waits for a future |
//! | `object.rs` | the type `socket` |
//! | `address/` | addresses as Python writes them |
//! | `connections.rs`, `transfers.rs`, `messages.rs`, `options.rs` | methods of `socket` |
//! | `names.rs`, `numbers.rs` | functions of the module |
//! | `module.rs` | the module, with all constants |

mod address;
mod arguments;
mod connections;
mod engine;
mod errors;
mod messages;
mod module;
mod names;
mod numbers;
mod object;
mod options;
mod python;
mod signals;
mod transfers;
mod values;
mod waiting;
