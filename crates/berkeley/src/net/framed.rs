//! Messages through a codec: a `Stream` of what is received and a `Sink` of what is sent.

#[cfg(linux_like)]
use super::{CanIsoTp, L2capSeqpacket, TipcSeqpacket, VsockSeqpacket};
use super::{UdpSocket, UnixDatagram, UnixSeqpacket};
use crate::Socket;
use crate::op::Polling;
use crate::socket::Spoken;
use berkeley_core::{Address, Interest, Kind, UnixAddress};
use bytes::BytesMut;
use futures_core::Stream;
use futures_sink::Sink;
use std::fmt;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio_util::codec::{Decoder, Encoder};

/// How long a received message may be, unless said otherwise: no datagram of UDP is longer.
const ROOM: usize = 65_536;

/// The messages of a socket through a codec of tokio-util: a `Stream` of `(frame, address)` and a
/// `Sink` of the same.
///
/// For whatever keeps messages apart: [`UdpSocket`], [`UnixDatagram`], [`UnixSeqpacket`], a
/// [`Socket`] of such a kind, and references to them or [`Arc`]s of them. What a connected record
/// socket receives and sends has no address, but `()`. For streams, which keep nothing apart, use
/// `tokio_util::codec::Framed`: they have the traits that it takes.
///
/// * **Receiving.** A clone of the codec sees each message, alone and whole: its
///   [`decode_eof`](Decoder::decode_eof) is asked until it has no frame more. A message may so
///   give several frames, or none: an empty one gives none, with most decoders. When the decoder
///   fails, or leaves bytes, the rest of that message is given up and the stream has an error.
///   Nothing of a message, and no state that a decoder is left in by it, reaches into the next.
/// * A message longer than the buffer ([`with_capacity`](Self::with_capacity)) is an error and no
///   frame.
/// * **Errors end nothing.** After one, of the socket or the decoder, the stream goes on with the
///   next message. It ends (`None`) when the peer of a [`UnixSeqpacket`] has.
/// * **Sending.** One message waits in the sink at most. One that cannot be sent is given up with
///   the error. An unnamed [`UnixAddress`], and `None`, are the peer that the socket is connected
///   to.
///
/// # Cancel safety
/// Who gives up waiting for the next frame has lost none: it is received when somebody waits, and
/// what was decoded of a message stays. A send that is given up has sent its message, or has left it
/// in the sink, from where the next flush or send takes it.
///
/// ```
/// use berkeley::UdpSocket;
/// use berkeley::net::MessageFramed;
/// use futures::{SinkExt, StreamExt};
/// use tokio_util::codec::LinesCodec;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # berkeley::block_on(async {
/// let a = UdpSocket::bind("127.0.0.1:0").await?;
/// let b = UdpSocket::bind("127.0.0.1:0").await?;
/// let (from, to) = (a.local_addr()?, b.local_addr()?);
/// let mut a = MessageFramed::new(a, LinesCodec::new());
/// let mut b = MessageFramed::new(b, LinesCodec::new());
///
/// a.send(("two\nlines", to)).await?;
/// assert_eq!(b.next().await.unwrap()?, ("two".to_owned(), from));
/// assert_eq!(b.next().await.unwrap()?, ("lines".to_owned(), from));
/// # Ok(())
/// # })
/// # }
/// ```
pub struct MessageFramed<S: MessageSocket, C> {
    waiting: Waiting<S>,
    codec: C,
    room: Box<[u8]>,
    /// The message that is being decoded.
    received: Option<Received<S::Address, C>>,
    /// The message that is to be sent, and where to.
    unsent: Option<Option<Address>>,
    encoded: BytesMut,
}

/// A socket, which others may have too, and the places among those who wait for it.
struct Waiting<S: MessageSocket> {
    /// There until it is given up.
    socket: Option<S>,
    receiving: Polling,
    sending: Polling,
}

impl<S: MessageSocket> Waiting<S> {
    /// The socket, and the places for receiving and for sending.
    fn parts(&mut self) -> (&Socket, &mut Polling, &mut Polling) {
        let Self { socket, receiving, sending } = self;
        (there(socket).socket(), receiving, sending)
    }

