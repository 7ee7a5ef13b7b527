//! Messages and streams through the codecs of tokio-util.

use crate::drivers::{Driver, drain, tcp_streams};
use berkeley::net::MessageFramed;
use berkeley::{
    Socket, UdpSocket, UnixAddress, UnixDatagram, UnixListener, UnixSeqpacket, UnixStream,
};
use berkeley_tests::Scratch;
use bytes::{Bytes, BytesMut};
use futures::future::{join_all, select_all};
use futures::{SinkExt, StreamExt, poll};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::codec::{
    BytesCodec, Decoder, Framed, FramedRead, FramedWrite, LengthDelimitedCodec, LinesCodec,
    LinesCodecError,
};

on_every_driver! {
    datagrams_have_their_senders
    a_datagram_gives_each_of_its_frames
    a_frame_that_nobody_took_stays_when_its_wait_is_given_up
    what_a_decoder_leaves_of_a_datagram_is_told_and_the_next_goes_on
    a_decoder_that_fails_costs_one_datagram
    the_state_that_a_datagram_leaves_a_decoder_in_is_not_that_of_the_next
    a_datagram_that_was_cut_is_told_and_is_no_frame
    an_empty_datagram_is_what_the_decoder_makes_of_it
    a_refused_datagram_is_an_error_between_two_frames
    unix_datagrams_wait_for_a_receiver_without_room
    a_send_that_is_given_up_leaves_its_message_in_the_sink
    a_send_to_nobody_is_told_and_the_next_goes_on
    records_of_a_connection_have_no_address_and_an_end
    sockets_that_are_shared_are_framed
    of_two_that_wait_for_the_frames_of_a_socket_both_are_woken
    of_two_that_wait_for_room_to_send_a_frame_both_are_woken
    a_stream_has_no_messages
    streams_are_framed_by_tokio_util
    halves_of_a_stream_are_framed_by_tokio_util
    the_timeout_of_a_socket_bounds_its_frames
}

async fn udp_pair() -> (UdpSocket, UdpSocket) {
    (UdpSocket::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await.unwrap())
}

async fn datagrams_have_their_senders(_: Driver) {
    let (a, b) = udp_pair().await;
    let (from, to) = (a.local_addr().unwrap(), b.local_addr().unwrap());
    let (mut a, mut b) =
        (MessageFramed::new(a, BytesCodec::new()), MessageFramed::new(b, BytesCodec::new()));
    for len in [1, 2, 1_000, 60_000] {
        a.send((Bytes::from(vec![7; len]), to)).await.unwrap();
        let (frame, sender) = b.next().await.unwrap().unwrap();
        assert_eq!((frame.len(), sender), (len, from));
        b.send((frame.freeze(), sender)).await.unwrap();
        assert_eq!(a.next().await.unwrap().unwrap().0.len(), len);
    }
}

async fn a_datagram_gives_each_of_its_frames(_: Driver) {
    let (a, b) = udp_pair().await;
    let mut b = MessageFramed::new(b, LinesCodec::new());
    for datagram in ["one\ntwo\nthree", "four"] {
        a.send_to(datagram.as_bytes(), b.get_ref().local_addr().unwrap()).await.unwrap();
    }
    for line in ["one", "two", "three", "four"] {
        assert_eq!(b.next().await.unwrap().unwrap().0, line);
    }
    let (b, _) = b.into_parts();
    assert_eq!(drain(&b), 0);
}

async fn a_frame_that_nobody_took_stays_when_its_wait_is_given_up(_: Driver) {
    let (a, b) = udp_pair().await;
    let to = b.local_addr().unwrap();
    let mut b = MessageFramed::new(b, LinesCodec::new());
    assert!(poll!(b.next()).is_pending());
    a.send_to(b"one\ntwo", to).await.unwrap();
    assert_eq!(b.next().await.unwrap().unwrap().0, "one");
    drop(b.next());
    assert_eq!(b.next().await.unwrap().unwrap().0, "two");
}

/// Takes two bytes of a message and leaves the rest.
#[derive(Clone)]
struct Two;

impl Decoder for Two {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, message: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        Ok((message.len() >= 4).then(|| message.split_to(2)))
    }

    fn decode_eof(&mut self, message: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        self.decode(message)
    }
}

