//! An echo server without async: a thread a connection, IPv4 and IPv6 both.
//! `cargo run --release --example echo_server_sync -- [HOST] PORT`

use berkeley_core::{Family, ListenOptions, Socket, has_dualstack_ipv6};
use std::{env, io, process, thread};

fn main() {
    let mut arguments: Vec<_> = env::args().skip(1).collect();
    let port = arguments.pop().unwrap_or_else(|| "7000".to_owned());
    // Every interface, unless told which.
    let host = arguments.pop().unwrap_or_default();
    if let Err(error) = serve(&host, &port) {
        eprintln!("echo_server_sync: {error}");
        process::exit(1);
    }
}

fn serve(host: &str, port: &str) -> io::Result<()> {
    let listener = if host.is_empty() && has_dualstack_ipv6() {
        let both = ListenOptions::new().family(Family::INET6).dualstack_ipv6(true);
        both.listen((host, port))?
    } else {
        ListenOptions::new().listen((host, port))?
    };
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (connection, peer) = listener.accept()?;
        println!("connected by {peer}");
        thread::spawn(move || {
            if let Err(error) = echo(&connection) {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

fn echo(connection: &Socket) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while let n @ 1.. = connection.recv(&mut buffer)? {
        connection.send_all(&buffer[..n])?;
    }
    Ok(())
}
