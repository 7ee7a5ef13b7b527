//! What streams and their halves are called to do in tokio: `try_read` for
//! [`try_recv`](crate::Socket::try_recv), and so on.

#[cfg(linux_like)]
use super::{L2capStream, RfcommStream, TipcStream, VsockStream};
use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, TcpStream, UnixStream, WriteHalf};
use crate::{Interest, Socket};
use std::io::{self, IoSlice, IoSliceMut};
use std::task::{Context, Poll};

macro_rules! reads {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> $type {
            /// Receives if that can be done at once: [`Socket::try_recv`].
            ///
            /// # Errors
            /// As [`Socket::recv`]; `WouldBlock`.
            pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                self.as_ref().try_recv(buffer)
            }

            /// Receives into several buffers if that can be done at once.
            ///
            /// # Errors
            /// As [`Socket::recv`]; `WouldBlock`.
            pub fn try_read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                self.as_ref().try_recv_vectored(buffers)
            }

            /// [`readable`](Socket::readable) as a poll function.
            ///
            /// # Errors
            /// As [`Socket::ready`].
            pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.as_ref().poll_ready(cx, Interest::Readable)
            }
        }
    )* };
}

macro_rules! writes {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> $type {
            /// Sends if that can be done at once: [`Socket::try_send`].
            ///
            /// # Errors
            /// As [`Socket::send`]; `WouldBlock`.
            pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
                self.as_ref().try_send(bytes)
            }

            /// Sends several buffers if that can be done at once.
            ///
            /// # Errors
            /// As [`Socket::send`]; `WouldBlock`.
            pub fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
                self.as_ref().try_send_vectored(buffers)
            }

            /// [`writable`](Socket::writable) as a poll function.
            ///
            /// # Errors
            /// As [`Socket::ready`].
            pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.as_ref().poll_ready(cx, Interest::Writable)
            }
        }
    )* };
}

reads! {
    [] TcpStream;
    [] UnixStream;
    ['s, S: AsRef<Socket>] ReadHalf<'s, S>;
    [S: AsRef<Socket>] OwnedReadHalf<S>;
}

writes! {
    [] TcpStream;
    [] UnixStream;
    ['s, S: AsRef<Socket>] WriteHalf<'s, S>;
    [S: AsRef<Socket>] OwnedWriteHalf<S>;
}

#[cfg(linux_like)]
reads! {
    [] L2capStream;
    [] RfcommStream;
    [] TipcStream;
    [] VsockStream;
}

#[cfg(linux_like)]
writes! {
    [] L2capStream;
    [] RfcommStream;
    [] TipcStream;
    [] VsockStream;
}
