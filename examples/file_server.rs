//! A web server of one folder, by sendfile(2), and of nothing outside it, by no path and no link.
//! `cargo run --release --example file_server -- 127.0.0.1:8080 target/doc`

use berkeley::{TcpListener, TcpStream, time};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use std::{env, process};

/// For a request, and for each answer.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let args: Vec<_> = env::args().skip(1).collect();
    let [address, folder] = &args[..] else {
        eprintln!("file_server: write where to listen and what to serve: 127.0.0.1:8080 FOLDER");
        process::exit(2);
    };
    if let Err(error) = berkeley::block_on(serve(address, folder)) {
        eprintln!("file_server: {address} {folder}: {error}");
        process::exit(1);
    }
}

async fn serve(address: &str, folder: &str) -> io::Result<()> {
    let folder: Rc<Path> = fs::canonicalize(folder)?.into();
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let mut incoming = listener.incoming().on_pause(|error| eprintln!("accept: {error}"));
    loop {
        let (stream, peer) = incoming.next().await?;
        let folder = folder.clone();
        berkeley::spawn_local(async move {
            if let Err(error) = answer(stream, &folder).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn answer(stream: TcpStream, folder: &Path) -> io::Result<()> {
    let request = time::timeout(LIMIT, head(&stream)).await??;
    let mut words = request.split([' ', '\r', '?']);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, file) = match (method, open(folder, path)) {
        ("GET" | "HEAD", Ok(file)) => ("200 OK", Some(file)),
        ("GET" | "HEAD", Err(_)) => ("404 Not Found", None),
        _ => ("405 Method Not Allowed\r\nallow: GET, HEAD", None),
    };
    let len = file.as_ref().map_or(Ok(0), |file| file.metadata().map(|data| data.len()))?;
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n");
    stream.send_all(head.as_bytes()).timeout(LIMIT).await?;
    if let ("GET", Some(file)) = (method, file) {
        // No more than was promised, should it grow.
        stream.send_file(&file, 0, Some(len)).timeout(LIMIT).await?;
    }
    Ok(())
}

/// Receives until the empty line, 8 KiB at most.
async fn head(stream: &TcpStream) -> io::Result<String> {
    let (mut head, mut len) = (vec![0; 8192], 0);
    while !head[..len].windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.recv(&mut head[len..]).await? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => len += n,
        }
    }
    Ok(String::from_utf8_lossy(&head[..len]).into_owned())
}

fn open(folder: &Path, path: &str) -> io::Result<File> {
    let path = folder.join(path.trim_start_matches('/'));
    let path = fs::canonicalize(if path.is_dir() { path.join("index.html") } else { path })?;
    let is_ours = path.starts_with(folder) && path.is_file();
    if is_ours { File::open(path) } else { Err(ErrorKind::NotFound.into()) }
}
