//! System calls for each request, by name: strace attached to a server that is already warm.

use std::fs;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cell::Cell;
use crate::cli::Options;
use crate::contender::Contender;
use crate::load::{Check, Load, Until};
use crate::machine::{self, Placement};
use crate::server::Server;

const REQUESTS: u32 = 10_000;
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

pub(crate) fn run(options: &Options, contenders: &[&'static Contender]) -> io::Result<()> {
    machine::raise_descriptor_limit()?;
    let placement = Placement::choose(options.same_core)?;
    machine::pin(&[placement.generator])?;
    let cell = options.cells[0];
    for &contender in contenders {
        println!("{}, {}, {REQUESTS} requests", contender.name, cell.title());
        match trace(contender, cell, options, &placement) {
            Ok(calls) => print(&calls),
            Err(error) => println!("skipped: {error}"),
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

fn trace(
    contender: &Contender,
    cell: Cell,
    options: &Options,
    placement: &Placement,
) -> io::Result<Vec<Calls>> {
    let server = Server::start(contender, placement)?;
    let mut load = Load::connect(server.address, cell)?;
    load.run(Until::Elapsed(options.warm_up), Check::Contents)?;
    let strace = Strace::attach(server.id())?;
    // In lockstep: strace slows the server so much that otherwise the next request would always be
    // there already, and a server that reads too early would not be found out.
    let each = u32::try_from(cell.connections).map_err(io::Error::other)?.min(REQUESTS);
    for _ in 0..REQUESTS / each {
        load.run(Until::Requests(each.into()), Check::Length)?;
    }
    load.run(Until::Requests((REQUESTS % each).into()), Check::Length)?;
    Ok(parse(&strace.detach()?))
}

fn print(calls: &[Calls]) {
    println!("| {:<20} | {:>17} | {:>18} |", "system call", "for each request", "of which failed");
    println!("| {:-<20} | {:->16}: | {:->17}: |", "", "", "");
    for call in calls {
        let each = |count: f64| count / f64::from(REQUESTS);
        println!(
            "| {:<20} | {:>17.4} | {:>18.4} |",
            call.name,
            each(call.count),
            each(call.errors)
        );
    }
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
