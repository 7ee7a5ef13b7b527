//! Deadlines and the store of timers. Nothing here knows what a timer is for.

mod deadline;
mod timers;

pub(crate) use deadline::{Deadline, Timeout, saturating_nanos};
pub(crate) use timers::{TimerKey, Timers};
