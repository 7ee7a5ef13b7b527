//! That every operation of the core is here under the same name, says what a dropped one has done,
//! and does as it says: dropped while it waits, it has taken or sent nothing. And it ends in time.
//!
//! The lists are compared with the sources, so that an operation without a row fails a test.

use crate::assert_timed_out;
use crate::drivers::{Driver, drain, tcp_streams};
use berkeley::control::{RecvBuffer, SendBuffer};
use berkeley::{
    Family, Interest, Kind, MessageSlot, MsgFlags, Outgoing, Pipe, Protocol, Socket, UdpSocket,
};
use futures::poll;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

on_every_driver! {
    a_receive_that_is_dropped_has_taken_nothing_and_ends_in_time
    a_send_that_is_dropped_has_sent_nothing_and_ends_in_time
}

/// What the core has, and a socket whose operations are futures has otherwise.
const OTHERWISE: [(&str, &str); 10] = [
    ("accept_with_timeout", "the accepted socket's set_timeout"),
    ("with_timeout", "new and set_timeout: no descriptor here ever blocks"),
    ("pair_with_timeout", "pair and set_timeout"),
    ("buffer_limit", "what it limits: recv_vectored and its like"),
    ("is_blocking", "timeout: waiting never blocks"),
    ("set_blocking", "set_timeout"),
    ("wait", "ready"),
    ("is_peer_closed", "peer_closed, which waits for it"),
    ("is_full_backlog", "connect, which waits for room"),
    ("send_file_part", "send_file"),
];

/// Operations that are tested elsewhere.
const ELSEWHERE: [(&str, &str); 5] = [
    ("async_io", "its closure is the operation"),
    ("connect", "cancellation::a_dropped_connect_goes_on"),
    ("finish", "closing"),
    ("recv_error", "error_queue"),
    ("send_alg", "families/alg.rs: few kernels have ciphers, and they always have room"),
];

const NONE: MsgFlags = MsgFlags::empty();
const MOMENT: Duration = Duration::from_millis(1);

/// Rows of `name(pair) |socket| operation;`: what waits for something to receive.
macro_rules! receives {
    ($( $name:ident($pair:ident) |$socket:ident| $operation:expr; )*) => {
        const RECEIVES: &[&str] = &[$( stringify!($name) ),*];

        async fn a_receive_that_is_dropped_has_taken_nothing_and_ends_in_time(_: Driver) {
            $({
                let ($socket, peer) = $pair().await;
                assert_timed_out(async { $operation.timeout(MOMENT).await }.await);
                $socket.set_timeout(Some(MOMENT));
                assert_timed_out(async { $operation.await }.await);
                $socket.set_timeout(None);
                for _ in 0..3 {
                    let mut waiting = Box::pin(async { $operation.await.map(drop) });
                    assert!(poll!(&mut waiting).is_pending(), stringify!($name));
                    peer.send(b"one").await.unwrap();
                    drop(waiting);
                    let received = $socket.recv(&mut [0; 8]).await;
                    assert_eq!(received.unwrap(), 3, stringify!($name));
                }
            })*
        }
    };
}

receives! {
    recv(tcp) |socket| socket.recv(&mut [0; 8]);
    recv_with_flags(tcp) |socket| socket.recv_with_flags(&mut [0; 8], NONE);
    recv_uninit(tcp) |socket| socket.recv_uninit(&mut [MaybeUninit::uninit(); 8], NONE);
    recv_vectored(tcp) |socket| socket.recv_vectored(&mut [IoSliceMut::new(&mut [0; 8])]);
    recv_from(records) |socket| socket.recv_from(&mut [0; 8]);
    recv_from_with_flags(records) |socket| socket.recv_from_with_flags(&mut [0; 8], NONE);
    recv_from_vectored(records) |socket|
        socket.recv_from_vectored(&mut [IoSliceMut::new(&mut [0; 8])], NONE);
    peek(records) |socket| socket.peek(&mut [0; 8]);
    peek_from(records) |socket| socket.peek_from(&mut [0; 8]);
    recv_msg(records) |socket| socket.recv_msg(
        &mut [IoSliceMut::new(&mut [0; 8])], &mut RecvBuffer::with_capacity(64), NONE);
    recv_fds(records) |socket| socket.recv_fds(&mut [IoSliceMut::new(&mut [0; 8])], 1, NONE);
    recv_many(records) |socket| socket.recv_many(&mut [MessageSlot::new([0; 8])], NONE);
    recv_segmented(datagrams) |socket| socket.recv_segmented(&mut [0; 8]);
    splice_in(tcp) |socket| socket.splice_in(&mut Pipe::new().unwrap(), 8);
    readable(records) |socket| socket.readable();
    ready(records) |socket| socket.ready(Interest::Readable);
}

