//! The machine: switched on, read line by line, and always ended.

use anyhow::{Context, Error, Result, bail};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::str::FromStr;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How the processor runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accel {
    /// By itself.
    Kvm,
    /// Emulated.
    Tcg,
}

impl Accel {
    /// KVM where this process may use it.
    pub(super) fn best() -> Self {
        let kvm = OpenOptions::new().read(true).write(true).open("/dev/kvm");
        if kvm.is_ok() { Self::Kvm } else { Self::Tcg }
    }
}

impl FromStr for Accel {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "kvm" => Ok(Self::Kvm),
            "tcg" => Ok(Self::Tcg),
            _ => bail!("--accel is kvm or tcg, not {text}"),
        }
    }
}

impl fmt::Display for Accel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kvm => "kvm",
            Self::Tcg => "tcg",
        })
    }
}

/// What a machine is made of.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) qemu: PathBuf,
    pub(super) accel: Accel,
    pub(super) kernel: PathBuf,
    pub(super) initramfs: PathBuf,
    /// Where the first serial line goes: the kernel's.
    pub(super) log: PathBuf,
    /// How long the kernel may take to its first line.
    pub(super) greeting: Duration,
}

/// How a machine ended.
#[derive(Debug)]
pub(super) enum End {
    /// By itself.
    Off(ExitStatus),
    /// By us, after this time.
    TimedOut(Duration),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off(status) => write!(f, "QEMU ended with {status}"),
            Self::TimedOut(limit) => write!(f, "it was ended after {} s", limit.as_secs()),
        }
    }
}

impl Machine {
    /// Runs the machine until it is off, for `limit` at most. `on_line` gets each line of the
    /// second serial line: what the work in the machine writes.
    pub(super) fn run(&self, limit: Duration, mut on_line: impl FnMut(&str)) -> Result<End> {
        // The log of another run shall not be taken for that of this one.
        File::create(&self.log).with_context(|| self.log.display().to_string())?;
        let mut qemu = Running(self.command().spawn().context("QEMU does not start")?);
        let lines = lines(qemu.0.stdout.take().context("QEMU has no output")?);
        let start = Instant::now();
        let mut allowed = self.greeting.min(limit);
        let end = loop {
            match lines.recv_timeout(allowed.saturating_sub(start.elapsed())) {
                Ok(line) => on_line(&line),
                Err(RecvTimeoutError::Disconnected) => break qemu.wait(start, limit)?,
                Err(RecvTimeoutError::Timeout) if allowed < limit && self.has_greeted()? => {
                    allowed = limit;
                }
                Err(RecvTimeoutError::Timeout) => break End::TimedOut(allowed),
            }
        };
        drop(qemu);
        // The line that was being written.
        lines.iter().for_each(|line| on_line(&line));
        Ok(end)
    }

    /// What the kernel said in the last run.
    pub(super) fn log(&self) -> Result<String> {
        let log = fs::read(&self.log).with_context(|| self.log.display().to_string())?;
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    /// Whether the kernel said anything in the last run. (What starts it may have.)
    pub(super) fn has_greeted(&self) -> Result<bool> {
        Ok(self.log()?.contains("Linux version"))
    }

    fn command(&self) -> Command {
        // If this process is killed, QEMU shall not be left behind.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(&self.qemu);
        command.args(["-accel", &self.accel.to_string(), "-cpu", "max", "-smp", "2", "-m", "1G"]);
        command.args(["-nodefaults", "-no-user-config", "-display", "none"]);
        command.arg("-kernel").arg(&self.kernel).arg("-initrd").arg(&self.initramfs);
        // A panic or an oops is a reboot at once, and a reboot is the end.
        command.args(["-append", "console=ttyS0 panic=-1 oops=panic", "-no-reboot"]);
        command.arg("-serial").arg(format!("file:{}", self.log.display()));
        command.args(["-serial", "stdio"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

/// A child that ends with its owner.
struct Running(Child);

impl Running {
    /// Waits for the child's end, until `limit` is over since `start`.
    fn wait(&mut self, start: Instant, limit: Duration) -> Result<End> {
        loop {
            if let Some(status) = self.0.try_wait().context("QEMU cannot be waited for")? {
                return Ok(End::Off(status));
            }
            if start.elapsed() >= limit {
                return Ok(End::TimedOut(limit));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It fails when the child has ended, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lines as they come, whatever bytes they have, without their ends.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            // A serial line ends its lines with two characters.
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end_matches(['\r', '\n']).to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_ends_and_a_part_of_one_is_one() {
        let seen: Vec<_> = lines(&b"one\r\ntwo\n\nthr\xff"[..]).iter().collect();
        assert_eq!(seen, ["one", "two", "", "thr\u{fffd}"]);
    }

    #[test]
    fn a_child_ends_with_its_owner() {
        let child = Command::new("sleep").arg("1000").spawn().unwrap();
        let process = PathBuf::from(format!("/proc/{}", child.id()));
        assert!(process.exists());
        drop(Running(child));
        assert!(!process.exists());
    }
}
