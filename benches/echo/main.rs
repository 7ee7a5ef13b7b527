//! Echo, side by side: what one request costs the server, in CPU time, under each contender.
//!
//! ```text
//! cargo bench --bench echo -- --help
//! ```
//!
//! Every server is this same program started again as `--serve NAME`, so each runs in a process of
//! its own and the kernel counts its CPU time. This process is the load generator.
//!
//! | module | what lives there |
//! |---|---|
//! | `cli`, `cell` | what to run |
//! | `contender` | the servers, one file each |
//! | `server` | a server's process: start, address, CPU clock, end |
//! | `load` | the load generator |
//! | `probe` | the proof, before anything is timed, that a contender echoes properly |
//! | `machine` | CPUs, clocks, limits |
//! | `measure`, `campaign` | one sample; interleaved rounds of them |
//! | `summary`, `claims`, `report` | medians and spreads; the project's bars; the files written |
//! | `strace` | system calls for each request, instead of a measurement |

mod campaign;
mod cell;
mod claims;
mod cli;
mod contender;
mod load;
mod machine;
mod measure;
mod probe;
mod report;
mod server;
mod strace;
mod summary;

use std::io;
use std::process::ExitCode;

use cli::Command;

fn main() -> ExitCode {
    let done = match cli::parse() {
        Ok(Command::Serve(serve)) => server::serve(&serve),
        Ok(Command::Measure(options)) => measure_all(&options),
        Ok(Command::Strace(options, names)) => strace::run(&options, &names),
        Ok(Command::Help) => {
            print!("{}", cli::HELP);
            Ok(())
        }
        Ok(Command::NotABench) => {
            println!("echo: nothing to do without --bench (run `cargo bench --bench echo`)");
            Ok(())
        }
        Err(error) => Err(io::Error::other(format!("{error} (--help lists the options)"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_all(options: &cli::Options) -> io::Result<()> {
    machine::raise_descriptor_limit()?;
    let campaign = campaign::run(options)?;
    report::publish(options, &campaign)
}