async fn what_a_decoder_leaves_of_a_datagram_is_told_and_the_next_goes_on(_: Driver) {
    let (a, b) = udp_pair().await;
    let to = b.local_addr().unwrap();
    let mut b = MessageFramed::new(b, Two);
    for datagram in ["abcde", "fghi"] {
        a.send_to(datagram.as_bytes(), to).await.unwrap();
    }
    assert_eq!(b.next().await.unwrap().unwrap().0, "ab");
    let error = b.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("left 3 bytes"), "{error}");
    assert_eq!(b.next().await.unwrap().unwrap().0, "fg");
    assert!(b.next().await.unwrap().is_err());
    assert!(poll!(b.next()).is_pending());
}

async fn a_decoder_that_fails_costs_one_datagram(_: Driver) {
    let (a, b) = udp_pair().await;
    let to = b.local_addr().unwrap();
    let mut b = MessageFramed::new(b, LinesCodec::new());
    a.send_to(b"good\n\xFF\nlost", to).await.unwrap();
    a.send_to(b"next", to).await.unwrap();
    assert_eq!(b.next().await.unwrap().unwrap().0, "good");
    assert!(matches!(b.next().await, Some(Err(LinesCodecError::Io(_)))));
    assert_eq!(b.next().await.unwrap().unwrap().0, "next");
}

async fn the_state_that_a_datagram_leaves_a_decoder_in_is_not_that_of_the_next(_: Driver) {
    let (a, b) = udp_pair().await;
    let to = b.local_addr().unwrap();
    // It would discard all up to a newline that does not come.
    let mut lines = MessageFramed::new(b, LinesCodec::new_with_max_length(4));
    for datagram in ["longer", "next"] {
        a.send_to(datagram.as_bytes(), to).await.unwrap();
    }
    let error = lines.next().await.unwrap().unwrap_err();
    assert!(matches!(error, LinesCodecError::MaxLineLengthExceeded));
    assert_eq!(lines.next().await.unwrap().unwrap().0, "next");

    // It would take what comes for the rest of a frame whose head it has seen.
    let (b, _) = lines.into_parts();
    let mut frames = MessageFramed::new(b, LengthDelimitedCodec::new());
    for datagram in [&b"\0\0\0\x04abc"[..], b"\0\0\0\x01d"] {
        a.send_to(datagram, to).await.unwrap();
    }
    assert!(frames.next().await.unwrap().is_err());
    assert_eq!(frames.next().await.unwrap().unwrap().0, "d");
}

async fn a_datagram_that_was_cut_is_told_and_is_no_frame(_: Driver) {
    let (a, b) = UnixDatagram::pair().unwrap();
    let mut b = MessageFramed::with_capacity(b, BytesCodec::new(), 4);
    for datagram in ["12345", "1234"] {
        a.send(datagram.as_bytes()).await.unwrap();
    }
    let error = b.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("longer than 4 bytes"), "{error}");
    assert_eq!(b.next().await.unwrap().unwrap().0, "1234");
}

/// Takes the whole of a message, empty or not.
#[derive(Clone)]
struct Whole(bool);

impl Decoder for Whole {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, message: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        self.0 = !self.0;
        Ok(self.0.then(|| message.split()))
    }
}

async fn an_empty_datagram_is_what_the_decoder_makes_of_it(_: Driver) {
    let (a, b) = udp_pair().await;
    let to = b.local_addr().unwrap();
    for datagram in ["", "x"] {
        a.send_to(datagram.as_bytes(), to).await.unwrap();
        a.send_to(datagram.as_bytes(), to).await.unwrap();
    }
    let mut b = MessageFramed::new(b, Whole(false));
    assert_eq!(b.next().await.unwrap().unwrap().0, "");
    let (b, _) = b.into_parts();
    let mut b = MessageFramed::new(b, BytesCodec::new());
    assert_eq!(b.next().await.unwrap().unwrap().0, "x", "to this one, no bytes are no frame");
}

async fn a_refused_datagram_is_an_error_between_two_frames(_: Driver) {
    let (a, nobody) = udp_pair().await;
    let to = nobody.local_addr().unwrap();
    drop(nobody);
    a.connect(to).await.unwrap();
    let mut a = MessageFramed::new(a, BytesCodec::new());
    a.send((Bytes::from_static(b"x"), to)).await.unwrap();
    let error = a.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let again = UdpSocket::bind(to).await.unwrap();
    again.send_to(b"here", a.get_ref().local_addr().unwrap()).await.unwrap();
    assert_eq!(a.next().await.unwrap().unwrap().0, "here");
}