    fn leave(&mut self) {
        let (socket, receiving, sending) = self.parts();
        socket.leave(Interest::Readable, receiving);
        socket.leave(Interest::Writable, sending);
    }
}

fn there<S>(socket: &Option<S>) -> &S {
    match socket {
        Some(socket) => socket,
        None => unreachable!("given up with the whole"),
    }
}

impl<S: MessageSocket> Drop for Waiting<S> {
    fn drop(&mut self) {
        if self.socket.is_some() {
            self.leave();
        }
    }
}

/// What is left of a message, whose it is, and its decoder.
struct Received<A, C> {
    rest: BytesMut,
    from: A,
    decoder: C,
}

/// A socket that keeps messages apart.
pub trait MessageSocket {
    /// Where a message came from, or goes to.
    type Address: Clone;

    /// The socket.
    fn socket(&self) -> &Socket;

    /// The address that the kernel told.
    ///
    /// # Errors
    /// When it is none of this type.
    fn sender(told: Option<Address>) -> io::Result<Self::Address>;

    /// The address to name to the kernel; `None` for the peer of the connection.
    fn receiver(address: Self::Address) -> Option<Address>;
}

impl MessageSocket for UdpSocket {
    type Address = SocketAddr;

    fn socket(&self) -> &Socket {
        self
    }

    fn sender(told: Option<Address>) -> io::Result<SocketAddr> {
        Spoken::read(told)
    }

    fn receiver(address: SocketAddr) -> Option<Address> {
        Some(address.into())
    }
}

impl MessageSocket for UnixDatagram {
    type Address = UnixAddress;

    fn socket(&self) -> &Socket {
        self
    }

    fn sender(told: Option<Address>) -> io::Result<UnixAddress> {
        Spoken::read(told)
    }

    fn receiver(address: UnixAddress) -> Option<Address> {
        (!address.is_unnamed()).then_some(address.into())
    }
}

/// Connections that keep records apart.
macro_rules! connected {
    ($($type:ty),*) => { $(
        impl MessageSocket for $type {
            type Address = ();

            fn socket(&self) -> &Socket {
                self
            }

            fn sender(_: Option<Address>) -> io::Result<()> {
                Ok(())
            }

            fn receiver((): ()) -> Option<Address> {
                None
            }
        }
    )* };
}

connected!(UnixSeqpacket);
#[cfg(linux_like)]
connected!(CanIsoTp, L2capSeqpacket, TipcSeqpacket, VsockSeqpacket);

impl MessageSocket for Socket {
    type Address = Option<Address>;

    fn socket(&self) -> &Socket {
        self
    }

    fn sender(told: Option<Address>) -> io::Result<Option<Address>> {
        Ok(told)
    }

    fn receiver(address: Option<Address>) -> Option<Address> {
        address
    }
}

/// What leads to a socket is one.
macro_rules! leads_to_socket {
    ($($type:ty),*) => { $(
        impl<S: MessageSocket> MessageSocket for $type {
            type Address = S::Address;

            fn socket(&self) -> &Socket {
                (**self).socket()
            }

            fn sender(told: Option<Address>) -> io::Result<S::Address> {
                S::sender(told)
            }

            fn receiver(address: S::Address) -> Option<Address> {
                S::receiver(address)
            }
        }
    )* };
}
leads_to_socket!(&S, Arc<S>);

impl<S: MessageSocket, C> MessageFramed<S, C> {
    /// With room for messages of up to 64 KiB, which no datagram of UDP exceeds.
    pub fn new(socket: S, codec: C) -> Self {
        Self::with_capacity(socket, codec, ROOM)
    }

    /// With room for messages of up to this many bytes. Longer ones are errors.
    pub fn with_capacity(socket: S, codec: C, capacity: usize) -> Self {
        let (receiving, sending) = (Polling::new(), Polling::new());
        Self {
            waiting: Waiting { socket: Some(socket), receiving, sending },
            codec,
            room: vec![0; capacity].into(),
            received: None,
            unsent: None,
            encoded: BytesMut::new(),
        }
    }

    /// The socket. What is received there by hand is not decoded.
    pub fn get_ref(&self) -> &S {
        there(&self.waiting.socket)
    }

