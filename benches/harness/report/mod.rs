//! What a run leaves behind: tables on the terminal, target/bench/, and with `--update` the
//! documents of the repository.

mod chart;
mod json;
mod page;
mod table;
mod versions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::campaign::Campaign;
use super::cli::Options;

pub(crate) fn publish(options: &Options, campaign: &Campaign) -> io::Result<()> {
    let tables = table::markdown(options, campaign);
    println!("\n{tables}");
    let folder = folder();
    write(&folder, options, campaign, &tables)?;
    fs::write(folder.join("results.json"), json::text(options, campaign))?;
    println!("written to {}", folder.display());
    if options.update {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        write(&root.join("docs"), options, campaign, &tables)?;
        page::update(&root.join("PERFORMANCE.md"), options, campaign)?;
        println!("PERFORMANCE.md and docs/ updated");
    }
    Ok(())
}

/// All tables in one file, and a chart for each group of cells that ran.
fn write(folder: &Path, options: &Options, campaign: &Campaign, tables: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("results.md"), tables)?;
    for (file, svg) in chart::charts(options, campaign)? {
        fs::write(folder.join(file), svg)?;
    }
    Ok(())
}

/// `bench` beside the `tmp` that cargo gives to benches, wherever CARGO_TARGET_DIR is.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench")
}

/// How the run was made, for all files.
fn setting(options: &Options) -> String {
    format!("{} rounds of {} s", options.rounds, options.measured().as_secs_f64())
}
