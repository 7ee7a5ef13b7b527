//! PERFORMANCE.md: tables between markers, and words around them that nobody's program touches.
//!
//! `<!-- table: echo -->` … `<!-- end -->` has the group `echo`; a group that did not run keeps
//! the table it has. `machine`, `bars` and `uring` are such names too.

use std::fs;
use std::io;
use std::path::Path;

use super::{setting, table};
use crate::harness::campaign::Campaign;
use crate::harness::cli::Options;

const END: &str = "<!-- end -->";

pub(super) fn update(path: &Path, options: &Options, campaign: &Campaign) -> io::Result<()> {
    let mut text = fs::read_to_string(path)?;
    let machine = format!("{}; {}, medians (min–max).\n", campaign.machine, setting(options));
    put(&mut text, "machine", &machine);
    let mut groups: Vec<_> = campaign.cells.iter().map(|run| run.cell.group()).collect();
    groups.dedup();
    for group in groups {
        put(&mut text, group, &table::group(campaign, group));
    }
    put(&mut text, "bars", &table::bars(campaign));
    if let Some(table) = table::uring(campaign) {
        put(&mut text, "uring", &table);
    }
    fs::write(path, text)
}

/// Nothing happens where the page has no place for it.
fn put(text: &mut String, name: &str, table: &str) {
    let marker = format!("<!-- table: {name} -->\n");
    let Some(start) = text.find(&marker).map(|at| at + marker.len()) else { return };
    let Some(length) = text[start..].find(END) else { return };
    text.replace_range(start..start + length, &format!("\n{table}\n"));
}
