//! What operations cost beside their system calls: allocations, locks, clocks, memory.

mod allocations;
mod calls;
mod counting;
mod operations;
mod paths;
