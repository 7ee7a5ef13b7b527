//! The floor: plain system calls around one edge-triggered epoll, a file for each kind of work.
//!
//! Where a call needs more than its arguments (addresses, control data), nix builds them.

mod bulk;
mod calls;
mod churn;
mod datagrams;
mod descriptors;
mod echo;
mod edge;
mod relay;

pub(crate) use bulk::{file, sink, source};
pub(crate) use churn::churn;
pub(crate) use datagrams::{
    datagrams_in, datagrams_in_batched, datagrams_in_segmented, datagrams_out,
    datagrams_out_batched, datagrams_out_segmented,
};
pub(crate) use descriptors::{descriptors, receive as receive_descriptor, send as send_descriptor};
pub(crate) use echo::echo;
pub(crate) use relay::relay;
