//! The two halves of a connection, borrowed or owned.

#[cfg(linux_like)]
use super::{
    L2capSeqpacket, L2capStream, RfcommStream, TipcSeqpacket, TipcStream, VsockSeqpacket,
    VsockStream,
};
use super::{TcpStream, UnixSeqpacket, UnixStream};
use crate::Socket;
use crate::op::{Attempt, Op, SendAll};
use crate::socket::Spoken;
#[cfg(linux_like)]
use berkeley_core::address::{BluetoothAddress, TipcAddress, VsockAddress};
use berkeley_core::{Shutdown, UnixAddress};
use std::fmt;
use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The receiving half of a borrowed connection.
#[derive(Debug)]
pub struct ReadHalf<'s, S>(&'s S);

/// The sending half of a borrowed connection.
#[derive(Debug)]
pub struct WriteHalf<'s, S>(&'s S);

/// The receiving half of a connection.
#[derive(Debug)]
pub struct OwnedReadHalf<S>(Arc<S>);

/// The sending half of a connection. Dropped, it ends the sending, and the peer sees the end of
/// the stream; receiving goes on.
#[derive(Debug)]
pub struct OwnedWriteHalf<S: AsRef<Socket>> {
    stream: Arc<S>,
    shutdown_on_drop: bool,
}

macro_rules! splits {
    ($($stream:ident)*) => { $(
        impl $stream {
            /// Splits the connection for two futures of one task.
            pub fn split(&mut self) -> (ReadHalf<'_, Self>, WriteHalf<'_, Self>) {
                (ReadHalf(self), WriteHalf(self))
            }

            /// Splits the connection for two tasks.
            #[must_use]
            pub fn into_split(self) -> (OwnedReadHalf<Self>, OwnedWriteHalf<Self>) {
                let stream = Arc::new(self);
                let write = OwnedWriteHalf { stream: stream.clone(), shutdown_on_drop: true };
                (OwnedReadHalf(stream), write)
            }
        }
    )* };
}

splits!(TcpStream UnixStream UnixSeqpacket);
#[cfg(linux_like)]
splits!(L2capStream L2capSeqpacket RfcommStream TipcStream TipcSeqpacket VsockStream VsockSeqpacket);

/// The addresses of the connection, by one half.
macro_rules! half_addresses {
    ($address:ty: $($half:ty)*) => { $(
        impl $half {
            /// The connection's own address.
            ///
            /// # Errors
            /// As [`Socket::local_addr`].
            pub fn local_addr(&self) -> io::Result<$address> {
                Spoken::read(Some(self.as_ref().local_addr()?))
            }

            /// The address of the peer.
            ///
            /// # Errors
            /// `NotConnected` when there is none any more.
            pub fn peer_addr(&self) -> io::Result<$address> {
                Spoken::read(Some(self.as_ref().peer_addr()?))
            }
        }
    )* };
}

/// The addresses of the connection, by either half.
macro_rules! addresses {
    ($($stream:ident: $address:ty;)*) => { $(
        half_addresses! { $address:
            OwnedReadHalf<$stream> OwnedWriteHalf<$stream>
            ReadHalf<'_, $stream> WriteHalf<'_, $stream>
        }
    )* };
}

addresses! {
    TcpStream: SocketAddr;
    UnixStream: UnixAddress;
    UnixSeqpacket: UnixAddress;
}
#[cfg(linux_like)]
addresses! {
    L2capStream: BluetoothAddress;
    L2capSeqpacket: BluetoothAddress;
    RfcommStream: BluetoothAddress;
    TipcStream: TipcAddress;
    TipcSeqpacket: TipcAddress;
    VsockStream: VsockAddress;
    VsockSeqpacket: VsockAddress;
}

