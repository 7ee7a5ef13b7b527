//! What a service does to its sockets, each operation in two ways: done at once, and after a wait.

use crate::calls::counted;
use crate::counting::allocations;
use berkeley::control::{RecvBuffer, SendBuffer};
use berkeley::net::udp::{Details, Transmit};
use berkeley::net::{OwnedReadHalf, OwnedWriteHalf};
use berkeley::{
    Kind, MessageSlot, MsgFlags, Outgoing, Socket, TcpListener, TcpStream, UdpSocket, UnixDatagram,
    UnixSeqpacket, UnixStream, option,
};
use berkeley_core as core;
use berkeley_tests::{tcp, tcp_pair, udp, unix_pair};
use std::fs::File;
use std::future::{Future, poll_fn};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

/// A time that has not come when a test ends.
const LONG: Duration = Duration::from_secs(3_600);
const NONE: MsgFlags = MsgFlags::empty();

/// How every operation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// What it needs is there before it begins.
    AtOnce,
    /// What it needs comes once it waits.
    Waiting,
}

/// The sockets of all operations, and their peers, which are the core's and never wait.
pub(crate) struct Sockets {
    tcp: Pair<TcpStream>,
    /// With a timeout for every operation.
    timed: Pair<TcpStream>,
    /// For the poll functions, which stay in the list of those who wait.
    polled: Pair<UnixStream>,
    halves: Pair<Halves>,
    listener: TcpListener,
    unix: Pair<UnixStream>,
    records: Pair<UnixSeqpacket>,
    datagrams: Pair<UnixDatagram>,
    udp: Pair<UdpSocket>,
    relayed: [Pair<TcpStream>; 2],
    file: File,
    deadline: Instant,
}

struct Halves(OwnedReadHalf<UnixStream>, OwnedWriteHalf<UnixStream>);

impl AsRef<Socket> for Halves {
    fn as_ref(&self) -> &Socket {
        self.0.as_ref()
    }
}

struct Pair<S> {
    ours: S,
    peer: core::Socket,
}

impl<S: AsRef<Socket>> Pair<S> {
    fn new(ours: Socket, peer: core::Socket, wrap: impl FnOnce(Socket) -> S) -> Self {
        never_waits(&peer);
        Self { ours: wrap(ours), peer }
    }

    /// The peer sends.
    fn feed(&self) {
        assert_eq!(self.peer.send(b"x").expect("room"), 1);
    }

    /// The peer takes all that is there.
    fn drain(&self) {
        let mut buffer = [0; 65_536];
        while self.peer.recv(&mut buffer).is_ok() {}
    }

    /// Nothing more can be sent until the peer takes it.
    fn fill(&self) {
        while self.ours.as_ref().try_send(&[0; 4_096]).is_ok() {}
    }
}

fn never_waits(socket: &core::Socket) {
    socket.set_timeout(Some(Duration::ZERO)).expect("a mode");
}

fn tcp_streams() -> Pair<TcpStream> {
    let (ours, peer) = tcp_pair();
    for socket in [&ours, &peer] {
        socket.set(option::tcp::NoDelay, true).expect("no delay");
    }
    let ours = Socket::from_core(ours).expect("a socket");
    Pair::new(ours, peer, |socket| TcpStream::try_from(socket).expect("a stream"))
}

fn unix<S: AsRef<Socket>>(kind: Kind, wrap: impl FnOnce(Socket) -> S) -> Pair<S> {
    let (ours, peer) = unix_pair(kind);
    Pair::new(Socket::from_core(ours).expect("a socket"), peer, wrap)
}

fn unix_streams() -> Pair<UnixStream> {
    unix(Kind::STREAM, |socket| socket.try_into().expect("a stream"))
}

fn udp_sockets() -> Pair<UdpSocket> {
    let (ours, peer) = (udp(), udp());
    ours.connect(peer.local_addr().expect("bound")).expect("connected");
    peer.connect(ours.local_addr().expect("bound")).expect("connected");
    let ours = Socket::from_core(ours).and_then(UdpSocket::try_from).expect("a socket");
    ours.set_details(Details::DESTINATION | Details::ECN).expect("details");
    never_waits(&peer);
    Pair { ours, peer }
}

