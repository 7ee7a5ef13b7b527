//! `AsyncRead` and `AsyncWrite` of the futures crate, for everything that is a stream.

#[cfg(linux_like)]
use super::{L2capStream, RfcommStream, TipcStream, VsockStream};
use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, TcpStream, UnixStream, WriteHalf};
use crate::Socket;
use futures_io::{AsyncRead, AsyncWrite};
use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::task::{Context, Poll};

macro_rules! reads {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> AsyncRead for $type {
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.get_mut().as_ref().poll_recv(cx, buffer)
            }

            fn poll_read_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffers: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                self.get_mut().as_ref().poll_recv_vectored(cx, buffers)
            }
        }
    )* };
}

macro_rules! writes {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> AsyncWrite for $type {
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.get_mut().as_ref().poll_send(cx, bytes)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffers: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.get_mut().as_ref().poll_send_vectored(cx, buffers)
            }

            /// Nothing: the kernel has what was written.
            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            /// Ends the sending.
            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(self.get_mut().as_ref().finish_sending())
            }
        }
    )* };
}

reads! {
    [] Socket;
    [] &Socket;
    [] TcpStream;
    [] &TcpStream;
    [] UnixStream;
    [] &UnixStream;
    ['s, S: AsRef<Socket>] ReadHalf<'s, S>;
    [S: AsRef<Socket>] OwnedReadHalf<S>;
}

writes! {
    [] Socket;
    [] &Socket;
    [] TcpStream;
    [] &TcpStream;
    [] UnixStream;
    [] &UnixStream;
    ['s, S: AsRef<Socket>] WriteHalf<'s, S>;
    [S: AsRef<Socket>] OwnedWriteHalf<S>;
}

#[cfg(linux_like)]
reads! {
    [] L2capStream;
    [] &L2capStream;
    [] RfcommStream;
    [] &RfcommStream;
    [] TipcStream;
    [] &TipcStream;
    [] VsockStream;
    [] &VsockStream;
}

#[cfg(linux_like)]
writes! {
    [] L2capStream;
    [] &L2capStream;
    [] RfcommStream;
    [] &RfcommStream;
    [] TipcStream;
    [] &TipcStream;
    [] VsockStream;
    [] &VsockStream;
}
