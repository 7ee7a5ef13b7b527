//! A contender's process, from both of its sides.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::getppid;

use crate::cli::Serve;
use crate::contender::Contender;
use crate::machine::{self, CpuClock, Placement};

const START: Duration = Duration::from_secs(10);

/// A running server. Dropping it kills the process and collects it.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What the server said of how it runs, for instance which driver it found.
    pub(crate) note: String,
}

impl Server {
    /// Starts this program again, and waits until it listens.
    ///
    /// # Errors
    ///
    /// The server's own words, if it cannot run here.
    pub(crate) fn start(contender: &Contender, placement: &Placement) -> io::Result<Self> {
        let cpus = placement.for_server(contender.threads);
        let cpus: Vec<_> = cpus.iter().map(usize::to_string).collect();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", contender.name, "--cpus", &cpus.join(",")])
            .args(["--parent", &std::process::id().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take();
        // From here on the process ends with this value, whatever goes wrong.
        let mut server =
            Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), note: String::new() };
        let line = first_line(stdout.expect("stdout was asked for just above"))?;
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("ready"), Some(address), note) => {
                server.address = address.parse().map_err(io::Error::other)?;
                server.note = note.unwrap_or_default().to_owned();
                Ok(server)
            }
            (Some(""), ..) | (None, ..) => Err(io::Error::other("ended before it listened")),
            _ => Err(io::Error::other(line)),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn cpu_clock(&self) -> io::Result<CpuClock> {
        CpuClock::of(self.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that has ended and been collected.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One line, or what there is of it when the process ends; not longer than [`START`].
fn first_line(mut stdout: ChildStdout) -> io::Result<String> {
    let until = Instant::now() + START;
    let mut line = Vec::new();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = PollTimeout::try_from(left).map_err(io::Error::other)?;
        if poll(&mut [PollFd::new(stdout.as_fd(), PollFlags::POLLIN)], timeout)? == 0 {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "did not listen in time"));
        }
        let mut part = [0; 512];
        let got = stdout.read(&mut part)?;
        line.extend_from_slice(&part[..got]);
        if got == 0 || line.ends_with(b"\n") {
            return Ok(String::from_utf8_lossy(&line).trim().to_owned());
        }
    }
}

/// The child's side: serves until the parent kills it, or dies.
pub(crate) fn serve(serve: &Serve) -> io::Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid().as_raw() != serve.parent {
        return Err(io::Error::other("--serve is how the benchmark starts its own servers"));
    }
    machine::pin(&serve.cpus)?;
    machine::raise_descriptor_limit()?;
    // The parent reads the reason and reports the contender as skipped.
    if let Err(error) = (serve.contender.serve)() {
        println!("{error}");
    }
    Ok(())
}
