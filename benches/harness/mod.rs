//! What every cell shares: processes, clocks, rounds, medians, reports.
//!
//! | module | what lives there |
//! |---|---|
//! | `cli` | what to run |
//! | `cell`, `contender` | what a cell is, and what takes part in it |
//! | `process` | a contender's process: start, address, CPU clock, end |
//! | `python` | the interpreter and uvloop, for contenders written in it |
//! | `machine` | CPUs, clocks, limits, memory |
//! | `measure`, `campaign` | one round; interleaved rounds of all cells |
//! | `summary`, `claims`, `report` | medians and spreads; the project's bars; the files written |
//! | `strace` | system calls for each unit of work, instead of a measurement |

pub(crate) mod campaign;
pub(crate) mod cell;
pub(crate) mod claims;
pub(crate) mod cli;
pub(crate) mod contender;
pub(crate) mod machine;
pub(crate) mod measure;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod report;
pub(crate) mod strace;
pub(crate) mod summary;
