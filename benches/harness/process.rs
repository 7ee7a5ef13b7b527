//! A contender's process, from both of its sides.

use std::fmt::Display;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::getppid;

use super::cell::Cell;
use super::cli::Serve;
use super::contender::{Contender, Program};
use super::machine::{self, CpuClock, Placement};
use super::python;

const START: Duration = Duration::from_secs(10);

/// What is needed to start a contender in a cell.
#[derive(Clone, Copy)]
pub(crate) struct Start<'a> {
    pub(crate) cell: &'static Cell,
    pub(crate) contender: &'static Contender,
    pub(crate) placement: &'a Placement,
}

/// A running contender. Dropping it kills the process and collects it.
pub(crate) struct Server {
    child: Child,
    stdout: ChildStdout,
    address: String,
    /// What it said of how it runs, for instance which driver it found.
    pub(crate) note: String,
}

impl Start<'_> {
    /// Starts the contender's program, and waits until it says where it is reached.
    ///
    /// # Errors
    ///
    /// The server's own words, if it cannot run here.
    pub(crate) fn server(self, argument: &str) -> io::Result<Server> {
        let (child, stdout) = self.spawn(argument)?;
        // From here on the process ends with this value, whatever goes wrong.
        let mut server = Server { child, stdout, address: String::new(), note: String::new() };
        let line = server.line(START)?;
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("ready"), Some(address), note) => {
                server.address = address.to_owned();
                server.note = note.unwrap_or_default().to_owned();
                Ok(server)
            }
            (Some(""), ..) | (None, ..) => Err(io::Error::other("ended before it listened")),
            _ => Err(io::Error::other(line)),
        }
    }

    /// Starts a contender that measures itself, and returns the figures that it says.
    pub(crate) fn figures(self, argument: &str, patience: Duration) -> io::Result<Vec<f64>> {
        let (child, stdout) = self.spawn(argument)?;
        let mut server = Server { child, stdout, address: String::new(), note: String::new() };
        let line = server.line(patience)?;
        let Some(figures) = line.strip_prefix("figures ") else {
            let said = if line.is_empty() { "ended without figures" } else { &line };
            return Err(io::Error::other(said));
        };
        figures.split(' ').map(|one| one.parse().map_err(io::Error::other)).collect()
    }

    fn spawn(self, argument: &str) -> io::Result<(Child, ChildStdout)> {
        let cpus = self.placement.for_server(self.contender.threads);
        let mut command = match self.contender.program {
            Program::Rust(_) => {
                let cpus: Vec<_> = cpus.iter().map(usize::to_string).collect();
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["--serve", self.cell.name, self.contender.name]);
                command.args(["--cpus", &cpus.join(",")]);
                command.args(["--parent", &std::process::id().to_string()]);
                command.args(["--argument", argument]);
                command
            }
            Program::Python(file, event_loop) => {
                let mut command = python::command(file, event_loop)?;
                command.args([&cpus[0].to_string(), argument]);
                command
            }
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().expect("stdout was asked for just above");
        Ok((child, stdout))
    }
}

impl Server {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said after `ready`: an address, or a path.
    pub(crate) fn place(&self) -> &str {
        &self.address
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.address.parse().map_err(io::Error::other)
    }

    pub(crate) fn cpu_clock(&self) -> io::Result<CpuClock> {
        CpuClock::of(self.id())
    }

    /// One line, or what there is of it when the process ends; not longer than `patience`.
    fn line(&mut self, patience: Duration) -> io::Result<String> {
        let until = Instant::now() + patience;
        let mut line = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let timeout = PollTimeout::try_from(left).map_err(io::Error::other)?;
            if poll(&mut [PollFd::new(self.stdout.as_fd(), PollFlags::POLLIN)], timeout)? == 0 {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "said nothing in time"));
            }
            let mut part = [0; 512];
            let got = self.stdout.read(&mut part)?;
            line.extend_from_slice(&part[..got]);
            if got == 0 || line.ends_with(b"\n") {
                return Ok(String::from_utf8_lossy(&line).trim().to_owned());
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that has ended and been collected.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

static JOB: OnceLock<Serve> = OnceLock::new();

/// The child's side: serves until the parent kills it, or dies.
pub(crate) fn serve(job: Serve) -> io::Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid().as_raw() != job.parent {
        return Err(io::Error::other("--serve is how the benchmark starts its own servers"));
    }
    let job = JOB.get_or_init(|| job);
    machine::pin(&job.cpus)?;
    machine::raise_descriptor_limit()?;
    let Program::Rust(serve) = job.contender.program else {
        return Err(io::Error::other("not a program of this one"));
    };
    // The parent reads the reason and reports the contender as skipped.
    if let Err(error) = serve() {
        println!("{error}");
    }
    Ok(())
}

/// In a contender: what its cell gave it to work with.
pub(crate) fn argument() -> &'static str {
    JOB.get().map_or("", |job| &job.argument)
}

/// In a contender: the CPUs it runs on.
pub(crate) fn cpus() -> &'static [usize] {
    JOB.get().map_or(&[], |job| &job.cpus)
}

/// In a contender: tells the parent where to reach it.
pub(crate) fn ready(place: impl Display) {
    println!("ready {place}");
}

/// In a contender that measures itself: tells the parent what came out.
pub(crate) fn figures(figures: &[f64]) {
    let figures: Vec<_> = figures.iter().map(f64::to_string).collect();
    println!("figures {}", figures.join(" "));
}
