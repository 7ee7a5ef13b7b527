//! Relays: a client and a server with a relay between them.

mod ends;
mod limits;
mod peers;
mod resources;

use crate::drivers::{Driver, Task, tcp_streams};
use berkeley::{Relay, RelayError, Relayed, Socket, UnixStream, relay};

/// More than all buffers on the way hold.
const LARGE: usize = 24 << 20;

/// A client, the two sockets that a relay is for, and a server.
struct Line {
    client: Socket,
    a: Socket,
    b: Socket,
    server: Socket,
}

impl Line {
    fn new(client_side: fn() -> (Socket, Socket), server_side: fn() -> (Socket, Socket)) -> Self {
        let (client, a) = client_side();
        let (b, server) = server_side();
        Self { client, a, b, server }
    }

    fn tcp() -> Self {
        Self::new(tcp, tcp)
    }

    /// A line of each pair of kinds.
    fn each() -> [Self; 4] {
        [Self::new(tcp, tcp), Self::new(tcp, unix), Self::new(unix, tcp), Self::new(unix, unix)]
    }

    /// Starts a relay, and leaves the ends.
    fn relay(
        self,
        driver: Driver,
        set: fn(Relay<'_>) -> Relay<'_>,
    ) -> (Socket, Socket, Task<Result<Relayed, RelayError>>) {
        let Self { client, a, b, server } = self;
        (client, server, driver.spawn(async move { set(relay(&a, &b)).await }))
    }
}

fn tcp() -> (Socket, Socket) {
    let (a, b) = tcp_streams();
    (a.into_socket(), b.into_socket())
}

fn unix() -> (Socket, Socket) {
    let (a, b) = UnixStream::pair().unwrap();
    (a.into_socket(), b.into_socket())
}

/// Bytes in which every place can be told from those around it.
fn pattern(len: usize) -> Vec<u8> {
    (0..=250).cycle().take(len).collect()
}

/// All that comes until the end.
async fn to_end(socket: &Socket) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 65_536];
    while let n @ 1.. = socket.recv(&mut buffer).await.unwrap() {
        all.extend_from_slice(&buffer[..n]);
    }
    all
}

/// The next `len` bytes.
async fn exactly(socket: &Socket, len: usize) -> Vec<u8> {
    let mut all = vec![0; len];
    let mut at = 0;
    while at < len {
        match socket.recv(&mut all[at..]).await.unwrap() {
            0 => panic!("the end, after {at} bytes of {len}"),
            n => at += n,
        }
    }
    all
}

#[track_caller]
fn assert_relayed(relayed: Relayed, a_to_b: usize, b_to_a: usize) {
    assert_eq!((relayed.a_to_b, relayed.b_to_a), (a_to_b as u64, b_to_a as u64));
}
