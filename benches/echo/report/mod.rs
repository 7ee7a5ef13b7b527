//! What a run leaves behind: the table on the terminal, and target/bench/echo.{json,md,svg}.

mod chart;
mod json;
mod table;
mod versions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::campaign::Campaign;
use crate::cli::Options;

pub(crate) fn publish(options: &Options, campaign: &Campaign) -> io::Result<()> {
    let table = table::markdown(options, campaign);
    println!("\n{table}");
    let folder = folder();
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("echo.md"), table)?;
    fs::write(folder.join("echo.json"), json::text(options, campaign))?;
    fs::write(folder.join("echo.svg"), chart::svg(options, campaign)?)?;
    println!("written to {}", folder.join("echo.{json,md,svg}").display());
    Ok(())
}

/// `bench` beside the `tmp` that cargo gives to benches, wherever CARGO_TARGET_DIR is.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench")
}

/// How the run was made, for all three files.
fn setting(options: &Options, campaign: &Campaign) -> String {
    let place = &campaign.placement;
    let cpus = if place.server == place.generator {
        format!("server and generator share CPU {}", place.server)
    } else {
        format!("server on CPU {}, generator on CPU {}", place.server, place.generator)
    };
    let seconds = options.measured().as_secs_f64();
    format!("{} rounds of {seconds} s, {cpus}", options.rounds)
}
