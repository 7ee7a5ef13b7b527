//! The cells: what is measured. A file has a cell, or a few that share a load: its load, and who
//! takes part.

mod bulk;
mod churn;
mod connect;
mod datagrams;
mod deadlines;
mod descriptors;
mod echo;
mod file;
mod idle;
mod relay;
mod resolver;
mod stream;
mod wake;

use crate::harness::cell::Cell;

/// In the order in which they are measured and shown.
pub(crate) static ALL: &[&Cell] = &[
    &echo::AT_64,
    &echo::AT_1,
    &echo::AT_1_000,
    &echo::LARGE,
    &churn::CELL,
    &bulk::IN,
    &bulk::OUT,
    &file::CELL,
    &relay::CELL,
    &datagrams::IN,
    &datagrams::LIKEWISE,
    &datagrams::OUT,
    &descriptors::CELL,
    &connect::CELL,
    &idle::CELL,
    &deadlines::CELL,
    &wake::CELL,
    &resolver::CELL,
];

/// The cells that a name on the command line means.
pub(crate) fn named(text: &str) -> Result<Vec<&'static Cell>, String> {
    let cells: Vec<_> = ALL.iter().copied().filter(|cell| cell.is_named(text)).collect();
    if cells.is_empty() {
        let names: Vec<_> = ALL.iter().map(|cell| cell.name).collect();
        return Err(format!("no cell is called {text:?}; there are {}", names.join(", ")));
    }
    Ok(cells)
}