/// What a receiving half can do.
macro_rules! receives {
    ($([$($generics:tt)*] $half:ty;)*) => { $(
        impl<$($generics)*> $half {
            /// Receives: [`Socket::recv`](crate::Socket::recv).
            pub fn recv<'a>(
                &'a self,
                buffer: &'a mut [u8],
            ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin> {
                self.as_ref().recv(buffer)
            }

            /// Receives into several buffers:
            /// [`Socket::recv_vectored`](crate::Socket::recv_vectored).
            pub fn recv_vectored<'a>(
                &'a self,
                buffers: &'a mut [IoSliceMut<'_>],
            ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin> {
                self.as_ref().recv_vectored(buffers)
            }

            /// Receives and leaves the data where it is: [`Socket::peek`](crate::Socket::peek).
            pub fn peek<'a>(
                &'a self,
                buffer: &'a mut [u8],
            ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin> {
                self.as_ref().peek(buffer)
            }

            /// [`peek`](Self::peek) as a poll function.
            ///
            /// # Errors
            /// As [`Socket::recv`].
            pub fn poll_peek(
                &self,
                cx: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.as_ref().poll_peek(cx, buffer)
            }

            /// Waits for data: [`Socket::readable`](crate::Socket::readable).
            pub fn readable(
                &self,
            ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin> {
                self.as_ref().readable()
            }
        }

        /// The whole connection.
        impl<$($generics)*> AsRef<Socket> for $half {
            fn as_ref(&self) -> &Socket {
                (*self.0).as_ref()
            }
        }
    )* };
}

receives! {
    ['s, S: AsRef<Socket>] ReadHalf<'s, S>;
    [S: AsRef<Socket>] OwnedReadHalf<S>;
}

/// What a sending half can do.
macro_rules! sends {
    ($([$($generics:tt)*] $half:ty = $field:tt;)*) => { $(
        impl<$($generics)*> $half {
            /// Sends: [`Socket::send`](crate::Socket::send).
            pub fn send<'a>(
                &'a self,
                bytes: &'a [u8],
            ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin> {
                self.as_ref().send(bytes)
            }

            /// Sends all: [`Socket::send_all`](crate::Socket::send_all).
            pub fn send_all<'a>(&'a self, bytes: &'a [u8]) -> Op<'a, SendAll<'a>> {
                self.as_ref().send_all(bytes)
            }

            /// Sends several buffers:
            /// [`Socket::send_vectored`](crate::Socket::send_vectored).
            pub fn send_vectored<'a>(
                &'a self,
                buffers: &'a [IoSlice<'_>],
            ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin> {
                self.as_ref().send_vectored(buffers)
            }

            /// Waits for room: [`Socket::writable`](crate::Socket::writable).
            pub fn writable(
                &self,
            ) -> Op<'_, impl Attempt<Output = (), Error = io::Error> + Unpin> {
                self.as_ref().writable()
            }
        }

        /// The whole connection.
        impl<$($generics)*> AsRef<Socket> for $half {
            fn as_ref(&self) -> &Socket {
                (*self.$field).as_ref()
            }
        }
    )* };
}

sends! {
    ['s, S: AsRef<Socket>] WriteHalf<'s, S> = 0;
    [S: AsRef<Socket>] OwnedWriteHalf<S> = stream;
}

impl<S: AsRef<Socket>> OwnedReadHalf<S> {
    /// Puts the halves together again.
    ///
    /// # Errors
    /// Both halves back, when they are not of one connection.
    pub fn reunite(self, write: OwnedWriteHalf<S>) -> Result<S, ReuniteError<S>> {
        if !Arc::ptr_eq(&self.0, &write.stream) {
            return Err(ReuniteError(self, write));
        }
        drop(self);
        // The other half was the only one left to share with.
        Ok(Arc::into_inner(write.forget()).unwrap_or_else(|| unreachable!()))
    }
}

impl<S: AsRef<Socket>> OwnedWriteHalf<S> {
    /// Puts the halves together again.
    ///
    /// # Errors
    /// Both halves back, when they are not of one connection.
    pub fn reunite(self, read: OwnedReadHalf<S>) -> Result<S, ReuniteError<S>> {
        read.reunite(self)
    }

    /// Drops the half and leaves the sending open.
    pub fn forget(mut self) -> Arc<S> {
        self.shutdown_on_drop = false;
        self.stream.clone()
    }
}

impl<S: AsRef<Socket>> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        if self.shutdown_on_drop {
            // Fails when the connection is gone, and its sending with it.
            drop(self.as_ref().shutdown(Shutdown::Write));
        }
    }
}

/// Two halves that are not of one connection.
pub struct ReuniteError<S: AsRef<Socket>>(pub OwnedReadHalf<S>, pub OwnedWriteHalf<S>);

impl<S: AsRef<Socket>> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the halves are not of one connection")
    }
}

impl<S: AsRef<Socket>> fmt::Debug for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<S: AsRef<Socket>> std::error::Error for ReuniteError<S> {}