/// The same of what waits for room.
macro_rules! sends {
    ($( $name:ident($pair:ident) |$socket:ident| $operation:expr; )*) => {
        const SENDS: &[&str] = &[$( stringify!($name) ),*];

        async fn a_send_that_is_dropped_has_sent_nothing_and_ends_in_time(_: Driver) {
            $({
                let ($socket, peer) = $pair().await;
                let sent = fill(&$socket);
                assert_timed_out(async { $operation.timeout(MOMENT).await }.await);
                $socket.set_timeout(Some(MOMENT));
                assert_timed_out(async { $operation.await }.await);
                $socket.set_timeout(None);
                let mut waiting = Box::pin(async { $operation.await.map(drop) });
                assert!(poll!(&mut waiting).is_pending(), stringify!($name));
                drop(waiting);
                assert_eq!(drain(&peer), sent, stringify!($name));
                $socket.send(b"one").await.unwrap();
                assert_eq!(peer.recv(&mut [0; 8]).await.unwrap(), 3, stringify!($name));
            })*
        }
    };
}

sends! {
    send(stream) |socket| socket.send(b"never");
    send_with_flags(stream) |socket| socket.send_with_flags(b"never", NONE);
    send_all(stream) |socket| socket.send_all(b"never");
    send_all_with_flags(stream) |socket| socket.send_all_with_flags(b"never", NONE);
    send_vectored(stream) |socket| socket.send_vectored(&[IoSlice::new(b"never")]);
    send_vectored_with_flags(stream) |socket|
        socket.send_vectored_with_flags(&[IoSlice::new(b"never")], NONE);
    send_to(named) |socket| socket.send_to(b"never", socket.peer_addr().unwrap());
    send_to_with_flags(named) |socket|
        socket.send_to_with_flags(b"never", NONE, socket.peer_addr().unwrap());
    send_to_vectored(named) |socket| socket.send_to_vectored(
        &[IoSlice::new(b"never")], NONE, socket.peer_addr().unwrap());
    send_msg(named) |socket| socket.send_msg(
        &[IoSlice::new(b"never")], &SendBuffer::new(), NONE, Some(&socket.peer_addr().unwrap()));
    send_fds(records) |socket| socket.send_fds(
        &[IoSlice::new(b"never")], &[File::open("/dev/null").unwrap().as_fd()], NONE, None);
    send_many(records) |socket|
        socket.send_many(&[Outgoing::new(&[IoSlice::new(b"never")])], NONE);
    send_segmented(named) |socket|
        socket.send_segmented(b"never", 8, &SendBuffer::new(), None);
    send_file(stream) |socket| socket.send_file(&File::open("/proc/self/exe").unwrap(), 0, Some(8));
    splice_out(stream) |socket| socket.splice_out(&mut full_pipe(), 8);
    writable(stream) |socket| socket.writable();
}

#[test]
fn an_accept_that_is_dropped_has_taken_nothing_and_ends_in_time() {
    for driver in Driver::ALL {
        driver.run(|_| async {
            let listener = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
            listener.bind("127.0.0.1:0").unwrap();
            listener.listen(8).unwrap();
            assert_timed_out(listener.accept().timeout(MOMENT).await);
            listener.set_timeout(Some(MOMENT));
            assert_timed_out(listener.accept().await);
            listener.set_timeout(None);
            let mut waiting = listener.accept();
            assert!(poll!(&mut waiting).is_pending());
            let client = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
            client.connect(listener.local_addr().unwrap()).await.unwrap();
            drop(waiting);
            let (_, peer) = listener.accept().await.unwrap();
            assert_eq!(peer, client.local_addr().unwrap());
        });
    }
}

async fn tcp() -> (Socket, Socket) {
    let (a, b) = tcp_streams();
    (a.into(), b.into())
}

