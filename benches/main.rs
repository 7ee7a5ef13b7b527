//! Side by side: what a unit of work costs in CPU time under each contender, and how many a second.
//!
//! ```text
//! cargo bench -- --help
//! ```
//!
//! Every contender is this same program started again as `--serve CELL NAME` (or a Python program),
//! so each runs in a process of its own and the kernel counts its CPU time. This process is the
//! load generator.
//!
//! | folder | what lives there |
//! |---|---|
//! | `cells` | what is measured: a file a cell, its load and the list of its contenders |
//! | `contenders` | who is measured: a file a library, a function for each cell |
//! | `harness` | processes, clocks, rounds, medians, tables, charts |

mod cells;
mod contenders;
mod harness;

use std::io;
use std::process::ExitCode;

use harness::cli::{self, Command};
use harness::{campaign, machine, process, report, strace};

fn main() -> ExitCode {
    let done = match cli::parse() {
        Ok(Command::Serve(serve)) => process::serve(serve),
        Ok(Command::Measure(options)) => measure(&options),
        Ok(Command::Strace(options)) => strace::run(&options),
        Ok(Command::List) => {
            cells::ALL.iter().for_each(|cell| println!("{:<16} {}", cell.name, cell.title));
            Ok(())
        }
        Ok(Command::Help) => {
            print!("{}", cli::HELP);
            Ok(())
        }
        Ok(Command::NotABench) => {
            println!("nothing to do without --bench (run `cargo bench`)");
            Ok(())
        }
        Err(error) => Err(io::Error::other(format!("{error} (--help lists the options)"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &cli::Options) -> io::Result<()> {
    machine::raise_descriptor_limit()?;
    let campaign = campaign::run(options)?;
    report::publish(options, &campaign)
}
