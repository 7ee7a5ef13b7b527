//! Other programs: always ended and reaped, every read of their output bounded.

use crate::bound::{PATIENCE, eventually};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A program that runs beside the test, with pipes to all three of its standard streams.
///
/// Dropping it ends its process group and reaps it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: Stream,
    errors: Stream,
}

/// What a program writes, read by a thread so that the program never waits for the test.
#[derive(Debug)]
struct Stream {
    what: String,
    chunks: Receiver<Vec<u8>>,
    unread: Vec<u8>,
    /// Has the pipe, and ends with it.
    reader: JoinHandle<()>,
}

impl Process {
    /// Starts the program.
    ///
    /// # Panics
    /// When it does not start.
    pub fn spawn(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what it forks ends with it.
        command.process_group(0);
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{name}: {e}"));
        Self {
            input: child.stdin.take(),
            output: Stream::of(format!("stdout of {name}"), child.stdout.take().unwrap()),
            errors: Stream::of(format!("stderr of {name}"), child.stderr.take().unwrap()),
            child,
        }
    }

    /// Writes to its standard input.
    ///
    /// # Panics
    /// When it does not take the bytes.
    pub fn give(&mut self, bytes: &[u8]) {
        self.input.as_mut().expect("an open input").write_all(bytes).expect("it reads its input");
    }

    /// Ends its standard input.
    pub fn end_input(&mut self) {
        self.input = None;
    }

    /// The next line of its standard output, without its end.
    ///
    /// # Panics
    /// When none comes.
    pub fn line(&mut self) -> String {
        self.output.line()
    }

    /// The next line of its standard error that contains `text`.
    ///
    /// # Panics
    /// When none comes.
    pub fn error_line_with(&mut self, text: &str) -> String {
        loop {
            let line = self.errors.line();
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The next `len` bytes of its standard output.
    ///
    /// # Panics
    /// When they do not come.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        while self.output.unread.len() < len {
            assert!(self.output.more(), "{} ended early: {:?}", self.output.what, self.errors);
        }
        self.output.unread.drain(..len).collect()
    }

    /// All that is left of its standard output, until it ends.
    ///
    /// # Panics
    /// When it does not end.
    pub fn to_end(&mut self) -> Vec<u8> {
        while self.output.more() {}
        std::mem::take(&mut self.output.unread)
    }

    /// What it wrote to its standard error, until it ends.
    ///
    /// # Panics
    /// When it does not end.
    pub fn errors_to_end(&mut self) -> String {
        while self.errors.more() {}
        String::from_utf8_lossy(&self.errors.unread).into_owned()
    }

    /// Interrupts it, as Ctrl-C does.
    ///
    /// # Panics
    /// When it cannot be signalled.
    pub fn interrupt(&self) {
        let id = i32::try_from(self.child.id()).expect("a process number");
        kill(Pid::from_raw(id), Signal::SIGINT).expect("it can be signalled");
    }

    /// The port of its UDP socket of IPv4, once it has one.
    ///
    /// # Panics
    /// When it gets none.
    #[must_use]
    pub fn udp_port(&self) -> u16 {
        let mut port = None;
        eventually("a UDP port", || {
            port = udp_port_of(self.child.id());
            port.is_some()
        });
        port.unwrap()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end.
    pub fn finish(&mut self) -> ExitStatus {
        self.end_input();
        let mut status = None;
        eventually("the program ends", || {
            status = self.child.try_wait().expect("it can be waited for");
            status.is_some()
        });
        status.unwrap()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it fails or does not end.
    pub fn succeed(&mut self) {
        let status = self.finish();
        assert!(status.success(), "{status}: {}", self.errors_to_end());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Before it is reaped, so that the number is still its own.
        if let Ok(id) = i32::try_from(self.child.id()) {
            let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
        }
        let _ = self.child.wait();
        // Its pipes are closed with it, so that who counts descriptors next does not see them.
        self.output.end();
        self.errors.end();
    }
}

impl Stream {
    fn of(what: String, mut from: impl Read + Send + 'static) -> Self {
        let (sender, chunks) = mpsc::channel();
        let reader = thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(n @ 1..) = from.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { what, chunks, unread: Vec::new(), reader }
    }

    /// Waits until the pipe is closed. No longer than it may take: what the program started and let
    /// go may have the other end, and a drop is no place to fail.
    fn end(&self) {
        let start = Instant::now();
        while !self.reader.is_finished() && start.elapsed() < PATIENCE / 4 {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for more; `false` at the end.
    fn more(&mut self) -> bool {
        match self.chunks.recv_timeout(PATIENCE) {
            Ok(chunk) => self.unread.extend(chunk),
            Err(mpsc::RecvTimeoutError::Disconnected) => return false,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("nothing on {}", self.what),
        }
        true
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return String::from_utf8_lossy(&line[..end]).into_owned();
            }
            assert!(self.more(), "{} ended after {:?}", self.what, self.unread);
        }
    }
}

/// The local port of the first UDP socket in /proc/net/udp that the process has open.
fn udp_port_of(process: u32) -> Option<u16> {
    let descriptors = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?;
    let open: Vec<_> = descriptors
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    // sl, local address:port in hexadecimal, …, and the tenth is the inode.
    let table = std::fs::read_to_string("/proc/net/udp").ok()?;
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(|columns| {
        let inode = columns.get(9)?;
        let (_, port) = columns.get(1)?.split_once(':')?;
        open.iter().any(|open| open == inode).then(|| u16::from_str_radix(port, 16).ok())?
    })
}
