//! Sends each line of its input to an echo server and prints what comes back, without async.
//! `echo hello | cargo run --release --example echo_client_sync -- localhost 7000`

use berkeley_core::{ConnectOptions, SocketFile};
use std::io::{self, BufRead, ErrorKind, Write};
use std::time::Duration;
use std::{env, process};

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [host, port] = &arguments[..] else {
        eprintln!("usage: echo_client_sync HOST PORT");
        process::exit(2);
    };
    if let Err(error) = talk(host, port) {
        eprintln!("echo_client_sync: {host} {port}: {error}");
        process::exit(1);
    }
}

fn talk(host: &str, port: &str) -> io::Result<()> {
    // Each address of the host in turn, five seconds for each, and for every operation afterwards.
    let socket = ConnectOptions::new().timeout(Duration::from_secs(5)).connect((host, port))?;
    let mut server = SocketFile::new(socket);
    for line in io::stdin().lines() {
        writeln!(server, "{}", line?)?;
        server.flush()?;
        let mut echoed = String::new();
        if server.read_line(&mut echoed)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        print!("{echoed}");
    }
    Ok(())
}
