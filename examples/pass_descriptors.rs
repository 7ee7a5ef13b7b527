//! Descriptors both ways: the client passes an open file, and gets back a pipe to read from.
//! `cargo run --example pass_descriptors -- unix:@files &`
//! `cargo run --example pass_descriptors -- unix:@files Cargo.toml`

use berkeley::{MsgFlags, UnixAddress, UnixListener, UnixStream};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, IoSlice, Read, Write, pipe};
use std::os::fd::AsFd;
use std::{env, process};

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let outcome = berkeley::block_on(async {
        match &arguments[..] {
            [address] => serve(address).await,
            [address, path] => ask(address, path).await,
            _ => Err(io::Error::other("usage: pass_descriptors ADDRESS [FILE]")),
        }
    });
    if let Err(error) = outcome {
        eprintln!("pass_descriptors: {error}");
        process::exit(1);
    }
}

fn address(text: &str) -> io::Result<UnixAddress> {
    let address: berkeley::Address = text.parse()?;
    address.as_unix().copied().ok_or_else(|| io::Error::other("use unix:PATH or unix:@NAME"))
}

/// Counts the lines of the file of each client, and answers by a pipe.
async fn serve(at: &str) -> io::Result<()> {
    let listener = UnixListener::bind(address(at)?)?;
    println!("listening on {at}");
    let mut incoming = listener.incoming();
    loop {
        let (stream, _) = incoming.next().await?;
        stream.set_pass_credentials(true)?;
        let mut name = [0; 256];
        let mut message = stream.recv_message(&mut name, 1).await?;
        let Some(file) = message.fds.pop().map(File::from) else { continue };
        let lines = BufReader::new(file).lines().count();
        let who = message.credentials.map_or(0, |sender| sender.pid);
        let name = String::from_utf8_lossy(&name[..message.len]);
        println!("process {who} passed {name}, of {lines} lines");

        let (reader, mut writer) = pipe()?;
        writeln!(writer, "{lines} lines")?;
        let text = [IoSlice::new(b"read this")];
        stream.send_fds(&text, &[reader.as_fd()], MsgFlags::empty(), None).await?;
    }
}

async fn ask(at: &str, path: &str) -> io::Result<()> {
    let file = File::open(path)?;
    let stream = UnixStream::connect(address(at)?).await?;
    let name = [IoSlice::new(path.as_bytes())];
    stream.send_fds(&name, &[file.as_fd()], MsgFlags::empty(), None).await?;
    let mut text = [0; 64];
    let mut message = stream.recv_message(&mut text, 1).await?;
    let pipe = message.fds.pop().ok_or(ErrorKind::UnexpectedEof)?;
    let mut answer = String::new();
    File::from(pipe).read_to_string(&mut answer)?;
    print!("{answer}");
    Ok(())
}