async fn unix_datagrams_wait_for_a_receiver_without_room(driver: Driver) {
    let scratch = Scratch::new();
    let server = UnixDatagram::bind(scratch.address("server")).unwrap();
    let to = server.local_addr().unwrap();
    let mut client = MessageFramed::new(UnixDatagram::unbound().unwrap(), BytesCodec::new());
    let sending = driver
        .spawn_waiting(async move {
            for _ in 0..200 {
                client.send((Bytes::from_static(b"datagram"), to)).await.unwrap();
            }
        })
        .await;
    let mut server = MessageFramed::new(server, BytesCodec::new());
    for _ in 0..200 {
        let (frame, from) = server.next().await.unwrap().unwrap();
        assert_eq!(&*frame, b"datagram");
        assert!(from.is_unnamed());
    }
    sending.await;
}

async fn a_send_that_is_given_up_leaves_its_message_in_the_sink(_: Driver) {
    let (a, b) = UnixDatagram::pair().unwrap();
    while a.try_send(b".").is_ok() {}
    let peer = a.peer_addr().unwrap();
    let mut a = MessageFramed::new(a, BytesCodec::new());
    assert!(poll!(a.send((Bytes::from_static(b"kept"), peer))).is_pending());
    while b.try_recv(&mut [0]).is_ok() {}
    SinkExt::<(Bytes, UnixAddress)>::flush(&mut a).await.unwrap();
    let mut b = MessageFramed::new(b, BytesCodec::new());
    assert_eq!(b.next().await.unwrap().unwrap().0, "kept");
    assert!(poll!(b.next()).is_pending(), "and once");
}

async fn a_send_to_nobody_is_told_and_the_next_goes_on(_: Driver) {
    let scratch = Scratch::new();
    let server = UnixDatagram::bind(scratch.address("server")).unwrap();
    let nobody = UnixAddress::path(scratch.path("nobody")).unwrap();
    let mut client = MessageFramed::new(UnixDatagram::unbound().unwrap(), LinesCodec::new());
    let error = client.send(("lost", nobody)).await.unwrap_err();
    assert!(matches!(error, LinesCodecError::Io(e) if e.kind() == ErrorKind::NotFound));
    client.send(("kept", server.local_addr().unwrap())).await.unwrap();
    let mut server = MessageFramed::new(server, LinesCodec::new());
    assert_eq!(server.next().await.unwrap().unwrap().0, "kept");
    assert!(poll!(server.next()).is_pending());
}

async fn records_of_a_connection_have_no_address_and_an_end(_: Driver) {
    let (a, b) = UnixSeqpacket::pair().unwrap();
    let mut a = MessageFramed::new(a, LinesCodec::new());
    let mut b = MessageFramed::new(b, LinesCodec::new());
    a.send(("one", ())).await.unwrap();
    a.send(("two", ())).await.unwrap();
    SinkExt::<(&str, ())>::close(&mut a).await.unwrap();
    assert_eq!(b.next().await.unwrap().unwrap(), ("one".to_owned(), ()));
    assert_eq!(b.next().await.unwrap().unwrap(), ("two".to_owned(), ()));
    assert!(b.next().await.is_none());
    b.send(("back", ())).await.unwrap();
    assert_eq!(a.next().await.unwrap().unwrap().0, "back");
}

async fn sockets_that_are_shared_are_framed(driver: Driver) {
    let (a, b) = udp_pair().await;
    let to = b.local_addr().unwrap();
    let b = Arc::new(b);
    let mut receiver = MessageFramed::new(b.clone(), BytesCodec::new());
    let receiving = driver.spawn(async move { receiver.next().await.unwrap().unwrap() });
    let any = Socket::from(a);
    let mut sender = MessageFramed::new(&any, BytesCodec::new());
    sender.send((Bytes::from_static(b"x"), Some(to.into()))).await.unwrap();
    let (frame, from) = receiving.await;
    assert_eq!(&*frame, b"x");
    b.send_to(b"y", from).await.unwrap();
    let (frame, from) = sender.next().await.unwrap().unwrap();
    assert_eq!((&*frame, from), (&b"y"[..], Some(to.into())));
}

