//! Every operation on a connection that can wait, with a deadline, and the bytes that it moved.

use crate::SHORT;
use crate::drivers::Driver;
use berkeley::control::{RecvBuffer, SendBuffer};
use berkeley::{Interest, MessageSlot, MsgFlags, Outgoing, Pipe, Shutdown, Socket, TcpStream};
use std::fs::File;
use std::future::Future;
use std::io::{self, IoSlice, IoSliceMut};
use std::path::Path;
use std::pin::Pin;

/// What an operation came to: how many bytes it moved, and how it ended.
pub(crate) type Outcome = (u64, io::Result<()>);

/// One operation, which takes no longer than [`SHORT`] by its own deadline.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    run: for<'s> fn(&'s Socket) -> Pin<Box<dyn Future<Output = Outcome> + Send + 's>>,
}

impl Operation {
    pub(crate) async fn run(&self, socket: &Socket) -> Outcome {
        crate::in_time(self.name, (self.run)(socket)).await
    }
}

macro_rules! operations {
    ($( $(#[doc = $doc:literal])* $table:ident { $($name:ident: |$socket:ident| $body:expr;)* } )*) => { $(
        $(#[doc = $doc])*
        pub(crate) const $table: &[Operation] = &[$(Operation {
            name: stringify!($name),
            run: |$socket| Box::pin(async move { $body }),
        }),*];
    )* };
}

operations! {
    /// What receives, or waits for what there is to receive.
    RECEIVES {
        recv: |socket| count(socket.recv(&mut [0; 64]).timeout(SHORT).await);
        peek: |socket| {
            let mut buffer = [0; 64];
            let peek = socket.recv_with_flags(&mut buffer, MsgFlags::PEEK);
            none(peek.timeout(SHORT).await)
        };
        recv_vectored: |socket| {
            let mut bytes = [0; 64];
            let mut buffers = [IoSliceMut::new(&mut bytes)];
            count(socket.recv_vectored(&mut buffers).timeout(SHORT).await)
        };
        recv_from: |socket| {
            count(socket.recv_from(&mut [0; 64]).timeout(SHORT).await.map(|(n, _)| n))
        };
        recv_msg: |socket| {
            let mut bytes = [0; 64];
            let mut control = RecvBuffer::with_capacity(64);
            let mut buffers = [IoSliceMut::new(&mut bytes)];
            let received = socket.recv_msg(&mut buffers, &mut control, MsgFlags::empty());
            count(received.timeout(SHORT).await.map(|received| received.len))
        };
        splice_in: |socket| {
            let mut pipe = Pipe::new().expect("a pipe");
            count(socket.splice_in(&mut pipe, 64).timeout(SHORT).await)
        };
        readable: |socket| none(socket.readable().timeout(SHORT).await);
        ready_to_read: |socket| none(socket.ready(Interest::Readable).timeout(SHORT).await);
    }

    /// What sends, or waits for room.
    SENDS {
        send: |socket| count(socket.send(&BYTES).timeout(SHORT).await);
        send_vectored: |socket| {
            count(socket.send_vectored(&[IoSlice::new(&BYTES)]).timeout(SHORT).await)
        };
        send_all: |socket| match socket.send_all(&BYTES).timeout(SHORT).await {
            Ok(()) => (BYTES.len() as u64, Ok(())),
            Err(failed) => (failed.sent as u64, Err(failed.error)),
        };
        send_msg: |socket| {
            let buffers = [IoSlice::new(&BYTES)];
            let control = SendBuffer::new();
            let sent = socket.send_msg(&buffers, &control, MsgFlags::empty(), None);
            count(sent.timeout(SHORT).await)
        };
        send_file: |socket| {
            let file = File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
            let file = file.expect("the tests have a README");
            match socket.send_file(&file, 0, None).timeout(SHORT).await {
                Ok(sent) => (sent, Ok(())),
                Err(failed) => (failed.sent, Err(failed.error)),
            }
        };
        writable: |socket| none(socket.writable().timeout(SHORT).await);
        ready_to_write: |socket| none(socket.ready(Interest::Writable).timeout(SHORT).await);
    }

    /// What receives datagrams alone.
    DATAGRAM_RECEIVES {
        recv_many: |socket| {
            let mut slots = [MessageSlot::new([0; 64])];
            let received = socket.recv_many(&mut slots, MsgFlags::empty()).timeout(SHORT).await;
            let bytes = received.map(|n| slots[..n].iter().map(|slot| slot.bytes().len()).sum());
            count(bytes)
        };
        recv_segmented: |socket| {
            let received = socket.recv_segmented(&mut [0; 64]).timeout(SHORT).await;
            count(received.map(|received| received.received.len))
        };
    }

    /// What sends datagrams alone.
    DATAGRAM_SENDS {
        send_many: |socket| {
            let buffers = [IoSlice::new(&BYTES[..1])];
            let message = [Outgoing::new(&buffers)];
            // A message that the kernel took is a byte here.
            count(socket.send_many(&message, MsgFlags::empty()).timeout(SHORT).await)
        };
        send_segmented: |socket| {
            let control = SendBuffer::new();
            let send = socket.send_segmented(&BYTES[..1_000], 500, &control, None);
            match send.timeout(SHORT).await {
                Ok(()) => (1_000, Ok(())),
                Err(failed) => (failed.sent as u64, Err(failed.error)),
            }
        };
    }
}

/// What the sends send.
const BYTES: [u8; 4096] = [b'.'; 4096];

fn count(outcome: io::Result<usize>) -> Outcome {
    match outcome {
        Ok(n) => (n as u64, Ok(())),
        Err(error) => (0, Err(error)),
    }
}

/// Of an operation that moves nothing.
fn none<T>(outcome: io::Result<T>) -> Outcome {
    (0, outcome.map(drop))
}

/// Every receive of a table ends by its deadline, and has taken nothing.
pub(crate) async fn receives_time_out(table: &[Operation], socket: &Socket) {
    for operation in table {
        let (bytes, outcome) = operation.run(socket).await;
        crate::assert_timed_out(operation.name, outcome);
        assert_eq!(bytes, 0, "{}", operation.name);
    }
}

/// Every send ends by its deadline once there is no more room, and returns how many bytes the
/// kernel took of all.
pub(crate) async fn sends_time_out(socket: &Socket) -> u64 {
    let mut sent = 0;
    for operation in SENDS {
        // The kernel may have room for a while yet: an acknowledgement that was on the way, or
        // less room needed than another kind of send leaves.
        loop {
            let (bytes, outcome) = operation.run(socket).await;
            sent += bytes;
            if outcome.is_err() {
                crate::assert_timed_out(operation.name, outcome);
                break;
            }
            if operation.name.starts_with("writable") || operation.name.starts_with("ready") {
                sent += fill(socket).await;
            }
        }
    }
    sent
}

/// Sends until nothing more goes within the time, and returns how many bytes went.
pub(crate) async fn fill(socket: &Socket) -> u64 {
    let mut sent = 0;
    loop {
        match socket.send_all(&BYTES).timeout(SHORT).await {
            Ok(()) => sent += BYTES.len() as u64,
            Err(failed) => {
                crate::assert_timed_out("fill", Err::<(), _>(failed.error));
                return sent + failed.sent as u64;
            }
        }
    }
}

/// Receives to the end, and returns how many bytes came.
pub(crate) async fn drain(socket: &Socket) -> u64 {
    let mut buffer = vec![0; 65_536];
    let mut received = 0;
    loop {
        match socket.recv(&mut buffer).await.expect("the connection lives") {
            0 => return received,
            n => received += n as u64,
        }
    }
}

/// So many bytes that are sent on `here` arrive on `there`, all of them and in order.
pub(crate) async fn arrive_whole(driver: Driver, here: TcpStream, there: TcpStream, len: usize) {
    let bytes: Vec<u8> = (0..=250).cycle().take(len).collect();
    let expected = bytes.clone();
    let sender = driver.spawn(async move {
        here.send_all(&bytes).await.unwrap();
        here.shutdown(Shutdown::Write).unwrap();
        here
    });
    let (mut received, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match there.recv(&mut buffer).await.unwrap() {
            0 => break,
            n => received.extend_from_slice(&buffer[..n]),
        }
    }
    drop(sender.await);
    assert!(received == expected, "{} of {} bytes", received.len(), expected.len());
}
