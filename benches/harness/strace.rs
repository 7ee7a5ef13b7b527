//! System calls for each unit of work, by name: strace attached to a server that is already warm.

use std::fs;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cell::{Station, Until, Work};
use super::cli::Options;
use super::machine::{self, Placement};
use super::process::Start;

const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// For every contender of every cell that can be traced, on one core or across as it is told.
pub(crate) fn run(options: &Options) -> io::Result<()> {
    machine::raise_descriptor_limit()?;
    let placement = Placement::choose(options.places[0])?;
    machine::pin(&[placement.generator])?;
    for &cell in &options.cells {
        let Work::Load { unit, traced, open } = cell.work else { continue };
        if traced == 0 {
            continue;
        }
        println!("{}: calls for each {unit} of {traced}\n", cell.title);
        println!("| {:<20} | calls |", "contender");
        println!("| {:-<20} | --- |", "");
        for contender in options.contenders(cell) {
            let start = Start { cell, contender, placement: &placement };
            match open(start).and_then(|station| trace(station, traced, options.warm_up)) {
                Ok(calls) => println!("| {:<20} | {} |", contender.name, words(&calls, traced)),
                Err(error) => println!("| {:<20} | skipped: {error} |", contender.name),
            }
        }
        println!();
    }
    Ok(())
}

/// One line of `strace -c`.
struct Calls {
    name: String,
    count: f64,
    errors: f64,
}

fn trace(mut station: Station, units: u32, warm_up: Duration) -> io::Result<Vec<Calls>> {
    station.load.run(Until::after(warm_up))?;
    let strace = Strace::attach(station.server.id())?;
    // In lockstep: strace slows the server so much that otherwise the next request would always be
    // there already, and a server that reads too early would not be found out.
    let each = u32::try_from(station.load.run_in()).map_err(io::Error::other)?.clamp(1, units);
    let mut done = 0;
    for _ in 0..units / each {
        done += station.load.run(Until::Units(each.into()))?;
    }
    if done < units.into() {
        station.load.run(Until::Units(u64::from(units) - done))?;
    }
    Ok(parse(&strace.detach()?))
}

/// The calls that are made at least once in a hundred units, most frequent first.
fn words(calls: &[Calls], units: u32) -> String {
    let each = |count: f64| count / f64::from(units);
    let word = |call: &Calls| {
        let failed = if each(call.errors) >= 0.01 {
            format!(" ({:.3} fail)", each(call.errors))
        } else {
            String::new()
        };
        format!("{} {:.3}{failed}", call.name, each(call.count))
    };
    let often = calls.iter().filter(|call| each(call.count) >= 0.01);
    often.map(word).collect::<Vec<_>>().join(", ")
}

/// `% time  seconds  usecs/call  calls  [errors]  name`
fn parse(summary: &str) -> Vec<Calls> {
    let line = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (count, errors, name) = match fields[..] {
            [_, _, _, count, name] => (count, "0", name),
            [_, _, _, count, errors, name] => (count, errors, name),
            _ => return None,
        };
        let count = count.parse().ok().filter(|_| name != "total")?;
        Some(Calls { name: name.to_owned(), count, errors: errors.parse().ok()? })
    };
    let mut calls: Vec<_> = summary.lines().filter_map(line).collect();
    calls.sort_by(|one, other| other.count.total_cmp(&one.count));
    calls
}

/// A running strace. Dropping it kills the process and collects it.
struct Strace(Child);

impl Strace {
    /// Returns once every thread of the process is traced.
    fn attach(process: u32) -> io::Result<Self> {
        let child = Command::new("strace")
            .args(["-f", "-c", "-p", &process.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("strace: {error}")))?;
        let mut strace = Self(child);
        let until = Instant::now() + PATIENCE;
        while !is_traced(process)? {
            if strace.0.try_wait()?.is_some() {
                return Err(io::Error::other(strace.said()?));
            }
            if Instant::now() > until {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "strace did not attach"));
            }
            thread::sleep(PAUSE);
        }
        Ok(strace)
    }

    /// Ends it as Ctrl-C would, so that it lets go of the server and prints its counts.
    fn detach(mut self) -> io::Result<String> {
        let id = i32::try_from(self.0.id()).map_err(io::Error::other)?;
        kill(Pid::from_raw(id), Signal::SIGINT)?;
        let until = Instant::now() + PATIENCE;
        while self.0.try_wait()?.is_none() {
            if Instant::now() > until {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "strace did not end"));
            }
            thread::sleep(PAUSE);
        }
        self.said()
    }

    /// Only of a strace that has ended: otherwise it waits.
    fn said(&mut self) -> io::Result<String> {
        let mut text = String::new();
        if let Some(stderr) = &mut self.0.stderr {
            stderr.read_to_string(&mut text)?;
        }
        Ok(text)
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        // Both fail only for a process that has ended and been collected.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_traced(process: u32) -> io::Result<bool> {
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let status = fs::read_to_string(task?.path().join("status"))?;
        let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
        if tracer.is_none_or(|tracer| tracer.trim() == "0") {
            return Ok(false);
        }
    }
    Ok(true)
}
