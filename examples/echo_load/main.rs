//! Loads an echo server and shows how fast it answers.
//!
//! ```text
//! cargo run --release --example echo_load                        # its own server, for 5 seconds
//! cargo run --release --example echo_load -- 127.0.0.1:7000      # yours
//! cargo run --release --example echo_load -- unix:/tmp/echo.sock --connections 8 --plot load.svg
//! cargo run --release --example echo_load -- --help
//! ```
//!
//! Every connection sends a request, waits for its echo, compares each byte and sends the next:
//!
//! ```text
//!   Loading 127.0.0.1:43289 (its own server): 64 connections, 64 bytes a request, 5 s
//!
//!   Requests   451,534 echoed in 5.00 s, every byte checked
//!   Rate       90,252 requests/s
//!   Data       5.78 MB/s each way
//!   Errors     none
//!
//!   Latency      min     mean      p50      p90      p99    p99.9      max
//!            16.8 µs   709 µs   665 µs   867 µs  1.70 ms  3.97 ms  10.2 ms
//!
//!     below   500 µs    6.4 %  █████████▋
//!    500 µs – 560 µs    5.7 %  ████████▌
//!    560 µs – 630 µs   25.2 %  █████████████████████████████████████▋
//!    630 µs – 710 µs   26.8 %  ████████████████████████████████████████
//!    710 µs – 800 µs   18.9 %  ████████████████████████████▎
//!    800 µs – 900 µs    9.2 %  █████████████▉
//!    900 µs – 1 ms      4.6 %  ███████
//!      1 ms – 1.12 ms   1.4 %  ██▏
//!   1.12 ms – 1.25 ms   0.4 %  ▋
//!   1.25 ms – 1.4 ms    0.2 %  ▍
//!    1.4 ms – 1.6 ms    0.2 %  ▎
//!    1.6 ms – 1.8 ms    0.2 %  ▎
//!    1.8 ms – 2 ms      0.1 %  ▎
//!      2 ms – 2.24 ms   0.2 %  ▍
//!   2.24 ms – 2.5 ms   <0.1 %  ▎
//!     above   2.5 ms    0.5 %  ▉
//! ```
//!
//! The load is in `load.rs`: one task for each connection, all on one thread, with a deadline for
//! every request. `server.rs` is the server, on a thread of its own. The other files read the
//! command line and show the result.

use std::error::Error;
use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{HumanCount, HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{Command, HELP, Options};
use crate::load::Progress;
use crate::units::{count, seconds};

mod args;
mod histogram;
mod load;
mod plot;
mod report;
mod server;
mod units;

fn main() -> ExitCode {
    let result = match args::parse(lexopt::Parser::from_env()) {
        Ok(Command::Help) => print(HELP).map(|()| true).map_err(Into::into),
        Ok(Command::Run(options)) => run(&options),
        Err(error) => {
            eprintln!("echo_load: {error} (--help shows all options)");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("echo_load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the load, shows the report, and returns whether every request was echoed.
fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let plan = &options.plan;
    let interrupted = watch_for_interrupt()?;
    let (target, whose) = match options.target {
        Some(address) => (address, ""),
        None => (server::start()?, " (its own server)"),
    };
    let bar = progress_bar(plan.duration);
    let report = berkeley::block_on(async {
        let sockets = load::connect_all(target, plan).await?;
        print(&format!(
            "\n  Loading {target}{whose}: {}, {} a request, {}\n\n",
            count(plan.connections, "connection"),
            count(plan.size, "byte"),
            seconds(plan.duration),
        ))?;
        let watch = |progress| {
            show(&bar, &progress);
            match interrupted.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        io::Result::Ok(load::run(target, sockets, plan, watch).await)
    })?;
    bar.finish_and_clear();
    print(&format!("{report}\n"))?;

    if let Some(file) = &options.plot {
        let svg = plot::svg(&report).map_err(|error| format!("cannot draw: {error}"))?;
        let shown = file.display();
        fs::write(file, svg).map_err(|error| format!("cannot write {shown}: {error}"))?;
        print(&format!("  Throughput over time is drawn in {shown}\n\n"))?;
    }
    Ok(report.is_clean())
}

/// Returns a flag that Ctrl-C sets. A second Ctrl-C ends the process.
fn watch_for_interrupt() -> Result<Arc<AtomicBool>, ctrlc::Error> {
    let flag = Arc::new(AtomicBool::new(false));
    let interrupted = flag.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            // What a shell reports of a program that SIGINT has ended: 128 + 2.
            std::process::exit(130);
        }
    })?;
    Ok(interrupted)
}

/// A bar on standard error, or nothing if the output is read by a program.
fn progress_bar(duration: Duration) -> ProgressBar {
    let target = match io::stdout().is_terminal() {
        true => ProgressDrawTarget::stderr(), // Hides itself when it is not a terminal either.
        false => ProgressDrawTarget::hidden(),
    };
    let style = ProgressStyle::with_template("  {bar:40.blue/black.bright}  {msg}")
        .expect("the template is valid");
    let length = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    ProgressBar::with_draw_target(Some(length), target).with_style(style.progress_chars("━╸━"))
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let elapsed = progress.elapsed.as_secs_f64();
    let rate = HumanFloatCount(progress.rate.round());
    let errors = match progress.errors {
        0 => String::new(),
        errors => format!("  {} failed", HumanCount(errors)),
    };
    bar.set_message(format!("{elapsed:.1} s  {rate} requests/s{errors}"));
    bar.set_position(u64::try_from(progress.elapsed.as_millis()).unwrap_or(u64::MAX));
}

/// Writes to standard output; that nobody reads it (`| head`) is not an error.
fn print(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
