//! Unix sockets: man 7 unix.

use super::{BACKLOG, socket_for, typed_sockets};
use crate::Socket;
use crate::listen::Incoming;
use crate::op::{Attempt, Op};
use berkeley_core::{Address, Family, Kind, Protocol, ToAddress};
use std::io;

typed_sockets! {
    /// Accepts Unix stream connections.
    UnixListener: STREAM of UNIX;
    /// A Unix stream connection.
    UnixStream: STREAM of UNIX;
    /// Sends and receives Unix datagrams.
    UnixDatagram: DGRAM of UNIX;
    /// Accepts connections that keep records apart.
    UnixSeqpacketListener: SEQPACKET of UNIX;
    /// A connection that keeps records apart: each send is received as one, in order.
    UnixSeqpacket: SEQPACKET of UNIX;
}

fn bind(kind: Kind, address: impl ToAddress) -> io::Result<Socket> {
    let address = address.to_address()?;
    let socket = socket_for(&address, kind, &[Family::UNIX])?;
    socket.bind(address)?;
    Ok(socket)
}

async fn connect(kind: Kind, address: impl ToAddress) -> io::Result<Socket> {
    let address = address.to_address()?;
    let socket = socket_for(&address, kind, &[Family::UNIX])?;
    socket.connect(address).await?;
    Ok(socket)
}

fn pair(kind: Kind) -> io::Result<(Socket, Socket)> {
    Socket::pair(Family::UNIX, kind, Protocol::DEFAULT)
}

/// Listeners and the connections that they accept.
macro_rules! connections {
    ($( $listener:ident accepts $stream:ident: $kind:ident; )*) => { $(
        impl $listener {
            /// Listens at a path or, on Linux, an abstract name. A path must not exist yet, and
            /// stays when the listener goes.
            ///
            /// # Errors
            /// As [`Socket::bind`](crate::Socket::bind) and
            /// [`Socket::listen`](crate::Socket::listen).
            pub fn bind(address: impl ToAddress) -> io::Result<Self> {
                let socket = bind(Kind::$kind, address)?;
                socket.listen(BACKLOG)?;
                Ok(Self(socket))
            }

            /// Takes the next connection, and whose it is.
            ///
            /// # Errors
            /// As [`Socket::accept`](crate::Socket::accept).
            ///
            /// # Cancel safety
            /// Dropped, it has taken no connection.
            pub fn accept(
                &self,
            ) -> Op<'_, impl Attempt<Output = ($stream, Address), Error = io::Error> + Unpin + use<'_>> {
                self.0.accept_as($stream)
            }

            /// The connections one after another, through all errors that pass.
            #[must_use]
            pub fn incoming(&self) -> Incoming<'_, $stream> {
                Incoming::new(&self.0, $stream)
            }
        }

        impl $stream {
            /// Connects to a peer, waiting also for room at its listener.
            ///
            /// # Errors
            /// As [`Socket::connect`](crate::Socket::connect).
            ///
            /// # Cancel safety
            /// Dropped, the connection is given up.
            pub async fn connect(address: impl ToAddress) -> io::Result<Self> {
                Ok(Self(connect(Kind::$kind, address).await?))
            }

            /// Two sockets connected to each other.
            ///
            /// # Errors
            /// As [`Socket::pair`](crate::Socket::pair).
            pub fn pair() -> io::Result<(Self, Self)> {
                let (a, b) = pair(Kind::$kind)?;
                Ok((Self(a), Self(b)))
            }
        }
    )* };
}

connections! {
    UnixListener accepts UnixStream: STREAM;
    UnixSeqpacketListener accepts UnixSeqpacket: SEQPACKET;
}

impl UnixDatagram {
    /// A socket with a name.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind).
    pub fn bind(address: impl ToAddress) -> io::Result<Self> {
        Ok(Self(bind(Kind::DGRAM, address)?))
    }

    /// A socket without a name, which can send but not be answered.
    ///
    /// # Errors
    /// As [`Socket::new`](crate::Socket::new).
    pub fn unbound() -> io::Result<Self> {
        Ok(Self(Socket::new(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT)?))
    }

    /// Two sockets connected to each other.
    ///
    /// # Errors
    /// As [`Socket::pair`](crate::Socket::pair).
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = pair(Kind::DGRAM)?;
        Ok((Self(a), Self(b)))
    }
}