async fn datagrams() -> (Socket, Socket) {
    let a = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    b.connect(a.local_addr().unwrap()).await.unwrap();
    (a.into(), b.into())
}

async fn pair(kind: Kind) -> (Socket, Socket) {
    Socket::pair(Family::UNIX, kind, Protocol::DEFAULT).unwrap()
}

async fn records() -> (Socket, Socket) {
    pair(Kind::SEQPACKET).await
}

async fn stream() -> (Socket, Socket) {
    pair(Kind::STREAM).await
}

/// Datagrams to a socket with a name.
async fn named() -> (Socket, Socket) {
    let new = || Socket::new(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT).unwrap();
    let (a, b) = (new(), new());
    b.bind("unix:").unwrap();
    a.connect(b.local_addr().unwrap()).await.unwrap();
    (a, b)
}

/// Sends until there is no room for a byte more.
fn fill(socket: &Socket) -> usize {
    let mut sent = 0;
    for size in [4096, 1] {
        while let Ok(n) = socket.try_send(&[b'.'; 4096][..size]) {
            sent += n;
        }
    }
    sent
}

fn full_pipe() -> Pipe {
    let mut pipe = Pipe::new().unwrap();
    let (a, b) = berkeley_tests::unix_pair(Kind::STREAM);
    a.send(b"never").unwrap();
    assert_eq!(b.splice_in(&mut pipe, 8).unwrap(), 5);
    pipe
}

/// A public function of `Socket`, as its source has it.
#[derive(Default)]
struct Function {
    documentation: String,
    signature: String,
}

impl Function {
    fn is_awaited(&self) -> bool {
        self.signature.contains("-> Op<") || self.signature.contains("async fn")
    }
}

/// The public functions of `Socket` in these sources.
fn functions(folder: &str) -> BTreeMap<String, Function> {
    let mut functions = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                collect(&fs::read_to_string(path).unwrap(), &mut functions);
            }
        }
    }
    functions
}

fn collect(source: &str, functions: &mut BTreeMap<String, Function>) {
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line != "impl Socket {" {
            continue;
        }
        let mut function = Function::default();
        while let Some(line) = lines.next().filter(|line| *line != "}") {
            if let Some(text) = line.strip_prefix("    ///") {
                function.documentation += text;
                function.documentation.push('\n');
            } else if line.starts_with("    pub") && line.contains(" fn ") {
                let name = line.split(" fn ").nth(1).unwrap();
                let name = name.split(['(', '<']).next().unwrap().to_owned();
                function.signature = line.to_owned();
                while !function.signature.ends_with('{') {
                    function.signature += lines.next().unwrap();
                }
                if line.starts_with("    pub fn") || line.contains("pub async fn") {
                    functions.insert(name, std::mem::take(&mut function));
                }
            } else if !line.starts_with("    #") {
                function = Function::default();
            }
        }
    }
}

#[test]
fn every_function_of_the_core_has_its_name_here() {
    let ours = functions("crates/berkeley/src/socket");
    let cores = functions("crates/berkeley-core/src/socket");
    assert!(cores.len() > 60 && ours.len() > 60, "the sources are elsewhere");
    let otherwise: BTreeSet<_> = OTHERWISE.iter().map(|(name, _)| *name).collect();
    let missing: BTreeSet<_> =
        cores.keys().filter(|name| !ours.contains_key(*name)).map(String::as_str).collect();
    assert_eq!(missing, otherwise, "what the core has and this has not, and what is known of it");
}

#[test]
fn every_operation_says_what_a_dropped_one_has_done() {
    for (name, function) in functions("crates/berkeley/src/socket") {
        let says = function.documentation.contains("# Cancel safety");
        assert_eq!(says, function.is_awaited(), "{name}");
    }
}

#[test]
fn every_operation_is_dropped_and_timed_in_a_test() {
    let elsewhere = ELSEWHERE.iter().map(|(name, _)| *name).chain(["accept"]);
    let tested: BTreeSet<_> =
        RECEIVES.iter().chain(SENDS).copied().chain(elsewhere).map(str::to_owned).collect();
    let ours = functions("crates/berkeley/src/socket");
    let operations: BTreeSet<_> = ours
        .into_iter()
        .filter(|(_, function)| function.signature.contains("-> Op<"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(tested, operations);
}
