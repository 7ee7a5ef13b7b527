//! A file from the page cache to a socket, whole, over one connection after another.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::stream::{self, CHUNK, discard, mebibytes, short};
use crate::contenders::{berkeley as ours, floor as raw, smol as by_smol};
use crate::contenders::{threads as by_threads, tokio as by_tokio, uring as by_uring};
use crate::harness::cell::{Cell, Load, Station, Until, Work};
use crate::harness::contender::{
    asyncio, berkeley, berkeley_in_tokio, floor, smol, threads, tokio, uring,
};
use crate::harness::process::Start;

const SIZE: u64 = 16 << 20;

pub(super) static CELL: Cell = Cell {
    name: "file",
    title: "A file of 16 MiB to a socket",
    contenders: &[
        floor("sendfile by hand", raw::file),
        berkeley(ours::file),
        berkeley_in_tokio(ours::file_in_tokio),
        tokio(by_tokio::file).called("tokio", "current_thread, tokio::io::copy"),
        smol(by_smol::file).called("smol", "smol::io::copy"),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::compio(crate::contenders::compio::file),
        uring(by_uring::file).called("uring", "io_uring by hand, splice through a pipe"),
        threads(by_threads::file).called("threads", "a blocking thread, std::io::copy"),
        asyncio("file.py"),
    ],
    work: Work::Load { unit: "MiB", traced: 256, open },
};

fn open(start: Start<'_>) -> io::Result<Station> {
    let path = file()?;
    let server = start.server(path.to_str().unwrap_or_default())?;
    let files = Files { address: server.address()?, room: vec![0; CHUNK] };
    Station::new(server, files)
}

/// In the target folder, and so in the page cache once it has been written.
fn file() -> io::Result<PathBuf> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("served");
    if fs::metadata(&path).is_ok_and(|file| file.len() == SIZE) {
        return Ok(path);
    }
    let bytes: Vec<u8> = (0..=250).cycle().take(16 << 20).collect();
    fs::write(&path, bytes)?;
    Ok(path)
}

struct Files {
    address: SocketAddr,
    room: Vec<u8>,
}

impl Load for Files {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let mut whole = 0;
        loop {
            let stream = stream::connect(self.address)?;
            let mut came = 0;
            loop {
                match discard(&stream, &mut self.room)? {
                    0 => break,
                    more => came += more as u64,
                }
            }
            if came != SIZE {
                return Err(short(SIZE, came));
            }
            whole += came;
            if until.is_over(mebibytes(whole)) {
                return Ok(mebibytes(whole));
            }
        }
    }

    /// Bytes as they are in the file.
    fn prove(&mut self) -> io::Result<()> {
        let mut stream = stream::connect(self.address)?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut stream, &mut bytes)?;
        if bytes == fs::read(file()?)? {
            return Ok(());
        }
        Err(io::Error::other("what came is not what is in the file"))
    }

    fn run_in(&self) -> u64 {
        16
    }
}