impl Sockets {
    pub(crate) async fn new() -> Self {
        let (timed, polled) = (tcp_streams(), unix_streams());
        timed.ours.set_timeout(Some(LONG));
        polled.ours.set_timeout(Some(LONG));
        let Pair { ours, peer } = unix_streams();
        let (read, write) = ours.into_split();
        Self {
            tcp: tcp_streams(),
            timed,
            polled,
            halves: Pair { ours: Halves(read, write), peer },
            listener: TcpListener::bind("127.0.0.1:0").await.expect("a listener"),
            unix: unix_streams(),
            records: unix(Kind::SEQPACKET, |socket| socket.try_into().expect("records")),
            datagrams: unix(Kind::DGRAM, |socket| socket.try_into().expect("datagrams")),
            udp: udp_sockets(),
            relayed: [tcp_streams(), tcp_streams()],
            file: File::open("/proc/self/exe").expect("a file"),
            deadline: Instant::now() + LONG,
        }
    }
}

/// What operations have cost.
pub(crate) struct Costs {
    way: Way,
    /// How many there were.
    pub(crate) operations: usize,
    /// Those that allocated, and how often.
    pub(crate) allocating: Vec<(&'static str, usize)>,
}

impl Costs {
    fn new(way: Way) -> Self {
        Self { way, operations: 0, allocating: Vec::new() }
    }

    /// Runs an operation for which `before` prepares its socket, and which is possible `after`.
    async fn of(
        &mut self,
        name: &'static str,
        before: impl FnOnce(),
        after: impl FnOnce(),
        operation: impl Future<Output = ()>,
    ) {
        let mut operation = pin!(operation);
        let mut after = Some(after);
        before();
        if self.way == Way::AtOnce {
            after.take().into_iter().for_each(|after| after());
        }
        // The reactor learns of it, and the budget is full.
        for _ in 0..3 {
            berkeley::yield_now().await;
        }
        let start = allocations();
        let mut first = poll_once(operation.as_mut()).await;
        if first.is_pending() && self.way == Way::AtOnce {
            // The one in 128 that lets other tasks have their turn.
            first = poll_once(operation.as_mut()).await;
        }
        let mut allocated = allocations() - start;
        assert_eq!(first.is_pending(), self.way == Way::Waiting, "{name}");
        if first.is_pending() {
            after.into_iter().for_each(|after| after());
            let start = allocations();
            once_woken(operation.as_mut()).await;
            allocated += allocations() - start;
        }
        self.operations += 1;
        if allocated > 0 {
            self.allocating.push((name, allocated));
        }
    }
}

/// One poll, [`counted`].
async fn poll_once<F: Future>(mut operation: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(counted(|| operation.as_mut().poll(cx)))).await
}

/// What comes of a future that waits: it is not polled before its time.
async fn once_woken<F: Future>(mut operation: Pin<&mut F>) -> F::Output {
    let mut is_woken = false;
    poll_fn(|cx| match std::mem::replace(&mut is_woken, true) {
        true => operation.as_mut().poll(cx),
        false => Poll::Pending,
    })
    .await
}

/// Rows of `name: operation;`, each possible once `$pair`'s peer has sent something.
macro_rules! receives {
    ($costs:ident, $pair:ident: $( $name:literal: $operation:expr; )*) => { $(
        let operation = async { assert!($operation.await.is_ok(), $name) };
        $costs.of($name, || {}, || $pair.feed(), operation).await;
    )* };
}

/// The same, each possible once `$pair`'s peer has taken what was in its way.
macro_rules! sends {
    ($costs:ident, $pair:ident: $( $name:literal: $operation:expr; )*) => { $(
        let operation = async { assert!($operation.await.is_ok(), $name) };
        $costs.of($name, || $pair.fill(), || $pair.drain(), operation).await;
    )* };
}

/// The same, each possible at any time.
macro_rules! at_once {
    ($costs:ident, $pair:ident: $( $name:literal: $operation:expr; )*) => { $(
        let operation = async { assert!($operation.await.is_ok(), $name) };
        $costs.of($name, || {}, || $pair.drain(), operation).await;
    )* };
}

