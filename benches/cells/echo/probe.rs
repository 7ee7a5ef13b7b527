//! The proof, before anything is timed, that a contender is an honest echo server.
//!
//! One connection sends more than both sockets can buffer and does not read for a while. The
//! server must stop reading (its sends no longer go through), carry on where it stopped, return
//! every byte in order, and close once it has seen the end and echoed all.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

const BYTES: usize = 16 << 20;
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn check(address: SocketAddr) -> io::Result<()> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let sent: Vec<u8> = (0..=250).cycle().take(BYTES).collect();
    let mut echoed = Vec::with_capacity(BYTES);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            (&stream).write_all(&sent)?;
            stream.shutdown(Shutdown::Write)
        });
        thread::sleep(PAUSE);
        // Reads to the end, which is the server's close; never more than one byte too many.
        let read = (&stream).take(BYTES as u64 + 1).read_to_end(&mut echoed);
        let written = writer.join().map_err(|_| io::Error::other("the probe's writer panicked"))?;
        written.and(read)
    })?;
    if echoed == sent {
        Ok(())
    } else {
        Err(io::Error::other(format!("echoed {} bytes of {BYTES}, or not the same", echoed.len())))
    }
}