    /// The codec. It encodes; clones of it decode.
    pub fn codec(&self) -> &C {
        &self.codec
    }

    /// The codec, to change it.
    pub fn codec_mut(&mut self) -> &mut C {
        &mut self.codec
    }

    /// The socket and the codec. What was received and not decoded yet is lost, and what was not
    /// sent.
    pub fn into_parts(mut self) -> (S, C) {
        self.waiting.leave();
        match self.waiting.socket.take() {
            Some(socket) => (socket, self.codec),
            None => unreachable!("given up once"),
        }
    }
}

impl<S: MessageSocket, C: Clone> MessageFramed<S, C> {
    /// Receives the next message. `false` is the end.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let (socket, receiving, _) = self.waiting.parts();
        let buffers = &mut [IoSliceMut::new(&mut self.room)];
        let received = ready!(socket.poll_recv_message(receiving, cx, buffers))?;
        if received.is_truncated() {
            let room = self.room.len();
            let reason = format!("a message was longer than {room} bytes: give more capacity");
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, reason)));
        }
        if received.len == 0 && socket.kind() == Kind::SEQPACKET {
            return Poll::Ready(Ok(false));
        }
        let rest = BytesMut::from(&self.room[..received.len]);
        let (from, decoder) = (S::sender(received.from)?, self.codec.clone());
        self.received = Some(Received { rest, from, decoder });
        Poll::Ready(Ok(true))
    }
}

/// Nothing in it is ever pinned.
impl<S: MessageSocket, C> Unpin for MessageFramed<S, C> {}

impl<S: MessageSocket, C: Decoder + Clone> Stream for MessageFramed<S, C> {
    type Item = Result<(C::Item, S::Address), C::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(Received { rest, from, decoder }) = &mut this.received {
                match decoder.decode_eof(rest) {
                    Ok(Some(frame)) => return Poll::Ready(Some(Ok((frame, from.clone())))),
                    Ok(None) => {
                        let left = rest.len();
                        this.received = None;
                        if left > 0 {
                            let reason = format!("the decoder left {left} bytes of a message");
                            let error = io::Error::new(io::ErrorKind::InvalidData, reason);
                            return Poll::Ready(Some(Err(error.into())));
                        }
                    }
                    Err(error) => {
                        this.received = None;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
            match ready!(this.poll_receive(cx)) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(None),
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            }
        }
    }
}

impl<I, S: MessageSocket, C: Encoder<I>> Sink<(I, S::Address)> for MessageFramed<S, C> {
    type Error = C::Error;

    /// Has the message before this one sent.
    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        <Self as Sink<(I, S::Address)>>::poll_flush(self, cx)
    }

    fn start_send(self: Pin<&mut Self>, item: (I, S::Address)) -> Result<(), C::Error> {
        let this = self.get_mut();
        if this.unsent.is_some() {
            let reason = "a message waits to be sent: ask poll_ready before start_send";
            return Err(io::Error::other(reason).into());
        }
        this.encoded.clear();
        this.codec.encode(item.0, &mut this.encoded)?;
        this.unsent = Some(S::receiver(item.1));
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        let Self { waiting, unsent, encoded, .. } = self.get_mut();
        let Some(address) = unsent else { return Poll::Ready(Ok(())) };
        let (socket, _, sending) = waiting.parts();
        let sent = ready!(socket.poll_send_message(sending, cx, encoded, *address));
        *unsent = None;
        match sent {
            Ok(n) if n < encoded.len() => {
                Poll::Ready(Err(io::Error::from(io::ErrorKind::WriteZero).into()))
            }
            Ok(_) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(error.into())),
        }
    }

    /// Has the last message sent, and ends the sending of a connection.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        ready!(<Self as Sink<(I, S::Address)>>::poll_flush(self.as_mut(), cx))?;
        let socket = self.get_ref().socket();
        if socket.kind().is_connected() {
            socket.finish_sending()?;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: MessageSocket, C> fmt::Debug for MessageFramed<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageFramed")
            .field("socket", self.get_ref().socket())
            .finish_non_exhaustive()
    }
}
