//! Descriptors passed: each comes with a byte over a Unix stream, and goes back.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use super::stream::STALL;
use crate::contenders::floor::{receive_descriptor as receive, send_descriptor as send};
use crate::contenders::{berkeley as ours, floor as raw, threads as by_threads, tokio as by_tokio};
use crate::harness::cell::{Cell, Load, Station, Until, Work};
use crate::harness::contender::{berkeley, berkeley_in_tokio, floor, threads, tokio};
use crate::harness::process::Start;

/// Under way at once.
const WINDOW: u64 = 16;

pub(super) static CELL: Cell = Cell {
    name: "descriptors",
    title: "Descriptors received and sent back",
    contenders: &[
        floor("recvmsg and sendmsg by hand", raw::descriptors),
        berkeley(ours::descriptors),
        berkeley_in_tokio(ours::descriptors_in_tokio),
        tokio(by_tokio::descriptors).called("tokio", "recvmsg and sendmsg by hand in async_io"),
        threads(by_threads::descriptors).called("threads", "recvmsg and sendmsg by hand"),
    ],
    work: Work::Load { unit: "descriptor", traced: 2_000, open },
};

fn open(start: Start<'_>) -> io::Result<Station> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("fds.{}.{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    // A socket's path is short, which a target folder's need not be.
    let path = Path(std::env::temp_dir().join(name));
    let server = start.server(path.0.to_str().unwrap_or_default())?;
    let stream = UnixStream::connect(server.place())?;
    stream.set_read_timeout(Some(STALL))?;
    stream.set_write_timeout(Some(STALL))?;
    Station::new(server, Passed { stream, passed: File::open("/dev/null")?, _path: path })
}

/// Removed when it is dropped.
struct Path(PathBuf);

impl Drop for Path {
    fn drop(&mut self) {
        // It may never have been made.
        let _ = fs::remove_file(&self.0);
    }
}

struct Passed {
    stream: UnixStream,
    passed: File,
    _path: Path,
}

impl Load for Passed {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let limit = until.limit();
        let mut back = 0;
        loop {
            let now = WINDOW.min(limit - back);
            for _ in 0..now {
                send(self.stream.as_raw_fd(), self.passed.as_fd())?;
            }
            for _ in 0..now {
                if receive(self.stream.as_raw_fd())?.is_none() {
                    return Err(io::Error::other("a byte came back without its descriptor"));
                }
            }
            back += now;
            if until.is_over(back) {
                return Ok(back);
            }
        }
    }

    fn run_in(&self) -> u64 {
        64
    }
}
