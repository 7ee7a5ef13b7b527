//! An echo server over vsock, and a client of it: between a virtual machine and its host.
//! `cargo run --release --example vsock_echo -- PORT` listens;
//! `… -- CID PORT` sends each line that comes to the server there (2 is the host).

use berkeley::address::VsockAddress;
use berkeley::net::{VsockListener, VsockStream};
use std::{env, io, process};

fn main() {
    let arguments: Result<Vec<u32>, _> = env::args().skip(1).map(|text| text.parse()).collect();
    let outcome = match arguments.as_deref() {
        Ok([port]) => berkeley::block_on(serve(*port)),
        Ok([cid, port]) => berkeley::block_on(send_lines(VsockAddress::new(*cid, *port))),
        _ => {
            eprintln!("vsock_echo PORT, or vsock_echo CID PORT");
            process::exit(2);
        }
    };
    if let Err(error) = outcome {
        eprintln!("vsock_echo: {error}");
        process::exit(1);
    }
}

async fn serve(port: u32) -> io::Result<()> {
    let listener = VsockListener::bind(VsockAddress::new(VsockAddress::CID_ANY, port))?;
    println!("listening on {}", listener.local_addr()?);
    let mut incoming = listener.incoming();
    loop {
        let (stream, peer) = incoming.next().await?;
        println!("connected by {peer}");
        berkeley::spawn_local(async move {
            if let Err(error) = echo(&stream).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn echo(stream: &VsockStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while let n @ 1.. = stream.recv(&mut buffer).await? {
        stream.send_all(&buffer[..n]).await?;
    }
    Ok(())
}

async fn send_lines(server: VsockAddress) -> io::Result<()> {
    let stream = VsockStream::connect(server).await?;
    let mut buffer = [0; 4096];
    // Reading the keyboard blocks, and there is nothing else to do meanwhile.
    for line in io::stdin().lines() {
        stream.send_all(format!("{}\n", line?).as_bytes()).await?;
        let n = stream.recv(&mut buffer).await?;
        print!("{}", String::from_utf8_lossy(&buffer[..n]));
    }
    Ok(())
}
