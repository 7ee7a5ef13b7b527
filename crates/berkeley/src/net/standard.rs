//! The sockets of the standard library, both ways.

use super::{TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream};
use std::io;
use std::os::fd::OwnedFd;
use std::{net, os::unix::net as unix};

macro_rules! standard {
    ($($ours:ident = $theirs:ty;)*) => { $(
        impl $ours {
            /// Takes a socket of the standard library. It becomes non-blocking.
            ///
            /// # Errors
            /// As [`Socket::from_fd`](crate::Socket::from_fd).
            pub fn from_std(theirs: $theirs) -> io::Result<Self> {
                OwnedFd::from(theirs).try_into()
            }

            /// Gives the socket up to the standard library, non-blocking.
            ///
            /// # Errors
            /// None: it is a `Result` as tokio's is.
            pub fn into_std(self) -> io::Result<$theirs> {
                Ok(self.into_fd().into())
            }
        }

        /// It becomes non-blocking.
        impl TryFrom<$theirs> for $ours {
            type Error = io::Error;

            fn try_from(theirs: $theirs) -> io::Result<Self> {
                Self::from_std(theirs)
            }
        }
    )* };
}

standard! {
    TcpListener = net::TcpListener;
    TcpStream = net::TcpStream;
    UdpSocket = net::UdpSocket;
    UnixListener = unix::UnixListener;
    UnixStream = unix::UnixStream;
    UnixDatagram = unix::UnixDatagram;
}