/// Every operation once.
pub(crate) async fn all(sockets: &Sockets, way: Way) -> Costs {
    let mut costs = Costs::new(way);
    receives(sockets, &mut costs).await;
    sends(sockets, &mut costs).await;
    unix_sockets(sockets, &mut costs).await;
    datagrams(sockets, &mut costs).await;
    connections(sockets, &mut costs).await;
    costs
}

async fn receives(sockets: &Sockets, costs: &mut Costs) {
    let &Sockets { ref tcp, ref timed, ref polled, ref halves, deadline, .. } = sockets;
    receives! { costs, tcp:
        "recv": tcp.ours.recv(&mut [0; 64]);
        "recv, timeout": tcp.ours.recv(&mut [0; 64]).timeout(LONG);
        "recv, deadline": tcp.ours.recv(&mut [0; 64]).deadline(deadline);
        "recv_uninit": tcp.ours.recv_uninit(&mut [MaybeUninit::uninit(); 64], NONE);
        "recv_vectored": tcp.ours.recv_vectored(&mut [IoSliceMut::new(&mut [0; 64])]);
        "peek, readable, try_recv": async {
            tcp.ours.peek(&mut [0; 64]).await?;
            tcp.ours.readable().await?;
            tcp.ours.try_recv(&mut [0; 64])
        };
        "readable, try_recv": async {
            tcp.ours.readable().await?;
            tcp.ours.try_recv(&mut [0; 64])
        };
    }
    receives! { costs, timed:
        "recv, the socket's timeout": timed.ours.recv(&mut [0; 64]);
    }
    receives! { costs, polled:
        "poll_recv": poll_fn(|cx| polled.ours.poll_recv(cx, &mut [0; 64]));
        "read of futures": futures::AsyncReadExt::read(&mut &polled.ours, &mut [0; 64]);
        "read of tokio": tokio::io::AsyncReadExt::read(&mut &polled.ours, &mut [0; 64]);
    }
    receives! { costs, halves:
        "recv of a half": halves.ours.0.recv(&mut [0; 64]);
    }
}

async fn sends(sockets: &Sockets, costs: &mut Costs) {
    let &Sockets { ref tcp, ref unix, ref polled, ref halves, ref file, deadline, .. } = sockets;
    sends! { costs, unix:
        "send": unix.ours.send(b"x");
        "send, timeout": unix.ours.send(b"x").timeout(LONG);
        "send_all": unix.ours.send_all(b"x");
        "send_all, deadline": unix.ours.send_all(b"x").deadline(deadline);
        "send_vectored": unix.ours.send_vectored(&[IoSlice::new(b"x")]);
        "send_file": unix.ours.send_file(file, 0, Some(8));
        "writable": unix.ours.writable();
    }
    sends! { costs, polled:
        "write_all of futures": futures::AsyncWriteExt::write_all(&mut &polled.ours, b"x");
        "write_all of tokio": tokio::io::AsyncWriteExt::write_all(&mut &polled.ours, b"x");
    }
    sends! { costs, halves:
        "send_all of a half": halves.ours.1.send_all(b"x");
    }
    if costs.way == Way::AtOnce {
        // TCP has room when its peer acknowledges, which may take a while.
        at_once! { costs, tcp:
            "send of TCP": tcp.ours.send(b"x").timeout(LONG);
            "send_all of TCP": tcp.ours.send_all(b"x");
            "send_file of TCP": tcp.ours.send_file(file, 0, Some(8));
        }
    }
}

async fn unix_sockets(sockets: &Sockets, costs: &mut Costs) {
    let Sockets { unix, records, datagrams, .. } = sockets;
    let mut control = RecvBuffer::with_capacity(64);
    receives! { costs, unix:
        "recv of a Unix stream": unix.ours.recv(&mut [0; 64]);
        "recv_message of a Unix stream": unix.ours.recv_message(&mut [0; 64], 4);
    }
    receives! { costs, records:
        "recv of a record": records.ours.recv(&mut [0; 64]).timeout(LONG);
        "recv_msg of a record":
            records.ours.recv_msg(&mut [IoSliceMut::new(&mut [0; 64])], &mut control, NONE);
        "recv_message of a record": records.ours.recv_message(&mut [0; 64], 4);
    }
    sends! { costs, records:
        "send of a record": records.ours.send(b"x");
    }
    receives! { costs, datagrams:
        "recv_from of a Unix datagram": datagrams.ours.recv_from(&mut [0; 64]);
    }
    sends! { costs, datagrams:
        "send of a Unix datagram": datagrams.ours.send(b"x").timeout(LONG);
    }
}

