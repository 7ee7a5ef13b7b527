//! Descriptors both ways, without async: a file goes one way, a pipe comes back.
//! `cargo run --example pass_descriptors_sync -- Cargo.toml`

use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, IoSlice, IoSliceMut, Read, Write, pipe};
use std::os::fd::AsFd;
use std::{env, process, thread};

const NONE: MsgFlags = MsgFlags::empty();

fn main() {
    let path = env::args().nth(1).unwrap_or_else(|| "Cargo.toml".to_owned());
    if let Err(error) = run(&path) {
        eprintln!("pass_descriptors_sync: {path}: {error}");
        process::exit(1);
    }
}

fn run(path: &str) -> io::Result<()> {
    let (here, there) = Socket::pair(Family::UNIX, Kind::SEQPACKET, Protocol::DEFAULT)?;
    let counting = thread::spawn(move || count(&there));
    let file = File::open(path)?;
    here.send_fds(&[IoSlice::new(path.as_bytes())], &[file.as_fd()], NONE, None)?;

    let mut text = [0; 64];
    let mut received = here.recv_fds(&mut [IoSliceMut::new(&mut text)], 1, NONE)?;
    let pipe = received.fds.pop().ok_or(ErrorKind::UnexpectedEof)?;
    let mut answer = String::new();
    File::from(pipe).read_to_string(&mut answer)?;
    print!("{answer}");
    counting.join().map_err(|_| io::Error::other("the counter panicked"))?
}

/// Counts the lines of the file that comes, and answers by a pipe.
fn count(socket: &Socket) -> io::Result<()> {
    let mut name = [0; 256];
    let mut received = socket.recv_fds(&mut [IoSliceMut::new(&mut name)], 1, NONE)?;
    let file = received.fds.pop().ok_or(ErrorKind::UnexpectedEof)?;
    let lines = BufReader::new(File::from(file)).lines().count();
    let (reader, mut writer) = pipe()?;
    writeln!(writer, "{lines} lines")?;
    socket.send_fds(&[IoSlice::new(b"read this")], &[reader.as_fd()], NONE, None).map(drop)
}
