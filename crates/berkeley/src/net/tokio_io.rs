//! `AsyncRead` and `AsyncWrite` of tokio, for everything that is a stream.
#![allow(unsafe_code)] // Tokio's read buffer shows its uninitialised part to unsafe code alone.

#[cfg(linux_like)]
use super::{L2capStream, RfcommStream, TipcStream, VsockStream};
use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, TcpStream, UnixStream, WriteHalf};
use crate::Socket;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

fn poll_read(
    socket: &Socket,
    cx: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    // SAFETY: bytes are only ever written to this slice, so that none becomes uninitialised.
    let unfilled = unsafe { buffer.unfilled_mut() };
    let n = ready!(socket.poll_recv_uninit(cx, unfilled))?;
    // SAFETY: the receive initialised the first `n` bytes, as it says.
    unsafe { buffer.assume_init(n) };
    buffer.advance(n);
    Poll::Ready(Ok(()))
}

macro_rules! reads {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> AsyncRead for $type {
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffer: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                poll_read(self.get_mut().as_ref(), cx, buffer)
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

            fn is_write_vectored(&self) -> bool {
                true
            }

            /// Nothing: the kernel has what was written.
            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            /// Ends the sending.
            fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
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
