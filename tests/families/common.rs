//! What the tests of all families do with sockets.

use berkeley_core::control::{RecvBuffer, SendBuffer};
use berkeley_core::{Address, Interest, MsgFlags, Shutdown, Socket, ToAddress};
use berkeley_tests::{PATIENCE, join};
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const NO_FLAGS: MsgFlags = MsgFlags::empty();

/// Another socket of the same family, kind and protocol.
pub(crate) fn another(socket: &Socket) -> Socket {
    Socket::new(socket.family(), socket.kind(), socket.protocol()).expect("another socket")
}

/// A message as it came.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    pub(crate) from: Option<Address>,
    pub(crate) flags: MsgFlags,
    pub(crate) control: RecvBuffer,
}

/// The next message. Nothing of it is cut.
pub(crate) fn receive(socket: &Socket) -> Message {
    assert!(socket.wait(Interest::Readable, Some(PATIENCE / 4)).expect("poll"), "nothing came");
    let message = receive_with(socket, NO_FLAGS);
    assert!(!message.flags.intersects(MsgFlags::TRUNC | MsgFlags::CTRUNC), "{message:?}");
    message
}

/// The next message, received with flags.
pub(crate) fn receive_with(socket: &Socket, flags: MsgFlags) -> Message {
    let mut control = RecvBuffer::with_capacity(1024);
    let mut bytes = vec![0; 100_000];
    let received = socket.recv_msg(&mut [IoSliceMut::new(&mut bytes)], &mut control, flags);
    let received = received.expect("recvmsg");
    bytes.truncate(received.len);
    Message { bytes, from: received.from, flags: received.flags, control }
}

/// Sends one message with control data, to `address` if there is one.
pub(crate) fn send(
    socket: &Socket,
    bytes: &[u8],
    control: &SendBuffer<'_>,
    address: Option<&Address>,
) {
    let sent = socket.send_msg(&[IoSlice::new(bytes)], control, NO_FLAGS, address);
    assert_eq!(sent.expect("sendmsg"), bytes.len());
}

/// Sends one message to an address.
pub(crate) fn send_to(socket: &Socket, bytes: &[u8], address: impl ToAddress) {
    assert_eq!(socket.send_to(bytes, address).expect("sendto"), bytes.len());
}

/// That a receive to which nothing comes ends as the mode says: with a timeout in its time, else
/// at once. The socket blocks afterwards.
pub(crate) fn waits_by_its_mode(socket: &Socket) {
    let limit = Duration::from_millis(50);
    socket.set_timeout(Some(limit)).expect("a mode");
    let start = Instant::now();
    let error = socket.recv(&mut [0; 128]).expect_err("nothing came");
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::TimedOut, None), "{error}");
    assert!((limit..PATIENCE / 4).contains(&start.elapsed()), "{:?}", start.elapsed());

    socket.set_timeout(Some(Duration::ZERO)).expect("a mode");
    let error = socket.recv(&mut [0; 128]).expect_err("nothing came");
    assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
    socket.set_timeout(None).expect("a mode");
}

/// As [`waits_by_its_mode`], for an accept.
pub(crate) fn accepts_by_its_mode(listener: &Socket) {
    let limit = Duration::from_millis(50);
    listener.set_timeout(Some(limit)).expect("a mode");
    let start = Instant::now();
    let error = listener.accept().expect_err("nobody connected");
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!((limit..PATIENCE / 4).contains(&start.elapsed()), "{:?}", start.elapsed());

    listener.set_timeout(Some(Duration::ZERO)).expect("a mode");
    let error = listener.accept().expect_err("nobody connected");
    assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
    listener.set_timeout(None).expect("a mode");
}

/// Bytes of which none is like its neighbours.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..251_u8).cycle().take(len).collect()
}

/// That two connected streams carry a megabyte each way at the same time.
pub(crate) fn carries_a_megabyte(one: &Socket, other: &Socket) {
    let bytes = pattern(1 << 20);
    thread::scope(|scope| {
        for socket in [one, other] {
            scope.spawn(|| socket.send_all(&bytes).expect("all is sent"));
            scope.spawn(|| {
                let mut came: Vec<u8> = Vec::new();
                let mut buffer = vec![0; 65_536];
                while came.len() < bytes.len() {
                    let n = socket.recv(&mut buffer).expect("recv");
                    assert_ne!(n, 0, "the end after {} bytes", came.len());
                    came.extend(&buffer[..n]);
                }
                assert!(came == bytes, "{} bytes came, or others", came.len());
            });
        }
    });
}

/// That each of two connected streams sees the end of the other, and sends until its own.
pub(crate) fn ends_each_way(one: &Socket, other: &Socket) {
    let mut few = [0; 8];
    one.shutdown(Shutdown::Write).expect("shutdown");
    assert_eq!(other.recv(&mut few).expect("the end"), 0);
    assert_eq!(other.send(b"still").expect("send"), 5);
    assert_eq!(one.recv(&mut few).expect("recv"), 5);
    other.shutdown(Shutdown::Write).expect("shutdown");
    assert_eq!(one.recv(&mut few).expect("the end"), 0);
}

/// Two connected streams, of which the second was accepted, by a listener that is bound to
/// `address`. Its peer connects with a timeout, and each says the address of the other.
pub(crate) fn connection(listener: &Socket, address: impl ToAddress) -> (Socket, Socket) {
    listener.bind(address).expect("bind");
    listener.listen(4).expect("listen");
    accepts_by_its_mode(listener);
    let at = listener.local_addr().expect("its address");
    let client = another(listener);
    client.set_timeout(Some(PATIENCE / 4)).expect("a mode");
    let connecting = thread::spawn(move || client.connect(at).map(|()| client));
    let (served, from) = listener.accept().expect("accept");
    let client = join(connecting).expect("connect");
    client.set_timeout(None).expect("a mode");
    assert_eq!(client.peer_addr().expect("its peer"), served.local_addr().expect("its address"));
    assert_eq!(served.peer_addr().expect("its peer"), from);
    (client, served)
}