async fn datagrams(sockets: &Sockets, costs: &mut Costs) {
    let Sockets { udp, .. } = sockets;
    receives! { costs, udp:
        "recv of UDP": udp.ours.recv(&mut [0; 64]);
        "recv of UDP, timeout": udp.ours.recv(&mut [0; 64]).timeout(LONG);
        "recv_from of UDP": udp.ours.recv_from(&mut [0; 64]);
        "recv_datagram": udp.ours.recv_datagram(&mut [0; 64]);
        "recv_segmented": udp.ours.recv_segmented(&mut [0; 64]);
        "readable, try_recv_from": async {
            udp.ours.readable().await?;
            udp.ours.try_recv_from(&mut [0; 64])
        };
    }
    if costs.way == Way::Waiting {
        return; // What is sent by UDP on the loopback has been received, or is lost.
    }
    let peer = udp.peer.local_addr().expect("bound");
    let to = peer.as_ip().expect("of the internet");
    let from = udp.ours.local_addr().expect("bound").ip();
    let (plain, answer) = (Transmit::to(to), Transmit { from: Some(from), ..Transmit::to(to) });
    let cut = Transmit { segment_size: Some(8), ..answer };
    let (control, buffers) = (SendBuffer::new(), [IoSlice::new(b"x")]);
    at_once! { costs, udp:
        "send of UDP": udp.ours.send(b"x");
        "send_to of UDP": udp.ours.send_to(b"x", to);
        "send_msg of UDP": udp.ours.send_msg(&buffers, &control, NONE, Some(&peer));
        "send_datagram": udp.ours.send_datagram(b"x", &plain);
        "send_datagram, from": udp.ours.send_datagram(b"x", &answer);
        "send_datagram, segments": udp.ours.send_datagram(&[0; 64], &cut);
        "send_segmented": udp.ours.send_segmented(&[0; 64], 8, &control, None);
    }
}

/// Many messages in one call, which make lists for the kernel.
pub(crate) async fn batches(sockets: &Sockets, way: Way) -> Costs {
    let Sockets { records, .. } = sockets;
    let mut slots = [MessageSlot::new([0; 64]), MessageSlot::new([0; 64])];
    let buffers = [IoSlice::new(b"x")];
    let batch = [Outgoing::new(&buffers), Outgoing::new(&buffers)];
    let mut batches = Costs::new(way);
    let costs = &mut batches;
    receives! { costs, records:
        "recv_many": records.ours.recv_many(&mut slots, NONE);
    }
    sends! { costs, records:
        "send_many": records.ours.send_many(&batch, NONE);
    }
    batches
}

async fn connections(sockets: &Sockets, costs: &mut Costs) {
    let Sockets { listener, .. } = sockets;
    let address = listener.local_addr().expect("bound");
    let connect = || tcp().connect(address).expect("a place in the backlog");
    let accept = async { drop(listener.accept().await.expect("a connection")) };
    costs.of("accept", || {}, connect, accept).await;
    let mut incoming = listener.incoming();
    let next = async { drop(incoming.next().await.expect("a connection")) };
    costs.of("next of incoming", || {}, connect, next).await;
}

/// What a relay does when bytes have come: it passes them on, and waits again, both ways.
pub(crate) async fn turn_of_a_relay(sockets: &Sockets) -> Costs {
    let mut costs = Costs::new(Way::Waiting);
    let Sockets { relayed: [left, right], .. } = sockets;
    let mut relay = pin!(berkeley::relay(&left.ours, &right.ours).idle_timeout(LONG));
    let moved = poll_fn(|cx| {
        assert!(relay.as_mut().poll(cx).is_pending(), "nobody has closed");
        let received = right.peer.recv(&mut [0; 64]);
        received.map_or(Poll::Pending, |_| Poll::Ready(()))
    });
    costs.of("a turn of a relay", || {}, || left.feed(), moved).await;
    costs
}