async fn of_two_that_wait_for_the_frames_of_a_socket_both_are_woken(driver: Driver) {
    let (a, b) = udp_pair().await;
    let to = b.local_addr().unwrap();
    let b = Arc::new(b);
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut receiver = MessageFramed::new(b.clone(), BytesCodec::new());
        let receive = async move { receiver.next().await.unwrap().unwrap() };
        waiting.push(driver.spawn_waiting(receive).await);
    }
    a.send_to(b"x", to).await.unwrap();
    let (_, _, mut other) = select_all(waiting).await;
    a.send_to(b"x", to).await.unwrap();
    other.remove(0).await;
}

async fn of_two_that_wait_for_room_to_send_a_frame_both_are_woken(driver: Driver) {
    let (a, b) = UnixDatagram::pair().unwrap();
    let a = Arc::new(a);
    while a.try_send(b"x").is_ok() {}
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut sender = MessageFramed::new(a.clone(), BytesCodec::new());
        let to = UnixAddress::unnamed();
        let send = async move { sender.send((Bytes::from_static(b"y"), to)).await };
        waiting.push(driver.spawn_waiting(send).await);
    }
    while b.try_recv(&mut [0]).is_ok() {}
    for sent in join_all(waiting).await {
        sent.unwrap();
    }
}

async fn a_stream_has_no_messages(_: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    let mut a = MessageFramed::new(Socket::from(a), BytesCodec::new());
    b.send_all(b"bytes").await.unwrap();
    assert_eq!(a.next().await.unwrap().unwrap_err().kind(), ErrorKind::InvalidInput);
    let error = a.send((Bytes::from_static(b"x"), None)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(drain(a.get_ref()), 5, "and it lost nothing");
}

/// What a client and a server of frames are, by `Framed` alone.
async fn streams_are_framed_by_tokio_util(driver: Driver) {
    let (a, b) = tcp_streams();
    let serving = driver.spawn(async move {
        let mut lines = Framed::new(b, LinesCodec::new());
        while let Some(line) = lines.next().await {
            lines.send(line.unwrap().to_uppercase()).await.unwrap();
        }
    });
    let mut lines = Framed::new(a, LinesCodec::new());
    for line in ["one", "two", &"long".repeat(50_000)] {
        lines.send(line).await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap(), line.to_uppercase());
    }
    drop(lines);
    serving.await;
}

async fn halves_of_a_stream_are_framed_by_tokio_util(driver: Driver) {
    let scratch = Scratch::new();
    let listener = UnixListener::bind(scratch.address("server")).unwrap();
    let client = UnixStream::connect(scratch.address("server")).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let (read, write) = client.into_split();
    let sending = driver.spawn(async move {
        let mut frames = FramedWrite::new(write, LengthDelimitedCodec::new());
        for len in [0, 1, 70_000] {
            frames.send(Bytes::from(vec![1; len])).await.unwrap();
        }
        SinkExt::<Bytes>::close(&mut frames).await.unwrap();
    });
    let mut frames = FramedRead::new(server, LengthDelimitedCodec::new());
    for len in [0, 1, 70_000] {
        assert_eq!(frames.next().await.unwrap().unwrap().len(), len);
    }
    assert!(frames.next().await.is_none());
    sending.await;
    drop(read);
}

async fn the_timeout_of_a_socket_bounds_its_frames(_: Driver) {
    let (a, b) = UnixDatagram::pair().unwrap();
    let mut b = MessageFramed::new(b, BytesCodec::new());
    b.get_ref().set_timeout(Some(Duration::from_millis(5)));
    assert_eq!(b.next().await.unwrap().unwrap_err().kind(), ErrorKind::TimedOut);
    a.send(b"x").await.unwrap();
    assert_eq!(b.next().await.unwrap().unwrap().0, "x");

    // A receiver that is named and has no room tells nobody when it has.
    let scratch = Scratch::new();
    let full = UnixDatagram::bind(scratch.address("full")).unwrap();
    let client = UnixDatagram::unbound().unwrap();
    while client.try_send_to(b".", full.local_addr().unwrap()).is_ok() {}
    client.set_timeout(Some(Duration::from_millis(20)));
    let mut client = MessageFramed::new(client, BytesCodec::new());
    let sent = client.send((Bytes::from_static(b"x"), full.local_addr().unwrap())).await;
    assert_eq!(sent.unwrap_err().kind(), ErrorKind::TimedOut);
}
